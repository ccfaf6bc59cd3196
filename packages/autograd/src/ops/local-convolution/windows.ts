/** Where the windows of a convolution lie: its options, checked, as arithmetic of one axis at a time. */
import { ArgumentError, ShapeError } from "../../errors.js";
import { type Shape, show } from "../../shape.js";

/** A number for each axis of the image, or one for all. */
export type PerAxis = number | readonly number[];

export interface WindowOptions {
  /** Zeros before and after each axis; "valid" is none, "same" as many as keep the size. By default 0. */
  readonly padding?: PerAxis | "valid" | "same";
  /** The step from one window to the next, by default 1. */
  readonly stride?: PerAxis;
  /** The distance of the elements of a window, by default 1. */
  readonly dilation?: PerAxis;
}

/** Windows along one axis. Element k of window t is element `stride·t + dilation·k − before` of the image, or a zero. */
export interface WindowAxis {
  readonly size: number;
  readonly kernel: number;
  readonly before: number;
  /** The length with its padding. */
  readonly padded: number;
  readonly stride: number;
  readonly dilation: number;
  /** From the first element of a window to the last. */
  readonly reach: number;
  readonly windows: number;
}

/**
 * The windows of `kernels` on an image of `sizes`.
 *
 * @throws ArgumentError for options that are no such numbers, ShapeError if a window does not fit or is empty
 */
export function windowsOn(
  name: string,
  sizes: Shape,
  kernels: Shape,
  { padding = 0, stride = 1, dilation = 1 }: WindowOptions,
): readonly WindowAxis[] {
  const strides = perAxis(name, "stride", stride, sizes.length, 1);
  const dilations = perAxis(name, "dilation", dilation, sizes.length, 1);
  if (padding === "same" && strides.some((each) => each !== 1))
    throw new ArgumentError(
      `${name}: the stride is ${show(strides)} with padding "same", which keeps the size; only a stride of 1 does`,
    );
  const reaches = kernels.map((kernel, i) => dilations[i] * (kernel - 1) + 1);
  const paddings = paddingsOf(name, padding, reaches);
  return sizes.map((size, i) => {
    const padded = size + paddings[i];
    const reach = reaches[i];
    if (kernels[i] < 1 || padded < reach)
      throw new ShapeError(
        `${name}: a window takes ${reach} elements along axis ${i} of the image and there are ${padded} with padding: the image is ${show(sizes)} and the kernel ${show(kernels)}; it must fit, and not be empty`,
      );
    return {
      size,
      kernel: kernels[i],
      // Where it cannot be the same on both sides, PyTorch puts the odd one behind.
      before: Math.floor(paddings[i] / 2),
      padded,
      stride: strides[i],
      dilation: dilations[i],
      reach,
      windows: Math.floor((padded - reach) / strides[i]) + 1,
    };
  });
}

/** How many zeros each axis gets, before and after together. */
function paddingsOf(
  name: string,
  padding: PerAxis | "valid" | "same",
  reaches: readonly number[],
): readonly number[] {
  if (padding === "valid") return reaches.map(() => 0);
  if (padding === "same") return reaches.map((reach) => Math.max(0, reach - 1));
  if (typeof padding === "string")
    throw new ArgumentError(
      `${name}: there is no padding ${JSON.stringify(padding)}; it is a number, a list, "valid" or "same"`,
    );
  return perAxis(name, "padding", padding, reaches.length, 0).map((each) => 2 * each);
}

function perAxis(
  name: string,
  option: string,
  given: PerAxis,
  rank: number,
  least: number,
): readonly number[] {
  const list = typeof given === "number" ? new Array<number>(rank).fill(given) : given;
  if (list.length !== rank || list.some((each) => !Number.isInteger(each) || each < least))
    throw new ArgumentError(
      `${name}: the ${option} is ${typeof given === "number" ? given : show(given)}; it must be an integer of at least ${least}, or a list of ${rank}`,
    );
  return list;
}
