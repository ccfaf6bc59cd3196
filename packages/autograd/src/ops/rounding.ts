/** Rounding to integers, and division with a rounded quotient. */
import { type DType, isFloat, promote } from "../dtype.js";
import { primitive } from "../expression/expression.js";
import * as division from "../expression/functions/division.js";
import { Tensor } from "../graph.js";
import { apply } from "../tape.js";
import {
  applyElementwise,
  type ElementwiseOp,
  elementwise,
  type TensorLike,
} from "./elementwise/elementwise-op.js";
import { to } from "./elementwise.js";

/** The next integer down. The derivative is 0; integers stay as they are. */
export function floor(x: Tensor): Tensor {
  return apply(floorOp, [x], undefined);
}
export const floorOp: ElementwiseOp = elementwise("floor", ["x"], (x) => primitive("floor", x));

/** The next integer up. The derivative is 0; integers stay as they are. */
export function ceil(x: Tensor): Tensor {
  return apply(ceilOp, [x], undefined);
}
export const ceilOp: ElementwiseOp = elementwise("ceil", ["x"], (x) => primitive("ceil", x));

/** The nearest integer, of two the even one. The derivative is 0; integers stay as they are. */
export function round(x: Tensor): Tensor {
  return apply(roundOp, [x], undefined);
}
export const roundOp: ElementwiseOp = elementwise("round", ["x"], (x) => primitive("nearest", x));

/** The next integer towards 0. The derivative is 0; integers stay as they are. */
export function trunc(x: Tensor): Tensor {
  return apply(truncOp, [x], undefined);
}
export const truncOp: ElementwiseOp = elementwise("trunc", ["x"], (x) => primitive("trunc", x));

/**
 * `⌊x / y⌋`, as Python's `//`. The derivative is 0.
 *
 * Integers give integers; of those a division by 0 gives the greatest or least number of the dtype, and 0 / 0 gives 0.
 */
export function floorDivide(x: TensorLike, y: TensorLike): Tensor {
  return ofWhole(floorDivideOp, x, y);
}
export const floorDivideOp: ElementwiseOp = elementwise("floorDivide", ["x", "y"], (x, y) =>
  division.floorDivide(x, y),
);

/**
 * `x − y · ⌊x / y⌋`, as Python's `%`: 0, or of the sign of `y`. Exact, while the quotient is an integer that the dtype
 * has. The derivative by `y` is `−⌊x / y⌋`.
 *
 * Integers give integers; of those the remainder by 0 is 0.
 */
export function remainder(x: TensorLike, y: TensorLike): Tensor {
  return ofWhole(remainderOp, x, y);
}
export const remainderOp: ElementwiseOp = elementwise("remainder", ["x", "y"], (x, y) =>
  division.remainder(x, y),
);

/** Of integers by way of float64, which holds them all. */
function ofWhole(op: ElementwiseOp, x: TensorLike, y: TensorLike): Tensor {
  const operands = [x, y];
  let dtype: DType = "bool";
  for (const each of operands) {
    if (each instanceof Tensor) dtype = promote(dtype, each.dtype);
    else if (!Number.isInteger(each)) return applyElementwise(op, operands);
  }
  if (isFloat(dtype) || operands.every((each) => typeof each === "number"))
    return applyElementwise(op, operands);
  const wide = operands.map((each) => (each instanceof Tensor ? to(each, "float64") : each));
  return to(applyElementwise(op, wide), dtype === "bool" ? "int32" : dtype);
}
