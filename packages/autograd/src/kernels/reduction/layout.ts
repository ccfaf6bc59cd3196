/**
 * The geometry of a reduction: which loops there are and in what direction they run best. It decides how fast the
 * numbers are met, never in which order those of one result are combined.
 */
import { isRowMajor, rowMajor, type Shape, sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { collapse } from "../loops.js";

/** A kept axis, or several that are one loop: its stride in the operand and in the result. */
export interface Kept {
  readonly length: number;
  readonly stride: number;
  readonly out: number;
}

/** A reduction over one run of neighbouring axes. */
export interface Layout {
  /**
   * Whether vectors run across results (the last kept axis is contiguous), and not along the terms of one result
   * (which are contiguous, or will be once they are copied).
   */
  readonly columns: boolean;
  /** The loops over results, outermost first. Where `columns` is set, the last is the contiguous one. */
  readonly kept: readonly Kept[];
  /** The loops over the terms of one result, outermost first: one, or several that strides do not let merge. */
  readonly terms: { readonly shape: Shape; readonly stride: readonly number[] };
  /** The stride of the terms in the result, 0 where it has a number for each result only. */
  readonly termOut: number;
  /** The number of terms of one result. */
  readonly length: number;
  /** Whether the operand is dense in row-major order. */
  readonly dense: boolean;
}

/**
 * The loops of a reduction of `x` over `axes`, which are neighbours but for kept axes of length 1, or else are met in
 * rows. The result is dense in row-major order: over the kept axes or, where it has a number for each term and not
 * only for each result, over all.
 */
export function layoutOf(x: View, axes: readonly number[], forEachTerm = false): Layout {
  const { shape, stride } = x;
  const neighbours =
    axes.length > 0 && besides(axes, shape).every((a) => shape[a] === 1 || a < axes[0] || a > axes.at(-1)!);
  if (neighbours && isRowMajor(shape, stride)) return denseLayout(shape, axes, forEachTerm);
  const keptAxes = besides(axes, shape);
  const lengths = keptAxes.map((axis) => shape[axis]);
  const all = rowMajor(shape);
  const out = forEachTerm ? keptAxes.map((axis) => all[axis]) : rowMajor(lengths);
  const lines = collapse(lengths, [keptAxes.map((axis) => stride[axis]), out]);
  const kept = lines.shape.map((length, i) => ({
    length,
    stride: lines.strides[0][i],
    out: lines.strides[1][i],
  }));
  const reduced = collapse(
    axes.map((axis) => shape[axis]),
    [axes.map((axis) => stride[axis])],
  );
  const length = sizeOf(reduced.shape);
  const terms =
    length === 1 ? { shape: [1], stride: [0] } : { shape: reduced.shape, stride: reduced.strides[0] };
  const termOut = forEachTerm ? all[axes.at(-1)!] : 0;
  const contiguous = kept.findIndex((axis) => axis.stride === 1);
  const columns = contiguous >= 0 && terms.shape.length === 1 && terms.stride[0] !== 1;
  return { columns, kept: columns ? lastly(kept, contiguous) : kept, terms, termOut, length, dense: false };
}

function denseLayout(shape: Shape, axes: readonly number[], forEachTerm: boolean): Layout {
  let length = 1;
  for (const axis of axes) length *= shape[axis];
  let inner = 1;
  for (let axis = axes.at(-1)! + 1; axis < shape.length; axis++) inner *= shape[axis];
  const outer = sizeOf(shape) / (length * inner);
  const kept: Kept[] = [];
  const stride = length * inner;
  if (outer > 1) kept.push({ length: outer, stride, out: forEachTerm ? stride : inner });
  if (inner > 1) kept.push({ length: inner, stride: 1, out: 1 });
  const termOut = forEachTerm ? inner : 0;
  return {
    columns: inner > 1,
    kept,
    terms: { shape: [length], stride: [inner] },
    termOut,
    length,
    dense: true,
  };
}

/** The axes of `shape` that are not among `axes`. */
export function besides(axes: readonly number[], shape: Shape): number[] {
  return shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
}

function lastly<T>(list: readonly T[], index: number): T[] {
  return [...list.slice(0, index), ...list.slice(index + 1), list[index]];
}

// An axis shorter than this is reduced together with its neighbour: a row of three terms is not worth a row's start.
const shortAxis = 128;

/**
 * The runs of axes that are reduced one after the other, the innermost first. Depends on the shape only: axes of
 * length 1 do not count; neighbouring reduced axes belong together while what lies to the right is short.
 *
 * @param axes rising
 */
export function stagesOf(shape: Shape, axes: readonly number[]): number[][] {
  const stages: number[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (let axis = shape.length - 1, next = axes.length - 1; axis >= 0 && next >= 0; axis--) {
    const reduced = axes[next] === axis;
    if (reduced) next--;
    if (shape[axis] === 1) continue;
    if (!reduced) length = Number.POSITIVE_INFINITY;
    else if (length < shortAxis) {
      stages.at(-1)!.unshift(axis);
      length *= shape[axis];
    } else {
      stages.push([axis]);
      length = shape[axis];
    }
  }
  return stages;
}
