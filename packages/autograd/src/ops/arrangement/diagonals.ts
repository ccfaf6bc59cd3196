/** Diagonals and triangles of matrices. */

import { defineOp } from "../../definition.js";
import { ArgumentError, ShapeError } from "../../errors.js";
import type { Op, Tensor } from "../../graph.js";
import { triangle } from "../../kernels/arrange.js";
import { copy } from "../../kernels/copy.js";
import { normalizeAxis, type Shape, show } from "../../shape.js";
import { makeView, type View } from "../../storage.js";
import { apply } from "../../tape.js";

export interface DiagonalOptions {
  /** Which diagonal: 0 is the main one, positive ones lie to its right, negative ones below. */
  readonly offset?: number;
  /** The axis that counts rows: by default the first for `diagonal`, the last but one for `diagEmbed`. */
  readonly firstAxis?: number;
  /** The axis that counts columns: by default the second for `diagonal`, the last for `diagEmbed`. */
  readonly secondAxis?: number;
}

interface Diagonal {
  readonly offset: number;
  readonly first: number;
  readonly second: number;
}

function diagonalOf(
  name: string,
  shape: Shape,
  rank: number,
  offset: number,
  firstAxis: number,
  secondAxis: number,
): Diagonal {
  checkOffset(name, offset);
  const of = rank === shape.length ? shape : undefined;
  const first = normalizeAxis(name, firstAxis, rank, of);
  const second = normalizeAxis(name, secondAxis, rank, of);
  if (first === second)
    throw new ShapeError(
      `${name}: axis ${first} of ${of === undefined ? "the result" : show(shape)} is named twice; rows and columns are different axes`,
    );
  return { offset, first, second };
}

function checkOffset(name: string, offset: number): void {
  if (!Number.isInteger(offset))
    throw new ArgumentError(
      `${name}: the offset is ${offset}; it must be an integer, 0 for the main diagonal`,
    );
}

/** A diagonal of a view, along a last axis of its own. */
function alongDiagonal(x: View, { offset, first, second }: Diagonal): View {
  const rows = x.shape[first] + Math.min(0, offset);
  const columns = x.shape[second] - Math.max(0, offset);
  const length = Math.max(0, Math.min(rows, columns));
  const start = offset < 0 ? -offset * x.stride[first] : offset * x.stride[second];
  const others = (list: readonly number[]): readonly number[] =>
    list.filter((_, axis) => axis !== first && axis !== second);
  return makeView(
    x.data,
    [...others(x.shape), length],
    [...others(x.stride), x.stride[first] + x.stride[second]],
    length === 0 ? x.offset : x.offset + start,
  );
}

/**
 * A diagonal of the matrices that two axes make, along a last axis: `out[…, i] = x[i, i + offset, …]`. A view.
 *
 * @throws ShapeError if the axes are not two
 */
export function diagonal(
  x: Tensor,
  { offset = 0, firstAxis = 0, secondAxis = 1 }: DiagonalOptions = {},
): Tensor {
  return apply(diagonalOp, [x], diagonalOf("diagonal", x.shape, x.rank, offset, firstAxis, secondAxis));
}
export const diagonalOp: Op<Diagonal> = defineOp({
  name: "diagonal",
  inputs: ["x"],
  view: (x, options: Diagonal) => [alongDiagonal(x, options)],
  vjp: {
    x: ({ g }, options, [{ shape }]) =>
      apply(diagEmbedOp, [g], { ...options, rows: shape[options.first], columns: shape[options.second] }),
  },
});

/**
 * Square matrices of zeros with the last axis of `x` on a diagonal: the adjoint of {@link diagonal}.
 *
 * @param options `firstAxis` and `secondAxis` are axes of the result
 * @throws ShapeError if `x` is 0-d, or the axes are not two
 */
export function diagEmbed(
  x: Tensor,
  { offset = 0, firstAxis = -2, secondAxis = -1 }: DiagonalOptions = {},
): Tensor {
  if (x.rank === 0)
    throw new ShapeError("diagEmbed: x is 0-d; it must have an axis, which becomes the diagonal");
  const place = diagonalOf("diagEmbed", x.shape, x.rank + 1, offset, firstAxis, secondAxis);
  const size = x.shape[x.rank - 1] + Math.abs(offset);
  return apply(diagEmbedOp, [x], { ...place, rows: size, columns: size });
}
export const diagEmbedOp: Op<Diagonal & { readonly rows: number; readonly columns: number }> = defineOp({
  name: "diagEmbed",
  inputs: ["x"],
  infer: ([{ shape, dtype }], options: Diagonal & { readonly rows: number; readonly columns: number }) => {
    const { first, second, rows, columns } = options;
    const others = shape.slice(0, -1);
    const matrix =
      first < second
        ? others.toSpliced(first, 0, rows).toSpliced(second, 0, columns)
        : others.toSpliced(second, 0, columns).toSpliced(first, 0, rows);
    return [{ shape: matrix, dtype }];
  },
  kernel: ([x], [out], options) => copy(x, alongDiagonal(out, options)),
  linear: ["x"],
  vjp: { x: ({ g }, { offset, first, second }) => apply(diagonalOp, [g], { offset, first, second }) },
});

export interface DiagOptions {
  /** Which diagonal, 0 by default: positive ones lie to the right of the main one, negative ones below. */
  readonly offset?: number;
}

/**
 * The diagonal of a matrix, or a matrix of zeros with the vector `x` on its diagonal.
 *
 * @throws ShapeError if `x` is neither
 */
export function diag(x: Tensor, options: DiagOptions = {}): Tensor {
  if (x.rank !== 1 && x.rank !== 2)
    throw new ShapeError(
      `diag: x is ${show(x.shape)}; it must be a vector or a matrix, see diagonal and diagEmbed`,
    );
  return x.rank === 1 ? diagEmbed(x, options) : diagonal(x, options);
}

/**
 * The matrices of the last two axes on and below a diagonal, and 0 above it.
 *
 * @throws ShapeError if there are fewer than two axes
 */
export function tril(x: Tensor, { offset = 0 }: DiagOptions = {}): Tensor {
  return apply(trilOp, [x], { offset });
}
export const trilOp: Op<Triangle> = triangleOp("tril", "lower");

/** The matrices of the last two axes on and above a diagonal, and 0 below it. */
export function triu(x: Tensor, { offset = 0 }: DiagOptions = {}): Tensor {
  return apply(triuOp, [x], { offset });
}
export const triuOp: Op<Triangle> = triangleOp("triu", "upper");

interface Triangle {
  readonly offset: number;
}

function triangleOp(name: string, part: "lower" | "upper"): Op<Triangle> {
  const op: Op<Triangle> = defineOp({
    name,
    inputs: ["x"],
    infer: ([x], { offset }: Triangle) => {
      checkOffset(name, offset);
      if (x.shape.length < 2)
        throw new ShapeError(`${name}: x is ${show(x.shape)}; it must have two axes at least, for matrices`);
      return [x];
    },
    kernel: ([x], [out], { offset }) => triangle(x, out, offset, part),
    linear: ["x"],
    vjp: { x: ({ g }, options) => apply(op, [g], options) },
  });
  return op;
}
