/**
 * Convolutions over any number of axes, and their adjoints. Three ops, each the derivative of the others: `convolution`
 * takes a filter over an image, `convolutionInputGrad` brings a change of the output back to the image (and is the
 * transposed convolution), `convolutionWeightGrad` to the filter.
 */

import { defineOp } from "../definition.js";
import { ArgumentError, ShapeError } from "../errors.js";
import type { Op, Tensor } from "../graph.js";
import * as kernels from "../kernels/convolution/convolution.js";
import type { WindowAxis } from "../kernels/convolution/geometry.js";
import { show } from "../shape.js";
import { apply } from "../tape.js";
import {
  batched,
  type ConvolutionGeometry,
  type ConvolutionOptions,
  checkBias,
  checkGroups,
  checkOperands,
  convolutionGeometry,
} from "./convolution/operands.js";
import { add } from "./elementwise.js";
import { reshape, slice } from "./layout.js";
import { sum } from "./reductions.js";
import { type PerAxis, perAxis } from "./windows/window-axes.js";

export type { ConvolutionGeometry, ConvolutionOptions };

/** `out[n, o, r] = Σ x[n, c, r·stride + k·dilation − padding] · weight[o, c, k]` over the channels c of o's group, and k. */
export const convolutionOp: Op<ConvolutionGeometry> = defineOp({
  name: "convolution",
  inputs: ["x", "weight"],
  infer: ([x, weight], { axes }: ConvolutionGeometry) => [
    { shape: [x.shape[0], weight.shape[0], ...axes.map(({ output }) => output)], dtype: x.dtype },
  ],
  kernel: ([x, weight], [out], geometry) => kernels.convolve({ x, weight, out, ...geometry }),
  linear: ["x", "weight"],
  saves: ["x", "weight"],
  savedFor: { x: ["weight"], weight: ["x"] },
  vjp: {
    x: ({ g, weight }, geometry) => apply(convolutionInputGradOp, [g, weight], geometry),
    weight: ({ g, x }, geometry) => apply(convolutionWeightGradOp, [g, x], geometry),
  },
});

/** `convolution`, and a bias [G·O] added to each channel of the output while it is near. */
export const biasedConvolutionOp: Op<ConvolutionGeometry> = defineOp({
  name: "biasedConvolution",
  inputs: ["x", "weight", "bias"],
  infer: ([x, weight], geometry: ConvolutionGeometry) => convolutionOp.infer([x, weight], geometry),
  kernel: ([x, weight, bias], [out], geometry) => kernels.convolve({ x, weight, bias, out, ...geometry }),
  saves: ["x", "weight"],
  savedFor: { x: ["weight"], weight: ["x"], bias: [] },
  vjp: {
    x: ({ g, weight }, geometry) => apply(convolutionInputGradOp, [g, weight], geometry),
    weight: ({ g, x }, geometry) => apply(convolutionWeightGradOp, [g, x], geometry),
    bias: ({ g }) => sum(g, { axis: g.shape.map((_, i) => i).filter((i) => i !== 1) }),
  },
  jvp: {
    x: ({ t, weight }, geometry) => apply(convolutionOp, [t, weight], geometry),
    weight: ({ t, x }, geometry) => apply(convolutionOp, [x, t], geometry),
    bias: ({ t }, { axes }) => alongChannels(t, axes.length),
  },
});

/** The adjoint of `convolution` in x: from [N, G·O, ...output] back to [N, G·C, ...input]. */
export const convolutionInputGradOp: Op<ConvolutionGeometry> = defineOp({
  name: "convolutionInputGrad",
  inputs: ["x", "weight"],
  infer: ([x, weight], { axes, groups }: ConvolutionGeometry) => [
    { shape: [x.shape[0], weight.shape[1] * groups, ...axes.map(({ input }) => input)], dtype: x.dtype },
  ],
  kernel: ([x, weight], [out], geometry) => kernels.convolveInput({ x: out, weight, out: x, ...geometry }),
  linear: ["x", "weight"],
  saves: ["x", "weight"],
  savedFor: { x: ["weight"], weight: ["x"] },
  vjp: {
    x: ({ g, weight }, geometry) => apply(convolutionOp, [g, weight], geometry),
    weight: ({ g, x }, geometry) => apply(convolutionWeightGradOp, [x, g], geometry),
  },
});

/** The adjoint of `convolution` in the weight: from [N, G·O, ...output] and x to [G·O, C, ...kernel]. */
export const convolutionWeightGradOp: Op<ConvolutionGeometry> = defineOp({
  name: "convolutionWeightGrad",
  inputs: ["y", "x"],
  infer: ([y, x], { axes, groups }: ConvolutionGeometry) => [
    { shape: [y.shape[1], x.shape[1] / groups, ...axes.map(({ kernel }) => kernel)], dtype: x.dtype },
  ],
  kernel: ([y, x], [out], geometry) => kernels.convolveWeight({ x, weight: out, out: y, ...geometry }),
  linear: ["y", "x"],
  saves: ["y", "x"],
  savedFor: { y: ["x"], x: ["y"] },
  vjp: {
    y: ({ g, x }, geometry) => apply(convolutionOp, [x, g], geometry),
    x: ({ g, y }, geometry) => apply(convolutionInputGradOp, [y, g], geometry),
  },
});

