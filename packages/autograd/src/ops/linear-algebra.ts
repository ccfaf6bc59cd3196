/**
 * Systems of equations, inverses and determinants over the last two axes; the axes before are batches. Floats only,
 * computed in float64 and rounded once.
 */
import { eye } from "../create.js";
import { defineOp } from "../definition.js";
import { ArgumentError, ShapeError } from "../errors.js";
import type { Op, Tensor } from "../graph.js";
import * as lu from "../kernels/linear-algebra/lu.js";
import * as triangular from "../kernels/linear-algebra/triangular.js";
import { show } from "../shape.js";
import { apply, applyMany } from "../tape.js";
import { tril, triu } from "./arrangement/diagonals.js";
import { matmul } from "./contraction.js";
import { add, div, mul, neg, sub } from "./elementwise.js";
import { expand, squeeze, transpose, unsqueeze } from "./layout.js";
import {
  checkMatrix,
  checkSquare,
  isOfVectors,
  perMatrix,
  solvedShape,
  symmetric,
} from "./linear-algebra/matrices.js";
import { matrixTrace } from "./products.js";
import { sum } from "./reductions.js";
import { log } from "./transcendental.js";

// Systems of equations

export interface SolveOptions {
  /** `false` solves `X A = B`; `true` by default. */
  readonly left?: boolean;
}

/**
 * X of `A X = B`, by Gaussian elimination with partial pivoting.
 *
 * @param a [..., N, N]
 * @param b [..., N, K] (with `left: false` [..., K, N]), its batch broadcasting with a's; or a vector for each matrix,
 *   which is [N] or has exactly the shape [..., N] of a without its last axis
 * @returns of b's shape, with the batch of both
 * @throws LinearAlgebraError if a matrix is singular, ShapeError if the shapes do not fit, DTypeError for integers
 */
export function solve(a: Tensor, b: Tensor, { left = true }: SolveOptions = {}): Tensor {
  checkSquare("solve", a);
  const isVector = isOfVectors(a, b);
  if (isVector && !left)
    throw new ShapeError(
      `solve: b is ${show(b.shape)}, a vector for each matrix of a, ${show(a.shape)}; with left: false it must be a matrix, [..., K, N]`,
    );
  if (isVector) return squeeze(apply(solveOp, [a, unsqueeze(b, -1)], undefined), -1);
  if (left) return apply(solveOp, [a, b], undefined);
  checkMatrix("solve", b, "b");
  return transpose(apply(solveOp, [transpose(a), transpose(b)], undefined));
}
export const solveOp: Op = defineOp({
  name: "solve",
  inputs: ["a", "b"],
  infer: ([a, b]) => [{ shape: solvedShape("solve", a, b), dtype: a.dtype }],
  kernel: ([a, b], [out]) => lu.solve(a, b, out),
  linear: ["b"],
  saves: ["a", "out"],
  savedFor: { b: ["a"] },
  vjp: {
    a: ({ g, a, out }) => neg(matmul(solve(transpose(a), g), transpose(out))),
    b: ({ g, a }) => solve(transpose(a), g),
  },
  jvp: { a: ({ t, a, out }) => neg(solve(a, matmul(t, out))) },
});

export interface TriangularSolveOptions {
  /** Whether A is upper triangular; `false` by default. The other triangle is not read. */
  readonly upper?: boolean;
  /** Whether the diagonal of A is taken to be ones; `false` by default. */
  readonly unitTriangular?: boolean;
  /** Solves with `Aᵀ` in the place of A; `false` by default. */
  readonly transpose?: boolean;
  /** `false` solves `X A = B`; `true` by default. */
  readonly left?: boolean;
}

/**
 * X of `A X = B` for triangular A, by substitution. A zero on the diagonal gives infinities and NaN.
 *
 * @param a [..., N, N]
 * @param b [..., N, K] (with `left: false` [..., K, N]), its batch broadcasting with a's
 * @throws ShapeError if the shapes do not fit, DTypeError for integers
 */
