/** What a data set is: a number of samples, got by index. */
import { ArgumentError, type Generator, type Tensor, tensor } from "@wengert/autograd";
import type { Collated } from "./collate.js";

/** Samples by index. An array-like of anything becomes one with `{ length, get: (i) => samples[i] }`. */
export interface Dataset<T> {
  readonly length: number;
  /**
   * The sample at `index`.
   *
   * @param generator for what is random about a sample (noise, augmentation): a loader hands one that depends on its
   *   seed, the epoch and the index alone, so that the order of loading does not matter
   */
  get(index: number, generator: Generator): T;
  /**
   * The samples at `indices` as one batch, exactly as `collate` makes it of them, or undefined where that cannot be had at once.
   * Loaders without a `collate` of their own ask for it first, because it takes less time.
   */
  batch?(indices: ArrayLike<number>): Collated<T> | undefined;
}

/** A data set whose samples arrive later, as from a disk or a network. Loaders read it with `for await`. */
export interface AsyncDataset<T> {
  readonly length: number;
  get(index: number, generator: Generator): Promise<T>;
}

/** Samples one after another, for what has no index: a log that grows, a file too long to be held. */
export interface IterableDataset<T> {
  /** How many samples a pass has, where that is known. */
  readonly length?: number;
  /**
   * The samples of one pass, from the first.
   *
   * @param generator for what is random in the pass: a loader hands one that depends on its seed and the epoch alone
   */
  samples(generator: Generator): Iterable<T> | AsyncIterable<T>;
}

/** The samples of a list. */
export class ListDataset<T> implements Dataset<T> {
  constructor(private readonly list: readonly T[]) {}

  get length(): number {
    return this.list.length;
  }

  /** @throws ArgumentError for an index outside the list */
  get(index: number): T {
    checkIndex("ListDataset", index, this.length);
    return this.list[index]!;
  }
}

function checkIndex(name: string, index: number, length: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= length)
    throw new ArgumentError(`${name}: there is no sample ${index} in a data set of ${length}`);
}

type Rows<T extends readonly Tensor[]> = { -readonly [K in keyof T]: Tensor };

/** Tensors that lie side by side: sample `i` is the i-th entry of each along axis 0. */
export class TensorDataset<const T extends readonly Tensor[]> implements Dataset<Rows<T>> {
  readonly tensors: T;
  readonly length: number;

  /** @throws ArgumentError without tensors, for 0-d tensors, and if they differ in length along axis 0 */
  constructor(...tensors: T) {
    const lengths = tensors.map((x) => x.shape[0]);
    const [first] = lengths;
    if (first === undefined || lengths.includes(undefined))
      throw new ArgumentError(
        "TensorDataset: samples lie along axis 0; give one tensor at least, and none that is 0-d",
      );
    if (lengths.some((length) => length !== first))
      throw new ArgumentError(
        `TensorDataset: the tensors have ${lengths.join(", ")} entries along axis 0; they must have as many as one another`,
      );
    this.tensors = tensors;
    this.length = first;
  }

  get(index: number): Rows<T> {
    return this.tensors.map((x) => x.select(index)) as Rows<T>;
  }

  batch(indices: ArrayLike<number>): Collated<Rows<T>> | undefined {
    // A subclass may have made something else of the samples.
    if (this.get !== TensorDataset.prototype.get) return undefined;
    const rows = tensor(Int32Array.from(indices));
    return this.tensors.map((x) => x.detach().indexSelect(rows)) as Collated<Rows<T>>;
  }
}

/** Some samples of another data set, in the order of `indices`: a split, or a few to overfit. */
export class Subset<T> implements Dataset<T> {
  /** @throws ArgumentError for an index outside the data set */
  constructor(
    private readonly dataset: Dataset<T>,
    private readonly indices: readonly number[] | Int32Array,
  ) {
    for (const index of indices) checkIndex("Subset", index, dataset.length);
  }

  get length(): number {
    return this.indices.length;
  }

  /** @throws ArgumentError for an index outside the subset */
  get(index: number, generator: Generator): T {
    checkIndex("Subset", index, this.length);
    return this.dataset.get(this.indices[index]!, generator);
  }
  batch(indices: ArrayLike<number>): Collated<T> | undefined {
    if (this.get !== Subset.prototype.get) return undefined;
    return this.dataset.batch?.(Array.from(indices, (index) => this.indices[index]!));
  }
}

/** Another data set with each sample changed by `change`, which draws what is random from `generator`. */
export class MappedDataset<S, T> implements Dataset<T> {
  constructor(
    private readonly dataset: Dataset<S>,
    private readonly change: (sample: S, generator: Generator) => T,
  ) {}

  get length(): number {
    return this.dataset.length;
  }

  get(index: number, generator: Generator): T {
    return this.change(this.dataset.get(index, generator), generator);
  }
}

/** As {@link MappedDataset}, of samples that arrive later, or with a change that takes its time. */
export class AsyncMappedDataset<S, T> implements AsyncDataset<T> {
  constructor(
    private readonly dataset: Dataset<S> | AsyncDataset<S>,
    private readonly change: (sample: S, generator: Generator) => T | Promise<T>,
  ) {}

  get length(): number {
    return this.dataset.length;
  }

  async get(index: number, generator: Generator): Promise<T> {
    return this.change(await this.dataset.get(index, generator), generator);
  }
}

/** Several data sets, one behind another. */
export class ConcatDataset<T> implements Dataset<T> {
  readonly length: number;
  /** Where each begins. */
  private readonly starts: readonly number[];

  constructor(private readonly datasets: readonly Dataset<T>[]) {
    let length = 0;
    this.starts = datasets.map((dataset) => {
      const start = length;
      length += dataset.length;
      return start;
    });
    this.length = length;
  }

  /** @throws ArgumentError for an index outside */
  get(index: number, generator: Generator): T {
    checkIndex("ConcatDataset", index, this.length);
    const which = this.starts.findLastIndex((start) => start <= index);
    return this.datasets[which]!.get(index - this.starts[which]!, generator);
  }
}
