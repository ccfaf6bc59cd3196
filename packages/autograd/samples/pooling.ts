/** Samples of the ops in ops/pooling.ts. Those of the functions made of them are in pooling-functions.ts. */
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/pooling.js";
import type { Shape } from "../src/shape.js";
import { apply, applyMany } from "../src/tape.js";
import { adaptiveErrors, slidingErrors } from "./pooling-errors.js";
import { poolingHelpers } from "./pooling-functions.js";
import {
  type AnyOpSamples,
  type Domain,
  float,
  type HelpersOfFamily,
  type Layout,
  type NotApplicable,
  type OpSamples,
  type SamplesOfFamily,
  samplesOf,
  type TensorInput,
} from "./sample.js";

const domains: readonly [Domain] = [{ low: -2, high: 2 }];
const noPlane: NotApplicable = { notApplicable: "it works on the last axes, and a 0-d tensor has none" };
const one: NotApplicable = { notApplicable: "it has one operand" };
const tensorsOnly: NotApplicable = { notApplicable: "it takes tensors alone" };
const { NaN: nan, POSITIVE_INFINITY: infinite } = Number;

const maxPools = [ops.maxPool1dWithIndices, ops.maxPool2dWithIndices, ops.maxPool3dWithIndices] as const;
const avgPools = [ops.avgPool1d, ops.avgPool2d, ops.avgPool3d] as const;
const adaptiveMaxPools = [
  ops.adaptiveMaxPool1dWithIndices,
  ops.adaptiveMaxPool2dWithIndices,
  ops.adaptiveMaxPool3dWithIndices,
] as const;
const adaptiveAvgPools = [ops.adaptiveAvgPool1d, ops.adaptiveAvgPool2d, ops.adaptiveAvgPool3d] as const;

/** Indices by their shape. */
function at(shape: Shape, ...values: number[]): TensorInput {
  return { shape, values, dtype: "int32" };
}

function sequence(...values: number[]): TensorInput {
  return { shape: [1, values.length], values };
}

/** The same options for samples of several layouts. */
function laid<Options>(
  layout: Layout,
  options: readonly [Options, Options],
): OpSamples<[Tensor], Options>["transposed"] {
  return [
    { inputs: [float([2, 3, 5], layout)], options: options[0] },
    { inputs: [float([2, 2, 4, 3], layout)], options: options[1] },
  ] as never;
}

/** The categories of layout, with options for one spatial axis and for two. */
function layouts<Options>(
  options: readonly [Options, Options],
): Pick<OpSamples<[Tensor], Options>, "transposed" | "negativeStep" | "offset" | "expanded"> {
  return {
    transposed: laid("transposed", options),
    negativeStep: laid("negative step", options),
    offset: laid("offset", options),
    expanded: laid("expanded", options),
  };
}

const integers = (options: object): OpSamples<[Tensor], never>["integers"] =>
  [
    { inputs: [{ shape: [2, 3, 5], dtype: "int32" }], options },
    { inputs: [{ shape: [2, 1, 6], dtype: "uint8" }], options },
    { inputs: [{ shape: [2, 6], dtype: "bool" }], options },
  ] as never;

interface MaxWindows extends ops.MaxPoolOptions {
  readonly kernelSize: readonly number[];
}

interface MeanWindows extends ops.AvgPoolOptions {
  readonly kernelSize: readonly number[];
}

