/** Adamax. */
import {
  apply,
  applyInto,
  type ElementwiseOp,
  elementwise,
  expression,
  type Tensor,
  zerosLike,
} from "@wengert/autograd";
import { wrongBetas } from "./optimizer/checks.js";
import { increase, startCount } from "./optimizer/count.js";
import { average, correctedRate, descent, shares } from "./optimizer/moments.js";
import { type DescentOptions, Optimizer, type OptimizerInput, type UpdateContext } from "./optimizer.js";

const { difference, primitive, product, quotient, sum } = expression;

/** The defaults are the paper's, and PyTorch's; the paper has no ε. */
export interface AdamaxOptions extends DescentOptions {
  /** The learning rate η, 0.002 by default. */
  readonly lr?: number;
  /** β₁ and β₂, 0.9 and 0.999 by default. */
  readonly betas?: readonly [number, number];
  /** ε, 1e-8 by default. */
  readonly eps?: number;
}

type Options = Required<AdamaxOptions>;
type State = { readonly step: Tensor; readonly expAvg: Tensor; readonly expInf: Tensor };
type Extra = "beta1" | "beta2" | "new1" | "new2";

/**
 *   g = ±∇ + λ p
 *   m' = β₁ m + (1 − β₁) g
 *   u' = max(β₂ u, |g| + ε)
 *   p' = p − η / (1 − β₁ᵗ) m' / u'
 *
 * Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 2. The paper has no ε, and so no answer to a
 * gradient that is 0 from the start; ε is PyTorch's.
 */
export class Adamax extends Optimizer<Options, State, Extra> {
  constructor(params: OptimizerInput<Options>, options: AdamaxOptions = {}) {
    super(params, {
      name: "Adamax",
      defaults: { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false, ...options },
      objection: wrongBetas,
      numbers: shares,
    });
  }

  protected override init(param: Tensor): State {
    return { step: startCount(param), expAvg: zerosLike(param), expInf: zerosLike(param) };
  }

  protected override update(
    param: Tensor,
    {
      grad,
      state: { step, expAvg: m, expInf: u },
      dtype,
      numbers,
      wide,
    }: UpdateContext<Options, State, Extra>,
  ): void {
    const { beta2, new1, eps, weightDecay, sign } = numbers;
    increase(step);
    const rate = apply(correctedRate[dtype], [step, wide.lr, wide.beta1], undefined);
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
