/**
 * The mean, the variance and the standardised numbers of a view over axes.
 *
 * Twice over the numbers, so that a large mean costs no digits: the mean is their sum in the order of reduce.ts, in
 * float64, divided by their count; deviations from it are computed in float64 and rounded to the dtype; the variance is
 * the sum of their squares in the order of reduce.ts, in float64, divided by the count.
 */
import { type FloatDType, isFloat } from "../dtype.js";
import { internal } from "../errors.js";
import { difference, type Expression, input, product } from "../expression/expression.js";
import type { NumberType } from "../expression/primitives.js";
import { sizeOf } from "../shape.js";
import { allocateView, type View } from "../storage.js";
import { ElementwiseKernel } from "./elementwise.js";
import { sum, sumOfSquares } from "./reduce.js";

function pair(root: Expression, type: NumberType, dtype: FloatDType, other: FloatDType): ElementwiseKernel {
  return new ElementwiseKernel({
    roots: [root],
    type,
    inputs: [dtype, other],
    outputs: [dtype],
    masks: [false, false],
  });
}

const deviation = difference(input(0), input(1));
const scaled = product(input(0), input(1));

const kernels: Readonly<
  Record<FloatDType, { readonly center: ElementwiseKernel; readonly scale: ElementwiseKernel }>
> = {
  float32: {
    center: pair(deviation, "f64", "float32", "float64"),
    scale: pair(scaled, "f32", "float32", "float32"),
  },
  float64: {
    center: pair(deviation, "f64", "float64", "float64"),
    scale: pair(scaled, "f64", "float64", "float64"),
  },
};

/**
 * `(x − mean) / √(variance + eps)`, with the mean and the biased variance over `axes`, rising.
 *
 * @param x float32 or float64
 * @param out dense, of the shape and dtype of `x`
 * @param mean dense, of the dtype of `x`, with places of length 1 for `axes`
 * @param variance as `mean`
 */
export function standardize(
  x: View,
  out: View,
  mean: View,
  variance: View,
  axes: readonly number[],
  eps: number,
): void {
  const { dtype } = x.data;
  if (!isFloat(dtype)) throw internal(`standardize of ${dtype}`);
  const { center, scale } = kernels[dtype];
  const results = sizeOf(mean.shape);
  const count = sizeOf(axes.map((axis) => x.shape[axis]));
  // The sums come in float64, and are rounded only where they are handed out.
  const sums = allocateView("float64", mean.shape);
  sum(x, sums, axes);
  write(sums, results, (total) => total / count, [sums, mean]);
  center.run([x, sums], [out]);
  sumOfSquares(out, sums, axes);
  write(sums, results, (total) => total / count, [sums, variance]);
  const factors = allocateView(dtype, mean.shape);
  write(sums, results, (each) => 1 / Math.sqrt(each + eps), [factors]);
  scale.run([out, factors], [out]);
}

/** Writes what `make` makes of each number of the first view to all of `targets`, dense like it. */
function write(from: View, size: number, make: (each: number) => number, targets: readonly View[]): void {
  const source = from.data.data;
  const arrays = targets.map(({ data, offset }) => ({ numbers: data.writable, offset }));
  for (let i = 0; i < size; i++) {
    const value = make(source[from.offset + i]);
    for (const { numbers, offset } of arrays) numbers[offset + i] = value;
  }
}
