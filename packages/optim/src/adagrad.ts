/** Adagrad. */
import { expression, type Tensor } from "@wengert/autograd";
import { counted } from "./optimizer/moments.js";
import { type DescentOptions, defineRule, Optimizer, type OptimizerInput } from "./optimizer.js";

const { difference, primitive, product, quotient, sum: plus } = expression;

/** The defaults are PyTorch's. */
export interface AdagradOptions extends DescentOptions {
  /** The learning rate η, 0.01 by default. */
  readonly lr?: number;
  /** δ, by which the learning rate falls: η / (1 + (t − 1) δ) in step t; 0 by default. */
  readonly lrDecay?: number;
  /** What the sums of squares start from, 0 by default. */
  readonly initialAccumulatorValue?: number;
  /** ε, 1e-10 by default. */
  readonly eps?: number;
}

type State = { readonly step: Tensor; readonly sum: Tensor };

/**
 *   g = ±∇ + λ p
 *   s' = s + g²
 *   p' = p − η g / (√s' + ε)
 *
 * Duchi, Hazan & Singer 2011, "Adaptive subgradient methods for online learning and stochastic optimization",
 * with the diagonal of Σ g gᵀ; `AdagradTrace` has its trace. δ and the initial value are PyTorch's. Differs: a group may have
 * an initial value of its own, where PyTorch takes that of the optimizer.
 */
export class Adagrad extends Optimizer<AdagradOptions, State> {
  constructor(params: OptimizerInput<AdagradOptions>, options: AdagradOptions = {}) {
    super(params, options, adagrad);
  }
}

const adagrad = defineRule<AdagradOptions, State, "rate">({
  name: "Adagrad",
  defaults: {
    lr: 0.01,
    lrDecay: 0,
    weightDecay: 0,
    initialAccumulatorValue: 0,
    eps: 1e-10,
    maximize: false,
  },
  state: ({ initialAccumulatorValue }) => ({ step: { one: 0 }, sum: initialAccumulatorValue }),
  rates: {
    rate: ({ step: done, lr, lrDecay }) => quotient(lr, plus(1, product(done, lrDecay))),
    step: counted,
  },
  update: ({ p, g, sum, rate, eps }) => {
    const next = plus(sum, product(g, g));
    return { p: difference(p, quotient(product(rate, g), plus(primitive("sqrt", next), eps))), sum: next };
  },
});