/** A number for each channel, to be added to images with so many axes. */
function alongChannels(bias: Tensor, space: number): Tensor {
  return reshape(bias, [-1, ...new Array<number>(space).fill(1)]);
}

function convolve(
  name: string,
  space: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  options: ConvolutionOptions,
): Tensor {
  const geometry = convolutionGeometry(name, space, x, weight, bias, options);
  return batched(x, space, (images) =>
    bias === undefined
      ? apply(convolutionOp, [images, weight], geometry)
      : apply(biasedConvolutionOp, [images, weight, bias], geometry),
  );
}

/** The options of transposed convolutions. */
export interface TransposedConvolutionOptions {
  /** Elements of the output from one element of the input to the next, 1 by default. */
  readonly stride?: PerAxis;
  /** So many elements are left out at both ends of each axis of the output, none by default. */
  readonly padding?: PerAxis;
  /** So many elements more at the end of each axis of the output, less than the stride or the dilation; none by default. */
  readonly outputPadding?: PerAxis;
  /** From tap to tap, 1 by default. */
  readonly dilation?: PerAxis;
  /** Input and output channels are split into so many groups, which do not see one another; 1 by default. */
  readonly groups?: number;
}

function convolveTransposed(
  name: string,
  space: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1 }: TransposedConvolutionOptions,
): Tensor {
  checkOperands(name, space, x, weight);
  const channels = x.shape.at(-space - 1)!;
  checkGroups(name, groups, x.shape, weight.shape, channels);
  if (weight.shape[0] !== channels)
    throw new ShapeError(
      `${name}: x is ${show(x.shape)} with ${channels} channels, the weight is ${show(weight.shape)} for ${weight.shape[0]}; both must be the same`,
    );
  checkBias(name, bias, weight, weight.shape[1] * groups);
  const kernel = weight.shape.slice(2);
  const steps = perAxis(name, "stride", stride, space, 1);
  const cropped = perAxis(name, "padding", padding, space, 0);
  const holes = perAxis(name, "dilation", dilation, space, 1);
  const more = perAxis(name, "output padding", outputPadding, space, 0);
  const axes = x.shape.slice(-space).map((length, i): WindowAxis => {
    if (more[i] >= Math.max(steps[i], holes[i]))
      throw new ArgumentError(
        `${name}: along axis ${i - space} the output padding is ${more[i]}, the stride ${steps[i]} and the dilation ${holes[i]}; the output padding must be less than one of the others`,
      );
    const size = (length - 1) * steps[i] - 2 * cropped[i] + holes[i] * (kernel[i] - 1) + more[i] + 1;
    if (size < 1)
      throw new ShapeError(
        `${name}: nothing is left along axis ${i - space}: the output would have ${size} elements, for an input of ${length}, a kernel of ${kernel[i]}, stride ${steps[i]}, padding ${cropped[i]}, dilation ${holes[i]}; x is ${show(x.shape)}, the weight ${show(weight.shape)}: use less padding`,
      );
    return {
      input: size,
      kernel: kernel[i],
      output: length,
      stride: steps[i],
      dilation: holes[i],
      padding: cropped[i],
    };
  });
  return batched(x, space, (images) => {
    const out = apply(convolutionInputGradOp, [images, weight], { axes, groups });
    return bias === undefined ? out : add(out, alongChannels(bias, space));
  });
}

/** The kernel backwards along each axis. */
function flipped(weight: Tensor): Tensor {
  let result = weight;
  for (let axis = 2; axis < weight.rank; axis++) result = slice(result, { axis, step: -1 });
  return result;
}

// The public functions

/**
 * The cross-correlation that deep learning calls a convolution, over one axis:
 * `out[n, o, r] = bias[o] + Σ x[n, c, r·stride + k·dilation − padding] · weight[o, c, k]`, summed over the taps k and the
 * channels c of o's group; what lies outside of x is zero. {@link convolve1d} is the convolution of mathematics.
 *
 * @param x [N, C, L] or [C, L]; float32, float64 or int32
 * @param weight [O, C/groups, K], of the same dtype
 * @param bias [O], or left out
 * @param options `stride`, `padding`, `dilation`, `groups`
 * @returns [N, O, L'] or [O, L'] with `L' = floor((L + 2·padding − dilation·(K − 1) − 1) / stride) + 1`
 * @throws ShapeError if the operands do not fit one another or the kernel the padded input, DTypeError if the dtypes
 *   differ, ArgumentError for options that are no such integers
 */
