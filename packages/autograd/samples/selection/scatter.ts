/** Samples of the ops that write or combine values at indices. */
import type { DType } from "../../src/dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/selection/scatter.js";
import type { Shape } from "../../src/shape.js";
import { apply, applyMany } from "../../src/tape.js";
import {
  type AnyOpSamples,
  domains,
  type ExpectedError,
  float,
  floats,
  type HelpersOfFamily,
  helperSamplesOf,
  ints,
  type Layout,
  type NotApplicable,
  type OpSamples,
  type Sample,
  type SamplesOfFamily,
  type ShapeCategories,
  samplesOf,
  type TensorInput,
  tensorsOnly,
} from "../sample.js";

const noAxis: NotApplicable = { notApplicable: "it works along an axis, and a 0-d tensor has none" };
const noBroadcast: NotApplicable = {
  notApplicable: "indices and values have given shapes; nothing is repeated",
};
const late = "the index is a value, and values are read by kernels alone";

/** Indices by their shape. */
function at(
  shape: Shape,
  values: readonly number[],
  layout: Layout = "dense",
  dtype: DType = "int32",
): TensorInput {
  return { shape, values, layout, dtype };
}

interface AxisOption {
  readonly axis?: number;
}

const rows = at([2, 3], [0, 2, 1, 2, 2, 0]);
const long = at(
  [37],
  Array.from({ length: 37 }, (_, i) => (i * 7) % 11),
);

/** Shapes and layouts for x, indices and values. */
const shapes: ShapeCategories<AxisOption> = {
  scalar: noAxis,
  empty: [
    { inputs: [float([3]), at([0], []), float([0])] },
    { inputs: [float([3, 2]), at([2, 0], []), float([2, 0])] },
    { inputs: [float([0, 2]), at([0, 1], []), float([0, 1])], options: { axis: 1 } },
  ],
  one: [
    { inputs: [float([1]), at([1], [0]), float([1])] },
    { inputs: [float([1, 1]), at([2, 1], [0, 0]), float([2, 1])] },
  ],
  highRank: [
    {
      inputs: [float([2, 1, 3, 2]), at([2, 1, 2, 1], [0, 2, 1, 1]), float([2, 1, 2, 1])],
      options: { axis: 2 },
    },
  ],
  long: [{ inputs: [float([11]), long, float([37])] }],
  transposed: [
    { inputs: [float([3, 3], "transposed"), rows, float([2, 3], "transposed")] },
    { inputs: [float([3, 3]), at([2, 3], [0, 2, 1, 2, 2, 0], "transposed"), float([2, 3])] },
  ],
  negativeStep: [
    { inputs: [float([3, 3], "negative step"), rows, float([2, 3], "negative step")], options: { axis: 1 } },
  ],
  offset: [
    { inputs: [float([3, 3], "offset"), at([2, 3], [0, 2, 1, 0, 2, 0], "offset"), float([2, 3], "offset")] },
  ],
  expanded: [
    { inputs: [float([3, 3], "expanded"), rows, float([2, 3])] },
    { inputs: [float([3, 3]), rows, float([2, 3], "expanded")], kink: "equal values are a tie" },
  ],
};

const axes: readonly [Sample<AxisOption>, ...Sample<AxisOption>[]] = [
  { inputs: [float([2, 3]), rows, float([2, 3])], options: { axis: 1 } },
  { inputs: [float([2, 3]), at([1, 2], [2, 0]), float([1, 2])], options: { axis: -1 } },
];

function errors<Options extends AxisOption>(
  name: string,
  options: Options,
): readonly [ExpectedError<Options>, ...ExpectedError<Options>[]] {
  const given = { options } as { options: Options };
  return [
    {
      inputs: [float([3]), ints(0, 1), float([3])],
      ...given,
      error: ShapeError,
      message: new RegExp(`^${name}: the values are \\[3\\]; for these indices they must be \\[2\\]$`),
    },
    {
      inputs: [float([3]), float([2]), float([2])],
      ...given,
      error: DTypeError,
      message: new RegExp(`^${name}: the indices are float(32|64); they must be integers`),
    },
    {
      inputs: [float([3, 2]), at([1, 3], [0, 0, 0]), float([1, 3])],
      ...given,
      error: ShapeError,
      message: new RegExp(`^${name}: the indices are \\[1, 3\\] and x is \\[3, 2\\]; they must have as many`),
    },
    {
      inputs: [float([3]), at([1, 1], [0]), float([1, 1])],
      ...given,
      error: ShapeError,
      message: new RegExp(`^${name}: the indices are \\[1, 1\\] and x is \\[3\\]`),
    },
  ];
}

