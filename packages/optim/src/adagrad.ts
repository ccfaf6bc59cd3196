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
import { negative } from "./optimizer/checks.js";
import { factor, increase, startCount } from "./optimizer/count.js";
import { Optimizer, type OptimizerInput, type UpdateContext } from "./optimizer.js";

const { difference, primitive, product, quotient, sum } = expression;

/** The defaults are PyTorch's. */
export interface AdagradOptions {
  /** The learning rate η, 0.01 by default. */
  readonly lr?: number;
  /** δ, by which the learning rate falls: η / (1 + (t − 1) δ) in step t; 0 by default. */
  readonly lrDecay?: number;
  /** λ, 0 by default: of an L2 penalty, whose gradient is added to that of the loss. */
  readonly weightDecay?: number;
  /** What the sums of squares start from, 0 by default. */
  readonly initialAccumulatorValue?: number;
  /** ε, 1e-10 by default. */
  readonly eps?: number;
  /** Whether to climb, false by default. */
  readonly maximize?: boolean;
}

type Options = Required<AdagradOptions>;
type State = { readonly step: Tensor; readonly sum: Tensor };
type Name = "lr" | "lrDecay" | "weightDecay" | "eps" | "sign";

/**
 *   g = ±∇ + λ p
 *   s' = s + g²
 *   p' = p − η g / (√s' + ε)
 *
 * Duchi, Hazan & Singer 2011, "Adaptive subgradient methods for online learning and stochastic optimization",
 * with the diagonal of Σ g gᵀ; `AdagradTrace` has its trace.
 */
export class Adagrad extends Optimizer<Options, State, Name> {
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
      objection: ({ maximize: _, ...rest }) => negative(rest),
      numbers: ({ lr, lrDecay, weightDecay, eps, maximize }) => ({
        lr,
        lrDecay,
        weightDecay,
        eps,
        sign: maximize ? -1 : 1,
      }),
    });
  }

  protected override init(param: Tensor, { initialAccumulatorValue }: Options): State {
    return { step: startCount(param), sum: fullLike(param, initialAccumulatorValue) };
  }

  protected override update(
    param: Tensor,
    { grad, state: { step, sum: squares }, numbers }: UpdateContext<Options, State, Name>,
  ): void {
    const dtype = param.dtype as FloatDType;
    const { lr, lrDecay } = numbers("float64");
    const { weightDecay, eps, sign } = numbers(dtype);
    const rate = apply(rates[dtype], [step, lr, lrDecay], undefined);
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
    const g = sum(product(sign, grad), product(decay, p));
    const next = sum(s, product(g, g));
    return { p: difference(p, quotient(product(rate, g), sum(primitive("sqrt", next), eps))), s: next };
  },
);
