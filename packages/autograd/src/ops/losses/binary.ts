/** Losses of yes or no. */
import {
  constant,
  difference,
  type Expression,
  negative,
  sum as plus,
  primitive,
  product,
  quotient,
} from "../../expression/expression.js";
import * as functions from "../../expression/functions/index.js";
import type { Tensor } from "../../graph.js";
import { applyElementwise, type ElementwiseOp, elementwise } from "../elementwise/elementwise-op.js";
import { checkLoss, checkWeight, type LossOptions, notNegative, reduced, tiny } from "./common.js";

export interface BinaryCrossEntropyOptions extends LossOptions {
  /** How much each element counts; broadcasts to x. The mean stays one over all elements. */
  readonly weight?: Tensor | undefined;
}

/**
 * `−(y · log x + (1 − y) · log(1 − x))`, where a logarithm is at least −100.
 *
 * The gradient by x is `(x − y) / max(x (1 − x), 1e-12)`, as PyTorch's: 0 where x is y, even at 0 and 1.
 *
 * @param x probabilities, from 0 to 1; outside the loss is NaN
 * @param y the probabilities that would be right, mostly 0 and 1; of the same shape
 * @throws ShapeError if the shapes differ
 */
export function binaryCrossEntropy(
  x: Tensor,
  y: Tensor,
  { reduction = "mean", weight }: BinaryCrossEntropyOptions = {},
): Tensor {
  checkLoss("binaryCrossEntropy", reduction, { x }, { y });
  checkWeight("binaryCrossEntropy", "weight", weight, x);
  return reduced(applyElementwise(binaryCrossEntropyOp, [x, y, weight ?? 1]), reduction);
}
export const binaryCrossEntropyOp: ElementwiseOp = elementwise(
  "binaryCrossEntropy",
  ["x", "y", "weight"],
  (x, y, weight) => product(weight, chosen(y, surprise(x), oppositeSurprise(x))),
  {
    pullback: (g, [x, y, weight]) => [
      product(product(g, weight), slope(x, y)),
      product(product(g, weight), difference(surprise(x), oppositeSurprise(x))),
      product(g, chosen(y, surprise(x), oppositeSurprise(x))),
    ],
    pushforward: ([tx, ty, tw], [x, y, weight]) => {
      const byX = product(tx, slope(x, y));
      const byY = product(ty, difference(surprise(x), oppositeSurprise(x)));
      return plus(product(weight, plus(byX, byY)), product(tw, chosen(y, surprise(x), oppositeSurprise(x))));
    },
  },
);

/** `−log x`, at most 100. */
function surprise(x: Expression): Expression {
  return primitive("min", negative(functions.log(x)), 100);
}

/** `−log(1 − x)`, at most 100. */
function oppositeSurprise(x: Expression): Expression {
  return primitive("min", negative(functions.log1p(negative(x))), 100);
}

/** `y · a + (1 − y) · b` */
function chosen(y: Expression, a: Expression, b: Expression): Expression {
  return plus(product(y, a), product(difference(1, y), b));
}

function slope(x: Expression, y: Expression): Expression {
  return quotient(difference(x, y), primitive("max", product(difference(1, x), x), tiny));
}

export interface BinaryCrossEntropyWithLogitsOptions extends BinaryCrossEntropyOptions {
  /** How much positive targets count, beside 1 for negative ones; broadcasts to x. */
  readonly posWeight?: Tensor | undefined;
}

/**
 * The binary cross entropy of `p = σ(x)`, computed from logits without a loss of digits:
 *
 *   −(posWeight · y · log p + (1 − y) · log(1 − p))
 *
 * @param x logits, any shape
 * @param y the probabilities that would be right, mostly 0 and 1; of the same shape
 * @throws ShapeError if the shapes differ
 */
export function binaryCrossEntropyWithLogits(
  x: Tensor,
  y: Tensor,
  { reduction = "mean", weight, posWeight }: BinaryCrossEntropyWithLogitsOptions = {},
): Tensor {
  checkLoss("binaryCrossEntropyWithLogits", reduction, { x }, { y });
  checkWeight("binaryCrossEntropyWithLogits", "weight", weight, x);
  checkWeight("binaryCrossEntropyWithLogits", "posWeight", posWeight, x);
  const inputs = [x, y, weight ?? 1, posWeight ?? 1];
  return reduced(applyElementwise(binaryCrossEntropyWithLogitsOp, inputs), reduction);
}
export const binaryCrossEntropyWithLogitsOp: ElementwiseOp = elementwise(
  "binaryCrossEntropyWithLogits",
  ["x", "y", "weight", "posWeight"],
  (x, y, weight, posWeight) => {
    const { yes, no } = surprises(x);
    return product(weight, chosen(y, product(posWeight, yes), no));
  },
  {
    pullback: (g, [x, y, weight, posWeight]) => {
      const { yes, no } = surprises(x);
      const weighted = product(g, weight);
      return [
        product(weighted, logitSlope(x, y, posWeight)),
        product(weighted, difference(product(posWeight, yes), no)),
        product(g, chosen(y, product(posWeight, yes), no)),
        product(weighted, product(y, yes)),
      ];
    },
    pushforward: ([tx, ty, tw, tp], [x, y, weight, posWeight]) => {
      const { yes, no } = surprises(x);
      const byX = product(tx, logitSlope(x, y, posWeight));
      const byY = product(ty, difference(product(posWeight, yes), no));
      const byPosWeight = product(tp, product(y, yes));
      return plus(
        product(weight, plus(plus(byX, byY), byPosWeight)),
        product(tw, chosen(y, product(posWeight, yes), no)),
      );
    },
  },
);

/** `−log σ(x)` and `−log σ(−x)`, of which neither rounds the other away. */
function surprises(x: Expression): { readonly yes: Expression; readonly no: Expression } {
  const both = functions.softplus(negative(primitive("abs", x)));
  return {
    yes: plus(both, primitive("max", negative(x), 0)),
    no: plus(both, primitive("max", x, 0)),
  };
}

function logitSlope(x: Expression, y: Expression, posWeight: Expression): Expression {
  const up = negative(product(posWeight, functions.sigmoid(negative(x))));
  return chosen(y, up, functions.sigmoid(x));
}

/**
 * `log(1 + e^(−y · x))`
 *
 * @param x scores, any shape
 * @param y −1 or 1, of the same shape
 * @throws ShapeError if the shapes differ
 */
export function softMarginLoss(x: Tensor, y: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  checkLoss("softMarginLoss", reduction, { x }, { y });
  return reduced(applyElementwise(softMarginLossOp, [x, y]), reduction);
}
export const softMarginLossOp: ElementwiseOp = elementwise("softMarginLoss", ["x", "y"], (x, y) =>
  functions.softplus(negative(product(x, y))),
);

/**
 * `max(0, 1 − y · x)`, the loss of support vector machines. Cortes & Vapnik 1995.
 *
 * @param x scores, any shape
 * @param y −1 or 1, of the same shape
 * @throws ShapeError if the shapes differ
 */
export function hingeLoss(x: Tensor, y: Tensor, { reduction = "mean" }: LossOptions = {}): Tensor {
  checkLoss("hingeLoss", reduction, { x }, { y });
  return reduced(applyElementwise(hingeLossOp, [x, y]), reduction);
}
export const hingeLossOp: ElementwiseOp = elementwise("hingeLoss", ["x", "y"], (x, y) =>
  notNegative(difference(constant(1), product(y, x))),
);