/** Without indices that meet at one place, for PyTorch does not say which of the values stays. */
const apart = at([2, 3], [0, 2, 1, 2, 0, 0]);
const meeting = "PyTorch does not say which of several values stays";

/** Samples of the largest and the smallest, which `scatterReduce` runs. */
function extreme(reduce: "amax" | "amin"): AnyOpSamples {
  return samplesOf<[Tensor, Tensor, Tensor], AxisOption>({
    call: ([x, indices, values], options) => ops.scatterReduce(x, indices, values, { reduce, ...options }),
    domains,
    ...shapes,
    broadcast: noBroadcast,
    shared: [{ inputs: [float([3]), ints(2, 2, 0), { same: 0 }], kink: "an element meets itself" }],
    options: { axis: axes },
    numbers: tensorsOnly,
    special: [
      { inputs: [float([3]), at([4], [2, 2, -1, -3]), float([4])] },
      {
        inputs: [floats(1, 2, 3), ints(0, 0, 1, 1), floats(1, 1, 2, 0)],
        kink: "equal values are a tie",
      },
      {
        inputs: [floats(1, 2, -Infinity), ints(0, 2, 1), floats(Infinity, -Infinity, -Infinity)],
        kink: "what is not finite has no differences",
      },
    ],
    integers: [{ inputs: [ints(1, 2, 3), at([2], [2, 2], "dense", "uint8"), ints(10, -20)] }],
    errors: [
      ...errors<AxisOption>("scatterReduce", {}),
      {
        inputs: [ints(1, 2, 3), ints(0, 1), float([2])],
        error: DTypeError,
        message:
          /^scatterReduce: x is int32 and the values are float(32|64); convert one of them with to\(\)$/,
      },
    ],
  });
}

interface PlaceOptions {
  readonly axis: number;
  readonly shape: Shape;
}

/** For ops that look at indices alone. */
const placings: Omit<OpSamples<[Tensor], PlaceOptions>, "call"> = {
  domains,
  scalar: noAxis,
  empty: [
    { inputs: [at([0], [])], options: { axis: 0, shape: [3] } },
    { inputs: [at([0, 2], [])], options: { axis: 0, shape: [3, 2] } },
  ],
  one: [{ inputs: [at([2, 1], [0, 0])], options: { axis: 0, shape: [1, 1] } }],
  highRank: [{ inputs: [at([2, 1, 2, 1], [0, 2, 1, 1])], options: { axis: 2, shape: [2, 1, 3, 2] } }],
  long: [{ inputs: [long], options: { axis: 0, shape: [11] } }],
  transposed: [
    { inputs: [at([2, 3], [0, 2, 1, 2, 2, 0], "transposed")], options: { axis: 1, shape: [2, 3] } },
  ],
  negativeStep: [{ inputs: [at([4], [1, 0, 1, 2], "negative step")], options: { axis: 0, shape: [3] } }],
  offset: [{ inputs: [at([4], [1, 0, 1, 2], "offset")], options: { axis: 0, shape: [3] } }],
  expanded: [{ inputs: [at([2, 2], [1, 0, 1, 0], "expanded")], options: { axis: 0, shape: [2, 2] } }],
  broadcast: noBroadcast,
  shared: { notApplicable: "it has one operand" },
  options: {
    axis: [{ inputs: [rows], options: { axis: 1, shape: [2, 3] } }],
    shape: [{ inputs: [rows], options: { axis: 0, shape: [3, 4] } }],
  },
  numbers: tensorsOnly,
  special: [{ inputs: [at([4], [2, -1, 0, -3])], options: { axis: 0, shape: [3] } }],
  integers: [{ inputs: [at([3], [1, 1, 1], "dense", "uint8")], options: { axis: 0, shape: [2] } }],
  errors: { notApplicable: "its operands come from a scatter or a product, which have checked them" },
};

