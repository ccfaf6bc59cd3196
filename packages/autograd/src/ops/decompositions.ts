/**
 * Decompositions of matrices over the last two axes, and what is computed by them; the axes before are batches. Floats
 * only, computed in float64 and rounded once.
 */
import { zeros } from "../create.js";
import type { FloatDType } from "../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import { defineOp, type Op, type Tensor } from "../graph.js";
import { copy } from "../kernels/copy.js";
import * as householder from "../kernels/linear-algebra/householder.js";
import * as jacobi from "../kernels/linear-algebra/svd.js";
import * as symmetricKernels from "../kernels/linear-algebra/symmetric.js";
import { sameShape, show } from "../shape.js";
import { apply, applyMany } from "../tape.js";
import { matmul } from "./contraction.js";
import { abs, add, div, equal, greater, maximum, mul, neg, sub, to, where } from "./elementwise.js";
import { detach } from "./identity.js";
import { concat, narrow, slice, squeeze, transpose, unsqueeze } from "./layout.js";
import { triangularSolve } from "./linear-algebra.js";
import { checkMatrix, checkSquare, diagonalMask, perMatrix, symmetric, triangleOf } from "./matrices.js";
import { amax, sum } from "./reductions.js";
import { exp, log } from "./transcendental.js";

// Orthonormal bases

/**
 * Orthonormal columns that complete those of Q to a basis. Which ones is a matter of choice, so only what does not depend
 * on the choice, such as the projection on them, has a derivative; that one is exact.
 *
 * @param q [..., M, K] with orthonormal columns
 * @returns [..., M, M − K]
 * @throws ShapeError if it is wider than high, DTypeError for integers
 */
export function orthogonalComplement(q: Tensor): Tensor {
  return apply(orthogonalComplementOp, [q], undefined);
}
// As Q moves, the complement turns just as much as it must to stay orthogonal to it.
export const orthogonalComplementOp: Op = defineOp({
  name: "orthogonalComplement",
  inputs: ["q"],
  infer: ([q]) => {
    checkMatrix("orthogonalComplement", q, "q");
    const { shape, dtype } = q;
    const [rows, columns] = shape.slice(-2);
    if (columns > rows)
      throw new ShapeError(
        `orthogonalComplement: q is ${show(shape)}: ${columns} columns of ${rows} numbers are not independent; there must be as many rows at least`,
      );
    return [{ shape: shape.with(-1, rows - columns), dtype }];
  },
  kernel: ([q], [out]) => householder.complement(q, out),
  saves: ["q", "out"],
  vjp: { q: ({ g, q, out }) => neg(matmul(out, matmul(transpose(g), q))) },
  jvp: { q: ({ t, q, out }) => neg(matmul(q, matmul(transpose(t), out))) },
});

/** The parts of `A = Q R`. */
export interface QR {
  readonly q: Tensor;
  readonly r: Tensor;
}

export interface QROptions {
  /**
   * `"reduced"`, the default: Q is [..., M, K] and R [..., K, N] with K = min(M, N). `"complete"`: Q is [..., M, M] and R
   * [..., M, N]. `"r"`: R as in the reduced one, and Q is empty.
   */
  readonly mode?: "reduced" | "complete" | "r";
}

/**
 * `A = Q R` with orthonormal columns in Q and an upper triangular R, by Householder's reflections. The signs are LAPACK's:
 * a diagonal element of R is negative where what it was made of was positive, unless there was nothing to reflect.
 *
 * Differentiable where the first K columns of A are independent; infinities and NaN come where they are not. The columns
 * that `"complete"` adds are arbitrary, see `orthogonalComplement`.
 *
 * @param a [..., M, N]
 * @throws ShapeError for less than two axes, DTypeError for integers, ArgumentError for another mode
 */
