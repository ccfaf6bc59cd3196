/** Planes and volumes as one axis, along which an index tells a place. */
import type { Tensor } from "../../graph.js";
import { sizeOf } from "../../shape.js";
import { reshape } from "../layout.js";

/** `x` with its last `count` axes as one. */
export function flatPlanes(x: Tensor, count: number): Tensor {
  const lead = x.shape.slice(0, x.rank - count);
  return reshape(x, [...lead, sizeOf(x.shape.slice(x.rank - count))]);
}
