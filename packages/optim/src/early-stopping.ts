/** Stopping when validation no longer improves. */
import { ArgumentError, assign, clone, noGrad, type Tensor } from "@wengert/autograd";
import type { HasState } from "./averaging.js";
import { complete } from "./optimizer/checks.js";
import { Best } from "./schedules/best.js";
import { checkWhole } from "./schedules/schedule.js";

export interface EarlyStoppingOptions {
  /** How many measurements in a row that are no better make an end, 10 by default. */
  readonly patience?: number;
  /** By how much a measurement must be better than the best, 0 by default. */
  readonly minDelta?: number;
  /** Whether less is better, `"min"` by default. */
  readonly mode?: "min" | "max";
  /** The model that is to be at its best when training stops. */
  readonly restoreBest?: HasState;
}

/** A snapshot of early stopping; the numbers are plain data, the tensors fit to be a safetensors file. */
export interface EarlyStoppingState {
  readonly best: number | null;
  readonly bad: number;
  /** The parameters and buffers of the best measurement, by name; empty if none are kept. */
  readonly state: Map<string, Tensor>;
}

/**
 * Watches a measurement: `if (stopping.step(validationLoss)) break;`
 *
 * Prechelt 1998, "Early stopping – but when?", criterion UP with the best for what is compared.
 */
export class EarlyStopping {
  private readonly best: Best;
  private readonly patience: number;
  private readonly model: HasState | undefined;
  private kept = new Map<string, Tensor>();
  private bad = 0;

  constructor(options: EarlyStoppingOptions = {}) {
    const { patience, minDelta, mode } = complete("EarlyStopping", options, {
      patience: 10,
      minDelta: 0,
      mode: "min",
      restoreBest: undefined,
    });
    checkWhole("EarlyStopping: patience", patience, 1);
    this.best = new Best("EarlyStopping", { mode, threshold: minDelta, thresholdMode: "abs" });
    this.patience = patience;
    this.model = options.restoreBest;
  }

  /** The best measurement; null before the first. */
  get bestMetric(): number | null {
    return this.best.value;
  }

  /**
   * Takes a measurement. When it makes an end, the model of `restoreBest` is set to what it was at the best.
   *
   * @returns whether to stop
   * @throws ArgumentError if it is NaN
   */
  step(metric: number | Tensor): boolean {
    if (this.best.improves(metric)) {
      this.bad = 0;
      this.kept = noGrad(() => new Map([...this.parts()].map(([name, each]) => [name, clone(each)])));
      return false;
    }
    this.bad++;
    if (this.bad < this.patience) return false;
    this.restore();
    return true;
  }

  /** Sets the model of `restoreBest` to what it was at the best measurement. */
  restore(): void {
    noGrad(() => {
      for (const [name, live] of this.parts()) {
        const value = this.kept.get(name);
        if (value !== undefined) assign(live, value);
      }
    });
  }

  stateDict(): EarlyStoppingState {
    const state = noGrad(() => new Map([...this.kept].map(([name, each]) => [name, clone(each)])));
    return { best: this.best.value, bad: this.bad, state };
  }

  /** Takes over a snapshot; all of it, or on an error nothing. */
  loadStateDict({ best, bad, state }: EarlyStoppingState): void {
    checkWhole("EarlyStopping.loadStateDict: bad", bad, 0);
    const parts = this.parts();
    for (const [name, { shape }] of state)
      if (String(parts.get(name)?.shape) !== String(shape))
        throw new ArgumentError(
          `EarlyStopping.loadStateDict: ${name} is [${shape.join(", ")}]; the model has ${parts.has(name) ? `[${parts.get(name)!.shape.join(", ")}]` : "no such tensor"}`,
        );
    this.best.value = best;
    this.bad = bad;
    this.kept = noGrad(() => new Map([...state].map(([name, each]) => [name, clone(each)])));
  }

  private parts(): Map<string, Tensor> {
    const { model } = this;
    return new Map(model ? [...model.namedParameters(), ...(model.namedBuffers?.() ?? [])] : []);
  }
}
