/**
 * The discrete Fourier transform, of any length.
 *
 * Tensors are real, so a complex one is a real tensor with a last axis of 2: the real part, then the imaginary one
 * (PyTorch's `view_as_real`). That way it is one value, which scales, adds and is summed over its other axes as it is;
 * `select(X, 0, { axis: -1 })` is its real part. Options that name an axis do not count the axis of the parts: −1 is
 * the one before it.
 *
 * Of a real sequence the frequencies k and n − k are conjugate, and only the ⌊n/2⌋ + 1 first are kept. Everything is
 * computed in float64 and rounded once. A sum over n numbers takes n log n steps, for prime n too.
 */

import { defineOp } from "../../definition.js";
import { ArgumentError, ShapeError } from "../../errors.js";
import type { Op, Spec, Tensor } from "../../graph.js";
import * as kernels from "../../kernels/fourier/transforms.js";
import { normalizeAxis, normalizeEach, type Shape, show } from "../../shape.js";
import { apply } from "../../tape.js";
import { floating } from "../elementwise/floating.js";
import { add, mul, neg } from "../elementwise.js";
import { concat, narrow, placeSliceOp } from "../layout.js";

/**
 * Where the factor 1/n of a transform and its inverse is: "backward" in the inverse, "forward" in the transform,
 * "ortho" as 1/√n in both, which makes them keep lengths.
 */
export type FourierNorm = "backward" | "forward" | "ortho";

export interface FourierOptions {
  /** The length of the sequence: a longer one is cut, a shorter one continued by zeros. By default as it is. */
  readonly n?: number;
  /** By default the last. The axis of real and imaginary parts is not counted. */
  readonly axis?: number;
  /** By default "backward". */
  readonly norm?: FourierNorm;
}

export interface FourierAxesOptions {
  /** The length for each of the axes. By default as they are. */
  readonly shape?: Shape;
  /** By default all, or with `shape` as many of the last. The axis of real and imaginary parts is not counted. */
  readonly axis?: number | readonly number[];
  /** By default "backward". */
  readonly norm?: FourierNorm;
}

// What the options come to

/** The shape of a complex tensor without the axis of its parts. */
function complexShape(name: string, { shape }: Spec): Shape {
  if (shape.at(-1) !== 2)
    throw new ShapeError(
      `${name}: ${show(shape)} is not complex; its last axis must have length 2, for real and imaginary parts`,
    );
  return shape.slice(0, -1);
}

function axisOf(name: string, shape: Shape, axis: number): number {
  return normalizeAxis(name, axis, shape.length, shape);
}

function checkedLength(name: string, n: number, shape: Shape, axis: number): number {
  if (!Number.isInteger(n) || n < 1)
    throw new ArgumentError(
      `${name}: the length n along axis ${axis} of ${show(shape)} is ${n}; it must be an integer of at least 1`,
    );
  return n;
}

function scaleOf(name: string, norm: FourierNorm, n: number, isInverse: boolean): number {
  switch (norm) {
    case "backward":
      return isInverse ? 1 / n : 1;
    case "forward":
      return isInverse ? 1 : 1 / n;
    case "ortho":
      return 1 / Math.sqrt(n);
    default:
      throw new ArgumentError(
        `${name}: there is no norm ${JSON.stringify(norm)}; it is "backward", "forward" or "ortho"`,
      );
  }
}

/** `x` cut to `length` along an axis, or continued by zeros. */
function resized(x: Tensor, axis: number, length: number): Tensor {
  const had = x.shape[axis];
  if (had === length) return x;
  if (had > length) return narrow(x, axis, 0, length);
  return apply(placeSliceOp, [x], { axis, start: 0, step: 1, length: had, size: length });
}

// Complex sequences

interface ComplexTransform {
  readonly axis: number;
  readonly inverse: boolean;
  readonly scale: number;
}

/**
 * The Fourier transform `X_k = Σ_j x_j·e^(−2πi·jk/n)` of complex sequences.
 *
 * @param x [..., 2]
 * @returns [..., 2], with n elements along the axis
 * @throws ShapeError if the last axis is not 2 or there is no such axis, ArgumentError if n is less than 1
 */
export function fft(x: Tensor, options: FourierOptions = {}): Tensor {
  return transformed("fft", x, options);
}

