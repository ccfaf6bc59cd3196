/** From samples to batches: which samples, and in what order. */
import { ArgumentError, defaultGenerator, Generator, type GeneratorState } from "@wengert/autograd";
import { type Collated, collate } from "./collate.js";
import type { AsyncDataset, Dataset, IterableDataset } from "./dataset.js";
import { type BatchSampler, RandomSampler, type Sampler, SequentialSampler } from "./samplers.js";

export interface DataLoaderOptions<T, B> {
  /** 1 by default. */
  readonly batchSize?: number;
  /** Whether each pass takes the samples in another random order; `false` by default. */
  readonly shuffle?: boolean;
  /** Which samples a pass takes, in place of `shuffle`. */
  readonly sampler?: Sampler;
  /** Which samples each batch takes, in place of `batchSize`, `shuffle`, `sampler` and `dropLast`. */
  readonly batchSampler?: BatchSampler;
  /** Whether to leave out a last batch that is not full; `false` by default. */
  readonly dropLast?: boolean;
  /** Gives the seed; by default the generator that `manualSeed` seeds. Nothing is drawn from it. */
  readonly generator?: Generator;
  /** Makes a batch of samples; see {@link collate}, the default, and `collatePadded`. */
  readonly collate?: (samples: readonly T[]) => B;
  /** How many batches `for await` loads ahead of the one in use; 1 by default. */
  readonly prefetch?: number;
}

/** Where a loader stands, as plain data. */
export interface DataLoaderState {
  /** The pass, and the batch of it that comes next. */
  readonly epoch: number;
  readonly batch: number;
  /** Of the generator, by which the order is drawn. */
  readonly key: GeneratorState["key"];
}

interface Position {
  readonly epoch: number;
  readonly batch: number;
}

/** What loads one batch. */
interface Load<T, B> {
  /** All of it at once, from a data set that can. */
  readonly whole: () => B | undefined;
  readonly samples: () => readonly (T | Promise<T>)[];
}

/**
 * The batches of a data set, to be passed over any number of times; each pass is the next epoch. Order and random
 * changes of samples depend on the seed, the epoch and the index alone (those of an {@link IterableDataset} on the seed
 * and the epoch): set `epoch` to have a pass again, and {@link getState} to go on in the midst of one.
 */
export class DataLoader<T, B = Collated<T>> implements Iterable<B>, AsyncIterable<B> {
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  readonly prefetch: number;
  private generator: Generator;
  private readonly collate: (samples: readonly T[]) => B;
  /** Whether batches are what `collate` makes, so that a data set may make them by itself. */
  private readonly isPlain: boolean;
  private readonly sampler: Sampler | undefined;
  private readonly batchSampler: BatchSampler | undefined;
  /** Where the next pass begins. */
  private next: Position = { epoch: 0, batch: 0 };
  /** Where the latest pass stands, while it has not come to its end. */
  private current: Position | undefined;

  /** @throws ArgumentError if a size is no positive integer, or options exclude one another */
  constructor(
    private readonly dataset: Dataset<T> | AsyncDataset<T> | IterableDataset<T>,
    options: DataLoaderOptions<T, B> = {},
  ) {
    const { batchSize = 1, shuffle = false, dropLast = false, prefetch = 1 } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new ArgumentError(`DataLoader: the batch size is ${batchSize}; it must be an integer, 1 or more`);
    if (!Number.isInteger(prefetch) || prefetch < 0)
      throw new ArgumentError(`DataLoader: prefetch is ${prefetch}; it must be an integer, 0 or more`);
    checkTogether(options, "samples" in dataset);
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.prefetch = prefetch;
    this.generator = options.generator ?? defaultGenerator;
    this.sampler = options.sampler;
    this.batchSampler = options.batchSampler;
    this.isPlain = options.collate === undefined;
    this.collate = options.collate ?? (collate as (samples: readonly T[]) => B);
  }

  /** The number of the next pass, from 0. */
  get epoch(): number {
    return this.next.epoch;
  }

  set epoch(epoch: number) {
    this.next = { epoch, batch: 0 };
    this.current = undefined;
  }

  /**
   * The number of batches in a pass.
   *
   * @throws ArgumentError if the data set does not know how many samples it has
   */
  get length(): number {
    if (this.batchSampler !== undefined) return this.batchSampler.length;
    const samples = this.sampler?.length ?? this.dataset.length;
    if (samples === undefined)
      throw new ArgumentError(
        "DataLoader: this data set gives its samples one after another and does not say how many; count the batches as they come",
      );
    return this.dropLast ? Math.floor(samples / this.batchSize) : Math.ceil(samples / this.batchSize);
  }

