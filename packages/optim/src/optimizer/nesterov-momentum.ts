/** The momentum of NAdam, which rises from step to step, and the rates that follow from it. */
import { type ElementwiseOp, expression, type FloatDType, functions } from "@wengert/autograd";
import { factor } from "./count.js";

const { difference, product, quotient, sum } = expression;
type Expression = expression.Expression;

/** μₜ = β₁ (1 − ½ · 0.96^(t ψ)) */
function mu(t: Expression, beta1: Expression, decay: Expression): Expression {
  return product(
    beta1,
    difference(1, product(0.5, functions.pow(expression.constant(0.96), product(t, decay)))),
  );
}

/** Πₜ = μ₁ ⋯ μₜ from Πₜ₋₁ */
export const momentumProduct: Readonly<Record<FloatDType, ElementwiseOp>> = factor(
  "nadam.product",
  ["done", "t", "beta1", "decay"],
  (done, t, beta1, decay) => product(done, mu(t, beta1, decay)),
);

/** η (1 − μₜ) / (1 − Πₜ), by which the gradient goes */
export const gradientRate: Readonly<Record<FloatDType, ElementwiseOp>> = factor(
  "nadam.gradientRate",
  ["done", "t", "lr", "beta1", "decay"],
  (done, t, lr, beta1, decay) =>
    quotient(product(lr, difference(1, mu(t, beta1, decay))), difference(1, done)),
);

/** η μₜ₊₁ / (1 − Πₜ₊₁), by which the average goes */
export const meanRate: Readonly<Record<FloatDType, ElementwiseOp>> = factor(
  "nadam.meanRate",
  ["done", "t", "lr", "beta1", "decay"],
  (done, t, lr, beta1, decay) => {
    const next = mu(sum(t, 1), beta1, decay);
    return quotient(product(lr, next), difference(1, product(done, next)));
  },
);
