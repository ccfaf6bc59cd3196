/**
 * The spectral radius by repeated squaring, and its derivative from the last of the powers.
 *
 * With `k = 2^iterations`, `A^k` divided by its largest element is, but for rounding, nothing outside of the dominant
 * subspace: that of the M eigenvalues of the largest magnitude ρ, which differ by less than about 1/k. Columns X and rows
 * Y of the power span it from both sides, and A is `X (YX)⁻¹ (Y A X) (YX)⁻¹ Y` there. So the product of the M values is
 * `det(Y A X) / det(YX)`, of magnitude `ρ^M`, and with Jacobi's formula
 *
 *     dρ = ρ/M tr((Y A X)⁻¹ Y dA X) = Σ slope ∘ dA,   slope = ρ/M (X (Y A X)⁻¹ Y)ᵀ.
 *
 * For one real value λ that is `sign(λ)` times the transposed projector on its eigenvector, and for a complex pair
 * `(tr(AP) P − AP)ᵀ / 2ρ` with the projector P on its plane.
 *
 * **Order.** Each matrix by itself in float64: copied row by row, then divided by its largest element and squared by
 * matmul, again and again; the logarithm of ρ is the sum of those of the largest elements, each halved once more. X and Y
 * are chosen by Gaussian elimination with complete pivoting, the first of equals; all products are matmul's.
 */

import { input } from "../../expression/expression.js";
import { exp, log } from "../../expression/functions/index.js";
import { denseView, Storage, type View } from "../../storage.js";
import { ElementwiseKernel } from "../elementwise.js";
import { matmul } from "../matmul/matmul.js";
import { inverse, slogdet } from "./lu.js";
import { allFinite, eachMatrix, scaleOf, transposed } from "./matrices.js";

const scalarOf = (f: typeof log): ElementwiseKernel =>
  new ElementwiseKernel({
    roots: [f(input(0))],
    type: "f64",
    inputs: ["float64"],
    outputs: ["float64"],
    masks: [false],
  });
const logarithm = scalarOf(log);
const exponential = scalarOf(exp);

/** Pivots below this count as 0: what is left outside of the dominant subspace, or of rounding. */
const smallestPivot = 1e-8;
/** By how much the logarithms of the radius found by squaring and of that in the subspace may differ. */
const agreement = 1e-5;
/** Where the slope is steeper, the eigenvectors of the dominant value are parallel but for rounding. */
const steepest = 1e12;

/**
 * The spectral radius [...] of each matrix [..., N, N], and its slope [..., N, N]; the slope is NaN where the dominant
 * subspace was not found, and the radius as well where a number is not finite.
 */
export function spectralRadius(
  a: View,
  radius: View,
  slope: View,
  { iterations }: { readonly iterations: number },
): void {
  const n = a.shape.at(-1)!;
  if (n === 0) return;
  const power = scratch(n, n);
  const scaled = scratch(n, n);
  eachMatrix(a.shape.slice(0, -2), [a], [radius, slope], ([given], [result, slopes]) => {
    if (!allFinite(given)) {
      result[0] = Number.NaN;
      slopes.fill(Number.NaN);
      return;
    }
    power.data.writable.set(given);
    const logRadius = squared(power, scaled, iterations);
    result[0] = exponential.scalar(logRadius);
    if (logRadius === Number.NEGATIVE_INFINITY) return;
    // The slope is the same for multiples of the matrix, and their products neither overflow nor vanish.
    const scale = scaleOf(given);
    for (let i = 0; i < given.length; i++) given[i] *= scale;
    const logScaled = logRadius + logarithm.scalar(scale);
    if (!fillSlope(slopes, viewOf(given, n, n), scaled, logScaled)) slopes.fill(Number.NaN);
  });
}

/** Squares `power` again and again, leaves the last power in `scaled`, and returns the logarithm of the radius. */
function squared(power: View, scaled: View, iterations: number): number {
  let logRadius = 0;
  for (let i = 0, share = 1; i < iterations; i++, share /= 2) {
    const largest = divideByLargest(power, scaled);
    logRadius += logarithm.scalar(largest) * share;
    // A power that is 0 stays so.
    if (largest === 0) return logRadius;
    matmul(scaled, scaled, power);
  }
  divideByLargest(power, scaled);
  return logRadius;
}