/** Shapes and layouts of sliding windows. */
const sliding = {
  scalar: noPlane,
  empty: [
    { inputs: [float([0, 5])], options: { kernelSize: [2] } },
    { inputs: [float([2, 0, 5])], options: { kernelSize: [2] } },
    { inputs: [float([0, 2, 3, 4])], options: { kernelSize: [2, 3] } },
    { inputs: [float([2, 0, 3, 2, 2])], options: { kernelSize: [2, 2, 2] } },
  ],
  one: [
    { inputs: [float([1, 1])], options: { kernelSize: [1] } },
    { inputs: [float([1, 1, 1, 1])], options: { kernelSize: [1, 1] } },
    { inputs: [float([1, 3, 3])], options: { kernelSize: [3, 3] } },
  ],
  highRank: [
    { inputs: [float([2, 2, 4, 5])], options: { kernelSize: [2, 3] } },
    { inputs: [float([1, 2, 3, 2, 4])], options: { kernelSize: [2, 1, 2] } },
    { inputs: [float([2, 3, 3, 3])], options: { kernelSize: [2, 2, 2], stride: 1 } },
  ],
  long: [
    { inputs: [float([1, 67])], options: { kernelSize: [2] } },
    { inputs: [float([1, 47])], options: { kernelSize: [3], stride: 1 } },
    { inputs: [float([1, 9, 11])], options: { kernelSize: [2, 2] } },
    { inputs: [float([1, 67])], options: { kernelSize: [3], stride: 4 } },
    { inputs: [float([2, 7, 13])], options: { kernelSize: [3, 3], stride: 2, padding: 1 } },
  ],
  ...layouts<MaxWindows>([{ kernelSize: [2] }, { kernelSize: [2, 3], stride: [2, 1], padding: [1, 0] }]),
  broadcast: one,
  shared: one,
  numbers: tensorsOnly,
} as const;

/** Options that sliding windows have in common, each away from its default. */
const slidingOptions = {
  kernelSize: [
    { inputs: [float([2, 7])], options: { kernelSize: [3] } },
    { inputs: [float([2, 4, 5])], options: { kernelSize: [1, 4] } },
  ],
  stride: [
    { inputs: [float([2, 7])], options: { kernelSize: [3], stride: 1 } },
    { inputs: [float([1, 7])], options: { kernelSize: [1], stride: 3 } },
    { inputs: [float([1, 5, 6])], options: { kernelSize: [2, 3], stride: [1, 2] } },
  ],
  padding: [
    { inputs: [float([2, 5])], options: { kernelSize: [3], padding: 1 } },
    { inputs: [float([1, 4, 3])], options: { kernelSize: [4, 2], stride: 1, padding: [2, 1] } },
    { inputs: [float([1, 2, 3, 3])], options: { kernelSize: [2, 2, 3], stride: 2, padding: 1 } },
    // The last window would start in the padding, and is none.
    { inputs: [float([2, 3])], options: { kernelSize: [2], stride: 3, padding: 1, ceilMode: true } },
    { inputs: [float([2, 6])], options: { kernelSize: [3], stride: 4, padding: 1, ceilMode: true } },
  ],
  ceilMode: [
    { inputs: [float([2, 6])], options: { kernelSize: [4], ceilMode: true } },
    { inputs: [float([1, 5, 4])], options: { kernelSize: [2, 3], stride: [2, 2], ceilMode: true } },
  ],
} as const;

interface Adaptive {
  readonly outputSize: readonly (number | null)[];
}

/** Samples of an op that adapts to given lengths. */
function adapting(
  own: Pick<OpSamples<[Tensor], Adaptive>, "call" | "special" | "integers" | "errors">,
): AnyOpSamples {
  return samplesOf<[Tensor], Adaptive>({
    domains,
    scalar: noPlane,
    empty: [
      { inputs: [float([0, 5])], options: { outputSize: [2] } },
      { inputs: [float([2, 0, 5])], options: { outputSize: [2] } },
      { inputs: [float([0, 2, 3, 4])], options: { outputSize: [2, 3] } },
      { inputs: [float([2, 3, 4])], options: { outputSize: [0, 2] } },
    ],
    one: [
      { inputs: [float([1, 1])], options: { outputSize: [1] } },
      { inputs: [float([2, 3, 4])], options: { outputSize: [1, 1] } },
    ],
    highRank: [
      { inputs: [float([2, 2, 3, 5])], options: { outputSize: [2, 3] } },
      { inputs: [float([1, 2, 3, 2, 4])], options: { outputSize: [2, 1, 3] } },
    ],
    long: [
      { inputs: [float([1, 67])], options: { outputSize: [9] } },
      { inputs: [float([1, 5])], options: { outputSize: [38] } },
      { inputs: [float([1, 7, 9])], options: { outputSize: [3, 4] } },
    ],
    ...layouts<{ readonly outputSize: readonly number[] }>([{ outputSize: [3] }, { outputSize: [3, 2] }]),
    broadcast: one,
    shared: one,
    options: {
      outputSize: [
        { inputs: [float([2, 4, 3])], options: { outputSize: [null, 2] } },
        { inputs: [float([2, 2, 3])], options: { outputSize: [5, 1] } },
      ],
    },
    numbers: tensorsOnly,
    ...own,
  });
}

