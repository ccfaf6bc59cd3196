/** Puts numbers in places of planes of zeros; where several go to one place, the last stays. */
import { sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { readDense } from "../copy.js";
import { checkIndices } from "../index.js";

/**
 * @param indices integers, places in the last axis of `out`
 * @param x of the shape of `indices`
 * @param out dense and zeroed, of the dtype of `x`
 * @param kept bool, dense, of the shape of `x`: whether a number stays
 * @throws ShapeError if an index is out of range
 */
export function placeInPlanes(indices: View, x: View, out: View, kept: View): void {
  const size = out.shape.at(-1)!;
  const count = x.shape.at(-1)!;
  const places = checkIndices("maxUnpool", indices, size);
  const numbers = readDense(x);
  const placed = out.data.writable;
  const stays = kept.data.writable;
  // Who put a number there, counted from 1.
  const owner = new Int32Array(size);
  for (let row = 0; row * count < sizeOf(x.shape); row++) {
    owner.fill(0);
    const target = out.offset + row * size;
    for (let i = 0; i < count; i++) {
      const place = places[row * count + i];
      placed[target + place] = numbers[row * count + i];
      if (owner[place] > 0) stays[kept.offset + row * count + owner[place] - 1] = 0;
      stays[kept.offset + row * count + i] = 1;
      owner[place] = i + 1;
    }
  }
}
