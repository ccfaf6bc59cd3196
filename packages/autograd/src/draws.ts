/** What is drawn from a generator as methods of it: `generator.rand([2, 3])` is `rand([2, 3], { generator })`. */
import { Tensor } from "./graph.js";
import * as random from "./ops/random.js";
import { type MultinomialOptions, multinomial } from "./ops/sampling.js";
import { Generator } from "./random.js";
import type { Shape } from "./shape.js";

/** The options of a function whose generator is known. */
type Known<Options> = Omit<Options, "generator">;

/** The methods, each with the errors of the function of its name. */
class Draws {
  /** Uniform numbers from 0 (included) to 1 (excluded). */
  rand(this: Generator, shape: Shape, options?: Known<random.RandomOptions>): Tensor {
    return random.rand(shape, { ...options, generator: this });
  }

  /** Uniform numbers from `low` to `high`, by default 0 to 1: `low + u · (high − low)`. */
  uniform(this: Generator, shape: Shape, options?: Known<random.UniformOptions>): Tensor {
    return random.uniform(shape, { ...options, generator: this });
  }

  /** Normal numbers of mean 0 and variance 1. */
  randn(this: Generator, shape: Shape, options?: Known<random.RandomOptions>): Tensor {
    return random.randn(shape, { ...options, generator: this });
  }

  /** Normal numbers: `mean + std · ε`, by default of mean 0 and standard deviation 1. */
  normal(this: Generator, shape: Shape, options?: Known<random.NormalOptions>): Tensor {
    return random.normal(shape, { ...options, generator: this });
  }

  /** Normal numbers on condition that they lie from `low` to `high`, by default −2 to 2. */
  truncatedNormal(this: Generator, shape: Shape, options?: Known<random.TruncatedNormalOptions>): Tensor {
    return random.truncatedNormal(shape, { ...options, generator: this });
  }

  /** Exponential numbers, `E / rate` with E of rate 1. */
  exponential(this: Generator, shape: Shape, options?: Known<random.ExponentialOptions>): Tensor {
    return random.exponential(shape, { ...options, generator: this });
  }

  /** Integers from `low` (included) to `high` (excluded), int32. */
  randint(
    this: Generator,
    low: number,
    high: number,
    shape: Shape,
    options?: Omit<random.RandomOptions, "generator" | "requiresGrad">,
  ): Tensor {
    return random.randint(low, high, shape, { ...options, generator: this });
  }

  /** Truth values of a shape, each true with the given probability. */
  bernoulli(this: Generator, shape: Shape, probability: number): Tensor;
  /** Truth values, each true with the probability at its place. */
  bernoulli(this: Generator, probabilities: Tensor): Tensor;
  bernoulli(this: Generator, from: Shape | Tensor, probability?: number): Tensor {
    const options = { generator: this };
    return from instanceof Tensor
      ? random.bernoulli(from, options)
      : random.bernoulli(from, probability as number, options);
  }

  /** The integers from 0 to `count` − 1 in random order, int32. */
  permutation(this: Generator, count: number): Tensor {
    return random.permutation(count, { generator: this });
  }

  /** `count` indices drawn by weight, int32: from weights [C] indices [count], from [N, C] for each row, [N, count]. */
  multinomial(
    this: Generator,
    probabilities: Tensor,
    count: number,
    options?: Known<MultinomialOptions>,
  ): Tensor {
    return multinomial(probabilities, count, { ...options, generator: this });
  }
}

declare module "./random.js" {
  interface Generator extends Draws {}
}

const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(Draws.prototype);
Object.defineProperties(Generator.prototype, methods);
