/** Normalisations: numbers shifted and scaled by statistics of their own. Inputs are floats. */
import { full } from "../create.js";
import { defineOp } from "../definition.js";
import { epsilonOf, promote } from "../dtype.js";
import { ArgumentError, ShapeError } from "../errors.js";
import { sum as plus, product } from "../expression/expression.js";
import type { Op, Tensor } from "../graph.js";
import type { Grouping } from "../kernels/normalise.js";
import * as kernels from "../kernels/standardize.js";
import { type Axes, normalizeAxes, normalizeAxis, reducedShape, type Shape, show, sizeOf } from "../shape.js";
import { apply, applyMany } from "../tape.js";
import { type ElementwiseOp, elementwise } from "./elementwise/elementwise-op.js";
import { checkFloat } from "./elementwise/floating.js";
import { add, div, maximum, mul, rsqrt, square, sub, to } from "./elementwise.js";
import { type AffineOptions, affine, placedAs, scaleShift } from "./normalisation/affine.js";
import { affineNormOp } from "./normalisation/affine-norm.js";
import { mean as meanOver, sum } from "./reductions.js";
import { norm } from "./statistics.js";

export { type AffineOptions, scaleShiftOp } from "./normalisation/affine.js";
export { affineNormGradOp, affineNormOp } from "./normalisation/affine-norm.js";
export {
  type LocalContrastOptions,
  type LocalResponseOptions,
  localContrastNorm,
  localResponseNorm,
  type SlidingSumOptions,
  slidingSum,
  slidingSumOp,
} from "./normalisation/local.js";

// What all of them are made of

/** What is left of numbers without their mean and scale, and both. */
export interface Standardized {
  /** `(x − mean) / √(variance + eps)` */
  readonly out: Tensor;
  /** With lengths of 1 in the places of the axes. */
  readonly mean: Tensor;
  /** The biased variance, `Σ (x − mean)² / n`, in the shape of `mean`. */
  readonly variance: Tensor;
}

export interface StandardizeOptions {
  /** All by default. */
  readonly axis?: Axes;
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
}

interface Standardizing {
  readonly axes: readonly number[];
  readonly eps: number;
}

/**
 * `(x − mean) / √(variance + eps)` with the mean and variance of `x` over axes. Computed from deviations, so that a
 * large mean costs no digits.
 *
 * @throws ShapeError if there is no such axis, DTypeError for what is no float
 */
export function standardize(x: Tensor, { axis, eps = 1e-5 }: StandardizeOptions = {}): Standardized {
  return standardized("standardize", x, normalizeAxes("standardize", axis, x.shape), eps);
}
export const standardizeOp: Op<Standardizing> = defineOp({
  name: "standardize",
  inputs: ["x"],
  outputs: ["out", "mean", "variance"],
  infer: ([x], { axes }: Standardizing) => {
    const reduced = { shape: reducedShape(x.shape, axes, true), dtype: x.dtype };
    return [x, reduced, reduced];
  },
  kernel: ([x], [out, mean, variance], { axes, eps }) =>
    kernels.standardize(x, out, mean, variance, axes, eps),
  saves: ["out", "variance"],
  vjp: {
    x: ({ g_out, g_mean, g_variance, out, variance }, { axes, eps }) => {
      // The statistics of nothing are NaN, but no number depends on them.
      if (sizeOf(out.shape) === 0) return g_out;
      const along = { axis: axes, keepDims: true };
      const count = sizeOf(out.shape) / sizeOf(variance.shape);
      const scale = rsqrt(add(variance, eps));
      // x reaches the result by itself, by the mean and by the variance.
      const byMean = div(sub(g_mean, mul(scale, sum(g_out, along))), count);
      const byVariance = div(
        sub(div(mul(g_variance, 2), scale), mul(scale, sum(mul(g_out, out), along))),
        count,
      );
      return apply(blendOp, [g_out, scale, out, byVariance, byMean], undefined);
    },
  },
  jvp: {
    x: ({ t, out, variance }, { axes, eps }) => {
      const along = { axis: axes, keepDims: true };
      if (t.size === 0) return [t, sum(t, along), sum(t, along)];
      const mean = meanOver(t, along);
      const covariance = meanOver(mul(out, t), along);
      const deviation = rsqrt(add(variance, eps));
      return [
        mul(deviation, sub(sub(t, mean), mul(out, covariance))),
        mean,
        div(mul(covariance, 2), deviation),
      ];
    },
  },
});

