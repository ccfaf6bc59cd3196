/** Numbers out of tensors, where they leave the tape: to JavaScript values, typed arrays, ndarrays. */
import type { Nested } from "./create.js";
import type { NumberArray } from "./dtype.js";
import { ShapeError } from "./errors.js";
import type { Tensor } from "./graph.js";
import { numbersOf } from "./kernels/copy.js";
import { isRowMajor, show } from "./shape.js";
import { type Ndarray, toNdarray } from "./storage.js";
import { traceListener } from "./tape.js";

/**
 * The value of a tensor of one element.
 *
 * @throws ShapeError if it has more, or none
 */
export function item(x: Tensor): number {
  if (x.size !== 1)
    throw new ShapeError(
      `item: the tensor is ${show(x.shape)}; item() reads a tensor of one element, toArray() any`,
    );
  traceListener()?.barrier("item", x.view);
  return x.view.data.get(x.view.offset);
}

export interface ReadOptions {
  /**
   * Whether to copy the values, `true` by default. With `false` the array may be the tensor's own numbers where they lie in
   * this order, in an array that others share: to be read at once, and neither changed nor kept.
   */
  readonly copy?: boolean;
}

/** The values in row-major order, in a typed array of their own. Bools are 0 and 1. */
export function toTypedArray(x: Tensor, { copy = true }: ReadOptions = {}): NumberArray {
  const { view } = x;
  traceListener()?.barrier("toTypedArray", view);
  if (copy || !isRowMajor(view.shape, view.stride)) return numbersOf(view);
  const numbers = view.data.data;
  const { size } = x;
  return size === numbers.length ? numbers : numbers.subarray(view.offset, view.offset + size);
}

/** The values as nested arrays; a number, or a boolean, for a 0-d tensor. */
export function toArray(x: Tensor): Nested {
  const numbers = toTypedArray(x);
  const { shape, dtype } = x;
  let next = 0;
  const build = (axis: number): Nested => {
    if (axis < shape.length) return Array.from({ length: shape[axis] }, () => build(axis + 1));
    const value = numbers[next++];
    return dtype === "bool" ? value !== 0 : value;
  };
  return build(0);
}

/** The values as an ndarray of their own, for the libraries that work on those. */
export function ndarrayOf(x: Tensor): Ndarray {
  return toNdarray(toTypedArray(x), x.shape);
}
