/** What convolutions of all kinds have in common: the checks of their operands, and their options made whole. */
import { ArgumentError, DTypeError, ShapeError } from "../../errors.js";
import type { Tensor } from "../../graph.js";
import type { WindowAxis } from "../../kernels/convolution/geometry.js";
import { type Shape, sameShape, show } from "../../shape.js";
import { checkFactors } from "../contraction/factors.js";
import { squeeze, unsqueeze } from "../layout.js";
import {
  type PerAxis,
  perAxis,
  samePadding,
  type WindowOptions,
  windowAxes,
} from "../windows/window-axes.js";

/** How a convolution lies on its input: the same for it and for its adjoints. */
export interface ConvolutionGeometry {
  /** Of the axes of space. */
  readonly axes: readonly WindowAxis[];
  readonly groups: number;
}

export function checkOperands(name: string, space: number, x: Tensor, weight: Tensor): void {
  const axes = ["L", "H, W", "D, H, W"][space - 1];
  if (x.rank !== space + 1 && x.rank !== space + 2)
    throw new ShapeError(`${name}: x is ${show(x.shape)}; it must be [N, C, ${axes}] or [C, ${axes}]`);
  if (weight.rank !== space + 2)
    throw new ShapeError(
      `${name}: the weight is ${show(weight.shape)}; it must have ${space + 2} axes, two of channels and then those of the kernel`,
    );
  if (weight.shape.slice(2).includes(0))
    throw new ShapeError(
      `${name}: the weight is ${show(weight.shape)}; a kernel must have at least one tap along each axis`,
    );
  checkFactors(name, { x, "the weight": weight });
}

export function checkBias(name: string, bias: Tensor | undefined, weight: Tensor, channels: number): void {
  if (bias === undefined) return;
  if (!sameShape(bias.shape, [channels]))
    throw new ShapeError(
      `${name}: the bias is ${show(bias.shape)} and the weight ${show(weight.shape)}; the bias must be [${channels}], a number for each output channel`,
    );
  if (bias.dtype !== weight.dtype)
    throw new DTypeError(
      `${name}: the bias is ${bias.dtype} and the weight is ${weight.dtype}; convert one of them with to()`,
    );
}

export function checkGroups(name: string, groups: number, x: Shape, weight: Shape, channels: number): void {
  if (!Number.isInteger(groups) || groups < 1)
    throw new ArgumentError(`${name}: the number of groups is ${groups}; it must be a positive integer`);
  if (channels % groups !== 0 || weight[0] % groups !== 0)
    throw new ShapeError(
      `${name}: ${groups} groups do not divide the channels: x is ${show(x)} with ${channels}, the weight is ${show(weight)} with ${weight[0]}; groups must divide both`,
    );
}

/** Runs `body` on a batch, or on one image as a batch of one. */
export function batched(x: Tensor, space: number, body: (x: Tensor) => Tensor): Tensor {
  return x.rank === space + 2 ? body(x) : squeeze(body(unsqueeze(x, 0)), 0);
}

/** The options of convolutions. */
export interface ConvolutionOptions extends Omit<WindowOptions, "padding"> {
  /**
   * Zeros at both ends of each axis; `"valid"`, the default, is none; with `"same"` the output is as large as the input
   * (for a stride of 1): an odd number of zeros has the last one at the end.
   */
  readonly padding?: PerAxis | "same" | "valid";
  /** Input and output channels are split into so many groups, which do not see one another; 1 by default. */
  readonly groups?: number;
}

/** The windows of a kernel on an image, where the padding may be named. */
export function convolutionAxes(
  name: string,
  image: Shape,
  kernel: Shape,
  { stride = 1, padding = 0, dilation = 1 }: Omit<ConvolutionOptions, "groups">,
): WindowAxis[] {
  const space = image.length;
  const steps = perAxis(name, "stride", stride, space, 1);
  const holes = perAxis(name, "dilation", dilation, space, 1);
  if (typeof padding === "string" && padding !== "same" && padding !== "valid")
    throw new ArgumentError(
      `${name}: the padding is ${JSON.stringify(padding)}; it must be "same", "valid", a number, or one for each axis`,
    );
  const same = padding === "same" ? samePadding(name, kernel, steps, holes) : undefined;
  const before =
    same?.before ?? perAxis(name, "padding", padding === "valid" ? 0 : (padding as PerAxis), space, 0);
  return windowAxes(name, image, kernel, { stride: steps, padding: before, dilation: holes }, same?.after);
}

/** How a convolution of these operands lies, if they fit. */
export function convolutionGeometry(
  name: string,
  space: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  { groups = 1, ...options }: ConvolutionOptions,
): ConvolutionGeometry {
  checkOperands(name, space, x, weight);
  const channels = x.shape.at(-space - 1)!;
  checkGroups(name, groups, x.shape, weight.shape, channels);
  if (weight.shape[1] * groups !== channels)
    throw new ShapeError(
      `${name}: x is ${show(x.shape)} with ${channels} channels, the weight is ${show(weight.shape)} for ${weight.shape[1]} in each of ${groups} groups; x must have ${weight.shape[1] * groups}`,
    );
  checkBias(name, bias, weight, weight.shape[0]);
  return { axes: convolutionAxes(name, x.shape.slice(-space), weight.shape.slice(2), options), groups };
}
