/** The best of many measurements. */
import { ArgumentError, type Tensor } from "@wengert/autograd";
import { checkAmong, checkWithin } from "./schedule.js";

export interface BestOptions {
  /** Whether less is better, `"min"` by default. */
  readonly mode?: "min" | "max";
  /** By how much a measurement must be better than the best, 1e-4 by default. */
  readonly threshold?: number;
  /** Whether that is a part of the best, or a difference from it; `"rel"` by default. */
  readonly thresholdMode?: "rel" | "abs";
}

/** Remembers the best measurement. */
export class Best {
  /** Null before the first. */
  value: number | null = null;
  private readonly options: Required<BestOptions>;

  constructor(
    private readonly name: string,
    options: Required<BestOptions>,
  ) {
    checkAmong(`${name}: mode`, options.mode, ["min", "max"]);
    checkAmong(`${name}: thresholdMode`, options.thresholdMode, ["rel", "abs"]);
    checkWithin(`${name}: threshold`, options.threshold, 0, Infinity);
    this.options = options;
  }

  /**
   * Whether a measurement is better than all before; then it is the best.
   *
   * @throws ArgumentError if it is NaN. Differs: to PyTorch a NaN is no improvement.
   */
  improves(metric: number | Tensor): boolean {
    const value = typeof metric === "number" ? metric : metric.item();
    if (Number.isNaN(value))
      throw new ArgumentError(`${this.name}.step: the measurement is NaN; it must be a number`);
    const worst = this.options.mode === "min" ? Infinity : -Infinity;
    const better = this.isBetter(value, this.value ?? worst);
    if (better) this.value = value;
    return better;
  }

  private isBetter(value: number, best: number): boolean {
    const { mode, threshold, thresholdMode } = this.options;
    const margin = mode === "min" ? -threshold : threshold;
    const bound = thresholdMode === "rel" ? best * (1 + margin) : best + margin;
    return mode === "min" ? value < bound : value > bound;
  }
}
