/** What scans and their derivatives have in common. */
import { full } from "../../create.js";
import type { Tensor } from "../../graph.js";
import { concat, narrow } from "../layout.js";

/** The axis of a scan, and whether it starts at the end. */
export interface Scan {
  readonly axis: number;
  readonly reverse: boolean;
}

/** The same in the other direction. */
export function backwards({ axis, reverse }: Scan): Scan {
  return { axis, reverse: !reverse };
}

/** At each place what the scan met before; `first` at the place where it starts. */
export function previous(x: Tensor, { axis, reverse }: Scan, first: number): Tensor {
  const length = x.shape[axis];
  if (length === 0) return x;
  const start = full(x.shape.with(axis, 1), first, { dtype: x.dtype });
  const others = narrow(x, axis, reverse ? 1 : 0, length - 1);
  return concat(reverse ? [others, start] : [start, others], { axis });
}