export function triangularSolve(
  a: Tensor,
  b: Tensor,
  {
    upper = false,
    unitTriangular = false,
    transpose: transposed = false,
    left = true,
  }: TriangularSolveOptions = {},
): Tensor {
  checkSquare("triangularSolve", a);
  checkMatrix("triangularSolve", b, "b");
  // X A = B is Aᵀ Xᵀ = Bᵀ.
  const turned = transposed === left;
  const matrix = turned ? transpose(a) : a;
  const options = { upper: upper !== turned, unitTriangular };
  if (left) return apply(triangularSolveOp, [matrix, b], options);
  return transpose(apply(triangularSolveOp, [matrix, transpose(b)], options));
}
export const triangularSolveOp: Op<triangular.Triangle> = defineOp({
  name: "triangularSolve",
  inputs: ["a", "b"],
  infer: ([a, b], _: triangular.Triangle) => [
    { shape: solvedShape("triangularSolve", a, b), dtype: a.dtype },
  ],
  kernel: ([a, b], [out], triangle) => triangular.triangularSolve(a, b, out, triangle),
  linear: ["b"],
  saves: ["a", "out"],
  savedFor: { b: ["a"] },
  vjp: {
    a: ({ g, a, out }, triangle) => {
      const solved = triangularSolve(a, g, { ...triangle, transpose: true });
      return neg(partOf(matmul(solved, transpose(out)), triangle));
    },
    b: ({ g, a }, triangle) => triangularSolve(a, g, { ...triangle, transpose: true }),
  },
  jvp: {
    a: ({ t, a, out }, triangle) => neg(triangularSolve(a, matmul(partOf(t, triangle), out), triangle)),
  },
});

/** What a triangular system reads of its matrix. */
function partOf(x: Tensor, { upper, unitTriangular }: triangular.Triangle): Tensor {
  const beside = unitTriangular ? 1 : 0;
  return upper ? triu(x, { offset: beside }) : tril(x, { offset: -beside });
}

/**
 * The inverse, by Gaussian elimination with partial pivoting. To solve equations, `solve` is faster and more exact.
 *
 * @param a [..., N, N]
 * @throws LinearAlgebraError if a matrix is singular, ShapeError if one is not square, DTypeError for integers
 */
export function inverse(a: Tensor): Tensor {
  return apply(inverseOp, [a], undefined);
}
export const inverseOp: Op = defineOp({
  name: "inverse",
  inputs: ["a"],
  infer: ([a]) => {
    checkSquare("inverse", a);
    return [a];
  },
  kernel: ([a], [out]) => lu.inverse(a, out),
  saves: ["out"],
  vjp: {
    a: ({ g, out }) => {
      const turned = transpose(out);
      return neg(matmul(turned, matmul(g, turned)));
    },
  },
  jvp: { a: ({ t, out }) => neg(matmul(matmul(out, t), out)) },
});

// Factorisation of symmetric matrices

export interface CholeskyOptions {
  /** Reads the upper triangle of A and returns `Lᵀ`; `false` by default. */
  readonly upper?: boolean;
}

/**
 * The lower triangular L with a positive diagonal of `A = L Lᵀ`. Of A, which is taken to be symmetric, one triangle is
 * read; the gradient is symmetric.
 *
 * @param a [..., N, N]
 * @throws LinearAlgebraError if a matrix is not positive definite, ShapeError if one is not square, DTypeError for integers
 */
export function cholesky(a: Tensor, { upper = false }: CholeskyOptions = {}): Tensor {
  return apply(choleskyOp, [a], { upper });
}
export const choleskyOp: Op<{ readonly upper: boolean }> = defineOp({
  name: "cholesky",
  inputs: ["a"],
  infer: ([a], _: { readonly upper: boolean }) => {
    checkSquare("cholesky", a);
    return [a];
  },
  kernel: ([a], [out], options) => triangular.cholesky(a, out, options),
  saves: ["out"],
  vjp: {
    // Iain Murray, "Differentiation of the Cholesky decomposition" (2016), equation 10.
    a: ({ g, out }, { upper }) => {
      const l = upper ? transpose(out) : out;
      const lBar = upper ? transpose(g) : g;
      const inner = halfDiagonal(matmul(transpose(l), lBar));
      const above = triangularSolve(l, inner, { transpose: true });
      return symmetric(triangularSolve(l, above, { left: false }));
    },
  },
  jvp: {
    // The same, equation 8.
    a: ({ t, out }, { upper }) => {
      const l = upper ? transpose(out) : out;
      const right = triangularSolve(l, symmetric(t), { transpose: true, left: false });
      const moved = matmul(l, halfDiagonal(triangularSolve(l, right)));
      return upper ? transpose(moved) : moved;
    },
  },
});

/** The lower triangle, its diagonal halved. */
function halfDiagonal(x: Tensor): Tensor {
  return mul(add(tril(x), tril(x, { offset: -1 })), 0.5);
}

// Determinants

/**
 * The determinant. For matrices that are not singular it has derivatives of every order, for singular ones of the first.
 *
 * @param a [..., N, N]
 * @returns [...]
 * @throws ShapeError if a matrix is not square, DTypeError for integers
 */
