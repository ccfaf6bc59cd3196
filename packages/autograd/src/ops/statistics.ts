/** Statistics over axes: products, variances, norms, truth values. `axis` and `keepDims` as in ops/reductions.ts. */
import { full } from "../create.js";
import { defineOp } from "../definition.js";
import { isFloat } from "../dtype.js";
import { ArgumentError, ShapeError } from "../errors.js";
import type { Op, Tensor } from "../graph.js";
import * as reduce from "../kernels/reduce.js";
import * as kernels from "../kernels/statistics.js";
import { inverseOrder, reducedShape, type Shape, show } from "../shape.js";
import { apply } from "../tape.js";
import { floating } from "./elementwise/floating.js";
import {
  abs,
  div,
  equal,
  logicalOr,
  isNaN as missing,
  mul,
  notEqual,
  pow,
  sign,
  sub,
  to,
  where,
} from "./elementwise.js";
import { narrow, permute, reshape } from "./layout.js";
import { aligned, countOf, type ReduceOptions, type Reduction, reduction } from "./reductions/over-axes.js";
import { mean, sum } from "./reductions.js";
import { backwards, previous } from "./scans/previous.js";
import { cumprod, linearRecurrence } from "./scans.js";

// Products

/**
 * The product. Floats are multiplied in float64; integers and bools give int32. The product of nothing is 1.
 *
 * The gradient, the product of all others, is exact with any number of zeros, and to every order: it is made of
 * cumulative products from both ends, and divides by nothing.
 *
 * @throws ShapeError if there is no such axis
 */
export function prod(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(prodOp, [x], reduction("prod", x, options));
}
export const prodOp: Op<Reduction> = defineOp({
  name: "prod",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axes, keepDims }: Reduction) => [
    { shape: reducedShape(shape, axes, keepDims), dtype: isFloat(dtype) ? dtype : "int32" },
  ],
  kernel: ([x], [out], { axes }) => reduce.prod(x, out, axes),
  saves: ["x"],
  vjp: {
    x: ({ g, x }, { axes }) => {
      const line = inOneLine(x, axes);
      const scan = { axis: line.rank - 1, reverse: false };
      const before = previous(cumprod(line, scan), scan, 1);
      const back = backwards(scan);
      const after = previous(cumprod(line, back), back, 1);
      return mul(aligned(g, x.shape, axes), fromOneLine(mul(before, after), x.shape, axes));
    },
  },
  jvp: {
    // Factor by factor, by the rule of the product of two.
    x: ({ t, x }, { axes, keepDims }) => {
      const line = inOneLine(x, axes);
      const [axis, length] = [line.rank - 1, line.shape.at(-1)!];
      if (length === 0) return sum(t, { axis: axes, keepDims });
      const before = previous(cumprod(line, { axis }), { axis, reverse: false }, 1);
      const tangents = linearRecurrence(line, mul(inOneLine(t, axes), before), { axis });
      return reshape(narrow(tangents, axis, length - 1, 1), reducedShape(x.shape, axes, keepDims));
    },
  },
});

/** The axes in an order that has `axes` last. */
function orderWithLast({ length }: Shape, axes: readonly number[]): number[] {
  const all = Array.from({ length }, (_, axis) => axis);
  return [...all.filter((axis) => !axes.includes(axis)), ...axes];
}

/** `axes` as one axis, the last. */
function inOneLine(x: Tensor, axes: readonly number[]): Tensor {
  const moved = permute(x, orderWithLast(x.shape, axes));
  return reshape(moved, [...reducedShape(x.shape, axes, false), countOf(x.shape, axes)]);
}

/** The inverse of {@link inOneLine}. */
function fromOneLine(line: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  const order = orderWithLast(shape, axes);
  const apart = reshape(
    line,
    order.map((axis) => shape[axis]),
  );
  return permute(apart, inverseOrder(order));
}

// Variances

export interface VarianceOptions extends ReduceOptions {
  /** What is taken off the number of elements before the division: 1 by default (Bessel's correction), as in PyTorch. */
  readonly correction?: number;
}

interface Variance extends Reduction {
  readonly correction: number;
}