  /** Where the loader stands: in the midst of a pass, also one that was left early, before the batch that comes next. */
  getState(): DataLoaderState {
    return { ...(this.current ?? this.next), key: this.generator.getState().key };
  }

  /**
   * Lets the next pass be the rest of the one in which `state` was taken: exactly the batches that were to come, whatever the
   * seed is now.
   *
   * @throws ArgumentError for a state that no loader has
   */
  setState({ epoch, batch, key }: DataLoaderState): void {
    for (const [name, value] of Object.entries({ epoch, batch }))
      if (!Number.isSafeInteger(value) || value < 0)
        throw new ArgumentError(
          `DataLoader: the ${name} of the state is ${value}; it must be an integer, 0 or more`,
        );
    if (!Array.isArray(key) || key.length !== 2 || !key.every((word) => word === (word | 0)))
      throw new ArgumentError(
        "DataLoader: the key of the state must be two 32-bit integers, as getState gives it",
      );
    this.generator = new Generator(0);
    this.generator.setState({ key, counter: 0 });
    this.next = { epoch, batch };
    this.current = undefined;
  }

  [Symbol.iterator](): IterableIterator<B> {
    return this.pass(this.begin());
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<B> {
    return this.passAsync(this.begin());
  }

  private *pass({ epoch, batch }: Position): IterableIterator<B> {
    for (const made of this.batches(epoch, batch)) {
      this.advance(epoch);
      yield made;
    }
    this.end(epoch);
  }

  private async *passAsync({ epoch, batch }: Position): AsyncIterableIterator<B> {
    for await (const made of this.batchesAsync(epoch, batch)) {
      this.advance(epoch);
      yield made;
    }
    this.end(epoch);
  }

  private begin(): Position {
    const begun = this.next;
    this.current = begun;
    this.next = { epoch: begun.epoch + 1, batch: 0 };
    return begun;
  }

  private advance(epoch: number): void {
    // Of two passes at once the later one counts.
    if (this.current?.epoch === epoch) this.current = { epoch, batch: this.current.batch + 1 };
  }

  private end(epoch: number): void {
    if (this.current?.epoch === epoch) this.current = undefined;
  }

  /**
   * The batches of the pass `epoch` from batch `start` on, as a run that was interrupted needs them.
   *
   * @throws ArgumentError if the samples of the data set are promises
   */
  *batches(epoch: number, start = 0): IterableIterator<B> {
    const { dataset } = this;
    const loads =
      "samples" in dataset ? this.pulls(dataset, epoch, start) : this.loads(dataset, epoch, start);
    for (const load of loads) {
      const whole = load.whole();
      if (whole !== undefined) {
        yield whole;
        continue;
      }
      const samples = load.samples();
      if (samples.some((sample) => sample instanceof Promise)) {
        for (const sample of samples) if (sample instanceof Promise) sample.catch(() => {}); // nobody will await them
        throw late();
      }
      yield this.collate(samples as T[]);
    }
  }

  /** As {@link batches}, for data sets of any kind: while one batch is in use, the samples of the next ones load. */
  async *batchesAsync(epoch: number, start = 0): AsyncIterableIterator<B> {
    const { dataset } = this;
    if ("samples" in dataset) yield* this.streamed(dataset, epoch, start);
    else {
      const loads = this.loads(dataset, epoch, start);
      yield* this.ahead(() => {
        const { value: load } = loads.next();
        return load === undefined ? undefined : this.made(load);
      });
    }
  }

  private async made(load: Load<T, B>): Promise<readonly [B]> {
    const whole = load.whole();
    return [whole !== undefined ? whole : this.collate(await Promise.all(load.samples()))];
  }

  /** The batches that `load` promises, until it promises none; so many are asked for early. */
  private async *ahead(load: () => Promise<readonly [B] | undefined> | undefined): AsyncIterableIterator<B> {
    const waiting: Promise<readonly [B] | undefined>[] = [];
    for (;;) {
      while (waiting.length <= this.prefetch) {
        const promised = load();
        if (promised === undefined) break;
        promised.catch(() => {}); // it is awaited later; until then a failure would count as unhandled
        waiting.push(promised);
      }
      const made = await waiting.shift();
      if (made === undefined) return;
      yield made[0];
    }
  }

  private *loads(
    dataset: Dataset<T> | AsyncDataset<T>,
    epoch: number,
    start: number,
  ): globalThis.Generator<Load<T, B>, undefined> {
    const ofEpoch = this.generator.fork(`epoch ${epoch}`);
    for (const indices of this.indices(dataset, ofEpoch, start))
      yield {
        whole: () =>
          this.isPlain && "batch" in dataset ? (dataset.batch?.(indices) as B | undefined) : undefined,
        samples: () => Array.from(indices, (index) => dataset.get(index, ofEpoch.fork(index))),
      };
    return undefined;
  }

  /** The indices of each batch from `start` on. */
  private *indices(
    dataset: { readonly length: number },
    ofEpoch: Generator,
    start: number,
  ): Iterable<ArrayLike<number>> {
    if (this.batchSampler !== undefined) {
      yield* this.batchSampler.batches(ofEpoch).slice(start);
      return;
    }
    const sampler =
      this.sampler ?? (this.shuffle ? new RandomSampler(dataset) : new SequentialSampler(dataset));
    const order = sampler.indices(ofEpoch);
    const { batchSize } = this;
    for (let batch = start; batch < this.length; batch++) {
      const first = batch * batchSize;
      yield Array.from({ length: Math.min(batchSize, order.length - first) }, (_, i) => order[first + i]!);
    }
  }

  /** The batches of a stream that is there already. */
  private *pulls(dataset: IterableDataset<T>, epoch: number, start: number): Iterable<Load<T, B>> {
    const samples = dataset.samples(this.generator.fork(`epoch ${epoch}`));
    if (Symbol.asyncIterator in samples) throw late();
    let batch: T[] = [];
    let index = 0;
    for (const sample of samples) {
      if (index++ < start * this.batchSize) continue;
      batch.push(sample);
      if (batch.length < this.batchSize) continue;
      const full = batch;
      batch = [];
      yield { whole: () => undefined, samples: () => full };
    }
    if (batch.length > 0 && !this.dropLast) yield { whole: () => undefined, samples: () => batch };
  }

  /** The batches of a stream of either kind, pulled one after another. */
  private async *streamed(
    dataset: IterableDataset<T>,
    epoch: number,
    start: number,
  ): AsyncIterableIterator<B> {
    const samples = dataset.samples(this.generator.fork(`epoch ${epoch}`));
    const source =
      Symbol.asyncIterator in samples ? samples[Symbol.asyncIterator]() : samples[Symbol.iterator]();
    let ended = false;
    const pull = async (count: number): Promise<T[]> => {
      const batch: T[] = [];
      while (batch.length < count && !ended) {
        const next = (await source.next()) as IteratorResult<T, undefined>;
        if (next.done === true) ended = true;
        else batch.push(next.value);
      }
      return batch.length < count && this.dropLast ? [] : batch;
    };
    let previous: Promise<unknown> = pull(start * this.batchSize);
    try {
      yield* this.ahead(() => {
        if (ended) return undefined;
        const next = previous.then(() => pull(this.batchSize));
        previous = next;
        return next.then((samples) => (samples.length === 0 ? undefined : [this.collate(samples)]));
      });
    } finally {
      // A loop that was left early; what the stream says to that comes too late for anybody.
      if (!ended) void Promise.resolve(source.return?.()).catch(() => {});
    }
  }
}

function late(): ArgumentError {
  return new ArgumentError(
    "DataLoader: the samples of this data set are promises; iterate with `for await (const batch of loader)`",
  );
}

/** Refuses options that exclude one another, rather than let one of them win. */
function checkTogether<T, B>(options: DataLoaderOptions<T, B>, isStream: boolean): void {
  const { shuffle, sampler, batchSampler, batchSize, dropLast } = options;
  if (isStream && (shuffle === true || sampler !== undefined || batchSampler !== undefined))
    throw new ArgumentError(
      "DataLoader: samples that come one after another cannot be ordered by shuffle, sampler or batchSampler; use a ShuffledIterableDataset",
    );
  if (sampler !== undefined && shuffle === true)
    throw new ArgumentError(
      "DataLoader: both shuffle and a sampler are given; the sampler decides the order, so leave shuffle out",
    );
  if (
    batchSampler !== undefined &&
    (batchSize !== undefined || shuffle === true || sampler !== undefined || dropLast === true)
  )
    throw new ArgumentError(
      "DataLoader: a batchSampler decides of batches and order; leave batchSize, shuffle, sampler and dropLast out",
    );
}
