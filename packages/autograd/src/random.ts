/** Generators of random numbers: counters, not streams, so that a recorded draw can be drawn again. */
import { ArgumentError } from "./errors.js";
import { Tensor } from "./graph.js";
import { allocateView } from "./storage.js";
import { traceListener } from "./tape.js";

/** The position of a generator, as plain data. */
export interface GeneratorState {
  readonly key: readonly [number, number];
  /** How many blocks of four 32-bit words have been drawn. */
  readonly counter: number;
}

/** The notes that `watchDraws` is taking, one for each of its calls that is running. */
const watches: Map<Generator, GeneratorState>[] = [];

/** Runs `body`, and notes in `before` where each generator that it moves stood before. */
export function watchDraws<T>(before: Map<Generator, GeneratorState>, body: () => T): T {
  watches.push(before);
  try {
    return body();
  } finally {
    watches.splice(watches.lastIndexOf(before), 1);
  }
}

/** Runs `body`, then puts back every generator that it moved, so that the next run draws the same numbers. */
export function replayable<T>(body: () => T): T {
  const before = new Map<Generator, GeneratorState>();
  try {
    return watchDraws(before, body);
  } finally {
    for (const [generator, state] of before) generator.setState(state);
  }
}

/**
 * A counter-based generator: Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3").
 * A random op takes `(key, counter)` from it and moves the counter on; the numbers are a pure function of the pair.
 *
 * What is drawn are methods of it: `generator.rand([2, 3])` is `rand([2, 3], { generator })`.
 */
export class Generator {
  private key: readonly [number, number] = [0, 0];
  private counter = 0;

  /** @param seed an integer from 0 to 2⁵³ − 1 */
  constructor(seed: number) {
    this.seed(seed);
  }

  /**
   * Starts again from `seed`.
   *
   * @throws ArgumentError if it is not an integer from 0 to 2⁵³ − 1
   */
  seed(seed: number): this {
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new ArgumentError(`Generator: the seed is ${seed}; it must be an integer from 0 to 2^53 - 1`);
    this.moves();
    this.key = [seed | 0, Math.floor(seed / 0x100000000) | 0];
    this.counter = 0;
    return this;
  }

  /** Takes `blocks` blocks of four words; returns `[key, counter]` as the int32 tensor that a random op reads. */
  draw(blocks: number): Tensor {
    this.moves();
    const made = allocateView("int32", [6]);
    const words = [
      this.key[0],
      this.key[1],
      this.counter | 0,
      Math.floor(this.counter / 0x100000000) | 0,
      0,
      0,
    ];
    words.forEach((word, i) => made.data.set(made.offset + i, word));
    this.counter += blocks;
    traceListener()?.draw(this, blocks, made);
    return new Tensor(made);
  }

  /** An independent generator named `label`: the same for the same seed and label, whatever has been drawn. */
  fork(label: string | number): Generator {
    const child = new Generator(0);
    // FNV-1a over key and label, twice with different offsets, gives the two words of the new key.
    const text = `${this.key[0]}:${this.key[1]}:${typeof label}:${label}`;
    child.key = [hash(text, 0x811c9dc5), hash(text, 0x9747b28c)];
    return child;
  }

  /** A snapshot, to be given to {@link setState}. */
  getState(): GeneratorState {
    return { key: this.key, counter: this.counter };
  }

  setState(state: GeneratorState): void {
    this.moves();
    this.key = state.key;
    this.counter = state.counter;
  }

  private moves(): void {
    for (const states of watches) if (!states.has(this)) states.set(this, this.getState());
  }
}

function hash(text: string, offset: number): number {
  let h = offset | 0;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  // The last letters reach only the low bits of FNV; this finish (Murmur3's) spreads them.
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The generator of all random ops that are given none. */
export const defaultGenerator: Generator = new Generator(0);

/** Seeds the default generator. */
export function manualSeed(seed: number): Generator {
  return defaultGenerator.seed(seed);
}
