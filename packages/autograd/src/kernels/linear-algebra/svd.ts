/**
 * The singular value decomposition by one-sided Jacobi rotations (Hestenes 1958; Demmel and Veselić 1992), which find
 * small singular values as accurately as large ones.
 *
 * `A = Q R` first. Then the columns of `W = Rᵀ` are rotated in pairs until all are orthogonal: `Rᵀ J = V Σ`, and so
 * `A = (Q J) Σ Vᵀ`. The triangular matrix needs fewer sweeps than A. Before each row of pairs the longest of the
 * remaining columns comes to the front (de Rijk 1989), so that the singular values come out nearly in order.
 *
 * **Order of summation.** Sums run along a column; pairs are met in the order (0, 1), (0, 2), …, (1, 2), ….
 */
import type { Shape } from "../../shape.js";
import type { View } from "../../storage.js";
import { applyReflections, complete, reflect } from "./householder.js";
import { allFinite, eachMatrix, scaleOf, transposed, unfit } from "./matrices.js";

// 2⁻⁵²
const epsilon = 2.220446049250313e-16;
const mostSweeps = 60;
// Beside the longest column, which has a length near 1: the squares of shorter ones vanish.
const negligible = 1e-150;

/** Vectors of one length, one after the other. */
interface Vectors {
  readonly numbers: Float64Array;
  readonly length: number;
}

function dot({ numbers, length }: Vectors, p: number, q: number): number {
  let sum = 0;
  for (let k = 0, i = p * length, j = q * length; k < length; k++) sum += numbers[i + k] * numbers[j + k];
  return sum;
}

/** `(x, y)` becomes `(c x − s y, s x + c y)` for vectors p and q. */
function rotate({ numbers, length }: Vectors, p: number, q: number, c: number, s: number): void {
  for (let k = 0, i = p * length, j = q * length; k < length; k++) {
    const x = numbers[i + k];
    const y = numbers[j + k];
    numbers[i + k] = c * x - s * y;
    numbers[j + k] = s * x + c * y;
  }
}

function exchange({ numbers, length }: Vectors, p: number, q: number): void {
  const before = numbers.slice(p * length, (p + 1) * length);
  numbers.copyWithin(p * length, q * length, (q + 1) * length);
  numbers.set(before, q * length);
}

/** Rotates all pairs of `count` vectors once, and `turned` with them; returns how many were not orthogonal. */
function sweep(w: Vectors, turned: Vectors, count: number): number {
  const squares = Float64Array.from({ length: count }, (_, p) => dot(w, p, p));
  const tolerance = epsilon * Math.sqrt(w.length);
  let rotations = 0;
  for (let p = 0; p < count - 1; p++) {
    let longest = p;
    for (let q = p + 1; q < count; q++) if (squares[q] > squares[longest]) longest = q;
    if (longest !== p) {
      exchange(w, p, longest);
      exchange(turned, p, longest);
      [squares[p], squares[longest]] = [squares[longest], squares[p]];
    }
    for (let q = p + 1; q < count; q++) {
      const product = dot(w, p, q);
      if (Math.abs(product) <= tolerance * Math.sqrt(squares[p]) * Math.sqrt(squares[q])) continue;
      rotations++;
      const zeta = (squares[q] - squares[p]) / (2 * product);
      const tangent = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
      const cosine = 1 / Math.sqrt(1 + tangent * tangent);
      rotate(w, p, q, cosine, cosine * tangent);
      rotate(turned, p, q, cosine, cosine * tangent);
      squares[p] = dot(w, p, p);
      squares[q] = dot(w, q, q);
    }
  }
  return rotations;
}

/** U [rows, columns], the singular values, and V [columns, columns], each vector a row of its array. */
interface Decomposed {
  readonly u: Float64Array;
  readonly s: Float64Array;
  readonly v: Float64Array;
}

