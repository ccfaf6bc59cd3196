/** Samples of the functions in ops/sorting/counting.ts. */
import { ArgumentError, DTypeError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/sorting/counting.js";
import { domains, float, floats, type HelpersOfFamily, helperSamplesOf, ints } from "../sample.js";

const withoutReplay = "it reads how many results there are: a step at which values leave the tape";

export const countingHelpers: HelpersOfFamily<typeof ops> = {
  unique: helperSamplesOf<[Tensor], Parameters<typeof ops.unique>[1]>({
    call: ([x], options) => {
      const { values, inverse, counts } = ops.unique(x, options);
      return [values, inverse, counts];
    },
    domains,
    withoutGradcheck: "where two elements are equal, it has fewer results than beside it",
    withoutReplay,
    samples: [
      { inputs: [floats(3, 1, 3, 2, 1, -5)] },
      { inputs: [{ shape: [2, 3], values: [3, 1, 3, 2, 1, -5], layout: "transposed" }] },
      { inputs: [float([2, 3], "negative step")] },
      { inputs: [float([])] },
      { inputs: [float([0])] },
      { inputs: [float([3, 2], "expanded")] },
      { inputs: [ints(7, 3, 7, 7)] },
      { inputs: [{ shape: [4], dtype: "bool", values: [1, 0, 1, 1] }] },
    ],
    options: {
      axis: [
        { inputs: [{ shape: [4, 2], values: [1, 2, 0, 5, 1, 2, 0, 4] }], options: { axis: 0 } },
        { inputs: [{ shape: [2, 4], values: [1, 0, 1, 0, 2, 5, 2, 4] }], options: { axis: -1 } },
        {
          inputs: [{ shape: [2, 3, 2], values: [1, 2, 0, 1, 1, 2, 3, 4, 5, 6, 3, 4] }],
          options: { axis: 1 },
        },
      ],
    },
    errors: [
      {
        inputs: [float([2])],
        options: { axis: 1 },
        error: ShapeError,
        message: /^unique: there is no axis 1 in x, which is \[2\]/,
      },
    ],
  }),
  bincount: helperSamplesOf<
    [Tensor, Tensor?],
    Omit<NonNullable<Parameters<typeof ops.bincount>[1]>, "weights">
  >({
    call: ([x, weights], options) => ops.bincount(x, { ...options, ...(weights && { weights }) }),
    domains,
    withoutReplay,
    samples: [
      { inputs: [ints(1, 3, 1, 0)] },
      { inputs: [{ shape: [3], dtype: "uint8", values: [2, 0, 2] }] },
      { inputs: [{ shape: [4], dtype: "int32", values: [1, 3, 1, 0], layout: "negative step" }, float([4])] },
      { inputs: [ints(2, 2, 2), float([3], "offset")] },
      { inputs: [ints(1, 1), ints(5, -2)] },
      { inputs: [ints()] },
    ],
    options: {
      minLength: [
        { inputs: [ints(1, 0)], options: { minLength: 5 } },
        { inputs: [ints(1, 0), float([2])], options: { minLength: 3 } },
      ],
    },
    errors: [
      {
        inputs: [{ ...ints(1), shape: [1, 1] }],
        error: ShapeError,
        message: /^bincount: x is \[1, 1\]; it must have one axis$/,
      },
      {
        inputs: [float([2])],
        error: DTypeError,
        message: /^bincount: x is float(32|64); it must be integers/,
      },
      {
        inputs: [ints(1, -1)],
        error: ArgumentError,
        message: /^bincount: x has the element -1; none may be negative$/,
      },
      {
        inputs: [ints(1, 2), float([1])],
        error: ShapeError,
        message: /^bincount: the weights are \[1\] and x is \[2\]; they must be the same$/,
      },
      {
        inputs: [ints(1)],
        options: { minLength: -1 },
        error: ArgumentError,
        message: /^bincount: minLength is -1; it must be an integer, 0 or more$/,
      },
    ],
  }),
};
