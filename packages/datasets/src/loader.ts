/** From samples to batches: which samples, in what order, and how they become tensors. */
import {
  ArgumentError,
  defaultGenerator,
  type Generator,
  isFloat,
  type Nested,
  type NumberArray,
  noGrad,
  permutation,
  type Shape,
  stack,
  Tensor,
  tensor,
} from "@wengert/autograd";
import type { AsyncDataset, Dataset } from "./dataset.js";

/** What becomes one tensor: see {@link collate}. */
type Field<T> = T extends Tensor | Nested | NumberArray
  ? Tensor
  : T extends string
    ? string[]
    : { -readonly [K in keyof T]: Field<T[K]> };

/** A batch of samples of type `T`. */
export type Collated<T> = T extends readonly unknown[] ? { -readonly [K in keyof T]: Field<T[K]> } : Field<T>;

/**
 * Makes one batch of several samples: a sample that is a tuple or an object gives a tuple or an object of its fields'
 * batches. In these, tensors are stacked along a new axis 0, typed arrays too (their dtype is kept); numbers, booleans
 * and (nested) arrays of them are taken as `tensor` takes them, so numbers become floats: give class labels as int32
 * tensors, or convert the batch. Strings stay in an array.
 *
 * Differs: PyTorch transposes an inner list of numbers into a list of tensors, and makes int64 of whole numbers.
 *
 * @throws ArgumentError if samples differ in their form, or hold what no tensor can
 */
export function collate<T>(samples: readonly T[]): Collated<T> {
  const [first] = samples;
  if (first === undefined) throw new ArgumentError("collate: there are no samples; give at least one");
  // Only at the top is an array a tuple: further down [0.5, 1.5] is more likely a vector than a pair.
  const batch = Array.isArray(first) ? fields(samples, "the sample") : field(samples, "the sample");
  return batch as Collated<T>;
}

function field(values: readonly unknown[], path: string): unknown {
  const [first] = values;
  if (first instanceof Tensor)
    return joined(checked(values, path, (value) => value instanceof Tensor) as Tensor[], path);
  if (ArrayBuffer.isView(first)) {
    const arrays = checked(values, path, (value) => ArrayBuffer.isView(value)) as NumberArray[];
    return joined(
      arrays.map((array) => tensor(array)),
      path,
    );
  }
  if (typeof first === "string") return checked(values, path, (value) => typeof value === "string");
  if (isNested(first)) {
    const rows = checked(values, path, isNested) as Nested[];
    return joined(
      rows.map((row) => tensor(row)),
      path,
    );
  }
  return fields(values, path);
}

function fields(values: readonly unknown[], path: string): unknown {
  const [first] = values;
  if (typeof first !== "object" || first === null)
    throw new ArgumentError(
      `collate: ${path} is ${first === null ? "null" : `of type ${typeof first}`}; it must be a tensor, numbers, a string, or a tuple or object of these`,
    );
  const keys = Object.keys(first);
  const same = checked(values, path, (value) => {
    return (
      typeof value === "object" &&
      value !== null &&
      Array.isArray(value) === Array.isArray(first) &&
      Object.keys(value).join() === keys.join()
    );
  }) as Record<string, unknown>[];
  const columns = keys.map((key): [string, unknown] => [
    key,
    field(
      same.map((value) => value[key]),
      `${path}[${key}]`,
    ),
  ]);
  return Array.isArray(first) ? columns.map(([, column]) => column) : Object.fromEntries(columns);
}

function checked(
  values: readonly unknown[],
  path: string,
  fits: (value: unknown) => boolean,
): readonly unknown[] {
  const other = values.findIndex((value) => !fits(value));
  if (other >= 0)
    throw new ArgumentError(
      `collate: ${path} has another form in sample ${other} of the batch than in sample 0; all samples must have the same`,
    );
  return values;
}

function joined(tensors: readonly Tensor[], path: string): Tensor {
  const [{ shape, dtype }] = tensors as readonly [Tensor, ...Tensor[]];
  const show = (lengths: Shape): string => `[${lengths.join(", ")}]`;
  const other = tensors.findIndex((x) => show(x.shape) !== show(shape));
  if (other >= 0)
    throw new ArgumentError(
      `collate: ${path} is ${show(shape)} in sample 0 of the batch and ${show(tensors[other]!.shape)} in sample ${other}; pad or crop them to one shape, or give \`collate\``,
    );
  // Samples such as [1, 0.5] and [true, false] would be joined by promotion; that is never what was meant.
  const mixed = tensors.findIndex((x) => x.dtype !== dtype && !(isFloat(x.dtype) && isFloat(dtype)));
  if (mixed >= 0)
    throw new ArgumentError(
      `collate: ${path} is ${dtype} in sample 0 of the batch and ${tensors[mixed]!.dtype} in sample ${mixed}; they must be of one dtype`,
    );
  return noGrad(() => stack(tensors));
}

