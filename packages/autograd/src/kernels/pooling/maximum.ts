/** The largest number of each window, and where it is: the first of equals. NaN beats every number, the first NaN others. */
import { sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { readDense } from "../copy.js";
import { runOverPlanes } from "./pieces.js";
import { type Spans, threeAxes } from "./spans.js";

/**
 * @param x the axes of `spans` last; all before count planes
 * @param values dense, with as many places along each axis as there are windows
 * @param indices int32, dense, of the shape of `values`: places in the flattened plane
 */
export function windowMaxima(x: View, values: View, indices: View, spans: readonly Spans[]): void {
  if (runOverPlanes("maximum", x, values, indices, spans)) return;
  const [layers, rows, columns] = threeAxes(spans);
  const plane = layers.size * rows.size * columns.size;
  const numbers = readDense(x);
  const best = values.data.writable;
  const places = indices.data.writable;
  const { starts, ends, step } = columns;
  let out = values.offset;
  let place = indices.offset;
  for (let base = 0; base < sizeOf(x.shape); base += plane) {
    for (let l = 0; l < layers.starts.length; l++)
      for (let r = 0; r < rows.starts.length; r++) {
        const firstLine = (layers.starts[l] * rows.size + rows.starts[r]) * columns.size;
        for (let c = 0; c < starts.length; c++) {
          let at = firstLine + starts[c];
          let value = numbers[base + at];
          for (let z = layers.starts[l]; z < layers.ends[l]; z += layers.step)
            for (let y = rows.starts[r]; y < rows.ends[r]; y += rows.step) {
              const line = (z * rows.size + y) * columns.size;
              const end = line + ends[c];
              for (let i = line + starts[c]; i < end; i += step) {
                const other = numbers[base + i];
                // False for what is larger and for NaN; only the first NaN may take the place of a number.
                if (!(other <= value) && !Number.isNaN(value)) {
                  value = other;
                  at = i;
                }
              }
            }
          best[out++] = value;
          places[place++] = at;
        }
      }
  }
}
