/** The learning rate range test. */
import { ArgumentError, assign, clone, GradientError, noGrad, type Tensor } from "@wengert/autograd";
import { complete } from "../optimizer/checks.js";
import type { OptimizerStateDict } from "../optimizer.js";
import { power } from "./scalar.js";
import { checkAmong, checkWhole, type HasLearningRates, setRates } from "./schedule.js";

/** An optimizer whose state can be put back. */
interface Restorable extends HasLearningRates {
  readonly paramGroups: readonly { lr: number; readonly params: readonly Tensor[] }[];
  stateDict(): OptimizerStateDict;
  loadStateDict(state: OptimizerStateDict): void;
}

export interface LRRangeTestOptions {
  /** 1e-6 by default. */
  readonly startLr?: number;
  /** 1 by default. */
  readonly endLr?: number;
  /** How many steps from one to the other, 100 by default. */
  readonly iterations?: number;
  /** Whether learning rates grow by a factor or a difference, `"exponential"` by default. */
  readonly mode?: "exponential" | "linear";
  /** It ends when the loss is so many times the least, or not finite; 4 by default. */
  readonly divergence?: number;
  /** What is to be as before afterwards, beside the parameters of the optimizer: buffers of normalisation, say. */
  readonly buffers?: Iterable<Tensor>;
}

export interface LRRangeTestResult {
  readonly rates: readonly number[];
  /** Of each step, before it was taken. */
  readonly losses: readonly number[];
  /** The learning rate at which the loss fell fastest from one step to the next; undefined if it never fell. */
  readonly steepest: number | undefined;
}

/**
 * Trains with a learning rate that grows from step to step, and tells the losses: a good learning rate is one at which
 * they fall fast, well before they rise. Parameters and optimizer are afterwards what they were.
 *
 * Smith 2017, "Cyclical learning rates for training neural networks", section 3.3; he lets the rate grow linearly.
 *
 * @param step one step of training, `optimizer.step()` included, which returns the loss
 */
export function lrRangeTest(
  optimizer: Restorable,
  step: () => number | Tensor,
  options: LRRangeTestOptions = {},
): LRRangeTestResult {
  const { startLr, endLr, iterations, mode, divergence, buffers } = complete("lrRangeTest", options, {
    startLr: 1e-6,
    endLr: 1,
    iterations: 100,
    mode: "exponential",
    divergence: 4,
    buffers: [],
  });
  checkAmong("lrRangeTest: mode", mode, ["exponential", "linear"]);
  checkWhole("lrRangeTest: iterations", iterations, 2);
  if (!(startLr > 0 && endLr > startLr && endLr < Infinity && divergence > 1))
    throw new ArgumentError(
      `lrRangeTest: startLr is ${startLr}, endLr ${endLr} and divergence ${divergence}; it must be 0 < startLr < endLr and 1 < divergence`,
    );
  const kept = [...optimizer.paramGroups.flatMap(({ params }) => params), ...buffers].map((target) => ({
    target,
    value: noGrad(() => clone(target)),
  }));
  const state = optimizer.stateDict();
  const rates: number[] = [];
  const losses: number[] = [];
  try {
    let least = Infinity;
    for (let i = 0; i < iterations; i++) {
      const part = i / (iterations - 1);
      const rate =
        mode === "linear" ? startLr + (endLr - startLr) * part : startLr * power(endLr / startLr, part);
      setRates(
        optimizer,
        optimizer.paramGroups.map(() => rate),
      );
      const loss = lossOf(step);
      if (!Number.isFinite(loss) || loss > divergence * least) break;
      rates.push(rate);
      losses.push(loss);
      least = Math.min(least, loss);
    }
  } finally {
    noGrad(() => {
      for (const { target, value } of kept) assign(target, value);
    });
    optimizer.loadStateDict(state);
  }
  return { rates, losses, steepest: steepestOf(rates, losses) };
}

/** The loss of a step; NaN if its gradients were not finite, for which optimizers throw. */
function lossOf(step: () => number | Tensor): number {
  try {
    const result = step();
    return typeof result === "number" ? result : result.item();
  } catch (error) {
    if (error instanceof GradientError) return NaN;
    throw error;
  }
}

function steepestOf(rates: readonly number[], losses: readonly number[]): number | undefined {
  const falls = losses.slice(1).map((loss, i) => losses[i]! - loss);
  const most = Math.max(...falls);
  return most > 0 ? rates[falls.indexOf(most)] : undefined;
}
