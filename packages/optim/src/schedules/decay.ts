/** Schedules that fall, or rise, by a plain rule. ηₜ is the learning rate of epoch t, η the one before any schedule. */
import { ArgumentError } from "@wengert/autograd";
import { complete } from "../optimizer/checks.js";
import { power } from "./scalar.js";
import { checkWhole, checkWithin, type HasLearningRates, LRScheduler } from "./schedule.js";

export interface GammaOptions {
  /** γ, 0.1 by default. */
  readonly gamma?: number;
}

/** Every `stepSize` epochs ηₜ = γ ηₜ₋₁. */
export class StepLR extends LRScheduler {
  private readonly gamma: number;

  constructor(
    optimizer: HasLearningRates,
    private readonly stepSize: number,
    options: GammaOptions = {},
  ) {
    const { gamma } = complete("StepLR", options, { gamma: 0.1 });
    checkWhole("StepLR: stepSize", stepSize, 1);
    checkWithin("StepLR: gamma", gamma, 0, Infinity);
    super(optimizer);
    this.gamma = gamma;
    this.set(0);
  }

  protected override rate(lr: number): number {
    return this.lastEpoch > 0 && this.lastEpoch % this.stepSize === 0 ? lr * this.gamma : lr;
  }
}

/** In each of the epochs `milestones` ηₜ = γ ηₜ₋₁; in one that is listed twice γ². */
export class MultiStepLR extends LRScheduler {
  private readonly gamma: number;

  constructor(
    optimizer: HasLearningRates,
    private readonly milestones: readonly number[],
    options: GammaOptions = {},
  ) {
    const { gamma } = complete("MultiStepLR", options, { gamma: 0.1 });
    for (const each of milestones) checkWhole("MultiStepLR: a milestone", each, 0);
    checkWithin("MultiStepLR: gamma", gamma, 0, Infinity);
    super(optimizer);
    this.gamma = gamma;
    this.set(0);
  }

  protected override rate(lr: number): number {
    return this.milestones.reduce((rate, each) => (each === this.lastEpoch ? rate * this.gamma : rate), lr);
  }
}

/** ηₜ = γ ηₜ₋₁ */
export class ExponentialLR extends LRScheduler {
  constructor(
    optimizer: HasLearningRates,
    private readonly gamma: number,
  ) {
    checkWithin("ExponentialLR: gamma", gamma, 0, Infinity);
    super(optimizer);
    this.set(0);
  }

  protected override rate(lr: number): number {
    return this.lastEpoch === 0 ? lr : lr * this.gamma;
  }
}

export interface ConstantLROptions {
  /** 1/3 by default. */
  readonly factor?: number;
  /** Until when it holds, 5 by default. */
  readonly totalIters?: number;
}

/** ηₜ = factor · η before epoch `totalIters`, then η. With a factor of 1 the learning rate is constant. */
export class ConstantLR extends LRScheduler {
  private readonly factor: number;
  private readonly totalIters: number;

  constructor(optimizer: HasLearningRates, options: ConstantLROptions = {}) {
    const { factor, totalIters } = complete("ConstantLR", options, { factor: 1 / 3, totalIters: 5 });
    // Of 0 there is no way back to the learning rate.
    if (!(factor > 0 && factor <= 1))
      throw new ArgumentError(`ConstantLR: factor is ${factor}; it must be more than 0, and at most 1`);
    checkWhole("ConstantLR: totalIters", totalIters, 1);
    super(optimizer);
    this.factor = factor;
    this.totalIters = totalIters;
    this.set(0);
  }

  protected override rate(lr: number): number {
    if (this.lastEpoch === 0) return lr * this.factor;
    return this.lastEpoch === this.totalIters ? lr * (1 / this.factor) : lr;
  }
}

export interface LinearLROptions {
  /** 1/3 by default. */
  readonly startFactor?: number;
  /** 1 by default. */
  readonly endFactor?: number;
  /** How many epochs from one to the other, 5 by default. */
  readonly totalIters?: number;
}

/** A linear warm-up: ηₜ / η goes from `startFactor` in epoch 0 to `endFactor` in epoch `totalIters`, and stays there. */
export class LinearLR extends LRScheduler {
  private readonly from: number;
  private readonly to: number;
  private readonly totalIters: number;

  constructor(optimizer: HasLearningRates, options: LinearLROptions = {}) {
    const defaults = { startFactor: 1 / 3, endFactor: 1, totalIters: 5 };
    const { startFactor, endFactor, totalIters } = complete("LinearLR", options, defaults);
    if (!(startFactor > 0 && startFactor <= 1))
      throw new ArgumentError(
        `LinearLR: startFactor is ${startFactor}; it must be more than 0, and at most 1`,
      );
    checkWithin("LinearLR: endFactor", endFactor, 0, 1);
    checkWhole("LinearLR: totalIters", totalIters, 1);
    super(optimizer);
    this.from = startFactor;
    this.to = endFactor;
    this.totalIters = totalIters;
    this.set(0);
  }

  protected override rate(lr: number): number {
    const { from, to, totalIters, lastEpoch } = this;
    if (lastEpoch === 0) return lr * from;
    if (lastEpoch > totalIters) return lr;
    return lr * (1 + (to - from) / (totalIters * from + (lastEpoch - 1) * (to - from)));
  }
}

export interface PolynomialLROptions {
  /** In which epoch 0 is reached, 5 by default. */
  readonly totalIters?: number;
  /** 1 by default. */
  readonly power?: number;
}

/** ηₜ = η (1 − t / totalIters)^power, then 0. */
export class PolynomialLR extends LRScheduler {
  private readonly totalIters: number;
  private readonly exponent: number;

  constructor(optimizer: HasLearningRates, options: PolynomialLROptions = {}) {
    const { totalIters, power: exponent } = complete("PolynomialLR", options, { totalIters: 5, power: 1 });
    checkWhole("PolynomialLR: totalIters", totalIters, 1);
    checkWithin("PolynomialLR: power", exponent, 0, Infinity);
    super(optimizer);
    this.totalIters = totalIters;
    this.exponent = exponent;
    this.set(0);
  }

  protected override rate(lr: number): number {
    const { totalIters: T, lastEpoch: t } = this;
    if (t === 0 || t > T) return lr;
    return lr * power((1 - t / T) / (1 - (t - 1) / T), this.exponent);
  }
}
