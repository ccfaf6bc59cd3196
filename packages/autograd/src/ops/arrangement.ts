/** Ops that arrange elements anew: moved, turned, rolled, repeated; padding and diagonals are files of their own. */

import { defineOp } from "../definition.js";
import { ArgumentError, ShapeError } from "../errors.js";
import { type Op, Tensor } from "../graph.js";
import * as kernels from "../kernels/arrange.js";
import { repeatedIndices, totalOf } from "../kernels/select.js";
import {
  type Axes,
  normalizeAxes,
  normalizeAxis,
  normalizeEach,
  type Shape,
  show,
  sizeOf,
} from "../shape.js";
import { makeView } from "../storage.js";
import { apply } from "../tape.js";
import { checkIndices } from "./indexing/indices.js";
import { indexSelect } from "./indexing.js";
import { expand, flatten, permute, reshape, unsqueeze } from "./layout.js";

export * from "./arrangement/diagonals.js";
export * from "./arrangement/padding.js";

// Axes

/**
 * Axes moved to other places, the others staying in their order: `x` of [N, H, W, C] with axis −1 moved to 1 is
 * [N, C, H, W]. A view.
 *
 * @param source one axis or several
 * @param destination where each of them goes
 * @throws ShapeError if there is no such axis, one is named twice, or the lists differ in length
 */
export function moveAxis(
  x: Tensor,
  source: number | readonly number[],
  destination: number | readonly number[],
): Tensor {
  const [from, to] = [source, destination].map((axes) => normalizeEach("moveAxis", listOf(axes), x.shape));
  if (from.length !== to.length)
    throw new ShapeError(
      `moveAxis: ${from.length} axes ${show(from)} cannot go to ${to.length} places ${show(to)}; give one place for each axis`,
    );
  const rest = x.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  const order = x.shape.map((_, axis) => (to.includes(axis) ? from[to.indexOf(axis)] : rest.shift()!));
  return permute(x, order);
}

function listOf(x: number | readonly number[]): readonly number[] {
  return typeof x === "number" ? [x] : x;
}

/**
 * One axis as several: the inverse of `flatten`. A view.
 *
 * @param sizes their lengths; one may be −1: what remains
 * @throws ShapeError if they do not multiply to the length of the axis
 */
export function unflatten(x: Tensor, axis: number, sizes: Shape): Tensor {
  const at = normalizeAxis("unflatten", axis, x.rank, x.shape);
  const known = sizes.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const unknown = sizes.indexOf(-1);
  const complete = unknown < 0 ? sizes : sizes.with(unknown, known === 0 ? 0 : x.shape[at] / known);
  const fits = complete.every((length) => Number.isInteger(length) && length >= 0);
  if (!fits || sizeOf(complete) !== x.shape[at])
    throw new ShapeError(
      `unflatten: axis ${axis} of ${show(x.shape)} has length ${x.shape[at]} and cannot be read as ${show(sizes)}; the lengths must multiply to that, one may be -1`,
    );
  return reshape(x, x.shape.toSpliced(at, 1, ...complete));
}

// Turning

export interface FlipOptions {
  /** One axis, several, or (left out) all of them. */
  readonly axis?: Axes;
}

/** The elements of axes in reverse order, by default of all axes. A view. */
export function flip(x: Tensor, { axis }: FlipOptions = {}): Tensor {
  return apply(flipOp, [x], { axes: normalizeAxes("flip", axis, x.shape) });
}
export const flipOp: Op<{ readonly axes: readonly number[] }> = defineOp({
  name: "flip",
  inputs: ["x"],
  view: (x, { axes }: { readonly axes: readonly number[] }) => {
    const turned = axes.filter((axis) => x.shape[axis] > 1);
    const last = turned.reduce((sum, axis) => sum + (x.shape[axis] - 1) * x.stride[axis], x.offset);
    const stride = x.stride.map((step, axis) => (turned.includes(axis) ? -step : step));
    // Where there is nothing, the last element would lie outside.
    return [makeView(x.data, x.shape, stride, sizeOf(x.shape) === 0 ? x.offset : last)];
  },
  vjp: { x: ({ g }, options) => apply(flipOp, [g], options) },
});

