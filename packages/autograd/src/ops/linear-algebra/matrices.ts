/** What the ops on matrices have in common: checks of shapes, and small steps of their rules. */
import { DTypeError, ShapeError } from "../../errors.js";
import type { Spec, Tensor } from "../../graph.js";
import { broadcast, type Shape, sameShape, show } from "../../shape.js";
import { checkFloat } from "../elementwise/floating.js";
import { add, mul } from "../elementwise.js";
import { transpose, unsqueeze } from "../layout.js";

/** Throws if `x` is not [..., M, N] of floats. */
export function checkMatrix(name: string, x: Spec, input = "a"): void {
  const { shape } = x;
  if (shape.length < 2)
    throw new ShapeError(
      `${name}: ${input} is ${show(shape)}; it must have at least the two axes of a matrix`,
    );
  checkFloat(name, x, input);
}

/** Throws if `a` is not [..., N, N] of floats. */
export function checkSquare(name: string, a: Spec): void {
  checkMatrix(name, a);
  const { shape } = a;
  const [rows, columns] = shape.slice(-2);
  if (rows !== columns)
    throw new ShapeError(
      `${name}: a is ${show(shape)}: its last two axes have sizes ${rows} and ${columns}; the matrix must be square`,
    );
}

/** The shape of X in `A X = B`, whose batches broadcast. Throws if A is not square or B does not fit. */
export function solvedShape(name: string, a: Spec, b: Spec): Shape {
  checkSquare(name, a);
  checkMatrix(name, b, "b");
  if (a.dtype !== b.dtype)
    throw new DTypeError(`${name}: a is ${a.dtype} and b is ${b.dtype}; convert one of them with to()`);
  const n = a.shape.at(-1)!;
  if (b.shape.at(-2) !== n)
    throw new ShapeError(
      `${name}: a is ${show(a.shape)} and b is ${show(b.shape)}: b's second to last axis has size ${b.shape.at(-2)}; it must be a's last, ${n}`,
    );
  const batch = broadcast(name, [a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  return [...batch, n, b.shape.at(-1)!];
}

/** Whether `b` is a vector for each matrix of `a`: [N], or exactly the shape of a without its last axis. */
export function isOfVectors(a: Spec, b: Spec): boolean {
  return b.shape.length === 1 || (b.shape.length > 0 && sameShape(b.shape, a.shape.slice(0, -1)));
}

/** `(X + Xᵀ) / 2`. */
export function symmetric(x: Tensor): Tensor {
  return mul(add(x, transpose(x)), 0.5);
}

/** One number for each matrix, read as [..., 1, 1]. */
export function perMatrix(x: Tensor): Tensor {
  return unsqueeze(unsqueeze(x, -1), -1);
}
