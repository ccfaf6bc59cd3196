/** Orthonormal bases: the QR factorisation, and what completes a basis. */
import { zeros } from "../../create.js";
import { defineOp } from "../../definition.js";
import { ArgumentError, ShapeError } from "../../errors.js";
import type { Op, Tensor } from "../../graph.js";
import * as kernels from "../../kernels/linear-algebra/householder.js";
import { show } from "../../shape.js";
import { apply, applyMany } from "../../tape.js";
import { tril, triu } from "../arrangement/diagonals.js";
import { matmul } from "../contraction.js";
import { add, neg, sub } from "../elementwise.js";
import { concat, narrow, transpose } from "../layout.js";
import { checkMatrix } from "../linear-algebra/matrices.js";
import { triangularSolve } from "../linear-algebra.js";

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
  kernel: ([q], [out]) => kernels.complement(q, out),
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
  kernel: ([a], [q, r]) => kernels.qr(a, q, r),
  saves: ["q", "r"],
  vjp: {
    // Walter and Lehmann, "Algorithmic differentiation of linear algebra functions" (2018).
    a: ({ g_q, g_r, q, r }) => {
      const m = sub(matmul(r, transpose(g_r)), matmul(transpose(g_q), q));
      const mirrored = add(tril(m), transpose(tril(m, { offset: -1 })));
      const inner = add(g_q, matmul(q, mirrored));
      return triangularSolve(r, inner, { upper: true, transpose: true, left: false });
    },
  },
  jvp: {
    a: ({ t, q, r }) => {
      const relative = triangularSolve(r, t, { upper: true, left: false });
      const x = matmul(transpose(q), relative);
      const growth = add(triu(x), transpose(tril(x, { offset: -1 })));
      return [sub(relative, matmul(q, growth)), matmul(growth, r)];
    },
  },
});