export interface RollOptions {
  /** One axis, or as many as there are shifts; an axis named twice is rolled twice. */
  readonly axis?: number | readonly number[];
}

/**
 * The elements moved along axes by `shifts`: what leaves at the end comes in at the start. Without an axis the
 * flattened tensor is rolled, and read in its shape again.
 *
 * @throws ArgumentError unless there is one integer for each axis
 */
export function roll(x: Tensor, shifts: number | readonly number[], { axis }: RollOptions = {}): Tensor {
  const amounts = listOf(shifts);
  const axes = axis === undefined ? [0] : listOf(axis);
  if (amounts.length !== axes.length || !amounts.every((amount) => Number.isInteger(amount)))
    throw new ArgumentError(
      `roll: the shifts are ${show(amounts)} for ${axis === undefined ? "the flattened tensor" : `the axes ${show(axes)}`}; give one integer for each`,
    );
  if (axis === undefined) return reshape(apply(rollOp, [flatten(x)], rolling([x.size], amounts)), x.shape);
  const totals = x.shape.map(() => 0);
  for (const [i, each] of axes.entries()) totals[normalizeAxis("roll", each, x.rank, x.shape)] += amounts[i];
  return x.rank === 0 ? x : apply(rollOp, [x], rolling(x.shape, totals));
}

interface Rolling {
  readonly shifts: readonly number[];
}

/** With shifts from 0 to below the length of their axis. */
function rolling(shape: Shape, shifts: readonly number[]): Rolling {
  return { shifts: shape.map((size, axis) => (size === 0 ? 0 : ((shifts[axis] % size) + size) % size)) };
}

export const rollOp: Op<Rolling> = defineOp({
  name: "roll",
  inputs: ["x"],
  infer: ([x]) => [x],
  kernel: ([x], [out], { shifts }: Rolling) => kernels.roll(x, out, shifts),
  linear: ["x"],
  vjp: {
    x: ({ g }, { shifts }) =>
      apply(
        rollOp,
        [g],
        rolling(
          g.shape,
          shifts.map((shift) => -shift),
        ),
      ),
  },
});

// Repeating

/**
 * `x` set beside itself: `counts[i]` times along axis i. There may be more counts than axes, for new ones in front.
 *
 * @throws ArgumentError if there are fewer counts than axes, or one is no integer from 0 on
 */
export function repeat(x: Tensor, counts: readonly number[]): Tensor {
  if (counts.length < x.rank)
    throw new ArgumentError(
      `repeat: there are ${counts.length} counts ${show(counts)} for the ${x.rank} axes of ${show(x.shape)}; give one for each, or use tile`,
    );
  return repeated("repeat", x, counts);
}

/** `x` set beside itself as in {@link repeat}; counts that are missing in front are 1. */
export function tile(x: Tensor, counts: readonly number[]): Tensor {
  const missing = Math.max(0, x.rank - counts.length);
  return repeated("tile", x, [...new Array<number>(missing).fill(1), ...counts]);
}

function repeated(name: string, x: Tensor, counts: readonly number[]): Tensor {
  if (!counts.every(isCount))
    throw new ArgumentError(`${name}: the counts are ${show(counts)}; they must be integers, 0 or more`);
  const shape = counts.map((_, i) => x.shape[i - counts.length + x.rank] ?? 1);
  const between = reshape(
    x,
    shape.flatMap((size) => [1, size]),
  );
  const all = expand(
    between,
    shape.flatMap((size, i) => [counts[i], size]),
  );
  return reshape(
    all,
    shape.map((size, i) => counts[i] * size),
  );
}

function isCount(n: number): boolean {
  return Number.isInteger(n) && n >= 0;
}

export interface RepeatInterleaveOptions {
  /** The axis; left out, the flattened tensor is taken. */
  readonly axis?: number;
  /** The length of the result along the axis, where it is known: `repeats` are then not read before. */
  readonly outputSize?: number;
}

/**
 * Each element of an axis several times, one after another: [1, 2] twice is [1, 1, 2, 2].
 *
 * @param repeats how often: a number for all, or integers [K], one for each element of the axis. Their sum is the
 *   length of the result; it belongs to the program, so a trace that is replayed with another sum throws.
 * @throws ArgumentError if `repeats` is no integer from 0 on, or `outputSize` is not their sum, ShapeError if they do
 *   not fit the axis, DTypeError if they are no integers
 */