/** The inverse of `fft`: `x_j = 1/n·Σ_k X_k·e^(2πi·jk/n)`. Takes and returns what `fft` does. */
export function ifft(x: Tensor, options: FourierOptions = {}): Tensor {
  return transformed("ifft", x, options);
}

function transformed(
  name: "fft" | "ifft",
  x: Tensor,
  { n, axis = -1, norm = "backward" }: FourierOptions,
): Tensor {
  const shape = complexShape(name, x);
  const at = axisOf(name, shape, axis);
  const length = checkedLength(name, n ?? shape[at], shape, at);
  const inverse = name === "ifft";
  return apply(fftOp, [resized(floating(x), at, length)], {
    axis: at,
    inverse,
    scale: scaleOf(name, norm, length, inverse),
  });
}

// The matrix of a transform is symmetric, so its adjoint is its conjugate: the transform with the other sign.
export const fftOp: Op<ComplexTransform> = defineOp({
  name: "fft",
  inputs: ["x"],
  infer: ([x]) => [x],
  kernel: ([x], [out], options: ComplexTransform) => kernels.complexTransform(x, out, options),
  linear: ["x"],
  vjp: { x: ({ g }, options) => apply(fftOp, [g], { ...options, inverse: !options.inverse }) },
});

// Real sequences

interface RealTransform {
  readonly axis: number;
  readonly n: number;
  readonly scale: number;
  readonly weight: number;
}

/**
 * The Fourier transform `X_k = Σ_j x_j·e^(−2πi·jk/n)` of real sequences, for k from 0 to ⌊n/2⌋.
 *
 * @param x any shape
 * @returns the shape of x with ⌊n/2⌋ + 1 elements along the axis, and a further axis of 2 at the end
 * @throws ShapeError if there is no such axis, ArgumentError if n is less than 1
 */
export function rfft(x: Tensor, { n, axis = -1, norm = "backward" }: FourierOptions = {}): Tensor {
  const at = axisOf("rfft", x.shape, axis);
  const length = checkedLength("rfft", n ?? x.shape[at], x.shape, at);
  const scale = scaleOf("rfft", norm, length, false);
  return apply(rfftOp, [resized(floating(x), at, length)], { axis: at, n: length, scale, weight: 1 });
}

// The two are each other's adjoint with the same options. A real sequence's frequencies k and n − k are conjugate: the
// inverse counts those that are kept twice (a weight of 2), the adjoint of the transform once.
export const rfftOp: Op<RealTransform> = defineOp({
  name: "rfft",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axis, n }: RealTransform) => [
    { shape: [...shape.with(axis, Math.floor(n / 2) + 1), 2], dtype },
  ],
  kernel: ([x], [out], options) => kernels.realTransform(x, out, options),
  linear: ["x"],
  vjp: { x: ({ g }, options) => apply(irfftOp, [g], options) },
});

/**
 * The inverse of `rfft`: `x_j = 1/n·Σ_k X_k·e^(2πi·jk/n)` over all n frequencies, where those beyond n/2 are the
 * conjugates of those that are given. Imaginary parts at k = 0 and, for even n, at k = n/2 are not looked at.
 *
 * @param x [..., 2]; ⌊n/2⌋ + 1 elements along the axis are used, zeros taken for those that are not there
 * @param options `n` is the length of the result; by default 2(K − 1) for K elements, which is never odd
 * @returns the shape of x with n elements along the axis, without the last axis
 * @throws ShapeError if the last axis is not 2 or there is no such axis, ArgumentError if n is less than 1
 */
export function irfft(x: Tensor, { n, axis = -1, norm = "backward" }: FourierOptions = {}): Tensor {
  const shape = complexShape("irfft", x);
  const at = axisOf("irfft", shape, axis);
  const length = checkedLength("irfft", n ?? 2 * (shape[at] - 1), shape, at);
  const half = resized(floating(x), at, Math.floor(length / 2) + 1);
  const scale = scaleOf("irfft", norm, length, true);
  return apply(irfftOp, [half], { axis: at, n: length, scale, weight: 2 });
}
export const irfftOp: Op<RealTransform> = defineOp({
  name: "irfft",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axis, n }: RealTransform) => [
    { shape: shape.slice(0, -1).with(axis, n), dtype },
  ],
  kernel: ([x], [out], options) => kernels.inverseRealTransform(x, out, options),
  linear: ["x"],
  vjp: { x: ({ g }, options) => apply(rfftOp, [g], options) },
});