export function conv1d(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  return convolve("conv1d", 1, x, weight, bias, options);
}

/**
 * The cross-correlation that deep learning calls a convolution, over two axes; see {@link conv1d}.
 *
 * @param x [N, C, H, W] or [C, H, W]; float32, float64 or int32
 * @param weight [O, C/groups, KH, KW], of the same dtype
 * @param bias [O], or left out
 * @param options `stride`, `padding`, `dilation`: one number, or one for each axis; `groups`
 * @returns [N, O, H', W'] or [O, H', W']
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  return convolve("conv2d", 2, x, weight, bias, options);
}

/**
 * The cross-correlation that deep learning calls a convolution, over three axes; see {@link conv1d}.
 *
 * @param x [N, C, D, H, W] or [C, D, H, W]; float32, float64 or int32
 * @param weight [O, C/groups, KD, KH, KW], of the same dtype
 * @param bias [O], or left out
 * @param options `stride`, `padding`, `dilation`: one number, or one for each axis; `groups`
 * @returns [N, O, D', H', W'] or [O, D', H', W']
 */
export function conv3d(x: Tensor, weight: Tensor, bias?: Tensor, options: ConvolutionOptions = {}): Tensor {
  return convolve("conv3d", 3, x, weight, bias, options);
}

/**
 * The transposed convolution over one axis: the adjoint of {@link conv1d}, which spreads each element of x over a window
 * of the output. `out[n, o, r·stride + k·dilation − padding] += x[n, c, r] · weight[c, o, k]`, and the bias is added.
 *
 * @param x [N, C, L] or [C, L]; float32, float64 or int32
 * @param weight [C, O/groups, K], of the same dtype
 * @param bias [O], or left out
 * @param options `stride`, `padding`, `outputPadding`, `dilation`, `groups`
 * @returns [N, O, L'] or [O, L'] with `L' = (L − 1)·stride − 2·padding + dilation·(K − 1) + outputPadding + 1`
 * @throws ShapeError if the operands do not fit one another or nothing is left of the output, DTypeError if the dtypes
 *   differ, ArgumentError for options that are no such integers
 */
export function convTranspose1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: TransposedConvolutionOptions = {},
): Tensor {
  return convolveTransposed("convTranspose1d", 1, x, weight, bias, options);
}

/**
 * The transposed convolution over two axes; see {@link convTranspose1d}.
 *
 * @param x [N, C, H, W] or [C, H, W]; float32, float64 or int32
 * @param weight [C, O/groups, KH, KW], of the same dtype
 * @param bias [O], or left out
 * @param options `stride`, `padding`, `outputPadding`, `dilation`: one number, or one for each axis; `groups`
 * @returns [N, O, H', W'] or [O, H', W']
 */
export function convTranspose2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: TransposedConvolutionOptions = {},
): Tensor {
  return convolveTransposed("convTranspose2d", 2, x, weight, bias, options);
}

/**
 * The transposed convolution over three axes; see {@link convTranspose1d}.
 *
 * @param x [N, C, D, H, W] or [C, D, H, W]; float32, float64 or int32
 * @param weight [C, O/groups, KD, KH, KW], of the same dtype
 * @param bias [O], or left out
 * @param options `stride`, `padding`, `outputPadding`, `dilation`: one number, or one for each axis; `groups`
 * @returns [N, O, D', H', W'] or [O, D', H', W']
 */
export function convTranspose3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: TransposedConvolutionOptions = {},
): Tensor {
  return convolveTransposed("convTranspose3d", 3, x, weight, bias, options);
}

/**
 * The convolution of mathematics and signal processing over one axis, in which the kernel runs backwards:
 * `out[n, o, r] = bias[o] + Σ x[n, c, r·stride + (K − 1 − k)·dilation − padding] · weight[o, c, k]`. With a padding of
 * `K − 1` it is the full convolution, which has `L + K − 1` elements. Operands and options as of {@link conv1d}.
 */
export function convolve1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionOptions = {},
): Tensor {
  checkOperands("convolve1d", 1, x, weight);
  return convolve("convolve1d", 1, x, flipped(weight), bias, options);
}

/** The convolution of mathematics over two axes, in which the kernel runs backwards; see {@link convolve1d} and {@link conv2d}. */
export function convolve2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionOptions = {},
): Tensor {
  checkOperands("convolve2d", 2, x, weight);
  return convolve("convolve2d", 2, x, flipped(weight), bias, options);
}

/** The convolution of mathematics over three axes, in which the kernel runs backwards; see {@link convolve1d} and {@link conv3d}. */
export function convolve3d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: ConvolutionOptions = {},
): Tensor {
  checkOperands("convolve3d", 3, x, weight);
  return convolve("convolve3d", 3, x, flipped(weight), bias, options);
}
