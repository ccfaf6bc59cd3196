/**
 * Elements by their rank, and ranks of values in what is sorted. As in sort.ts, NaN is the largest number, 0 and −0 are
 * equal, and of equal elements the first has the lower rank.
 */
import { sizeOf } from "../shape.js";
import type { View } from "../storage.js";
import { numbersOf } from "./copy.js";
import { forEachLine } from "./lines.js";

/** The number of rank `rank` among the first `count` of `keys`, which are put in another order (Hoare 1961). */
function select(keys: Float64Array, count: number, rank: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const [first, middle, last] = [keys[low], keys[(low + high) >> 1], keys[high]];
    const pivot = Math.max(Math.min(first, middle), Math.min(Math.max(first, middle), last));
    let i = low;
    let j = high;
    while (i <= j) {
      while (keys[i] < pivot) i++;
      while (keys[j] > pivot) j--;
      if (i > j) break;
      const key = keys[i];
      keys[i++] = keys[j];
      keys[j--] = key;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else break;
  }
  return keys[rank];
}

/**
 * The element of rank `rank` (0 for the smallest) along `axis`, and its index.
 *
 * @param values dense, of the dtype and shape of `x` but of length 1 along `axis`
 * @param indices int32, dense, of the shape of `values`
 * @param nanWins whether the first NaN, if there is one, is taken in its place
 */
export function elementOfRank(
  x: View,
  values: View,
  indices: View,
  axis: number,
  rank: number,
  nanWins: boolean,
): void {
  const from = x.data.data;
  const to = values.data.writable;
  const places = indices.data.writable;
  const length = x.shape[axis];
  const step = x.stride[axis];
  const keys = new Float64Array(length);
  forEachLine(x.shape, axis, [x, values, indices], (start, target, place) => {
    let numbers = 0;
    for (let i = 0; i < length; i++) {
      const value = from[start + i * step];
      if (!Number.isNaN(value)) keys[numbers++] = value;
    }
    const missing = rank >= numbers || (nanWins && numbers < length);
    const found = missing ? Number.NaN : select(keys, numbers, rank);
    // Of the equal ones, as many come before as are missing between the smaller ones and the rank.
    let before = missing ? (nanWins ? 0 : rank - numbers) : rank;
    if (!missing) for (let i = 0; i < length; i++) if (from[start + i * step] < found) before--;
    let index = 0;
    for (; ; index++) {
      const value = from[start + index * step];
      if ((missing ? Number.isNaN(value) : value === found) && before-- === 0) break;
    }
    places[place] = index;
    to[target] = from[start + index * step];
  });
}

/** Whether `x` comes before `y` in rising order. */
function precedes(x: number, y: number): boolean {
  return x < y || (Number.isNaN(y) && !Number.isNaN(x));
}

/**
 * For each value the number of sorted elements that come before it: that are smaller, or with `right` not larger.
 *
 * @param sorted one line, or as many as there are lines of `values`; rising along the last axis
 * @param values of at least one axis where `sorted` has several lines
 * @param out int32, dense, of the shape of `values`
 */
export function searchSorted(sorted: View, values: View, out: View, right: boolean): void {
  const line = numbersOf(sorted);
  const wanted = numbersOf(values);
  const to = out.data.writable;
  const length = sorted.shape.at(-1)!;
  const each = sorted.shape.length === 1 ? sizeOf(values.shape) : values.shape.at(-1)!;
  for (let i = 0; i < wanted.length; i++) {
    const start = each === 0 ? 0 : Math.floor(i / each) * length;
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const element = line[start + middle];
      const before = right ? !precedes(wanted[i], element) : precedes(element, wanted[i]);
      if (before) low = middle + 1;
      else high = middle;
    }
    to[out.offset + i] = low;
  }
}
