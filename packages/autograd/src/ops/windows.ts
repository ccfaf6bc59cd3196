/** Sliding windows as columns or as an axis of their own, and their adjoints, which add what overlaps. */

import { defineOp } from "../definition.js";
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import type { Op, Tensor } from "../graph.js";
import type { WindowAxis } from "../kernels/convolution/geometry.js";
import * as kernels from "../kernels/convolution/unfold.js";
import { normalizeAxis, type Shape, show, sizeOf } from "../shape.js";
import { makeView, type View } from "../storage.js";
import { apply } from "../tape.js";
import { squeeze, unsqueeze } from "./layout.js";
import { type PerAxis, perAxis, type WindowOptions, windowAxes } from "./windows/window-axes.js";

export type { PerAxis } from "./windows/window-axes.js";

interface Columns {
  readonly axes: readonly WindowAxis[];
}

/** The images of two axes, as many as a window has. */
const space = 2;

function imageAxes(
  name: string,
  input: Shape,
  kernelSize: PerAxis,
  { stride = 1, padding = 0, dilation = 1 }: WindowOptions,
): WindowAxis[] {
  return windowAxes(name, input, perAxis(name, "kernel size", kernelSize, space, 1), {
    stride: perAxis(name, "stride", stride, space, 1),
    padding: perAxis(name, "padding", padding, space, 0),
    dilation: perAxis(name, "dilation", dilation, space, 1),
  });
}

const tapsOf = (axes: readonly WindowAxis[]): number => sizeOf(axes.map(({ kernel }) => kernel));
const windowsOf = (axes: readonly WindowAxis[]): number => sizeOf(axes.map(({ output }) => output));

/**
 * The windows of images as columns (im2col): column l holds what window l sees, channel after channel, so that the
 * convolution with a weight [O, C, KH, KW] is the product of the weight as a matrix [O, C·KH·KW] with the columns.
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @param kernelSize of a window: one number, or `[KH, KW]`
 * @param options `stride`, `padding`, `dilation`: one number, or one for each axis
 * @returns [N, C·KH·KW, L] or [C·KH·KW, L], with as many columns as there are windows, row after row
 * @throws ShapeError if a window does not fit the padded image, ArgumentError for options that are no such integers
 */
export function unfold(x: Tensor, kernelSize: PerAxis, options: WindowOptions = {}): Tensor {
  if (x.rank !== 3 && x.rank !== 4)
    throw new ShapeError(`unfold: x is ${show(x.shape)}; it must be [N, C, H, W] or [C, H, W]`);
  const axes = imageAxes("unfold", x.shape.slice(-space), kernelSize, options);
  if (x.rank === 3) return squeeze(apply(unfoldOp, [unsqueeze(x, 0)], { axes }), 0);
  return apply(unfoldOp, [x], { axes });
}
export const unfoldOp: Op<Columns> = defineOp({
  name: "unfold",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axes }: Columns) => [
    { shape: [shape[0], shape[1] * tapsOf(axes), windowsOf(axes)], dtype },
  ],
  kernel: ([x], [out], { axes }) => kernels.unfold(x, out, axes),
  linear: ["x"],
  vjp: { x: ({ g }, { axes }) => apply(foldOp, [g], { axes }) },
});

/**
 * Images that columns are added up to, each where its window lies (col2im): the adjoint of {@link unfold}. What meets at
 * one element is added in the order of the taps.
 *
 * @param x [N, C·KH·KW, L] or [C·KH·KW, L]
 * @param outputSize of the images: one number, or `[H, W]`
 * @param kernelSize, options as of `unfold`
 * @returns [N, C, H, W] or [C, H, W]
 * @throws ShapeError if the columns are not those of such images, DTypeError for truth values
 */
