/** Data sets that are made sample by sample when they are asked for: none is stored, so any count is free. */
import { ArgumentError, defaultGenerator, type Generator } from "@wengert/autograd";
import type { Dataset } from "../dataset.js";
import { Draws } from "../draws.js";
import { checkIntegers } from "../requirements.js";

export interface GeneratedOptions {
  /** The number of samples, 1,000 by default. They cost nothing until they are read. */
  readonly count?: number;
  /**
   * Gives the seed; by default the generator that `manualSeed` seeds. It is moved on, so that the next data set from it
   * (a test set, say) has other samples.
   */
  readonly generator?: Generator;
}

/** Sample `i` is made of random numbers that depend on the seed and `i` alone, anew at each `get`. */
export class GeneratedDataset<T> implements Dataset<T> {
  readonly length: number;
  private readonly seed: Generator;

  /**
   * @param name of the kind of data, which errors mention; two kinds from equal generators draw different numbers
   * @param make makes a sample; what is random about it comes from `draws`
   * @throws ArgumentError if the count is not an integer, 0 or more
   */
  constructor(
    name: string,
    { count = 1000, generator = defaultGenerator }: GeneratedOptions,
    private readonly make: (draws: Draws, index: number) => T,
  ) {
    checkIntegers(name, { count }, 0);
    this.length = count;
    this.seed = successor(generator, name);
  }

  /** @throws ArgumentError if there is no such sample */
  get(index: number): T {
    if (!Number.isInteger(index) || index < 0 || index >= this.length)
      throw new ArgumentError(
        `GeneratedDataset: there is no sample ${index} in a data set of ${this.length}`,
      );
    return this.make(new Draws(this.seed.fork(index)), index);
  }
}

/** A generator of its own for each call, which moves `generator` on. */
function successor(generator: Generator, name: string): Generator {
  const { counter } = generator.getState();
  generator.draw(1);
  return generator.fork(`${name} ${counter}`);
}
