/** Samples of the ops in ops/statistics.ts. */
import { ArgumentError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import type { ReduceOptions } from "../src/ops/reductions.js";
import * as ops from "../src/ops/statistics.js";
import {
  type AnyHelperSamples,
  type AnyOpSamples,
  type Domain,
  domains,
  float,
  floats,
  type HelpersOfFamily,
  helperSamplesOf,
  infinite,
  ints,
  nan,
  type OpSamples,
  type Sample,
  type SamplesOfFamily,
  samplesOf,
  shapesOf,
  type TensorInput,
  tensorsOnly,
} from "./sample.js";
import { matrix, oneOperand } from "./statistics/along-axis.js";

const badAxes = (name: string) =>
  [
    {
      inputs: [float([2, 3])],
      options: { axis: 2 },
      error: ShapeError,
      message: new RegExp(`^${name}: there is no axis 2 in x, which is \\[2, 3\\]`),
    },
    {
      inputs: [float([2, 3])],
      options: { axis: [0, -2] },
      error: ShapeError,
      message: new RegExp(`^${name}: axis 0 is named twice in \\[0, -2\\]; name each axis once$`),
    },
  ] as const;

type Own<Options> = Pick<OpSamples<[Tensor], Options>, "options" | "special" | "errors"> &
  Partial<OpSamples<[Tensor], Options>>;

const reduceOptions = {
  axis: [
    { inputs: [float([3, 3])], options: { axis: 0 } },
    { inputs: [float([2, 3])], options: { axis: -1 } },
    { inputs: [float([2, 3, 2])], options: { axis: [2, 0] } },
  ],
  keepDims: [
    { inputs: [float([2, 3])], options: { keepDims: true } },
    { inputs: [float([2, 3, 2])], options: { axis: [0, 2], keepDims: true } },
  ],
} as const;

/** Samples of an op that reduces one axis, several, or all. */
function reducing<Options extends ReduceOptions>(
  call: (x: Tensor, options?: Options) => Tensor,
  own: Own<NoInfer<Options>>,
): AnyOpSamples {
  const sample = (x: TensorInput, options?: ReduceOptions): Sample<Options> =>
    ({ inputs: [x], ...(options && { options }) }) as unknown as Sample<Options>;
  return samplesOf<[Tensor], Options>({
    call: ([x], options) => call(x, options),
    domains,
    ...shapesOf((x) => sample(x)),
    highRank: [
      sample(float([2, 1, 3, 2]), { axis: [0, 2] }),
      sample(float([2, 2, 1, 2]), { axis: [1, 3], keepDims: true }),
    ],
    long: [
      sample(float([67])),
      sample(float([3, 37]), { axis: 1 }),
      sample(float([37, 3]), { axis: 0 }),
      sample(float([5, 7, 3]), { axis: 1 }),
    ],
    transposed: [
      sample(float([3, 4], "transposed"), { axis: 0 }),
      sample(float([3, 4], "transposed"), { axis: 1 }),
    ],
    negativeStep: [
      sample(float([5], "negative step"), { axis: 0 }),
      sample(float([2, 3], "negative step"), { axis: 1 }),
    ],
    offset: [sample(float([4], "offset")), sample(float([3, 3], "offset"), { axis: 0 })],
    expanded: [sample(float([3, 2], "expanded"), { axis: 1 })],
    broadcast: oneOperand,
    shared: oneOperand,
    numbers: tensorsOnly,
    integers: [
      sample({ shape: [2, 3], dtype: "int32" }, { axis: 1 }),
      sample({ shape: [3, 4], dtype: "uint8" }, { axis: 0 }),
    ],
    ...own,
  } as OpSamples<[Tensor], Options>);
}

// No two numbers that differ in sign alone, which would be ties.
const notZero: readonly [Domain] = [{ low: -2, high: 2.125, avoid: [0] }];

function varying(name: string, call: (x: Tensor, options?: ops.VarianceOptions) => Tensor): AnyOpSamples {
  const undefinedThere = "the variance of one element or none is NaN";
  return reducing<ops.VarianceOptions>(call, {
    scalar: [
      {
        inputs: [float([])],
        kink: undefinedThere,
        unlikePyTorch: "the gradient by a single number is infinite there, and NaN by one in a row",
      },
      { inputs: [float([])], options: { correction: 0 }, kink: "one element" },
    ],
    empty: [
      { inputs: [float([0])], kink: undefinedThere },
      { inputs: [float([0, 3])], options: { axis: 1 } },
      { inputs: [float([3, 0])], options: { axis: 0 } },
      { inputs: [float([2, 0, 3])], options: { axis: [0, 2] } },
    ],
    one: [
      { inputs: [float([1])], kink: undefinedThere },
      { inputs: [float([1, 3])], options: { axis: 1 } },
    ],
    expanded: [
      { inputs: [float([3, 4], "expanded")], options: { axis: 1 } },
      { inputs: [float([3, 4], "expanded")], options: { axis: 0 }, kink: "all are equal" },
    ],
    options: {
      ...reduceOptions,
      correction: [
        { inputs: [float([5])], options: { correction: 0 } },
        { inputs: [float([3, 4])], options: { axis: 1, correction: 2 } },
        {
          inputs: [float([3, 4])],
          options: { axis: 1, correction: 1.5 },
          unlikePyTorch: "1.13 takes integers only",
        },
      ],
    },
    special: [
      // A large mean: squares of the elements themselves would lose all digits of it.
      { inputs: [floats(1048576, 1048577, 1048578, 1048580)], kink: "too large for a difference" },
      { inputs: [matrix([1, nan, 2], [1, infinite, 2])], options: { axis: 1 }, kink: "special values" },
      { inputs: [matrix([2, 2, 2], [1, 2, 3])], options: { axis: 1 }, kink: "all are equal" },
      { inputs: [matrix([3], [4])], options: { axis: 1 }, kink: undefinedThere },
      {
        inputs: [matrix([3, 5], [4, 4])],
        options: { axis: 1, correction: 3 },
        kink: "more is taken off than there is",
        unlikePyTorch: "its gradient divides by the negative number that its value holds for 0",
      },
    ],
    errors: [
      ...badAxes(name),
      {
        inputs: [float([3])],
        options: { correction: nan },
        error: ArgumentError,
        message: new RegExp(`^${name}: the correction is NaN; it must be a finite number$`),
      },
    ],
  });
}

export const samples: SamplesOfFamily<typeof ops> = {
  prod: reducing<ReduceOptions>((x, options) => ops.prod(x, options), {
    // So that the product of many does not vanish beside the tolerance.
    long: [
      { inputs: [float([37])] },
      { inputs: [float([3, 37])], options: { axis: 1 } },
      { inputs: [float([37, 3])], options: { axis: 0 } },
      { inputs: [float([5, 7, 3])], options: { axis: 1 } },
    ],
    domains: [{ low: -2, high: 2, avoid: [0] }],
    options: reduceOptions,
    // Smooth everywhere, also at zeros: differences of first and second order agree.
    special: [
      { inputs: [matrix([2, 0, 3], [0, 0, 2], [1, 0, -1], [0, 0, 0], [1, 2, 3])], options: { axis: 1 } },
      { inputs: [matrix([2, 3], [0, 1.5])] },
      { inputs: [matrix([2, 3], [0, 0])], options: { axis: [0, 1] } },
      {
        inputs: [matrix([1, nan, 2], [infinite, 1, 2], [infinite, -infinite, 0.5])],
        options: { axis: 1 },
        kink: "special values",
        unlikePyTorch: "it divides by the elements, which is NaN for NaN and infinities",
      },
    ],
    integers: [
      { inputs: [{ shape: [2, 3], dtype: "int32" }], options: { axis: 1 } },
      { inputs: [{ shape: [3, 4], dtype: "uint8" }], options: { axis: 0 } },
      { inputs: [{ shape: [2, 5], dtype: "bool" }] },
    ],
    errors: badAxes("prod"),
  }),
  variance: varying("variance", (x, options) => ops.variance(x, options)),
  std: varying("std", (x, options) => ops.std(x, options)),
  norm: reducing<ops.NormOptions>((x, options) => ops.norm(x, options), {
    domains: notZero,
    options: {
      ...reduceOptions,
      p: [
        { inputs: [float([3, 4])], options: { p: 1, axis: 1 } },
        { inputs: [float([3, 4])], options: { p: 3, axis: 0 } },
        { inputs: [float([3, 4])], options: { p: 1.5, axis: 1, keepDims: true } },
        { inputs: [float([3, 4])], options: { p: 0.5, axis: 1 } },
        { inputs: [float([3, 4])], options: { p: -1.5, axis: 0 } },
        { inputs: [float([3, 4])], options: { p: infinite, axis: 1 } },
        { inputs: [float([2, 3, 2])], options: { p: -infinite, axis: [0, 2] } },
        { inputs: [floats(1, 0, -2, 0)], options: { p: 0 }, kink: "it counts" },
        // Smooth at 0 too, to second order.
        { inputs: [matrix([0, 1, -4], [1, 0, 0])], options: { p: 4, axis: 1 } },
      ],
    },
    special: [
      { inputs: [matrix([0, 0, 0], [0, 3, 4])], options: { axis: 1 }, kink: "the norm is 0" },
      { inputs: [matrix([0, 0, 0], [0, 3, 4])], options: { axis: 1, p: 1 }, kink: "0" },
      { inputs: [matrix([0, 0, 0], [0, 3, 4])], options: { axis: 1, p: 3 }, kink: "0" },
      { inputs: [matrix([0, 0, 0], [0, 3, 4])], options: { axis: 1, p: 1.5 }, kink: "0" },
      { inputs: [matrix([0, 0, 0], [0, 3, 4])], options: { axis: 1, p: 0.5 }, kink: "0" },
      { inputs: [matrix([0, 0, 0], [0, 3, 4])], options: { axis: 1, p: -1 }, kink: "0" },
      {
        inputs: [matrix([0, 0, 0], [-4, 3, 4])],
        options: { axis: 1, p: infinite },
        kink: "ties share",
      },
      { inputs: [matrix([1, -1, 3], [-4, 3, 4])], options: { axis: 1, p: -infinite }, kink: "ties share" },
      { inputs: [matrix([nan, 1], [infinite, 1])], options: { axis: 1 }, kink: "special values" },
      {
        inputs: [matrix([nan, 1, 2])],
        options: { axis: 1, p: infinite },
        kink: "special values",
        unlikePyTorch: "its sign of NaN is 0, and so the gradient",
      },
      // The squares of these overflow or vanish in float32.
      { inputs: [matrix([3e30, 4e30], [3e-30, 4e-30])], options: { axis: 1 }, kink: "out of scale" },
      {
        inputs: [matrix([3e30, 4e30], [3e-30, 4e-30])],
        options: { axis: 1, p: 3 },
        kink: "out of scale",
        unlikePyTorch: "its gradient overflows",
      },
    ],
    errors: [
      ...badAxes("norm"),
      {
        inputs: [float([3])],
        options: { p: nan },
        error: ArgumentError,
        message: /^norm: p is NaN; it must be a number, or ±Infinity$/,
      },
      {
        inputs: [float([2, 0])],
        options: { p: infinite, axis: 1 },
        error: ShapeError,
        message:
          /^norm: \[2, 0\] is empty along the axes \[1\]; there is no norm of nothing for p = Infinity$/,
      },
      {
        inputs: [float([0])],
        options: { p: -1 },
        error: ShapeError,
        message: /^norm: \[0\] is empty along the axes \[0\]; there is no norm of nothing for p = -1$/,
      },
    ],
  }),
};

function truth(name: string, call: (x: Tensor, options?: ReduceOptions) => Tensor): AnyHelperSamples {
  return helperSamplesOf<[Tensor], ReduceOptions>({
    call: ([x], options) => call(x, options),
    domains,
    samples: [
      { inputs: [float([])] },
      { inputs: [float([0])] },
      { inputs: [float([0, 3])], options: { axis: 0 } },
      { inputs: [floats(0, -0, nan, 1)] },
      { inputs: [matrix([0, -0, 0], [1, 0, 2], [nan, 1, infinite])], options: { axis: 1 } },
      { inputs: [float([3, 4], "transposed")], options: { axis: 0 } },
      { inputs: [{ shape: [2, 5], dtype: "bool" }], options: { axis: 1 } },
      { inputs: [ints(1, 0, -2)] },
      { inputs: [{ shape: [2, 2, 2], values: [0, 0, 3, 4, 0, 0, 0, 8], dtype: "uint8" }] },
    ],
    options: {
      axis: [
        { inputs: [matrix([0, 0, 0], [1, 0, 2])], options: { axis: 1 } },
        {
          inputs: [{ shape: [2, 2, 2], values: [0, 0, 3, 4, 0, 0, 0, 8] }],
          options: { axis: [0, -1] },
        },
      ],
      keepDims: [{ inputs: [matrix([0, 0, 0], [1, 0, 2])], options: { axis: 0, keepDims: true } }],
    },
    errors: badAxes(name),
  });
}

export const helpers: HelpersOfFamily<typeof ops> = {
  countNonzero: truth("countNonzero", (x, options) => ops.countNonzero(x, options)),
  any: truth("any", (x, options) => ops.any(x, options)),
  all: truth("all", (x, options) => ops.all(x, options)),
};
