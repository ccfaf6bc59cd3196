/** Means over windows, their adjoints, and the power means made of them. */

import { defineOp } from "../../definition.js";
import { ArgumentError } from "../../errors.js";
import type { Op, Tensor } from "../../graph.js";
import { spreadMeans, windowMeans } from "../../kernels/pooling/mean.js";
import type { Shape } from "../../shape.js";
import { apply } from "../../tape.js";
import { floating } from "../elementwise/floating.js";
import { equal, mul, pow, sqrt, square, where } from "../elementwise.js";
import type { PerAxis } from "../windows/window-axes.js";
import {
  type AdaptiveWindows,
  adaptiveKind,
  adaptiveWindows,
  type DividedWindows,
  dividedKind,
  type OutputSize,
  slidingWindows,
  type WindowKind,
} from "./windows.js";

/** What an adjoint must know besides: the lengths of the axes that were pooled. */
interface Pooled {
  readonly size: Shape;
}

/** The op that takes means over windows, and the op that spreads each over its window: one is the other's adjoint. */
function meanOps<Windows>(
  name: string,
  { axes, pooled, spans }: WindowKind<Windows>,
): { readonly mean: Op<Windows>; readonly adjoint: Op<Windows & Pooled> } {
  const mean: Op<Windows> = defineOp({
    name,
    inputs: ["x"],
    infer: ([{ shape, dtype }], windows: Windows) => [{ shape: pooled(shape, windows), dtype }],
    kernel: ([x], [out], windows) => windowMeans(x, out, spans(x.shape.slice(-axes(windows)), windows)),
    linear: ["x"],
    vjp: {
      x: ({ g }, windows, [{ shape }]) =>
        apply(adjoint, [g], { ...windows, size: shape.slice(-axes(windows)) }),
    },
  });
  const adjoint: Op<Windows & Pooled> = defineOp({
    name: `${name}Adjoint`,
    inputs: ["x"],
    infer: ([{ shape, dtype }], { size }: Windows & Pooled) => [
      { shape: [...shape.slice(0, shape.length - size.length), ...size], dtype },
    ],
    kernel: ([x], [out], windows) => spreadMeans(x, out, spans(windows.size, windows)),
    linear: ["x"],
    vjp: {
      x: ({ g }, { size: _, ...windows }) => apply(mean, [g], windows as Windows),
    },
  });
  return { mean, adjoint };
}

// Windows that slide

const sliding = meanOps("avgPool", dividedKind);

/** Means over windows of any number of last axes: what all functions of sliding windows here run. */
export const avgPoolOp: Op<DividedWindows> = sliding.mean;

/** Spreads each number evenly over its window: the adjoint of `avgPoolOp`. */
export const avgPoolAdjointOp: Op<DividedWindows & Pooled> = sliding.adjoint;

export interface AvgPoolOptions {
  /** From one window to the next: one number, or one for each axis. By default the kernel size. */
  readonly stride?: PerAxis;
  /** Zeros before and behind each axis; at most half of the kernel size. 0 by default. */
  readonly padding?: PerAxis;
  /** Whether a last window may reach over the end. What lies beyond the padding is never counted. */
  readonly ceilMode?: boolean;
  /** Whether the zeros of the padding are counted. True by default. */
  readonly countIncludePad?: boolean;
  /** What each sum is divided by, in the place of the number of places counted. */
  readonly divisorOverride?: number;
}

function avgPool(
  name: string,
  count: number,
  x: Tensor,
  kernelSize: PerAxis,
  { countIncludePad = true, divisorOverride, ...options }: AvgPoolOptions,
): Tensor {
  if (divisorOverride !== undefined && !(Number.isFinite(divisorOverride) && divisorOverride !== 0))
    throw new ArgumentError(
      `${name}: the divisorOverride is ${divisorOverride}; it must be a finite number other than 0`,
    );
  return apply(avgPoolOp, [floating(x)], {
    ...slidingWindows(name, x.shape, count, kernelSize, options),
    countIncludePad,
    divisorOverride: divisorOverride ?? null,
  });
}

/**
 * The mean of each window of a sequence: `out[n, c, i] = 1/K · Σₖ x[n, c, i·stride + k − padding]`. Integers give the
 * default float.
 *
 * @param x [N, C, L] or [C, L]
 * @throws ShapeError if `x` has other axes, is empty along the last, or is shorter than a window; ArgumentError for
 *   options out of their range
 */
export function avgPool1d(x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions = {}): Tensor {
  return avgPool("avgPool1d", 1, x, kernelSize, options);
}

/**
 * The mean of each window of a plane, as `avgPool1d`.
 *
 * @param x [N, C, H, W] or [C, H, W]
 */
