/** What products ask of the dtypes of their operands. */
import type { DType } from "../../dtype.js";
import { DTypeError } from "../../errors.js";
import type { Spec } from "../../graph.js";

/** @throws DTypeError if the dtypes of the operands differ, or there is no product of them */
export function checkFactors(name: string, operands: Readonly<Record<string, Pick<Spec, "dtype">>>): void {
  let first: string | undefined;
  let dtype: DType | undefined;
  // Every product comes by here.
  for (const each in operands) {
    const found = operands[each].dtype;
    first ??= each;
    dtype ??= found;
    if (found !== dtype)
      throw new DTypeError(
        `${name}: ${first} is ${dtype} and ${each} is ${found}; convert one of them with to()`,
      );
  }
  if (dtype === "uint8" || dtype === "bool")
    throw new DTypeError(
      `${name}: there is no product of ${dtype}; convert the operands with to("int32") or to a float`,
    );
}
