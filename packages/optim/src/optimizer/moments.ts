/** What expressions of several optimizers share: running averages, counts, and factors that correct those of few steps. */
import { expression, functions } from "@wengert/autograd";

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

/** The step after this one: t + 1. As PyTorch has it, in the dtype of the parameter, of which float32 counts to 2²⁴. */
export function counted({ step }: { readonly step: Expression }): Expression {
  return sum(step, 1);
}

/** η / (1 − β₁ᵗ) */
export function correctedRate({
  step,
  lr,
  beta1,
}: Readonly<Record<"step" | "lr" | "beta1", Expression>>): Expression {
  return quotient(lr, difference(1, functions.pow(beta1, step)));
}

/** 1 / √(1 − β₂ᵗ) */
export function correctedScale({ step, beta2 }: Readonly<Record<"step" | "beta2", Expression>>): Expression {
  return quotient(1, primitive("sqrt", difference(1, functions.pow(beta2, step))));
}
