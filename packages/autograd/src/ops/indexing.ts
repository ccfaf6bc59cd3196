/** Ops that choose elements by index, and their adjoints. Indices are int32 (or uint8); negative ones count from the end. */

import { defineOp } from "../definition.js";
import { ArgumentError, ShapeError } from "../errors.js";
import type { Op, Spec, Tensor } from "../graph.js";
import { copy } from "../kernels/copy.js";
import * as kernels from "../kernels/index.js";
import { type AlongAxis, normalizeAxis, type Shape, show } from "../shape.js";
import { apply } from "../tape.js";
import { checkAlong, checkIndices, checkValues, refuseBool } from "./indexing/indices.js";
import type { AxisOptions } from "./layout.js";
import { flatten, reshape } from "./layout.js";

// Along an axis, one index for each element

/**
 * One element for each index: `out[i][j] = x[indices[i][j]][j]` for axis 0, and so on.
 *
 * @param indices as many axes as `x`, none longer than in `x` but for `axis`
 * @throws ShapeError if an index is out of range or the shapes do not fit, DTypeError for indices that are no integers
 */
export function gather(x: Tensor, indices: Tensor, { axis = 0 }: AxisOptions = {}): Tensor {
  return apply(gatherOp, [x, indices], { axis: normalizeAxis("gather", axis, x.rank, x.shape) });
}
export const gatherOp: Op<AlongAxis> = defineOp({
  name: "gather",
  inputs: ["x", "indices"],
  infer: ([x, indices], { axis }: AlongAxis) => {
    checkIndices("gather", indices);
    checkAlong("gather", x.shape, indices.shape, axis);
    return [{ shape: indices.shape, dtype: x.dtype }];
  },
  kernel: ([x, indices], [out], { axis }) => kernels.gather(x, indices, out, axis),
  linear: ["x"],
  saves: ["indices"],
  vjp: {
    x: ({ g, indices }, { axis }, [x]) => apply(scatterZerosOp, [indices, g], { axis, shape: x.shape }),
    indices: null,
  },
});

/** Zeros of a shape with values added at indices: the adjoint of `gather`. */
export const scatterZerosOp: Op<AlongAxis & { readonly shape: Shape }> = defineOp({
  name: "scatterZeros",
  inputs: ["indices", "x"],
  infer: ([, { dtype }], { shape }: AlongAxis & { readonly shape: Shape }) => [{ shape, dtype }],
  kernel: ([indices, x], [out], { axis }) => kernels.scatterAdd(out, indices, x, axis),
  linear: ["x"],
  saves: ["indices"],
  vjp: { indices: null, x: ({ g, indices }, { axis }) => gather(g, indices, { axis }) },
});

/**
 * `x` with `values` added at `indices`: for axis 0 `out[indices[i][j]][j] += values[i][j]`. What meets at one place is
 * added in order.
 */
