/**
 * The QR factorisation by Householder's reflections, with LAPACK's signs.
 *
 * **Order of summation.** Sums run down a column from the diagonal; reflections are applied in the order of the columns,
 * and Q is formed by applying them to the identity from the last to the first.
 */
import type { View } from "../../storage.js";
import { eachMatrix, scaleOf } from "./matrices.js";

/** `H = I − tau v vᵀ` for each column k: v is 1 at k, stands below the diagonal of `a`, and is 0 above. */
export interface Reflections {
  readonly a: Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly taus: Float64Array;
}

/** Replaces a [rows, columns] by R in its upper triangle and the reflections below. */
export function reflect(a: Float64Array, rows: number, columns: number): Reflections {
  const taus = new Float64Array(Math.min(rows, columns));
  const reflections = { a, rows, columns, taus };
  for (let k = 0; k < taus.length; k++) {
    taus[k] = makeReflection(a, rows, columns, k);
    applyReflection(reflections, k, a, columns, k + 1);
  }
  return reflections;
}

/** Turns column k, from the diagonal down, into a multiple of the first unit vector; returns the factor tau. */
function makeReflection(a: Float64Array, rows: number, columns: number, k: number): number {
  const alpha = a[k * columns + k];
  let below = 0;
  for (let i = k + 1; i < rows; i++) below += a[i * columns + k] * a[i * columns + k];
  if (below === 0) return 0;
  const norm = Math.sqrt(alpha * alpha + below);
  const beta = alpha > 0 ? -norm : norm;
  for (let i = k + 1; i < rows; i++) a[i * columns + k] /= alpha - beta;
  a[k * columns + k] = beta;
  return (beta - alpha) / beta;
}

/** Applies reflection k to the columns of x [rows, columns] from `first` on. */
function applyReflection(
  { a, rows, columns: step, taus }: Reflections,
  k: number,
  x: Float64Array,
  columns: number,
  first: number,
): void {
  const tau = taus[k];
  if (tau === 0) return;
  const products = x.slice(k * columns + first, (k + 1) * columns);
  const { length } = products;
  for (let i = k + 1; i < rows; i++) {
    const v = a[i * step + k];
    const row = i * columns + first;
    for (let j = 0; j < length; j++) products[j] += v * x[row + j];
  }
  for (let i = k; i < rows; i++) {
    const v = i === k ? tau : tau * a[i * step + k];
    const row = i * columns + first;
    for (let j = 0; j < length; j++) x[row + j] -= v * products[j];
  }
}

/** Replaces x [rows, columns] by Q x. */
export function applyReflections(reflections: Reflections, x: Float64Array, columns: number): void {
  for (let k = reflections.taus.length - 1; k >= 0; k--) applyReflection(reflections, k, x, columns, 0);
}

/** Q [..., rows, columns] and R [..., columns, columns] of a matrix that is at least as high as wide. */
export function qr(a: View, q: View, r: View): void {
  const [rows, columns] = a.shape.slice(-2);
  eachMatrix(a.shape.slice(0, -2), [a], [q, r], ([given], [qs, rs]) => {
    const scale = scaleOf(given);
    for (let i = 0; i < given.length; i++) given[i] *= scale;
    const reflections = reflect(given, rows, columns);
    for (let i = 0; i < columns; i++) {
      qs[i * columns + i] = 1;
      for (let j = i; j < columns; j++) rs[i * columns + j] = given[i * columns + j] / scale;
    }
    applyReflections(reflections, qs, columns);
  });
}

/** Orthonormal columns that complete those of q [..., rows, columns] to a basis. */
export function complement(q: View, out: View): void {
  const [rows, columns] = q.shape.slice(-2);
  eachMatrix(q.shape.slice(0, -2), [q], [out], ([given], [result]) => complete(given, rows, columns, result));
}

/** Fills result [rows, rows - columns] with what completes the orthonormal columns of q, which is overwritten. */
export function complete(q: Float64Array, rows: number, columns: number, result: Float64Array): void {
  const rest = rows - columns;
  for (let j = 0; j < rest; j++) result[(columns + j) * rest + j] = 1;
  applyReflections(reflect(q, rows, columns), result, rest);
}
