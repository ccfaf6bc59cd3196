/** Adagrad with the trace for a preconditioner: one learning rate for a whole parameter. */
import {
  addOp,
  apply,
  applyInto,
  type ElementwiseOp,
  elementwise,
  expression,
  type FloatDType,
  full,
  sum as sumOf,
  type Tensor,
} from "@wengert/autograd";
import { negative } from "./optimizer/checks.js";
import { descent } from "./optimizer/moments.js";
import { Optimizer, type OptimizerInput, type UpdateContext } from "./optimizer.js";

const { difference, primitive, product, quotient, sum } = expression;

/** The defaults are those of Adagrad. */
export interface AdagradTraceOptions {
  /** The learning rate η, 0.01 by default. */
  readonly lr?: number;
  /** λ, 0 by default: of an L2 penalty, whose gradient is added to that of the loss. */
  readonly weightDecay?: number;
  /** What the sums of squares start from, 0 by default. */
  readonly initialAccumulatorValue?: number;
  /** ε, 1e-10 by default. */
  readonly eps?: number;
  /** Whether to climb, false by default. */
  readonly maximize?: boolean;
}

type Options = Required<AdagradTraceOptions>;
type State = { readonly sum: Tensor };
type Name = "lr" | "weightDecay" | "eps" | "sign";

/**
 *   g = ±∇ + λ p
 *   s' = s + ‖g‖²                  that is, tr G of G = Σ g gᵀ
 *   p' = p − η g / (√s' + ε)
 *
 * Beside it, `Adagrad` divides by the root of the diagonal of G, a number for each weight, and Duchi, Hazan & Singer 2011
 * also by that of all of G. The trace knows the scale of the gradients, not their axes, and so is the same in every
 * rotation of the weights. Each parameter has a trace of its own. Ward, Wu & Bottou 2019, "AdaGrad stepsizes", algorithm 1.
 */
export class AdagradTrace extends Optimizer<Options, State, Name> {
  constructor(params: OptimizerInput<Options>, options: AdagradTraceOptions = {}) {
    super(params, {
      name: "AdagradTrace",
      defaults: {
        lr: 0.01,
        weightDecay: 0,
        initialAccumulatorValue: 0,
        eps: 1e-10,
        maximize: false,
        ...options,
      },
      objection: ({ maximize: _, ...rest }) => negative(rest),
      numbers: ({ lr, weightDecay, eps, maximize }) => ({ lr, weightDecay, eps, sign: maximize ? -1 : 1 }),
    });
  }

  protected override init(param: Tensor, { initialAccumulatorValue }: Options): State {
    return { sum: full([], initialAccumulatorValue, { dtype: param.dtype as FloatDType }) };
  }

  protected override update(
    param: Tensor,
    { grad, state: { sum: trace }, numbers }: UpdateContext<Options, State, Name>,
  ): void {
    const { lr, weightDecay, eps, sign } = numbers(param.dtype as FloatDType);
    const squares = apply(squared, [param, grad, weightDecay, sign], undefined);
    applyInto(addOp, [trace, sumOf(squares)], [trace], undefined);
    applyInto(stepBack, [param, grad, trace, lr, weightDecay, eps, sign], [param], undefined);
  }
}

const squared: ElementwiseOp = elementwise(
  "adagradTrace.square",
  ["p", "grad", "decay", "sign"],
  (p, grad, decay, sign) => {
    const g = descent(p, grad, decay, sign);
    return product(g, g);
  },
);

const stepBack: ElementwiseOp = elementwise(
  "adagradTrace",
  ["p", "grad", "s", "lr", "decay", "eps", "sign"],
  (p, grad, s, lr, decay, eps, sign) => {
    const g = descent(p, grad, decay, sign);
    return difference(p, quotient(product(lr, g), sum(primitive("sqrt", s), eps)));
  },
);
