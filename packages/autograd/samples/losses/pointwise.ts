/** What the samples of losses that take elements by themselves have in common. */
import { ArgumentError, DTypeError, ShapeError } from "../../src/errors.js";
import type { LossOptions } from "../../src/ops/losses.js";
import {
  type ExpectedError,
  float,
  type NotApplicable,
  type OpSamples,
  type Sample,
  shapesOf,
  type TensorInput,
} from "../sample.js";

type Shared = "call" | "options" | "special" | "integers" | "domains";

/** What each such loss says of itself; `operands` is how many tensors of one shape it takes. */
export type Pointwise<Inputs extends readonly unknown[], Options extends LossOptions> = Pick<
  OpSamples<Inputs, Options>,
  Shared
> &
  Partial<OpSamples<Inputs, Options>>;

export const equalShapes: NotApplicable = { notApplicable: "it refuses to broadcast predictions" };
export const twoThings: NotApplicable = { notApplicable: "predictions and targets have different values" };

/** Errors of every loss of equal shapes; `names` are its operands, predictions first. */
export function refusals<Options>(
  name: string,
  names: readonly string[],
): [ExpectedError<Options>, ...ExpectedError<Options>[]] {
  const rest = names.slice(1).map(() => float([2]));
  const given = <O>(options: O): { readonly options: Options } => ({
    options: options as unknown as Options,
  });
  return [
    {
      inputs: [float([2, 1]), ...rest],
      ...given({}),
      error: ShapeError,
      message: new RegExp(
        `^${name}: ${names[0]} is \\[2, 1\\].*${names[1]} is \\[2\\].*; they must be the same$`,
      ),
    },
    {
      inputs: [{ shape: [2], dtype: "int32" }, ...rest],
      ...given({}),
      error: DTypeError,
      message: new RegExp(
        `^${name}: ${names[0]} is int32; it must be a float, convert it with to\\("float32"\\)$`,
      ),
    },
    {
      inputs: [float([2]), ...rest],
      ...given({ reduction: "average" }),
      error: ArgumentError,
      message: new RegExp(`^${name}: the reduction is average; it must be one of mean, .*sum, none$`),
    },
  ];
}

/** Samples of a loss that takes elements by themselves, all of whose operands have one shape. */
export function pointwise<Inputs extends readonly unknown[], Options extends LossOptions>(
  name: string,
  names: readonly string[],
  own: Pointwise<Inputs, Options>,
): OpSamples<Inputs, Options> {
  const single = { reduction: "none" } as unknown as Options;
  const sample = (x: TensorInput): Sample<Options> =>
    ({ inputs: names.map(() => x), options: single }) as unknown as Sample<Options>;
  return {
    ...shapesOf(sample),
    broadcast: equalShapes,
    shared: twoThings,
    numbers: { notApplicable: "it takes tensors alone" },
    errors: refusals(name, names),
    ...own,
  };
}

/** Samples of both reductions, and of the mean, which is the default. */
export function reductions<Options>(count: number): [Sample<Options>, ...Sample<Options>[]] {
  const inputs = Array.from({ length: count }, () => float([2, 3]));
  const each = (reduction: string): Sample<Options> =>
    ({ inputs, options: { reduction } }) as unknown as Sample<Options>;
  return [each("sum"), each("none")];
}
