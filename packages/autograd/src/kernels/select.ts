/**
 * Choosing and replacing elements by index, mask or position. Plain loops: time goes into fetching what is chosen.
 * Where several values go to one place, they come in row-major order of the indices.
 */
import { ArgumentError } from "../errors.js";
import { isRowMajor, rowMajor, type Shape, show, sizeOf } from "../shape.js";
import type { View } from "../storage.js";
import { numbersOf } from "./copy.js";
import { checkIndices, places } from "./index.js";

/** Where each element of `indices` points to along `axis`, counted from the first element of what has these strides. */
function targets(
  op: string,
  shape: Shape,
  stride: readonly number[],
  indices: View,
  axis: number,
): Int32Array {
  const chosen = checkIndices(op, indices, shape[axis]);
  const found = places(indices.shape, stride.with(axis, 0));
  const step = stride[axis];
  for (let k = 0; k < found.length; k++) found[k] += chosen[k] * step;
  return found;
}

/** `out[k] = x[indices[k]]`, `x` read in row-major order. */
export function take(x: View, indices: View, out: View): void {
  const { data, shape, stride, offset } = x;
  const chosen = checkIndices("take", indices, sizeOf(shape));
  const from = data.data;
  const to = out.data.writable;
  const lie = isRowMajor(shape, stride) ? undefined : places(shape, stride);
  for (let k = 0; k < chosen.length; k++)
    to[out.offset + k] = from[offset + (lie === undefined ? chosen[k] : lie[chosen[k]])];
}

/**
 * Writes each value at its index: `out[indices[i][j]][j] = values[i][j]` for axis 0. The last one stays.
 *
 * @param indices as many axes as `out`, one at least, none but `axis` longer
 * @param values of the shape of `indices`
 */
export function scatter(out: View, indices: View, values: View, axis: number): void {
  const goes = targets("scatter", out.shape, out.stride, indices, axis);
  const lie = places(values.shape, values.stride);
  const from = values.data.data;
  const to = out.data.writable;
  for (let k = 0; k < goes.length; k++) to[out.offset + goes[k]] = from[values.offset + lie[k]];
}

/** Keeps the largest, or smallest, of what `out` holds and the values at each index. NaN is both. */
export function scatterExtreme(
  out: View,
  indices: View,
  values: View,
  axis: number,
  kind: "max" | "min",
): void {
  const goes = targets("scatterReduce", out.shape, out.stride, indices, axis);
  const lie = places(values.shape, values.stride);
  const from = values.data.data;
  const to = out.data.writable;
  const extreme = kind === "max" ? Math.max : Math.min;
  for (let k = 0; k < goes.length; k++) {
    const at = out.offset + goes[k];
    to[at] = extreme(to[at], from[values.offset + lie[k]]);
  }
}

/**
 * Whether each index is the last of those that point to its place.
 *
 * @param shape of what is indexed
 * @param out dense, of the shape of `indices`
 */
export function lastWriters(shape: Shape, indices: View, out: View, axis: number): void {
  const goes = targets("scatter", shape, rowMajor(shape), indices, axis);
  const last = new Int32Array(sizeOf(shape));
  for (let k = 0; k < goes.length; k++) last[goes[k]] = k;
  const to = out.data.writable;
  for (let k = 0; k < goes.length; k++) to[out.offset + k] = last[goes[k]] === k ? 1 : 0;
}

/**
 * The indices that point to one place together: positions in `indices` by the place they point to, and in order where
 * it is the same; and those places in the dense tensor that is indexed.
 *
 * @param shape of what is indexed
 * @param positions dense, of one axis
 * @param sorted the places, as long
 */
export function groupByPlace(shape: Shape, indices: View, positions: View, sorted: View, axis: number): void {
  const goes = targets("scatterReduce", shape, rowMajor(shape), indices, axis);
  const next = new Int32Array(sizeOf(shape) + 1);
  for (const place of goes) next[place + 1]++;
  for (let place = 1; place < next.length; place++) next[place] += next[place - 1];
  const [order, places] = [positions.data.writable, sorted.data.writable];
  for (let k = 0; k < goes.length; k++) {
    const at = next[goes[k]]++;
    order[positions.offset + at] = k;
    places[sorted.offset + at] = goes[k];
  }
}

/** `out += x`, element by element, where `out` may be any view without repetition. */
export function addTo(out: View, x: View): void {
  const goes = places(out.shape, out.stride);
  const lie = places(x.shape, x.stride);
  const from = x.data.data;
  const to = out.data.writable;
  for (let k = 0; k < goes.length; k++) to[out.offset + goes[k]] += from[x.offset + lie[k]];
}

/** How many elements are not 0. NaN is not. */
export function countNonzero(x: View): number {
  const numbers = numbersOf(x);
  let count = 0;
  for (let k = 0; k < numbers.length; k++) if (numbers[k] !== 0) count++;
  return count;
}

/**
 * The indices of the elements that are not 0, a row for each, in row-major order. There must be as many as rows.
 *
 * @param out dense, [K, number of axes]
 */
export function nonzero(x: View, out: View): void {
  const { shape } = x;
  const numbers = numbersOf(x);
  const to = out.data.writable;
  const rank = shape.length;
  const index = new Int32Array(rank);
  for (let k = 0, row = out.offset; k < numbers.length; k++) {
    if (numbers[k] !== 0) {
      for (let axis = 0; axis < rank; axis++) to[row + axis] = index[axis];
      row += rank;
    }
    for (let axis = rank - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) index[axis] = 0;
  }
}

/**
 * The sum of numbers of repetitions.
 *
 * @throws ArgumentError if one is negative
 */
export function totalOf(repeats: View): number {
  let total = 0;
  for (const [i, count] of numbersOf(repeats).entries()) {
    if (count < 0)
      throw new ArgumentError(
        `repeatInterleave: the repeats at [${i}] of ${show(repeats.shape)} are ${count}; they must be 0 or more`,
      );
    total += count;
  }
  return total;
}

/** The indices from 0 on, index i as often as `repeats[i]`, which is 0 or more. */
export function repeatedIndices(repeats: View, out: View): void {
  const to = out.data.writable;
  let at = out.offset;
  for (const [i, count] of numbersOf(repeats).entries()) {
    to.fill(i, at, at + count);
    at += count;
  }
}
