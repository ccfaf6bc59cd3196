/** Where only floats make sense: what integers become, or that they are refused. */
import { defaultDtype, isFloat } from "../../dtype.js";
import { DTypeError } from "../../errors.js";
import type { Spec, Tensor } from "../../graph.js";
import { to } from "../elementwise.js";

/** `x`, or for integers and bools `x` in the default float. */
export function floating(x: Tensor): Tensor {
  return isFloat(x.dtype) ? x : to(x, defaultDtype());
}

/** @throws DTypeError for what is no float */
export function checkFloat(name: string, { dtype }: Spec, called = "x"): void {
  if (!isFloat(dtype))
    throw new DTypeError(`${name}: ${called} is ${dtype}; it must be a float, convert it with to("float32")`);
}
