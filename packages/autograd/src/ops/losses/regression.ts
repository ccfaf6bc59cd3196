/** Losses of numbers. */
import { ArgumentError } from "../../errors.js";
import {
  compare,
  constant,
  difference,
  type Expression,
  negative,
  sum as plus,
  primitive,
  product,
  quotient,
  select,
} from "../../expression/expression.js";
import type { Tensor } from "../../graph.js";
import { applyElementwise, type ElementwiseOp, elementwise } from "../elementwise/elementwise-op.js";
import { checkLoss, type LossOptions, reduced } from "./common.js";

/**
 * `(x − y)²`
 *
 * @param x predictions, any shape
 * @param y targets, of the same shape
 * @throws ShapeError if the shapes differ
 */
export function mseLoss(x: Tensor, y: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  checkLoss("mseLoss", reduction, { x }, { y });
  return reduced(applyElementwise(mseLossOp, [x, y]), reduction);
}
export const mseLossOp: ElementwiseOp = elementwise("mseLoss", ["x", "y"], (x, y) => {
  const error = difference(x, y);
  return product(error, error);
});

/** `|x − y|`, as {@link mseLoss}. The gradient where they are equal is 0. */
export function l1Loss(x: Tensor, y: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  checkLoss("l1Loss", reduction, { x }, { y });
  return reduced(applyElementwise(l1LossOp, [x, y]), reduction);
}
export const l1LossOp: ElementwiseOp = elementwise("l1Loss", ["x", "y"], (x, y) =>
  primitive("abs", difference(x, y)),
);

export interface HuberLossOptions extends LossOptions {
  /** Where errors cease to be squared; positive, 1 by default. */
  readonly delta?: number;
}

/**
 * `½ (x − y)²` for errors below delta, `delta · (|x − y| − ½ delta)` beyond, as {@link mseLoss}. Huber 1964.
 *
 * @throws ArgumentError if delta is not positive
 */
export function huberLoss(
  x: Tensor,
  y: Tensor,
  { reduction = "mean", delta = 1 }: HuberLossOptions = {},
): Tensor {
  checkLoss("huberLoss", reduction, { x }, { y });
  if (!(delta > 0)) throw new ArgumentError(`huberLoss: delta is ${delta}; it must be positive`);
  return reduced(applyElementwise(huberLossOp, [x, y, delta]), reduction);
}
export const huberLossOp: ElementwiseOp = elementwise(
  "huberLoss",
  ["x", "y", "delta"],
  (x, y, delta) => {
    const error = difference(x, y);
    const size = primitive("abs", error);
    const linear = product(delta, difference(size, product(0.5, delta)));
    return select(compare("lt", size, delta), product(0.5, product(error, error)), linear);
  },
  // Where errors are large their squares may be infinite, and must not be multiplied by 0.
  {
    pullback: (g, [x, y, delta]) => {
      const { slope, beyond } = huberSlopes(difference(x, y), delta);
      return [product(g, slope), negative(product(g, slope)), product(g, beyond)];
    },
    pushforward: ([tx, ty, td], [x, y, delta]) => {
      const { slope, beyond } = huberSlopes(difference(x, y), delta);
      return plus(product(difference(tx, ty), slope), product(td, beyond));
    },
  },
);

/** The slopes of the loss by the error and by delta. */
function huberSlopes(
  error: Expression,
  delta: Expression,
): { readonly slope: Expression; readonly beyond: Expression } {
  return {
    slope: held(error, delta),
    beyond: primitive("max", difference(primitive("abs", error), delta), 0),
  };
}

/** `e` within ±`bound`. */
function held(e: Expression, bound: Expression): Expression {
  return primitive("max", primitive("min", e, bound), negative(bound));
}

export interface SmoothL1LossOptions extends LossOptions {
  /** Where errors cease to be squared; 0 or more, 1 by default. */
  readonly beta?: number;
}

/**
 * `½ (x − y)² / beta` for errors below beta, `|x − y| − ½ beta` beyond, as {@link mseLoss}; for a beta of 0 that is
 * {@link l1Loss}. Girshick 2015, equation 3.
 *
 * @throws ArgumentError if beta is negative
 */
export function smoothL1Loss(
  x: Tensor,
  y: Tensor,
  { reduction = "mean", beta = 1 }: SmoothL1LossOptions = {},
): Tensor {
  checkLoss("smoothL1Loss", reduction, { x }, { y });
  if (!(beta >= 0)) throw new ArgumentError(`smoothL1Loss: beta is ${beta}; it must be 0 or more`);
  const losses =
    beta === 0 ? applyElementwise(l1LossOp, [x, y]) : applyElementwise(smoothL1LossOp, [x, y, beta]);
  return reduced(losses, reduction);
}
export const smoothL1LossOp: ElementwiseOp = elementwise(
  "smoothL1Loss",
  ["x", "y", "beta"],
  (x, y, beta) => {
    const error = difference(x, y);
    const size = primitive("abs", error);
    const square = quotient(product(0.5, product(error, error)), beta);
    return select(compare("lt", size, beta), square, difference(size, product(0.5, beta)));
  },
  {
    pullback: (g, [x, y, beta]) => {
      const slope = held(quotient(difference(x, y), beta), constant(1));
      const byBeta = product(-0.5, product(slope, slope));
      return [product(g, slope), negative(product(g, slope)), product(g, byBeta)];
    },
    pushforward: ([tx, ty, tb], [x, y, beta]) => {
      const slope = held(quotient(difference(x, y), beta), constant(1));
      return plus(product(difference(tx, ty), slope), product(tb, product(-0.5, product(slope, slope))));
    },
  },
);
