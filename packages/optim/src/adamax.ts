/** Adamax. */
import {
  apply,
  applyInto,
  type ElementwiseOp,
  elementwise,
  expression,
  type FloatDType,
  type Tensor,
  zerosLike,
} from "@wengert/autograd";
import { negative, notBelowOne } from "./optimizer/checks.js";
import { increase, startCount } from "./optimizer/count.js";
import { average, correctedRate, descent } from "./optimizer/moments.js";
import { Optimizer, type OptimizerInput, type UpdateContext } from "./optimizer.js";

const { difference, primitive, product, quotient, sum } = expression;

/** The defaults are the paper's, and PyTorch's; the paper has no ε. */
export interface AdamaxOptions {
  /** The learning rate η, 0.002 by default. */
  readonly lr?: number;
  /** β₁ and β₂, 0.9 and 0.999 by default. */
  readonly betas?: readonly [number, number];
  /** ε, 1e-8 by default. */
  readonly eps?: number;
  /** λ, 0 by default: of an L2 penalty, whose gradient is added to that of the loss. */
  readonly weightDecay?: number;
  /** Whether to climb, false by default. */
  readonly maximize?: boolean;
}

type Options = Required<AdamaxOptions>;
type State = { readonly step: Tensor; readonly expAvg: Tensor; readonly expInf: Tensor };
type Name = "lr" | "beta1" | "beta2" | "new1" | "eps" | "weightDecay" | "sign";

/**
 *   g = ±∇ + λ p
 *   m' = β₁ m + (1 − β₁) g
 *   u' = max(β₂ u, |g| + ε)
 *   p' = p − η / (1 − β₁ᵗ) m' / u'
 *
 * Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 2. The paper has no ε, and so no answer to a
 * gradient that is 0 from the start; ε is PyTorch's.
 */
export class Adamax extends Optimizer<Options, State, Name> {
  constructor(params: OptimizerInput<Options>, options: AdamaxOptions = {}) {
    super(params, {
      name: "Adamax",
      defaults: { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false, ...options },
      objection: ({ lr, betas: [beta1, beta2], eps, weightDecay }) =>
        negative({ lr, eps, weightDecay }) ?? notBelowOne({ beta1, beta2 }),
      numbers: ({ lr, betas: [beta1, beta2], eps, weightDecay, maximize }) => ({
        lr,
        beta1,
        beta2,
        new1: 1 - beta1,
        eps,
        weightDecay,
        sign: maximize ? -1 : 1,
      }),
    });
  }

  protected override init(param: Tensor): State {
    return { step: startCount(param), expAvg: zerosLike(param), expInf: zerosLike(param) };
  }

  protected override update(
    param: Tensor,
    { grad, state: { step, expAvg: m, expInf: u }, numbers }: UpdateContext<Options, State, Name>,
  ): void {
    const dtype = param.dtype as FloatDType;
    const { lr, beta1 } = numbers("float64");
    const { beta2, new1, eps, weightDecay, sign } = numbers(dtype);
    increase(step);
    const rate = apply(correctedRate[dtype], [step, lr, beta1], undefined);
    applyInto(
      adamax,
      [param, grad, m, u, rate, beta2, new1, eps, weightDecay, sign],
      [param, m, u],
      undefined,
    );
  }
}

const adamax: ElementwiseOp = elementwise(
  "adamax",
  ["p", "grad", "m", "u", "rate", "beta2", "new1", "eps", "decay", "sign"],
  (p, grad, m, u, rate, beta2, new1, eps, decay, sign) => {
    const g = descent(p, grad, decay, sign);
    const nextM = average(m, g, new1);
    const nextU = primitive("max", product(beta2, u), sum(primitive("abs", g), eps));
    return { p: difference(p, quotient(product(rate, nextM), nextU)), m: nextM, u: nextU };
  },
);