// Several axes

interface AxisLength {
  readonly axis: number;
  readonly n: number | undefined;
}

/** The axes to go over, in the order given, with their lengths. */
function axesOf(
  name: string,
  from: Shape,
  { shape, axis }: FourierAxesOptions,
  least: number,
): readonly AxisLength[] {
  const rank = from.length;
  if (shape !== undefined && shape.length > rank)
    throw new ShapeError(
      `${name}: the lengths ${show(shape)} are ${shape.length}, for a tensor ${show(from)} of ${rank} axes; give one for each axis`,
    );
  const last = Array.from({ length: shape?.length ?? rank }, (_, i) => i - (shape?.length ?? rank));
  const named = axis ?? last;
  const chosen = typeof named === "number" ? [named] : named;
  const counted = normalizeEach(name, chosen, from);
  if (shape !== undefined && shape.length !== chosen.length)
    throw new ShapeError(
      `${name}: the lengths ${show(shape)} are ${shape.length} and the axes ${show(chosen)} are ${chosen.length}; give one for each axis`,
    );
  if (chosen.length < least)
    throw new ArgumentError(
      `${name}: no axis is named; at least one is needed, along which numbers are real`,
    );
  return counted.map((at, i) => ({ axis: at, n: shape?.[i] }));
}

type AxisFunction = (x: Tensor, options: FourierOptions) => Tensor;

/** `step` along each of the axes. */
function along(
  step: AxisFunction,
  x: Tensor,
  axes: readonly AxisLength[],
  { norm = "backward" }: FourierAxesOptions,
): Tensor {
  return axes.reduce((y, { axis, n }) => step(y, { axis, norm, ...(n !== undefined && { n }) }), x);
}

/** The Fourier transform of complex arrays: `fft` along several axes. */
export function fftn(x: Tensor, options: FourierAxesOptions = {}): Tensor {
  return along(fft, x, axesOf("fftn", complexShape("fftn", x), options, 0), options);
}

/** The inverse of `fftn`. */
export function ifftn(x: Tensor, options: FourierAxesOptions = {}): Tensor {
  return along(ifft, x, axesOf("ifftn", complexShape("ifftn", x), options, 0), options);
}

/**
 * The Fourier transform of real arrays: `rfft` along the last of the axes that are named, then `fft` along the others.
 *
 * @returns the shape of x with ⌊n/2⌋ + 1 elements along the last of the axes, and a further axis of 2 at the end
 */
export function rfftn(x: Tensor, options: FourierAxesOptions = {}): Tensor {
  const axes = axesOf("rfftn", x.shape, options, 1);
  return along(fft, along(rfft, x, axes.slice(-1), options), axes.slice(0, -1), options);
}

/** The inverse of `rfftn`. The last of `shape` is by default 2(K − 1) for K elements. */
export function irfftn(x: Tensor, options: FourierAxesOptions = {}): Tensor {
  const axes = axesOf("irfftn", complexShape("irfftn", x), options, 1);
  return along(irfft, along(ifft, x, axes.slice(0, -1), options), axes.slice(-1), options);
}

// Complex numbers

/**
 * The product of complex tensors: `(a + ib)(c + id) = ac − bd + i(ad + bc)`.
 *
 * @param x [..., 2]
 * @param y [..., 2]; the axes before broadcast
 * @throws ShapeError if the last axis of one is not 2, or the others do not broadcast
 */
export function complexMul(x: Tensor, y: Tensor): Tensor {
  complexShape("complexMul", x);
  const [real, imaginary] = parts("complexMul", floating(y));
  return add(mul(x, real), mul(turned(floating(x)), imaginary));
}

/** The conjugate of a complex tensor [..., 2]: `a − ib` for `a + ib`. */
export function complexConjugate(x: Tensor): Tensor {
  const [real, imaginary] = parts("complexConjugate", floating(x));
  return concat([real, neg(imaginary)], { axis: -1 });
}

/** Real and imaginary part of a complex tensor, each with a last axis of 1. */
function parts(name: string, x: Tensor): readonly [Tensor, Tensor] {
  complexShape(name, x);
  return [narrow(x, -1, 0, 1), narrow(x, -1, 1, 1)];
}

/** i times a complex tensor. */
function turned(x: Tensor): Tensor {
  const [real, imaginary] = parts("complexMul", x);
  return concat([neg(imaginary), real], { axis: -1 });
}
