/** A data set in parts: to train on, to choose by, to test with. */
import { ArgumentError, defaultGenerator, type Generator, type Tensor } from "@wengert/autograd";
import { type Dataset, Subset } from "./dataset.js";
import { labelsOf } from "./samplers.js";

export interface SplitOptions {
  /** Gives the seed; by default the generator that `manualSeed` seeds. Nothing is drawn from it. */
  readonly generator?: Generator;
  /** The class of each sample: every part then has its share of each class, to within one or two samples. */
  readonly stratify?: Tensor | ArrayLike<number | string>;
}

/**
 * Parts of a data set at random, no two with a sample in common: the same for the same seed.
 *
 *     const [train, validation, test] = randomSplit(dataset, [0.8, 0.1, 0.1]);
 *
 * @param parts how many samples each has, or what fraction of them; of fractions, what is left by rounding down goes to
 *   the first ones
 * @throws ArgumentError if the parts do not sum to the data set, or to 1; or if there is not a label for each sample
 */
export function randomSplit<T>(
  dataset: Dataset<T>,
  parts: readonly number[],
  options: SplitOptions = {},
): Subset<T>[] {
  const counts = countsOf(parts, dataset.length);
  return split("randomSplit", dataset.length, counts, options).map((indices) => new Subset(dataset, indices));
}

/** A round of cross-validation. */
export interface Fold<T> {
  readonly train: Subset<T>;
  readonly validation: Subset<T>;
}

/**
 * The rounds of k-fold cross-validation: each of k random parts is once what is validated on, the others what is trained
 * on. The first parts have one sample more where the data set cannot be divided.
 *
 * @throws ArgumentError if k is no integer from 2 to the number of samples, or if there is not a label for each
 */
export function kFold<T>(dataset: Dataset<T>, k: number, options: SplitOptions = {}): Fold<T>[] {
  const { length } = dataset;
  if (!Number.isInteger(k) || k < 2 || k > length)
    throw new ArgumentError(
      `kFold: k is ${k}; it must be an integer from 2 to ${length}, the number of samples`,
    );
  const counts = Array.from({ length: k }, (_, i) => Math.floor(length / k) + (i < length % k ? 1 : 0));
  const parts = split("kFold", length, counts, options);
  return parts.map((validation, fold) => ({
    train: new Subset(
      dataset,
      parts.flatMap((part, i) => (i === fold ? [] : part)),
    ),
    validation: new Subset(dataset, validation),
  }));
}

function countsOf(parts: readonly number[], length: number): readonly number[] {
  const sum = parts.reduce((total, part) => total + part, 0);
  if (parts.every((part) => Number.isInteger(part) && part >= 0) && sum === length) return parts;
  if (!parts.every((part) => part >= 0 && part <= 1) || Math.abs(sum - 1) > 1e-9)
    throw new ArgumentError(
      `randomSplit: the parts ${parts.join(", ")} sum to ${sum}; they must sum to ${length}, the number of samples, or be fractions that sum to 1`,
    );
  const counts = parts.map((part) => Math.floor(part * length + 1e-9));
  const left = length - counts.reduce((total, count) => total + count, 0);
  return counts.map(
    (count, i) => count + Math.floor(left / counts.length) + (i < left % counts.length ? 1 : 0),
  );
}

/** The indices of each part, in random order. */
function split(name: string, length: number, counts: readonly number[], options: SplitOptions): number[][] {
  const { generator = defaultGenerator, stratify } = options;
  const order = Array.from(generator.fork("split").permutation(length).toTypedArray());
  if (stratify === undefined) {
    let start = 0;
    return counts.map((count) => {
      const part = order.slice(start, start + count);
      start += count;
      return part;
    });
  }
  const labels = labelsOf(stratify);
  if (labels.length !== length)
    throw new ArgumentError(
      `${name}: there are ${labels.length} labels for ${length} samples; there must be one for each`,
    );
  const partOf = stratified(order, labels, counts);
  const parts: number[][] = counts.map(() => []);
  for (const index of order) parts[partOf[index]!]!.push(index);
  return parts;
}

/**
 * The part of each sample. Class by class, a sample goes to the part that is furthest behind its share: so at every
 * point all parts have about theirs, hence of every class too.
 */
function stratified(
  order: readonly number[],
  labels: readonly (number | string)[],
  counts: readonly number[],
): Int32Array {
  const classes = new Map<number | string, number[]>();
  for (const index of order) {
    const members = classes.get(labels[index]!);
    if (members === undefined) classes.set(labels[index]!, [index]);
    else members.push(index);
  }
  const given = counts.map(() => 0);
  const partOf = new Int32Array(order.length);
  [...classes.values()].flat().forEach((index, placed) => {
    const behind = counts.map((count, part) =>
      given[part]! < count ? (count * (placed + 1)) / order.length - given[part]! : Number.NEGATIVE_INFINITY,
    );
    const part = behind.indexOf(Math.max(...behind));
    given[part]!++;
    partOf[index] = part;
  });
  return partOf;
}