function varianceOf(name: string, x: Tensor, options: VarianceOptions): Variance {
  const { correction = 1 } = options;
  if (!Number.isFinite(correction))
    throw new ArgumentError(`${name}: the correction is ${correction}; it must be a finite number`);
  return { ...reduction(name, x, options), correction };
}

/** What the sum of squares is divided by: the number of elements less the correction, not below 0. */
function divisorOf(shape: Shape, { axes, correction }: Variance): number {
  return Math.max(0, countOf(shape, axes) - correction);
}

/**
 * The variance `Σ (x − mean)² / (n − correction)`, in two passes: the mean in float64, then the squares of the
 * deviations from it, so that a large mean costs no accuracy. NaN where `n − correction` is 0 or less and all are equal.
 * Integers give the default float.
 *
 * @throws ShapeError if there is no such axis, ArgumentError if the correction is not finite
 */
export function variance(x: Tensor, options: VarianceOptions = {}): Tensor {
  return apply(varianceOp, [floating(x)], varianceOf("variance", x, options));
}
export const varianceOp: Op<Variance> = defineOp({
  name: "variance",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axes, keepDims }: Variance) => [
    { shape: reducedShape(shape, axes, keepDims), dtype },
  ],
  kernel: ([x], [out], options) => kernels.variance(x, out, options.axes, divisorOf(x.shape, options)),
  saves: ["x"],
  vjp: {
    x: ({ g, x }, options) => {
      const scale = div(mul(aligned(g, x.shape, options.axes), 2), divisorOf(x.shape, options));
      return mul(deviation(x, options), scale);
    },
  },
  jvp: {
    x: ({ t, x }, options) => {
      const { axes, keepDims } = options;
      const total = sum(mul(t, deviation(x, options)), { axis: axes, keepDims });
      return mul(div(total, divisorOf(x.shape, options)), 2);
    },
  },
});

function deviation(x: Tensor, { axes }: Variance): Tensor {
  return sub(x, mean(x, { axis: axes, keepDims: true }));
}

/**
 * The standard deviation: the root of the {@link variance}. Where it is 0 the gradient is 0, as in PyTorch.
 *
 * @throws ShapeError if there is no such axis, ArgumentError if the correction is not finite
 */
export function std(x: Tensor, options: VarianceOptions = {}): Tensor {
  return apply(stdOp, [floating(x)], varianceOf("std", x, options));
}
export const stdOp: Op<Variance> = defineOp({
  name: "std",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axes, keepDims }: Variance) => [
    { shape: reducedShape(shape, axes, keepDims), dtype },
  ],
  kernel: ([x], [out], options) =>
    kernels.standardDeviation(x, out, options.axes, divisorOf(x.shape, options)),
  saves: ["x", "out"],
  vjp: {
    x: ({ g, x, out }, options) => {
      const scale = div(overNorm(g, out), divisorOf(x.shape, options));
      return mul(deviation(x, options), aligned(scale, x.shape, options.axes));
    },
  },
  jvp: {
    x: ({ t, x, out }, options) => {
      const { axes, keepDims } = options;
      const total = sum(mul(t, deviation(x, options)), { axis: axes, keepDims });
      return overNorm(div(total, divisorOf(x.shape, options)), out);
    },
  },
});

/** `x / norm`, and 0 where the norm is 0. */
function overNorm(x: Tensor, norm: Tensor): Tensor {
  const zero = equal(norm, 0);
  // The unused quotient must be finite too, or its derivative would be NaN.
  return where(zero, 0, div(x, where(zero, 1, norm)));
}

// Norms

export interface NormOptions extends ReduceOptions {
  /** The exponent: any number, or ±∞. 2 by default. */
  readonly p?: number;
}

interface Norm extends Reduction {
  readonly p: number;
}

/**
 * The p-norm `(Σ |x|ᵖ)^(1/p)`; for p = ∞ the largest and for −∞ the smallest `|x|`; for p = 0 the number of elements
 * other than 0. Computed without overflow or underflow. As PyTorch's `linalg.vector_norm`; integers give the default
 * float.
 *
 * The gradient by an element that is 0 is 0, as is all of it where the norm is 0. For p = ±∞ equal elements share it,
 * for p = 0 it is 0 everywhere.
 *
 * @throws ShapeError if there is no such axis, or there is nothing to take the norm of with p below 0 or infinite;
 *   ArgumentError if p is NaN
 */
