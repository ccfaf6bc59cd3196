/** Samples of the ops in ops/pooling.ts. Those of means and of the functions made of ops have files of their own. */
import { DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/pooling.js";
import type { Shape } from "../src/shape.js";
import { applyMany } from "../src/tape.js";
import { poolingHelpers } from "./pooling/functions.js";
import { maximaSamples } from "./pooling/maxima.js";
import { meanSamples } from "./pooling/means.js";
import {
  adapting,
  adaptiveErrors,
  integers,
  noPlane,
  one,
  sequence,
  sliding,
  slidingErrors,
  slidingOptions,
} from "./pooling/windows.js";
import {
  domains,
  float,
  type HelpersOfFamily,
  infinite,
  nan,
  type SamplesOfFamily,
  samplesOf,
  type TensorInput,
  tensorsOnly,
} from "./sample.js";

const maxPools = [ops.maxPool1dWithIndices, ops.maxPool2dWithIndices, ops.maxPool3dWithIndices] as const;
const adaptiveMaxPools = [
  ops.adaptiveMaxPool1dWithIndices,
  ops.adaptiveMaxPool2dWithIndices,
  ops.adaptiveMaxPool3dWithIndices,
] as const;

/** Indices by their shape. */
function at(shape: Shape, ...values: number[]): TensorInput {
  return { shape, values, dtype: "int32" };
}

interface MaxWindows extends ops.MaxPoolOptions {
  readonly kernelSize: readonly number[];
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
  ...maximaSamples,
  ...meanSamples,
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