/** `x · a + y · b + c`. */
export const blendOp: ElementwiseOp = elementwise("blend", ["x", "a", "y", "b", "c"], (x, a, y, b, c) =>
  plus(plus(product(x, a), product(y, b)), c),
);

/**
 * `x` normalised in groups of channels, then mapped by the weight and bias that there are.
 *
 * @param own the shape of weight and bias
 */
function normalised(
  name: string,
  x: Tensor,
  { weight, bias }: AffineOptions,
  own: Shape,
  grouping: Grouping,
  eps: number,
): Standardized {
  checkFloat(name, x);
  const given = [weight, bias];
  const dtype = given.reduce((found, each) => (each ? promote(found, each.dtype) : found), x.dtype);
  const channels = [grouping.channels];
  const [scale, shift] = ["weight", "bias"].map((part, k) => {
    const values = placedAs(name, part, given[k], x, own, channels);
    return values === undefined ? full(channels, k === 0 ? 1 : 0, { dtype }) : to(values, dtype);
  });
  const [out, mean, variance] = applyMany(affineNormOp, [to(x, dtype), scale, shift], { grouping, eps });
  return { out, mean, variance };
}

function standardized(name: string, x: Tensor, axes: readonly number[], eps: number): Standardized {
  checkFloat(name, x);
  const [out, mean, variance] = applyMany(standardizeOp, [x], { axes, eps });
  return { out, mean, variance };
}

// Over features

export interface LayerNormOptions extends AffineOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
}

/**
 * `(x − mean) / √(variance + eps) · weight + bias` with the statistics of the last axes. Ba, Kiros & Hinton 2016.
 *
 * @param x [..., *normalizedShape]
 * @param normalizedShape the lengths of those axes; a number stands for one
 * @param options `weight` and `bias`, of that shape
 * @throws ShapeError if the last axes of `x` are others
 */
export function layerNorm(
  x: Tensor,
  normalizedShape: number | Shape,
  { eps = 1e-5, ...map }: LayerNormOptions = {},
): Tensor {
  const { own } = lastAxes("layerNorm", x, normalizedShape);
  const channels = sizeOf(own);
  const examples = sizeOf(x.shape.slice(0, x.rank - own.length));
  return normalised("layerNorm", x, map, own, { examples, channels, places: 1, groups: 1 }, eps).out;
}

export interface RmsNormOptions {
  readonly weight?: Tensor | undefined;
  /** Added to the mean square; by default the distance from 1 to the next number of the dtype. */
  readonly eps?: number;
}

/**
 * `x / √(mean(x²) + eps) · weight` over the last axes. Zhang & Sennrich 2019.
 *
 * @param x [..., *normalizedShape]
 * @param options `weight`, of that shape
 * @throws ShapeError if the last axes of `x` are others
 */
export function rmsNorm(
  x: Tensor,
  normalizedShape: number | Shape,
  { weight, eps = epsilonOf[x.dtype === "float64" ? "float64" : "float32"] }: RmsNormOptions = {},
): Tensor {
  const { own, axes } = lastAxes("rmsNorm", x, normalizedShape);
  checkFloat("rmsNorm", x);
  const power = meanOver(square(x), { axis: axes, keepDims: true });
  return affine("rmsNorm", mul(x, rsqrt(add(power, eps))), { weight }, own, own);
}