export function norm(x: Tensor, options: NormOptions = {}): Tensor {
  const { p = 2 } = options;
  if (Number.isNaN(p)) throw new ArgumentError("norm: p is NaN; it must be a number, or ±Infinity");
  return apply(normOp, [floating(x)], { ...reduction("norm", x, options), p });
}
export const normOp: Op<Norm> = defineOp({
  name: "norm",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axes, keepDims, p }: Norm) => {
    if ((p < 0 || p === Number.POSITIVE_INFINITY) && countOf(shape, axes) === 0)
      throw new ShapeError(
        `norm: ${show(shape)} is empty along the axes ${show(axes)}; there is no norm of nothing for p = ${p}`,
      );
    return [{ shape: reducedShape(shape, axes, keepDims), dtype }];
  },
  kernel: ([x], [out], { axes, p }) => kernels.norm(x, out, axes, p),
  saves: ["x", "out"],
  vjp: {
    x: ({ g, x, out }, { axes, p }) => {
      const [above, length] = [aligned(g, x.shape, axes), aligned(out, x.shape, axes)];
      if (p === 0) return full(x.shape, 0, { dtype: x.dtype });
      if (p === 1) return mul(above, sign(x));
      if (p === 2) return mul(x, overNorm(above, length));
      if (Math.abs(p) === Number.POSITIVE_INFINITY) {
        const chosen = extremes(x, length);
        return mul(mul(sign(x), chosen), div(above, sum(chosen, { axis: axes, keepDims: true })));
      }
      const flat = logicalOr(equal(x, 0), equal(length, 0));
      const ratio = div(where(flat, 1, abs(x)), where(equal(length, 0), 1, length));
      return mul(above, where(flat, 0, mul(sign(x), pow(ratio, p - 1))));
    },
  },
  jvp: {
    x: ({ t, x, out }, { axes, keepDims, p }) => {
      const over = { axis: axes, keepDims };
      if (p === 0) return [null];
      if (p === 1) return sum(mul(t, sign(x)), over);
      if (p === 2) return overNorm(sum(mul(t, x), over), out);
      const length = aligned(out, x.shape, axes);
      if (Math.abs(p) === Number.POSITIVE_INFINITY) {
        const chosen = extremes(x, length);
        return div(sum(mul(mul(chosen, t), sign(x)), over), sum(chosen, over));
      }
      // Of the ratio, because a power of x itself could overflow.
      const zero = equal(x, 0);
      const power = pow(div(where(zero, 1, abs(x)), where(equal(length, 0), 1, length)), p);
      const total = sum(where(zero, 0, mul(t, div(power, where(zero, 1, x)))), over);
      return where(equal(out, 0), 0, mul(total, out));
    },
  },
});

/** 1 where an element is as large as the extreme, or NaN. */
function extremes(x: Tensor, extreme: Tensor): Tensor {
  return to(logicalOr(equal(abs(x), extreme), missing(x)), x.dtype);
}

// Truth values

/**
 * How many elements are not 0, as int32. NaN is not 0.
 *
 * @throws ShapeError if there is no such axis
 */
export function countNonzero(x: Tensor, options: ReduceOptions = {}): Tensor {
  return countThose("countNonzero", x, options);
}

/**
 * Whether any element is not 0, as bool; false of nothing.
 *
 * @throws ShapeError if there is no such axis
 */
export function any(x: Tensor, options: ReduceOptions = {}): Tensor {
  return notEqual(countThose("any", x, options), 0);
}

/**
 * Whether all elements are not 0, as bool; true of nothing.
 *
 * @throws ShapeError if there is no such axis
 */
export function all(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axes } = reduction("all", x, options);
  return equal(countThose("all", x, options), countOf(x.shape, axes));
}

function countThose(name: string, x: Tensor, options: ReduceOptions): Tensor {
  // The shape rule of the sum would come after the comparison, and in the name of the sum.
  const { axes, keepDims } = reduction(name, x, options);
  return sum(notEqual(x, 0), { axis: axes, keepDims });
}