export const scatters: SamplesOfFamily<typeof ops> = {
  scatter: samplesOf<[Tensor, Tensor, Tensor | number], AxisOption>({
    call: ([x, indices, values], options) => ops.scatter(x, indices, values, options),
    domains,
    ...shapes,
    one: [
      { inputs: [float([1]), at([1], [0]), float([1])] },
      { inputs: [float([1, 1]), at([2, 1], [0, 0]), float([2, 1])], unlikePyTorch: meeting },
    ],
    highRank: [
      {
        inputs: [float([2, 1, 3, 2]), at([2, 1, 2, 1], [0, 2, 1, 0]), float([2, 1, 2, 1])],
        options: { axis: 2 },
      },
    ],
    long: [
      { inputs: [float([11]), long, float([37])], unlikePyTorch: meeting },
      {
        inputs: [
          float([50]),
          at(
            [37],
            Array.from({ length: 37 }, (_, i) => (i * 7) % 50),
          ),
          float([37]),
        ],
      },
    ],
    transposed: [
      { inputs: [float([3, 3], "transposed"), apart, float([2, 3], "transposed")] },
      { inputs: [float([3, 3]), at([2, 3], [0, 2, 1, 2, 1, 0], "transposed"), float([2, 3])] },
    ],
    negativeStep: [
      {
        inputs: [float([2, 3], "negative step"), at([2, 2], [2, 0, 1, 2], "negative step"), float([2, 2])],
        options: { axis: 1 },
      },
    ],
    offset: [{ inputs: [float([3, 3], "offset"), apart, float([2, 3], "offset")] }],
    expanded: [
      { inputs: [float([3, 3], "expanded"), apart, float([2, 3])] },
      { inputs: [float([3, 3]), apart, float([2, 3], "expanded")] },
    ],
    broadcast: noBroadcast,
    shared: [{ inputs: [float([3]), ints(2, 1, 0), { same: 0 }] }],
    options: {
      axis: [
        { inputs: [float([2, 4]), at([2, 3], [0, 2, 1, 2, 3, 0]), float([2, 3])], options: { axis: 1 } },
        { inputs: [float([2, 3]), at([1, 2], [2, 0]), float([1, 2])], options: { axis: -1 } },
      ],
    },
    numbers: [
      { inputs: [float([3, 3]), rows, 0.5] },
      { inputs: [float([3]), ints(), 2] },
      { inputs: [ints(1, 2, 3), ints(0, 2), 7] },
      { inputs: [{ shape: [3], dtype: "bool" }, ints(0, 2), 1] },
    ],
    special: [
      { inputs: [float([3]), at([4], [2, 2, -1, -3]), float([4])], unlikePyTorch: meeting },
      { inputs: [float([3]), at([2], [-1, -3]), float([2])] },
      {
        inputs: [floats(Number.NaN, Infinity, 1), ints(0, 1), floats(3, Number.NaN)],
        kink: "what is not finite has no differences",
      },
    ],
    integers: [{ inputs: [ints(1, 2, 3), at([2], [2, 0], "dense", "uint8"), ints(10, 20)] }],
    errors: [
      ...errors<AxisOption>("scatter", {}),
      {
        inputs: [ints(1, 2, 3), ints(0, 1), float([2])],
        error: DTypeError,
        message: /^scatter: x is int32 and the values are float(32|64), which is wider; convert one of them/,
      },
      {
        inputs: [ints(1, 2), ints(0), 0.5],
        error: DTypeError,
        message: /^scatter: x is int32, which has no 0.5; convert x with to\("float32"\)$/,
      },
      { inputs: [float([3]), ints(3), float([1])], error: ShapeError, message: /^scatter: .*3/, late },
      {
        inputs: [float([3]), ints(0), float([1])],
        options: { axis: 1 },
        error: ShapeError,
        message: /^scatter: there is no axis 1/,
      },
    ],
  }),

  lastWriters: samplesOf<[Tensor], PlaceOptions>({
    // Only a derivative rule calls it, so there is no other function.
    call: ([indices], options) => apply(ops.lastWritersOp, [indices], options),
    ...placings,
  }),

  groupByPlace: samplesOf<[Tensor], PlaceOptions>({
    // Only a product calls it, so there is no other function.
    call: ([indices], options) => applyMany(ops.groupByPlaceOp, [indices], options),
    ...placings,
  }),

  scatterMax: extreme("amax"),
  scatterMin: extreme("amin"),
};

