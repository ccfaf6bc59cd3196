/** Max pooling: the largest number of each window, and where it was. */

import { defineOp } from "../../definition.js";
import type { Op, Tensor } from "../../graph.js";
import { placeChosen } from "../../kernels/pooling/chosen.js";
import { windowMaxima } from "../../kernels/pooling/maximum.js";
import type { Shape } from "../../shape.js";
import { apply, applyMany } from "../../tape.js";
import { gather } from "../indexing.js";
import { reshape } from "../layout.js";
import type { PerAxis } from "../windows/window-axes.js";
import { flatPlanes } from "./planes.js";
import {
  type AdaptiveWindows,
  adaptiveKind,
  adaptiveWindows,
  type OutputSize,
  type SlidingWindows,
  slidingKind,
  slidingWindows,
  type WindowKind,
} from "./windows.js";

/** The largest numbers of the windows, and where they are. */
export interface MaxPooled {
  readonly values: Tensor;
  /** int32: places in the flattened plane of each channel. */
  readonly indices: Tensor;
}

export interface MaxPoolOptions {
  /** From one window to the next: one number, or one for each axis. By default the kernel size. */
  readonly stride?: PerAxis;
  /** Places before and behind each axis that count as −∞; at most half of the kernel size. 0 by default. */
  readonly padding?: PerAxis;
  /** From one place of a window to the next. 1 by default. */
  readonly dilation?: PerAxis;
  /** Whether a last window may reach over the end. */
  readonly ceilMode?: boolean;
}

/** What an adjoint must know besides: the lengths of the axes that were pooled. */
interface Pooled {
  readonly size: Shape;
}

/** The op that takes the largest number of each window, and the op that puts numbers where those were. */
function maximumOps<Windows>(
  name: string,
  { axes, pooled, spans }: WindowKind<Windows>,
): { readonly maximum: Op<Windows>; readonly adjoint: Op<Windows & Pooled> } {
  /** The elements of `x` at the places of each plane. */
  const chosen = (x: Tensor, indices: Tensor, count: number): Tensor =>
    reshape(gather(flatPlanes(x, count), flatPlanes(indices, count), { axis: -1 }), indices.shape);
  const maximum: Op<Windows> = defineOp({
    name,
    inputs: ["x"],
    outputs: ["values", "indices"],
    infer: ([{ shape, dtype }], windows: Windows) => {
      const out = pooled(shape, windows);
      return [
        { shape: out, dtype },
        { shape: out, dtype: "int32" },
      ];
    },
    kernel: ([x], [values, indices], windows) =>
      windowMaxima(x, values, indices, spans(x.shape.slice(-axes(windows)), windows)),
    saves: ["indices"],
    vjp: {
      x: ({ g_values, indices }, windows, [{ shape }]) =>
        apply(adjoint, [indices, g_values], { ...windows, size: shape.slice(-axes(windows)) }),
    },
    jvp: {
      x: ({ t, indices }, windows) => [chosen(t, indices, axes(windows)), null],
    },
  });
  const adjoint: Op<Windows & Pooled> = defineOp({
    name: `${name}Adjoint`,
    inputs: ["indices", "x"],
    infer: ([, { shape, dtype }], { size }: Windows & Pooled) => [
      { shape: [...shape.slice(0, shape.length - size.length), ...size], dtype },
    ],
    kernel: ([indices, x], [out], windows) => placeChosen(x, indices, out, spans(windows.size, windows)),
    linear: ["x"],
    saves: ["indices"],
    vjp: { indices: null, x: ({ g, indices }, { size }) => chosen(g, indices, size.length) },
  });
  return { maximum, adjoint };
}

const sliding = maximumOps("maxPool", slidingKind);

/** Max pooling of any number of last axes: what all functions here run. */
export const maxPoolOp: Op<SlidingWindows> = sliding.maximum;

/** Puts each number where the largest of its window was, among zeros: the adjoint of `maxPoolOp` in x. */
export const maxPoolAdjointOp: Op<SlidingWindows & Pooled> = sliding.adjoint;

function maxPool(name: string, count: number, x: Tensor, size: PerAxis, options: MaxPoolOptions): MaxPooled {
  const windows = slidingWindows(name, x.shape, count, size, options);
  const [values, indices] = applyMany(maxPoolOp, [x], windows);
  return { values, indices };
}

/**
 * The largest number of each window of a sequence: `out[n, c, i] = max over k of x[n, c, i·stride + k·dilation − padding]`.
 *
 * NaN counts as largest. The gradient goes to the place of the maximum alone, the first where several are equal.
 *
 * @param x [N, C, L] or [C, L]
 * @throws ShapeError if `x` has other axes, is empty along the last, or is shorter than a window; ArgumentError for
 *   options out of their range
 */
