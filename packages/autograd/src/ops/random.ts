/**
 * Tensors of random numbers. A random op draws `(key, counter)` from its generator when it is recorded, and reads the pair as an
 * input: what it computes is a pure function of it, so a replay or a checkpoint computes the same numbers.
 */
import type { CreateOptions } from "../create.js";
import { defineOp } from "../definition.js";
import { type DType, defaultDtype, isFloat, promote } from "../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import { type Op, Tensor } from "../graph.js";
import * as kernels from "../kernels/random.js";
import { defaultGenerator, type Generator } from "../random.js";
import { broadcast, checkedShape, type Shape, sameShape, show, sizeOf } from "../shape.js";
import { apply, scalar } from "../tape.js";
import type { TensorLike } from "./elementwise/elementwise-op.js";
import { add, clamp, div, lerp, mul, to } from "./elementwise.js";
import { checkProbability } from "./random/probability.js";
import { erfc, normalQuantile } from "./transcendental.js";

export interface RandomOptions extends CreateOptions {
  /** By default the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
}

interface Drawn {
  readonly shape: Shape;
  readonly dtype: DType;
}

function randomOp<Options extends Drawn>(
  name: string,
  kernel: (
    state: Parameters<typeof kernels.uniform>[0],
    out: Parameters<typeof kernels.uniform>[1],
    options: Options,
  ) => void,
): Op<Options> {
  return defineOp({
    name,
    inputs: ["state"],
    infer: (_, { shape, dtype }: Options) => [{ shape, dtype }],
    kernel: ([state], [out], options) => kernel(state, out, options),
    vjp: { state: null },
  });
}

function draw<Options extends Drawn>(
  op: Op<Options>,
  options: Options,
  { generator = defaultGenerator, requiresGrad = false }: RandomOptions,
): Tensor {
  const state = generator.draw(kernels.blocks(sizeOf(options.shape)));
  return asLeaf(apply(op, [state], options), requiresGrad);
}

function asLeaf(made: Tensor, requiresGrad: boolean): Tensor {
  if (requiresGrad) made.requiresGrad = true;
  return made;
}

function floatDtype(name: string, dtype: DType = defaultDtype()): DType {
  if (!isFloat(dtype)) throw new DTypeError(`${name}: the dtype is ${dtype}; it must be float32 or float64`);
  return dtype;
}

/** Uniform numbers from 0 (included) to 1 (excluded). */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  return draw(
    uniformOp,
    { shape: checkedShape("rand", shape), dtype: floatDtype("rand", options.dtype) },
    options,
  );
}

/** As `rand`, of the shape and dtype of `x`. */
export function randLike(x: Tensor, options: RandomOptions = {}): Tensor {
  return rand(x.shape, { dtype: x.dtype, ...options });
}

export interface UniformOptions extends RandomOptions {
  /** 0 by default. */
  readonly low?: TensorLike;
  /** 1 by default. */
  readonly high?: TensorLike;
}

/**
 * Uniform numbers from `low` to `high`: `low + u · (high − low)`, which is also how they depend on bounds that are tensors.
 *
 * @throws ShapeError if a bound does not broadcast to the shape, ArgumentError if numbers are in the wrong order
 */
export function uniform(
  shape: Shape,
  { low = 0, high = 1, requiresGrad = false, ...options }: UniformOptions = {},
): Tensor {
  if (typeof low === "number" && typeof high === "number" && !(low <= high))
    throw new ArgumentError(`uniform: the bounds are ${low} and ${high}; give the lower one first`);
  const drawn = standard("uniform", uniformOp, shape, [low, high], options);
  return asLeaf(low === 0 && high === 1 ? drawn : lerp(low, high, drawn), requiresGrad);
}
export const uniformOp: Op<Drawn> = randomOp("uniform", (state, out) => kernels.uniform(state, out));

/** Normal numbers of mean 0 and variance 1. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  return draw(
    normalOp,
    { shape: checkedShape("randn", shape), dtype: floatDtype("randn", options.dtype) },
    options,
  );
}

/** As `randn`, of the shape and dtype of `x`. */
export function randnLike(x: Tensor, options: RandomOptions = {}): Tensor {
  return randn(x.shape, { dtype: x.dtype, ...options });
}

