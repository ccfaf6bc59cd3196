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
import { tensor } from "../create.js";
import { isFloat } from "../dtype.js";
import { DTypeError, ShapeError } from "../errors.js";
import type { Tensor } from "../graph.js";
import { sameShape, show, sizeOf } from "../shape.js";
import { apply } from "../tape.js";
import { matmul } from "./contraction.js";
import { add } from "./elementwise.js";
import { indexSelect } from "./indexing.js";
import { permute, placeSliceOp, reshape, squeeze, transpose, unsqueeze } from "./layout.js";
import { type WindowAxis, type WindowOptions, windowsOn } from "./local-convolution/windows.js";

/** How the windows lie. */
export type LocalConvolutionOptions = WindowOptions;

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
  const single = x.rank === space + 1;
  const images = single ? unsqueeze(x, 0) : x;
  const axes = windowsOn(name, images.shape.slice(2), weight.shape.slice(space + 2), options);
  const places = axes.map(({ windows }) => windows);
  if (!sameShape(weight.shape.slice(0, space), places))
    throw new ShapeError(
      `${name}: x is ${show(x.shape)} and the weight is ${show(weight.shape)}; with these options there are ${show(places)} places, and the weight must begin with them`,
    );
  const outputs = weight.shape[space];
  if (bias !== undefined && !sameShape(bias.shape, [outputs, ...places]))
    throw new ShapeError(
      `${name}: the bias is ${show(bias.shape)} and the weight is ${show(weight.shape)}; the bias must be ${show([outputs, ...places])}`,
    );
  const [batch] = images.shape;
  const count = sizeOf(places);
  const depth = sizeOf(weight.shape.slice(space + 1));
  const rows = transpose(reshape(windowsOf(images, axes), [batch, count, depth]), 0, 1);
  const product = matmul(rows, transpose(reshape(weight, [count, outputs, depth])));
  const sums = reshape(permute(product, [1, 2, 0]), [batch, outputs, ...places]);
  const out = bias === undefined ? sums : add(sums, bias);
  return single ? squeeze(out, 0) : out;
}

/** The elements of all windows, a row for each image: by place, then channel, then place in the window. */
function windowsOf(x: Tensor, axes: readonly WindowAxis[]): Tensor {
  const [batch, channels] = x.shape;
  const padded = axes.reduce((y, { before, size, padded: length }, i) => {
    if (length === size) return y;
    return apply(placeSliceOp, [y], { axis: i + 2, start: before, step: 1, length: size, size: length });
  }, x);
  const image = sizeOf(axes.map((axis) => axis.padded));
  const indices = windowIndices(axes, channels, image);
  return indexSelect(reshape(padded, [batch, channels * image]), tensor(indices), { axis: 1 });
}

/** Where the elements of the windows are in the padded image. */
function windowIndices(axes: readonly WindowAxis[], channels: number, image: number): Int32Array {
  let windows: readonly number[] = [0];
  let elements: readonly number[] = [0];
  for (const { padded, windows: count, stride, kernel, dilation } of axes) {
    const steps = (places: readonly number[], length: number, step: number): number[] =>
      places.flatMap((place) => Array.from({ length }, (_, i) => place * padded + i * step));
    windows = steps(windows, count, stride);
    elements = steps(elements, kernel, dilation);
  }
  const indices = new Int32Array(windows.length * channels * elements.length);
  let at = 0;
  for (const window of windows)
    for (let c = 0; c < channels; c++)
      for (const element of elements) indices[at++] = c * image + window + element;
  return indices;
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
