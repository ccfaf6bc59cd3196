/** Matrices for samples: well conditioned, with eigenvalues and singular values far apart. */
import { isFloat } from "../../src/dtype.js";
import { DTypeError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import { add, mul } from "../../src/ops/elementwise.js";
import { transpose } from "../../src/ops/layout.js";
import { type Shape, sizeOf } from "../../src/shape.js";
import {
  type ExpectedError,
  float,
  type Layout,
  type NotApplicable,
  type Sample,
  type ShapeCategories,
  type TensorInput,
} from "../sample.js";

export const noScalar: NotApplicable = { notApplicable: "a matrix has two axes" };
export const floatsOnly: NotApplicable = { notApplicable: "it takes floats alone" };
export const oneMatrix: NotApplicable = { notApplicable: "it takes one matrix, whose batch is its own" };

/** Multiples of 1/64 from −1/4 to 1/4, the same for the same seed. */
function small(count: number, seed: number): number[] {
  let state = seed | 1;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 0x2c9277b5) + 0x3c6ef35f) | 0;
    return (((state >>> 8) % 33) - 16) / 64;
  });
}

type Element = (row: number, column: number, noise: (row: number, column: number) => number) => number;

/** Each matrix made element by element; all the same where the first axis is repeated. */
function matrices(shape: Shape, layout: Layout, element: Element): TensorInput {
  const [rows, columns] = shape.slice(-2);
  const batch = sizeOf(shape.slice(0, -2));
  const values = Array.from({ length: batch }, (_, index) => {
    const noise = small(rows * columns, 101 + (layout === "expanded" ? 0 : 7 * index) + 13 * rows);
    const at = (row: number, column: number): number => noise[row * columns + column];
    return Array.from({ length: rows * columns }, (__, i) =>
      element(Math.floor(i / columns), i % columns, at),
    );
  });
  return { shape, layout, values: values.flat() };
}

/** A diagonal of 3/2, 3, 9/2 … and small numbers elsewhere. */
export function separated(shape: Shape, layout: Layout = "dense"): TensorInput {
  return matrices(shape, layout, (row, column, noise) =>
    row === column ? 1.5 * (row + 1) + noise(row, column) : noise(row, column),
  );
}

/** The same with its rows from the last to the first, so that elimination must exchange them. */
export function reversed(shape: Shape, layout: Layout = "dense"): TensorInput {
  const last = shape.at(-2)! - 1;
  return matrices(shape, layout, (row, column, noise) =>
    last - row === column ? 1.5 * (row + 1) + noise(row, column) : noise(row, column),
  );
}

/** The same, symmetric, and so positive definite. */
export function definite(shape: Shape, layout: Layout = "dense"): TensorInput {
  return matrices(shape, layout, (row, column, noise) =>
    row === column ? 1.5 * (row + 1) : noise(Math.min(row, column), Math.max(row, column)),
  );
}

/** One matrix, by its rows. */
export function matrix(...rows: readonly (readonly number[])[]): TensorInput {
  return { shape: [rows.length, rows[0].length], values: rows.flat() };
}

/** `(X + Xᵀ) / 2`: differences change one number at a time, and its mirror image must follow. What is refused stays. */
export function symmetric(x: Tensor): Tensor {
  const accepted = x.rank >= 2 && x.shape.at(-1) === x.shape.at(-2) && isFloat(x.dtype);
  return accepted ? mul(add(x, transpose(x)), 0.5) : x;
}

export type Make = (shape: Shape, layout?: Layout) => TensorInput;

/** Shapes and layouts of ops of one square matrix. */
export function squareShapes<Options>(
  make: Make,
  sample: (x: TensorInput) => Sample<Options>,
): ShapeCategories<Options> {
  return {
    scalar: noScalar,
    empty: [sample(float([0, 0])), sample(float([2, 0, 0])), sample(float([0, 2, 2]))],
    one: [sample(make([1, 1])), sample(make([2, 1, 1]))],
    highRank: [sample(make([2, 2, 2, 2]))],
    long: [sample(make([6, 6]))],
    transposed: [sample(make([3, 3], "transposed")), sample(make([2, 3, 3], "transposed"))],
    negativeStep: [sample(make([3, 3], "negative step"))],
    offset: [sample(make([3, 3], "offset"))],
    expanded: [sample(make([2, 3, 3], "expanded"))],
  };
}

/** What every op of square matrices refuses. */
export function squareErrors<Options>(
  name: string,
  more: (x: TensorInput) => Sample<Options>,
): readonly [ExpectedError<Options>, ...ExpectedError<Options>[]] {
  return [
    {
      ...more(float([2, 3])),
      error: ShapeError,
      message: new RegExp(
        `^${name}: a is \\[2, 3\\]: its last two axes have sizes 2 and 3; the matrix must be square$`,
      ),
    },
    {
      ...more(float([3])),
      error: ShapeError,
      message: new RegExp(`^${name}: a is \\[3\\]; it must have at least the two axes of a matrix$`),
    },
    {
      ...more({ shape: [2, 2], dtype: "int32" }),
      error: DTypeError,
      message: new RegExp(`^${name}: a is int32; it must be a float, convert it with to\\("float32"\\)$`),
    },
  ];
}
