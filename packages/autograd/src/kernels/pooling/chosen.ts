/**
 * The adjoint of choosing one number of each window: each is added where it was, to planes of zeros. What meets at one
 * place is added in row-major order of the windows, each sum rounded to the dtype.
 */
import { sizeOf } from "../../shape.js";
import { makeView, type View } from "../../storage.js";
import { scatterAdd } from "../index.js";
import { planesOf, runOverPlaces } from "./pieces.js";
import type { Spans } from "./spans.js";

/**
 * @param numbers floats, the axes of windows last
 * @param indices int32, of the shape of `numbers`: places in the flattened plane
 * @param out dense and zeroed, of the lengths of the spans' axes
 * @throws ShapeError if an index is out of range
 */
export function placeChosen(numbers: View, indices: View, out: View, spans: readonly Spans[]): void {
  if (sizeOf(numbers.shape) === 0) return;
  if (runOverPlaces(numbers, indices, out, spans)) return;
  const windows = sizeOf(spans.map(({ starts }) => starts.length));
  const plane = sizeOf(spans.map(({ size }) => size));
  const rows = (source: View, length: number): View => {
    const { data, offset } = planesOf(source, length).view;
    return makeView(data, [sizeOf(source.shape) / length, length], [length, 1], offset);
  };
  scatterAdd(rows(out, plane), rows(indices, windows), rows(numbers, windows), 1);
}
