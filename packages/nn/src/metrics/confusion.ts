/** What is taken for what: the confusion matrix, and the numbers that are read off it. */
import { ArgumentError, isFloat, type Tensor } from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import { checkClass, type IgnoreOptions, predictedClasses, targetsFor } from "./classes.js";

export type Average = "binary" | "micro" | "macro" | "weighted";

export interface AverageOptions {
  /**
   * How the classes become one number: `"binary"`, the `positive` class alone; `"micro"`, from counts over all classes,
   * which is the accuracy; `"macro"`, the mean over classes; `"weighted"`, the mean by how often each is the target.
   * `"binary"` for two classes, else `"macro"`, by default.
   */
  readonly average?: Average;
  /** The class that `"binary"` asks after, 1 by default. */
  readonly positive?: number;
  /** What 0 / 0 is: of a class that is never predicted, or never there. 0 by default. */
  readonly zeroDivision?: number;
}

export interface FScoreOptions extends AverageOptions {
  /** How many times as much recall counts as precision, 1 by default. */
  readonly beta?: number;
}

/** One class against all others. */
export interface ClassReport {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** How often it is the target. */
  readonly support: number;
}

interface Counts {
  readonly hits: number;
  readonly predicted: number;
  readonly support: number;
}

/**
 * How often each class was taken for each, over all batches that it is shown.
 *
 *   M[t][p] = |{i : yᵢ = t, ŷᵢ = p}|
 *   precision_c = M[c][c] / Σ_t M[t][c]        recall_c = M[c][c] / Σ_p M[c][p]
 *   F_β = (1 + β²) · M[c][c] / (β² Σ_p M[c][p] + Σ_t M[t][c]),   for β = 1 the harmonic mean of the two
 *
 * van Rijsbergen 1979, "Information retrieval", chapter 7; the averages: Sokolova & Lapalme 2009, "A systematic analysis of
 * performance measures for classification tasks".
 */
export class ConfusionMatrix {
  readonly ignoreIndex: number;
  private counts: number[][] = [];

  /** @throws ArgumentError if the number of classes is no positive integer */
  constructor(
    readonly classes: number,
    { ignoreIndex = -100 }: IgnoreOptions = {},
  ) {
    if (!Number.isInteger(classes) || classes < 1)
      throw new ArgumentError(
        `ConfusionMatrix: there are ${classes} classes; the number must be a positive integer`,
      );
    this.ignoreIndex = ignoreIndex;
    this.reset();
  }

  /**
   * @param predicted scores [N, C, ...] or [C], floats, of which the highest counts; or classes in the shape of `target`
   * @param target classes [N, ...]
   * @throws ShapeError, DTypeError or ArgumentError for what does not fit; nothing is counted then
   */
  update(predicted: Tensor, target: Tensor): this {
    const { classes } = this;
    const targets = targetsFor("ConfusionMatrix", predicted, target, isFloat(predicted.dtype));
    const guesses = predictedClasses("ConfusionMatrix", predicted);
    const pairs: [wanted: number, guess: number][] = [];
    for (let i = 0; i < targets.length; i++) {
      const [wanted, guess] = [targets[i] as number, guesses[i] as number];
      if (wanted === this.ignoreIndex) continue;
      checkClass("ConfusionMatrix", `target ${i}`, wanted, classes);
      checkClass("ConfusionMatrix", `prediction ${i}`, guess, classes);
      pairs.push([wanted, guess]);
    }
    for (const [wanted, guess] of pairs) {
      const row = this.counts[wanted] as number[];
      row[guess] = (row[guess] as number) + 1;
    }
    return this;
  }

  /** Rows by target, columns by prediction: `matrix[target][predicted]`. */
  get matrix(): readonly (readonly number[])[] {
    return this.counts.map((row) => [...row]);
  }

  /**
   * The matrix with rows (`"target"`), columns (`"predicted"`) or all of it (`"all"`) divided by their sum; what has none stays 0.
   */
  normalized(over: "target" | "predicted" | "all"): number[][] {
    const columns = this.perClass();
    const total = this.total;
    return this.counts.map((row, target) =>
      row.map((count, predicted) => {
        const by = { target: columns[target]?.support, predicted: columns[predicted]?.predicted, all: total }[
          over
        ];
        return count / (by || 1);
      }),
    );
  }

  /** The part of predictions that are right; NaN before anything was counted. */
  get accuracy(): number {
    return this.hits / this.total;
  }

  /** The mean of the recall of those classes that are there; NaN before anything was counted. */
  get balancedAccuracy(): number {
    const there = this.perClass().filter(({ support }) => support > 0);
    return there.reduce((sum, { hits, support }) => sum + hits / support, 0) / there.length;
  }

