/**
 * Windows as columns, and the adjoint, which adds them. Plain loops: rows are moved as they lie. What meets at one
 * element is added in the order of the taps, the last axis fastest, each sum rounded to the dtype.
 */
import { sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { advance, collapse } from "../loops.js";
import type { WindowAxis } from "./geometry.js";

/** Neighbouring windows along the last axis that see elements with one tap. */
interface Run {
  readonly tap: number;
  /** The first of them. */
  readonly position: number;
  /** The element that it sees, along each axis. */
  readonly element: readonly number[];
  readonly length: number;
}

/** All runs, tap after tap: what is in none of them is padding. */
function runsOf(axes: readonly WindowAxis[]): Run[] {
  const runs: Run[] = [];
  const taps = axes.map(({ kernel }) => kernel);
  const last = axes.length - 1;
  const outer = axes.slice(0, -1).map(({ output }) => output);
  const { input, output, stride, dilation, padding } = axes[last];
  const tap = taps.map(() => 0);
  for (let t = 0; t < sizeOf(taps); t++, advance(tap, taps)) {
    const skip = padding - tap[last] * dilation;
    const first = Math.max(0, Math.ceil(skip / stride));
    const end = Math.min(output, Math.floor((input - 1 + skip) / stride) + 1);
    const row = outer.map(() => 0);
    for (let r = 0; first < end && r < sizeOf(outer); r++, advance(row, outer)) {
      const element = row.map((at, i) => at * axes[i].stride + tap[i] * axes[i].dilation - axes[i].padding);
      if (element.some((at, i) => at < 0 || at >= axes[i].input)) continue;
      runs.push({
        tap: t,
        position: r * output + first,
        element: [...element, first * stride - skip],
        length: end - first,
      });
    }
  }
  return runs;
}

interface Loop {
  readonly image: View;
  readonly columns: View;
  readonly axes: readonly WindowAxis[];
}

/** Calls `visit` for each run of each channel, with where its first element and its first column lie. */
function eachRun(
  { image, columns, axes }: Loop,
  visit: (element: number, column: number, length: number) => void,
): void {
  const [batch, channels] = image.shape;
  const taps = axes.reduce((product, { kernel }) => product * kernel, 1);
  const [columnsBatch, columnsRow, columnsStep] = columns.stride;
  const runs = runsOf(axes).map(({ tap, position, element, length }) => ({
    element: element.reduce((sum, at, i) => sum + at * image.stride[i + 2], 0),
    column: tap * columnsRow + position * columnsStep,
    length,
  }));
  for (let n = 0; n < batch; n++)
    for (let c = 0; c < channels; c++) {
      const element = image.offset + n * image.stride[0] + c * image.stride[1];
      const column = columns.offset + n * columnsBatch + c * taps * columnsRow;
      for (const run of runs) visit(element + run.element, column + run.column, run.length);
    }
}

/**
 * The windows of every channel as columns, a row for each tap.
 *
 * @param x [N, C, ...input]
 * @param out [N, C·taps, windows], zeroed
 */
export function unfold(x: View, out: View, axes: readonly WindowAxis[]): void {
  if (sizeOf(out.shape) === 0) return;
  const from = x.data.data;
  const to = out.data.writable;
  const step = axes.at(-1)!.stride * x.stride.at(-1)!;
  const outStep = out.stride[2];
  eachRun({ image: x, columns: out, axes }, (element, column, length) => {
    for (let i = 0; i < length; i++) to[column + i * outStep] = from[element + i * step];
  });
}

/**
 * Adds columns where their windows lie: the adjoint of {@link unfold}.
 *
 * @param x [N, C·taps, windows]
 * @param out [N, C, ...input], zeroed
 */
export function fold(x: View, out: View, axes: readonly WindowAxis[]): void {
  if (sizeOf(x.shape) === 0 || sizeOf(out.shape) === 0) return;
  const from = x.data.data;
  const to = out.data.writable;
  const step = axes.at(-1)!.stride * out.stride.at(-1)!;
  const columnStep = x.stride[2];
  eachRun({ image: out, columns: x, axes }, (element, column, length) => {
    for (let i = 0; i < length; i++) to[element + i * step] += from[column + i * columnStep];
  });
}

/** How windows lie along one axis. */
export interface WindowsAlong {
  readonly axis: number;
  readonly size: number;
  readonly step: number;
}

/**
 * Adds windows up along an axis: place i of the windows after place i − 1.
 *
 * @param x of the shape of `out` with windows along `axis`, and their `size` elements along a last axis
 * @param out zeroed
 */
export function foldAxis(x: View, out: View, { axis, size, step }: WindowsAlong): void {
  if (sizeOf(x.shape) === 0) return;
  const from = x.data.data;
  const to = out.data.writable;
  const { shape, strides } = collapse(x.shape.slice(0, -1), [
    x.stride.slice(0, -1),
    out.stride.with(axis, out.stride[axis] * step),
  ]);
  const [read, write] = strides;
  const last = shape.length - 1;
  const length = shape[last] ?? 1;
  const outer = shape.slice(0, -1);
  for (let place = 0; place < size; place++) {
    const index = outer.map(() => 0);
    for (let row = 0; row < sizeOf(outer); row++, advance(index, outer)) {
      let source = x.offset + place * x.stride.at(-1)!;
      let target = out.offset + place * out.stride[axis];
      for (let i = 0; i < outer.length; i++) {
        source += index[i] * read[i];
        target += index[i] * write[i];
      }
      for (let i = 0; i < length; i++)
        to[target + i * (write[last] ?? 0)] += from[source + i * (read[last] ?? 0)];
    }
  }
}
