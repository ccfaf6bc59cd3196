/** Cosine annealing: Loshchilov & Hutter 2017, "SGDR: stochastic gradient descent with warm restarts", equation 5. */
import { complete } from "../optimizer/checks.js";
import { cosine } from "./scalar.js";
import {
  checkWhole,
  checkWithin,
  type HasLearningRates,
  LRScheduler,
  type ScheduleState,
} from "./schedule.js";

export interface CosineAnnealingLROptions {
  /** The learning rate at the bottom, 0 by default. */
  readonly etaMin?: number;
}

/**
 * ηₜ = ηmin + ½ (η − ηmin) (1 + cos(π t / tMax)), down until epoch `tMax` and up again, without restarts.
 *
 * As in PyTorch it follows from ηₜ₋₁, so that other schedules may act on the same optimizer.
 */
export class CosineAnnealingLR extends LRScheduler {
  private readonly etaMin: number;

  constructor(
    optimizer: HasLearningRates,
    private readonly tMax: number,
    options: CosineAnnealingLROptions = {},
  ) {
    const { etaMin } = complete("CosineAnnealingLR", options, { etaMin: 0 });
    checkWhole("CosineAnnealingLR: tMax", tMax, 1);
    checkWithin("CosineAnnealingLR: etaMin", etaMin, 0, Infinity);
    super(optimizer);
    this.etaMin = etaMin;
    this.set(0);
  }

  protected override rate(lr: number, i: number): number {
    const { tMax: T, etaMin, lastEpoch: t } = this;
    if (t === 0) return lr;
    // One step up from the bottom, where the ratio below would be one of zeros.
    if ((t - 1 - T) % (2 * T) === 0)
      return lr + ((this.baseRates[i]! - etaMin) * (1 - cosine(Math.PI / T))) / 2;
    const ratio = (1 + cosine((Math.PI * t) / T)) / (1 + cosine((Math.PI * (t - 1)) / T));
    return ratio * (lr - etaMin) + etaMin;
  }
}

export interface CosineAnnealingWarmRestartsOptions extends CosineAnnealingLROptions {
  /** By what each period is longer than the one before, 1 by default. */
  readonly tMult?: number;
}

/**
 * SGDR: ηₜ = ηmin + ½ (η − ηmin) (1 + cos(π c / T)), c being the epochs since the last restart and T the length of the
 * period: `t0` at first, then each time `tMult` times as long.
 */
export class CosineAnnealingWarmRestarts extends LRScheduler {
  private readonly tMult: number;
  private readonly etaMin: number;
  private current = 0;
  private period: number;

  constructor(
    optimizer: HasLearningRates,
    private readonly t0: number,
    options: CosineAnnealingWarmRestartsOptions = {},
  ) {
    const { tMult, etaMin } = complete("CosineAnnealingWarmRestarts", options, { tMult: 1, etaMin: 0 });
    checkWhole("CosineAnnealingWarmRestarts: t0", t0, 1);
    checkWhole("CosineAnnealingWarmRestarts: tMult", tMult, 1);
    checkWithin("CosineAnnealingWarmRestarts: etaMin", etaMin, 0, Infinity);
    super(optimizer);
    this.tMult = tMult;
    this.etaMin = etaMin;
    this.period = t0;
    this.set(0);
  }

  protected override rate(_: number, i: number): number {
    return (
      this.etaMin +
      ((this.baseRates[i]! - this.etaMin) * (1 + cosine((Math.PI * this.current) / this.period))) / 2
    );
  }

  override step(): void {
    this.current++;
    if (this.current >= this.period) {
      this.current -= this.period;
      this.period *= this.tMult;
    }
    super.step();
  }

  override restart(): void {
    this.current = 0;
    this.period = this.t0;
    super.restart();
  }

  override stateDict(): ScheduleState {
    return { ...super.stateDict(), current: this.current, period: this.period };
  }

  override loadStateDict(state: ScheduleState): void {
    const [current, period] = [state["current"] as number, state["period"] as number];
    checkWhole("CosineAnnealingWarmRestarts.loadStateDict: period", period, 1);
    checkWhole("CosineAnnealingWarmRestarts.loadStateDict: current", current, 0);
    super.loadStateDict(state);
    this.current = current;
    this.period = period;
  }
}
