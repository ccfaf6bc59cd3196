/** Losses of numbers. */
import { ArgumentError } from "../../errors.js";
import {
  compare,
  difference,
  type Expression,
  primitive,
  product,
  quotient,
  select,
} from "../../expression/expression.js";
import type { Tensor } from "../../graph.js";
import { applyElementwise, type ElementwiseOp, elementwise } from "../elementwise-op.js";
import { checkFloats, checkReduction, checkSameShape, type LossOptions, reduced } from "./common.js";

function check(name: string, x: Tensor, y: Tensor, reduction: string): void {
  checkReduction(name, reduction);
  checkFloats(name, { x });
  checkSameShape(name, { x, y });
}

/**
 * `(x − y)²`
 *
 * @param x predictions, any shape
 * @param y targets, of the same shape
 * @throws ShapeError if the shapes differ
 */
export function mseLoss(x: Tensor, y: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  check("mseLoss", x, y, reduction);
  return reduced(applyElementwise(mseLossOp, [x, y]), reduction);
}
export const mseLossOp: ElementwiseOp = elementwise("mseLoss", ["x", "y"], (x, y) => {
  const error = difference(x, y);
  return product(error, error);
});

/** `|x − y|`, as {@link mseLoss}. The gradient where they are equal is 0. */
export function l1Loss(x: Tensor, y: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  check("l1Loss", x, y, reduction);
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
  check("huberLoss", x, y, reduction);
  if (!(delta > 0)) throw new ArgumentError(`huberLoss: delta is ${delta}; it must be positive`);
  return reduced(applyElementwise(huberLossOp, [x, y, delta]), reduction);
}
export const huberLossOp: ElementwiseOp = elementwise("huberLoss", ["x", "y", "delta"], (x, y, delta) =>
  bent(
    x,
    y,
    delta,
    (error) => product(0.5, product(error, error)),
    (size) => product(delta, difference(size, product(0.5, delta))),
  ),
);

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
  check("smoothL1Loss", x, y, reduction);
  if (!(beta >= 0)) throw new ArgumentError(`smoothL1Loss: beta is ${beta}; it must be 0 or more`);
  const losses =
    beta === 0 ? applyElementwise(l1LossOp, [x, y]) : applyElementwise(smoothL1LossOp, [x, y, beta]);
  return reduced(losses, reduction);
}
export const smoothL1LossOp: ElementwiseOp = elementwise("smoothL1Loss", ["x", "y", "beta"], (x, y, beta) =>
  bent(
    x,
    y,
    beta,
    (error) => quotient(product(0.5, product(error, error)), beta),
    (size) => difference(size, product(0.5, beta)),
  ),
);

/** One function of small errors, another of the size of large ones. */
function bent(
  x: Expression,
  y: Expression,
  border: Expression,
  small: (error: Expression) => Expression,
  large: (size: Expression) => Expression,
): Expression {
  const error = difference(x, y);
  const size = primitive("abs", error);
  return select(compare("lt", size, border), small(error), large(size));
}
