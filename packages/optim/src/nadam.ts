/** NAdam. */
import { expression, functions, type Tensor } from "@wengert/autograd";
import { average, correctedScale, counted, shares } from "./optimizer/moments.js";
import { type DescentOptions, defineRule, Optimizer, type OptimizerInput } from "./optimizer.js";

const { constant, difference, primitive, product, quotient, sum } = expression;
type Expression = expression.Expression;

/** The defaults are PyTorch's. */
export interface NAdamOptions extends DescentOptions {
  /** The learning rate η, 0.002 by default. */
  readonly lr?: number;
  /** β₁ and β₂, 0.9 and 0.999 by default. */
  readonly betas?: readonly [number, number];
  /** ε, 1e-8 by default. */
  readonly eps?: number;
  /** ψ, 0.004 by default: how fast μ rises to β₁. */
  readonly momentumDecay?: number;
}

type State = Readonly<Record<"step" | "muProduct" | "expAvg" | "expAvgSq", Tensor>>;

/**
 *   μₜ = β₁ (1 − ½ · 0.96^(t ψ)),  Πₜ = μ₁ ⋯ μₜ
 *   g = ±∇ + λ p
 *   m' = β₁ m + (1 − β₁) g
 *   v' = β₂ v + (1 − β₂) g²
 *   p' = p − η (μₜ₊₁ m' / (1 − Πₜ₊₁) + (1 − μₜ) g / (1 − Πₜ)) / (√(v' / (1 − β₂ᵗ)) + ε)
 *
 * Dozat 2016, "Incorporating Nesterov momentum into Adam", algorithm 2 and its μ. There m' is averaged by μₜ too; here
 * by β₁, as in PyTorch. (PyTorch 1.13 without `foreach` multiplies μₜ twice into Πₜ₊₁, a fault that later ones corrected.)
 */
export class NAdam extends Optimizer<NAdamOptions, State> {
  constructor(params: OptimizerInput<NAdamOptions>, options: NAdamOptions = {}) {
    super(params, options, nadam);
  }
}

/** μₜ */
function mu(t: Expression, beta1: Expression, decay: Expression): Expression {
  return product(beta1, difference(1, product(0.5, functions.pow(constant(0.96), product(t, decay)))));
}

const nadam = defineRule<NAdamOptions, State, keyof ReturnType<typeof shares> | "ofG" | "ofMean" | "scale">({
  name: "NAdam",
  defaults: {
    lr: 2e-3,
    betas: [0.9, 0.999],
    eps: 1e-8,
    weightDecay: 0,
    momentumDecay: 4e-3,
    maximize: false,
  },
  state: () => ({ step: { one: 0 }, muProduct: { one: 1 }, expAvg: 0, expAvgSq: 0 }),
  numbers: shares,
  rates: {
    step: counted,
    muProduct: ({ muProduct, step, beta1, momentumDecay }) =>
      product(muProduct, mu(step, beta1, momentumDecay)),
    ofG: ({ muProduct, step, lr, beta1, momentumDecay }) =>
      quotient(product(lr, difference(1, mu(step, beta1, momentumDecay))), difference(1, muProduct)),
    ofMean: ({ muProduct, step, lr, beta1, momentumDecay }) => {
      const next = mu(sum(step, 1), beta1, momentumDecay);
      return quotient(product(lr, next), difference(1, product(muProduct, next)));
    },
    scale: correctedScale,
  },
  update: ({ p, g, expAvg, expAvgSq, ofG, ofMean, scale, new1, new2, eps }) => {
    const m = average(expAvg, g, new1);
    const v = average(expAvgSq, product(g, g), new2);
    const root = sum(product(primitive("sqrt", v), scale), eps);
    const change = quotient(sum(product(ofMean, m), product(ofG, g)), root);
    return { p: difference(p, change), expAvg: m, expAvgSq: v };
  },
});
