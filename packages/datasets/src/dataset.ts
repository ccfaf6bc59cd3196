/** What a data set is: a number of samples, got by index. */
import { ArgumentError, type Generator, select, type Tensor } from "@wengert/autograd";

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
}

/** A data set whose samples arrive later, as from a disk or a network. Loaders read it with `for await`. */
export interface AsyncDataset<T> {
  readonly length: number;
  get(index: number, generator: Generator): Promise<T>;
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
    return this.tensors.map((x) => select(x, index)) as Rows<T>;
  }
}

/** Some samples of another data set, in the order of `indices`: a split, or a few to overfit. */
export class Subset<T> implements Dataset<T> {
  /** @throws ArgumentError for an index outside the data set */
  constructor(
    private readonly dataset: Dataset<T>,
    private readonly indices: readonly number[] | Int32Array,
  ) {
    for (const index of indices)
      if (!Number.isInteger(index) || index < 0 || index >= dataset.length)
        throw new ArgumentError(`Subset: there is no sample ${index} in a data set of ${dataset.length}`);
  }

  get length(): number {
    return this.indices.length;
  }

  get(index: number, generator: Generator): T {
    return this.dataset.get(this.indices[index]!, generator);
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
