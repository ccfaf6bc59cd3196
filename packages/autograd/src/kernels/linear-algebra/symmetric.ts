/**
 * Eigenvalues and vectors of symmetric matrices: Householder's reduction to a tridiagonal matrix, then the implicit QL
 * method (Bowdler, Martin, Reinsch and Wilkinson 1968; EISPACK's tred2 and tql2).
 *
 * **Order of summation.** The reductions run from the last row to the first and sum along rows; the rotations of a QL
 * step run upwards from the first off-diagonal element that is 0 for rounding.
 */
import type { View } from "../../storage.js";
import { allFinite, eachMatrix, scaleOf, transposed, unfit } from "./matrices.js";
import { fixSigns } from "./svd.js";

// 2⁻⁵²
const epsilon = 2.220446049250313e-16;
const mostSteps = 60;

/** A tridiagonal matrix: its diagonal, and from index 1 on what stands beside it. */
interface Tridiagonal {
  readonly diagonal: Float64Array;
  readonly beside: Float64Array;
}

/**
 * Reduces the symmetric matrix of which v [n, n] holds the upper triangle, and replaces v by the transposed matrix of the
 * reduction.
 */
function tridiagonalize(v: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  // Of the row that is being reduced, then of the one before.
  for (let j = 0; j < n; j++) diagonal[j] = v[j * n + n - 1];
  for (let i = n - 1; i > 0; i--) {
    const h = reduceRow(v, n, i, diagonal, beside);
    diagonal[i] = h;
  }
  // The reflections, one applied to the product of those before.
  for (let i = 0; i < n - 1; i++) {
    v[i * n + n - 1] = v[i * n + i];
    v[i * n + i] = 1;
    const next = (i + 1) * n;
    const h = diagonal[i + 1];
    if (h !== 0) {
      for (let k = 0; k <= i; k++) diagonal[k] = v[next + k] / h;
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k <= i; k++) sum += v[next + k] * v[j * n + k];
        for (let k = 0; k <= i; k++) v[j * n + k] -= sum * diagonal[k];
      }
    }
    for (let k = 0; k <= i; k++) v[next + k] = 0;
  }
  for (let j = 0; j < n; j++) {
    diagonal[j] = v[j * n + n - 1];
    v[j * n + n - 1] = 0;
  }
  v[n * n - 1] = 1;
  return { diagonal, beside };
}

/** Reflects row i, which `row` holds, and applies the reflection to the rows before; returns its `|u|² / 2`. */
function reduceRow(v: Float64Array, n: number, i: number, row: Float64Array, beside: Float64Array): number {
  let scale = 0;
  for (let k = 0; k < i; k++) scale += Math.abs(row[k]);
  if (scale === 0) {
    beside[i] = row[i - 1];
    for (let j = 0; j < i; j++) {
      row[j] = v[j * n + i - 1];
      v[j * n + i] = 0;
      v[i * n + j] = 0;
    }
    return 0;
  }
  let h = 0;
  for (let k = 0; k < i; k++) {
    row[k] /= scale;
    h += row[k] * row[k];
  }
  const last = row[i - 1];
  const g = last > 0 ? -Math.sqrt(h) : Math.sqrt(h);
  beside[i] = scale * g;
  h -= last * g;
  row[i - 1] = last - g;
  beside.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const f = row[j];
    v[i * n + j] = f;
    let sum = beside[j] + v[j * n + j] * f;
    for (let k = j + 1; k < i; k++) {
      sum += v[j * n + k] * row[k];
      beside[k] += v[j * n + k] * f;
    }
    beside[j] = sum;
  }
  let product = 0;
  for (let j = 0; j < i; j++) {
    beside[j] /= h;
    product += beside[j] * row[j];
  }
  const half = product / (h + h);
  for (let j = 0; j < i; j++) beside[j] -= half * row[j];
  for (let j = 0; j < i; j++) {
    const f = row[j];
    const g = beside[j];
    for (let k = j; k < i; k++) v[j * n + k] -= f * beside[k] + g * row[k];
    row[j] = v[j * n + i - 1];
    v[j * n + i] = 0;
  }
  return h;
}

