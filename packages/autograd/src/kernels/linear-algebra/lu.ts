/**
 * Gaussian elimination with partial pivoting: what solve, inverse and the determinants are made of.
 *
 * **Order.** The pivot of a column is its largest element in magnitude from the diagonal down, the first of equals; the
 * multiples of its row are subtracted from the rows below one pivot after the other.
 */
import { input } from "../../expression/expression.js";
import { log } from "../../expression/functions/index.js";
import type { View } from "../../storage.js";
import { ElementwiseKernel } from "../elementwise.js";
import { eachMatrix, scaleOf, unfit } from "./matrices.js";
import { substitute } from "./triangular.js";

interface Factored {
  /** Row i of `L U` is row `order[i]` of the matrix. */
  readonly order: Int32Array;
  /** The determinant of the permutation. */
  readonly sign: number;
  /** The first pivot that is 0, or -1. */
  readonly zeroPivot: number;
}

/** Replaces a [n, n] by the L (its diagonal of ones is not stored) and the U of `P A = L U`. */
function factor(a: Float64Array, n: number): Factored {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  let sign = 1;
  let zeroPivot = -1;
  for (let k = 0; k < n; k++) {
    let at = k;
    for (let i = k + 1; i < n; i++)
      // So written, a NaN is chosen, and goes on to the result.
      if (!(Math.abs(a[i * n + k]) <= Math.abs(a[at * n + k])) && !Number.isNaN(a[at * n + k])) at = i;
    if (at !== k) {
      for (let j = 0; j < n; j++) [a[k * n + j], a[at * n + j]] = [a[at * n + j], a[k * n + j]];
      [order[k], order[at]] = [order[at], order[k]];
      sign = -sign;
    }
    const pivot = a[k * n + k];
    if (pivot === 0) {
      if (zeroPivot < 0) zeroPivot = k;
      continue;
    }
    for (let i = k + 1; i < n; i++) {
      const multiple = a[i * n + k] / pivot;
      a[i * n + k] = multiple;
      if (multiple !== 0) for (let j = k + 1; j < n; j++) a[i * n + j] -= multiple * a[k * n + j];
    }
  }
  return { order, sign, zeroPivot };
}

/** X of `A X = B`; B has the columns of X, or is the identity where there is none. */
function solveWith(name: string, a: View, b: View | null, out: View): void {
  const batch = out.shape.slice(0, -2);
  const [n, columns] = out.shape.slice(-2);
  eachMatrix(batch, b === null ? [a] : [a, b], [out], ([lu, right], [x], index) => {
    const factored = factor(lu, n);
    const { zeroPivot } = factored;
    if (zeroPivot >= 0)
      throw unfit(
        name,
        batch,
        index,
        `is singular: pivot ${zeroPivot} of ${n} is 0; it must have an inverse, use lstsq or pinverse for one that has none`,
      );
    solveFactored(lu, n, factored, right ?? null, x, columns);
  });
}

/** The solution for the right sides b [n, columns], or for those of the identity where there are none. */
function solveFactored(
  lu: Float64Array,
  n: number,
  { order }: Factored,
  b: Float64Array | null,
  x: Float64Array,
  columns: number,
): void {
  for (let i = 0; i < n; i++)
    if (b === null) x[i * n + order[i]] = 1;
    else x.set(b.subarray(order[i] * columns, (order[i] + 1) * columns), i * columns);
  substitute(lu, n, x, columns, { upper: false, unitTriangular: true });
  substitute(lu, n, x, columns, { upper: true, unitTriangular: false });
}

/**
 * X of `A X = B` over the last two axes.
 *
 * @throws LinearAlgebraError if a matrix is singular
 */
export function solve(a: View, b: View, out: View): void {
  solveWith("solve", a, b, out);
}

/**
 * The inverse over the last two axes.
 *
 * @throws LinearAlgebraError if a matrix is singular
 */
export function inverse(a: View, out: View): void {
  solveWith("inverse", a, null, out);
}

/** The determinant: the product of the pivots in order, with the sign of the permutation. */
export function det(a: View, out: View): void {
  const n = a.shape.at(-1)!;
  eachMatrix(out.shape, [a], [out], ([lu], [result]) => {
    result[0] = productOfPivots(lu, n, factor(lu, n));
  });
}

function productOfPivots(lu: Float64Array, n: number, { sign }: Factored): number {
  let product = sign;
  for (let i = 0; i < n; i++) product *= lu[i * n + i];
  return product;
}

/**
 * The cofactors, `det(A) A⁻ᵀ`, of matrices that may be singular: a pivot of 0 is taken for one at the limit of
 * precision, which goes into the determinant and out again with the inverse (G. W. Stewart, "On the adjugate matrix",
 * 1998).
 */
export function cofactors(a: View, out: View): void {
  const n = a.shape.at(-1)!;
  eachMatrix(out.shape.slice(0, -2), [a], [out], ([lu], [result]) => {
    const least = leastPivot / scaleOf(lu);
    const factored = factor(lu, n);
    for (let i = 0; i < n; i++) if (lu[i * n + i] === 0) lu[i * n + i] = least;
    const determinant = productOfPivots(lu, n, factored);
    const x = new Float64Array(n * n);
    solveFactored(lu, n, factored, null, x, n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) result[i * n + j] = determinant * x[j * n + i];
  });
}

// 2⁻⁵²
const leastPivot = 2.220446049250313e-16;

const logarithm = new ElementwiseKernel({
  roots: [log(input(0))],
  type: "f64",
  inputs: ["float64"],
  outputs: ["float64"],
  masks: [false],
});

/** The sign of the determinant, and the logarithm of its magnitude: the sum of those of the pivots, in order. */
export function slogdet(a: View, sign: View, logAbsDet: View): void {
  const n = a.shape.at(-1)!;
  eachMatrix(sign.shape, [a], [sign, logAbsDet], ([lu], [signs, logs]) => {
    let product = factor(lu, n).sign;
    for (let i = 0; i < n; i++) {
      const pivot = lu[i * n + i];
      product *= Math.sign(pivot);
      logs[0] += logarithm.scalar(Math.abs(pivot));
    }
    // No −0.
    signs[0] = product === 0 ? 0 : product;
  });
}
