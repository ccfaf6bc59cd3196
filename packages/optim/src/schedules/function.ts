/** Schedules by functions of the epoch. What they compute is no part of their snapshots. */
import { ArgumentError } from "@wengert/autograd";
import { type HasLearningRates, LRScheduler } from "./schedule.js";

/** A factor for each epoch. */
export type EpochFactor = (epoch: number) => number;

/** ηₜ = η f(t), with a function for all groups, or one each. */
export class LambdaLR extends LRScheduler {
  private readonly factors: readonly EpochFactor[];

  constructor(optimizer: HasLearningRates, lrLambda: EpochFactor | readonly EpochFactor[]) {
    super(optimizer);
    this.factors = functionsFor("LambdaLR", optimizer, lrLambda);
    this.set(0);
  }

  protected override rate(_: number, i: number): number {
    return this.baseRates[i]! * this.factors[i]!(this.lastEpoch);
  }
}

/** ηₜ = ηₜ₋₁ f(t), with a function for all groups, or one each; in epoch 0 η. */
export class MultiplicativeLR extends LRScheduler {
  private readonly factors: readonly EpochFactor[];

  constructor(optimizer: HasLearningRates, lrLambda: EpochFactor | readonly EpochFactor[]) {
    super(optimizer);
    this.factors = functionsFor("MultiplicativeLR", optimizer, lrLambda);
    this.set(0);
  }

  protected override rate(lr: number, i: number): number {
    return this.lastEpoch === 0 ? lr : lr * this.factors[i]!(this.lastEpoch);
  }

  /** Goes back to epoch 0, from the learning rates of the moment. */
  override restart(): void {
    this.set(0);
  }
}

function functionsFor(
  name: string,
  { paramGroups }: HasLearningRates,
  given: EpochFactor | readonly EpochFactor[],
): readonly EpochFactor[] {
  if (typeof given === "function") return paramGroups.map(() => given);
  if (given.length !== paramGroups.length)
    throw new ArgumentError(
      `${name}: there are ${given.length} functions; the optimizer has ${paramGroups.length} groups`,
    );
  return given;
}
