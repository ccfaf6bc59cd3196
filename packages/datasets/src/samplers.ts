/** Which samples a pass takes, and in what order. All are functions of the generator that they are given. */
import { ArgumentError, type Generator, type Tensor, tensor } from "@wengert/autograd";

/** The indices of a pass. */
export interface Sampler {
  /** How many there are in a pass. */
  readonly length: number;
  /** @param generator depends on the seed of the loader and the epoch alone */
  indices(generator: Generator): ArrayLike<number>;
}

/** The indices of a pass, batch by batch. */
export interface BatchSampler {
  /** How many batches there are in a pass. */
  readonly length: number;
  /** @param generator depends on the seed of the loader and the epoch alone */
  batches(generator: Generator): readonly ArrayLike<number>[];
}

interface Sized {
  readonly length: number;
}

/** All samples in order. */
export class SequentialSampler implements Sampler {
  readonly length: number;

  constructor(dataset: Sized) {
    this.length = dataset.length;
  }

  indices(): Int32Array {
    return Int32Array.from({ length: this.length }, (_, i) => i);
  }
}

export interface RandomSamplerOptions {
  /** How many samples a pass takes; by default as many as there are. */
  readonly count?: number;
  /** Whether a sample may come again in a pass; `false` by default. */
  readonly replacement?: boolean;
}

/** Samples in random order, all of them or some. */
export class RandomSampler implements Sampler {
  readonly length: number;
  private readonly replacement: boolean;
  private readonly size: number;

  /** @throws ArgumentError if the count is no integer from 0, or larger than the data set without replacement */
  constructor(dataset: Sized, { count = dataset.length, replacement = false }: RandomSamplerOptions = {}) {
    checkCount("RandomSampler", count, replacement ? undefined : dataset.length, dataset.length);
    this.size = dataset.length;
    this.length = count;
    this.replacement = replacement;
  }

  indices(generator: Generator): ArrayLike<number> {
    if (!this.replacement) return generator.permutation(this.size).toTypedArray().subarray(0, this.length);
    const draws = generator.rand([this.length], { dtype: "float64" }).toTypedArray();
    return Int32Array.from(draws, (u) => Math.floor(u * this.size));
  }
}

/** Samples drawn with probabilities in the ratio of `weights`, as to balance classes (see {@link balancedWeights}). */
export class WeightedRandomSampler implements Sampler {
  readonly length: number;
  private readonly weights: Tensor;
  private readonly replacement: boolean;

  /**
   * @param weights one for each sample, 0 or more, in any scale
   * @param options `replacement` is `true` by default
   * @throws ArgumentError for a weight that is negative or not finite, if all are 0, or if without replacement more are
   *   to be drawn than have a weight above 0
   */
  constructor(
    weights: ArrayLike<number>,
    { count = weights.length, replacement = true }: RandomSamplerOptions = {},
  ) {
    const all = Float64Array.from(weights);
    const wrong = all.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
    if (wrong >= 0)
      throw new ArgumentError(
        `WeightedRandomSampler: the weight of sample ${wrong} is ${all[wrong]}; it must be finite, 0 or more`,
      );
    const possible = all.filter((weight) => weight > 0).length;
    checkCount("WeightedRandomSampler", count, replacement ? undefined : possible, possible);
    this.weights = tensor(all);
    this.length = count;
    this.replacement = replacement;
  }

  indices(generator: Generator): ArrayLike<number> {
    if (this.length === 0) return [];
    const { weights, length, replacement } = this;
    return generator.multinomial(weights, length, { replacement }).toTypedArray();
  }
}

function checkCount(name: string, count: number, most: number | undefined, available: number): void {
  if (!Number.isInteger(count) || count < 0 || count > (most ?? count) || (count > 0 && available === 0))
    throw new ArgumentError(
      `${name}: ${count} samples are to be drawn of ${available}; give an integer from 0 on${most === undefined ? "" : `, at most ${most}, or draw with replacement`}`,
    );
}

/** Weights for {@link WeightedRandomSampler} by which every class is drawn as often as any other. */
export function balancedWeights(labels: Tensor | ArrayLike<number | string>): Float64Array {
  const all = labelsOf(labels);
  const counts = new Map<number | string, number>();
  for (const label of all) counts.set(label, (counts.get(label) ?? 0) + 1);
  return Float64Array.from(all, (label) => 1 / counts.get(label)!);
}

/** Labels as a list. */
export function labelsOf(labels: Tensor | ArrayLike<number | string>): readonly (number | string)[] {
  return Array.from("toTypedArray" in labels ? labels.toTypedArray() : labels);
}

export interface BucketOptions {
  readonly batchSize: number;
  /** How many batches are sorted together, 50 by default: the more, the less is filled up, and the less random it is. */
  readonly pool?: number;
  /** Whether each pass takes the samples in another random order; `true` by default. */
  readonly shuffle?: boolean;
  /** Whether to leave out a last batch that is not full; `false` by default. */
  readonly dropLast?: boolean;
}

/**
 * Batches of samples that are about as long as one another, so that little is filled up: the samples, in random order,
 * are cut into pools, each is sorted by length and cut into batches, and the batches come in random order.
 */
export class BucketSampler implements BatchSampler {
  readonly length: number;
  private readonly lengths: readonly number[];
  private readonly options: Required<BucketOptions>;

  /**
   * @param lengths that of each sample
   * @throws ArgumentError if a size is no positive integer
   */
  constructor(
    lengths: ArrayLike<number>,
    { batchSize, pool = 50, shuffle = true, dropLast = false }: BucketOptions,
  ) {
    for (const [name, size] of Object.entries({ batchSize, pool }))
      if (!Number.isInteger(size) || size < 1)
        throw new ArgumentError(`BucketSampler: ${name} is ${size}; it must be an integer, 1 or more`);
    this.lengths = Array.from(lengths);
    this.options = { batchSize, pool, shuffle, dropLast };
    const batches = this.lengths.length / batchSize;
    this.length = dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  batches(generator: Generator): readonly ArrayLike<number>[] {
    const { lengths } = this;
    const { batchSize, pool, shuffle, dropLast } = this.options;
    const sampler = shuffle ? new RandomSampler(lengths) : new SequentialSampler(lengths);
    const order = Array.from(sampler.indices(generator.fork("samples")));
    const made: number[][] = [];
    for (let start = 0; start < order.length; start += pool * batchSize) {
      const sorted = order.slice(start, start + pool * batchSize).sort((a, b) => lengths[a]! - lengths[b]!);
      for (let at = 0; at < sorted.length; at += batchSize) made.push(sorted.slice(at, at + batchSize));
    }
    if (dropLast && (made.at(-1)?.length ?? batchSize) < batchSize) made.pop();
    if (!shuffle) return made;
    const inOrder = generator.fork("batches").permutation(made.length).toTypedArray();
    return Array.from(inOrder, (i) => made[i]!);
  }
}
