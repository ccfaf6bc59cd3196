/** The lines of views along one axis. */
import { type Shape, sizeOf } from "../shape.js";
import type { View } from "../storage.js";
import { advance, placeOf } from "./loops.js";

/** Calls `visit` for each line along `axis` of `shape`, with the place of its first element in each of the views. */
export function forEachLine(
  shape: Shape,
  axis: number,
  views: readonly View[],
  visit: (...starts: number[]) => void,
): void {
  const outer = shape.toSpliced(axis, 1);
  const strides = views.map(({ stride }) => stride.toSpliced(axis, 1));
  const index = outer.map(() => 0);
  for (let left = sizeOf(outer); left > 0; left--) {
    visit(...views.map(({ offset }, i) => placeOf(offset, strides[i], index)));
    advance(index, outer);
  }
}
