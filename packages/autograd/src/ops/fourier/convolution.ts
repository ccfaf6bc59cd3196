/**
 * Convolution (as neural networks have it: the kernel is not mirrored) by the Fourier transform. Its time hardly
 * depends on the size of the kernel, so it is for large ones. It is made of differentiable ops.
 */
import { isFloat } from "../../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../../errors.js";
import type { Tensor } from "../../graph.js";
import { smoothLength } from "../../kernels/fourier/plan.js";
import { type Shape, sameShape, show, sizeOf } from "../../shape.js";
import { apply } from "../../tape.js";
import { matmul } from "../contraction.js";
import { add, neg } from "../elementwise.js";
import { concat, narrow, permute, placeSliceOp, reshape, slice, stack } from "../layout.js";
import { complexConjugate, complexMul, fft, ifft, irfft, rfft } from "./transforms.js";

/** A number for each axis of the image, or one for all. */
type PerAxis = number | readonly number[];

export interface FourierConvolutionOptions {
  /** [O], added to each place. */
  readonly bias?: Tensor;
  /** Zeros before and after each axis; "valid" is none, "same" as many as keep the size. By default 0. */
  readonly padding?: PerAxis | "valid" | "same";
  /** The step from one place to the next, by default 1. All places are computed, so a larger step saves nothing. */
  readonly stride?: PerAxis;
  /** The distance of the elements of the kernel, by default 1. */
  readonly dilation?: PerAxis;
  /** Channels and outputs are in so many groups that do not meet. By default 1. */
  readonly groups?: number;
}

/** One axis of the image. */
interface Axis {
  readonly size: number;
  readonly kernel: number;
  readonly before: number;
  readonly stride: number;
  readonly dilation: number;
  /** How many places the kernel has before any are left out. */
  readonly places: number;
  /** The length of the transforms: sums that go round its end are in places that are left out. */
  readonly length: number;
}

/**
 * `out[n, o, t] = bias[o] + Σ_c Σ_k x[n, c, stride·t + dilation·k − padding]·weight[o, c, k]`, what `conv1d` computes, by
 * the Fourier transform: in time that does not depend on K.
 *
 * @param x [N, C, L]
 * @param weight [O, C / groups, K]
 * @returns [N, O, ⌊(L + 2·padding − dilation·(K − 1) − 1) / stride⌋ + 1]
 * @throws ShapeError if shapes do not fit or the kernel is longer than the padded axis, DTypeError if the dtypes are
 *   not one float, ArgumentError for options that are no such numbers
 */
export function fftConv1d(x: Tensor, weight: Tensor, options: FourierConvolutionOptions = {}): Tensor {
  return convolved("fftConv1d", 1, x, weight, options);
}

/**
 * What `conv2d` computes, by the Fourier transform: `fftConv1d` with two axes.
 *
 * @param x [N, C, H, W]
 * @param weight [O, C / groups, KH, KW]
 * @returns [N, O, H', W']
 * @throws as fftConv1d
 */
export function fftConv2d(x: Tensor, weight: Tensor, options: FourierConvolutionOptions = {}): Tensor {
  return convolved("fftConv2d", 2, x, weight, options);
}

function convolved(
  name: string,
  rank: number,
  x: Tensor,
  weight: Tensor,
  options: FourierConvolutionOptions,
): Tensor {
  const { bias, groups = 1 } = options;
  check(name, rank, x, weight, bias, groups);
  const axes = axesOf(name, x.shape.slice(2), weight.shape.slice(2), options);
  const outputs = weight.shape[0];
  const image = spectrum(
    x,
    axes.map(({ before, length }) => ({ start: before, step: 1, length })),
  );
  const kernel = spectrum(
    weight,
    axes.map(({ dilation, length }) => ({ start: 0, step: dilation, length })),
  );
  const product = summedOverChannels(image, kernel, x.shape[0], outputs, groups);
  const out = axes.reduce(
    (y, { stride }, i) => {
      return stride === 1 ? y : slice(y, { axis: i + 2, step: stride });
    },
    inverse(product, axes),
  );
  return bias === undefined ? out : add(out, reshape(bias, [outputs, ...axes.map(() => 1)]));
}

// The transforms

