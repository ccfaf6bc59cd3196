/** Tensors taken apart along an axis, and joined. */

import { defineOp } from "../../definition.js";
import { promote } from "../../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../../errors.js";
import type { Op, Tensor } from "../../graph.js";
import { copy } from "../../kernels/copy.js";
import { type AlongAxis, normalizeAxis, sameShape, show, sizeOf } from "../../shape.js";
import { makeView, type View } from "../../storage.js";
import { apply, applyMany } from "../../tape.js";
import { to } from "../elementwise.js";
import { cut } from "./range.js";

export interface AxisOptions {
  readonly axis?: number;
}

/**
 * The parts of one axis (by default the first), each a view: `sizes` gives their lengths, or one length for all (the
 * last part may be shorter).
 *
 * @throws ShapeError if the lengths do not add up
 */
export function split(
  x: Tensor,
  sizes: number | readonly number[],
  { axis = 0 }: AxisOptions = {},
): Tensor[] {
  const at = normalizeAxis("split", axis, x.rank, x.shape);
  const whole = x.shape[at];
  if (typeof sizes === "number" && !(Number.isInteger(sizes) && sizes > 0))
    throw new ArgumentError(`split: the length of a part is ${sizes}; it must be a positive integer`);
  const lengths =
    typeof sizes === "number"
      ? Array.from({ length: Math.max(1, Math.ceil(whole / sizes)) }, (_, i) =>
          Math.min(sizes, whole - i * sizes),
        )
      : sizes;
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total !== whole || lengths.some((length) => !Number.isInteger(length) || length < 0))
    throw new ShapeError(
      `split: the parts ${show(lengths)} add up to ${total}; axis ${axis} of ${show(x.shape)} has ${whole}`,
    );
  return applyMany(splitOp, [x], { axis: at, lengths });
}
export const splitOp: Op<{ readonly axis: number; readonly lengths: readonly number[] }> = defineOp({
  name: "split",
  inputs: ["x"],
  view: (x, { axis, lengths }: { readonly axis: number; readonly lengths: readonly number[] }) => {
    let start = 0;
    return lengths.map((length) => {
      const part = cut(x, { axis, start, step: 1, length });
      start += length;
      return part;
    });
  },
  vjp: { x: ({ gs }, { axis }) => concat(gs, { axis }) },
});

/** `parts` parts of one axis (by default the first), of equal length but for the last, which may be shorter. */
export function chunk(x: Tensor, parts: number, { axis = 0 }: AxisOptions = {}): Tensor[] {
  if (!Number.isInteger(parts) || parts < 1)
    throw new ArgumentError(`chunk: the number of parts is ${parts}; it must be a positive integer`);
  const size = x.shape[normalizeAxis("chunk", axis, x.rank, x.shape)];
  return split(x, Math.max(1, Math.ceil(size / parts)), { axis });
}

/** Every part of one axis (by default the first), without that axis: the steps of a sequence. Views. */
export function unbind(x: Tensor, { axis = 0 }: AxisOptions = {}): Tensor[] {
  return applyMany(unbindOp, [x], { axis: normalizeAxis("unbind", axis, x.rank, x.shape) });
}
export const unbindOp: Op<AlongAxis> = defineOp({
  name: "unbind",
  inputs: ["x"],
  view: (x, { axis }: AlongAxis) => {
    const at = partsAlong(x, axis);
    return Array.from({ length: x.shape[axis] }, (_, i) => at(i));
  },
  vjp: { x: ({ gs }, { axis }) => apply(stackOp, gs, { axis }) },
});

/**
 * The tensors one after another along an axis they have, by default the first. Dtypes are promoted.
 *
 * @throws ShapeError if another axis differs, ArgumentError for an empty list
 */
