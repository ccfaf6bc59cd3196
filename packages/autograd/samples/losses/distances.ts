/** Samples of the ops in ops/losses/distances.ts. */
import { ArgumentError, DTypeError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/losses/distances.js";
import {
  everywhere,
  float,
  floats,
  type HelpersOfFamily,
  helperSamplesOf,
  infinite,
  ints,
  nan,
  type SamplesOfFamily,
  samplesOf,
  type TensorInput,
} from "../sample.js";
import { pointwise, reductions } from "./pointwise.js";

const signs = (...shape: number[]): TensorInput => ({
  shape,
  dtype: "int32",
  values: Array.from({ length: shape.reduce((product, each) => product * each, 1) }, (_, i) =>
    i % 3 === 1 ? -1 : 1,
  ),
});

export const samples: SamplesOfFamily<typeof ops> = {
  hingeEmbeddingLoss: samplesOf(
    pointwise<[Tensor, Tensor], ops.MarginLossOptions>("hingeEmbeddingLoss", ["x", "y"], {
      call: ([x, y], options) => ops.hingeEmbeddingLoss(x, y, options),
      domains: [{ low: -2, high: 2, avoid: [1] }],
      special: [
        {
          inputs: [floats(1, 1, nan, infinite, 2, 0.5, 3), floats(1, -1, 1, -1, nan, -1, 0)],
          options: { reduction: "none" },
          kink: "special values",
        },
      ],
      integers: [{ inputs: [float([2, 3]), signs(2, 3)] }],
      options: {
        reduction: reductions(2),
        margin: [{ inputs: [float([2, 3]), signs(2, 3)], options: { margin: 3 } }],
      },
    }),
  ),
  marginRankingLoss: samplesOf(
    pointwise<[Tensor, Tensor, Tensor], ops.MarginLossOptions>("marginRankingLoss", ["x1", "x2", "y"], {
      call: ([x1, x2, y], options) => ops.marginRankingLoss(x1, x2, y, options),
      domains: [everywhere, everywhere, { low: -2, high: 2, avoid: [0] }],
      special: [
        {
          inputs: [floats(1, infinite, 0), floats(1, 1, 2), floats(1, -1, -1)],
          options: { reduction: "none" },
          kink: "special values",
        },
        {
          inputs: [floats(1, nan), floats(nan, 1), floats(1, 1)],
          options: { reduction: "none" },
          kink: "NaN",
          unlikePyTorch: "its gradient of a clamped NaN is 0",
        },
      ],
      integers: [{ inputs: [float([2, 3]), float([2, 3]), signs(2, 3)] }],
      options: {
        reduction: reductions(3),
        margin: [{ inputs: [float([2, 3]), float([2, 3]), signs(2, 3)], options: { margin: 0.5 } }],
      },
    }),
  ),
};

const pair = (...shape: number[]): TensorInput[] => [float(shape), float(shape)];
const triple = (...shape: number[]): TensorInput[] => [...pair(...shape), float(shape)];
const zeros: TensorInput = { shape: [2, 3], values: [0, 0, 0, 1, 2, 2] };

export const helpers: HelpersOfFamily<typeof ops> = {
  cosineSimilarity: helperSamplesOf<[Tensor, Tensor], ops.CosineSimilarityOptions>({
    call: ([x1, x2], options) => ops.cosineSimilarity(x1, x2, options),
    domains: [everywhere],
    samples: [
      { inputs: pair(2, 3) },
      { inputs: [float([2, 3, 2], "transposed"), float([2, 3, 2])] },
      { inputs: pair(0, 3) },
      {
        inputs: [zeros, float([2, 3])],
        kink: "a vector of zeros",
        unlikePyTorch: "its gradient there is NaN",
      },
    ],
    options: {
      axis: [
        { inputs: pair(2, 3), options: { axis: 0 } },
        { inputs: pair(3), options: { axis: -1 } },
      ],
      eps: [
        { inputs: pair(2, 3), options: { eps: 10 }, unlikePyTorch: "lengths below eps have gradients there" },
      ],
    },
    errors: [
      {
        inputs: [float([2, 3]), float([1, 3])],
        error: ShapeError,
        message: /^cosineSimilarity: x1 is \[2, 3\] and x2 is \[1, 3\]; they must be the same$/,
      },
      { inputs: pair(3), error: ShapeError, message: /^cosineSimilarity: there is no axis 1 in x/ },
      {
        inputs: [
          { shape: [1, 2], dtype: "int32" },
          { shape: [1, 2], dtype: "int32" },
        ],
        error: DTypeError,
        message: /^cosineSimilarity: x1 is int32/,
      },
    ],
  }),
  cosineEmbeddingLoss: helperSamplesOf<[Tensor, Tensor, Tensor], ops.MarginLossOptions>({
    call: ([x1, x2, y], options) => ops.cosineEmbeddingLoss(x1, x2, y, options),
    domains: [everywhere],
    samples: [
      { inputs: [...pair(4, 3), signs(4)] },
      { inputs: [...pair(3), signs()] },
      { inputs: [...pair(0, 3), signs(0)], options: { reduction: "sum" } },
      { inputs: [zeros, float([2, 3]), ints(1, 0)], kink: "too steep" },
    ],
    options: {
      reduction: [
        { inputs: [...pair(4, 3), signs(4)], options: { reduction: "sum" } },
        { inputs: [...pair(4, 3), signs(4)], options: { reduction: "none" } },
      ],
      margin: [{ inputs: [...pair(4, 3), ints(-1, -1, 1, -1)], options: { margin: -0.75 } }],
    },
    errors: [
      {
        inputs: [...pair(4, 3), signs(4, 1)],
        error: ShapeError,
        message:
          /^cosineEmbeddingLoss: x1 is \[4, 3\] and y is \[4, 1\]; they must be \[N, D\] and \[N\], or \[D\] and \[\]$/,
      },
      {
        inputs: [float([2, 3]), float([2, 2]), signs(2)],
        error: ShapeError,
        message: /^cosineEmbeddingLoss: x1 is \[2, 3\] and x2 is \[2, 2\]; they must be the same$/,
      },
    ],
  }),
  tripletMarginLoss: helperSamplesOf<[Tensor, Tensor, Tensor], ops.TripletMarginLossOptions>({
    call: ([anchor, positive, negative], options) =>
      ops.tripletMarginLoss(anchor, positive, negative, options),
    domains: [everywhere],
    samples: [
      { inputs: triple(3, 2) },
      { inputs: triple(3) },
      { inputs: [float([2, 2, 3], "transposed"), float([2, 2, 3]), float([2, 2, 3])] },
      { inputs: triple(0, 3), options: { reduction: "sum" } },
    ],
    options: {
      reduction: [
        { inputs: triple(3, 2), options: { reduction: "sum" } },
        { inputs: triple(3, 2), options: { reduction: "none" } },
      ],
      margin: [{ inputs: triple(3, 2), options: { margin: 3 } }],
      p: [
        { inputs: triple(3, 2), options: { p: 1 } },
        { inputs: triple(3, 2), options: { p: 3, reduction: "none" } },
      ],
      eps: [{ inputs: triple(3, 2), options: { eps: 0.5 } }],
      swap: [{ inputs: triple(3, 2), options: { swap: true, margin: 3 } }],
    },
    errors: [
      {
        inputs: [float([2, 3]), float([2, 3]), float([3])],
        error: ShapeError,
        message:
          /^tripletMarginLoss: anchor is \[2, 3\], positive is \[2, 3\] and negative is \[3\]; they must be the same$/,
      },
      {
        inputs: triple(2, 3),
        options: { p: -1 },
        error: ArgumentError,
        message: /^tripletMarginLoss: p is -1; it must be positive, or Infinity$/,
      },
      {
        inputs: triple(),
        error: ShapeError,
        message: /^tripletMarginLoss: the anchor is \[\]; vectors have one axis or more, \[\.\.\., D\]$/,
      },
    ],
  }),
};
