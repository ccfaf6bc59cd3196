/** Products that sum over an axis: matmul and what is made of it. */

import { defineOp } from "../definition.js";
import { ShapeError } from "../errors.js";
import type { Op, Tensor } from "../graph.js";
import { copy } from "../kernels/copy.js";
import * as kernels from "../kernels/matmul/matmul.js";
import { broadcast, type Shape, sameShape, show, sizeOf } from "../shape.js";
import { makeView, type View } from "../storage.js";
import { apply } from "../tape.js";
import { checkFactors } from "./contraction/factors.js";
import { cloneOp } from "./elementwise.js";
import { reshape, squeeze, transpose, unsqueeze } from "./layout.js";

/**
 * The matrix product over the last two axes: `out[…, i, j] = Σₖ x[…, i, k] · y[…, k, j]`. The axes before are batches and
 * broadcast. A vector stands for a row on the left and for a column on the right.
 *
 * @param x [..., M, K] or [K]
 * @param y [..., K, N] or [K], of the same dtype
 * @returns [..., M, N], without the axes of vectors
 * @throws ShapeError if the inner dimensions differ or an operand is 0-d, DTypeError if the dtypes differ
 */
export function matmul(x: Tensor, y: Tensor): Tensor {
  if (x.rank === 0 || y.rank === 0)
    throw new ShapeError(
      `matmul: x is ${show(x.shape)}, y is ${show(y.shape)}; both need at least one axis, use mul for a number`,
    );
  if (x.rank === 1) return squeeze(matmul(unsqueeze(x, 0), y), y.rank === 1 ? 0 : -2);
  if (y.rank === 1) return squeeze(matmul(x, unsqueeze(y, 1)), -1);
  if (x.rank > 2 && y.rank === 2) {
    // One large product instead of many small ones.
    const outer = x.shape.slice(0, -1);
    const rows = reshape(x, [sizeOf(outer), inner("matmul", x.shape, y.shape)]);
    return reshape(matmul(rows, y), [...outer, y.shape[1]]);
  }
  return apply(matmulOp, [x, y], undefined);
}
export const matmulOp: Op = defineOp({
  name: "matmul",
  inputs: ["x", "y"],
  infer: ([x, y]) => {
    inner("matmul", x.shape, y.shape);
    checkFactors("matmul", { x, y });
    const rows = x.shape[x.shape.length - 2];
    const columns = y.shape[y.shape.length - 1];
    if (x.shape.length === 2 && y.shape.length === 2) return [{ shape: [rows, columns], dtype: x.dtype }];
    const batch = broadcast("matmul", [x.shape.slice(0, -2), y.shape.slice(0, -2)]);
    return [{ shape: [...batch, rows, columns], dtype: x.dtype }];
  },
  kernel: ([x, y], [out]) => kernels.matmul(x, y, out),
  accumulate: addProduct,
  linear: ["x", "y"],
  saves: ["x", "y"],
  savedFor: { x: ["y"], y: ["x"] },
  vjp: {
    x: { op: () => matmulOp, operands: ({ g, y }) => [g, transpose(y)] },
    y: { op: () => matmulOp, operands: ({ g, x }) => [transpose(x), g] },
  },
});

function addProduct([x, y]: readonly View[], out: View): boolean {
  // A longer sum is rounded in several places, and would give other bits than the product followed by an addition.
  if (x.shape.at(-1)! > kernels.blockDepth) return false;
  kernels.matmulInto(x, y, out, { accumulate: true });
  return true;
}

function inner(name: string, x: Shape, y: Shape): number {
  const k = x[x.length - 1];
  const other = y[y.length - 2];
  if (k !== other)
    throw new ShapeError(
      `${name}: inner dimensions differ: x is ${show(x)}, y is ${show(y)}; x's last (${k}) must equal y's second to last (${other})`,
    );
  return k;
}

/**
 * `x Wᵀ + b`, the affine map of a layer.
 *
 * @param x [..., in]
 * @param weight [out, in]
 * @param bias [out], or [..., out] as the result, or left out
 * @returns [..., out]
 * @throws ShapeError for other shapes, DTypeError if the dtypes differ
 */
