/** Eigenvalues: with their vectors of symmetric matrices, and the largest of any. */

import { defineOp } from "../../definition.js";
import { ArgumentError } from "../../errors.js";
import type { Op, Tensor } from "../../graph.js";
import * as squaring from "../../kernels/linear-algebra/spectral-radius.js";
import * as kernels from "../../kernels/linear-algebra/symmetric.js";
import { makeView } from "../../storage.js";
import { apply, applyMany, scalar } from "../../tape.js";
import { diagEmbed, diagonal } from "../arrangement/diagonals.js";
import { matmul } from "../contraction.js";
import { add, mul, sub } from "../elementwise.js";
import { expand, transpose, unsqueeze } from "../layout.js";
import { checkSquare, perMatrix, symmetric } from "../linear-algebra/matrices.js";
import { sum } from "../reductions.js";
import { acrossGaps, spectrumOp } from "./spectra.js";

// Symmetric matrices

/** The parts of `A = V diag(λ) Vᵀ`. */
export interface Eigen {
  /** [..., N], rising. */
  readonly values: Tensor;
  /** [..., N, N]: a column of length 1 for each value, its largest component in magnitude positive. */
  readonly vectors: Tensor;
}

export interface EighOptions {
  /** Reads the upper triangle of A; `false` by default. */
  readonly upper?: boolean;
}

/**
 * Eigenvalues and eigenvectors of symmetric matrices, of which one triangle is read.
 *
 * Gradients are symmetric. That of the values is always right; that of the vectors exists only where all values differ:
 * it holds the reciprocals of their differences, and so infinities or NaN where two are equal. Where numbers of a matrix
 * are not finite, its results are NaN.
 *
 * @param a [..., N, N]
 * @throws ShapeError if a matrix is not square, DTypeError for integers
 */
export function eigh(a: Tensor, options: EighOptions = {}): Eigen {
  return eigenOf("eigh", a, options);
}

function eigenOf(name: string, a: Tensor, { upper = false }: EighOptions): Eigen {
  checkSquare(name, a);
  const [found, vectors] = applyMany(eighOp, [a], { upper });
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
  kernel: ([a], [values, vectors], options) => kernels.eigh(a, values, vectors, options),
  saves: ["values", "vectors"],
  vjp: {
    // Giles, "An extended collection of matrix derivative results" (2008), section 3.1.
    a: ({ g_values, g_vectors, values, vectors }) => {
      const turning = acrossGaps(matmul(transpose(vectors), g_vectors), gapsOf(values));
      const inner = add(turning, diagEmbed(g_values));
      return symmetric(matmul(vectors, matmul(inner, transpose(vectors))));
    },
  },
  jvp: {
    a: ({ t, values, vectors }) => {
      const moved = matmul(matmul(transpose(vectors), symmetric(t)), vectors);
      const turning = acrossGaps(moved, gapsOf(values));
      return [diagonal(moved, { firstAxis: -2, secondAxis: -1 }), matmul(vectors, turning)];
    },
  },
});

/** `λⱼ − λᵢ` at [i, j]. */
function gapsOf(values: Tensor): Tensor {
  return sub(unsqueeze(values, -2), unsqueeze(values, -1));
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
 * Its gradient is that of the limit, taken from the last power. Where several eigenvalues have the largest magnitude, it
 * is the mean of theirs, as a maximum shares its gradient among equals: right for a complex pair, one of many at the kink
 * where others meet. It is 0 where the radius is 0, as of `abs`. Where a dominant eigenvalue lacks an eigenvector, it is
 * infinite in truth, and NaN or very large here. It is NaN where numbers are not finite, and where the iterations have
 * not told the dominant eigenvalues from the others, as long as `2^iterations` is not well above the reciprocal of their
 * relative distance: 24 and more do for most matrices.
 *
 * There is no second derivative: it is refused, in every mode.
 *
 * @param a [..., N, N]
 * @returns [...]; 0 for matrices without elements
 * @throws ShapeError if a matrix is not square, DTypeError for integers, ArgumentError if `iterations` is no integer from
 *   1 to 1000; GradientError where a gradient of its gradient is taken
 */
export function spectralRadius(a: Tensor, { iterations = 50 }: SpectralRadiusOptions = {}): Tensor {
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > 1000)
    throw new ArgumentError(
      `spectralRadius: iterations is ${iterations}; it must be an integer from 1 to 1000`,
    );
  return apply(spectralRadiusOp, [a], { iterations });
}
export const spectralRadiusOp: Op<{ readonly iterations: number }> = defineOp({
  name: "spectralRadius",
  inputs: ["a"],
  outputs: ["radius", "slope"],
  infer: ([a], _: { readonly iterations: number }) => {
    checkSquare("spectralRadius", a);
    return [{ shape: a.shape.slice(0, -2), dtype: a.dtype }, a];
  },
  kernel: ([a], [radius, slope], options) => squaring.spectralRadius(a, radius, slope, options),
  saves: ["slope"],
  // The slope is for these rules alone, and they read it where it cannot be differentiated: so it has no cotangent.
  vjp: { a: ({ g_radius, slope }) => mul(perMatrix(g_radius), constantSlope(slope)) },
  jvp: {
    a: ({ t, slope }) => {
      const moved = sum(mul(t, constantSlope(slope)), { axis: [-2, -1] });
      // Without a tangent it would be taken for a constant. Nothing may come of this one.
      return [moved, expand(scalar(Number.NaN, t.dtype), t.shape)];
    },
  },
});

/** The slope, where it may be read but not differentiated: a derivative in any mode ends here, with an error. */
function constantSlope(slope: Tensor): Tensor {
  return apply(spectralSlopeOp, [slope], undefined);
}
const spectralSlopeOp: Op = defineOp({
  name: "spectralSlope",
  inputs: ["slope"],
  view: ({ data, shape, stride, offset }) => [makeView(data, shape, stride, offset)],
  vjp: { slope: ({ g }) => g },
  undifferentiable:
    "spectralRadius has no second derivative yet; take its gradient as a constant, with detach()",
});
