/** Nesterov's accelerated gradient, in the form of the velocity. */
import {
  applyInto,
  assign,
  clone,
  type ElementwiseOp,
  elementwise,
  expression,
  noGrad,
  sub,
  type Tensor,
  zerosLike,
} from "@wengert/autograd";
import { descent } from "./optimizer/moments.js";
import { type DescentOptions, Optimizer, type OptimizerInput, type UpdateContext } from "./optimizer.js";

const { difference, product, sum } = expression;

export interface NAGOptions extends DescentOptions {
  /** The learning rate η. */
  readonly lr: number;
  /** μ, 0.9 by default. */
  readonly momentum?: number;
}

type Options = Required<NAGOptions>;
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
export class NAG extends Optimizer<Options, State> {
  constructor(params: OptimizerInput<Options>, { lr, ...options }: NAGOptions) {
    super(params, {
      name: "NAG",
      defaults: { lr, momentum: 0.9, weightDecay: 0, maximize: false, ...options },
    });
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

  protected override init(param: Tensor): State {
    return { velocity: zerosLike(param) };
  }

  protected override update(
    param: Tensor,
    { grad, state: { velocity: v }, numbers }: UpdateContext<Options, State>,
  ): void {
    const { lr, momentum, weightDecay, sign } = numbers;
    applyInto(nag, [param, grad, v, lr, momentum, weightDecay, sign], [param, v], undefined);
  }
}

const nag: ElementwiseOp = elementwise(
  "nag",
  ["p", "grad", "v", "lr", "momentum", "decay", "sign"],
  (p, grad, v, lr, momentum, decay, sign) => {
    const next = difference(product(momentum, v), product(lr, descent(p, grad, decay, sign)));
    const weights = sum(difference(p, product(momentum, v)), next);
    return { p: sum(weights, product(momentum, next)), v: next };
  },
);