export function linear(x: Tensor, weight: Tensor, bias?: Tensor): Tensor {
  const { shape } = x;
  if (weight.rank !== 2 || x.rank === 0 || shape.at(-1) !== weight.shape[1])
    throw new ShapeError(
      `linear: x is ${show(shape)}, the weight is ${show(weight.shape)}; x's last axis must have the weight's second length (in), and the weight two axes [out, in]`,
    );
  const outer = shape.slice(0, -1);
  const features = weight.shape[0];
  const result = [...outer, features];
  if (bias !== undefined && !sameShape(bias.shape, [features]) && !sameShape(bias.shape, result))
    throw new ShapeError(
      `linear: the bias is ${show(bias.shape)}, the weight is ${show(weight.shape)}; the bias must have the weight's first length (out), or the result's shape ${show(result)}`,
    );
  const rows = x.rank === 2 ? x : reshape(x, [sizeOf(outer), weight.shape[1]]);
  const out =
    bias === undefined
      ? apply(linearOp, [rows, weight], undefined)
      : apply(biasedLinearOp, [rows, weight, asRows(bias, features)], undefined);
  return x.rank === 2 ? out : reshape(out, result);
}

function asRows(bias: Tensor, features: number): Tensor {
  return bias.rank < 3 ? bias : reshape(bias, [sizeOf(bias.shape.slice(0, -1)), features]);
}

// An op of its own and not matmul(x, transpose(weight)), so that the weight's gradient comes out dense in its layout.
export const linearOp: Op = defineOp({
  name: "linear",
  inputs: ["x", "weight"],
  infer: ([x, weight]) => {
    checkFactors("linear", { x, "the weight": weight });
    return [{ shape: [x.shape[0], weight.shape[0]], dtype: x.dtype }];
  },
  kernel: ([x, weight], [out]) => kernels.matmul(x, transposed(weight), out),
  linear: ["x", "weight"],
  saves: ["x", "weight"],
  savedFor: { x: ["weight"], weight: ["x"] },
  vjp: {
    x: { op: () => matmulOp, operands: ({ g, weight }) => [g, weight] },
    weight: { op: () => matmulOp, operands: ({ g, x }) => [transpose(g), x] },
  },
});

/** `linear`, and a bias [out], or [..., out] as the result, from which the sums start. */
export const biasedLinearOp: Op = defineOp({
  name: "biasedLinear",
  inputs: ["x", "weight", "bias"],
  infer: ([x, weight, bias]) => {
    checkFactors("linear", { x, "the weight": weight, "the bias": bias });
    return [{ shape: [x.shape[0], weight.shape[0]], dtype: x.dtype }];
  },
  kernel: ([x, weight, bias], [out]) => {
    startFrom(bias, out);
    kernels.matmulInto(x, transposed(weight), out, { accumulate: true });
  },
  saves: ["x", "weight"],
  savedFor: { x: ["weight"], weight: ["x"], bias: [] },
  vjp: {
    x: { op: () => matmulOp, operands: ({ g, weight }) => [g, weight] },
    weight: { op: () => matmulOp, operands: ({ g, x }) => [transpose(g), x] },
    bias: ({ g }) => g,
  },
  jvp: {
    x: ({ t, weight }) => apply(linearOp, [t, weight], undefined),
    weight: ({ t, x }) => apply(linearOp, [x, t], undefined),
    bias: ({ t }) => t,
  },
});

// With more rows than this, or with a bias of each row its own, it pays to start a kernel.
const fewRows = 4;

/** Fills `out` with a bias, of its shape or for every row. */
function startFrom(bias: View, out: View): void {
  const [rows, features] = out.shape as readonly [number, number];
  if (bias.shape.length === 1 && rows > fewRows) {
    cloneOp.kernel([bias], [out]);
    return;
  }
  if (rows * features > 0) out.data.targetAddress();
  const { data, stride, offset } = bias;
  copy(bias.shape.length === 1 ? makeView(data, out.shape, [0, stride[0]], offset) : bias, out);
}

function transposed({ data, shape, stride, offset }: View): View {
  return makeView(data, [shape[1], shape[0]], [stride[1], stride[0]], offset);
}
