/** The k largest numbers of each row, in the order in which they stand. */
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
  if (sizeOf(values.shape) === 0) return;
  const numbers = readDense(x);
  const chosen = values.data.writable;
  const places = indices.data.writable;
  const sorted = new Float64Array(length);
  let next = 0;
  for (let start = 0; start < numbers.length; start += length) {
    sorted.set(numbers.subarray(start, start + length));
    // NaN comes last, as the largest.
    sorted.sort();
    const least = sorted[length - count];
    let equals = equalsTaken(sorted, count);
    for (let i = 0; i < length; i++) {
      const value = numbers[start + i];
      const larger = value > least || (Number.isNaN(value) && !Number.isNaN(least));
      const equal = value === least || (Number.isNaN(value) && Number.isNaN(least));
      if (larger || (equal && equals-- > 0)) {
        chosen[values.offset + next] = value;
        places[indices.offset + next] = i;
        next++;
      }
    }
  }
}

/** How many of the `count` last of `sorted` equal the first of them. */
function equalsTaken(sorted: Float64Array, count: number): number {
  const first = sorted.length - count;
  const least = sorted[first];
  let end = first;
  while (end < sorted.length && (sorted[end] === least || (Number.isNaN(least) && Number.isNaN(sorted[end]))))
    end++;
  return end - first;
}
