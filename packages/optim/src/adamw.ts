/** Adam with decoupled weight decay. */
import { expression } from "@wengert/autograd";
import { type AdamState, adamRule } from "./optimizer/adam-rule.js";
import { type DescentOptions, Optimizer, type OptimizerInput } from "./optimizer.js";

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
export class AdamW extends Optimizer<AdamWOptions, AdamState> {
  constructor(params: OptimizerInput<AdamWOptions>, options: AdamWOptions = {}) {
    super(params, options, adamW);
  }
}

const adamW = adamRule({
  name: "AdamW",
  weightDecay: 0.01,
  decayed: ({ p, gradient, kept }) => ({ p: expression.product(kept, p), g: gradient }),
});