function isNested(value: unknown): value is Nested {
  if (Array.isArray(value)) return value.every((inner) => isNested(inner));
  return typeof value === "number" || typeof value === "boolean";
}

export interface DataLoaderOptions<T, B> {
  /** 1 by default. */
  readonly batchSize?: number;
  /** Whether each pass takes the samples in another random order; `false` by default. */
  readonly shuffle?: boolean;
  /** Whether to leave out a last batch that is not full; `false` by default. */
  readonly dropLast?: boolean;
  /** Gives the seed; by default the generator that `manualSeed` seeds. Nothing is drawn from it. */
  readonly generator?: Generator;
  /** Makes a batch of samples; see {@link collate}, the default. */
  readonly collate?: (samples: readonly T[]) => B;
}

/**
 * The batches of a data set, to be passed over any number of times; each pass is the next epoch. Order and random
 * changes of samples depend on the seed, the epoch and the index alone: set `epoch` to have a pass again.
 */
export class DataLoader<T, B = Collated<T>> implements Iterable<B>, AsyncIterable<B> {
  /** The number of the next pass, from 0. */
  epoch = 0;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  private readonly generator: Generator;
  private readonly collate: (samples: readonly T[]) => B;

  /** @throws ArgumentError if the batch size is not a positive integer */
  constructor(
    private readonly dataset: Dataset<T> | AsyncDataset<T>,
    options: DataLoaderOptions<T, B> = {},
  ) {
    const { batchSize = 1, shuffle = false, dropLast = false, generator = defaultGenerator } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new ArgumentError(`DataLoader: the batch size is ${batchSize}; it must be an integer, 1 or more`);
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.generator = generator;
    this.collate = options.collate ?? (collate as (samples: readonly T[]) => B);
  }

  /** The number of batches in a pass. */
  get length(): number {
    const batches = this.dataset.length / this.batchSize;
    return this.dropLast ? Math.floor(batches) : Math.ceil(batches);
  }

  [Symbol.iterator](): IterableIterator<B> {
    return this.batches(this.epoch++);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    return this.batchesAsync(this.epoch++);
  }

  /**
   * The batches of the pass `epoch` from batch `start` on, as a run that was interrupted needs them.
   *
   * @throws ArgumentError if the samples of the data set are promises
   */
  *batches(epoch: number, start = 0): IterableIterator<B> {
    for (const load of this.loads(epoch, start)) {
      const samples = load();
      if (samples.some((sample) => sample instanceof Promise)) {
        for (const sample of samples) if (sample instanceof Promise) sample.catch(() => {}); // nobody will await them
        throw new ArgumentError(
          "DataLoader: the samples of this data set are promises; iterate with `for await (const batch of loader)`",
        );
      }
      yield this.collate(samples as T[]);
    }
  }

  /** As {@link batches}, for data sets of any kind: the samples of the next batch load while this one is in use. */
  async *batchesAsync(epoch: number, start = 0): AsyncIterableIterator<B> {
    let ahead: Promise<readonly T[]> | undefined;
    for (const load of this.loads(epoch, start)) {
      const next = (async () => Promise.all(load()))();
      next.catch(() => {}); // it is awaited one turn later; until then a failure would count as unhandled
      if (ahead !== undefined) yield this.collate(await ahead);
      ahead = next;
    }
    if (ahead !== undefined) yield this.collate(await ahead);
  }

  private *loads(epoch: number, start: number) {
    const { dataset, batchSize } = this;
    const ofEpoch = this.generator.fork(`epoch ${epoch}`);
    const order = this.shuffle
      ? permutation(dataset.length, { generator: ofEpoch }).toTypedArray()
      : undefined;
    for (let batch = start; batch < this.length; batch++) {
      const count = Math.min(batchSize, dataset.length - batch * batchSize);
      const indices = Array.from(
        { length: count },
        (_, i) => order?.[batch * batchSize + i] ?? batch * batchSize + i,
      );
      yield (): readonly (T | Promise<T>)[] =>
        indices.map((index) => dataset.get(index, ofEpoch.fork(index)));
    }
  }
}
