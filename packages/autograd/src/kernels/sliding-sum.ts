/**
 * Weighted sums over a window that slides along one axis. Terms are added in the order of the weights, in float64, and
 * rounded once; what lies outside of the axis does not count.
 */
import { rowMajor } from "../shape.js";
import type { View } from "../storage.js";
import { advance } from "./loops.js";

/**
 * `out[i] = Σₖ weights[k] · x[i + k − before]` along `axis`.
 *
 * @param x float32 or float64
 * @param out dense, of the shape and dtype of `x`
 */
export function slidingSum(
  x: View,
  out: View,
  axis: number,
  weights: readonly number[],
  before: number,
): void {
  const { shape } = x;
  const length = shape[axis];
  const stride = rowMajor(shape);
  const lines = shape.with(axis, 1);
  const count = lines.reduce((product, each) => product * each, 1);
  if (length === 0) return;
  const source = x.data.data;
  const target = out.data.writable;
  const line = new Float64Array(length);
  const index = lines.map(() => 0);
  for (let i = 0; i < count; i++) {
    let from = x.offset;
    let to = out.offset;
    for (let a = 0; a < index.length; a++) {
      from += index[a] * x.stride[a];
      to += index[a] * stride[a];
    }
    for (let j = 0; j < length; j++) line[j] = source[from + j * x.stride[axis]];
    for (let j = 0; j < length; j++) {
      const first = Math.max(0, before - j);
      const last = Math.min(weights.length, length - j + before);
      let total = 0;
      for (let k = first; k < last; k++) total += weights[k] * line[j + k - before];
      target[to + j * stride[axis]] = total;
    }
    advance(index, lines);
  }
}
