/** Adam with decoupled weight decay. */
import { expression } from "@wengert/autograd";
import { AdamBase, type Decay, type Options, updates } from "./optimizer/adam-base.js";
import type { DescentOptions, OptimizerInput } from "./optimizer.js";

/** The defaults are PyTorch's. */
export interface AdamWOptions extends DescentOptions {
  /** The learning rate η, 0.001 by default. */
  readonly lr?: number;
  /** β₁ and β₂, 0.9 and 0.999 by default. */
  readonly betas?: readonly [number, number];
  /** ε, 1e-8 by default. */
  readonly eps?: number;
  /** λ, 0.01 by default: the parameters shrink by η λ of themselves. */
  readonly weightDecay?: number;
  /** Whether v never falls, false by default. */
  readonly amsgrad?: boolean;
}

/**
 *   g = ±∇
 *   m' = β₁ m + (1 − β₁) g
 *   v' = β₂ v + (1 − β₂) g²
 *   p' = p − η λ p − η m' / (1 − β₁ᵗ) / (√(v' / (1 − β₂ᵗ)) + ε)
 *
 * Loshchilov & Hutter 2019, "Decoupled weight decay regularization", algorithm 2. There λ is not multiplied by η, but
 * by the factor of the schedule alone; here it is, as in PyTorch. `amsgrad` as in Adam.
 */
export class AdamW extends AdamBase {
  constructor(params: OptimizerInput<Options>, options: AdamWOptions = {}) {
    const defaults = {
      lr: 1e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0.01,
      amsgrad: false,
      maximize: false,
      ...options,
    } as const;
    super(params, "AdamW", defaults, ops, decay);
  }
}

const decay: Decay = {
  number: ({ lr, weightDecay }) => 1 - lr * weightDecay,
  build: (p, grad, kept, sign) => [expression.product(kept, p), expression.product(sign, grad)],
};
const ops: ReturnType<typeof updates> = updates("adamW", decay);