interface Placing {
  /** Where the first element goes. */
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

/** The transform over all axes but the first two, each put in its place amid zeros first. */
function spectrum(x: Tensor, placings: readonly Placing[]): Tensor {
  const last = placings.length - 1;
  return placings.reduceRight((y, { start, step, length }, i) => {
    const axis = i + 2;
    const placed = apply(placeSliceOp, [y], { axis, start, step, length: x.shape[axis], size: length });
    return i === last ? rfft(placed, { axis }) : fft(placed, { axis });
  }, x);
}

/** The inverse of `spectrum`, with the places that are wanted alone. */
function inverse(x: Tensor, axes: readonly Axis[]): Tensor {
  const last = axes.length - 1;
  return axes.reduce((y, { places, length }, i) => {
    const axis = i + 2;
    const back = i === last ? irfft(y, { axis, n: length }) : ifft(y, { axis });
    return narrow(back, axis, 0, places);
  }, x);
}

// The products

/**
 * `Σ_c x̂[n, c, f]·conj(ŵ[o, c, f])` for each frequency and group: a correlation of sequences is such a product of
 * their transforms.
 */
function summedOverChannels(
  x: Tensor,
  weight: Tensor,
  batch: number,
  outputs: number,
  groups: number,
): Tensor {
  const frequencies = x.shape.slice(2, -1);
  const channels = weight.shape[1];
  const count = sizeOf(frequencies);
  const perGroup = outputs / groups;
  const result = [batch, outputs, ...frequencies, 2];
  if (channels === 1) {
    const product = complexMul(
      reshape(x, [batch, groups, 1, count, 2]),
      complexConjugate(reshape(weight, [groups, perGroup, count, 2])),
    );
    return reshape(product, result);
  }
  // A matrix product for each frequency, of real numbers: a complex one is a row of two, or a block of two by two.
  const rows = permute(reshape(x, [batch, groups, channels, count, 2]), [3, 1, 0, 2, 4]);
  const [real, imaginary] = [narrow(weight, -1, 0, 1), narrow(weight, -1, 1, 1)];
  const blocks = stack(
    [concat([real, neg(imaginary)], { axis: -1 }), concat([imaginary, real], { axis: -1 })],
    {
      axis: -2,
    },
  );
  const columns = permute(reshape(blocks, [groups, perGroup, channels, count, 2, 2]), [3, 0, 2, 4, 1, 5]);
  const product = matmul(
    reshape(rows, [count, groups, batch, 2 * channels]),
    reshape(columns, [count, groups, 2 * channels, 2 * perGroup]),
  );
  const parts = permute(reshape(product, [count, groups, batch, perGroup, 2]), [2, 1, 3, 0, 4]);
  return reshape(parts, result);
}

// What the options come to

function check(
  name: string,
  rank: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  groups: number,
): void {
  const letters = rank === 1 ? ["L", "K"] : ["H, W", "KH, KW"];
  if (x.rank !== rank + 2 || weight.rank !== rank + 2)
    throw new ShapeError(
      `${name}: x is ${show(x.shape)} and the weight is ${show(weight.shape)}; they must be [N, C, ${letters[0]}] and [O, C / groups, ${letters[1]}]`,
    );
  if (!Number.isInteger(groups) || groups < 1)
    throw new ArgumentError(`${name}: groups is ${groups}; it must be an integer of at least 1`);
  const [outputs, channels] = weight.shape;
  if (x.shape[1] !== channels * groups)
    throw new ShapeError(
      `${name}: x ${show(x.shape)} has ${x.shape[1]} channels and the weight ${show(weight.shape)} takes ${channels} in each of ${groups} groups; x must have ${channels * groups}`,
    );
  if (outputs % groups !== 0)
    throw new ShapeError(
      `${name}: the weight ${show(weight.shape)} has ${outputs} outputs, which are not a multiple of the ${groups} groups`,
    );
  for (const each of [weight, ...(bias === undefined ? [] : [bias])])
    if (each.dtype !== x.dtype || !isFloat(x.dtype))
      throw new DTypeError(
        `${name}: x is ${x.dtype} and its weight or bias is ${each.dtype}; all must be one float, convert with to()`,
      );
  if (bias !== undefined && !sameShape(bias.shape, [outputs]))
    throw new ShapeError(
      `${name}: the bias is ${show(bias.shape)} and the weight is ${show(weight.shape)}; the bias must be [${outputs}]`,
    );
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
      `${name}: the ${option} is ${typeof given === "number" ? given : show(given)}; it must be an integer of at least ${least}, or ${rank} of them in a list`,
    );
  return list;
}

function axesOf(
  name: string,
  sizes: Shape,
  kernels: Shape,
  { padding = 0, stride = 1, dilation = 1 }: FourierConvolutionOptions,
): readonly Axis[] {
  const rank = sizes.length;
  const strides = perAxis(name, "stride", stride, rank, 1);
  const dilations = perAxis(name, "dilation", dilation, rank, 1);
  if (typeof padding === "string" && padding !== "valid" && padding !== "same")
    throw new ArgumentError(
      `${name}: there is no padding ${JSON.stringify(padding)}; it is a number, a list, "valid" or "same"`,
    );
  if (padding === "same" && strides.some((each) => each !== 1))
    throw new ArgumentError(
      `${name}: the stride is ${show(strides)} with padding "same", which keeps the size; only a stride of 1 does`,
    );
  const given = typeof padding === "string" ? undefined : perAxis(name, "padding", padding, rank, 0);
  return sizes.map((size, i) => {
    const kernel = kernels[i];
    const reach = dilations[i] * (kernel - 1);
    const total = padding === "same" ? reach : 2 * (given?.[i] ?? 0);
    if (kernel < 1 || size + total <= reach)
      throw new ShapeError(
        `${name}: the kernel takes ${reach + 1} elements along axis ${i + 2} and x, with its padding, has ${size + total}: x is ${show(sizes)} and the kernel ${show(kernels)}; it must fit, and not be empty`,
      );
    return {
      size,
      kernel,
      // Where it cannot be the same on both sides, PyTorch puts the odd one behind.
      before: Math.floor(total / 2),
      stride: strides[i],
      dilation: dilations[i],
      places: size + total - reach,
      // Even, because the transform of an even number of real ones is half of the work.
      length: 2 * smoothLength(Math.ceil((size + total) / 2)),
    };
  });
}