/** `to = from / max |from|`, or 0; returns the largest. */
function divideByLargest(from: View, to: View): number {
  const numbers = from.data.data;
  let largest = 0;
  for (let i = 0; i < numbers.length; i++) largest = Math.max(largest, Math.abs(numbers[i]));
  const divisor = largest === 0 ? 1 : largest;
  const results = to.data.writable;
  for (let i = 0; i < numbers.length; i++) results[i] = numbers[i] / divisor;
  return largest;
}

/** Returns false where `power` does not hold the dominant subspace of A, and that alone. */
function fillSlope(slopes: Float64Array, a: View, power: View, logRadius: number): boolean {
  const n = a.shape[0];
  const { rows, columns } = pivotsOf(numbersOf(power), n);
  const m = rows.length;
  if (m === 0) return false;
  const from = numbersOf(power);
  const right = new Float64Array(n * m);
  const left = new Float64Array(m * n);
  for (let i = 0; i < n; i++)
    for (let k = 0; k < m; k++) {
      right[i * m + k] = from[i * n + columns[k]];
      left[k * n + i] = from[rows[k] * n + i];
    }
  // One power more takes away what lies outside of the subspace by less than the smallest pivot.
  const x = product(power, viewOf(right, n, m));
  const y = product(viewOf(left, m, n), power);
  const inner = product(y, product(a, x));
  const logDeterminant = logAbsDet(inner) - logAbsDet(product(y, x));
  // So written, it is false for NaN, and for a determinant that is 0.
  if (!(Math.abs(logDeterminant / m - logRadius) <= agreement)) return false;
  const inverted = scratch(m, m);
  inverse(inner, inverted);
  const turned = numbersOf(product(x, product(inverted, y)));
  const share = exponential.scalar(logDeterminant / m) / m;
  slopes.set(transposed(turned, n, n));
  let steep = 0;
  for (let i = 0; i < slopes.length; i++) {
    slopes[i] *= share;
    steep = Math.max(steep, Math.abs(slopes[i]));
  }
  return steep <= steepest;
}

interface Pivots {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

/** The rows and columns that span a matrix, of numbers up to 1, by the pivots of its elimination. */
function pivotsOf(matrix: Float64Array, n: number): Pivots {
  const rest = matrix.slice();
  const left = new Set(Array.from({ length: n }, (_, i) => i));
  const columns: number[] = [];
  const rows: number[] = [];
  const row = new Float64Array(n);
  // The first multiple of a row of zeros leaves all as it is, and finds the first pivot.
  let [column, pivot] = [0, 1];
  while (left.size > 0) {
    let at = -1;
    let largest = smallestPivot;
    for (const i of left) {
      const start = i * n;
      const multiple = rest[start + column] / pivot;
      for (let j = 0; j < n; j++) {
        const value = rest[start + j] - multiple * row[j];
        rest[start + j] = value;
        if (Math.abs(value) > largest) {
          largest = Math.abs(value);
          at = start + j;
        }
      }
    }
    if (at < 0) break;
    column = at % n;
    pivot = rest[at];
    const start = at - column;
    row.set(rest.subarray(start, start + n));
    left.delete(start / n);
    rows.push(start / n);
    columns.push(column);
  }
  return { rows, columns };
}

function logAbsDet(matrix: View): number {
  const sign = viewOf(new Float64Array(1));
  const logs = viewOf(new Float64Array(1));
  slogdet(matrix, sign, logs);
  return numbersOf(logs)[0];
}

function product(x: View, y: View): View {
  const out = scratch(x.shape[0], y.shape[1]);
  matmul(x, y, out);
  return out;
}

function scratch(...shape: readonly number[]): View {
  return viewOf(new Float64Array(shape.reduce((size, length) => size * length, 1)), ...shape);
}

function viewOf(numbers: Float64Array, ...shape: readonly number[]): View {
  return denseView(new Storage("float64", numbers), shape);
}

function numbersOf({ data }: View): Float64Array {
  return data.data as Float64Array;
}