export function repeatInterleave(
  x: Tensor,
  repeats: number | Tensor,
  { axis, outputSize }: RepeatInterleaveOptions = {},
): Tensor {
  if (axis === undefined)
    return repeatInterleave(flatten(x), repeats, {
      axis: 0,
      ...(outputSize !== undefined && { outputSize }),
    });
  const at = normalizeAxis("repeatInterleave", axis, x.rank, x.shape);
  const size = x.shape[at];
  if (repeats instanceof Tensor) {
    if (repeats.size !== size || repeats.rank !== 1)
      throw new ShapeError(
        `repeatInterleave: the repeats are ${show(repeats.shape)}, and axis ${axis} of ${show(x.shape)} has length ${size}; they must be [${size}], or a number`,
      );
    checkIndices("repeatInterleave", repeats, "repeats");
    const total = outputSize ?? totalOf(repeats.view);
    return indexSelect(x, apply(repeatedIndicesOp, [repeats], { size: total }), { axis: at });
  }
  if (!isCount(repeats))
    throw new ArgumentError(
      `repeatInterleave: the number of repeats is ${repeats}; it must be an integer, 0 or more`,
    );
  if (outputSize !== undefined && outputSize !== size * repeats) throw wrongTotal(size * repeats, outputSize);
  const each = expand(unsqueeze(x, at + 1), x.shape.toSpliced(at + 1, 0, repeats));
  return reshape(each, x.shape.with(at, size * repeats));
}

function wrongTotal(total: number, size: number): ArgumentError {
  return new ArgumentError(
    `repeatInterleave: the repeats add up to ${total}, and outputSize is ${size}; they must be equal`,
  );
}

/** The indices from 0 on, each as often as `repeats` says: [2, 0, 1] gives [0, 0, 2]. */
export const repeatedIndicesOp: Op<{ readonly size: number }> = defineOp({
  name: "repeatedIndices",
  inputs: ["repeats"],
  infer: ([repeats], { size }: { readonly size: number }) => {
    checkIndices("repeatInterleave", repeats, "repeats");
    return [{ shape: [size], dtype: "int32" }];
  },
  kernel: ([repeats], [out], { size }) => {
    const total = totalOf(repeats);
    if (total !== size) throw wrongTotal(total, size);
    repeatedIndices(repeats, out);
  },
  vjp: { repeats: null },
});

// Grids

export interface MeshgridOptions {
  /** `ij`: `xs[i]` runs along axis i, the default. `xy`: the first along the columns, the second along the rows. */
  readonly indexing?: "ij" | "xy";
}

/**
 * The coordinates of the points of a grid: result i has the shape of the whole grid, and is `xs[i]` along its own
 * axis, the same along all others. Views.
 *
 * @param xs vectors (or single numbers), the coordinates along each axis
 * @throws ShapeError for a tensor of more axes, ArgumentError for an empty list
 */
export function meshgrid(xs: readonly Tensor[], { indexing = "ij" }: MeshgridOptions = {}): Tensor[] {
  if (xs.length === 0) throw new ArgumentError("meshgrid: the list is empty; give at least one tensor");
  if (!["ij", "xy"].includes(indexing))
    throw new ArgumentError(`meshgrid: there is no indexing ${String(indexing)}; use "ij" or "xy"`);
  const wrong = xs.findIndex((x) => x.rank > 1);
  if (wrong >= 0)
    throw new ShapeError(
      `meshgrid: tensor ${wrong} is ${show(xs[wrong].shape)}; each must be a vector or a single number`,
    );
  const axisOf = (i: number): number => (indexing === "xy" && i < 2 && xs.length > 1 ? 1 - i : i);
  const shape = xs.map((_, axis) => xs[axisOf(axis)].size);
  return xs.map((x, i) =>
    expand(
      reshape(
        x,
        xs.map((_, axis) => (axis === axisOf(i) ? x.size : 1)),
      ),
      shape,
    ),
  );
}
