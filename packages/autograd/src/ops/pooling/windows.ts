/** What windows there are: checks of their options, for all kinds of pooling. */
import { ArgumentError, ShapeError } from "../../errors.js";
import {
  adaptiveSpans,
  countWindows,
  dividedBy,
  type Sliding,
  type Spans,
  slidingSpans,
} from "../../kernels/pooling/spans.js";
import { type Shape, show } from "../../shape.js";
import { type PerAxis, perAxis } from "../windows/window-axes.js";

/** Windows that slide along the last axes, an entry for each axis. */
export interface SlidingWindows {
  readonly kernelSize: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly ceilMode: boolean;
}

/** Windows as a caller describes them. */
export interface SlidingOptions {
  /** From one window to the next; by default the kernel size, so that windows do not overlap. */
  readonly stride?: PerAxis | undefined;
  readonly padding?: PerAxis | undefined;
  readonly dilation?: PerAxis | undefined;
  readonly ceilMode?: boolean | undefined;
}

/** `[C, L]`, `[N, C, H, W]` … */
const layouts: readonly string[] = ["", "L", "H, W", "D, H, W"];

/**
 * Checks that `x` has a channel axis and perhaps a batch axis before `count` spatial ones, which are not empty.
 *
 * @throws ShapeError if not
 */
export function checkPlanes(name: string, x: Shape, count: number): void {
  if (x.length !== count + 1 && x.length !== count + 2)
    throw new ShapeError(
      `${name}: x is ${show(x)}, with ${x.length} axes; it must be [N, C, ${layouts[count]}] or [C, ${layouts[count]}]`,
    );
  refuseEmpty(name, x, count);
}

/** @throws ShapeError if one of the last `count` axes is empty */
export function refuseEmpty(name: string, x: Shape, count: number): void {
  const axis = x.findIndex((length, i) => i >= x.length - count && length === 0);
  if (axis >= 0)
    throw new ShapeError(
      `${name}: axis ${axis} of x, which is ${show(x)}, has size 0; only the axes before the last ${count} may be empty`,
    );
}

/**
 * The windows over the last axes of a tensor of shape `x`.
 *
 * @throws ShapeError if there is no room for a window, ArgumentError for options that make no sense
 */
export function slidingWindows(
  name: string,
  x: Shape,
  count: number,
  kernelSize: PerAxis,
  { stride = kernelSize, padding = 0, dilation = 1, ceilMode = false }: SlidingOptions,
): SlidingWindows {
  checkPlanes(name, x, count);
  const windows = {
    kernelSize: perAxis(name, "kernelSize", kernelSize, count, 1),
    stride: perAxis(name, "stride", stride, count, 1),
    padding: perAxis(name, "padding", padding, count, 0),
    dilation: perAxis(name, "dilation", dilation, count, 1),
    ceilMode,
  };
  for (const [i, width] of windows.padding.entries())
    if (width > Math.floor(windows.kernelSize[i] / 2))
      throw new ArgumentError(
        `${name}: the padding is ${width} and the kernelSize ${windows.kernelSize[i]}; at most half of a window, ${Math.floor(windows.kernelSize[i] / 2)}, may be padding`,
      );
  for (const [i, size] of x.slice(-count).entries()) checkRoom(name, x, i - count, size, axisOf(windows, i));
  return windows;
}

function checkRoom(name: string, x: Shape, axis: number, size: number, sliding: Sliding): void {
  const { kernelSize, padding, dilation } = sliding;
  const span = dilation * (kernelSize - 1) + 1;
  if (countWindows(size, sliding) < 1)
    throw new ShapeError(
      `${name}: a window is longer than x, which is ${show(x)}: axis ${axis} has ${size}${padding > 0 ? ` and ${2 * padding} of padding` : ""}, the window spans ${span}; choose a smaller kernelSize or more padding`,
    );
  // The padding is at most half as long as a window without gaps, which so cannot lie in it.
  if (dilation === 1) return;
  const { starts, ends } = slidingSpans(size, sliding);
  const outside = starts.findIndex((start, i) => start >= ends[i]);
  if (outside >= 0)
    throw new ShapeError(
      `${name}: window ${outside} along axis ${axis} of x, which is ${show(x)}, meets nothing but padding: the axis has ${size}, the window has ${kernelSize} places ${dilation} apart; choose a smaller dilation or less padding`,
    );
}

function axisOf({ kernelSize, stride, padding, dilation, ceilMode }: SlidingWindows, i: number): Sliding {
  return {
    kernelSize: kernelSize[i],
    stride: stride[i],
    padding: padding[i],
    dilation: dilation[i],
    ceilMode,
  };
}

/** Windows over the last axes that adapt to the lengths of a result. */
export interface AdaptiveWindows {
  readonly outputSize: readonly number[];
}

/** What an op needs to know of its windows. */
export interface WindowKind<Windows> {
  /** How many of the last axes they lie on. */
  readonly axes: (windows: Windows) => number;
  /** The shape of `x` with as many places along those axes as there are windows. */
  readonly pooled: (x: Shape, windows: Windows) => Shape;
  /** Where they lie on axes of these lengths. */
  readonly spans: (sizes: Shape, windows: Windows) => readonly Spans[];
}

export const slidingKind: WindowKind<SlidingWindows> = {
  axes: ({ kernelSize }) => kernelSize.length,
  pooled: (x, windows) => {
    const first = x.length - windows.kernelSize.length;
    return x.map((size, i) => (i < first ? size : countWindows(size, axisOf(windows, i - first))));
  },
  spans: (sizes, windows) => sizes.map((size, i) => slidingSpans(size, axisOf(windows, i))),
};

/** Sliding windows, and by what a mean over them is divided. */
export interface DividedWindows extends SlidingWindows {
  readonly countIncludePad: boolean;
  readonly divisorOverride: number | null;
}

export const dividedKind: WindowKind<DividedWindows> = {
  ...slidingKind,
  spans: (sizes, windows) => {
    const { countIncludePad, divisorOverride } = windows;
    const spans = sizes.map((size, i) => slidingSpans(size, axisOf(windows, i), countIncludePad));
    return divisorOverride === null ? spans : dividedBy(spans, divisorOverride);
  },
};

export const adaptiveKind: WindowKind<AdaptiveWindows> = {
  axes: ({ outputSize }) => outputSize.length,
  pooled: (x, { outputSize }) => [...x.slice(0, x.length - outputSize.length), ...outputSize],
  spans: (sizes, { outputSize }) => sizes.map((size, i) => adaptiveSpans(size, outputSize[i])),
};

/** The lengths of an adaptive pooling's result: one for every spatial axis, or one for each; null leaves an axis as it is. */
export type OutputSize = number | readonly (number | null)[];

/**
 * The windows that give a result of these lengths.
 *
 * @throws ShapeError if an axis is empty, ArgumentError for lengths that are not whole
 */
export function adaptiveWindows(
  name: string,
  x: Shape,
  count: number,
  outputSize: OutputSize,
): AdaptiveWindows {
  checkPlanes(name, x, count);
  const lengths =
    typeof outputSize === "number"
      ? outputSize
      : outputSize.map((length, i) => length ?? x[x.length - count + i] ?? 1);
  return { outputSize: perAxis(name, "outputSize", lengths, count, 0) };
}