export function avgPool2d(x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions = {}): Tensor {
  return avgPool("avgPool2d", 2, x, kernelSize, options);
}

/**
 * The mean of each window of a volume, as `avgPool1d`.
 *
 * @param x [N, C, D, H, W] or [C, D, H, W]
 */
export function avgPool3d(x: Tensor, kernelSize: PerAxis, options: AvgPoolOptions = {}): Tensor {
  return avgPool("avgPool3d", 3, x, kernelSize, options);
}

// Power means

export interface LpPoolOptions {
  /** From one window to the next: one number, or one for each axis. By default the kernel size. */
  readonly stride?: PerAxis;
  /** Whether a last window may reach over the end. Its sum is scaled up to the size of a whole window. */
  readonly ceilMode?: boolean;
}

function lpPool(
  name: string,
  count: number,
  x: Tensor,
  normType: number,
  kernelSize: PerAxis,
  options: LpPoolOptions,
): Tensor {
  if (!(Number.isFinite(normType) && normType > 0))
    throw new ArgumentError(
      `${name}: the normType is ${normType}; it must be a finite number above 0, use max pooling for ∞`,
    );
  const windows = slidingWindows(name, x.shape, count, kernelSize, options);
  const powers = normType === 2 ? square(floating(x)) : pow(floating(x), normType);
  const means = apply(avgPoolOp, [powers], { ...windows, countIncludePad: true, divisorOverride: null });
  const sums = mul(
    means,
    windows.kernelSize.reduce((product, length) => product * length, 1),
  );
  // The root has no slope at 0. Behind a choice it is never asked for it.
  const none = equal(sums, 0);
  const some = where(none, 1, sums);
  return where(none, 0, normType === 2 ? sqrt(some) : pow(some, 1 / normType));
}

/**
 * The root of the sum of powers over each window of a sequence: `out = (Σ xᵖ)^(1/p)`. With p = 2 it is L2 pooling.
 *
 * As in PyTorch there is no absolute value in it: with an odd p give `abs(x)`, or negative sums are NaN. Where a sum is 0
 * the gradient is 0.
 *
 * @param x [N, C, L] or [C, L]
 * @param normType p, above 0
 * @throws as `avgPool1d`
 */
export function lpPool1d(
  x: Tensor,
  normType: number,
  kernelSize: PerAxis,
  options: LpPoolOptions = {},
): Tensor {
  return lpPool("lpPool1d", 1, x, normType, kernelSize, options);
}

/**
 * The root of the sum of powers over each window of a plane, as `lpPool1d`.
 *
 * @param x [N, C, H, W] or [C, H, W]
 */
export function lpPool2d(
  x: Tensor,
  normType: number,
  kernelSize: PerAxis,
  options: LpPoolOptions = {},
): Tensor {
  return lpPool("lpPool2d", 2, x, normType, kernelSize, options);
}

// Windows that adapt

const adaptive = meanOps("adaptiveAvgPool", adaptiveKind);

/** Means to given lengths of any number of last axes. */
export const adaptiveAvgPoolOp: Op<AdaptiveWindows> = adaptive.mean;

/** Spreads each number evenly over its window: the adjoint of `adaptiveAvgPoolOp`. */
export const adaptiveAvgPoolAdjointOp: Op<AdaptiveWindows & Pooled> = adaptive.adjoint;

function adaptiveAvgPool(name: string, count: number, x: Tensor, outputSize: OutputSize): Tensor {
  const windows = adaptiveWindows(name, x.shape, count, outputSize);
  return apply(adaptiveAvgPoolOp, [floating(x)], windows);
}

/**
 * Average pooling to a given length: window i reaches from `⌊i·L/out⌋` to before `⌈(i + 1)·L/out⌉`. Integers give the
 * default float.
 *
 * @param x [N, C, L] or [C, L]
 * @throws ShapeError if `x` has other axes or is empty along the last, ArgumentError for lengths that are not whole
 */
export function adaptiveAvgPool1d(x: Tensor, outputSize: OutputSize): Tensor {
  return adaptiveAvgPool("adaptiveAvgPool1d", 1, x, outputSize);
}

/**
 * Average pooling to a plane of given lengths, as `adaptiveAvgPool1d` along each axis.
 *
 * @param x [N, C, H, W] or [C, H, W]
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: OutputSize): Tensor {
  return adaptiveAvgPool("adaptiveAvgPool2d", 2, x, outputSize);
}

/**
 * Average pooling to a volume of given lengths, as `adaptiveAvgPool1d` along each axis.
 *
 * @param x [N, C, D, H, W] or [C, D, H, W]
 */
export function adaptiveAvgPool3d(x: Tensor, outputSize: OutputSize): Tensor {
  return adaptiveAvgPool("adaptiveAvgPool3d", 3, x, outputSize);
}