/** Decomposes a [rows, columns], rows ≥ columns; null if it does not converge. */
function decompose(a: Float64Array, rows: number, columns: number): Decomposed | null {
  const scale = scaleOf(a);
  const reflections = reflect(
    a.map((value) => value * scale),
    rows,
    columns,
  );
  // The columns of Rᵀ are the rows of R.
  const w: Vectors = { numbers: new Float64Array(columns * columns), length: columns };
  const turned: Vectors = { numbers: new Float64Array(columns * columns), length: columns };
  for (let i = 0; i < columns; i++) {
    turned.numbers[i * columns + i] = 1;
    for (let j = i; j < columns; j++) w.numbers[i * columns + j] = reflections.a[i * columns + j];
  }
  for (let sweeps = 0; sweep(w, turned, columns) > 0; sweeps++) if (sweeps === mostSweeps) return null;

  const lengths = Float64Array.from({ length: columns }, (_, p) => Math.sqrt(dot(w, p, p)));
  const order = [...lengths.keys()].sort((p, q) => lengths[q] - lengths[p]);
  const s = new Float64Array(columns);
  const v = new Float64Array(columns * columns);
  const ordered = new Float64Array(rows * columns);
  let rank = 0;
  for (const [j, p] of order.entries()) {
    s[j] = lengths[p] / scale;
    if (lengths[p] > negligible) rank++;
    for (let k = 0; k < columns; k++) {
      if (lengths[p] > negligible) v[j * columns + k] = w.numbers[p * columns + k] / lengths[p];
      ordered[k * columns + j] = turned.numbers[p * columns + k];
    }
  }
  if (rank < columns) {
    const rest = new Float64Array(columns * (columns - rank));
    complete(transposed(v.slice(0, rank * columns), rank, columns), columns, rank, rest);
    v.set(transposed(rest, columns, columns - rank), rank * columns);
  }
  applyReflections(reflections, ordered, columns);
  return { u: transposed(ordered, rows, columns), s, v };
}

/**
 * Changes the signs of vectors so that the largest component in magnitude is positive: of those that are as large but
 * for rounding, the first. Returns the signs.
 */
export function fixSigns(vectors: Float64Array, count: number, length: number): Float64Array {
  const signs = new Float64Array(count).fill(1);
  for (let p = 0; p < count; p++) {
    const own = vectors.subarray(p * length, (p + 1) * length);
    let largest = 0;
    for (let k = 0; k < length; k++) largest = Math.max(largest, Math.abs(own[k]));
    const first = own.findIndex((value) => Math.abs(value) >= largest * (1 - 1e-8));
    if (own[first] < 0) {
      signs[p] = -1;
      for (let k = 0; k < length; k++) own[k] = -own[k];
    }
  }
  return signs;
}

/** Decomposes a [rows, columns]: the vectors of U and V are rows. NaN where a number is not finite. */
function decomposeMatrix(
  name: string,
  batch: Shape,
  index: number,
  a: Float64Array,
  rows: number,
  columns: number,
): Decomposed {
  const count = Math.min(rows, columns);
  if (!allFinite(a)) {
    const nothing = (size: number): Float64Array => new Float64Array(size).fill(Number.NaN);
    return { u: nothing(count * rows), s: nothing(count), v: nothing(count * columns) };
  }
  const wide = rows < columns;
  const found = wide ? decompose(transposed(a, rows, columns), columns, rows) : decompose(a, rows, columns);
  if (found === null)
    throw unfit(name, batch, index, `was not decomposed in ${mostSweeps} sweeps; please report it`);
  return wide ? { u: found.v, s: found.s, v: found.u } : found;
}

/**
 * U [..., M, K], S [..., K] (falling) and Vᵀ [..., K, N] of A [..., M, N], K = min(M, N). All are NaN where a number of
 * the matrix is not finite.
 *
 * @throws LinearAlgebraError if the rotations do not converge
 */
export function svd(a: View, u: View, s: View, vh: View): void {
  const batch = a.shape.slice(0, -2);
  const [rows, columns] = a.shape.slice(-2);
  const count = Math.min(rows, columns);
  eachMatrix(batch, [a], [u, s, vh], ([given], [us, ss, vhs], index) => {
    const found = decomposeMatrix("svd", batch, index, given, rows, columns);
    const signs = fixSigns(found.u, count, rows);
    us.set(transposed(found.u, count, rows));
    ss.set(found.s);
    for (let p = 0; p < count; p++)
      for (let k = 0; k < columns; k++) vhs[p * columns + k] = signs[p] * found.v[p * columns + k];
  });
}

/** Singular values up to `atol`, or up to `rtol` times the largest, count as 0. */
export interface Tolerances {
  readonly atol: number;
  readonly rtol: number;
}

/** The pseudoinverse [..., N, M]: the terms `v uᵀ / s` are added as s falls. */
export function pinverse(a: View, out: View, { atol, rtol }: Tolerances): void {
  const batch = a.shape.slice(0, -2);
  const [rows, columns] = a.shape.slice(-2);
  eachMatrix(batch, [a], [out], ([given], [result], index) => {
    const { u, s, v } = decomposeMatrix("pinverse", batch, index, given, rows, columns);
    const least = Math.max(atol, rtol * s[0]);
    for (let p = 0; p < s.length && !(s[p] <= least); p++)
      for (let j = 0; j < columns; j++) {
        const factor = v[p * columns + j] / s[p];
        for (let i = 0; i < rows; i++) result[j * rows + i] += factor * u[p * rows + i];
      }
  });
}
