/** Samples of the ops of ops/pooling.ts that take means, and of their adjoints. */
import { ArgumentError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/pooling.js";
import type { PerAxis } from "../../src/ops/windows/window-axes.js";
import { apply } from "../../src/tape.js";
import {
  type AnyOpSamples,
  domains,
  float,
  infinite,
  type NotApplicable,
  nan,
  samplesOf,
  tensorsOnly,
} from "../sample.js";
import {
  adapting,
  adaptiveErrors,
  integers,
  layouts,
  noPlane,
  one,
  sequence,
  sliding,
  slidingErrors,
  slidingOptions,
} from "./windows.js";

const avgPools = [ops.avgPool1d, ops.avgPool2d, ops.avgPool3d] as const;
const adaptiveAvgPools = [ops.adaptiveAvgPool1d, ops.adaptiveAvgPool2d, ops.adaptiveAvgPool3d] as const;

interface MeanWindows extends ops.AvgPoolOptions {
  readonly kernelSize: readonly number[];
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
  const each = (value: PerAxis): readonly number[] =>
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

export const meanSamples: Readonly<
  Record<"avgPool" | "avgPoolAdjoint" | "adaptiveAvgPool" | "adaptiveAvgPoolAdjoint", AnyOpSamples>
> = {
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
};
