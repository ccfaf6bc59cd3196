/** Ops that move no number, or only move them: views, joining, and the adjoints of both. */

import { defineOp } from "../definition.js";
import { ShapeError } from "../errors.js";
import type { Op, Tensor } from "../graph.js";
import { copy } from "../kernels/copy.js";
import {
  broadcastStride,
  inverseOrder,
  isRowMajor,
  normalizeAxis,
  rangeOf,
  type Shape,
  type SliceBounds,
  show,
  sizeOf,
} from "../shape.js";
import { makeView } from "../storage.js";
import { apply } from "../tape.js";
import { clone } from "./elementwise.js";
import type { AxisOptions } from "./layout/joining.js";
import { type AxisRange, cut } from "./layout/range.js";

export * from "./layout/joining.js";

/** `x` itself where its numbers are dense in row-major order, else a dense copy. */
export function contiguous(x: Tensor): Tensor {
  return isRowMajor(x.shape, x.view.stride) ? x : clone(x);
}

// Reshaping

/**
 * The same numbers in row-major order under another shape. One length may be −1: what remains. A view where the
 * strides allow it, else a copy.
 *
 * @throws ShapeError if the number of elements differs
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  const wanted = completeShape(x.shape, shape);
  const strides = reshapedStride(x.shape, x.view.stride, wanted);
  return apply(reshapeOp, [strides === undefined ? clone(x) : x], { shape: wanted });
}
export const reshapeOp: Op<{ readonly shape: Shape }> = defineOp({
  name: "reshape",
  inputs: ["x"],
  view: (x, { shape }: { readonly shape: Shape }) => {
    const stride = reshapedStride(x.shape, x.stride, shape);
    if (stride === undefined)
      throw new ShapeError(
        `reshape: a view of ${show(x.shape)} cannot be read as ${show(shape)} without a copy; make it contiguous first`,
      );
    return [makeView(x.data, shape, stride, x.offset)];
  },
  vjp: { x: ({ g }, _, [x]) => reshape(g, x.shape) },
  // Through the function, because a tangent may lie otherwise than what it belongs to, and need a copy.
  jvp: { x: ({ t }, { shape }) => reshape(t, shape) },
});

function completeShape(from: Shape, shape: Shape): Shape {
  const size = sizeOf(from);
  const unknown = shape.indexOf(-1);
  const known = shape.reduce((product, length, i) => (i === unknown ? product : product * length), 1);
  const rest = size / known;
  const complete = unknown < 0 ? shape : shape.with(unknown, Number.isNaN(rest) ? 0 : rest);
  if (!complete.every((length) => Number.isInteger(length) && length >= 0) || sizeOf(complete) !== size)
    throw new ShapeError(
      `reshape: cannot read ${show(from)} as ${show(shape)}: it has ${size} elements; the lengths must multiply to that, one may be -1`,
    );
  return complete;
}

/** The strides of a reshaped view, or undefined where it needs a copy. */
function reshapedStride(shape: Shape, stride: readonly number[], wanted: Shape): number[] | undefined {
  if (sizeOf(shape) === 0) return wanted.map(() => 0);
  const result = new Array<number>(wanted.length).fill(0);
  // Both shapes are cut, from the end, into groups of axes that hold the same number of elements.
  let to = wanted.length - 1;
  let from = shape.length - 1;
  while (from >= 0) {
    if (shape[from] === 1) {
      from--;
      continue;
    }
    const step = stride[from];
    let group = shape[from];
    // Axes that continue one another count as one.
    while (from > 0 && (shape[from - 1] === 1 || stride[from - 1] === step * group)) group *= shape[--from];
    from--;
    let placed = 1;
    while (placed < group) {
      if (to < 0) return undefined;
      result[to] = step * placed;
      placed *= wanted[to--];
    }
    if (placed !== group) return undefined;
  }
  return result;
}

/** The axes from `start` to `end`, both included, as one. All of them by default. */
export function flatten(x: Tensor, start = 0, end = -1): Tensor {
  if (x.rank === 0) return reshape(x, [1]);
  const first = normalizeAxis("flatten", start, x.rank, x.shape);
  const last = normalizeAxis("flatten", end, x.rank, x.shape);
  if (first > last)
    throw new ShapeError(
      `flatten: axis ${start} comes after axis ${end} in ${show(x.shape)}; give the outer one first`,
    );
  const { shape } = x;
  return reshape(x, [
    ...shape.slice(0, first),
    sizeOf(shape.slice(first, last + 1)),
    ...shape.slice(last + 1),
  ]);
}

/** Without the axes of length 1, or without one such axis (kept where its length is not 1). */
export function squeeze(x: Tensor, axis?: number): Tensor {
  const at = axis === undefined ? undefined : normalizeAxis("squeeze", axis, x.rank, x.shape);
  const shape = x.shape.filter((length, i) => length !== 1 || (at !== undefined && i !== at));
  return shape.length === x.rank ? x : reshape(x, shape);
}

/** With a further axis of length 1 at `axis`; −1 is after the last. */
export function unsqueeze(x: Tensor, axis: number): Tensor {
  const at = normalizeAxis("unsqueeze", axis, x.rank + 1);
  return reshape(x, x.shape.toSpliced(at, 0, 1));
}

// Reordering

/**
 * The axes in another order: axis i of the result is axis `axes[i]` of `x`.
 *
 * @throws ShapeError if `axes` does not name every axis once
 */