export interface NormalOptions extends RandomOptions {
  /** 0 by default. */
  readonly mean?: TensorLike;
  /** The standard deviation, 1 by default. */
  readonly std?: TensorLike;
}

/**
 * Normal numbers: `mean + std · ε`, which is also how they depend on a mean and a standard deviation that are tensors
 * (the reparameterisation of Kingma and Welling 2014).
 *
 * @throws ShapeError if one of them does not broadcast to the shape, ArgumentError if `std` is a number below 0
 */
export function normal(
  shape: Shape,
  { mean = 0, std = 1, requiresGrad = false, ...options }: NormalOptions = {},
): Tensor {
  checkStd("normal", std);
  const drawn = standard("normal", normalOp, shape, [mean, std], options);
  const scaled = std === 1 ? drawn : mul(std, drawn);
  return asLeaf(mean === 0 ? scaled : add(mean, scaled), requiresGrad);
}
export const normalOp: Op<Drawn> = randomOp("normal", (state, out) => kernels.normal(state, out));

function checkStd(name: string, std: TensorLike): void {
  if (typeof std === "number" && !(std >= 0))
    throw new ArgumentError(`${name}: the standard deviation is ${std}; it must be 0 or more`);
}

/** Draws from a standard distribution, in the dtype of the parameters that are to make another of it. */
function standard(
  name: string,
  op: Op<Drawn>,
  shape: Shape,
  parameters: readonly TensorLike[],
  options: RandomOptions,
): Tensor {
  const drawn = checkedShape(name, shape);
  let { dtype } = options;
  for (const each of parameters) {
    if (!(each instanceof Tensor)) continue;
    if (!sameShape(broadcast(name, [drawn, each.shape]), drawn))
      throw new ShapeError(
        `${name}: a parameter is ${show(each.shape)}, which does not broadcast to the shape ${show(drawn)}; give it fewer axes, or a larger shape`,
      );
    const own = floatDtype(name, each.dtype);
    dtype = dtype === undefined ? own : promote(dtype, own);
  }
  return draw(op, { shape: drawn, dtype: floatDtype(name, dtype) }, options);
}

export interface TruncatedNormalOptions extends RandomOptions {
  /** Of the normal distribution before it is cut: 0 by default. */
  readonly mean?: number;
  /** Of the normal distribution before it is cut: 1 by default. */
  readonly std?: number;
  /** −2 by default. */
  readonly low?: number;
  /** 2 by default. */
  readonly high?: number;
}

/**
 * Normal numbers on condition that they lie from `low` to `high`, by the inverse of the cumulative distribution, computed
 * in float64 on the side of the longer tail: both bounds may lie on one side, up to 37 standard deviations out.
 *
 * @throws ArgumentError if the bounds are in the wrong order or `std` is not above 0
 */
export function truncatedNormal(
  shape: Shape,
  { mean = 0, std = 1, low = -2, high = 2, requiresGrad = false, ...options }: TruncatedNormalOptions = {},
): Tensor {
  if (!(std > 0 && std < Infinity))
    throw new ArgumentError(`truncatedNormal: the standard deviation is ${std}; it must be above 0`);
  if (!(low < high))
    throw new ArgumentError(`truncatedNormal: the bounds are ${low} and ${high}; give the lower one first`);
  const dtype = floatDtype("truncatedNormal", options.dtype);
  const drawn = { shape: checkedShape("truncatedNormal", shape), dtype: "float64" } as const;
  // Φ keeps its digits where it is near 0: if the further bound is above the mean, the mirror image is drawn.
  const side = low - mean > mean - high ? -1 : 1;
  const cumulative = (bound: number): Tensor =>
    mul(0.5, erfc(scalar(((mean - bound) * side) / (std * Math.SQRT2), "float64")));
  const p = lerp(cumulative(low), cumulative(high), draw(uniformOp, drawn, options));
  // Rounding may have made 0 or 1 of it, where the quantile is infinite.
  const inside = clamp(p, { min: 1e-300, max: 1 - Number.EPSILON / 2 });
  const made = add(mul(normalQuantile(inside), side * std), mean);
  return asLeaf(to(clamp(made, { min: low, max: high }), dtype), requiresGrad);
}

