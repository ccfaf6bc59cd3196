/**
 * Random numbers. A random op draws `(key, counter)` from its generator when it is recorded, and reads the pair as an
 * input: what it computes is a pure function of it, so a replay or a checkpoint computes the same numbers.
 */
import type { CreateOptions } from "../create.js";
import { type DType, defaultDtype, isFloat } from "../dtype.js";
import { ArgumentError, DTypeError } from "../errors.js";
import { constant, product, select } from "../expression/expression.js";
import { defineOp, type Op, type Tensor } from "../graph.js";
import * as kernels from "../kernels/random.js";
import { defaultGenerator, type Generator } from "../random.js";
import { checkedShape, type Shape, sizeOf } from "../shape.js";
import { apply } from "../tape.js";
import { applyElementwise, type ElementwiseOp, elementwise } from "./elementwise-op.js";

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
  const made = apply(op, [state], options);
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
export const uniformOp: Op<Drawn> = randomOp("uniform", (state, out) => kernels.uniform(state, out));

/** Normal numbers of mean 0 and variance 1. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  return draw(
    normalOp,
    { shape: checkedShape("randn", shape), dtype: floatDtype("randn", options.dtype) },
    options,
  );
}
export const normalOp: Op<Drawn> = randomOp("normal", (state, out) => kernels.normal(state, out));

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

/** Truth values, each true with the given probability. */
export function bernoulli(
  shape: Shape,
  probability: number,
  options: Pick<RandomOptions, "generator"> = {},
): Tensor {
  if (!(probability >= 0 && probability <= 1))
    throw new ArgumentError(`bernoulli: the probability is ${probability}; it must be from 0 to 1`);
  return draw(bernoulliOp, { shape: checkedShape("bernoulli", shape), dtype: "bool", probability }, options);
}
export const bernoulliOp: Op<Drawn & { readonly probability: number }> = randomOp(
  "bernoulli",
  (state, out, { probability }: Drawn & { readonly probability: number }) =>
    kernels.bernoulli(state, out, probability),
);

/** The integers from 0 to `count` − 1 in random order, int32. */
export function permutation(count: number, options: Pick<RandomOptions, "generator"> = {}): Tensor {
  if (!Number.isInteger(count) || count < 0)
    throw new ArgumentError(`permutation: the count is ${count}; it must be an integer, 0 or more`);
  return draw(permutationOp, { shape: [count], dtype: "int32" }, options);
}
export const permutationOp: Op<Drawn> = randomOp("permutation", (state, out) =>
  kernels.permutation(state, out),
);

export interface DropoutOptions extends Pick<RandomOptions, "generator"> {
  /** Whether to drop at all, true by default. */
  readonly training?: boolean;
}

/**
 * Zeroes elements with the given probability and scales the rest by `1 / (1 − p)`, so that the mean stays.
 * Srivastava et al. 2014; returns `x` itself outside of training.
 *
 * @throws ArgumentError if the probability is not from 0 to 1
 */
export function dropout(
  x: Tensor,
  probability: number,
  { training = true, ...options }: DropoutOptions = {},
): Tensor {
  if (!(probability >= 0 && probability <= 1))
    throw new ArgumentError(`dropout: the probability is ${probability}; it must be from 0 to 1`);
  if (!training || probability === 0) return x;
  const keep = bernoulli(x.shape, 1 - probability, options);
  return applyElementwise(dropOp, [x, keep, probability === 1 ? 0 : 1 / (1 - probability)]);
}
export const dropOp: ElementwiseOp = elementwise(
  "drop",
  ["x", "keep", "scale"],
  (x, keep, scale) => select(keep, product(x, scale), constant(0)),
  {
    masks: ["keep"],
    // Not 0 · scale for what was dropped, which is NaN for an infinite scale.
    pullback: (g, [x, keep, scale]) => [
      select(keep, product(g, scale), constant(0)),
      constant(0),
      select(keep, product(g, x), constant(0)),
    ],
  },
);
