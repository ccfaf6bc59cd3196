/** NAdam. */
import {
  apply,
  applyInto,
  type ElementwiseOp,
  elementwise,
  expression,
  ones,
  type Tensor,
  zerosLike,
} from "@wengert/autograd";
import { wrongBetas } from "./optimizer/checks.js";
import { increase, startCount } from "./optimizer/count.js";
import { average, correctedScale, descent, shares } from "./optimizer/moments.js";
import { gradientRate, meanRate, momentumProduct } from "./optimizer/nesterov-momentum.js";
import { type DescentOptions, Optimizer, type OptimizerInput, type UpdateContext } from "./optimizer.js";

const { difference, primitive, product, quotient, sum } = expression;

/** The defaults are PyTorch's. */
export interface NAdamOptions extends DescentOptions {
  /** The learning rate η, 0.002 by default. */
  readonly lr?: number;
  /** β₁ and β₂, 0.9 and 0.999 by default. */
  readonly betas?: readonly [number, number];
  /** ε, 1e-8 by default. */
  readonly eps?: number;
  /** ψ, 0.004 by default: how fast μ rises to β₁. */
  readonly momentumDecay?: number;
}

type Options = Required<NAdamOptions>;
type State = {
  readonly step: Tensor;
  readonly muProduct: Tensor;
  readonly expAvg: Tensor;
  readonly expAvgSq: Tensor;
};
type Extra = "beta1" | "beta2" | "new1" | "new2";

/**
 *   μₜ = β₁ (1 − ½ · 0.96^(t ψ)),  Πₜ = μ₁ ⋯ μₜ
 *   g = ±∇ + λ p
 *   m' = β₁ m + (1 − β₁) g
 *   v' = β₂ v + (1 − β₂) g²
 *   p' = p − η (μₜ₊₁ m' / (1 − Πₜ₊₁) + (1 − μₜ) g / (1 − Πₜ)) / (√(v' / (1 − β₂ᵗ)) + ε)
 *
 * Dozat 2016, "Incorporating Nesterov momentum into Adam", algorithm 2 and its μ. There m' is averaged by μₜ too; here
 * by β₁, as in PyTorch. (PyTorch 1.13 without `foreach` multiplies μₜ twice into Πₜ₊₁, a fault that later ones corrected.)
 */
export class NAdam extends Optimizer<Options, State, Extra> {
  constructor(params: OptimizerInput<Options>, options: NAdamOptions = {}) {
    super(params, {
      name: "NAdam",
      defaults: {
        lr: 2e-3,
        betas: [0.9, 0.999],
        eps: 1e-8,
        weightDecay: 0,
        momentumDecay: 4e-3,
        maximize: false,
        ...options,
      },
      objection: wrongBetas,
      numbers: shares,
    });
  }

  protected override init(param: Tensor): State {
    const { dtype } = param;
    return {
      step: startCount(param),
      muProduct: ones([], { dtype }),
      expAvg: zerosLike(param),
      expAvgSq: zerosLike(param),
    };
  }

  protected override update(
    param: Tensor,
    { grad, state, dtype, numbers, wide }: UpdateContext<Options, State, Extra>,
  ): void {
    const { step, muProduct, expAvg: m, expAvgSq: v } = state;
    const { lr, beta1, beta2, momentumDecay } = wide;
    const { new1, new2, eps, weightDecay, sign } = numbers;
    increase(step);
    applyInto(momentumProduct[dtype], [muProduct, step, beta1, momentumDecay], [muProduct], undefined);
    const ofGradient = apply(gradientRate[dtype], [muProduct, step, lr, beta1, momentumDecay], undefined);
    const ofMean = apply(meanRate[dtype], [muProduct, step, lr, beta1, momentumDecay], undefined);
    const scale = apply(correctedScale[dtype], [step, beta2], undefined);
    applyInto(
      nadam,
      [param, grad, m, v, ofGradient, ofMean, scale, new1, new2, eps, weightDecay, sign],
      [param, m, v],
      undefined,
    );
  }
}

const nadam: ElementwiseOp = elementwise(
  "nadam",
  ["p", "grad", "m", "v", "ofGradient", "ofMean", "scale", "new1", "new2", "eps", "decay", "sign"],
  (p, grad, m, v, ofGradient, ofMean, scale, new1, new2, eps, decay, sign) => {
    const g = descent(p, grad, decay, sign);
    const nextM = average(m, g, new1);
    const nextV = average(v, product(g, g), new2);
    const root = sum(product(primitive("sqrt", nextV), scale), eps);
    const change = quotient(sum(product(ofMean, nextM), product(ofGradient, g)), root);
    return { p: difference(p, change), m: nextM, v: nextV };
  },
);
