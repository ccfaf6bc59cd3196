/**
 * Means over windows, and the adjoint, which spreads each mean evenly over its window.
 *
 * The numbers of a window are added in row-major order in float64, divided and rounded once. In the adjoint the numbers
 * are divided and rounded first; then, at each place, those of the windows that cover it are added in row-major order, each
 * sum rounded to the dtype.
 */
import { sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { readDense } from "../copy.js";
import { runOverPlanes, runOverShares } from "./pieces.js";
import { type Spans, threeAxes } from "./spans.js";

/**
 * @param x floats, the axes of `spans` last; all before count planes
 * @param out dense, with as many places along each axis as there are windows
 */
export function windowMeans(x: View, out: View, spans: readonly Spans[]): void {
  // The means of nothing are none, or, of an adjoint without windows, zeros.
  if (sizeOf(x.shape) === 0) return;
  if (runOverPlanes("mean", x, out, null, spans)) return;
  const [layers, rows, columns] = threeAxes(spans);
  const plane = layers.size * rows.size * columns.size;
  const numbers = readDense(x);
  const means = out.data.writable;
  const { starts, ends } = columns;
  let place = out.offset;
  for (let base = 0; base < sizeOf(x.shape); base += plane)
    for (let l = 0; l < layers.starts.length; l++)
      for (let r = 0; r < rows.starts.length; r++) {
        const divisor = layers.divisors[l] * rows.divisors[r];
        for (let c = 0; c < starts.length; c++) {
          let sum = 0;
          for (let z = layers.starts[l]; z < layers.ends[l]; z++)
            for (let y = rows.starts[r]; y < rows.ends[r]; y++) {
              const line = base + (z * rows.size + y) * columns.size;
              const end = line + ends[c];
              for (let i = line + starts[c]; i < end; i++) sum += numbers[i];
            }
          means[place++] = sum / (divisor * columns.divisors[c]);
        }
      }
}

/**
 * The adjoint of {@link windowMeans}.
 *
 * @param x with as many places along each axis as there are windows
 * @param out dense and zeroed, of the lengths of the spans' axes
 */
export function spreadMeans(x: View, out: View, spans: readonly Spans[]): void {
  if (sizeOf(x.shape) === 0 || runOverShares(x, out, spans)) return;
  const [layers, rows, columns] = threeAxes(spans);
  const plane = layers.size * rows.size * columns.size;
  const numbers = readDense(x);
  const shares = new (numbers.constructor as typeof Float64Array)(1);
  const sums = out.data.writable;
  let place = 0;
  for (let base = out.offset; place < numbers.length; base += plane)
    for (let l = 0; l < layers.starts.length; l++)
      for (let r = 0; r < rows.starts.length; r++) {
        const divisor = layers.divisors[l] * rows.divisors[r];
        for (let c = 0; c < columns.starts.length; c++, place++) {
          shares[0] = numbers[place] / (divisor * columns.divisors[c]);
          for (let z = layers.starts[l]; z < layers.ends[l]; z++)
            for (let y = rows.starts[r]; y < rows.ends[r]; y++) {
              const line = base + (z * rows.size + y) * columns.size;
              for (let i = columns.starts[c]; i < columns.ends[c]; i++) sums[line + i] += shares[0];
            }
        }
      }
}
