/** The one-cycle policy. */
import { ArgumentError } from "@wengert/autograd";
import { complete } from "../optimizer/checks.js";
import { type Momenta, momentaOf, setMomentum } from "./momentum.js";
import { cosine } from "./scalar.js";
import {
  checkAmong,
  checkWhole,
  checkWithin,
  forGroups,
  type HasLearningRates,
  LRScheduler,
  setInitialRates,
} from "./schedule.js";

export interface OneCycleLROptions {
  /** The learning rate at the top; for all groups, or one each. */
  readonly maxLr: number | readonly number[];
  /** The length of the cycle, in steps. */
  readonly totalSteps: number;
  /** The part of the cycle in which the learning rate rises, 0.3 by default. */
  readonly pctStart?: number;
  /** How it goes from one to the next, `"cos"` by default. */
  readonly annealStrategy?: "cos" | "linear";
  /** Whether momentum falls while the learning rate rises, and the reverse; true by default. */
  readonly cycleMomentum?: boolean;
  /** Momentum at the top of the learning rate, 0.85 by default. */
  readonly baseMomentum?: number | readonly number[];
  /** Momentum at its bottom, 0.95 by default. */
  readonly maxMomentum?: number | readonly number[];
  /** The learning rate at first is `maxLr / divFactor`, 25 by default. */
  readonly divFactor?: number;
  /** The learning rate at last is that at first divided by `finalDivFactor`, 1e4 by default. */
  readonly finalDivFactor?: number;
  /** Whether the learning rate falls as slowly as it rose, before it fades away; false by default. */
  readonly threePhase?: boolean;
}

/** The end of a part of the cycle, and where learning rates and momenta are then. */
interface Phase {
  readonly end: number;
  readonly rates: readonly number[];
  readonly momenta: readonly number[];
}

/**
 * One cycle over the whole training: the learning rate rises to `maxLr` and falls far below where it began, momentum does
 * the reverse. To be called after each batch.
 *
 * Smith & Topin 2019, "Super-convergence: very fast training of neural networks using large learning rates". The paper
 * goes straight and in three phases; by default, as in PyTorch, the way is a half cosine in two. There is one more step
 * than the cycle is long, whose learning rate nobody uses.
 */
export class OneCycleLR extends LRScheduler {
  private readonly start: Phase;
  private readonly phases: readonly Phase[];
  private readonly anneal: (start: number, end: number, part: number) => number;
  private readonly totalSteps: number;
  private readonly cycleMomentum: boolean;

  constructor(optimizer: HasLearningRates, options: OneCycleLROptions) {
    const {
      maxLr,
      totalSteps,
      pctStart,
      annealStrategy,
      divFactor,
      finalDivFactor,
      threePhase,
      ...momentum
    } = complete("OneCycleLR", options, {
      maxLr: undefined,
      totalSteps: undefined,
      pctStart: 0.3,
      annealStrategy: "cos",
      cycleMomentum: true,
      baseMomentum: 0.85,
      maxMomentum: 0.95,
      divFactor: 25,
      finalDivFactor: 1e4,
      threePhase: false,
    });
    checkWhole("OneCycleLR: totalSteps", totalSteps, 1);
    checkWithin("OneCycleLR: pctStart", pctStart, 0, 1);
    if (!(divFactor > 0 && finalDivFactor > 0))
      throw new ArgumentError(
        `OneCycleLR: divFactor is ${divFactor} and finalDivFactor ${finalDivFactor}; they must be more than 0`,
      );
    checkAmong("OneCycleLR: annealStrategy", annealStrategy, ["cos", "linear"]);
    const top = forGroups("OneCycleLR: maxLr", optimizer, maxLr, Infinity);
    const momenta = momentaOf("OneCycleLR", optimizer, momentum);
    const { low: little, high: much } = momenta ?? unchanged;
    const bottom = top.map((rate) => rate / divFactor);
    super(optimizer);
    this.baseRates = bottom;
    this.start = { end: 0, rates: bottom, momenta: much };
    this.phases = [
      { end: pctStart * totalSteps - 1, rates: top, momenta: little },
      ...(threePhase ? [{ end: 2 * pctStart * totalSteps - 2, rates: bottom, momenta: much }] : []),
      { end: totalSteps - 1, rates: bottom.map((rate) => rate / finalDivFactor), momenta: much },
    ];
    this.anneal = annealStrategy === "cos" ? halfCosine : straight;
    this.totalSteps = totalSteps;
    this.cycleMomentum = momenta !== undefined;
    this.set(0);
    setInitialRates(optimizer, bottom);
  }

  protected override rate(_: number, i: number): number {
    return this.at(i, ({ rates }) => rates);
  }

  protected override set(epoch: number): void {
    if (epoch > this.totalSteps)
      throw new ArgumentError(
        `OneCycleLR: this is step ${epoch + 1}; the cycle has ${this.totalSteps} steps, make it longer`,
      );
    super.set(epoch);
  }

  protected override setOthers(): void {
    if (this.cycleMomentum)
      setMomentum(
        this.optimizer,
        this.baseRates.map((_, i) => this.at(i, ({ momenta }) => momenta)),
      );
  }

  /** Where group `i` is between the numbers of two phases. */
  private at(i: number, numbers: (phase: Phase) => readonly number[]): number {
    const { phases, lastEpoch } = this;
    const found = phases.findIndex(({ end }) => lastEpoch <= end);
    const k = found < 0 ? phases.length - 1 : found;
    const [from, to] = [phases[k - 1] ?? this.start, phases[k]!];
    const part = (lastEpoch - from.end) / (to.end - from.end);
    return this.anneal(numbers(from)[i]!, numbers(to)[i]!, part);
  }
}

/** What stands for momenta that nobody sets. */
const unchanged: Momenta = { low: [], high: [] };

function halfCosine(start: number, end: number, part: number): number {
  return end + ((start - end) / 2) * (cosine(Math.PI * part) + 1);
}

function straight(start: number, end: number, part: number): number {
  return (end - start) * part + start;
}
