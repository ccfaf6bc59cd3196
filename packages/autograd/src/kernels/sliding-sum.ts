/**
 * Weighted sums over a window that slides along one axis. Terms are added in the order of the weights, in float64, and
 * rounded once; what lies outside of the axis does not count.
 */
import type { View } from "../storage.js";
import { forEachLine } from "./lines.js";

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
  const length = x.shape[axis];
  const [step, targetStep] = [x.stride[axis], out.stride[axis]];
  const source = x.data.data;
  const target = out.data.writable;
  const line = new Float64Array(length);
  forEachLine(x.shape, axis, [x, out], (from, to) => {
    for (let j = 0; j < length; j++) line[j] = source[from + j * step];
    for (let j = 0; j < length; j++) {
      const first = Math.max(0, before - j);
      const last = Math.min(weights.length, length - j + before);
      let total = 0;
      for (let k = first; k < last; k++) total += weights[k] * line[j + k - before];
      target[to + j * targetStep] = total;
    }
  });
}
