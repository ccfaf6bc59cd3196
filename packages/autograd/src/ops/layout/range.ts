/** A part of one axis as a view. */
import type { Range } from "../../shape.js";
import { makeView, type View } from "../../storage.js";

/** A range of indices of one axis. */
export interface AxisRange extends Range {
  readonly axis: number;
}

/** The elements of `x` in a range of an axis. */
export function cut(x: View, { axis, start, step, length }: AxisRange): View {
  const offset = length === 0 ? x.offset : x.offset + start * x.stride[axis];
  return makeView(x.data, x.shape.with(axis, length), x.stride.with(axis, x.stride[axis] * step), offset);
}