export function qr(a: Tensor, { mode = "reduced" }: QROptions = {}): QR {
  checkMatrix("qr", a);
  if (!["reduced", "complete", "r"].includes(mode))
    throw new ArgumentError(
      `qr: there is no mode ${JSON.stringify(mode)}; it must be "reduced", "complete" or "r"`,
    );
  const [rows, columns] = a.shape.slice(-2);
  const square = columns > rows ? narrow(a, -1, 0, rows) : a;
  const [q, left] = applyMany(qrOp, [square], undefined);
  // The other columns of A, in the basis that its first ones gave.
  const r =
    columns > rows
      ? concat([left, matmul(transpose(q), narrow(a, -1, rows, columns - rows))], { axis: -1 })
      : left;
  if (mode === "r") return { q: zeros([0], { dtype: a.dtype }), r };
  if (mode === "reduced" || columns >= rows) return { q, r };
  const below = zeros(a.shape.with(-2, rows - columns), { dtype: a.dtype });
  return { q: concat([q, orthogonalComplement(q)], { axis: -1 }), r: concat([r, below], { axis: -2 }) };
}
export const qrOp: Op = defineOp({
  name: "qr",
  inputs: ["a"],
  outputs: ["q", "r"],
  infer: ([a]) => {
    const columns = a.shape.at(-1)!;
    return [a, { shape: a.shape.with(-2, columns), dtype: a.dtype }];
  },
  kernel: ([a], [q, r]) => householder.qr(a, q, r),
  saves: ["q", "r"],
  vjp: {
    // Walter and Lehmann, "Algorithmic differentiation of linear algebra functions" (2018).
    a: ({ g_q, g_r, q, r }) => {
      const m = sub(matmul(r, transpose(g_r)), matmul(transpose(g_q), q));
      const mirrored = add(triangleOf(m, {}), transpose(triangleOf(m, { strict: true })));
      const inner = add(g_q, matmul(q, mirrored));
      return triangularSolve(r, inner, { upper: true, transpose: true, left: false });
    },
  },
  jvp: {
    a: ({ t, q, r }) => {
      const relative = triangularSolve(r, t, { upper: true, left: false });
      const x = matmul(transpose(q), relative);
      const growth = add(triangleOf(x, { upper: true }), transpose(triangleOf(x, { strict: true })));
      return [sub(relative, matmul(q, growth)), matmul(growth, r)];
    },
  },
});

// Values, given the vectors

/**
 * An op that returns `values` and knows how they change with A: as `leftᵀ dA right`, taken on the diagonal. Equal values
 * have this derivative too, while that of their vectors is infinite: so they come by an op of their own.
 */
function spectrumOp(name: string): Op {
  return defineOp({
    name,
    inputs: ["a", "left", "right", "values"],
    infer: ([, , , values]) => [values],
    kernel: ([, , , values], [out]) => copy(values, out),
    saves: ["left", "right"],
    vjp: {
      a: ({ g, left, right }) => matmul(mul(left, unsqueeze(g, -2)), transpose(right)),
      left: null,
      right: null,
      values: null,
    },
    jvp: { a: ({ t, left, right }) => sum(mul(left, matmul(t, right)), { axis: -2 }) },
  });
}

/** Square matrices from their diagonals. */
function diagonal(x: Tensor): Tensor {
  return where(diagonalMask(x.shape.at(-1)!), unsqueeze(x, -1), 0);
}

/** Square matrices with zeros beside the diagonal. */
function diagonalOnly(x: Tensor): Tensor {
  return where(diagonalMask(x.shape.at(-1)!), x, 0);
}

/** `x / gaps`, and 0 on the diagonal, where there is no gap. */
function acrossGaps(x: Tensor, gaps: Tensor): Tensor {
  const mask = diagonalMask(x.shape.at(-1)!);
  return where(mask, 0, div(x, where(mask, 1, gaps)));
}

// Symmetric matrices

/** The parts of `A = V diag(λ) Vᵀ`. */
export interface Eigen {
  /** [..., N], rising. */
  readonly values: Tensor;
  /** [..., N, N]: a column of length 1 for each value, its largest component in magnitude positive. */
  readonly vectors: Tensor;
}

export interface EighOptions {
  /** The triangle that is read: `"L"`, the default, or `"U"`. */
  readonly upLo?: "L" | "U";
}

/**
 * Eigenvalues and eigenvectors of symmetric matrices, of which one triangle is read.
 *
 * Gradients are symmetric. That of the values is always right; that of the vectors exists only where all values differ:
 * it holds the reciprocals of their differences, and so infinities or NaN where two are equal. Where numbers of a matrix
 * are not finite, its results are NaN.
 *
 * @param a [..., N, N]
 * @throws ShapeError if a matrix is not square, DTypeError for integers, ArgumentError for another triangle
 */
export function eigh(a: Tensor, options: EighOptions = {}): Eigen {
  return eigenOf("eigh", a, options);
}

function eigenOf(name: string, a: Tensor, { upLo = "L" }: EighOptions): Eigen {
  checkSquare(name, a);
  if (upLo !== "L" && upLo !== "U")
    throw new ArgumentError(`${name}: upLo is ${JSON.stringify(upLo)}; it must be "L" or "U"`);
  const [found, vectors] = applyMany(eighOp, [a], { upper: upLo === "U" });
  return { values: apply(eigvalshOp, [a, vectors, vectors, found], undefined), vectors };
}

