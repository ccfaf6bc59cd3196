/**
 * Orders along one axis of any strided view. NaN is the largest number, 0 and −0 are equal, and of equal elements the
 * first comes first, also in falling order. A merge sort in plain loops: comparing takes the time, not bandwidth.
 */
import type { View } from "../storage.js";
import { forEachLine } from "./lines.js";

// Up to this length insertion beats merging.
const shortRun = 16;

// So few are kept in order while the rest is passed by, where they are a small part of all.
const [few, smallPart] = [64, 8];

/** Keys of one line with the index of each, and room for merging. Reused for all lines of a call. */
class Line {
  private keys: Float64Array;
  private indices: Int32Array;
  private otherKeys: Float64Array;
  private otherIndices: Int32Array;

  constructor(private readonly length: number) {
    this.keys = new Float64Array(length);
    this.indices = new Int32Array(length);
    this.otherKeys = new Float64Array(length);
    this.otherIndices = new Int32Array(length);
  }

  /** The indices of the first `wanted` elements of a line in order. Valid until the next call. */
  order(
    from: ArrayLike<number>,
    start: number,
    step: number,
    descending: boolean,
    wanted: number,
  ): Int32Array {
    const { length, keys, indices } = this;
    let numbers = 0;
    let nans = 0;
    // NaN compares with nothing: those are set apart. Falling order is the rising order of what is negated.
    for (let i = 0; i < length; i++) {
      const value = from[start + i * step];
      if (Number.isNaN(value)) this.otherIndices[nans++] = i;
      else {
        keys[numbers] = descending ? -value : value;
        indices[numbers++] = i;
      }
    }
    if (nans > 0) {
      const apart = this.otherIndices.slice(0, nans);
      this.sort(numbers, wanted);
      if (descending) this.indices.copyWithin(nans, 0, numbers);
      this.indices.set(apart, descending ? 0 : numbers);
    } else this.sort(numbers, wanted);
    return this.indices.subarray(0, wanted);
  }

  /** Brings the least of the first `count` keys to the front, in order, `wanted` of them at least, and indices with them. */
  private sort(count: number, wanted: number): void {
    if (wanted <= few && wanted * smallPart <= count) this.sortFew(count, wanted);
    else this.sortAll(count);
  }

  private sortFew(count: number, wanted: number): void {
    const { keys, indices, otherKeys, otherIndices } = this;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const key = keys[i];
      if (kept === wanted && otherKeys[wanted - 1] <= key) continue;
      let at = kept < wanted ? kept++ : wanted - 1;
      for (; at > 0 && otherKeys[at - 1] > key; at--) {
        otherKeys[at] = otherKeys[at - 1];
        otherIndices[at] = otherIndices[at - 1];
      }
      otherKeys[at] = key;
      otherIndices[at] = indices[i];
    }
    this.exchange();
  }

  private exchange(): void {
    [this.keys, this.otherKeys] = [this.otherKeys, this.keys];
    [this.indices, this.otherIndices] = [this.otherIndices, this.indices];
  }

  private sortAll(count: number): void {
    for (let start = 0; start < count; start += shortRun)
      this.insert(start, Math.min(start + shortRun, count));
    for (let run = shortRun; run < count; run *= 2) {
      for (let start = 0; start < count; start += 2 * run)
        this.merge(start, Math.min(start + run, count), Math.min(start + 2 * run, count));
      this.exchange();
    }
  }

  private insert(start: number, end: number): void {
    const { keys, indices } = this;
    for (let i = start + 1; i < end; i++) {
      const key = keys[i];
      const index = indices[i];
      let at = i;
      for (; at > start && keys[at - 1] > key; at--) {
        keys[at] = keys[at - 1];
        indices[at] = indices[at - 1];
      }
      keys[at] = key;
      indices[at] = index;
    }
  }

  /** Merges two neighbouring runs into the other arrays. */
  private merge(start: number, middle: number, end: number): void {
    const { keys, indices, otherKeys, otherIndices } = this;
    let left = start;
    let right = middle;
    for (let to = start; to < end; to++) {
      const chosen = right >= end || (left < middle && keys[left] <= keys[right]) ? left++ : right++;
      otherKeys[to] = keys[chosen];
      otherIndices[to] = indices[chosen];
    }
  }
}

/**
 * The first elements in order along `axis`, and their indices: as many as `values` has.
 *
 * @param values dense, of the dtype and shape of `x`, but shorter along `axis` or as long
 * @param indices int32, dense, of the shape of `values`
 * @param byIndex whether they are then put in the order in which they stand in `x`
 */
export function sort(
  x: View,
  values: View,
  indices: View,
  axis: number,
  { descending, byIndex = false }: { readonly descending: boolean; readonly byIndex?: boolean },
): void {
  const line = new Line(x.shape[axis]);
  const from = x.data.data;
  const to = values.data.writable;
  const places = indices.data.writable;
  const [xStep, step] = [x.stride[axis], values.stride[axis]];
  const wanted = values.shape[axis];
  if (wanted === 0) return;
  forEachLine(x.shape, axis, [x, values, indices], (start, target, place) => {
    const first = line.order(from, start, xStep, descending, wanted);
    if (byIndex) first.sort();
    for (let k = 0; k < wanted; k++) {
      places[place + k * step] = first[k];
      to[target + k * step] = from[start + first[k] * xStep];
    }
  });
}

/** The rows of a dense matrix in rising order: by their first elements, then by the second, and so on. Stable. */
export function orderOfRows(numbers: ArrayLike<number>, rows: number, width: number): Int32Array {
  if (width === 1) return new Line(rows).order(numbers, 0, 1, false, rows);
  const compare = (row: number, other: number): number => {
    for (let i = 0; i < width; i++) {
      const [x, y] = [numbers[row * width + i], numbers[other * width + i]];
      if (x < y || (Number.isNaN(y) && !Number.isNaN(x))) return -1;
      if (x > y || (Number.isNaN(x) && !Number.isNaN(y))) return 1;
    }
    return 0;
  };
  return Int32Array.from({ length: rows }, (_, row) => row).sort(compare);
}
