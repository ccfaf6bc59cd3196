/** Adam. */
import {
  apply,
  applyInto,
  type ElementwiseOp,
  elementwise,
  expression,
  type FloatDType,
  functions,
  type Tensor,
  zerosLike,
} from "@wengert/autograd";
import { negative, notBelowOne } from "./optimizer/checks.js";
import { factor, increase, startCount } from "./optimizer/count.js";
import { Optimizer, type OptimizerInput, type UpdateContext } from "./optimizer.js";

const { difference, primitive, product, quotient, sum } = expression;

/** The defaults are the paper's, and PyTorch's. */
export interface AdamOptions {
  /** The learning rate η, 0.001 by default. */
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

type Options = Required<AdamOptions>;
type State = { readonly step: Tensor; readonly expAvg: Tensor; readonly expAvgSq: Tensor };
type Name = "lr" | "beta1" | "beta2" | "new1" | "new2" | "eps" | "weightDecay" | "sign";

/**
 *   g = ±∇ + λ p
 *   m' = β₁ m + (1 − β₁) g
 *   v' = β₂ v + (1 − β₂) g²
 *   p' = p − η m' / (1 − β₁ᵗ) / (√(v' / (1 − β₂ᵗ)) + ε)
 *
 * Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 1.
 */
export class Adam extends Optimizer<Options, State, Name> {
  constructor(params: OptimizerInput<Options>, options: AdamOptions = {}) {
    super(params, {
      name: "Adam",
      defaults: { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false, ...options },
      objection: ({ lr, betas: [beta1, beta2], eps, weightDecay }) =>
        negative({ lr, eps, weightDecay }) ?? notBelowOne({ beta1, beta2 }),
      numbers: ({ lr, betas: [beta1, beta2], eps, weightDecay, maximize }) => ({
        lr,
        beta1,
        beta2,
        new1: 1 - beta1,
        new2: 1 - beta2,
        eps,
        weightDecay,
        sign: maximize ? -1 : 1,
      }),
    });
  }

  protected override init(param: Tensor): State {
    return { step: startCount(param), expAvg: zerosLike(param), expAvgSq: zerosLike(param) };
  }

  protected override update(
    param: Tensor,
    { grad, state, numbers }: UpdateContext<Options, State, Name>,
  ): void {
    const { step, expAvg: m, expAvgSq: v } = state;
    const dtype = param.dtype as FloatDType;
    const { lr, beta1, beta2 } = numbers("float64");
    const { new1, new2, eps, weightDecay, sign } = numbers(dtype);
    increase(step);
    const rate = apply(rates[dtype], [step, lr, beta1], undefined);
    const scale = apply(scales[dtype], [step, beta2], undefined);
    applyInto(
      adam,
      [param, grad, m, v, rate, scale, new1, new2, eps, weightDecay, sign],
      [param, m, v],
      undefined,
    );
  }
}

/** η / (1 − β₁ᵗ) */
const rates: Readonly<Record<FloatDType, ElementwiseOp>> = factor(
  "adam.rate",
  ["t", "lr", "beta1"],
  (t, lr, beta1) => quotient(lr, difference(1, functions.pow(beta1, t))),
);

/** 1 / √(1 − β₂ᵗ) */
const scales: Readonly<Record<FloatDType, ElementwiseOp>> = factor("adam.scale", ["t", "beta2"], (t, beta2) =>
  quotient(1, primitive("sqrt", difference(1, functions.pow(beta2, t)))),
);

const adam: ElementwiseOp = elementwise(
  "adam",
  ["p", "grad", "m", "v", "rate", "scale", "new1", "new2", "eps", "decay", "sign"],
  (p, grad, m, v, rate, scale, new1, new2, eps, decay, sign) => {
    const g = sum(product(sign, grad), product(decay, p));
    // As m + (1 − β)(g − m) the weights of old and new add up to one in float32 too.
    const nextM = sum(m, product(new1, difference(g, m)));
    const nextV = sum(v, product(new2, difference(product(g, g), v)));
    return [
      difference(p, quotient(product(rate, nextM), sum(product(primitive("sqrt", nextV), scale), eps))),
      nextM,
      nextV,
    ];
  },
  { outputs: ["p", "m", "v"] },
);
