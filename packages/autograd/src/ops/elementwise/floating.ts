/** What integers become where only floats make sense. */
import { defaultDtype, isFloat } from "../../dtype.js";
import type { Tensor } from "../../graph.js";
import { to } from "../elementwise.js";

/** `x`, or for integers and bools `x` in the default float. */
export function floating(x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : to(x, defaultDtype());
}