export function fold(
  x: Tensor,
  outputSize: PerAxis,
  kernelSize: PerAxis,
  options: WindowOptions = {},
): Tensor {
  if (x.rank !== 2 && x.rank !== 3)
    throw new ShapeError(`fold: x is ${show(x.shape)}; it must be [N, C·KH·KW, L] or [C·KH·KW, L]`);
  summable("fold", x);
  const size = perAxis("fold", "output size", outputSize, space, 0);
  const axes = imageAxes("fold", size, kernelSize, options);
  const taps = tapsOf(axes);
  const windows = windowsOf(axes);
  if (x.shape.at(-1) !== windows)
    throw new ShapeError(
      `fold: x is ${show(x.shape)} with ${x.shape.at(-1)} columns, and images of ${show(size)} have ${windows} windows (${axes.map(({ output }) => output).join("·")}); both must be the same`,
    );
  if (x.shape.at(-2)! % taps !== 0)
    throw new ShapeError(
      `fold: x is ${show(x.shape)} with columns of ${x.shape.at(-2)}, and a window has ${taps} taps (${axes.map(({ kernel }) => kernel).join("·")}); a column must hold the taps of whole channels`,
    );
  if (x.rank === 2) return squeeze(apply(foldOp, [unsqueeze(x, 0)], { axes }), 0);
  return apply(foldOp, [x], { axes });
}
export const foldOp: Op<Columns> = defineOp({
  name: "fold",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axes }: Columns) => [
    { shape: [shape[0], shape[1] / tapsOf(axes), ...axes.map(({ input }) => input)], dtype },
  ],
  kernel: ([x], [out], { axes }) => kernels.fold(x, out, axes),
  linear: ["x"],
  vjp: { x: ({ g }, { axes }) => apply(unfoldOp, [g], { axes }) },
});

function summable(name: string, { dtype }: Tensor): void {
  if (dtype === "bool")
    throw new DTypeError(`${name}: truth values cannot be added; convert x with to("int32")`);
}

// Windows along one axis

interface Along {
  readonly axis: number;
  readonly size: number;
  readonly step: number;
}

/** The windows along one axis, their elements along a new last one. */
function slide({ data, shape, stride, offset }: View, { axis, size, step }: Along): View {
  const windows = Math.floor((shape[axis] - size) / step) + 1;
  return makeView(
    data,
    [...shape.with(axis, windows), size],
    [...stride.with(axis, stride[axis] * step), stride[axis]],
    offset,
  );
}

/**
 * The windows of `size` elements along `axis`, `step` apart, as a further axis at the end (`Tensor.unfold` of PyTorch).
 * A view: windows that overlap share their numbers, and it cannot be assigned to.
 *
 * @returns of the shape of x with `floor((length − size) / step) + 1` windows in the place of the axis, and `size`
 * @throws ShapeError if the axis is shorter than a window, ArgumentError for sizes below 0 and steps below 1
 */
export function unfoldAxis(x: Tensor, axis: number, size: number, step: number): Tensor {
  const at = normalizeAxis("unfoldAxis", axis, x.rank, x.shape);
  if (!Number.isInteger(size) || size < 0)
    throw new ArgumentError(`unfoldAxis: the size is ${size}; it must be an integer, 0 or more`);
  if (!Number.isInteger(step) || step < 1)
    throw new ArgumentError(`unfoldAxis: the step is ${step}; it must be an integer, 1 or more`);
  if (size > x.shape[at])
    throw new ShapeError(
      `unfoldAxis: the windows have ${size} elements, and axis ${axis} of ${show(x.shape)} has ${x.shape[at]}; they must be no longer`,
    );
  return apply(unfoldAxisOp, [x], { axis: at, size, step });
}
export const unfoldAxisOp: Op<Along> = defineOp({
  name: "unfoldAxis",
  inputs: ["x"],
  view: (x, along: Along) => [slide(x, along)],
  vjp: {
    x: ({ g }, along, [x]) => apply(foldAxisOp, [g], { ...along, length: x.shape[along.axis] }),
  },
});

/**
 * Windows added up along the axis on which they were: the adjoint of `unfoldAxis`. What meets at one element is added in
 * the order of the places in the window.
 */
export const foldAxisOp: Op<Along & { readonly length: number }> = defineOp({
  name: "foldAxis",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axis, length }: Along & { readonly length: number }) => [
    { shape: shape.slice(0, -1).with(axis, length), dtype },
  ],
  kernel: ([x], [out], along) => kernels.foldAxis(x, out, along),
  linear: ["x"],
  vjp: { x: ({ g }, { axis, size, step }) => apply(unfoldAxisOp, [g], { axis, size, step }) },
});
