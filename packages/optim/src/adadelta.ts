/** Adadelta. */
import {
  applyInto,
  type ElementwiseOp,
  elementwise,
  expression,
  type Tensor,
  zerosLike,
} from "@wengert/autograd";
import { negative, notBelowOne } from "./optimizer/checks.js";
import { average, descent } from "./optimizer/moments.js";
import { type DescentOptions, Optimizer, type OptimizerInput, type UpdateContext } from "./optimizer.js";

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

type Options = Required<AdadeltaOptions>;
type State = { readonly squareAvg: Tensor; readonly accDelta: Tensor };
type Context = UpdateContext<Options, State, "fresh">;

/**
 *   g = ±∇ + λ p
 *   s' = ρ s + (1 − ρ) g²
 *   Δ = g √(d + ε) / √(s' + ε)
 *   d' = ρ d + (1 − ρ) Δ²
 *   p' = p − η Δ
 *
 * Zeiler 2012, "ADADELTA: an adaptive learning rate method", algorithm 1. The paper has no η; it is PyTorch's.
 */
export class Adadelta extends Optimizer<Options, State, "fresh"> {
  constructor(params: OptimizerInput<Options>, options: AdadeltaOptions = {}) {
    super(params, {
      name: "Adadelta",
      defaults: { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false, ...options },
      objection: (given) => negative(given) ?? notBelowOne({ rho: given.rho }),
      numbers: ({ rho }) => ({ fresh: 1 - rho }),
    });
  }

  protected override init(param: Tensor): State {
    return { squareAvg: zerosLike(param), accDelta: zerosLike(param) };
  }

  protected override update(param: Tensor, { grad, state, numbers }: Context): void {
    const { squareAvg: s, accDelta: d } = state;
    const { lr, fresh, eps, weightDecay, sign } = numbers;
    applyInto(adadelta, [param, grad, s, d, lr, fresh, eps, weightDecay, sign], [param, s, d], undefined);
  }
}

const adadelta: ElementwiseOp = elementwise(
  "adadelta",
  ["p", "grad", "s", "d", "lr", "fresh", "eps", "decay", "sign"],
  (p, grad, s, d, lr, fresh, eps, decay, sign) => {
    const g = descent(p, grad, decay, sign);
    const nextS = average(s, product(g, g), fresh);
    const roots = quotient(primitive("sqrt", sum(d, eps)), primitive("sqrt", sum(nextS, eps)));
    const delta = product(roots, g);
    return { p: difference(p, product(lr, delta)), s: nextS, d: average(d, product(delta, delta), fresh) };
  },
);
