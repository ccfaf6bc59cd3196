/** How often the right class is predicted. */
import { ArgumentError, isFloat, type Tensor } from "@wengert/autograd";
import {
  checkClass,
  type IgnoreOptions,
  predictedClasses,
  rankOf,
  scoredRows,
  targetsFor,
} from "./classes.js";

export interface AccuracyOptions extends IgnoreOptions {
  /** A prediction counts if the right class is among the so many with the highest scores; 1 by default. */
  readonly topK?: number;
}

/**
 * The part of predictions that are right, over all batches that it is shown.
 *
 *   accuracy = |{i : ŷᵢ = yᵢ}| / |{i}|        or, with `topK`, yᵢ among the topK classes with the highest scores
 *
 * Of equal scores the lower class goes first. A score that is NaN goes before all numbers, and is never right.
 */
export class Accuracy {
  readonly topK: number;
  readonly ignoreIndex: number;
  private right = 0;
  private all = 0;

  /** @throws ArgumentError if `topK` is no positive integer */
  constructor({ topK = 1, ignoreIndex = -100 }: AccuracyOptions = {}) {
    if (!Number.isInteger(topK) || topK < 1)
      throw new ArgumentError(`Accuracy: topK is ${topK}; it must be a positive integer`);
    this.topK = topK;
    this.ignoreIndex = ignoreIndex;
  }

  /**
   * @param predicted scores [N, C, ...] or [C], floats; or classes in the shape of `target`, integers or bool
   * @param target classes [N, ...]
   * @throws ShapeError, DTypeError or ArgumentError for what does not fit; nothing is counted then
   */
  update(predicted: Tensor, target: Tensor): this {
    const scored = isFloat(predicted.dtype);
    const targets = targetsFor("Accuracy", predicted, target, scored);
    if (!scored && this.topK > 1)
      throw new ArgumentError(
        `Accuracy: topK is ${this.topK}, for which scores are needed; the predictions are classes`,
      );
    const isRight = scored ? this.byScores(predicted) : this.byClasses(predicted);
    let [right, all] = [0, 0];
    for (let i = 0; i < targets.length; i++) {
      const wanted = targets[i] as number;
      if (wanted === this.ignoreIndex) continue;
      all++;
      if (isRight(i, wanted)) right++;
    }
    this.right += right;
    this.all += all;
    return this;
  }

  private byScores(predicted: Tensor): (i: number, wanted: number) => boolean {
    const rows = scoredRows(predicted);
    return (i, wanted) => {
      checkClass("Accuracy", `target ${i}`, wanted, rows.classes);
      return rankOf(rows, i, wanted) < this.topK;
    };
  }

  private byClasses(predicted: Tensor): (i: number, wanted: number) => boolean {
    const classes = predictedClasses("Accuracy", predicted);
    return (i, wanted) => classes[i] === wanted;
  }

  /** How many targets were counted. */
  get count(): number {
    return this.all;
  }

  /** From 0 to 1; NaN before anything was counted. */
  get value(): number {
    return this.right / this.all;
  }

  /** Forgets what it was shown. */
  reset(): void {
    [this.right, this.all] = [0, 0];
  }
}

/** {@link Accuracy} of one batch. */
export function accuracy(predicted: Tensor, target: Tensor, options: AccuracyOptions = {}): number {
  return new Accuracy(options).update(predicted, target).value;
}
