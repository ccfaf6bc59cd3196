/**
 * Convolution (as neural networks have it: the kernel is not mirrored) by the Fourier transform. Its time hardly
 * depends on the size of the kernel, so it is for large ones. It is made of differentiable ops.
 */
import { isFloat } from "../../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../../errors.js";
import type { Tensor } from "../../graph.js";
import { smoothLength } from "../../kernels/fourier/plan.js";
import { sameShape, show, sizeOf } from "../../shape.js";
import { apply } from "../../tape.js";
import { matmul } from "../contraction.js";
import { add, neg } from "../elementwise.js";
import {
  concat,
  narrow,
  permute,
  placeSliceOp,
  reshape,
  slice,
  squeeze,
  stack,
  unsqueeze,
} from "../layout.js";
import { type WindowAxis, type WindowOptions, windowsOn } from "../local-convolution/windows.js";
import { complexConjugate, complexMul, fft, ifft, irfft, rfft } from "./transforms.js";

export interface FourierConvolutionOptions extends WindowOptions {
  /** Channels and outputs are in so many groups that do not meet. By default 1. */
  readonly groups?: number;
}

/**
 * `out[n, o, t] = bias[o] + Σ_c Σ_k x[n, c, stride·t + dilation·k − padding]·weight[o, c, k]`, what `conv1d` computes, by
 * the Fourier transform: in time that does not depend on K. All places are computed and a stride keeps some of them, so
 * it saves nothing.
 *
 * @param x [N, C, L] or [C, L]
 * @param weight [O, C / groups, K]
 * @param bias [O], or left out
 * @returns [N, O, L'] or [O, L'] with L' = ⌊(L + 2·padding − dilation·(K − 1) − 1) / stride⌋ + 1
 * @throws ShapeError if shapes do not fit or the kernel is longer than the padded axis, DTypeError if the dtypes are
 *   not one float, ArgumentError for options that are no such numbers
 */
export function fftConv1d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: FourierConvolutionOptions = {},
): Tensor {
  return convolved("fftConv1d", 1, x, weight, bias, options);
}

/**
 * What `conv2d` computes, by the Fourier transform: `fftConv1d` with two axes.
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @param weight [O, C / groups, KH, KW]
 * @param bias [O], or left out
 * @returns [N, O, H', W'] or [O, H', W']
 * @throws as fftConv1d
 */
export function fftConv2d(
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options: FourierConvolutionOptions = {},
): Tensor {
  return convolved("fftConv2d", 2, x, weight, bias, options);
}

function convolved(
  name: string,
  space: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  options: FourierConvolutionOptions,
): Tensor {
  const { groups = 1 } = options;
  check(name, space, x, weight, bias, groups);
  const single = x.rank === space + 1;
  const images = single ? unsqueeze(x, 0) : x;
  const axes = windowsOn(name, images.shape.slice(2), weight.shape.slice(2), options);
  const lengths = axes.map(({ padded }) => evenSmoothLength(padded));
  const [batch] = images.shape;
  const [outputs] = weight.shape;
  const image = spectrum(images, (i) => ({ start: axes[i].before, step: 1, size: lengths[i] }));
  const kernel = spectrum(weight, (i) => ({ start: 0, step: axes[i].dilation, size: lengths[i] }));
  const sums = inverse(summedOverChannels(image, kernel, { batch, outputs, groups }), axes, lengths);
  const out = bias === undefined ? sums : add(sums, reshape(bias, [outputs, ...axes.map(() => 1)]));
  return single ? squeeze(out, 0) : out;
}

/**
 * A length of at least `n`, so that sums that go round its end come to places that are left out; of small factors, and
 * even, because the transform of an even number of real numbers is half of the work.
 */
function evenSmoothLength(n: number): number {
  return 2 * smoothLength(Math.ceil(n / 2));
}

// The transforms

/** Where the elements of an axis go amid zeros. */
interface Placing {
  readonly start: number;
  readonly step: number;
  readonly size: number;
}

/** The transform over all axes but the first two, each put in its place first. */
function spectrum(x: Tensor, placing: (i: number) => Placing): Tensor {
  const { shape } = x;
  const last = shape.length - 1;
  let out = x;
  for (let axis = last; axis >= 2; axis--) {
    const placed = apply(placeSliceOp, [out], { axis, length: shape[axis], ...placing(axis - 2) });
    out = axis === last ? rfft(placed, { axis }) : fft(placed, { axis });
  }
  return out;
}

/** The inverse of `spectrum`, at the places of the windows alone. */
function inverse(x: Tensor, axes: readonly WindowAxis[], lengths: readonly number[]): Tensor {
  return axes.reduce((y, { padded, reach, stride }, i) => {
    const axis = i + 2;
    const back = i === axes.length - 1 ? irfft(y, { axis, n: lengths[i] }) : ifft(y, { axis });
    return slice(back, { axis, end: padded - reach + 1, step: stride });
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
  { batch, outputs, groups }: { readonly batch: number; readonly outputs: number; readonly groups: number },
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

function check(
  name: string,
  space: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  groups: number,
): void {
  const letters = space === 1 ? ["L", "K"] : ["H, W", "KH, KW"];
  if ((x.rank !== space + 2 && x.rank !== space + 1) || weight.rank !== space + 2)
    throw new ShapeError(
      `${name}: x is ${show(x.shape)} and the weight is ${show(weight.shape)}; they must be [N, C, ${letters[0]}] or [C, ${letters[0]}] and [O, C / groups, ${letters[1]}]`,
    );
  if (!Number.isInteger(groups) || groups < 1)
    throw new ArgumentError(`${name}: groups is ${groups}; it must be an integer of at least 1`);
  const [outputs, channels] = weight.shape;
  const found = x.shape.at(-space - 1)!;
  if (found !== channels * groups)
    throw new ShapeError(
      `${name}: x ${show(x.shape)} has ${found} channels and the weight ${show(weight.shape)} takes ${channels} in each of ${groups} groups; x must have ${channels * groups}`,
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
