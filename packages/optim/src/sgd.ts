/** Stochastic gradient descent. */
import { expression, type Tensor } from "@wengert/autograd";
import { type DescentOptions, defineRule, Optimizer, type OptimizerInput } from "./optimizer.js";

const { compare, difference, product, select, sum } = expression;

export interface SGDOptions extends DescentOptions {
  /** The learning rate η. */
  readonly lr: number;
  /** μ, 0 by default. */
  readonly momentum?: number;
  /** τ, 0 by default. */
  readonly dampening?: number;
  /** Whether to look one step ahead, false by default. */
  readonly nesterov?: boolean;
}

type State = { readonly momentumBuffer?: Tensor };

/**
 * Stochastic gradient descent, with momentum where it is not 0.
 *
 *   g = ±∇ + λ p
 *   b' = μ b + (1 − τ) g           at first b' = g
 *   p' = p − η b'                  with nesterov p − η (g + μ b'), without momentum p − η g
 *
 * Robbins & Monro 1951; Polyak 1964; Sutskever et al. 2013, "On the importance of initialization and momentum in deep
 * learning". η stands outside of b, as in PyTorch, whose τ and first b' are, too; `NAG` has η inside, in the form of a velocity.
 */
export class SGD extends Optimizer<SGDOptions, State> {
  constructor(params: OptimizerInput<SGDOptions>, options: SGDOptions) {
    super(params, options, sgd);
  }
}

const sgd = defineRule<SGDOptions, State, "undamped">({
  name: "SGD",
  defaults: {
    lr: undefined,
    momentum: 0,
    dampening: 0,
    weightDecay: 0,
    nesterov: false,
    maximize: false,
  },
  objection: ({ nesterov, momentum, dampening }) =>
    nesterov && (momentum === 0 || dampening !== 0) ? "nesterov needs momentum, and no dampening" : undefined,
  // NaN is what b' = g follows on: a flag in JavaScript would be fixed in a record of the first step.
  state: ({ momentum }) => (momentum === 0 ? {} : { momentumBuffer: NaN }),
  numbers: ({ dampening }) => ({ undamped: 1 - dampening }),
  update: ({ p, g, momentumBuffer: b, lr, momentum, undamped }, on) => {
    if (b === undefined) return { p: difference(p, product(lr, g)) };
    const damped = on.dampening ? product(undamped, g) : g;
    const next = select(compare("eq", b, b), sum(product(momentum, b), damped), g);
    const direction = on.nesterov ? sum(g, product(momentum, next)) : next;
    return { p: difference(p, product(lr, direction)), momentumBuffer: next };
  },
});