  /** Of what was predicted to be of a class, the part that is: tp / (tp + fp). */
  precision(options: AverageOptions = {}): number {
    return this.averaged("precision", options, ({ hits, predicted }) => [hits, predicted]);
  }

  /** Of what is of a class, the part that was predicted to be: tp / (tp + fn). */
  recall(options: AverageOptions = {}): number {
    return this.averaged("recall", options, ({ hits, support }) => [hits, support]);
  }

  /**
   * Precision and recall in one number; the average is taken over the scores of the classes.
   *
   * @throws ArgumentError for a `beta` below 0
   */
  fScore({ beta = 1, ...options }: FScoreOptions = {}): number {
    if (!(beta >= 0 && beta < Infinity))
      throw new ArgumentError(`ConfusionMatrix: beta is ${beta}; it must be a number from 0 on`);
    return this.averaged("fScore", options, (counts) => fParts(counts, beta * beta));
  }

  /** {@link fScore} with a beta of 1. */
  f1(options: AverageOptions = {}): number {
    return this.fScore(options);
  }

  /** All of it for each class alone. */
  report({ zeroDivision = 0 }: Pick<AverageOptions, "zeroDivision"> = {}): ClassReport[] {
    return this.perClass().map((counts) => ({
      precision: ratio([counts.hits, counts.predicted], zeroDivision),
      recall: ratio([counts.hits, counts.support], zeroDivision),
      f1: ratio(fParts(counts, 1), zeroDivision),
      support: counts.support,
    }));
  }

  /** Forgets what it was shown. */
  reset(): void {
    this.counts = Array.from({ length: this.classes }, () => new Array<number>(this.classes).fill(0));
  }

  private averaged(
    name: string,
    { average = this.classes === 2 ? "binary" : "macro", positive = 1, zeroDivision = 0 }: AverageOptions,
    parts: (counts: Counts) => readonly [number, number],
  ): number {
    const classes = this.perClass();
    const of = (counts: Counts): number => ratio(parts(counts), zeroDivision);
    checkChoice(`ConfusionMatrix.${name}`, "the average", average, ["binary", "micro", "macro", "weighted"]);
    switch (average) {
      case "binary":
        checkClass(`ConfusionMatrix.${name}`, "positive", positive, this.classes);
        return of(classes[positive] as Counts);
      case "micro":
        return of({ hits: this.hits, predicted: this.total, support: this.total });
      case "macro":
        return classes.reduce((sum, counts) => sum + of(counts), 0) / this.classes;
      case "weighted":
        return ratio(
          [classes.reduce((sum, counts) => sum + counts.support * of(counts), 0), this.total],
          zeroDivision,
        );
    }
  }

  private perClass(): Counts[] {
    return this.counts.map((row, c) => ({
      hits: row[c] as number,
      predicted: sum(this.counts.map((each) => each[c] as number)),
      support: sum(row),
    }));
  }

  private get hits(): number {
    return sum(this.counts.map((row, c) => row[c] as number));
  }

  private get total(): number {
    return sum(this.counts.map(sum));
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

function fParts({ hits, predicted, support }: Counts, squaredBeta: number): [number, number] {
  return [(1 + squaredBeta) * hits, squaredBeta * support + predicted];
}

function ratio([above, below]: readonly [number, number], zeroDivision: number): number {
  return below === 0 ? zeroDivision : above / below;
}

export interface OneBatchOptions extends AverageOptions, IgnoreOptions {}

/** The counts of one batch, `matrix[target][predicted]`; see {@link ConfusionMatrix}. */
export function confusionMatrix(
  predicted: Tensor,
  target: Tensor,
  classes: number,
  options: IgnoreOptions = {},
): readonly (readonly number[])[] {
  return new ConfusionMatrix(classes, options).update(predicted, target).matrix;
}

/** {@link ConfusionMatrix.precision} of one batch. */
export function precision(
  predicted: Tensor,
  target: Tensor,
  classes: number,
  options: OneBatchOptions = {},
): number {
  return new ConfusionMatrix(classes, options).update(predicted, target).precision(options);
}

/** {@link ConfusionMatrix.recall} of one batch. */
export function recall(
  predicted: Tensor,
  target: Tensor,
  classes: number,
  options: OneBatchOptions = {},
): number {
  return new ConfusionMatrix(classes, options).update(predicted, target).recall(options);
}

/** {@link ConfusionMatrix.fScore} of one batch. */
export function fScore(
  predicted: Tensor,
  target: Tensor,
  classes: number,
  options: OneBatchOptions & FScoreOptions = {},
): number {
  return new ConfusionMatrix(classes, options).update(predicted, target).fScore(options);
}
