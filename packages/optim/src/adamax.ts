/** Adamax. */
import { expression, type Tensor } from "@wengert/autograd";
import { average, correctedRate, counted, shares } from "./optimizer/moments.js";
import { type DescentOptions, defineRule, Optimizer, type OptimizerInput } from "./optimizer.js";

const { difference, primitive, product, quotient, sum } = expression;

/** The defaults are the paper's, and PyTorch's; the paper has no ε. */
export interface AdamaxOptions extends DescentOptions {
  /** The learning rate η, 0.002 by default. */
  readonly lr?: number;
  /** β₁ and β₂, 0.9 and 0.999 by default. */
  readonly betas?: readonly [number, number];
  /** ε, 1e-8 by default. */
  readonly eps?: number;
}

type State = { readonly step: Tensor; readonly expAvg: Tensor; readonly expInf: Tensor };

/**
 *   g = ±∇ + λ p
 *   m' = β₁ m + (1 − β₁) g
 *   u' = max(β₂ u, |g| + ε)
 *   p' = p − η / (1 − β₁ᵗ) m' / u'
 *
 * Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 2. The paper has no ε, and so no answer to a
 * gradient that is 0 from the start; ε is PyTorch's.
 */
export class Adamax extends Optimizer<AdamaxOptions, State> {
  constructor(params: OptimizerInput<AdamaxOptions>, options: AdamaxOptions = {}) {
    super(params, options, adamax);
  }
}

const adamax = defineRule<AdamaxOptions, State, keyof ReturnType<typeof shares> | "rate">({
  name: "Adamax",
  defaults: { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false },
  state: () => ({ step: { one: 0 }, expAvg: 0, expInf: 0 }),
  numbers: shares,
  rates: { step: counted, rate: correctedRate },
  update: ({ p, g, expAvg, expInf, rate, beta2, new1, eps }) => {
    const m = average(expAvg, g, new1);
    const u = primitive("max", product(beta2, expInf), sum(primitive("abs", g), eps));
    return { p: difference(p, quotient(product(rate, m), u)), expAvg: m, expInf: u };
  },
});
