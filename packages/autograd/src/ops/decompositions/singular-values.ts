/** The singular value decomposition, and what it tells: rank, pseudoinverse, least squares. */

import { defineOp } from "../../definition.js";
import { epsilonOf, type FloatDType } from "../../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../../errors.js";
import type { Op, Tensor } from "../../graph.js";
import * as kernels from "../../kernels/linear-algebra/svd.js";
import { show } from "../../shape.js";
import { apply, applyMany } from "../../tape.js";
import { diagEmbed, diagonal } from "../arrangement/diagonals.js";
import { matmul } from "../contraction.js";
import { abs, add, div, greater, maximum, mul, sub } from "../elementwise.js";
import { detach } from "../identity.js";
import { concat, slice, squeeze, transpose, unsqueeze } from "../layout.js";
import { checkMatrix, isOfVectors } from "../linear-algebra/matrices.js";
import { amax, amin, sum } from "../reductions.js";
import { norm } from "../statistics.js";
import { orthogonalComplement } from "./orthogonal.js";
import { acrossGaps, spectrumOp } from "./spectra.js";

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
  kernel: ([a], [u, s, vh]) => kernels.svd(a, u, s, vh),
  saves: ["u", "s", "vh"],
  vjp: {
    // Townsend, "Differentiating the singular value decomposition" (2016).
    a: ({ g_u, g_s, g_vh, u, s, vh }) => {
      const [row, column] = [unsqueeze(s, -2), unsqueeze(s, -1)];
      const gaps = squaredGapsOf(s);
      const left = acrossGaps(skew(matmul(transpose(u), g_u)), gaps);
      const right = acrossGaps(skew(matmul(vh, transpose(g_vh))), gaps);
      const inner = add(add(mul(left, row), mul(column, right)), diagEmbed(g_s));
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
      return [uMoved, diagonal(moved, { firstAxis: -2, secondAxis: -1 }), transpose(vMoved)];
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

// Norms

export interface MatrixNormOptions {
  /**
   * `"frobenius"`, the default: the root of the sum of squares. `"nuclear"`: the sum of the singular values. 2 and −2: the
   * largest and the smallest of them. 1 and −1: the largest and the smallest sum of the magnitudes of a column; ∞ and −∞:
   * of a row.
   */
  readonly order?: "frobenius" | "nuclear" | number;
  readonly keepDims?: boolean;
}

/**
 * A norm of each matrix, [...]. Where several sums or singular values are largest, they share the gradient.
 *
 * @param a [..., M, N]
 * @throws ShapeError for less than two axes, or where there is nothing to take the largest or smallest of; DTypeError for
 *   integers; ArgumentError for another order
 */
export function matrixNorm(
  a: Tensor,
  { order = "frobenius", keepDims = false }: MatrixNormOptions = {},
): Tensor {
  checkMatrix("matrixNorm", a);
  const found = normOf(a, order);
  return keepDims ? unsqueeze(unsqueeze(found, -1), -1) : found;
}

function normOf(a: Tensor, order: NonNullable<MatrixNormOptions["order"]>): Tensor {
  switch (order) {
    case "frobenius":
      return norm(a, { axis: [-2, -1] });
    case "nuclear":
      return sum(singularValues(a), { axis: -1 });
    case 2:
      return amax(singularValues(a), { axis: -1 });
    case -2:
      return amin(singularValues(a), { axis: -1 });
    case 1:
      return amax(sum(abs(a), { axis: -2 }), { axis: -1 });
    case -1:
      return amin(sum(abs(a), { axis: -2 }), { axis: -1 });
    case Number.POSITIVE_INFINITY:
      return amax(sum(abs(a), { axis: -1 }), { axis: -1 });
    case Number.NEGATIVE_INFINITY:
      return amin(sum(abs(a), { axis: -1 }), { axis: -1 });
    default:
      throw new ArgumentError(
        `matrixNorm: there is no order ${JSON.stringify(order)}; it must be "frobenius", "nuclear", 1, 2 or Infinity, or one of these numbers below 0`,
      );
  }
}

// What singular values tell

export interface ToleranceOptions {
  /** Singular values up to it count as 0; 0 by default. */
  readonly atol?: number;
  /** The same, relative to the largest; by default max(M, N) · ε of the dtype, or 0 where `atol` is given. */
  readonly rtol?: number;
}

function tolerances(name: string, a: Tensor, options: ToleranceOptions): kernels.Tolerances {
  checkMatrix(name, a);
  for (const [key, value] of Object.entries(options))
    if (!(value >= 0)) throw new ArgumentError(`${name}: ${key} is ${value}; it must be 0 or more`);
  const { shape, dtype } = a;
  const size = Math.max(shape.at(-1)!, shape.at(-2)!);
  const { atol = 0, rtol = atol > 0 ? 0 : size * epsilonOf[dtype as FloatDType] } = options;
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
export const pinverseOp: Op<kernels.Tolerances> = defineOp({
  name: "pinverse",
  inputs: ["a"],
  infer: ([{ shape, dtype }], _: kernels.Tolerances) => [
    { shape: [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!], dtype },
  ],
  kernel: ([a], [out], options) => kernels.pinverse(a, out, options),
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
  const isVector = isOfVectors(a, b);
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