function lastAxes(
  name: string,
  { shape }: Tensor,
  normalizedShape: number | Shape,
): { readonly own: Shape; readonly axes: readonly number[] } {
  const own = typeof normalizedShape === "number" ? [normalizedShape] : normalizedShape;
  const first = shape.length - own.length;
  if (own.length === 0 || first < 0 || own.some((length, i) => length !== shape[first + i]))
    throw new ShapeError(
      `${name}: x is ${show(shape)} and normalizedShape is ${show(own)}; x must end in normalizedShape, which has one axis or more`,
    );
  return { own, axes: own.map((_, i) => first + i) };
}

// Over examples and places

export interface BatchNormOptions extends AffineOptions {
  /** The mean of each channel, [C]: what is subtracted outside of training. */
  readonly runningMean?: Tensor | undefined;
  /** The variance of each channel, [C]. */
  readonly runningVar?: Tensor | undefined;
  /** Whether to take the statistics of the batch instead of the running ones; false by default. */
  readonly training?: boolean;
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
}

/** What was normalised, and by which statistics. */
export interface BatchNormResult {
  readonly out: Tensor;
  /** [C] */
  readonly mean: Tensor;
  /** The unbiased variance, `Σ (x − mean)² / (n − 1)`, [C]. */
  readonly variance: Tensor;
}

/**
 * `(x − mean) / √(variance + eps) · weight + bias` for each channel. In training the statistics are those of the batch
 * over all axes but the channels', else the running ones. Ioffe & Szegedy 2015.
 *
 * An op changes no values: {@link batchNormWithStatistics} gives what running statistics are made of.
 *
 * @param x [N, C, ...]
 * @param options `weight` and `bias`, [C]
 * @throws ShapeError if the shapes do not fit, or there is one number for a channel to take statistics of;
 *   ArgumentError if there are no statistics
 */
export function batchNorm(
  x: Tensor,
  { runningMean, runningVar, training = false, eps = 1e-5, ...map }: BatchNormOptions = {},
): Tensor {
  if (training) return ofBatch("batchNorm", x, eps, map).out;
  const { own, placed } = channels("batchNorm", x, 2);
  return byRunning("batchNorm", x, { runningMean, runningVar, eps, ...map }, own, placed);
}

/**
 * As {@link batchNorm} in training, with the statistics of the batch. A module keeps their running averages:
 * `running ← (1 − momentum) · running + momentum · statistic`.
 */
export function batchNormWithStatistics(
  x: Tensor,
  { eps = 1e-5, ...map }: Pick<BatchNormOptions, "weight" | "bias" | "eps"> = {},
): BatchNormResult {
  const { out, mean, variance } = ofBatch("batchNormWithStatistics", x, eps, map);
  const count = sizeOf(x.shape) / x.shape[1];
  return { out, mean: to(mean, out.dtype), variance: to(mul(variance, count / (count - 1)), out.dtype) };
}

function ofBatch(name: string, x: Tensor, eps: number, map: AffineOptions): Standardized {
  const { own } = channels(name, x, 2);
  if (x.shape.every((length, axis) => axis === 1 || length === 1))
    throw new ShapeError(
      `${name}: x is ${show(x.shape)}, which has one number for each channel; in training there must be more`,
    );
  return normalised(name, x, map, own, groupingOf(x, 0), eps);
}

function byRunning(
  name: string,
  x: Tensor,
  { runningMean, runningVar, weight, bias, eps }: BatchNormOptions & { readonly eps: number },
  own: Shape,
  placed: Shape,
): Tensor {
  checkFloat(name, x);
  const part = (called: string, values: Tensor | undefined): Tensor | undefined =>
    placedAs(name, called, values, x, own, placed);
  const mean = part("runningMean", runningMean);
  const variance = part("runningVar", runningVar);
  if (mean === undefined || variance === undefined)
    throw new ArgumentError(
      `${name}: runningMean or runningVar is missing; without the statistics of x it needs both`,
    );
  const scale = rsqrt(add(variance, eps));
  const weights = part("weight", weight);
  return scaleShift(sub(x, mean), weights === undefined ? scale : mul(scale, weights), part("bias", bias));
}

