/** Averages of the parameters of a model over its training. */
import { ArgumentError } from "@wengert/autograd";
import { Averaging, type AveragingOptions, type HasState } from "./averaging/base.js";
import { complete } from "./optimizer/checks.js";

export type { AveragingOptions, HasState } from "./averaging/base.js";

export interface ExponentialMovingAverageOptions extends AveragingOptions {
  /** β, 0.999 by default. */
  readonly decay?: number;
}

/** a' = β a + (1 − β) p after every update, a being at first the parameters that the model then has. */
export class ExponentialMovingAverage extends Averaging {
  private readonly decay: number;

  /** @throws ArgumentError if `decay` is not from 0 to 1 */
  constructor(model: HasState, options: ExponentialMovingAverageOptions = {}) {
    const defaults = { decay: 0.999, averageBuffers: false };
    const { decay, averageBuffers } = complete("ExponentialMovingAverage", options, defaults);
    if (!(decay >= 0 && decay <= 1))
      throw new ArgumentError(`ExponentialMovingAverage: decay is ${decay}; it must be from 0 to 1`);
    super("ExponentialMovingAverage", model, averageBuffers);
    this.decay = decay;
  }

  protected override share(): number {
    return 1 - this.decay;
  }
}

/**
 * The mean of the parameters at all updates: aₙ = aₙ₋₁ + (p − aₙ₋₁) / n. PyTorch's `AveragedModel`.
 *
 * Polyak & Juditsky 1992, "Acceleration of stochastic approximation by averaging"; over the end of a training with a large
 * learning rate, Izmailov et al. 2018, "Averaging weights leads to wider optima and better generalization".
 */
export class ParameterAverage extends Averaging {
  constructor(model: HasState, options: AveragingOptions = {}) {
    const { averageBuffers } = complete("ParameterAverage", options, { averageBuffers: false });
    super("ParameterAverage", model, averageBuffers);
  }

  protected override share(n: number): number {
    return 1 / n;
  }
}
