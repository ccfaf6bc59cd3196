/** Adam. */
import { type AdamState, adamRule } from "./optimizer/adam-rule.js";
import { type DescentOptions, Optimizer, type OptimizerInput } from "./optimizer.js";

/** The defaults are the paper's, and PyTorch's. */
export interface AdamOptions extends DescentOptions {
  /** The learning rate η, 0.001 by default. */
  readonly lr?: number;
  /** β₁ and β₂, 0.9 and 0.999 by default. */
  readonly betas?: readonly [number, number];
  /** ε, 1e-8 by default. */
  readonly eps?: number;
  /** Whether v never falls, false by default. */
  readonly amsgrad?: boolean;
}

/**
 *   g = ±∇ + λ p
 *   m' = β₁ m + (1 − β₁) g
 *   v' = β₂ v + (1 − β₂) g²
 *   p' = p − η m' / (1 − β₁ᵗ) / (√(v' / (1 − β₂ᵗ)) + ε)
 *
 * Kingma & Ba 2015, "Adam: a method for stochastic optimization", algorithm 1. With `amsgrad` the largest v' so far
 * stands for v' in the last line: Reddi, Kale & Kumar 2018, "On the convergence of Adam and beyond", algorithm 2; the
 * paper has no corrections by β₁ᵗ and β₂ᵗ there, PyTorch does.
 */
export class Adam extends Optimizer<AdamOptions, AdamState> {
  constructor(params: OptimizerInput<AdamOptions>, options: AdamOptions = {}) {
    super(params, options, adam);
  }
}

const adam = adamRule({ name: "Adam", weightDecay: 0, decayed: ({ p, g }) => ({ p, g }) });
