/** Max pooling: the largest number of each window, and where it was. */
import { defineOp, type Op, type Tensor } from "../../graph.js";
import { windowMaxima } from "../../kernels/pooling/maximum.js";
import { sizeOf } from "../../shape.js";
import { apply, applyMany } from "../../tape.js";
import { gather, scatterZerosOp } from "../indexing.js";
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

function maximumOp<Windows>(name: string, { axes, pooled, spans }: WindowKind<Windows>): Op<Windows> {
  return defineOp({
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
      x: ({ g_values, indices }, windows, [{ shape }]) => {
        const count = axes(windows);
        const lead = shape.slice(0, -count);
        const flat = [...lead, sizeOf(shape.slice(-count))];
        const operands = [flatPlanes(indices, count), flatPlanes(g_values, count)];
        return reshape(apply(scatterZerosOp, operands, { axis: lead.length, shape: flat }), shape);
      },
    },
    jvp: {
      x: ({ t, indices }, windows) => {
        const count = axes(windows);
        const chosen = gather(flatPlanes(t, count), flatPlanes(indices, count), { axis: -1 });
        return [reshape(chosen, indices.shape), null];
      },
    },
  });
}

/** Max pooling of any number of last axes: what all functions here run. */
export const maxPoolOp: Op<SlidingWindows> = maximumOp("maxPool", slidingKind);

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

/** Max pooling to given lengths of any number of last axes. */
export const adaptiveMaxPoolOp: Op<AdaptiveWindows> = maximumOp("adaptiveMaxPool", adaptiveKind);

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
