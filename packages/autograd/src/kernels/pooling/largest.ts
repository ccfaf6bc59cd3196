/** The k largest numbers of each row, in the order in which they stand. */
import type { NumberArray } from "../../dtype.js";
import { sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { readDense } from "../copy.js";

/**
 * NaN counts as largest; of equals the first are taken.
 *
 * @param x rows along the last axis, no shorter than those of `values`
 * @param values dense
 * @param indices int32, dense, of the shape of `values`: places in the row, rising
 */
export function largestInOrder(x: View, values: View, indices: View): void {
  const length = x.shape.at(-1)!;
  const count = values.shape.at(-1)!;
  const numbers = readDense(x);
  const chosen = values.data.writable;
  const places = indices.data.writable;
  for (let row = 0; row * length < sizeOf(x.shape); row++) {
    const found = largestPlaces(numbers.subarray(row * length, (row + 1) * length), count);
    for (let i = 0; i < count; i++) {
      places[indices.offset + row * count + i] = found[i];
      chosen[values.offset + row * count + i] = numbers[row * length + found[i]];
    }
  }
}

function largestPlaces(row: NumberArray, count: number): readonly number[] {
  const places = Array.from(row, (_, i) => i);
  const key = (i: number): number => (Number.isNaN(row[i]) ? Number.POSITIVE_INFINITY : row[i]);
  places.sort((i, j) => {
    const [x, y] = [key(i), key(j)];
    if (x !== y) return x > y ? -1 : 1;
    // NaN stands before ∞, and of equals the first.
    return Number(Number.isNaN(row[j])) - Number(Number.isNaN(row[i])) || i - j;
  });
  return places.slice(0, count).sort((i, j) => i - j);
}
