/**
 * Convolution (as neural networks have it: the kernel is not mirrored) by the Fourier transform. Its time hardly
 * depends on the size of the kernel, so it is for large ones. It is made of differentiable ops.
 *
 * Where it was measured, it beat direct convolution from kernels of about 270 elements on with one channel of 16384, or
 * 100 with gradients; of 130 with 16 channels; and from 21 × 21 on, or 11 × 11 with gradients, for one channel of
 * 128 × 128. Many channels make it worse, because each of their O·C kernels is transformed.
 */
import { DTypeError } from "../../errors.js";
import type { Tensor } from "../../graph.js";
import { reachOf, type WindowAxis } from "../../kernels/convolution/geometry.js";
import { smoothLength } from "../../kernels/fourier/plan.js";
import { type Shape, sizeOf } from "../../shape.js";
import { apply } from "../../tape.js";
import { matmul } from "../contraction.js";
import { batched, type ConvolutionOptions, convolutionGeometry } from "../convolution/operands.js";
import { add, sub } from "../elementwise.js";
import { permute, placeSliceOp, reshape, select, slice, stack } from "../layout.js";
import { complexConjugate, complexMul, fft, ifft, irfft, rfft } from "./transforms.js";

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
  options: ConvolutionOptions = {},
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
  options: ConvolutionOptions = {},
): Tensor {
  return convolved("fftConv2d", 2, x, weight, bias, options);
}

function convolved(
  name: string,
  space: number,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  options: ConvolutionOptions,
): Tensor {
  const { axes, groups } = convolutionGeometry(name, space, x, weight, bias, options);
  if (x.dtype === "int32")
    throw new DTypeError(
      `${name}: x and the weight are int32; a Fourier transform rounds, convert both with to("float32") or use ${name.replace("fftC", "c")}`,
    );
  return batched(x, space, (images) => {
    const lengths = axes.map(transformLength);
    const image = spectrum(images, (i) => ({ start: axes[i].padding, step: 1, size: lengths[i] }));
    const kernel = spectrum(weight, (i) => ({ start: 0, step: axes[i].dilation, size: lengths[i] }));
    const out = inverse(summedOverChannels(image, kernel, groups), axes, lengths);
    return bias === undefined ? out : add(out, reshape(bias, [-1, ...axes.map(() => 1)]));
  });
}

/**
 * A length for the padded axis, so that sums that go round its end come to places that are left out; of small factors,
 * and even, because the transform of an even number of real numbers is half of the work.
 */
function transformLength(axis: WindowAxis): number {
  return 2 * smoothLength(Math.ceil(Math.max(reachOf(axis), axis.padding + axis.input) / 2));
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
  return axes.reduce((y, { output, stride }, i) => {
    const axis = i + 2;
    const back = i === axes.length - 1 ? irfft(y, { axis, n: lengths[i] }) : ifft(y, { axis });
    return slice(back, { axis, end: (output - 1) * stride + 1, step: stride });
  }, x);
}

// The products

/**
 * `Σ_c x̂[n, c, f]·conj(ŵ[o, c, f])` for each frequency and group: a correlation of sequences is such a product of
 * their transforms.
 */
function summedOverChannels(x: Tensor, weight: Tensor, groups: number): Tensor {
  const [batch] = x.shape;
  const [outputs, channels] = weight.shape;
  const frequencies = x.shape.slice(2, -1);
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
  // A matrix product for each frequency: four of real numbers, of views that move nothing.
  const rows = [batch, groups, channels, count];
  const [a, b] = [0, 1].map((part) => permute(partOf(x, part, rows), [3, 1, 0, 2]));
  const columns = [groups, perGroup, channels, count];
  const [c, d] = [0, 1].map((part) => permute(partOf(weight, part, columns), [3, 0, 2, 1]));
  const real = add(matmul(a, c), matmul(b, d));
  const imaginary = sub(matmul(b, c), matmul(a, d));
  return reshape(permute(stack([real, imaginary]), [3, 2, 4, 1, 0]), result);
}

/** The real part (0) or the imaginary one (1), read as a shape. */
function partOf(x: Tensor, part: number, shape: Shape): Tensor {
  return reshape(select(x, part, { axis: -1 }), shape);
}
