/**
 * Functions whose results are as long as the values say. They read values, so to a trace they are steps at which values
 * leave the tape, like `item()`.
 */
import { ones, tensor } from "../../create.js";
import { allocate, type NumberArray } from "../../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../../errors.js";
import type { Tensor } from "../../graph.js";
import { numbersOf } from "../../kernels/copy.js";
import { orderOfRows } from "../../kernels/sort.js";
import { inverseOrder, normalizeAxis, show, sizeOf } from "../../shape.js";
import { apply, traceListener } from "../../tape.js";
import { to } from "../elementwise.js";
import { scatterZerosOp } from "../indexing.js";
import { type AxisOptions, flatten, permute, unsqueeze } from "../layout.js";

/** The different elements of a tensor. */
export interface Unique {
  /** In rising order. */
  readonly values: Tensor;
  /** For each element of the tensor, the place among `values` where it stands. int32 */
  readonly inverse: Tensor;
  /** How often each of `values` occurs. int32 */
  readonly counts: Tensor;
}

/**
 * The different elements in rising order, or with `axis` the different parts of that axis, ordered by their first
 * elements, then by the second, and so on. 0 and −0 are equal: the first of them is kept. NaN equals nothing, and comes
 * last. No gradient.
 *
 * @returns values [N], inverse in the shape of `x`; with `axis` values [..., N, ...], inverse [length of the axis]
 * @throws ShapeError if there is no such axis
 */
export function unique(x: Tensor, { axis }: AxisOptions = {}): Unique {
  const at = axis === undefined ? undefined : normalizeAxis("unique", axis, x.rank, x.shape);
  // Parts as rows: the axis comes first, with one element in each row where all elements are meant.
  const axes = x.shape.map((_, i) => i);
  const order = at === undefined ? axes : [at, ...axes.toSpliced(at, 1)];
  const parts = at === undefined ? unsqueeze(flatten(x), 1) : permute(x, order);
  traceListener()?.barrier("unique", x.view);
  const numbers = numbersOf(parts.view);
  const [count, ...partShape] = parts.shape;
  const width = sizeOf(partShape);
  const inverse = new Int32Array(count);
  const counts: number[] = [];
  const first: number[] = [];
  const sorted = orderOfRows(numbers, count, width);
  sorted.forEach((row, k) => {
    if (k === 0 || !equalRows(numbers, width, sorted[k - 1], row)) {
      counts.push(0);
      first.push(row);
    }
    counts[counts.length - 1]++;
    inverse[row] = counts.length - 1;
  });
  const chosen = allocate(x.dtype, first.length * width);
  first.forEach((row, k) => {
    for (let i = 0; i < width; i++) chosen[k * width + i] = numbers[row * width + i];
  });
  const rows = tensor(chosen, { shape: [first.length, ...partShape], dtype: x.dtype });
  return {
    values: at === undefined ? flatten(rows) : permute(rows, inverseOrder(order)),
    inverse: tensor(inverse, { shape: at === undefined ? x.shape : [count] }),
    counts: tensor(Int32Array.from(counts)),
  };
}

function equalRows(numbers: NumberArray, width: number, row: number, other: number): boolean {
  for (let i = 0; i < width; i++) if (numbers[row * width + i] !== numbers[other * width + i]) return false;
  return true;
}

export interface BincountOptions {
  /** What each element counts, of the shape of `x`; 1 by default. The result has its dtype, and it has a gradient. */
  readonly weights?: Tensor;
  /** The least length of the result, 0 by default. */
  readonly minLength?: number;
}

/**
 * How often each of 0, 1, 2 … occurs, up to the largest: `out[k] = Σ weights[i]` over the places where `x[i] = k`.
 *
 * @param x [N], int32 or uint8, none negative
 * @returns int32, or the dtype of the weights
 * @throws ShapeError if `x` has not one axis or the weights another shape, DTypeError if `x` has no integers,
 *   ArgumentError if one is negative or `minLength` is no length
 */
export function bincount(x: Tensor, { weights, minLength = 0 }: BincountOptions = {}): Tensor {
  if (x.rank !== 1) throw new ShapeError(`bincount: x is ${show(x.shape)}; it must have one axis`);
  if (x.dtype !== "int32" && x.dtype !== "uint8")
    throw new DTypeError(`bincount: x is ${x.dtype}; it must be integers, convert it with to("int32")`);
  if (!Number.isInteger(minLength) || minLength < 0)
    throw new ArgumentError(`bincount: minLength is ${minLength}; it must be an integer, 0 or more`);
  const each = weights ?? ones(x.shape, { dtype: "int32" });
  if (show(each.shape) !== show(x.shape))
    throw new ShapeError(
      `bincount: the weights are ${show(each.shape)} and x is ${show(x.shape)}; they must be the same`,
    );
  traceListener()?.barrier("bincount", x.view);
  let length = minLength;
  for (const value of numbersOf(x.view)) {
    if (value < 0) throw new ArgumentError(`bincount: x has the element ${value}; none may be negative`);
    length = Math.max(length, value + 1);
  }
  return apply(scatterZerosOp, [to(x, "int32"), each], { axis: 0, shape: [length] });
}
