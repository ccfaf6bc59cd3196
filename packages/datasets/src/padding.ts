/** Sequences of different lengths in one tensor. */
import {
  ArgumentError,
  DTypeError,
  type Nested,
  type NumberArray,
  ShapeError,
  Tensor,
  tensor,
} from "@wengert/autograd";
import { type Collated, collate } from "./collate.js";

/** Sequences that were made equally long. */
export interface Padded {
  /** [N, T, …] */
  readonly values: Tensor;
  /** int32 [N]: how many of the T steps belong to each. Layers over time take it as their option `lengths`. */
  readonly lengths: Tensor;
}

export interface PaddingOptions {
  /** What to fill up with; 0 by default. */
  readonly value?: number;
  /** T; by default the length of the longest. */
  readonly length?: number;
}

/**
 * One tensor of sequences [Tₙ, …]: `values` [N, T, …], filled up behind the end of each, and `lengths` [N].
 *
 * @throws ArgumentError without sequences, for a 0-d one, or one longer than `length`; ShapeError if they differ in more than
 *   their length; DTypeError if they differ in dtype, or it cannot hold `value`
 */
export function padSequences(
  sequences: readonly (Tensor | NumberArray | Nested)[],
  options: PaddingOptions = {},
): Padded {
  const all = sequences.map((each) => (each instanceof Tensor ? each : tensor(each)));
  const [first] = all;
  if (first === undefined) throw new ArgumentError("padSequences: there are no sequences; give one at least");
  const inner = first.shape.slice(1);
  all.forEach((each, n) => {
    if (each.rank === 0) throw new ArgumentError(`padSequences: sequence ${n} is 0-d; time is axis 0`);
    if (each.shape.slice(1).join() !== inner.join())
      throw new ShapeError(
        `padSequences: sequence ${n} is [${each.shape.join(", ")}] and sequence 0 [${first.shape.join(", ")}]; they may differ along axis 0 alone`,
      );
    if (each.dtype !== first.dtype)
      throw new DTypeError(
        `padSequences: sequence ${n} is ${each.dtype} and sequence 0 ${first.dtype}; they must be of one dtype`,
      );
  });
  const lengths = all.map(({ shape }) => shape[0]!);
  const { value = 0, length = Math.max(...lengths) } = options;
  const longer = lengths.findIndex((each) => each > length);
  if (!Number.isInteger(length) || longer >= 0)
    throw new ArgumentError(
      `padSequences: sequence ${Math.max(0, longer)} has ${lengths[Math.max(0, longer)]} steps, and length is ${length}; it must be an integer, and as large as the longest`,
    );
  const step = inner.reduce((product, axis) => product * axis, 1);
  const numbers = first.toTypedArray();
  const made = new (numbers.constructor as Float64ArrayConstructor)(all.length * length * step).fill(
    value,
  ) as NumberArray;
  const [filled] = made.subarray(0, 1);
  if (filled !== undefined && !Number.isNaN(value) && Math.abs(filled - value) > Math.abs(value) * 1e-6)
    throw new DTypeError(`padSequences: the value ${value} does not fit sequences of ${first.dtype}`);
  all.forEach((each, n) => made.set(each.toTypedArray(), n * length * step));
  return {
    values: tensor(made, { shape: [all.length, length, ...inner], dtype: first.dtype }),
    lengths: tensor(Int32Array.from(lengths)),
  };
}

/** A batch of which the fields `K` are padded. */
export type PaddedBatch<T, K extends keyof T> = {
  -readonly [P in keyof Collated<T>]: P extends K | `${K & (string | number)}` ? Padded : Collated<T>[P];
};

/**
 * Makes one batch of several samples, as {@link collate} does, but sequences of different lengths are filled up: those in
 * the fields `keys`, which are names for samples that are objects, and places for tuples.
 *
 *     new DataLoader(dataset, { collate: (samples) => collatePadded(samples, ["words"]) })
 *
 * @throws as {@link padSequences} and {@link collate}
 */
export function collatePadded<T extends object, const K extends keyof T>(
  samples: readonly T[],
  keys: readonly K[],
  options: PaddingOptions = {},
): PaddedBatch<T, K> {
  const [first] = samples;
  if (first === undefined) throw new ArgumentError("collatePadded: there are no samples; give at least one");
  const padded = new Map<string, Padded>();
  for (const key of keys) {
    if (samples.some((sample) => !Object.hasOwn(sample, key)))
      throw new ArgumentError(
        `collatePadded: a sample has no ${JSON.stringify(key)}; all must have it, to be filled up`,
      );
    padded.set(
      String(key),
      padSequences(
        samples.map((sample) => sample[key] as Tensor | NumberArray | Nested),
        options,
      ),
    );
  }
  const others = samples.map((sample) =>
    Object.fromEntries(Object.entries(sample).filter(([key]) => !padded.has(key))),
  );
  const rest = collate(others) as Readonly<Record<string, unknown>>;
  const fields = Object.keys(first).map((key) => [key, padded.get(key) ?? rest[key]] as const);
  return (
    Array.isArray(first) ? fields.map(([, field]) => field) : Object.fromEntries(fields)
  ) as PaddedBatch<T, K>;
}
