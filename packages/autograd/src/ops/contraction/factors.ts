/** What products ask of the dtypes of their operands. */
import { DTypeError } from "../../errors.js";
import type { Spec } from "../../graph.js";

/** @throws DTypeError if the dtypes of the operands differ, or there is no product of them */
export function checkFactors(name: string, operands: Readonly<Record<string, Pick<Spec, "dtype">>>): void {
  const [[first, { dtype }], ...others] = Object.entries(operands);
  const other = others.find(([, each]) => each.dtype !== dtype);
  if (other !== undefined)
    throw new DTypeError(
      `${name}: ${first} is ${dtype} and ${other[0]} is ${other[1].dtype}; convert one of them with to()`,
    );
  if (dtype === "uint8" || dtype === "bool")
    throw new DTypeError(
      `${name}: there is no product of ${dtype}; convert the operands with to("int32") or to a float`,
    );
}