/** `√(x² + y²)`, without overflow: the matrix is scaled. */
function hypotenuse(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

/** Replaces the diagonal by the eigenvalues and turns the rows of v [n, n] with it; false if it does not converge. */
function diagonalize({ diagonal, beside }: Tridiagonal, v: Float64Array, n: number): boolean {
  beside.copyWithin(0, 1);
  beside[n - 1] = 0;
  let shift = 0;
  let size = 0;
  for (let l = 0; l < n; l++) {
    size = Math.max(size, Math.abs(diagonal[l]) + Math.abs(beside[l]));
    let m = l;
    while (Math.abs(beside[m]) > epsilon * size) m++;
    for (let steps = 0; m > l && Math.abs(beside[l]) > epsilon * size; steps++) {
      if (steps === mostSteps) return false;
      shift += qlStep(diagonal, beside, v, n, l, m);
    }
    diagonal[l] += shift;
    beside[l] = 0;
  }
  return true;
}

/** One QL step on the rows from l to m, with a shift, which it returns. */
function qlStep(
  diagonal: Float64Array,
  beside: Float64Array,
  v: Float64Array,
  n: number,
  l: number,
  m: number,
): number {
  const first = diagonal[l];
  const half = (diagonal[l + 1] - first) / (2 * beside[l]);
  const root = half < 0 ? half - hypotenuse(half, 1) : half + hypotenuse(half, 1);
  diagonal[l] = beside[l] / root;
  diagonal[l + 1] = beside[l] * root;
  const second = diagonal[l + 1];
  const shift = first - diagonal[l];
  for (let i = l + 2; i < n; i++) diagonal[i] -= shift;
  const besideSecond = beside[l + 1];
  let p = diagonal[m];
  let [c, cBefore, cFirst] = [1, 1, 1];
  let [s, sBefore] = [0, 0];
  for (let i = m - 1; i >= l; i--) {
    cFirst = cBefore;
    cBefore = c;
    sBefore = s;
    const g = c * beside[i];
    const h = c * p;
    const r = hypotenuse(p, beside[i]);
    beside[i + 1] = s * r;
    s = beside[i] / r;
    c = p / r;
    p = c * diagonal[i] - s * g;
    diagonal[i + 1] = h + s * (c * g + s * diagonal[i]);
    const [x, y] = [i * n, (i + 1) * n];
    for (let k = 0; k < n; k++) {
      const lower = v[y + k];
      v[y + k] = s * v[x + k] + c * lower;
      v[x + k] = c * v[x + k] - s * lower;
    }
  }
  p = (-s * sBefore * cFirst * besideSecond * beside[l]) / second;
  beside[l] = s * p;
  diagonal[l] = c * p;
  return shift;
}

/**
 * The eigenvalues [..., N], rising, and the eigenvectors [..., N, N], columns of length 1, of symmetric matrices, of
 * which one triangle is read. All are NaN where a number of the triangle is not finite.
 *
 * @throws LinearAlgebraError if the iteration does not converge
 */
export function eigh(a: View, values: View, vectors: View, { upper }: { readonly upper: boolean }): void {
  const batch = a.shape.slice(0, -2);
  const n = a.shape.at(-1)!;
  eachMatrix(batch, [a], [values, vectors], ([given], [ws, vs], index) => {
    const v = upper ? given : transposed(given, n, n);
    for (let i = 0; i < n; i++) v.fill(0, i * n, i * n + i);
    if (!allFinite(v)) {
      ws.fill(Number.NaN);
      vs.fill(Number.NaN);
      return;
    }
    if (n === 0) return;
    const scale = scaleOf(v);
    for (let i = 0; i < v.length; i++) v[i] *= scale;
    const tridiagonal = tridiagonalize(v, n);
    if (!diagonalize(tridiagonal, v, n))
      throw unfit("eigh", batch, index, `was not decomposed in ${mostSteps} steps a value; please report it`);
    const { diagonal } = tridiagonal;
    fixSigns(v, n, n);
    const order = [...diagonal.keys()].sort((i, j) => diagonal[i] - diagonal[j]);
    for (const [j, i] of order.entries()) {
      ws[j] = diagonal[i] / scale;
      for (let k = 0; k < n; k++) vs[k * n + j] = v[i * n + k];
    }
  });
}
