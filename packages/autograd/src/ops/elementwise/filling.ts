/** Values that are put into a tensor, which keeps its dtype. */
import { type DType, holds, promote } from "../../dtype.js";
import { DTypeError } from "../../errors.js";
import type { Tensor } from "../../graph.js";
import { scalar } from "../../tape.js";
import { to } from "../elementwise.js";
import type { TensorLike } from "./elementwise-op.js";

/**
 * `value` as a tensor of `dtype`.
 *
 * @throws DTypeError if the dtype is too narrow for it
 */
export function filling(op: string, value: TensorLike, dtype: DType): Tensor {
  if (typeof value === "number") {
    if (!holds(dtype, value))
      throw new DTypeError(`${op}: x is ${dtype}, which has no ${value}; convert x with to("float32")`);
    return scalar(value, dtype);
  }
  if (promote(value.dtype, dtype) !== dtype)
    throw new DTypeError(
      `${op}: x is ${dtype} and the values are ${value.dtype}, which is wider; convert one of them with to()`,
    );
  return to(value, dtype);
}