export interface ExponentialOptions extends RandomOptions {
  /** How many in a unit of time: 1 over the mean, 1 by default. */
  readonly rate?: TensorLike;
}

/**
 * Exponential numbers, `E / rate` with E of rate 1; never 0, never infinite.
 *
 * @throws ShapeError if the rate does not broadcast to the shape, ArgumentError if it is a number and not above 0
 */
export function exponential(
  shape: Shape,
  { rate = 1, requiresGrad = false, ...options }: ExponentialOptions = {},
): Tensor {
  if (typeof rate === "number" && !(rate > 0))
    throw new ArgumentError(`exponential: the rate is ${rate}; it must be above 0`);
  const drawn = standard("exponential", exponentialOp, shape, [rate], options);
  return asLeaf(rate === 1 ? drawn : div(drawn, rate), requiresGrad);
}
export const exponentialOp: Op<Drawn> = randomOp("exponential", (state, out) =>
  kernels.exponential(state, out),
);

/** Integers from `low` (included) to `high` (excluded), int32. */
export function randint(
  low: number,
  high: number,
  shape: Shape,
  options: Omit<RandomOptions, "requiresGrad"> = {},
): Tensor {
  if (!Number.isInteger(low) || !Number.isInteger(high) || low >= high)
    throw new ArgumentError(
      `randint: there is no integer from ${low} to ${high}, the end excluded; give integers, the lower first`,
    );
  const drawn = { shape: checkedShape("randint", shape), dtype: options.dtype ?? "int32", low, high };
  return draw(integersOp, drawn, options);
}
export const integersOp: Op<Drawn & { readonly low: number; readonly high: number }> = randomOp(
  "integers",
  (state, out, { low, high }: Drawn & { readonly low: number; readonly high: number }) =>
    kernels.integers(state, out, low, high),
);

/** Truth values of a shape, each true with the given probability. */
export function bernoulli(
  shape: Shape,
  probability: number,
  options?: Pick<RandomOptions, "generator">,
): Tensor;
/** Truth values, each true with the probability at its place (PyTorch gives 0 and 1 in the dtype of these). */
export function bernoulli(probabilities: Tensor, options?: Pick<RandomOptions, "generator">): Tensor;
/** @throws ArgumentError if a probability is not from 0 to 1, DTypeError if they are no floats */
export function bernoulli(
  from: Shape | Tensor,
  given: number | Pick<RandomOptions, "generator"> = {},
  options: Pick<RandomOptions, "generator"> = {},
): Tensor {
  if (from instanceof Tensor) {
    const { generator = defaultGenerator } = given as Pick<RandomOptions, "generator">;
    floatDtype("bernoulli", from.dtype);
    return apply(bernoulliEachOp, [from, generator.draw(kernels.blocks(from.size))], undefined);
  }
  const probability = given as number;
  checkProbability("bernoulli", probability);
  return draw(bernoulliOp, { shape: checkedShape("bernoulli", from), dtype: "bool", probability }, options);
}
export const bernoulliOp: Op<Drawn & { readonly probability: number }> = randomOp(
  "bernoulli",
  (state, out, { probability }: Drawn & { readonly probability: number }) =>
    kernels.bernoulli(state, out, probability),
);

export const bernoulliEachOp: Op = defineOp({
  name: "bernoulliEach",
  inputs: ["probabilities", "state"],
  infer: ([{ shape }]) => [{ shape, dtype: "bool" }],
  kernel: ([probabilities, state], [out]) => kernels.bernoulliEach(probabilities, state, out),
  vjp: { probabilities: null, state: null },
});

/** The integers from 0 to `count` − 1 in random order, int32. */
export function permutation(count: number, options: Pick<RandomOptions, "generator"> = {}): Tensor {
  if (!Number.isInteger(count) || count < 0)
    throw new ArgumentError(`permutation: the count is ${count}; it must be an integer, 0 or more`);
  return draw(permutationOp, { shape: [count], dtype: "int32" }, options);
}
export const permutationOp: Op<Drawn> = randomOp("permutation", (state, out) =>
  kernels.permutation(state, out),
);