/** The eigenvalues alone, as by `eigh`: [..., N]. */
export function eigvalsh(a: Tensor, options: EighOptions = {}): Tensor {
  return eigenOf("eigvalsh", a, options).values;
}
export const eigvalshOp: Op = spectrumOp("eigvalsh");

export const eighOp: Op<{ readonly upper: boolean }> = defineOp({
  name: "eigh",
  inputs: ["a"],
  outputs: ["values", "vectors"],
  infer: ([a], _: { readonly upper: boolean }) => {
    checkSquare("eigh", a);
    return [{ shape: a.shape.slice(0, -1), dtype: a.dtype }, a];
  },
  kernel: ([a], [values, vectors], options) => symmetricKernels.eigh(a, values, vectors, options),
  saves: ["values", "vectors"],
  vjp: {
    // Giles, "An extended collection of matrix derivative results" (2008), section 3.1.
    a: ({ g_values, g_vectors, values, vectors }) => {
      const turning = acrossGaps(matmul(transpose(vectors), g_vectors), gapsOf(values));
      const inner = add(turning, diagonal(g_values));
      return symmetric(matmul(vectors, matmul(inner, transpose(vectors))));
    },
  },
  jvp: {
    a: ({ t, values, vectors }) => {
      const moved = matmul(matmul(transpose(vectors), symmetric(t)), vectors);
      const turning = acrossGaps(moved, gapsOf(values));
      return [sum(diagonalOnly(moved), { axis: -1 }), matmul(vectors, turning)];
    },
  },
});

/** `λⱼ − λᵢ` at [i, j]. */
function gapsOf(values: Tensor): Tensor {
  return sub(unsqueeze(values, -2), unsqueeze(values, -1));
}

// Any matrices

/** The parts of `A = U diag(S) Vᵀ`. */
export interface SVD {
  /** [..., M, K], K = min(M, N), or [..., M, M]: the largest component in magnitude of each column is positive. */
  readonly u: Tensor;
  /** [..., K], falling. */
  readonly s: Tensor;
  /** Vᵀ, [..., K, N] or [..., N, N]. */
  readonly vh: Tensor;
}

export interface SVDOptions {
  /** Completes U and V to square matrices, see `orthogonalComplement`; `true` by default. */
  readonly fullMatrices?: boolean;
}

/**
 * The singular value decomposition, by one-sided Jacobi rotations.
 *
 * The gradient of the values is right wherever they are not 0; that of the vectors exists only where all values differ
 * (and, unless A is square, none is 0): it holds the reciprocals of the differences of their squares, and so infinities
 * or NaN where two are equal. Where numbers of a matrix are not finite, its results are NaN.
 *
 * @param a [..., M, N]
 * @throws ShapeError for less than two axes, DTypeError for integers
 */
export function svd(a: Tensor, { fullMatrices = true }: SVDOptions = {}): SVD {
  const { u, s, vh } = reducedSvd("svd", a);
  if (!fullMatrices) return { u, s, vh };
  const v = transpose(vh);
  return { u: completed(u), s, vh: transpose(completed(v)) };
}

function completed(q: Tensor): Tensor {
  const [rows, columns] = q.shape.slice(-2);
  return rows === columns ? q : concat([q, orthogonalComplement(q)], { axis: -1 });
}

function reducedSvd(name: string, a: Tensor): SVD {
  checkMatrix(name, a);
  const [u, found, vh] = applyMany(svdOp, [a], undefined);
  return { u, s: apply(singularValuesOp, [a, u, transpose(vh), found], undefined), vh };
}

/**
 * The singular values alone, [..., K], falling.
 *
 * @param a [..., M, N]
 * @throws ShapeError for less than two axes, DTypeError for integers
 */
export function singularValues(a: Tensor): Tensor {
  return reducedSvd("singularValues", a).s;
}
export const singularValuesOp: Op = spectrumOp("singularValues");

