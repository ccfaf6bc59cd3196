/** Standard scores, with statistics of the training set. */
import { ArgumentError, type NdarrayLike } from "@wengert/autograd";
import { denseFloats, type Pixels } from "./pixels.js";
import { denseNdarray, type Transform } from "./transform.js";

export interface StandardizerOptions {
  /**
   * What has a mean and a deviation of its own: each number of a sample (`"feature"`, the default), each index along
   * the first axis (`"channel"`), or the whole (`"sample"`, one mean and deviation for all numbers).
   */
  readonly per?: "feature" | "channel" | "sample";
}

/** A fitted {@link Standardizer} as plain data. */
export interface StandardizerJSON {
  readonly shape: readonly number[];
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/**
 * (x − mean) / standard deviation, both found from a training set and kept for everything else: statistics of test samples
 * must not leak into what they are judged by.
 *
 * ```ts
 * const scale = Standardizer.fit(ndarraysOf(train), { per: "channel" });
 * const [trained, tested] = [train, test].map((set) => new MappedDataset(set, onImage(scale.transform)));
 * ```
 */
export class Standardizer {
  /** Of a sample. */
  readonly shape: readonly number[];
  /** One for each number of a sample, or each channel, or one. */
  readonly mean: readonly number[];
  /** That of the population (÷ N); 1 where all samples were alike, so that these become 0. */
  readonly std: readonly number[];

  /** @throws ArgumentError if there are not as many deviations as means, or they fit no axis of the shape, or are 0 */
  constructor({ shape, mean, std }: StandardizerJSON) {
    const size = sizeOf(shape);
    if (mean.length !== std.length || mean.length === 0 || size % mean.length !== 0)
      throw new ArgumentError(
        `Standardizer: ${mean.length} means and ${std.length} deviations do not fit samples of [${shape.join(", ")}]`,
      );
    if (![...mean, ...std].every((each) => Number.isFinite(each)) || std.includes(0))
      throw new ArgumentError("Standardizer: means and deviations must be finite, and no deviation 0");
    this.shape = [...shape];
    this.mean = [...mean];
    this.std = [...std];
  }

  /**
   * Means and deviations over `samples` (B. P. Welford's update, Technometrics 4, 1962, in float64; one pass).
   *
   * @throws ArgumentError without samples, or if they differ in shape
   */
  static fit(samples: Iterable<NdarrayLike>, { per = "feature" }: StandardizerOptions = {}): Standardizer {
    let shape: readonly number[] | undefined;
    let mean = new Float64Array(0);
    let squares = new Float64Array(0);
    let count = 0;
    for (const sample of samples) {
      if (shape === undefined) {
        shape = [...sample.shape];
        const groups = per === "feature" ? sizeOf(shape) : per === "channel" ? (shape[0] ?? 1) : 1;
        mean = new Float64Array(groups);
        squares = new Float64Array(groups);
      } else checkShape(sample, shape);
      const numbers = denseFloats(sample);
      const run = numbers.length / mean.length;
      for (let group = 0; group < mean.length; group++)
        for (let k = 0; k < run; k++) {
          const off = numbers[group * run + k]! - mean[group]!;
          mean[group]! += off / (count * run + k + 1);
          squares[group]! += off * (numbers[group * run + k]! - mean[group]!);
        }
      count++;
    }
    if (shape === undefined || mean.length === 0)
      throw new ArgumentError("Standardizer: there are no samples, or they are empty; give some to fit to");
    const size = count * (sizeOf(shape) / mean.length);
    const std = Array.from(squares, (sum) => (sum === 0 ? 1 : Math.sqrt(sum / size)));
    return new Standardizer({ shape, mean: [...mean], std });
  }

  /** @throws ArgumentError for a sample of another shape */
  readonly transform: Transform<NdarrayLike, Pixels> = (sample) =>
    this.each(sample, (x, mean, std) => (x - mean) / std);

  /** From standard scores to what they were made of. @throws ArgumentError for a sample of another shape */
  readonly inverse: Transform<NdarrayLike, Pixels> = (sample) =>
    this.each(sample, (x, mean, std) => x * std + mean);

  toJSON(): StandardizerJSON {
    const { shape, mean, std } = this;
    return { shape, mean, std };
  }

  private each(sample: NdarrayLike, change: (x: number, mean: number, std: number) => number): Pixels {
    checkShape(sample, this.shape);
    const made = denseFloats(sample).slice();
    const run = made.length / this.mean.length;
    for (let i = 0; i < made.length; i++) {
      const group = Math.floor(i / run);
      made[i] = change(made[i]!, this.mean[group]!, this.std[group]!);
    }
    return denseNdarray(made, this.shape);
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function checkShape(sample: NdarrayLike, shape: readonly number[]): void {
  if (sample.shape.join() !== shape.join())
    throw new ArgumentError(
      `Standardizer: a sample is [${sample.shape.join(", ")}]; the others are [${shape.join(", ")}]`,
    );
}
