/** Runs an emitted loop over as many planes at a time as fit in the WebAssembly memory. */
import { bytesOf, isFloat } from "../../dtype.js";
import { sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { readDense } from "../copy.js";
import { arrayOf, beginKernel, copyOut, place, placedBytes, room } from "../memory.js";
import { poolLoops } from "./loops.js";
import { type Spans, threeAxes } from "./spans.js";
import { columnTable, lineTable, tableBytes } from "./tables.js";

// Numbers of planes that stay in the second-level cache together with what is made of them.
const pieceElements = 32768;

/**
 * Runs `loop` over the planes of `x`.
 *
 * @param indices where the loop makes them, int32
 * @returns whether it did: false, with nothing done, for integers and for a plane that does not fit in the memory
 */
export function runOverPlanes(
  loop: "maximum" | "mean",
  x: View,
  out: View,
  indices: View | null,
  spans: readonly Spans[],
): boolean {
  const { dtype } = x.data;
  const axes = threeAxes(spans);
  const [layers, rows, columns] = axes;
  const plane = layers.size * rows.size * columns.size;
  const made = axes.reduce((product, { starts }) => product * starts.length, 1);
  const planes = sizeOf(x.shape) / plane;
  if (!isFloat(dtype)) return false;
  if (made === 0) return true;
  const together = Math.max(1, Math.min(planes, Math.floor(pieceElements / (plane + made))));
  beginKernel();
  const needed =
    placedBytes(dtype, together * plane) +
    placedBytes(dtype, together * made) +
    placedBytes("int32", together * made);
  if (needed + tableBytes(axes) > room()) return false;
  const run = poolLoops(dtype)[loop];
  const bytes = bytesOf[dtype];
  const line = columns.size * bytes;
  const layerTable = lineTable(layers, rows.size * line);
  const rowTable = lineTable(rows, line);
  const columnGroups = columnTable(columns, dtype);
  const input = place(dtype, together * plane);
  const results = place(dtype, together * made);
  const places = place("int32", together * made);
  const numbers = readDense(x);
  const source = arrayOf(dtype);
  for (let first = 0; first < planes; first += together) {
    const count = Math.min(together, planes - first);
    source.set(numbers.subarray(first * plane, (first + count) * plane), input / bytes);
    run(
      input,
      count,
      plane * bytes,
      layerTable.address,
      layerTable.count,
      layers.step * rows.size * line,
      rowTable.address,
      rowTable.count,
      rows.step * line,
      columnGroups.address,
      columnGroups.count,
      columns.step * bytes,
      results,
      places,
    );
    copyOut(dtype, results, out.data.writable, out.offset + first * made, count * made);
    if (indices !== null)
      copyOut("int32", places, indices.data.writable, indices.offset + first * made, count * made);
  }
  return true;
}