interface SpreadMeans extends MeanWindows {
  readonly size: readonly number[];
}

interface SpreadAdaptive {
  readonly outputSize: readonly number[];
  readonly size: readonly number[];
}

const onlyRules: NotApplicable = { notApplicable: "only a derivative rule calls it, with floats" };

function spreadMeans(x: Tensor, { kernelSize, stride, padding, ...rest }: SpreadMeans): Tensor {
  const each = (value: ops.Lengths): readonly number[] =>
    typeof value === "number" ? kernelSize.map(() => value) : value;
  return apply(ops.avgPoolAdjointOp, [x], {
    kernelSize,
    stride: each(stride ?? kernelSize),
    padding: each(padding ?? 0),
    dilation: each(1),
    ceilMode: false,
    countIncludePad: true,
    divisorOverride: null,
    ...rest,
  });
}

export const samples: SamplesOfFamily<typeof ops> = {
  maxPool: samplesOf<[Tensor], MaxWindows>({
    call: ([x], { kernelSize, ...options }) => {
      const { values, indices } = maxPools[kernelSize.length - 1](x, kernelSize, options);
      return [values, indices];
    },
    domains,
    ...sliding,
    options: {
      ...slidingOptions,
      dilation: [
        { inputs: [float([2, 7])], options: { kernelSize: [3], dilation: 2, stride: 1 } },
        {
          inputs: [float([1, 5, 6])],
          options: { kernelSize: [2, 3], dilation: [3, 2], stride: 1, padding: 1, ceilMode: true },
        },
        { inputs: [float([1, 3, 3, 4])], options: { kernelSize: [2, 2, 2], dilation: [1, 2, 3], stride: 1 } },
      ],
    },
    special: [
      {
        inputs: [sequence(1, 3, 3, 2, 2, 2, 0, -0, -0, 0)],
        options: { kernelSize: [3], stride: 2 },
        kink: "ties",
      },
      {
        inputs: [sequence(1, nan, 3, 2, -infinite, 4, infinite, infinite, 1)],
        options: { kernelSize: [3] },
        kink: "special values",
      },
      {
        inputs: [sequence(-infinite, -infinite, -infinite, 1)],
        options: { kernelSize: [2], padding: 1 },
        kink: "only −∞ in a window",
      },
      {
        inputs: [{ shape: [1, 3, 4], values: [1, 2, 2, 1, 2, 1, 1, 2, nan, 1, 1, nan] }],
        options: { kernelSize: [2, 2], stride: 1 },
        kink: "ties and NaN",
      },
      {
        inputs: [sequence(1, nan, nan, 2)],
        options: { kernelSize: [4] },
        kink: "two NaN",
        unlikePyTorch: "it takes the last NaN; here, as in max, the first counts",
      },
    ],
    integers: integers({ kernelSize: [3], stride: 2 }),
    errors: [
      ...slidingErrors((axes) => `maxPool${axes}dWithIndices`),
      {
        inputs: [float([1, 2])],
        options: { kernelSize: [2], dilation: 3, padding: 1 },
        error: ShapeError,
        message:
          /^maxPool1dWithIndices: window 0 along axis -1 of x, which is \[1, 2\], meets nothing but padding: the axis has 2, the window has 2 places 3 apart; /,
      },
    ],
  }),
  adaptiveMaxPool: adapting({
    call: ([x], { outputSize }) => {
      const { values, indices } = adaptiveMaxPools[outputSize.length - 1](x, outputSize);
      return [values, indices];
    },
    errors: adaptiveErrors((axes) => `adaptiveMaxPool${axes}dWithIndices`),
    special: [{ inputs: [sequence(1, 3, 3, 2, 2, 2, nan)], options: { outputSize: [3] }, kink: "ties" }],
    integers: integers({ outputSize: [2] }),
  }),
  avgPool: samplesOf<[Tensor], MeanWindows>({
    call: ([x], { kernelSize, ...options }) => avgPools[kernelSize.length - 1](x, kernelSize, options),
    domains,
    ...sliding,
    options: {
      ...slidingOptions,
      countIncludePad: [
        { inputs: [float([2, 5])], options: { kernelSize: [3], padding: 1, countIncludePad: false } },
        {
          inputs: [float([1, 4, 5])],
          options: {
            kernelSize: [2, 3],
            stride: [1, 2],
            padding: [1, 1],
            ceilMode: true,
            countIncludePad: false,
          },
        },
      ],
      divisorOverride: [
        { inputs: [float([2, 6])], options: { kernelSize: [4], stride: 2, divisorOverride: 3 } },
        {
          inputs: [float([1, 4, 5])],
          options: {
            kernelSize: [2, 3],
            padding: 1,
            ceilMode: true,
            countIncludePad: false,
            divisorOverride: -2.5,
          },
        },
      ],
    },
    special: [
      {
        inputs: [sequence(1, nan, 3, infinite, -infinite, 4, infinite, infinite, -0)],
        options: { kernelSize: [3] },
        kink: "special values",
      },
    ],
    integers: integers({ kernelSize: [3], stride: 2 }),
    errors: [
      ...slidingErrors((axes) => `avgPool${axes}d`),
      {
        inputs: [float([1, 5])],
        options: { kernelSize: [2], divisorOverride: 0 },
        error: ArgumentError,
        message: /^avgPool1d: the divisorOverride is 0; it must be a finite number other than 0$/,
      },
    ],
  }),
  avgPoolAdjoint: samplesOf<[Tensor], SpreadMeans>({
    call: ([x], options) => spreadMeans(x, options),
    domains,
    scalar: noPlane,
    empty: [
      { inputs: [float([0, 3])], options: { kernelSize: [2], size: [6] } },
      { inputs: [float([2, 0, 3])], options: { kernelSize: [2], size: [6] } },
      { inputs: [float([0, 2, 2, 1])], options: { kernelSize: [2, 3], size: [4, 4] } },
      {
        inputs: [float([2, 0])],
        options: { kernelSize: [2], size: [1] },
        unlikePyTorch: "it has no pooling without windows",
      },
    ],
    one: [{ inputs: [float([1, 1])], options: { kernelSize: [1], size: [1] } }],
    highRank: [
      { inputs: [float([2, 2, 2, 2])], options: { kernelSize: [2, 2], size: [4, 5] } },
      { inputs: [float([1, 2, 2, 1, 2])], options: { kernelSize: [2, 1, 2], stride: 2, size: [4, 1, 4] } },
    ],
    long: [
      { inputs: [float([1, 33])], options: { kernelSize: [3], stride: 1, size: [35] } },
      { inputs: [float([1, 4, 5])], options: { kernelSize: [3, 3], stride: [2, 1], size: [9, 7] } },
    ],
    ...layouts<SpreadMeans>([
      { kernelSize: [3], stride: 2, size: [11] },
      { kernelSize: [2, 2], stride: 1, size: [5, 4] },
    ]),
    broadcast: one,
    shared: one,
    options: {
      kernelSize: [{ inputs: [float([2, 3])], options: { kernelSize: [3], size: [9] } }],
      stride: [{ inputs: [float([2, 3])], options: { kernelSize: [2], stride: 3, size: [8] } }],
      padding: [
        { inputs: [float([2, 4])], options: { kernelSize: [3], stride: 1, padding: 1, size: [4] } },
        {
          inputs: [float([1, 2, 3])],
          options: { kernelSize: [3, 2], stride: [2, 1], padding: [1, 1], size: [4, 2] },
        },
      ],
      ceilMode: [{ inputs: [float([2, 3])], options: { kernelSize: [3], ceilMode: true, size: [7] } }],
      countIncludePad: [
        {
          inputs: [float([2, 4])],
          options: { kernelSize: [3], stride: 1, padding: 1, countIncludePad: false, size: [4] },
        },
      ],
      divisorOverride: [
        { inputs: [float([2, 3])], options: { kernelSize: [2], divisorOverride: 3, size: [6] } },
      ],
      size: [{ inputs: [float([2, 3])], options: { kernelSize: [2], size: [7] } }],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [sequence(1, nan, infinite)],
        options: { kernelSize: [2], stride: 1, size: [4] },
        kink: "NaN",
      },
    ],
    integers: onlyRules,
    errors: { notApplicable: "only a derivative rule calls it" },
  }),
  adaptiveAvgPool: adapting({
    call: ([x], { outputSize }) => adaptiveAvgPools[outputSize.length - 1](x, outputSize),
    errors: adaptiveErrors((axes) => `adaptiveAvgPool${axes}d`),
    special: [
      {
        inputs: [sequence(1, nan, 3, infinite, 2, 2, 2)],
        options: { outputSize: [3] },
        kink: "special values",
      },
    ],
    integers: integers({ outputSize: [2] }),
  }),
  adaptiveAvgPoolAdjoint: samplesOf<[Tensor], SpreadAdaptive>({
    call: ([x], options) => apply(ops.adaptiveAvgPoolAdjointOp, [x], options),
    domains,
    scalar: noPlane,
    empty: [
      { inputs: [float([0, 2])], options: { outputSize: [2], size: [5] } },
      { inputs: [float([2, 0, 2])], options: { outputSize: [2], size: [5] } },
      { inputs: [float([2, 2, 0])], options: { outputSize: [0], size: [5] } },
    ],
    one: [{ inputs: [float([1, 1])], options: { outputSize: [1], size: [1] } }],
    highRank: [
      { inputs: [float([2, 2, 2, 3])], options: { outputSize: [2, 3], size: [3, 5] } },
      { inputs: [float([1, 2, 2, 1, 3])], options: { outputSize: [2, 1, 3], size: [3, 2, 4] } },
    ],
    long: [
      { inputs: [float([1, 9])], options: { outputSize: [9], size: [67] } },
      { inputs: [float([1, 38])], options: { outputSize: [38], size: [5] } },
    ],
    ...layouts<SpreadAdaptive>([
      { outputSize: [5], size: [7] },
      { outputSize: [4, 3], size: [3, 5] },
    ]),
    broadcast: one,
    shared: one,
    options: {
      outputSize: [{ inputs: [float([2, 4])], options: { outputSize: [4], size: [2] } }],
      size: [{ inputs: [float([2, 2, 2])], options: { outputSize: [2, 2], size: [5, 3] } }],
    },
    numbers: tensorsOnly,
    special: [{ inputs: [sequence(1, nan, infinite)], options: { outputSize: [3], size: [4] }, kink: "NaN" }],
    integers: onlyRules,
    errors: { notApplicable: "only a derivative rule calls it" },
  }),
  maxUnpool: samplesOf<[Tensor, Tensor], { readonly size: number }>({
    // The functions flatten planes before they run it.
    call: ([x, indices], { size }) => applyMany(ops.maxUnpoolOp, [x, indices], { size }),
    domains,
    scalar: noPlane,
    empty: [
      { inputs: [float([0]), at([0])], options: { size: 3 } },
      { inputs: [float([0, 2]), at([0, 2])], options: { size: 3 } },
      { inputs: [float([2, 0]), at([2, 0])], options: { size: 3 } },
    ],
    one: [{ inputs: [float([1, 1]), at([1, 1], 0)], options: { size: 1 } }],
    highRank: [
      { inputs: [float([2, 1, 2, 2]), at([2, 1, 2, 2], 3, 0, 1, 2, 2, 1, 0, 3)], options: { size: 4 } },
    ],
    long: [
      {
        inputs: [float([37]), at([37], ...Array.from({ length: 37 }, (_, i) => (i * 7) % 41))],
        options: { size: 41 },
      },
    ],
    transposed: [
      { inputs: [float([2, 3], "transposed"), at([2, 3], 0, 2, 4, 1, 0, 3)], options: { size: 5 } },
    ],
    negativeStep: [
      { inputs: [float([2, 3], "negative step"), at([2, 3], 0, 2, 4, 1, 0, 3)], options: { size: 5 } },
    ],
    offset: [{ inputs: [float([2, 3], "offset"), at([2, 3], 0, 2, 4, 1, 0, 3)], options: { size: 5 } }],
    expanded: [{ inputs: [float([2, 3], "expanded"), at([2, 3], 0, 2, 4, 1, 0, 3)], options: { size: 5 } }],
    broadcast: { notApplicable: "numbers and indices have the same shape" },
    shared: { notApplicable: "its operands are numbers and indices, which are never the same" },
    options: { size: [{ inputs: [float([3]), at([3], 2, 0, 1)], options: { size: 7 } }] },
    numbers: tensorsOnly,
    special: [
      // The last of several stays, and gets the gradient.
      {
        inputs: [{ shape: [2, 4], values: [1, 2, nan, 4, 5, 6, 7, 8] }, at([2, 4], 1, 1, 0, 1, 2, 0, 2, 1)],
        options: { size: 3 },
        kink: "NaN",
      },
      { inputs: [float([2, 4]), at([2, 4], 1, 1, 0, 1, 2, 0, 2, 1)], options: { size: 3 } },
    ],
    integers: [
      { inputs: [{ shape: [3], dtype: "int32" }, at([3], 2, 0, 1)], options: { size: 4 } },
      { inputs: [{ shape: [3], dtype: "uint8" }, at([3], 2, 0, 1)], options: { size: 4 } },
    ],
    errors: [
      {
        inputs: [float([3]), float([3])],
        options: { size: 4 },
        error: DTypeError,
        message: /^maxUnpool: the indices are float32; they must be int32, as max pooling gives them$/,
      },
      {
        inputs: [float([2, 3]), at([3], 0, 1, 2)],
        options: { size: 4 },
        error: ShapeError,
        message: /^maxUnpool: x is \[2, 3\] and the indices are \[3\]; they must have the same shape$/,
      },
      {
        inputs: [float([3]), at([3], 0, 4, 2)],
        options: { size: 4 },
        error: ShapeError,
        message: /^maxUnpool: the index at \[1\] of \[3\] is 4, and the axis has size 4/,
        late: "the index is a value, and values are read by kernels alone",
      },
    ],
  }),
  kMaxPool: samplesOf<[Tensor], { readonly k: number }>({
    call: ([x], { k }) => applyMany(ops.kMaxPoolOp, [x], { k }),
    domains,
    scalar: noPlane,
    empty: [
      { inputs: [float([0, 3])], options: { k: 2 } },
      { inputs: [float([2, 0, 3])], options: { k: 1 } },
      { inputs: [float([2, 0])], options: { k: 0 } },
    ],
    one: [
      { inputs: [float([1])], options: { k: 1 } },
      { inputs: [float([2, 1])], options: { k: 1 } },
    ],
    highRank: [{ inputs: [float([2, 1, 2, 4])], options: { k: 3 } }],
    long: [
      { inputs: [float([67])], options: { k: 9 } },
      { inputs: [float([2, 40])], options: { k: 40 } },
    ],
    transposed: [{ inputs: [float([3, 4], "transposed")], options: { k: 2 } }],
    negativeStep: [{ inputs: [float([3, 4], "negative step")], options: { k: 2 } }],
    offset: [{ inputs: [float([3, 4], "offset")], options: { k: 2 } }],
    expanded: [{ inputs: [float([3, 4], "expanded")], options: { k: 2 } }],
    broadcast: one,
    shared: one,
    options: { k: [{ inputs: [float([2, 5])], options: { k: 4 } }] },
    numbers: tensorsOnly,
    special: [
      { inputs: [sequence(2, 1, 2, 3, 2, 2)], options: { k: 3 }, kink: "ties" },
      {
        inputs: [sequence(0, -0, 1, infinite, nan, -infinite, nan, infinite)],
        options: { k: 3 },
        kink: "NaN",
      },
      { inputs: [sequence(0, -0, -1, -infinite)], options: { k: 2 }, kink: "ties" },
    ],
    integers: [
      {
        inputs: [{ shape: [2, 5], values: [3, 1, 3, 2, 9, 0, 0, 1, 1, 1], dtype: "int32" }],
        options: { k: 2 },
      },
      { inputs: [{ shape: [5], values: [3, 1, 3, 200, 9], dtype: "uint8" }], options: { k: 3 } },
    ],
    errors: { notApplicable: "its functions check the number and the shape" },
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = poolingHelpers;
