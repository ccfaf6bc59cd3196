/** Cyclical learning rates. */
import { complete } from "../optimizer/checks.js";
import { type Momenta, momentaOf, setMomentum } from "./momentum.js";
import { power } from "./scalar.js";
import {
  checkAmong,
  checkWhole,
  checkWithin,
  forGroups,
  type HasLearningRates,
  LRScheduler,
  setInitialRates,
} from "./schedule.js";

export interface CyclicLROptions {
  /** The learning rate at the bottom; for all groups, or one each. */
  readonly baseLr: number | readonly number[];
  /** The learning rate at the top of the first cycle. */
  readonly maxLr: number | readonly number[];
  /** Steps up, 2000 by default. */
  readonly stepSizeUp?: number;
  /** Steps down, as many as up by default. */
  readonly stepSizeDown?: number;
  /** Whether all tops are alike, or halve from cycle to cycle, or fall by γ in each step; `"triangular"` by default. */
  readonly mode?: "triangular" | "triangular2" | "exp_range";
  /** γ, 1 by default. */
  readonly gamma?: number;
  /** Whether momentum falls while the learning rate rises, and the reverse; true by default. */
  readonly cycleMomentum?: boolean;
  /** Momentum at the top of the learning rate, 0.8 by default. */
  readonly baseMomentum?: number | readonly number[];
  /** Momentum at its bottom, 0.9 by default. */
  readonly maxMomentum?: number | readonly number[];
}

/**
 * The learning rate goes up and down between two bounds, in straight lines. To be called after each batch.
 * Smith 2017, "Cyclical learning rates for training neural networks". Differs: the first of `betas` cycles too.
 */
export class CyclicLR extends LRScheduler {
  private readonly up: number;
  private readonly total: number;
  private readonly top: readonly number[];
  private readonly scale: (cycle: number) => number;
  private readonly momenta: Momenta | undefined;

  constructor(optimizer: HasLearningRates, options: CyclicLROptions) {
    const { baseLr, maxLr, stepSizeUp, stepSizeDown, mode, gamma, ...momentum } = complete(
      "CyclicLR",
      options,
      {
        baseLr: undefined,
        maxLr: undefined,
        stepSizeUp: 2000,
        stepSizeDown: options.stepSizeUp ?? 2000,
        mode: "triangular",
        gamma: 1,
        cycleMomentum: true,
        baseMomentum: 0.8,
        maxMomentum: 0.9,
      },
    );
    checkWhole("CyclicLR: stepSizeUp", stepSizeUp, 1);
    checkWhole("CyclicLR: stepSizeDown", stepSizeDown, 1);
    checkWithin("CyclicLR: gamma", gamma, 0, Infinity);
    checkAmong("CyclicLR: mode", mode, ["triangular", "triangular2", "exp_range"]);
    const bottom = forGroups("CyclicLR: baseLr", optimizer, baseLr, Infinity);
    const top = forGroups("CyclicLR: maxLr", optimizer, maxLr, Infinity);
    const momenta = momentaOf("CyclicLR", optimizer, momentum);
    super(optimizer);
    this.baseRates = bottom;
    this.top = top;
    this.up = stepSizeUp;
    this.total = stepSizeUp + stepSizeDown;
    const scales = {
      triangular: () => 1,
      triangular2: (cycle: number) => 1 / power(2, cycle),
      exp_range: () => power(gamma, this.lastEpoch),
    };
    this.scale = scales[mode];
    this.momenta = momenta;
    this.set(0);
    setInitialRates(optimizer, bottom);
  }

  protected override rate(_: number, i: number): number {
    return this.baseRates[i]! + (this.top[i]! - this.baseRates[i]!) * this.height();
  }

  protected override setOthers(): void {
    const { momenta } = this;
    if (momenta !== undefined)
      setMomentum(
        this.optimizer,
        momenta.high.map((high, i) => high - (high - momenta.low[i]!) * this.height()),
      );
  }

  /** 0 at the bottom of a cycle; 1 at the top of the first. */
  private height(): number {
    const cycle = Math.floor(this.lastEpoch / this.total);
    const step = this.lastEpoch - cycle * this.total;
    const height = step <= this.up ? step / this.up : (this.total - step) / (this.total - this.up);
    return height * this.scale(cycle);
  }
}
