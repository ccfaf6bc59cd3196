/** Adagrad with the trace for a preconditioner: one learning rate for a whole parameter. */
import { expression, type Tensor } from "@wengert/autograd";
import { type DescentOptions, defineRule, Optimizer, type OptimizerInput } from "./optimizer.js";

const { difference, primitive, product, quotient, sum: plus } = expression;

/** The defaults are those of Adagrad. */
export interface AdagradTraceOptions extends DescentOptions {
  /** The learning rate η, 0.01 by default. */
  readonly lr?: number;
  /** What the sums of squares start from, 0 by default. */
  readonly initialAccumulatorValue?: number;
  /** ε, 1e-10 by default. */
  readonly eps?: number;
}

type State = { readonly sum: Tensor };

/**
 *   g = ±∇ + λ p
 *   s' = s + ‖g‖²                  that is, tr G of G = Σ g gᵀ
 *   p' = p − η g / (√s' + ε)
 *
 * Beside it, `Adagrad` divides by the root of the diagonal of G, a number for each weight, and Duchi, Hazan & Singer 2011
 * also by that of all of G. The trace knows the scale of the gradients, not their axes, and so is the same in every
 * rotation of the weights.
 *
 * "The trace form of Adagrad" is a name from lectures, without a paper or an equation that we know; this is our reading of
 * it. It is algorithm 1 (AdaGrad-Norm) of Ward, Wu & Bottou 2019, "AdaGrad stepsizes: sharp convergence over nonconvex
 * landscapes", but for ε, which is Adagrad's, and for a trace for each parameter, where theirs is one for all. The sum has to
 * be known before the first weight is changed, so a step goes over the gradient twice; squares are made of a few thousand
 * numbers at a time.
 */
export class AdagradTrace extends Optimizer<AdagradTraceOptions, State> {
  constructor(params: OptimizerInput<AdagradTraceOptions>, options: AdagradTraceOptions = {}) {
    super(params, options, adagradTrace);
  }
}

const adagradTrace = defineRule<AdagradTraceOptions, State, "square">({
  name: "AdagradTrace",
  defaults: { lr: 0.01, weightDecay: 0, initialAccumulatorValue: 0, eps: 1e-10, maximize: false },
  state: ({ initialAccumulatorValue }) => ({ sum: { one: initialAccumulatorValue } }),
  sums: { square: ({ g }) => product(g, g) },
  rates: { sum: ({ sum, square }) => plus(sum, square) },
  update: ({ p, g, sum, lr, eps }) => ({
    p: difference(p, quotient(product(lr, g), plus(primitive("sqrt", sum), eps))),
  }),
});