export const svdOp: Op = defineOp({
  name: "svd",
  inputs: ["a"],
  outputs: ["u", "s", "vh"],
  infer: ([{ shape, dtype }]) => {
    const batch = shape.slice(0, -2);
    const [rows, columns] = shape.slice(-2);
    const count = Math.min(rows, columns);
    return [
      { shape: [...batch, rows, count], dtype },
      { shape: [...batch, count], dtype },
      { shape: [...batch, count, columns], dtype },
    ];
  },
  kernel: ([a], [u, s, vh]) => jacobi.svd(a, u, s, vh),
  saves: ["u", "s", "vh"],
  vjp: {
    // Townsend, "Differentiating the singular value decomposition" (2016).
    a: ({ g_u, g_s, g_vh, u, s, vh }) => {
      const [row, column] = [unsqueeze(s, -2), unsqueeze(s, -1)];
      const gaps = squaredGapsOf(s);
      const left = acrossGaps(skew(matmul(transpose(u), g_u)), gaps);
      const right = acrossGaps(skew(matmul(vh, transpose(g_vh))), gaps);
      const inner = add(add(mul(left, row), mul(column, right)), diagonal(g_s));
      let total = matmul(u, matmul(inner, vh));
      if (!isSquare(u)) total = add(total, matmul(div(without(g_u, u), row), vh));
      if (!isSquare(vh))
        total = add(total, matmul(u, div(transpose(without(transpose(g_vh), transpose(vh))), column)));
      return total;
    },
  },
  jvp: {
    a: ({ t, u, s, vh }) => {
      const v = transpose(vh);
      const [row, column] = [unsqueeze(s, -2), unsqueeze(s, -1)];
      const gaps = squaredGapsOf(s);
      const moved = matmul(matmul(transpose(u), t), v);
      const turned = transpose(moved);
      const uTurning = acrossGaps(add(mul(moved, row), mul(column, turned)), gaps);
      const vTurning = acrossGaps(add(mul(column, moved), mul(turned, row)), gaps);
      let uMoved = matmul(u, uTurning);
      let vMoved = matmul(v, vTurning);
      if (!isSquare(u)) uMoved = add(uMoved, div(without(matmul(t, v), u), row));
      if (!isSquare(v)) vMoved = add(vMoved, div(without(matmul(transpose(t), u), v), row));
      return [uMoved, sum(diagonalOnly(moved), { axis: -1 }), transpose(vMoved)];
    },
  },
});

/** `sⱼ² − sᵢ²` at [i, j], as a product, which keeps the digits of near values. */
function squaredGapsOf(s: Tensor): Tensor {
  const [row, column] = [unsqueeze(s, -2), unsqueeze(s, -1)];
  return mul(sub(row, column), add(row, column));
}

function skew(x: Tensor): Tensor {
  return sub(x, transpose(x));
}

/** What of the columns of `x` is orthogonal to those of `q`. */
function without(x: Tensor, q: Tensor): Tensor {
  return sub(x, matmul(q, matmul(transpose(q), x)));
}

function isSquare({ shape }: Tensor): boolean {
  return shape.at(-1) === shape.at(-2);
}

// What singular values tell

export interface ToleranceOptions {
  /** Singular values up to it count as 0; 0 by default. */
  readonly atol?: number;
  /** The same, relative to the largest; by default max(M, N) · ε of the dtype, or 0 where `atol` is given. */
  readonly rtol?: number;
}

// 2⁻²³ and 2⁻⁵²
const epsilon = { float32: 1.1920928955078125e-7, float64: 2.220446049250313e-16 };

function tolerances(name: string, a: Tensor, options: ToleranceOptions): jacobi.Tolerances {
  checkMatrix(name, a);
  for (const [key, value] of Object.entries(options))
    if (!(value >= 0)) throw new ArgumentError(`${name}: ${key} is ${value}; it must be 0 or more`);
  const { shape, dtype } = a;
  const size = Math.max(shape.at(-1)!, shape.at(-2)!);
  const { atol = 0, rtol = atol > 0 ? 0 : size * epsilon[dtype as FloatDType] } = options;
  return { atol, rtol };
}

/**
 * How many singular values are not 0 but for rounding: int32 [...].
 *
 * @param a [..., M, N]
 * @throws ShapeError for less than two axes, DTypeError for integers, ArgumentError for a negative tolerance
 */
export function matrixRank(a: Tensor, options: ToleranceOptions = {}): Tensor {
  const { atol, rtol } = tolerances("matrixRank", a, options);
  const { s } = reducedSvd("matrixRank", detach(a));
  const largest = slice(s, { axis: -1, end: 1 });
  return sum(greater(s, maximum(mul(largest, rtol), atol)), { axis: -1 });
}

/**
 * The pseudoinverse of Moore and Penrose: `V diag(1/S) Uᵀ`, with 0 for the singular values that count as 0. Differentiable
 * to every order along changes that keep the rank.
 *
 * @param a [..., M, N]
 * @returns [..., N, M]
 * @throws ShapeError for less than two axes, DTypeError for integers, ArgumentError for a negative tolerance
 */
