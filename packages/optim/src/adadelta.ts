/** Adadelta. */
import { expression, type Tensor } from "@wengert/autograd";
import { notBelowOne } from "./optimizer/checks.js";
import { average } from "./optimizer/moments.js";
import { type DescentOptions, defineRule, Optimizer, type OptimizerInput } from "./optimizer.js";

const { difference, primitive, product, quotient, sum } = expression;

/** The defaults are PyTorch's; the paper uses ρ = 0.95. */
export interface AdadeltaOptions extends DescentOptions {
  /** The learning rate η, 1 by default. */
  readonly lr?: number;
  /** ρ, 0.9 by default: by which the averages decay. */
  readonly rho?: number;
  /** ε, 1e-6 by default. */
  readonly eps?: number;
}

type State = { readonly squareAvg: Tensor; readonly accDelta: Tensor };

/**
 *   g = ±∇ + λ p
 *   s' = ρ s + (1 − ρ) g²
 *   Δ = g √(d + ε) / √(s' + ε)
 *   d' = ρ d + (1 − ρ) Δ²
 *   p' = p − η Δ
 *
 * Zeiler 2012, "ADADELTA: an adaptive learning rate method", algorithm 1. The paper has no η; it is PyTorch's.
 */
export class Adadelta extends Optimizer<AdadeltaOptions, State> {
  constructor(params: OptimizerInput<AdadeltaOptions>, options: AdadeltaOptions = {}) {
    super(params, options, adadelta);
  }
}

const adadelta = defineRule<AdadeltaOptions, State, "fresh">({
  name: "Adadelta",
  defaults: { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false },
  objection: ({ rho }) => notBelowOne({ rho }),
  state: () => ({ squareAvg: 0, accDelta: 0 }),
  numbers: ({ rho }) => ({ fresh: 1 - rho }),
  update: ({ p, g, squareAvg, accDelta, lr, fresh, eps }) => {
    const square = average(squareAvg, product(g, g), fresh);
    const roots = quotient(primitive("sqrt", sum(accDelta, eps)), primitive("sqrt", sum(square, eps)));
    const delta = product(roots, g);
    return {
      p: difference(p, product(lr, delta)),
      squareAvg: square,
      accDelta: average(accDelta, product(delta, delta), fresh),
    };
  },
});
