/** Reducing the learning rate when a measurement stops improving. */
import { ArgumentError, type Tensor } from "@wengert/autograd";
import { complete } from "../optimizer/checks.js";
import { Best, type BestOptions } from "./best.js";
import {
  checkWhole,
  checkWithin,
  forGroups,
  type HasLearningRates,
  numbersFrom,
  type ScheduleState,
  setRates,
} from "./schedule.js";

export interface ReduceLROnPlateauOptions extends BestOptions {
  /** By what the learning rate is multiplied, 0.1 by default. */
  readonly factor?: number;
  /** How many epochs without improvement are borne, 10 by default. */
  readonly patience?: number;
  /** How many epochs after a reduction are not counted, 0 by default. */
  readonly cooldown?: number;
  /** Below what the learning rate is not reduced, 0 by default; for all groups, or one each. */
  readonly minLr?: number | readonly number[];
  /** A reduction by no more than this is left out, 1e-8 by default. */
  readonly eps?: number;
}

/**
 * Divides the learning rate by 10 when validation stops improving: after `patience` epochs in which the measurement was
 * no better than the best before, by more than `threshold`.
 */
export class ReduceLROnPlateau {
  private readonly best: Best;
  private readonly factor: number;
  private readonly patience: number;
  private readonly cooldown: number;
  private readonly minLr: readonly number[];
  private readonly eps: number;
  private badEpochs = 0;
  private cooling = 0;

  constructor(
    readonly optimizer: HasLearningRates,
    options: ReduceLROnPlateauOptions = {},
  ) {
    const { factor, patience, cooldown, minLr, eps, ...ofBest } = complete("ReduceLROnPlateau", options, {
      factor: 0.1,
      patience: 10,
      cooldown: 0,
      minLr: 0,
      eps: 1e-8,
      mode: "min",
      threshold: 1e-4,
      thresholdMode: "rel",
    });
    if (!(factor >= 0 && factor < 1))
      throw new ArgumentError(`ReduceLROnPlateau: factor is ${factor}; it must be from 0 to 1, without 1`);
    checkWhole("ReduceLROnPlateau: patience", patience, 0);
    checkWhole("ReduceLROnPlateau: cooldown", cooldown, 0);
    checkWithin("ReduceLROnPlateau: eps", eps, 0, Infinity);
    this.best = new Best("ReduceLROnPlateau", ofBest);
    this.factor = factor;
    this.patience = patience;
    this.cooldown = cooldown;
    this.minLr = forGroups("ReduceLROnPlateau: minLr", optimizer, minLr, Infinity);
    this.eps = eps;
  }

  /**
   * Takes the measurement of an epoch.
   *
   * @throws ArgumentError if it is NaN
   */
  step(metric: number | Tensor): void {
    this.badEpochs = this.best.improves(metric) ? 0 : this.badEpochs + 1;
    if (this.cooling > 0) {
      this.cooling--;
      this.badEpochs = 0;
    }
    if (this.badEpochs <= this.patience) return;
    const { paramGroups } = this.optimizer;
    setRates(
      this.optimizer,
      paramGroups.map(({ lr }, i) => {
        const reduced = Math.max(lr * this.factor, this.minLr[i]!);
        return lr - reduced > this.eps ? reduced : lr;
      }),
    );
    this.cooling = this.cooldown;
    this.badEpochs = 0;
  }

  stateDict(): ScheduleState {
    const { badEpochs, cooling } = this;
    const rates = this.optimizer.paramGroups.map(({ lr }) => lr);
    return { best: this.best.value, badEpochs, cooling, rates };
  }

  /** Takes over a snapshot, its learning rates too; all of it, or on an error nothing. */
  loadStateDict({ best = null, badEpochs, cooling, ...rest }: ScheduleState): void {
    const name = "ReduceLROnPlateau.loadStateDict";
    checkWhole(`${name}: badEpochs`, badEpochs as number, 0);
    checkWhole(`${name}: cooling`, cooling as number, 0);
    if (best !== null && typeof best !== "number")
      throw new ArgumentError(`${name}: best is ${JSON.stringify(best)}; it must be a number, or null`);
    setRates(
      this.optimizer,
      numbersFrom("ReduceLROnPlateau", rest, "rates", this.optimizer.paramGroups.length),
    );
    this.best.value = best;
    this.badEpochs = badEpochs as number;
    this.cooling = cooling as number;
  }
}