export function pinverse(a: Tensor, options: ToleranceOptions = {}): Tensor {
  return apply(pinverseOp, [a], tolerances("pinverse", a, options));
}
export const pinverseOp: Op<jacobi.Tolerances> = defineOp({
  name: "pinverse",
  inputs: ["a"],
  infer: ([{ shape, dtype }], _: jacobi.Tolerances) => [
    { shape: [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!], dtype },
  ],
  kernel: ([a], [out], options) => jacobi.pinverse(a, out, options),
  saves: ["a", "out"],
  vjp: {
    // Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems" (1973).
    a: ({ g, a, out }) => {
      const turned = transpose(out);
      const gTurned = transpose(g);
      const direct = matmul(turned, matmul(g, turned));
      const left = matmul(gTurned, matmul(out, turned));
      const right = matmul(turned, matmul(out, gTurned));
      const fromLeft = sub(left, matmul(a, matmul(out, left)));
      const fromRight = sub(right, matmul(matmul(right, out), a));
      return sub(add(fromLeft, fromRight), direct);
    },
  },
  jvp: {
    a: ({ t, a, out }) => {
      const turned = matmul(out, transpose(out));
      const outside = sub(transpose(t), matmul(matmul(transpose(t), a), out));
      const inside = matmul(transpose(t), matmul(transpose(out), out));
      const within = sub(inside, matmul(out, matmul(a, inside)));
      return sub(add(matmul(turned, outside), within), matmul(matmul(out, t), out));
    },
  },
});

/**
 * X that makes `|A X − B|` least, column by column: of several, the shortest. `pinverse(A) B`.
 *
 * @param a [..., M, N]
 * @param b [..., M, K], its batch broadcasting with a's; or a vector for each matrix, which is [M] or has exactly the
 *   shape [..., M] of a without its last axis
 * @returns [..., N, K], or [..., N] for vectors
 * @throws ShapeError if the shapes do not fit, DTypeError for integers, ArgumentError for a negative tolerance
 */
export function lstsq(a: Tensor, b: Tensor, options: ToleranceOptions = {}): Tensor {
  const checked = tolerances("lstsq", a, options);
  const isVector = b.rank === 1 || (b.rank > 0 && sameShape(b.shape, a.shape.slice(0, -1)));
  const rows = isVector ? unsqueeze(b, -1) : b;
  checkMatrix("lstsq", rows, "b");
  if (a.dtype !== b.dtype)
    throw new DTypeError(`lstsq: a is ${a.dtype} and b is ${b.dtype}; convert one of them with to()`);
  if (rows.shape.at(-2) !== a.shape.at(-2))
    throw new ShapeError(
      `lstsq: a is ${show(a.shape)} and b is ${show(b.shape)}: b has ${rows.shape.at(-2)} rows; it must have a's, ${a.shape.at(-2)}`,
    );
  const solution = matmul(apply(pinverseOp, [a], checked), rows);
  return isVector ? squeeze(solution, -1) : solution;
}

// Eigenvalues of any matrix

export interface SpectralRadiusOptions {
  /** How often the matrix is squared, 50 by default. */
  readonly iterations?: number;
}

/**
 * The largest magnitude of an eigenvalue, complex ones too: a power iteration of the matrix itself. By Gelfand's formula
 * it is the limit of `|A^k|^(1/k)`, here with `k = 2^iterations` by repeated squaring, each square divided by its largest
 * element. The error of the formula is about `log(N κ) / k`, relative to the result, with the condition κ of the
 * eigenvectors: rounding is left. Each iteration costs a product of matrices; 24 give seven digits.
 *
 * A constant: no gradient flows through it.
 *
 * @param a [..., N, N]
 * @returns [...]; 0 for matrices without elements
 * @throws ShapeError if a matrix is not square, DTypeError for integers, ArgumentError if `iterations` is no integer from
 *   1 to 1000
 */
export function spectralRadius(a: Tensor, { iterations = 50 }: SpectralRadiusOptions = {}): Tensor {
  checkSquare("spectralRadius", a);
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > 1000)
    throw new ArgumentError(
      `spectralRadius: iterations is ${iterations}; it must be an integer from 1 to 1000`,
    );
  const batch = a.shape.slice(0, -2);
  if (a.shape.at(-1) === 0) return zeros(batch, { dtype: a.dtype });
  let power = to(detach(a), "float64");
  let logarithm = zeros(batch, { dtype: "float64" });
  for (let i = 0, share = 1; i < iterations; i++, share /= 2) {
    const largest = amax(abs(power), { axis: [-2, -1] });
    logarithm = add(logarithm, mul(log(largest), share));
    // A power that is 0 stays so.
    const scaled = div(power, perMatrix(where(equal(largest, 0), 1, largest)));
    power = matmul(scaled, scaled);
  }
  return to(exp(logarithm), a.dtype);
}
