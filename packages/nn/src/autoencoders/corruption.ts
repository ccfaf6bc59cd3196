/** Noise on what a denoising autoencoder is to restore: in training only, and drawn from a generator that can be seeded. */
import {
  ArgumentError,
  bernoulli,
  defaultGenerator,
  type Generator,
  randnLike,
  type Tensor,
  where,
} from "@wengert/autograd";
import type { InitOptions } from "../init.js";
import { Module } from "../module.js";

export type CorruptionOptions = Pick<InitOptions, "generator">;

/** What the kinds of noise share. */
abstract class Corruption extends Module {
  protected readonly generator: Generator;

  constructor({ generator = defaultGenerator }: CorruptionOptions) {
    super();
    this.generator = generator;
  }

  forward(x: Tensor): Tensor {
    return this.training ? this.corrupt(x) : x;
  }

  protected abstract corrupt(x: Tensor): Tensor;
}

/** Noise that falls on a fraction of the elements. */
abstract class SparseCorruption extends Corruption {
  constructor(
    readonly probability: number,
    options: CorruptionOptions,
  ) {
    super(options);
    if (!(probability >= 0 && probability <= 1))
      throw new ArgumentError(
        `${new.target.name}: the probability is ${probability}; it must be from 0 to 1`,
      );
  }

  /** Which elements are hit. */
  protected hits({ shape }: Tensor): Tensor {
    return bernoulli(shape, this.probability, { generator: this.generator });
  }
}

/**
 *   y = 0 with probability ν for each element, else x
 *
 * Sets each element to 0 with probability ν, and leaves the others as they are. (`Dropout` scales them up.)
 * Vincent et al. 2010, "Stacked denoising autoencoders", section 3.3, MN.
 *
 * x: any shape   y: the same
 *
 * @throws ArgumentError if the probability is not from 0 to 1
 */
export class MaskingNoise extends SparseCorruption {
  constructor(probability: number, options: CorruptionOptions = {}) {
    super(probability, options);
  }

  protected override corrupt(x: Tensor): Tensor {
    return where(this.hits(x), 0, x);
  }

  protected override describe(): string {
    return `p=${this.probability}`;
  }
}

export interface SaltAndPepperOptions extends CorruptionOptions {
  /** Pepper, 0 by default. */
  readonly low?: number;
  /** Salt, 1 by default. */
  readonly high?: number;
}

/**
 *   y = low with probability ν/2 for each element, high with probability ν/2, else x
 *
 * Sets each element, with probability ν, to the smallest or the largest value there is, as a fair coin falls.
 * Vincent et al. 2010, "Stacked denoising autoencoders", section 3.3, SP.
 *
 * x: any shape   y: the same
 *
 * @throws ArgumentError if the probability is not from 0 to 1, or `low` is not below `high`
 */
export class SaltAndPepperNoise extends SparseCorruption {
  readonly low: number;
  readonly high: number;

  constructor(probability: number, { low = 0, high = 1, ...options }: SaltAndPepperOptions = {}) {
    super(probability, options);
    if (!(low < high))
      throw new ArgumentError(`SaltAndPepperNoise: low is ${low} and high ${high}; low must be below high`);
    this.low = low;
    this.high = high;
  }

  protected override corrupt(x: Tensor): Tensor {
    const hits = this.hits(x);
    const salt = bernoulli(x.shape, 0.5, { generator: this.generator });
    return where(hits, where(salt, this.high, this.low).to(x.dtype), x);
  }

  protected override describe(): string {
    return `p=${this.probability}, low=${this.low}, high=${this.high}`;
  }
}

/**
 *   y = x + ε,   ε ~ N(0, std²)
 *
 * Vincent et al. 2010, "Stacked denoising autoencoders", section 3.3, GS.
 *
 * x: any shape   y: the same
 *
 * @throws ArgumentError if `std` is negative
 */
export class GaussianNoise extends Corruption {
  constructor(
    readonly std: number,
    options: CorruptionOptions = {},
  ) {
    super(options);
    if (!(std >= 0 && std < Infinity))
      throw new ArgumentError(`GaussianNoise: std is ${std}; it must be 0 or more`);
  }

  protected override corrupt(x: Tensor): Tensor {
    return x.add(randnLike(x, { generator: this.generator }).mul(this.std));
  }

  protected override describe(): string {
    return `std=${this.std}`;
  }
}