export function det(a: Tensor): Tensor {
  return apply(detOp, [a], undefined);
}
export const detOp: Op = defineOp({
  name: "det",
  inputs: ["a"],
  infer: ([a]) => {
    checkSquare("det", a);
    return [{ shape: a.shape.slice(0, -2), dtype: a.dtype }];
  },
  kernel: ([a], [out]) => lu.det(a, out),
  saves: ["a"],
  vjp: { a: ({ g, a }) => mul(perMatrix(g), cofactors(a)) },
  jvp: { a: ({ t, a }) => sum(mul(cofactors(a), t), { axis: [-2, -1] }) },
});

/**
 * The cofactors `det(A) A⁻ᵀ`, which singular matrices have too: the derivative of the determinant. At singular matrices
 * their own derivative is NaN.
 *
 * @param a [..., N, N]
 * @throws ShapeError if a matrix is not square, DTypeError for integers
 */
export function cofactors(a: Tensor): Tensor {
  return apply(cofactorsOp, [a], undefined);
}
export const cofactorsOp: Op = defineOp({
  name: "cofactors",
  inputs: ["a"],
  infer: ([a]) => {
    checkSquare("cofactors", a);
    return [a];
  },
  kernel: ([a], [out]) => lu.cofactors(a, out),
  saves: ["a", "out"],
  vjp: {
    a: ({ g, a, out }) => {
      const along = mul(perMatrix(sum(mul(g, out), { axis: [-2, -1] })), out);
      const across = matmul(out, matmul(transpose(g), out));
      return div(sub(along, across), perMatrix(det(a)));
    },
  },
  jvp: {
    a: ({ t, a, out }) => {
      const relative = matmul(transpose(out), t);
      const growth = sum(mul(out, t), { axis: [-2, -1], keepDims: true });
      return div(sub(mul(growth, out), matmul(out, transpose(relative))), perMatrix(det(a)));
    },
  },
});

/** A determinant as `sign · exp(logAbsDet)`, which neither overflows nor underflows. */
export interface SignedLogDeterminant {
  /** 1, −1, or 0 for a singular matrix. */
  readonly sign: Tensor;
  /** −∞ for a singular matrix. */
  readonly logAbsDet: Tensor;
}

/**
 * The sign and the logarithm of the magnitude of the determinant. The sign has no gradient. A backward at a singular
 * matrix throws.
 *
 * @param a [..., N, N]
 * @returns both [...]
 * @throws ShapeError if a matrix is not square, DTypeError for integers
 */
export function slogdet(a: Tensor): SignedLogDeterminant {
  const [sign, logAbsDet] = applyMany(slogdetOp, [a], undefined);
  return { sign, logAbsDet };
}
export const slogdetOp: Op = defineOp({
  name: "slogdet",
  inputs: ["a"],
  outputs: ["sign", "logAbsDet"],
  infer: ([a]) => {
    checkSquare("slogdet", a);
    const each = { shape: a.shape.slice(0, -2), dtype: a.dtype };
    return [each, each];
  },
  kernel: ([a], [sign, logAbsDet]) => lu.slogdet(a, sign, logAbsDet),
  saves: ["a"],
  vjp: { a: ({ g_logAbsDet, a }) => mul(perMatrix(g_logAbsDet), transpose(inverse(a))) },
  jvp: { a: ({ t, a }) => [null, matrixTrace(solve(a, t))] },
});

/** The identity, of the size and dtype of square matrices. */
function eyeLike({ shape, dtype }: Tensor): Tensor {
  const n = shape.at(-1)!;
  return eye(n, n, { dtype });
}

/**
 * The logarithm of the determinant: NaN where it is negative, −∞ where it is 0.
 *
 * @param a [..., N, N]
 * @returns [...]
 * @throws ShapeError if a matrix is not square, DTypeError for integers
 */
export function logDet(a: Tensor): Tensor {
  checkSquare("logDet", a);
  const { sign, logAbsDet } = slogdet(a);
  return add(log(sign), logAbsDet);
}

// Powers

/**
 * `Aⁿ` for an integer n, by repeated squaring; of the inverse for a negative one.
 *
 * @param a [..., N, N]
 * @throws LinearAlgebraError for a negative power of a singular matrix, ShapeError if one is not square, ArgumentError if
 *   n is no integer, DTypeError for integers
 */
export function matrixPower(a: Tensor, n: number): Tensor {
  checkSquare("matrixPower", a);
  if (!Number.isSafeInteger(n))
    throw new ArgumentError(`matrixPower: the power is ${n}; it must be an integer`);
  if (n === 0) return expand(eyeLike(a), a.shape);
  let square = n < 0 ? inverse(a) : a;
  let rest = Math.abs(n);
  let power: Tensor | undefined;
  for (;;) {
    if (rest % 2 === 1) power = power === undefined ? square : matmul(power, square);
    rest = Math.floor(rest / 2);
    if (rest === 0) return power!;
    square = matmul(square, square);
  }
}
