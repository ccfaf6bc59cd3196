/** Constants, and random numbers of a given spread. */
import {
  type FloatDType,
  full,
  type Generator,
  rand,
  randn,
  type Shape,
  type Tensor,
  truncatedNormal as truncated,
} from "@wengert/autograd";
import { initial } from "../module.js";

/** What everything that starts from random numbers takes. */
export interface InitOptions {
  /** By default the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
  /** By default float32, see `setDefaultDtype`. */
  readonly dtype?: FloatDType;
}

export type ConstantOptions = Pick<InitOptions, "dtype">;

export interface UniformOptions extends InitOptions {
  /** 0 by default. */
  readonly low?: number;
  /** 1 by default. */
  readonly high?: number;
}

/** Uniform numbers from `low` (included) to `high` (excluded). */
export function uniform(shape: Shape, { low = 0, high = 1, ...options }: UniformOptions = {}): Tensor {
  return initial(shape, options.dtype, () =>
    rand(shape, options)
      .mul(high - low)
      .add(low),
  );
}

export interface NormalOptions extends InitOptions {
  /** 0 by default. */
  readonly mean?: number;
  /** The standard deviation, 1 by default. */
  readonly std?: number;
}

/** Normal numbers of mean `mean` and standard deviation `std`. */
export function normal(shape: Shape, { mean = 0, std = 1, ...options }: NormalOptions = {}): Tensor {
  return initial(shape, options.dtype, () => randn(shape, options).mul(std).add(mean));
}

export interface TruncatedNormalInitOptions extends NormalOptions {
  /** −2 by default. */
  readonly low?: number;
  /** 2 by default. */
  readonly high?: number;
}

/** Normal numbers on condition that they lie from `low` to `high`: bounds, not multiples of `std`, as in PyTorch. */
export function truncatedNormal(shape: Shape, options: TruncatedNormalInitOptions = {}): Tensor {
  return initial(shape, options.dtype, () => truncated(shape, options));
}

export function constant(shape: Shape, value: number, options: ConstantOptions = {}): Tensor {
  return initial(shape, options.dtype, () => full(shape, value, options));
}

export function zeros(shape: Shape, options: ConstantOptions = {}): Tensor {
  return constant(shape, 0, options);
}

export function ones(shape: Shape, options: ConstantOptions = {}): Tensor {
  return constant(shape, 1, options);
}