export interface InstanceNormOptions extends AffineOptions {
  readonly runningMean?: Tensor | undefined;
  readonly runningVar?: Tensor | undefined;
  /** Whether to take the statistics of `x` instead of the running ones; true by default. */
  readonly useInputStats?: boolean;
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
}

/**
 * `(x − mean) / √(variance + eps) · weight + bias` with the statistics of each channel of each example, or with running
 * ones. Ulyanov, Vedaldi & Lempitsky 2016.
 *
 * @param x [N, C, ...], with one axis or more after C
 * @param options `weight`, `bias`, `runningMean` and `runningVar`, [C]
 * @throws ShapeError if the shapes do not fit, or there is one place to take statistics of
 */
export function instanceNorm(
  x: Tensor,
  { runningMean, runningVar, useInputStats = true, eps = 1e-5, ...map }: InstanceNormOptions = {},
): Tensor {
  const { own, placed } = channels("instanceNorm", x, 3);
  if (!useInputStats)
    return byRunning("instanceNorm", x, { runningMean, runningVar, eps, ...map }, own, placed);
  if (x.shape.slice(2).every((length) => length === 1))
    throw new ShapeError(
      `instanceNorm: x is ${show(x.shape)}, which has one number for each channel of an example; there must be more`,
    );
  return normalised("instanceNorm", x, map, own, groupingOf(x, own[0]), eps).out;
}

export interface GroupNormOptions extends AffineOptions {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
}

/**
 * `(x − mean) / √(variance + eps) · weight + bias` with the statistics of groups of neighbouring channels of each
 * example. Wu & He 2018.
 *
 * @param x [N, C, ...]
 * @param groups how many; it divides C
 * @param options `weight` and `bias`, [C]
 * @throws ShapeError if the shapes do not fit, ArgumentError if the groups do not divide the channels
 */
export function groupNorm(x: Tensor, groups: number, { eps = 1e-5, ...map }: GroupNormOptions = {}): Tensor {
  const { own } = channels("groupNorm", x, 2);
  if (!Number.isInteger(groups) || groups < 1 || own[0] % groups !== 0)
    throw new ArgumentError(
      `groupNorm: there are ${groups} groups and x is ${show(x.shape)}; they must be a positive integer that divides its ${own[0]} channels`,
    );
  return normalised("groupNorm", x, map, own, groupingOf(x, groups), eps).out;
}

function groupingOf({ shape: [examples, channels, ...places] }: Tensor, groups: number): Grouping {
  return { examples, channels, places: sizeOf(places), groups };
}

/** The shape of numbers for channels, as they are kept and as they broadcast to `x`. */
function channels(
  name: string,
  { shape }: Tensor,
  rank: number,
): { readonly own: Shape; readonly placed: Shape } {
  if (shape.length < rank)
    throw new ShapeError(
      `${name}: x is ${show(shape)}; it must be ${rank === 2 ? "[N, C, ...]" : "[N, C, L, ...]"}`,
    );
  return { own: [shape[1]], placed: [shape[1], ...shape.slice(2).map(() => 1)] };
}

// Of vectors

export interface L2NormalizeOptions {
  /** Of the norm: positive, or ∞. 2 by default. */
  readonly p?: number;
  /** 1 by default. */
  readonly axis?: number;
  /** The least length that is divided by; 1e-12 by default. */
  readonly eps?: number;
}

/**
 * `x / max(‖x‖, eps)`: vectors along an axis, brought to length 1. PyTorch's `normalize`. A vector of zeros stays, and
 * the gradient of its length is 0.
 *
 * @throws ShapeError if there is no such axis, ArgumentError for a norm that is none
 */
export function l2Normalize(x: Tensor, { p = 2, axis = 1, eps = 1e-12 }: L2NormalizeOptions = {}): Tensor {
  if (!(p > 0)) throw new ArgumentError(`l2Normalize: p is ${p}; it must be positive, or Infinity`);
  const at = normalizeAxis("l2Normalize", axis, x.rank, x.shape);
  checkFloat("l2Normalize", x);
  return div(x, maximum(norm(x, { p, axis: at, keepDims: true }), eps));
}
