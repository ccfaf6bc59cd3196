/** What shape rules ask of indices, and of the values that go to them. */
import { DTypeError, ShapeError } from "../../errors.js";
import type { Spec } from "../../graph.js";
import { type Shape, sameShape, show } from "../../shape.js";

/** @throws DTypeError for indices that are no integers */
export function checkIndices(
  op: string,
  { dtype }: Spec,
  what = "indices",
  instead = 'convert them with to("int32")',
): void {
  if (dtype !== "int32" && dtype !== "uint8")
    throw new DTypeError(`${op}: the ${what} are ${dtype}; they must be integers, ${instead}`);
}

/** @throws ShapeError unless `indices` has the axes of `x`, none longer but for `axis` */
export function checkAlong(op: string, x: Shape, indices: Shape, axis: number): void {
  if (x.length !== indices.length || indices.some((length, i) => i !== axis && length > x[i]))
    throw new ShapeError(
      `${op}: the indices are ${show(indices)} and x is ${show(x)}; they must have as many axes, and no other axis than ${axis} may be longer in the indices`,
    );
}

/** @throws DTypeError if `values` has not the dtype of `x`, ShapeError if it has not the shape that is wanted */
export function checkValues(op: string, x: Spec, wanted: Shape, values: Spec): void {
  if (values.dtype !== x.dtype)
    throw new DTypeError(
      `${op}: x is ${x.dtype} and the values are ${values.dtype}; convert one of them with to()`,
    );
  if (!sameShape(values.shape, wanted))
    throw new ShapeError(
      `${op}: the values are ${show(values.shape)}; for these indices they must be ${show(wanted)}`,
    );
}

/** @throws DTypeError where truth values would be added */
export function refuseBool(op: string, { dtype }: Spec): void {
  if (dtype === "bool")
    throw new DTypeError(`${op}: truth values cannot be added; convert x and the values with to("int32")`);
}