export const scatterHelpers: HelpersOfFamily<typeof ops> = {
  scatterReduce: helperSamplesOf<[Tensor, Tensor, Tensor], ops.ScatterReduceOptions>({
    call: ([x, indices, values], options) => ops.scatterReduce(x, indices, values, options),
    domains,
    samples: [
      { inputs: [float([3, 3]), rows, float([2, 3])], options: { reduce: "sum" } },
      { inputs: [float([3, 3]), rows, float([2, 3])], options: { reduce: "mean" } },
      { inputs: [float([3, 3]), rows, float([2, 3])], options: { reduce: "prod" } },
      { inputs: [float([11]), long, float([37])], options: { reduce: "prod" } },
      { inputs: [float([3, 0]), at([2, 0], []), float([2, 0])], options: { reduce: "prod" } },
      { inputs: [ints(7, 2, -3), ints(0, 0, 2), ints(1, 2, -4)], options: { reduce: "prod" } },
      {
        inputs: [floats(2, 0, 3), ints(0, 0, 0, 1, 1), floats(3, 0, 5, 0, 2)],
        options: { reduce: "prod" },
      },
      { inputs: [float([3, 3], "transposed"), rows, float([2, 3])], options: { reduce: "amax" } },
      { inputs: [float([11]), long, float([37])], options: { reduce: "mean" } },
      { inputs: [float([3]), ints(), float([0])], options: { reduce: "amin", includeSelf: false } },
      { inputs: [ints(7, 2, -3), ints(0, 0, 2), ints(1, 2, -4)], options: { reduce: "mean" } },
      {
        inputs: [ints(7, 2, -3), ints(0, 0, 2), ints(1, 2, -4)],
        options: { reduce: "amax", includeSelf: false },
      },
      {
        inputs: [{ shape: [3], dtype: "uint8" }, ints(0, 0), { shape: [2], dtype: "uint8" }],
        options: { reduce: "amin", includeSelf: false },
      },
    ],
    options: {
      axis: [
        { inputs: [float([2, 3]), rows, float([2, 3])], options: { reduce: "mean", axis: 1 } },
        { inputs: [float([2, 3]), rows, float([2, 3])], options: { reduce: "sum", axis: -1 } },
      ],
      reduce: [
        { inputs: [float([3, 3]), rows, float([2, 3])], options: { reduce: "amax" } },
        { inputs: [float([3, 3]), rows, float([2, 3])], options: { reduce: "amin" } },
        { inputs: [float([3, 3]), rows, float([2, 3])], options: { reduce: "prod", axis: 0 } },
      ],
      includeSelf: [
        { inputs: [float([3, 3]), rows, float([2, 3])], options: { reduce: "sum", includeSelf: false } },
        { inputs: [float([3, 3]), rows, float([2, 3])], options: { reduce: "mean", includeSelf: false } },
        { inputs: [float([3, 3]), rows, float([2, 3])], options: { reduce: "amax", includeSelf: false } },
        {
          inputs: [float([2, 3], "transposed"), rows, float([2, 3])],
          options: { reduce: "prod", includeSelf: false, axis: 1 },
        },
        {
          inputs: [float([2, 3]), rows, float([2, 3])],
          options: { reduce: "amin", includeSelf: false, axis: 1 },
        },
      ],
    },
    errors: [
      ...errors<ops.ScatterReduceOptions>("scatterReduce", { reduce: "mean" }),
      {
        inputs: [float([3]), ints(0), float([1])],
        options: { reduce: "median" as "sum" },
        error: ArgumentError,
        message: /^scatterReduce: there is no reduction median; use "sum", "prod", "mean", "amax" or "amin"$/,
      },
      {
        inputs: [{ shape: [3], dtype: "bool" }, ints(0), { shape: [1], dtype: "bool" }],
        options: { reduce: "amax" },
        error: DTypeError,
        message: /^scatterReduce: truth values cannot be combined; convert them with to\(\)$/,
      },
      {
        inputs: [float([3]), ints(-4), float([1])],
        options: { reduce: "amax" },
        error: ShapeError,
        message: /^scatterReduce: .*-4/,
        late,
      },
      {
        inputs: [float([3]), ints(0), float([1])],
        options: { reduce: "sum", axis: 1 },
        error: ShapeError,
        message: /^scatterReduce: there is no axis 1/,
      },
    ],
  }),
};
