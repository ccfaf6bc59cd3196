/**
 * Locally connected layers: a convolution whose weights are not shared, so that each place of the output has its own.
 *
 * Their layout is Torch7's (SpatialConvolutionLocal): the places first, and at each of them the weight of a
 * convolution, `[H', W', O, C, KH, KW]`; the bias `[O, H', W']` is like the output. Keras (LocallyConnected2D) has
 * `[H'·W', KH·KW·C, O]` for it, which is this with [KH, KW, C, O] at each place, and the bias `[H', W', O]`.
 *
 * Such a layer has more weights than its image has elements, each used once for an image. So the windows are copied out
 * of the image, and each place is a matrix product: that takes no more memory than the weights do.
 */
import { isFloat } from "../dtype.js";
import { DTypeError, ShapeError } from "../errors.js";
import type { Tensor } from "../graph.js";
import { sameShape, show, sizeOf } from "../shape.js";
import { apply } from "../tape.js";
import { matmul } from "./contraction.js";
import { batched, type ConvolutionOptions, convolutionAxes } from "./convolution/operands.js";
import { add } from "./elementwise.js";
import { permute, reshape, transpose } from "./layout.js";
import { unfoldOp } from "./windows.js";

/** The options of locally connected convolutions: there are no groups. */
export type LocalConvolutionOptions = Omit<ConvolutionOptions, "groups">;

/**
 * A convolution with weights of its own at each place t:
 * `out[n, o, t] = bias[o, t] + Σ_c Σ_k x[n, c, stride·t + dilation·k − padding]·weight[t, o, c, k]`.
 *
 * @param x [N, C, L] or [C, L]
 * @param weight [L', O, C, K] with L' = ⌊(L + 2·padding − dilation·(K − 1) − 1) / stride⌋ + 1
 * @param bias [O, L'], or left out
 * @returns [N, O, L'] or [O, L']
 * @throws ShapeError if shapes do not fit or a window is longer than the padded axis, DTypeError if the dtypes are not
 *   one float, ArgumentError for options that are no such numbers
 */
export function localConv1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: LocalConvolutionOptions = {},
): Tensor {
  return localConvolution("localConv1d", 1, x, weight, bias, options);
}

/**
 * `localConv1d` with two axes: a convolution with weights of its own at each place.
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @param weight [H', W', O, C, KH, KW]
 * @param bias [O, H', W'], or left out
 * @returns [N, O, H', W'] or [O, H', W']
 * @throws as localConv1d
 */
export function localConv2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: LocalConvolutionOptions = {},
): Tensor {
  return localConvolution("localConv2d", 2, x, weight, bias, options);
}

function localConvolution(
  name: string,
  space: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  options: LocalConvolutionOptions,
): Tensor {
  checkOperands(name, space, x, weight, bias);
  const axes = convolutionAxes(name, x.shape.slice(-space), weight.shape.slice(space + 2), options);
  const places = axes.map(({ output }) => output);
  if (!sameShape(weight.shape.slice(0, space), places))
    throw new ShapeError(
      `${name}: x is ${show(x.shape)} and the weight is ${show(weight.shape)}; with these options there are ${show(places)} places, and the weight must begin with them`,
    );
  const outputs = weight.shape[space];
  if (bias !== undefined && !sameShape(bias.shape, [outputs, ...places]))
    throw new ShapeError(
      `${name}: the bias is ${show(bias.shape)} and the weight is ${show(weight.shape)}; the bias must be ${show([outputs, ...places])}`,
    );
  const matrices = reshape(weight, [sizeOf(places), outputs, sizeOf(weight.shape.slice(space + 1))]);
  return batched(x, space, (images) => {
    const windows = permute(apply(unfoldOp, [images], { axes }), [2, 0, 1]);
    const sums = permute(matmul(windows, transpose(matrices)), [1, 2, 0]);
    const out = reshape(sums, [images.shape[0], outputs, ...places]);
    return bias === undefined ? out : add(out, bias);
  });
}

function checkOperands(
  name: string,
  space: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
): void {
  const [image, wanted] = space === 1 ? ["L", "[L', O, C, K]"] : ["H, W", "[H', W', O, C, KH, KW]"];
  if ((x.rank !== space + 2 && x.rank !== space + 1) || weight.rank !== 2 * space + 2)
    throw new ShapeError(
      `${name}: x is ${show(x.shape)} and the weight is ${show(weight.shape)}; they must be [N, C, ${image}] or [C, ${image}] and ${wanted}`,
    );
  if (weight.shape.slice(space + 2).includes(0))
    throw new ShapeError(
      `${name}: the weight is ${show(weight.shape)}; a kernel must have at least one tap along each axis`,
    );
  const channels = x.shape.at(-space - 1)!;
  if (weight.shape[space + 1] !== channels)
    throw new ShapeError(
      `${name}: x is ${show(x.shape)} and the weight is ${show(weight.shape)}; the weight takes ${weight.shape[space + 1]} channels and x has ${channels}, which must be the same`,
    );
  for (const each of [weight, ...(bias === undefined ? [] : [bias])])
    if (each.dtype !== x.dtype || !isFloat(x.dtype))
      throw new DTypeError(
        `${name}: x is ${x.dtype} and its weight or bias is ${each.dtype}; all must be one float, convert with to()`,
      );
}
