/** What the kin of Adam share: running averages, and the factors that correct those of few steps. */
import { type ElementwiseOp, expression, type FloatDType, functions } from "@wengert/autograd";
import { factor } from "./count.js";

const { difference, primitive, product, quotient, sum } = expression;
type Expression = expression.Expression;

/** β₁ and β₂, and what is left of 1 by each. */
export function shares({
  betas: [beta1, beta2],
}: {
  readonly betas: readonly [number, number];
}): Readonly<Record<"beta1" | "beta2" | "new1" | "new2", number>> {
  return { beta1, beta2, new1: 1 - beta1, new2: 1 - beta2 };
}

/** β a + (1 − β) x. As a + (1 − β)(x − a) the weights of old and new add up to one in float32 too. */
export function average(a: Expression, x: Expression, oneMinusBeta: Expression): Expression {
  return sum(a, product(oneMinusBeta, difference(x, a)));
}

/** g = ±∇ + λ p */
export function descent(p: Expression, grad: Expression, decay: Expression, sign: Expression): Expression {
  return sum(product(sign, grad), product(decay, p));
}

/** η / (1 − β₁ᵗ) */
export const correctedRate: Readonly<Record<FloatDType, ElementwiseOp>> = factor(
  "adam.rate",
  ["t", "lr", "beta1"],
  (t, lr, beta1) => quotient(lr, difference(1, functions.pow(beta1, t))),
);

/** 1 / √(1 − β₂ᵗ) */
export const correctedScale: Readonly<Record<FloatDType, ElementwiseOp>> = factor(
  "adam.scale",
  ["t", "beta2"],
  (t, beta2) => quotient(1, primitive("sqrt", difference(1, functions.pow(beta2, t)))),
);