export function concat(xs: readonly Tensor[], { axis = 0 }: AxisOptions = {}): Tensor {
  if (xs.length === 0) throw new ArgumentError("concat: the list is empty; give at least one tensor");
  const at = normalizeAxis("concat", axis, xs[0].rank, xs[0].shape);
  return apply(concatOp, promoted(xs), { axis: at });
}

/** All of the widest of their dtypes. */
function promoted(xs: readonly Tensor[]): readonly Tensor[] {
  let { dtype } = xs[0];
  for (const x of xs) dtype = promote(dtype, x.dtype);
  return xs.map((x) => to(x, dtype));
}
export const concatOp: Op<{ readonly axis: number }> = defineOp({
  name: "concat",
  inputs: ["xs"],
  variadic: true,
  infer: (specs, { axis }: { readonly axis: number }) => {
    const [{ shape, dtype }] = specs;
    let total = 0;
    for (const spec of specs) {
      const differs =
        spec.shape.length !== shape.length
          ? 0
          : spec.shape.findIndex((length, i) => i !== axis && length !== shape[i]);
      if (spec.shape.length !== shape.length || differs >= 0)
        throw new ShapeError(
          `concat: cannot join ${show(shape)} and ${show(spec.shape)} along axis ${axis}; all other axes must be equal`,
        );
      if (spec.dtype !== dtype)
        throw new DTypeError(`concat: ${dtype} and ${spec.dtype} meet; convert to one dtype`);
      total += spec.shape[axis];
    }
    return [{ shape: shape.with(axis, total), dtype }];
  },
  kernel: (xs, [out], { axis }) => {
    // All of it is filled, so it may be where it will be read.
    if (sizeOf(out.shape) > 0) out.data.targetAddress();
    let start = 0;
    for (const x of xs) {
      const length = x.shape[axis];
      copy(x, cut(out, { axis, start, step: 1, length }));
      start += length;
    }
  },
  linear: ["xs"],
  vjp: {
    xs: {
      each: (g, { axis }, inputs) =>
        applyMany(splitOp, [g], { axis, lengths: inputs.map(({ shape }) => shape[axis]) }),
    },
  },
});

/** Tensors of one shape along a new axis, by default the first. */
export function stack(xs: readonly Tensor[], { axis = 0 }: AxisOptions = {}): Tensor {
  if (xs.length === 0) throw new ArgumentError("stack: the list is empty; give at least one tensor");
  const at = normalizeAxis("stack", axis, xs[0].rank + 1);
  return apply(stackOp, promoted(xs), { axis: at });
}
export const stackOp: Op<AlongAxis> = defineOp({
  name: "stack",
  inputs: ["xs"],
  variadic: true,
  infer: (specs, { axis }: AlongAxis) => {
    const [{ shape, dtype }] = specs;
    for (const spec of specs) {
      if (!sameShape(spec.shape, shape))
        throw new ShapeError(
          `stack: cannot join ${show(shape)} and ${show(spec.shape)} along a new axis; all axes must be equal`,
        );
      if (spec.dtype !== dtype)
        throw new DTypeError(`stack: ${dtype} and ${spec.dtype} meet; convert to one dtype`);
    }
    return [{ shape: shape.toSpliced(axis, 0, specs.length), dtype }];
  },
  kernel: (xs, [out], { axis }) => {
    // All of it is filled, so it may be where it will be read.
    if (sizeOf(out.shape) > 0) out.data.targetAddress();
    const at = partsAlong(out, axis);
    for (let i = 0; i < xs.length; i++) copy(xs[i], at(i));
  },
  linear: ["xs"],
  vjp: { xs: { each: (g, { axis }) => applyMany(unbindOp, [g], { axis }) } },
});

/** The parts of a view along an axis, without it. */
function partsAlong({ data, shape, stride, offset }: View, axis: number): (index: number) => View {
  const [partShape, partStride] = [shape.toSpliced(axis, 1), stride.toSpliced(axis, 1)];
  return (index) => makeView(data, partShape, partStride, offset + index * stride[axis]);
}