export function permute(x: Tensor, axes: readonly number[]): Tensor {
  const order = axes.map((axis) => normalizeAxis("permute", axis, x.rank, x.shape));
  if (order.length !== x.rank || new Set(order).size !== x.rank)
    throw new ShapeError(
      `permute: ${show(axes)} does not name each axis of ${show(x.shape)} once; give all ${x.rank} of them`,
    );
  return apply(permuteOp, [x], { axes: order });
}
export const permuteOp: Op<{ readonly axes: readonly number[] }> = defineOp({
  name: "permute",
  inputs: ["x"],
  view: (x, { axes }: { readonly axes: readonly number[] }) => [
    makeView(
      x.data,
      axes.map((axis) => x.shape[axis]),
      axes.map((axis) => x.stride[axis]),
      x.offset,
    ),
  ],
  vjp: {
    x: ({ g }, { axes }) => permute(g, inverseOrder(axes)),
  },
});

/** Two axes exchanged, by default the last two. */
export function transpose(x: Tensor, first = -2, second = -1): Tensor {
  const a = normalizeAxis("transpose", first, x.rank, x.shape);
  const b = normalizeAxis("transpose", second, x.rank, x.shape);
  return permute(
    x,
    x.shape.map((_, i) => (i === a ? b : i === b ? a : i)),
  );
}

// Broadcasting

/**
 * Read as `shape`: axes of length 1 are repeated, and new ones are put before, without a copy. A length of −1 stays.
 *
 * @throws ShapeError if an axis is neither 1 nor of that length
 */
export function expand(x: Tensor, shape: Shape): Tensor {
  const lead = shape.length - x.rank;
  const wanted = shape.map((length, i) => (length === -1 && i >= lead ? x.shape[i - lead] : length));
  const fits = lead >= 0 && x.shape.every((length, i) => length === 1 || length === wanted[lead + i]);
  if (!fits || wanted.some((length) => length < 0))
    throw new ShapeError(
      `expand: cannot read ${show(x.shape)} as ${show(shape)}; each axis of x must be 1 or equal, aligned at the end`,
    );
  return apply(expandOp, [x], { shape: wanted });
}
export const expandOp: Op<{ readonly shape: Shape }> = defineOp({
  name: "expand",
  inputs: ["x"],
  view: (x, { shape }: { readonly shape: Shape }) => [
    makeView(x.data, shape, broadcastStride(x.shape, x.stride, shape), x.offset),
  ],
  // The sweep sums a cotangent to the shape of its input.
  vjp: { x: ({ g }) => g },
});

// Parts

/** A part of one axis, as Python's `start:end:step`. */
export interface SliceOptions extends SliceBounds {
  /** The axis to cut, by default the first. */
  readonly axis?: number;
}

function rangeAlong(shape: Shape, { axis = 0, ...part }: SliceOptions): AxisRange {
  const at = normalizeAxis("slice", axis, shape.length, shape);
  return { axis: at, ...rangeOf("slice", shape[at], part) };
}

/** A part of one axis, as a view. Bounds beyond the ends are clipped, negative ones count from the end. */
export function slice(x: Tensor, options: SliceOptions): Tensor {
  return apply(sliceOp, [x], rangeAlong(x.shape, options));
}
export const sliceOp: Op<AxisRange> = defineOp({
  name: "slice",
  inputs: ["x"],
  view: (x, range: AxisRange) => [cut(x, range)],
  vjp: { x: ({ g }, range, [x]) => apply(placeSliceOp, [g], { ...range, size: x.shape[range.axis] }) },
});

/** Zeros with `x` in the place of a slice: the adjoint of `slice`. */
export const placeSliceOp: Op<AxisRange & { readonly size: number }> = defineOp({
  name: "placeSlice",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axis, size }: AxisRange & { readonly size: number }) => [
    { shape: shape.with(axis, size), dtype },
  ],
  kernel: ([x], [out], range) => copy(x, cut(out, range)),
  linear: ["x"],
  vjp: { x: ({ g }, range) => apply(sliceOp, [g], range) },
});

/** `length` elements of one axis from `start` on, as a view. */
export function narrow(x: Tensor, axis: number, start: number, length: number): Tensor {
  const size = x.shape[normalizeAxis("narrow", axis, x.rank, x.shape)];
  const first = start < 0 ? start + size : start;
  const whole = Number.isInteger(start) && Number.isInteger(length);
  if (!whole || first < 0 || length < 0 || first + length > size)
    throw new ShapeError(
      `narrow: ${length} elements from ${start} on do not lie in axis ${axis} of ${show(x.shape)}, which has ${size}; take fewer, or begin earlier`,
    );
  return slice(x, { axis, start: first, end: first + length });
}

/**
 * The part at `index` of one axis (by default the first), without that axis. A view.
 *
 * @throws ShapeError if there is no such index
 */
export function select(x: Tensor, index: number, { axis = 0 }: AxisOptions = {}): Tensor {
  const at = normalizeAxis("select", axis, x.rank, x.shape);
  const size = x.shape[at];
  const i = index < 0 ? index + size : index;
  if (!Number.isInteger(i) || i < 0 || i >= size)
    throw new ShapeError(
      `select: there is no index ${index} in axis ${axis} of ${show(x.shape)}; it must be from ${-size} to ${size - 1}`,
    );
  return squeeze(slice(x, { axis: at, start: i, end: i + 1 }), at);
}
