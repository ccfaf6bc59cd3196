/**
 * Triangular systems and the factorisations that end in them.
 *
 * **Order of summation.** Row i of a solution is `b[i]` less the products with the rows that are known, subtracted one
 * after the other as they became known; then it is divided by the diagonal.
 */
import type { Shape } from "../../shape.js";
import type { View } from "../../storage.js";
import { eachMatrix, transposed, unfit } from "./matrices.js";

export interface Triangle {
  readonly upper: boolean;
  /** Whether the diagonal is one, whatever is stored there. */
  readonly unitTriangular: boolean;
}

/** Replaces x [n, columns] by the solution of `T · solution = x`. Only the triangle of t [n, n] is read. */
export function substitute(
  t: Float64Array,
  n: number,
  x: Float64Array,
  columns: number,
  { upper, unitTriangular }: Triangle,
): void {
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    const row = i * columns;
    for (let known = 0; known < step; known++) {
      const j = upper ? n - 1 - known : known;
      const factor = t[i * n + j];
      const other = j * columns;
      for (let k = 0; k < columns; k++) x[row + k] -= factor * x[other + k];
    }
    if (unitTriangular) continue;
    const diagonal = t[i * n + i];
    for (let k = 0; k < columns; k++) x[row + k] /= diagonal;
  }
}

/** X of `A X = B`, A [..., n, n] triangular. */
export function triangularSolve(a: View, b: View, out: View, triangle: Triangle): void {
  const [n, columns] = out.shape.slice(-2);
  eachMatrix(out.shape.slice(0, -2), [a, b], [out], ([t, right], [x]) => {
    x.set(right);
    substitute(t, n, x, columns, triangle);
  });
}

/**
 * The lower L of `A = L Lᵀ`, or the upper `Lᵀ`, row by row. Only the lower triangle of A, or the upper, is read. An
 * element is that of A less the products of its sum, as their index rises, divided by the diagonal.
 *
 * @throws LinearAlgebraError if a matrix is not positive definite
 */
export function cholesky(a: View, out: View, { upper }: { readonly upper: boolean }): void {
  const batch: Shape = out.shape.slice(0, -2);
  const n = out.shape.at(-1)!;
  eachMatrix(batch, [a], [out], ([given], [result], index) => {
    const source = upper ? transposed(given, n, n) : given;
    const l = upper ? new Float64Array(n * n) : result;
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        let rest = source[i * n + j];
        for (let k = 0; k < j; k++) rest -= l[i * n + k] * l[j * n + k];
        if (j < i) l[i * n + j] = rest / l[j * n + j];
        else if (rest <= 0)
          throw unfit(
            "cholesky",
            batch,
            index,
            `is not positive definite: its leading minor of order ${i + 1} leaves the pivot ${rest}; it must be symmetric with positive eigenvalues, adding a small multiple of the identity may help`,
          );
        else l[i * n + i] = Math.sqrt(rest);
      }
    if (upper) result.set(transposed(l, n, n));
  });
}
