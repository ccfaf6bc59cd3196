/** Nesterov's accelerated gradient, in the form of the velocity. */
import { assign, clone, expression, noGrad, sub, type Tensor } from "@wengert/autograd";
import { type DescentOptions, defineRule, Optimizer, type OptimizerInput } from "./optimizer.js";

const { difference, product, sum } = expression;

export interface NAGOptions extends DescentOptions {
  /** The learning rate η. */
  readonly lr: number;
  /** μ, 0.9 by default. */
  readonly momentum?: number;
}

type State = { readonly velocity: Tensor };

/**
 * Nesterov's accelerated gradient. With w the weights and v their velocity,
 *
 *   v' = μ v − η ∇f(w + μ v)
 *   w' = w + v'
 *
 * Between steps the parameters hold p = w + μ v, the point ahead at which the next gradient is wanted, so that a training
 * loop is that of any other optimizer; {@link atWeights} looks at w. In terms of p, with g = ±∇ + λ p,
 *
 *   v' = μ v − η g
 *   p' = p − μ v + v' + μ v'
 *
 * Nesterov 1983; Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning", equations
 * 3 and 4. Beside it, `SGD` with `nesterov` keeps b = −v / η and goes the same way while η and μ stay; when η changes, the
 * velocity here is what it was, there it changes in proportion. μ is to stay: w is found with the μ of the moment.
 */
export class NAG extends Optimizer<NAGOptions, State> {
  constructor(params: OptimizerInput<NAGOptions>, options: NAGOptions) {
    super(params, options, nag);
  }

  /** Runs `body` with the parameters at w; afterwards they are ahead again, at the same bits. */
  atWeights<T>(body: () => T): T {
    const ahead = this.paramGroups.flatMap(({ params, momentum }) =>
      params.map((param) => ({ param, momentum, value: noGrad(() => clone(param)) })),
    );
    try {
      noGrad(() => {
        for (const { param, momentum, value } of ahead) {
          const velocity = this.state.get(param)?.velocity;
          if (velocity !== undefined) assign(param, sub(value, velocity.mul(momentum)));
        }
      });
      return body();
    } finally {
      noGrad(() => {
        for (const { param, value } of ahead) assign(param, value);
      });
    }
  }
}

const nag = defineRule<NAGOptions, State>({
  name: "NAG",
  defaults: { lr: undefined, momentum: 0.9, weightDecay: 0, maximize: false },
  state: () => ({ velocity: 0 }),
  update: ({ p, g, velocity, lr, momentum }) => {
    const v = difference(product(momentum, velocity), product(lr, g));
    const weights = sum(difference(p, product(momentum, velocity)), v);
    return { p: sum(weights, product(momentum, v)), velocity: v };
  },
});