export function maxPool1d(x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor {
  return maxPool("maxPool1d", 1, x, kernelSize, options).values;
}

/**
 * The largest number of each window of a plane, as `maxPool1d`.
 *
 * @param x [N, C, H, W] or [C, H, W]
 */
export function maxPool2d(x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor {
  return maxPool("maxPool2d", 2, x, kernelSize, options).values;
}

/**
 * The largest number of each window of a volume, as `maxPool1d`.
 *
 * @param x [N, C, D, H, W] or [C, D, H, W]
 */
export function maxPool3d(x: Tensor, kernelSize: PerAxis, options: MaxPoolOptions = {}): Tensor {
  return maxPool("maxPool3d", 3, x, kernelSize, options).values;
}

/** `maxPool1d`, and where the numbers were: what `maxUnpool1d` needs. */
export function maxPool1dWithIndices(
  x: Tensor,
  kernelSize: PerAxis,
  options: MaxPoolOptions = {},
): MaxPooled {
  return maxPool("maxPool1dWithIndices", 1, x, kernelSize, options);
}

/** `maxPool2d`, and where the numbers were: `h·W + w` in the plane of each channel. */
export function maxPool2dWithIndices(
  x: Tensor,
  kernelSize: PerAxis,
  options: MaxPoolOptions = {},
): MaxPooled {
  return maxPool("maxPool2dWithIndices", 2, x, kernelSize, options);
}

/** `maxPool3d`, and where the numbers were: `(d·H + h)·W + w` in the volume of each channel. */
export function maxPool3dWithIndices(
  x: Tensor,
  kernelSize: PerAxis,
  options: MaxPoolOptions = {},
): MaxPooled {
  return maxPool("maxPool3dWithIndices", 3, x, kernelSize, options);
}

// Windows that adapt

const adaptive = maximumOps("adaptiveMaxPool", adaptiveKind);

/** Max pooling to given lengths of any number of last axes. */
export const adaptiveMaxPoolOp: Op<AdaptiveWindows> = adaptive.maximum;

/** Puts each number where the largest of its window was, among zeros: the adjoint of `adaptiveMaxPoolOp` in x. */
export const adaptiveMaxPoolAdjointOp: Op<AdaptiveWindows & Pooled> = adaptive.adjoint;

function adaptiveMaxPool(name: string, count: number, x: Tensor, outputSize: OutputSize): MaxPooled {
  const windows = adaptiveWindows(name, x.shape, count, outputSize);
  const [values, indices] = applyMany(adaptiveMaxPoolOp, [x], windows);
  return { values, indices };
}

/**
 * Max pooling to a given length: window i reaches from `⌊i·L/out⌋` to before `⌈(i + 1)·L/out⌉`. Ties and gradients as in
 * `maxPool1d`.
 *
 * @param x [N, C, L] or [C, L]
 * @throws ShapeError if `x` has other axes or is empty along the last, ArgumentError for lengths that are not whole
 */
export function adaptiveMaxPool1d(x: Tensor, outputSize: OutputSize): Tensor {
  return adaptiveMaxPool("adaptiveMaxPool1d", 1, x, outputSize).values;
}

/**
 * Max pooling to a plane of given lengths, as `adaptiveMaxPool1d` along each axis.
 *
 * @param x [N, C, H, W] or [C, H, W]
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: OutputSize): Tensor {
  return adaptiveMaxPool("adaptiveMaxPool2d", 2, x, outputSize).values;
}

/**
 * Max pooling to a volume of given lengths, as `adaptiveMaxPool1d` along each axis.
 *
 * @param x [N, C, D, H, W] or [C, D, H, W]
 */
export function adaptiveMaxPool3d(x: Tensor, outputSize: OutputSize): Tensor {
  return adaptiveMaxPool("adaptiveMaxPool3d", 3, x, outputSize).values;
}

/** `adaptiveMaxPool1d`, and where the numbers were. */
export function adaptiveMaxPool1dWithIndices(x: Tensor, outputSize: OutputSize): MaxPooled {
  return adaptiveMaxPool("adaptiveMaxPool1dWithIndices", 1, x, outputSize);
}

/** `adaptiveMaxPool2d`, and where the numbers were: `h·W + w` in the plane of each channel. */
export function adaptiveMaxPool2dWithIndices(x: Tensor, outputSize: OutputSize): MaxPooled {
  return adaptiveMaxPool("adaptiveMaxPool2dWithIndices", 2, x, outputSize);
}

/** `adaptiveMaxPool3d`, and where the numbers were: `(d·H + h)·W + w` in the volume of each channel. */
export function adaptiveMaxPool3dWithIndices(x: Tensor, outputSize: OutputSize): MaxPooled {
  return adaptiveMaxPool("adaptiveMaxPool3dWithIndices", 3, x, outputSize);
}
