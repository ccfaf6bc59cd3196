/** What the ops on matrices have in common: checks of shapes, masks, and small steps of their rules. */
import { tensor } from "../create.js";
import { isFloat } from "../dtype.js";
import { DTypeError, ShapeError } from "../errors.js";
import type { Spec, Tensor } from "../graph.js";
import { broadcast, type Shape, show } from "../shape.js";
import { add, mul, where } from "./elementwise.js";
import { permute, reshape, slice, transpose, unsqueeze } from "./layout.js";

/** Throws if `x` is not [..., M, N] of floats. */
export function checkMatrix(name: string, { shape, dtype }: Spec, input = "a"): void {
  if (shape.length < 2)
    throw new ShapeError(
      `${name}: ${input} is ${show(shape)}; it must have at least the two axes of a matrix`,
    );
  if (!isFloat(dtype))
    throw new DTypeError(
      `${name}: ${input} is ${dtype}; it must be of floats, convert it with to("float32")`,
    );
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

/** A mask [size, size] of the places for which `chosen` holds. */
function mask(size: number, chosen: (row: number, column: number) => boolean): Tensor {
  const places = Uint8Array.from({ length: size * size }, (_, i) =>
    chosen(Math.floor(i / size), i % size) ? 1 : 0,
  );
  return tensor(places, { shape: [size, size], dtype: "bool" });
}

/** The diagonal of [size, size]. */
export function diagonalMask(size: number): Tensor {
  return mask(size, (row, column) => row === column);
}

/** Square matrices with zeros outside of a triangle; `strict` takes the diagonal, too. */
export function triangleOf(
  x: Tensor,
  { upper = false, strict = false }: { readonly upper?: boolean; readonly strict?: boolean },
): Tensor {
  const chosen = mask(x.shape.at(-1)!, (row, column) => (row === column ? !strict : upper === row < column));
  // A choice and not a product, which would keep a NaN of the other triangle.
  return where(chosen, x, 0);
}

/** `(X + Xᵀ) / 2`. */
export function symmetric(x: Tensor): Tensor {
  return mul(add(x, transpose(x)), 0.5);
}

/** One number for each matrix, read as [..., 1, 1]. */
export function perMatrix(x: Tensor): Tensor {
  return unsqueeze(unsqueeze(x, -1), -1);
}

/** The elements of which two axes have the same index, along a new last axis. */
export function diagonalOf(x: Tensor, first = -2, second = -1): Tensor {
  const a = first < 0 ? first + x.rank : first;
  const b = second < 0 ? second + x.rank : second;
  const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== a && axis !== b);
  const [rows, columns] = [x.shape[a], x.shape[b]];
  const outer = others.map((axis) => x.shape[axis]);
  const flat = reshape(permute(x, [...others, a, b]), [...outer, rows * columns]);
  const count = Math.min(rows, columns);
  const end = count === 0 ? 0 : (count - 1) * (columns + 1) + 1;
  return slice(flat, { axis: -1, end, step: columns + 1 });
}
