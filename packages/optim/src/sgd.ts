/** Stochastic gradient descent. */
import {
  applyInto,
  type ElementwiseOp,
  elementwise,
  expression,
  fullLike,
  type Tensor,
} from "@wengert/autograd";
import { negative } from "./optimizer/checks.js";
import { descent } from "./optimizer/moments.js";
import { type DescentOptions, Optimizer, type OptimizerInput, type UpdateContext } from "./optimizer.js";

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

type Options = Required<SGDOptions>;
type State = { momentumBuffer?: Tensor };
type Context = UpdateContext<Options, State, "undamped">;

/**
 * Stochastic gradient descent, with momentum where it is not 0.
 *
 *   g = ±∇ + λ p
 *   b' = μ b + (1 − τ) g           at first b' = g
 *   p' = p − η b'                  with nesterov p − η (g + μ b'), without momentum p − η g
 *
 * Robbins & Monro 1951; Polyak 1964; Sutskever et al. 2013, "On the importance of initialization and momentum in deep
 * learning". η stands outside of b, as in PyTorch; `NAG` has it inside, in the form of a velocity.
 */
export class SGD extends Optimizer<Options, State, "undamped"> {
  constructor(params: OptimizerInput<Options>, { lr, ...options }: SGDOptions) {
    super(params, {
      name: "SGD",
      defaults: {
        lr,
        momentum: 0,
        dampening: 0,
        weightDecay: 0,
        nesterov: false,
        maximize: false,
        ...options,
      },
      objection: ({ dampening, ...rest }) =>
        negative(rest) ??
        (rest.nesterov && (rest.momentum === 0 || dampening !== 0)
          ? "nesterov needs momentum, and no dampening"
          : undefined),
      numbers: ({ dampening }) => ({ undamped: 1 - dampening }),
    });
  }

  protected override init(param: Tensor, { momentum }: Options): State {
    return momentum === 0 ? {} : { momentumBuffer: noGradientYet(param) };
  }

  protected override update(param: Tensor, { grad, state, options, numbers }: Context): void {
    const { lr, momentum, undamped, weightDecay, sign } = numbers;
    if (options.momentum === 0) {
      applyInto(plain, [param, grad, lr, weightDecay, sign], [param], undefined);
      return;
    }
    // Momentum may have been 0 in the steps before.
    state.momentumBuffer ??= noGradientYet(param);
    const b = state.momentumBuffer;
    const op = options.nesterov ? nesterov : heavyBall;
    applyInto(op, [param, grad, b, lr, momentum, undamped, weightDecay, sign], [param, b], undefined);
  }
}

/** What b' = g follows on. As NaN, because a flag in JavaScript would be fixed in a record of the first step. */
function noGradientYet(param: Tensor): Tensor {
  return fullLike(param, NaN);
}

const plain: ElementwiseOp = elementwise(
  "sgd",
  ["p", "grad", "lr", "decay", "sign"],
  (p, grad, lr, decay, sign) => difference(p, product(lr, descent(p, grad, decay, sign))),
);
const heavyBall: ElementwiseOp = withMomentum("sgd.momentum", false);
const nesterov: ElementwiseOp = withMomentum("sgd.nesterov", true);

function withMomentum(name: string, lookAhead: boolean): ElementwiseOp {
  return elementwise(
    name,
    ["p", "grad", "b", "lr", "momentum", "undamped", "decay", "sign"],
    (p, grad, b, lr, momentum, undamped, decay, sign) => {
      const g = descent(p, grad, decay, sign);
      const next = select(compare("eq", b, b), sum(product(momentum, b), product(undamped, g)), g);
      return { p: difference(p, product(lr, lookAhead ? sum(g, product(momentum, next)) : next)), b: next };
    },
  );
}