export function scatterAdd(
  x: Tensor,
  indices: Tensor,
  values: Tensor,
  { axis = 0 }: AxisOptions = {},
): Tensor {
  return apply(scatterAddOp, [x, indices, values], {
    axis: normalizeAxis("scatterAdd", axis, x.rank, x.shape),
  });
}
export const scatterAddOp: Op<AlongAxis> = defineOp({
  name: "scatterAdd",
  inputs: ["x", "indices", "values"],
  infer: ([x, indices, values], { axis }: AlongAxis) => {
    checkIndices("scatterAdd", indices);
    checkAlong("scatterAdd", x.shape, indices.shape, axis);
    refuseBool("scatterAdd", x);
    checkValues("scatterAdd", x, indices.shape, values);
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  kernel: ([x, indices, values], [out], { axis }) => {
    copy(x, out);
    kernels.scatterAdd(out, indices, values, axis);
  },
  linear: [["x", "values"]],
  saves: ["indices"],
  vjp: { x: ({ g }) => g, indices: null, values: ({ g, indices }, { axis }) => gather(g, indices, { axis }) },
});

// Whole parts of an axis

/**
 * The parts of one axis at `indices`, in their order: rows of a table, for axis 0.
 *
 * @param indices [K]
 * @throws ShapeError if an index is out of range, DTypeError for indices that are no integers
 */
export function indexSelect(x: Tensor, indices: Tensor, { axis = 0 }: AxisOptions = {}): Tensor {
  return apply(indexSelectOp, [x, indices], { axis: normalizeAxis("indexSelect", axis, x.rank, x.shape) });
}
export const indexSelectOp: Op<AlongAxis> = defineOp({
  name: "indexSelect",
  inputs: ["x", "indices"],
  infer: ([x, indices], { axis }: AlongAxis) => {
    checkIndices("indexSelect", indices);
    if (indices.shape.length !== 1)
      throw new ShapeError(`indexSelect: the indices are ${show(indices.shape)}; they must have one axis`);
    return [{ shape: x.shape.with(axis, indices.shape[0]), dtype: x.dtype }];
  },
  kernel: ([x, indices], [out], { axis }) => kernels.indexSelect(x, indices, out, axis),
  linear: ["x"],
  saves: ["indices"],
  vjp: {
    x: ({ g, indices }, { axis }, [x]) => apply(indexZerosOp, [indices, g], { axis, shape: x.shape }),
    indices: null,
  },
});

/** Zeros of a shape with parts added at indices: the adjoint of `indexSelect`. */
export const indexZerosOp: Op<AlongAxis & { readonly shape: Shape }> = defineOp({
  name: "indexZeros",
  inputs: ["indices", "x"],
  infer: ([, { dtype }], { shape }: AlongAxis & { readonly shape: Shape }) => [{ shape, dtype }],
  kernel: ([indices, x], [out], { axis }) => kernels.indexAdd(out, indices, x, axis),
  linear: ["x"],
  saves: ["indices"],
  vjp: { indices: null, x: ({ g, indices }, { axis }) => indexSelect(g, indices, { axis }) },
});

/** `x` with `values` added to the parts of one axis at `indices`. What meets at one place is added in order. */
export function indexAdd(x: Tensor, indices: Tensor, values: Tensor, { axis = 0 }: AxisOptions = {}): Tensor {
  return apply(indexAddOp, [x, indices, values], { axis: normalizeAxis("indexAdd", axis, x.rank, x.shape) });
}
export const indexAddOp: Op<AlongAxis> = defineOp({
  name: "indexAdd",
  inputs: ["x", "indices", "values"],
  infer: ([x, indices, values], { axis }: AlongAxis) => {
    checkIndices("indexAdd", indices);
    if (indices.shape.length !== 1)
      throw new ShapeError(`indexAdd: the indices are ${show(indices.shape)}; they must have one axis`);
    refuseBool("indexAdd", x);
    checkValues("indexAdd", x, x.shape.with(axis, indices.shape[0]), values);
    return [{ shape: x.shape, dtype: x.dtype }];
  },
  kernel: ([x, indices, values], [out], { axis }) => {
    copy(x, out);
    kernels.indexAdd(out, indices, values, axis);
  },
  linear: [["x", "values"]],
  saves: ["indices"],
  vjp: {
    x: ({ g }) => g,
    indices: null,
    values: ({ g, indices }, { axis }) => indexSelect(g, indices, { axis }),
  },
});

/**
 * The rows of `weight` at `indices`: learned vectors for words, characters or anything numbered.
 *
 * @param indices any shape, integers from 0 to V − 1; negative ones count from the end
 * @param weight [V, D]
 * @returns [..., D]
 */
export function embedding(indices: Tensor, weight: Tensor): Tensor {
  if (weight.rank !== 2)
    throw new ShapeError(`embedding: the weight is ${show(weight.shape)}; it must be [V, D]`);
  if (indices.rank === 1) return indexSelect(weight, indices);
  return reshape(indexSelect(weight, flatten(indices)), [...indices.shape, weight.shape[1]]);
}

/**
 * Vectors of zeros with a one at each index.
 *
 * @param indices any shape, integers from 0 to `classes` − 1; negative ones count from the end
 * @param options `classes`; `dtype`, float32 by default (PyTorch: int64)
 * @returns [..., classes]
 */
export function oneHot(indices: Tensor, classes: number, { dtype = "float32" }: OneHotOptions = {}): Tensor {
  if (!Number.isInteger(classes) || classes < 1)
    throw new ArgumentError(`oneHot: the number of classes is ${classes}; it must be a positive integer`);
  return apply(oneHotOp, [indices], { classes, dtype });
}
export interface OneHotOptions {
  readonly dtype?: Spec["dtype"];
}
export const oneHotOp: Op<{ readonly classes: number; readonly dtype: Spec["dtype"] }> = defineOp({
  name: "oneHot",
  inputs: ["indices"],
  infer: ([indices], { classes, dtype }: { readonly classes: number; readonly dtype: Spec["dtype"] }) => {
    checkIndices("oneHot", indices);
    return [{ shape: [...indices.shape, classes], dtype }];
  },
  kernel: ([indices], [out]) => kernels.oneHot(indices, out),
  vjp: { indices: null },
});
