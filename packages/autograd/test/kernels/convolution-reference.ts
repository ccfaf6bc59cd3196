/** The documented orders of summation of convolutions, written down once more as loops over single elements. */
import type { WindowAxis } from "../../src/kernels/convolution/geometry.js";
import { rowMajor, type Shape, sizeOf } from "../../src/shape.js";
import type { View } from "../../src/storage.js";
import { type Arithmetic, arithmetic, locate } from "./matmul-reference.js";

/** The three arrays of a convolution, as the kernels take them. */
export interface Problem {
  readonly x: View;
  readonly weight: View;
  readonly out: View;
  readonly axes: readonly WindowAxis[];
  readonly groups: number;
}

/** The index along each axis of the element that is number `index` in row-major order. */
function along(index: number, shape: Shape): number[] {
  return rowMajor(shape).map((step, i) => Math.floor(index / step) % shape[i]);
}

/** Elements by their number in row-major order. */
function reader({ data, shape, stride, offset }: View): (index: number) => number {
  const numbers = data.data;
  return (index) => numbers[offset + locate(index, shape, stride)];
}

/** The sums of blocks of 256 terms, added in their order. */
function blocked(terms: number, { add }: Arithmetic, term: (i: number) => number, start?: number): number {
  let total = start;
  for (let block = 0; block < terms; block += 256) {
    let sum = 0;
    for (let i = block; i < Math.min(terms, block + 256); i++) sum = add(sum, term(i));
    total = total === undefined ? sum : add(total, sum);
  }
  return total ?? 0;
}

/**
 * The sums over windows where a group has few filters: rows of windows in vectors of `lanes`, each lane for itself, then
 * neighbours and pairs; rows of at most 256 vectors together, or 256 vectors of one, are a block.
 */
function inLanes(
  row: number,
  rows: number,
  lanes: number,
  { add }: Arithmetic,
  term: (window: number) => number,
  start?: number,
): number {
  const vectors = Math.ceil(row / lanes);
  const rowsOfBlock = Math.max(1, Math.floor(256 / vectors));
  let total = start;
  for (let first = 0; first < rows; first += rowsOfBlock)
    for (let vector = 0; vector < vectors; vector += 256) {
      const sums = new Array<number>(lanes).fill(0);
      for (let r = first; r < Math.min(rows, first + rowsOfBlock); r++)
        for (let at = vector * lanes; at < Math.min(row, (vector + 256) * lanes); at++)
          sums[at % lanes] = add(sums[at % lanes], term(r * row + at));
      const pairs = sums.flatMap((sum, i) => (i % 2 === 0 ? [add(sum, sums[i + 1])] : []));
      const sum = pairs.length === 2 ? add(pairs[0], pairs[1]) : pairs[0];
      total = total === undefined ? sum : add(total, sum);
    }
  return total ?? 0;
}

/** Which element a tap of a window sees, counted in row-major order; undefined where it is padding. */
function seen(
  axes: readonly WindowAxis[],
  window: readonly number[],
  tap: readonly number[],
): number | undefined {
  let place = 0;
  for (const [i, { input, stride, dilation, padding }] of axes.entries()) {
    const at = window[i] * stride + tap[i] * dilation - padding;
    if (at < 0 || at >= input) return undefined;
    place = place * input + at;
  }
  return place;
}

/** Elements of each of the three results by their index in row-major order, to the bit. */
export interface Elements {
  out(index: number): number;
  x(index: number): number;
  weight(index: number): number;
}

export function elementsOf(problem: Problem): Elements {
  const { axes, groups } = problem;
  const [x, weight, out] = [problem.x, problem.weight, problem.out].map(reader);
  const numbers = arithmetic[problem.x.data.dtype]!;
  const { add, mul } = numbers;
  const kernel = axes.map((axis) => axis.kernel);
  const output = axes.map((axis) => axis.output);
  const taps = sizeOf(kernel);
  const windows = sizeOf(output);
  const [batch, allChannels] = problem.x.shape;
  const [allFilters, channels] = problem.weight.shape;
  const filters = allFilters / groups;
  const pixels = sizeOf(problem.x.shape.slice(2));
  const split = (index: number, inner: number, outer: number): number[] => [
    Math.floor(index / inner / outer),
    Math.floor(index / inner) % outer,
    index % inner,
  ];
  const xAt = (n: number, channel: number, window: number, tap: number): number => {
    const place = seen(axes, along(window, output), along(tap, kernel));
    return place === undefined ? 0 : x((n * allChannels + channel) * pixels + place);
  };
  const outAt = (n: number, filter: number, window: number): number =>
    out((n * allFilters + filter) * windows + window);
  const strides = rowMajor(axes.map(({ input }) => input));
  return {
    out: (index) => {
      const [n, filter, window] = split(index, windows, allFilters);
      const first = Math.floor(filter / filters) * channels;
      return blocked(channels * taps, numbers, (k) => {
        const channel = Math.floor(k / taps);
        const value = xAt(n, first + channel, window, k % taps);
        return mul(weight(filter * channels * taps + k), value);
      });
    },
    x: (index) => {
      const [n, channel, pixel] = split(index, pixels, allChannels);
      const group = Math.floor(channel / channels);
      let sum = 0;
      for (let t = 0; t < taps; t++) {
        const tap = along(t, kernel);
        // The one window whose tap sees the element.
        const window = axes.map(({ input, stride, dilation, padding }, i) => {
          const at = Math.floor(pixel / strides[i]) % input;
          return (at + padding - tap[i] * dilation) / stride;
        });
        if (window.some((r, i) => !Number.isInteger(r) || r < 0 || r >= axes[i].output)) continue;
        const r = window.reduce((place, at, i) => place * axes[i].output + at, 0);
        const product = blocked(filters, numbers, (o) => {
          const filter = group * filters + o;
          const k = (channel % channels) * taps + t;
          return mul(weight(filter * channels * taps + k), outAt(n, filter, r));
        });
        sum = add(sum, product);
      }
      return sum;
    },
    weight: (index) => {
      const [filter, channel, t] = split(index, taps, channels);
      const first = Math.floor(filter / filters) * channels;
      const row = output.at(-1)!;
      const lanes = problem.x.data.dtype === "float64" ? 2 : 4;
      const few = filters < 8 && axes.at(-1)!.stride === 1;
      const vectors = (windows / row) * Math.ceil(row / lanes);
      const together = Math.max(1, Math.floor(256 / (few ? vectors : windows)));
      let sum: number | undefined;
      for (let n = 0; n < batch; n += together) {
        const count = Math.min(together, batch - n);
        const term = (j: number): number => {
          const image = n + Math.floor(j / windows);
          const window = j % windows;
          return mul(outAt(image, filter, window), xAt(image, first + channel, window, t));
        };
        sum = few
          ? inLanes(row, (count * windows) / row, lanes, numbers, term, sum)
          : blocked(count * windows, numbers, term, sum);
      }
      return sum ?? 0;
    },
  };
}
