/** What is done with samples that come one after another. */
import { ArgumentError, type Generator } from "@wengert/autograd";
import type { IterableDataset } from "./dataset.js";

/** What becomes of the samples on their way: for each that comes some go on, and some at the end. */
interface Stage<S, T> {
  push(sample: S, index: number): Iterable<T>;
  end(): Iterable<T>;
}

function isAsync<T>(samples: Iterable<T> | AsyncIterable<T>): samples is AsyncIterable<T> {
  return Symbol.asyncIterator in samples;
}

function through<S, T>(
  samples: Iterable<S> | AsyncIterable<S>,
  stage: Stage<S, T>,
): Iterable<T> | AsyncIterable<T> {
  return isAsync(samples) ? throughLater(samples, stage) : throughNow(samples, stage);
}

function* throughNow<S, T>(samples: Iterable<S>, stage: Stage<S, T>): Iterable<T> {
  let index = 0;
  for (const sample of samples) yield* stage.push(sample, index++);
  yield* stage.end();
}

async function* throughLater<S, T>(samples: AsyncIterable<S>, stage: Stage<S, T>): AsyncIterable<T> {
  let index = 0;
  for await (const sample of samples) yield* stage.push(sample, index++);
  yield* stage.end();
}

/** Another stream with each sample changed by `change`; its generator depends on the place of the sample in the pass. */
export class MappedIterableDataset<S, T> implements IterableDataset<T> {
  readonly length?: number;

  constructor(
    private readonly dataset: IterableDataset<S>,
    private readonly change: (sample: S, generator: Generator) => T,
  ) {
    if (dataset.length !== undefined) this.length = dataset.length;
  }

  samples(generator: Generator): Iterable<T> | AsyncIterable<T> {
    return through(this.dataset.samples(generator), {
      push: (sample, index) => [this.change(sample, generator.fork(index))],
      end: () => [],
    });
  }
}

/**
 * Another stream with its samples in random order, as far as a buffer allows: it is filled first; then one of it, chosen at
 * random, goes out for each that comes in.
 */
export class ShuffledIterableDataset<T> implements IterableDataset<T> {
  readonly length?: number;

  /** @throws ArgumentError if the size of the buffer is no positive integer */
  constructor(
    private readonly dataset: IterableDataset<T>,
    private readonly size: number,
  ) {
    if (!Number.isInteger(size) || size < 1)
      throw new ArgumentError(
        `ShuffledIterableDataset: the size of the buffer is ${size}; it must be an integer, 1 or more`,
      );
    if (dataset.length !== undefined) this.length = dataset.length;
  }

  samples(generator: Generator): Iterable<T> | AsyncIterable<T> {
    const buffer: T[] = [];
    const draw = draws(generator.fork("shuffle"));
    /** Takes one out, and puts the last in its place. */
    const takeOne = (): T => {
      const at = Math.floor(draw.next().value * buffer.length);
      const taken = buffer[at] as T;
      const last = buffer.pop() as T;
      if (at < buffer.length) buffer[at] = last;
      return taken;
    };
    return through(this.dataset.samples(generator), {
      push: (sample) => {
        const going = buffer.length < this.size ? [] : [takeOne()];
        buffer.push(sample);
        return going;
      },
      *end() {
        while (buffer.length > 0) yield takeOne();
      },
    });
  }
}

/** Numbers from 0 to below 1, without end. */
function* draws(generator: Generator): globalThis.Generator<number, never> {
  for (;;) yield* generator.rand([256], { dtype: "float64" }).toTypedArray();
}
