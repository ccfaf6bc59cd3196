/** Adagrad. */
import {
  apply,
  applyInto,
  type ElementwiseOp,
  elementwise,
  expression,
  type FloatDType,
  fullLike,
  type Tensor,
} from "@wengert/autograd";
import { factor, increase, startCount } from "./optimizer/count.js";
import { descent } from "./optimizer/moments.js";
import { type DescentOptions, Optimizer, type OptimizerInput, type UpdateContext } from "./optimizer.js";

const { difference, primitive, product, quotient, sum } = expression;

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

type Options = Required<AdagradOptions>;
type State = { readonly step: Tensor; readonly sum: Tensor };

/**
 *   g = ±∇ + λ p
 *   s' = s + g²
 *   p' = p − η g / (√s' + ε)
 *
 * Duchi, Hazan & Singer 2011, "Adaptive subgradient methods for online learning and stochastic optimization",
 * with the diagonal of Σ g gᵀ; `AdagradTrace` has its trace.
 */
export class Adagrad extends Optimizer<Options, State> {
  constructor(params: OptimizerInput<Options>, options: AdagradOptions = {}) {
    super(params, {
      name: "Adagrad",
      defaults: {
        lr: 0.01,
        lrDecay: 0,
        weightDecay: 0,
        initialAccumulatorValue: 0,
        eps: 1e-10,
        maximize: false,
        ...options,
      },
    });
  }

  protected override init(param: Tensor, { initialAccumulatorValue }: Options): State {
    return { step: startCount(param), sum: fullLike(param, initialAccumulatorValue) };
  }

  protected override update(
    param: Tensor,
    { grad, state: { step, sum: squares }, dtype, numbers, wide }: UpdateContext<Options, State>,
  ): void {
    const { weightDecay, eps, sign } = numbers;
    const rate = apply(rates[dtype], [step, wide.lr, wide.lrDecay], undefined);
    increase(step);
    applyInto(adagrad, [param, grad, squares, rate, weightDecay, eps, sign], [param, squares], undefined);
  }
}

const rates: Readonly<Record<FloatDType, ElementwiseOp>> = factor(
  "adagrad.rate",
  ["done", "lr", "lrDecay"],
  (done, lr, lrDecay) => quotient(lr, sum(1, product(done, lrDecay))),
);

const adagrad: ElementwiseOp = elementwise(
  "adagrad",
  ["p", "grad", "s", "rate", "decay", "eps", "sign"],
  (p, grad, s, rate, decay, eps, sign) => {
    const g = descent(p, grad, decay, sign);
    const next = sum(s, product(g, g));
    return { p: difference(p, quotient(product(rate, g), sum(primitive("sqrt", next), eps))), s: next };
  },
);
