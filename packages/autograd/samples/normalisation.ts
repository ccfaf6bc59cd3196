/** Samples of the ops in ops/normalisation.ts. */
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import { applyElementwise, type TensorLike } from "../src/ops/elementwise/elementwise-op.js";
import { to } from "../src/ops/elementwise.js";
import type { AffineNorm } from "../src/ops/normalisation/affine-norm.js";
import * as ops from "../src/ops/normalisation.js";
import { applyMany } from "../src/tape.js";
import {
  type Domain,
  each,
  everywhere,
  float,
  floats,
  type HelpersOfFamily,
  helperSamplesOf,
  infinite,
  ints,
  type NoOptions,
  type NotApplicable,
  nan,
  type OpSamples,
  type Sample,
  type SamplesOfFamily,
  samplesOf,
  shapesOf,
  type TensorInput,
  tensorsOnly,
} from "./sample.js";

const positive: Domain = { low: 0.5, high: 2 };
const one: NotApplicable = { notApplicable: "it has one operand" };
const floatsOnly: NotApplicable = { notApplicable: "it refuses integers" };

// Every operand of these broadcasts.
type Blending = OpSamples<TensorLike[], NoOptions>;

/** Samples of a sum of products of so many operands, which need not be told apart. */
function blending(call: (inputs: readonly TensorLike[]) => Tensor, count: number): Blending {
  const filled = (...inputs: (TensorInput | number)[]): Sample<NoOptions> => ({
    inputs: [...inputs, ...Array.from({ length: count - inputs.length }, () => inputs[0])],
  });
  return {
    call,
    domains: [everywhere],
    ...shapesOf((x) => filled(x)),
    long: [filled(float([33]))],
    broadcast: {
      second: [filled(float([2, 3]), float([3])), filled(float([2, 3]), float([2, 1]), float([1]))],
      first: [filled(float([3]), float([2, 3])), filled(float([2, 1]), float([2, 3]))],
    },
    shared: [{ inputs: [float([3]), ...Array.from({ length: count - 1 }, () => ({ same: 0 }))] }],
    options: {},
    numbers: [filled(float([2, 2]), 3, 0.5)],
    special: [
      {
        ...filled(floats(nan, infinite, -infinite, 0, -0), floats(1, 0, 1, infinite, 1)),
        kink: "special values",
      },
    ],
    integers: [filled(ints(1, -2, 3))],
    errors: [
      {
        inputs: [float([2]), float([3]), ...Array.from({ length: count - 2 }, () => 1)],
        error: ShapeError,
        message: /cannot broadcast \[2\] with \[3\]/,
      },
    ],
  };
}

const alongRows = (x: TensorInput): Sample<ops.StandardizeOptions> => ({
  inputs: [x],
  options: { axis: -1 },
});

const slide = (x: TensorInput): Sample<ops.SlidingSumOptions> => ({
  inputs: [x],
  options: { axis: -1, weights: [0.5, 2, -1] },
});

/** How an affine norm is asked for, of x [N, C, L]. */
interface Norm {
  readonly groups?: number;
  readonly eps?: number;
}

const affineOptions = (x: Tensor, { groups = 0, eps = 1e-5 }: Norm): AffineNorm => {
  const [examples, channels, places] = x.shape as [number, number, number];
  return { grouping: { examples, channels, places, groups }, eps };
};

/** What the gradient of an affine norm reads: with x, numbers for each channel and for each statistic. */
const withStatistics = (x: TensorInput, statistics: number): TensorInput[] => {
  const [channel, statistic] = [float([x.shape[1]!]), float([statistics])];
  return [{ shape: x.shape }, x, channel, statistic, statistic, statistic, statistic];
};
const ofChannels = (x: TensorInput): Sample<Norm> => ({
  inputs: withStatistics(x, x.shape[1]!),
  options: {},
});
const inGroups = (x: TensorInput, groups: number): Sample<Norm> => ({
  inputs: withStatistics(x, x.shape[0]! * groups),
  options: { groups },
});
const withMap = (x: TensorInput, options: Norm = {}): Sample<Norm> => ({
  inputs: [x, float([x.shape[1]!]), float([x.shape[1]!])],
  options,
  ...(x.shape.includes(0) && { kink: "the statistics of nothing are NaN" }),
});
// Rows of places where there are so many, and of whole examples.
const manyPlaces = float([1, 2, 17]);

const normCategories = (
  sample: (x: TensorInput) => Sample<Norm>,
  grouped: (x: TensorInput, groups: number) => Sample<Norm>,
  long: readonly [Sample<Norm>, ...Sample<Norm>[]],
) => ({
  scalar: { notApplicable: "x has three axes" },
  empty: [sample(float([0, 3, 2])), sample(float([2, 0, 3])), grouped(float([2, 3, 0]), 1)] as const,
  one: [sample(float([2, 1, 1])), grouped(float([1, 1, 2]), 1)] as const,
  highRank: { notApplicable: "x has three axes" },
  long,
  transposed: [sample(float([2, 2, 2], "transposed")), grouped(float([2, 2, 1], "transposed"), 1)] as const,
  negativeStep: [sample(float([2, 1, 2], "negative step"))] as const,
  offset: [sample(float([2, 1, 2], "offset"))] as const,
  expanded: [grouped(float([2, 2, 2], "expanded"), 2)] as const,
  shared: { notApplicable: "the operands are of different shapes" },
  broadcast: { notApplicable: "the shapes are given" },
  numbers: tensorsOnly,
  integers: floatsOnly,
  errors: { notApplicable: "who normalises looks at the shapes" },
});

export const samples: SamplesOfFamily<typeof ops> = {
  affineNorm: samplesOf<[Tensor, Tensor, Tensor], Norm>({
    call: (inputs, options) => {
      const [x] = inputs;
      const [out, mean, variance] = applyMany(ops.affineNormOp, inputs, affineOptions(x, options));
      return [out, to(mean, x.dtype), to(variance, x.dtype)];
    },
    domains: [everywhere],
    ...normCategories(withMap, (x, groups) => withMap(x, { groups }), [
      withMap(manyPlaces),
      withMap(manyPlaces, { groups: 1 }),
      withMap(float([2, 9, 2]), { groups: 1 }),
    ]),
    options: {
      groups: [
        withMap(float([1, 4, 2]), { groups: 1 }),
        withMap(float([1, 4, 2]), { groups: 2 }),
        withMap(float([2, 4, 2]), { groups: 4 }),
      ],
      eps: [withMap(float([2, 2, 2]), { eps: 0.1 }), withMap(float([1, 4, 2]), { groups: 2, eps: 0.1 })],
    },
    special: [
      {
        ...withMap({ shape: [1, 3, 3], values: [1, nan, 2, infinite, 1, 2, 5, 5, 5] }),
        kink: "special values",
      },
    ],
  }),
  affineNormGrad: samplesOf<Tensor[], Norm>({
    call: (inputs, options) => applyMany(ops.affineNormGradOp, inputs, affineOptions(inputs[1]!, options)),
    domains: [everywhere, everywhere, everywhere, everywhere, positive, everywhere],
    ...normCategories(ofChannels, inGroups, [ofChannels(float([1, 1, 33]))]),
    options: {
      groups: [inGroups(float([1, 3, 2]), 1), inGroups(float([2, 4, 1]), 2), inGroups(float([1, 2, 3]), 2)],
      eps: [{ ...ofChannels(float([2, 2, 2])), options: { eps: 0.1 } }],
    },
    special: { notApplicable: "a polynomial of what it reads, but for the variance" },
  }),
  standardize: samplesOf<[Tensor], ops.StandardizeOptions>({
    call: ([x], options) => {
      const { out, mean, variance } = ops.standardize(x, options);
      return [out, mean, variance];
    },
    domains: [everywhere],
    scalar: [{ inputs: [float([])] }],
    empty: [
      { inputs: [float([0])] },
      { inputs: [float([0, 3])], options: { axis: 0 } },
      { inputs: [float([3, 0])], options: { axis: 0 } },
      { inputs: [float([2, 0, 3])], options: { axis: [0, 2] } },
    ],
    one: [{ inputs: [float([1])] }, ...each(alongRows, float([1, 3]), float([3, 1]))],
    highRank: [
      { inputs: [float([2, 2, 1, 3])], options: { axis: [0, 2, 3] } },
      { inputs: [float([2, 1, 3, 2])], options: { axis: [2, 3] } },
    ],
    long: [{ inputs: [float([37])] }, { inputs: [float([11, 3])], options: { axis: 0 } }],
    transposed: each(alongRows, float([3, 4], "transposed")),
    negativeStep: each(alongRows, float([3, 4], "negative step")),
    offset: each(alongRows, float([3, 4], "offset")),
    expanded: each(alongRows, float([3, 4], "expanded")),
    broadcast: one,
    shared: one,
    options: {
      axis: [
        { inputs: [float([3, 4])], options: { axis: 0 } },
        { inputs: [float([3, 4])], options: { axis: [] } },
      ],
      eps: [{ inputs: [float([3, 4])], options: { axis: 1, eps: 0.5 } }],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [{ shape: [3, 3], values: [1, nan, 2, infinite, 1, 2, 5, 5, 5] }],
        options: { axis: 1 },
        kink: "special values",
      },
      { inputs: [floats(1e6, 1e6 + 1, 1e6 + 3)], kink: "differences of large numbers have few digits" },
    ],
    integers: floatsOnly,
    errors: [
      {
        inputs: [ints(1, 2)],
        error: DTypeError,
        message: /^standardize: x is int32; it must be a float, convert it with to\("float32"\)$/,
      },
      {
        inputs: [float([2])],
        options: { axis: 1 },
        error: ShapeError,
        message: /^standardize: there is no axis 1 in x/,
      },
    ],
  }),
  blend: samplesOf(blending((inputs) => applyElementwise(ops.blendOp, inputs), 5)),
  scaleShift: samplesOf(blending((inputs) => applyElementwise(ops.scaleShiftOp, inputs), 3)),
  slidingSum: samplesOf<[Tensor], ops.SlidingSumOptions>({
    call: ([x], options) => ops.slidingSum(x, options),
    domains: [everywhere],
    ...shapesOf(slide),
    scalar: { notApplicable: "it works along an axis, and a 0-d tensor has none" },
    broadcast: one,
    shared: one,
    options: {
      axis: [{ inputs: [float([4, 3, 2])], options: { axis: 1, weights: [1, 1] } }],
      weights: [
        { inputs: [float([6])], options: { axis: 0, weights: [1, 2, 3, 4] } },
        { inputs: [float([2])], options: { axis: 0, weights: [1, 2, 3, 4, 5, 6, 7] } },
        { inputs: [float([3])], options: { axis: 0, weights: [] } },
      ],
      before: [
        { inputs: [float([5])], options: { axis: 0, weights: [1, 2, 3], before: 0 } },
        { inputs: [float([5])], options: { axis: 0, weights: [1, 2, 3], before: 4 } },
        { inputs: [float([5])], options: { axis: 0, weights: [1, 2, 3], before: -2 } },
      ],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [floats(1, 2, nan, 3, 4, infinite, 5, 6)],
        options: { axis: 0, weights: [1, 1] },
        kink: "special values",
      },
    ],
    integers: floatsOnly,
    errors: [
      {
        inputs: [ints(1, 2)],
        options: { axis: 0, weights: [1] },
        error: DTypeError,
        message: /^slidingSum: x is int32/,
      },
      {
        inputs: [float([2])],
        options: { axis: 1, weights: [1] },
        error: ShapeError,
        message: /^slidingSum: there is no axis 1/,
      },
      {
        inputs: [float([2])],
        options: { axis: 0, weights: [1], before: 0.5 },
        error: ArgumentError,
        message: /^slidingSum: before is 0.5; it must be an integer$/,
      },
    ],
  }),
};

type Affine = [x: Tensor, weight?: Tensor, bias?: Tensor];
interface OverLast {
  readonly normalizedShape: number | readonly number[];
  readonly eps?: number;
}
interface InGroups {
  readonly groups: number;
  readonly eps?: number;
}
type Tracked = [
  x: Tensor,
  runningMean?: Tensor,
  runningVar?: Tensor,
  weight?: Tensor | undefined,
  bias?: Tensor | undefined,
];
interface ByBatch {
  readonly training?: boolean;
  readonly eps?: number;
}
interface ByInstance {
  readonly useInputStats?: boolean;
  readonly eps?: number;
}
const trackedDomains = [everywhere, everywhere, positive, everywhere] as const;
const perChannel = (count: number): TensorInput[] => Array.from({ length: 4 }, () => float([count]));

export const helpers: HelpersOfFamily<typeof ops> = {
  layerNorm: helperSamplesOf<Affine, OverLast>({
    call: ([x, weight, bias], { normalizedShape, ...options }) =>
      ops.layerNorm(x, normalizedShape, { weight, bias, ...options }),
    domains: [everywhere],
    samples: [
      { inputs: [float([2, 4])], options: { normalizedShape: 4 } },
      { inputs: [float([2, 4]), float([4])], options: { normalizedShape: [4] } },
      { inputs: [float([2, 3, 4], "transposed"), float([4]), float([4])], options: { normalizedShape: [4] } },
      { inputs: [float([0, 4]), float([4]), float([4])], options: { normalizedShape: [4] } },
    ],
    options: {
      normalizedShape: [
        { inputs: [float([2, 3, 2]), float([3, 2]), float([3, 2])], options: { normalizedShape: [3, 2] } },
        { inputs: [float([5])], options: { normalizedShape: [5] } },
      ],
      eps: [{ inputs: [float([2, 4])], options: { normalizedShape: 4, eps: 0.1 } }],
    },
    errors: [
      {
        inputs: [float([2, 4])],
        options: { normalizedShape: 3 },
        error: ShapeError,
        message:
          /^layerNorm: x is \[2, 4\] and normalizedShape is \[3\]; x must end in normalizedShape, which has one axis or more$/,
      },
      {
        inputs: [float([4])],
        options: { normalizedShape: [2, 4] },
        error: ShapeError,
        message: /^layerNorm: /,
      },
      { inputs: [float([4])], options: { normalizedShape: [] }, error: ShapeError, message: /^layerNorm: / },
      {
        inputs: [float([2, 4]), float([2])],
        options: { normalizedShape: 4 },
        error: ShapeError,
        late: "the map comes after",
        message: /^layerNorm: the weight is \[2\] and x is \[2, 4\]; the weight must be \[4\]$/,
      },
      {
        inputs: [ints(1, 2)],
        options: { normalizedShape: 2 },
        error: DTypeError,
        message: /^layerNorm: x is int32/,
      },
    ],
  }),
  rmsNorm: helperSamplesOf<[x: Tensor, weight?: Tensor], OverLast>({
    call: ([x, weight], { normalizedShape, ...options }) =>
      ops.rmsNorm(x, normalizedShape, { weight, ...options }),
    domains: [everywhere],
    samples: [
      { inputs: [float([2, 4])], options: { normalizedShape: 4, eps: 1e-6 } },
      {
        inputs: [float([2, 3, 4], "negative step"), float([4])],
        options: { normalizedShape: [4], eps: 1e-6 },
      },
      { inputs: [float([3, 0]), float([0])], options: { normalizedShape: [0], eps: 1e-6 } },
    ],
    options: {
      normalizedShape: [
        { inputs: [float([2, 3, 2]), float([3, 2])], options: { normalizedShape: [3, 2], eps: 1e-6 } },
      ],
      eps: [{ inputs: [float([2, 4])], options: { normalizedShape: 4, eps: 0.25 } }],
    },
    errors: [
      {
        inputs: [float([2, 4])],
        options: { normalizedShape: 3 },
        error: ShapeError,
        message: /^rmsNorm: x is /,
      },
      {
        inputs: [ints(1, 2)],
        options: { normalizedShape: 2 },
        error: DTypeError,
        message: /^rmsNorm: x is int32/,
      },
    ],
  }),
  groupNorm: helperSamplesOf<Affine, InGroups>({
    call: ([x, weight, bias], { groups, ...options }) =>
      ops.groupNorm(x, groups, { weight, bias, ...options }),
    domains: [everywhere],
    samples: [
      { inputs: [float([2, 4, 3])], options: { groups: 2 } },
      { inputs: [float([2, 4, 2, 2]), float([4]), float([4])], options: { groups: 2 } },
      { inputs: [float([3, 4], "transposed"), float([4]), float([4])], options: { groups: 1 } },
      { inputs: [float([0, 4, 3]), float([4]), float([4])], options: { groups: 2 } },
    ],
    options: {
      groups: [{ inputs: [float([2, 4, 3])], options: { groups: 4 } }],
      eps: [{ inputs: [float([2, 4, 3])], options: { groups: 2, eps: 0.1 } }],
    },
    errors: [
      {
        inputs: [float([2, 4, 3])],
        options: { groups: 3 },
        error: ArgumentError,
        message:
          /^groupNorm: there are 3 groups and x is \[2, 4, 3\]; they must be a positive integer that divides its 4 channels$/,
      },
      {
        inputs: [float([4])],
        options: { groups: 2 },
        error: ShapeError,
        message: /^groupNorm: x is \[4\]; it must be \[N, C, \.\.\.\]$/,
      },
    ],
  }),
  batchNorm: helperSamplesOf<Tracked, ByBatch>({
    call: ([x, runningMean, runningVar, weight, bias], options) =>
      ops.batchNorm(x, { runningMean, runningVar, weight, bias, ...options }),
    domains: trackedDomains,
    samples: [
      { inputs: [float([4, 3]), ...perChannel(3)] },
      { inputs: [float([2, 3]), ...perChannel(3).slice(2)] },
      { inputs: [float([2, 2, 3, 2], "transposed"), ...perChannel(2)], options: { training: true } },
      { inputs: [float([0, 3]), ...perChannel(3)] },
    ],
    options: {
      training: [
        { inputs: [float([4, 3]), ...perChannel(3)], options: { training: true } },
        { inputs: [float([2, 3, 2]), ...perChannel(3)], options: { training: true } },
      ],
      eps: [
        { inputs: [float([4, 3]), ...perChannel(3)], options: { eps: 0.1 } },
        { inputs: [float([4, 3]), ...perChannel(3)], options: { training: true, eps: 0.1 } },
      ],
    },
    errors: [
      {
        inputs: [float([1, 3])],
        options: { training: true },
        error: ShapeError,
        message:
          /^batchNorm: x is \[1, 3\], which has one number for each channel; in training there must be more$/,
      },
      {
        inputs: [float([4, 3])],
        error: ArgumentError,
        message:
          /^batchNorm: runningMean or runningVar is missing; without the statistics of x it needs both$/,
      },
      {
        inputs: [float([4, 3]), float([2]), float([3])],
        error: ShapeError,
        message: /^batchNorm: the runningMean is \[2\] and x is \[4, 3\]; the runningMean must be \[3\]$/,
      },
      {
        inputs: [float([3])],
        error: ShapeError,
        message: /^batchNorm: x is \[3\]; it must be \[N, C, \.\.\.\]$/,
      },
      { inputs: [{ shape: [2, 2], dtype: "int32" }], error: DTypeError, message: /^batchNorm: x is int32/ },
    ],
  }),
  batchNormWithStatistics: helperSamplesOf<Affine, { readonly eps?: number }>({
    call: ([x, weight, bias], options) => {
      const { out, mean, variance } = ops.batchNormWithStatistics(x, { weight, bias, ...options });
      return [out, mean, variance];
    },
    domains: [everywhere],
    samples: [{ inputs: [float([4, 3])] }, { inputs: [float([2, 3, 2, 2]), float([3]), float([3])] }],
    options: { eps: [{ inputs: [float([4, 3])], options: { eps: 0.1 } }] },
    errors: [
      {
        inputs: [float([1, 3])],
        error: ShapeError,
        message: /^batchNormWithStatistics: x is \[1, 3\], which/,
      },
    ],
  }),
  instanceNorm: helperSamplesOf<Tracked, ByInstance>({
    call: ([x, runningMean, runningVar, weight, bias], options) =>
      ops.instanceNorm(x, { runningMean, runningVar, weight, bias, ...options }),
    domains: trackedDomains,
    samples: [
      { inputs: [float([2, 3, 4])] },
      { inputs: [float([2, 3, 2, 2], "transposed"), ...perChannel(3)] },
      { inputs: [float([0, 3, 4]), ...perChannel(3)] },
    ],
    options: {
      useInputStats: [{ inputs: [float([2, 3, 4]), ...perChannel(3)], options: { useInputStats: false } }],
      eps: [{ inputs: [float([2, 3, 4])], options: { eps: 0.1 } }],
    },
    errors: [
      {
        inputs: [float([2, 3, 1])],
        error: ShapeError,
        message:
          /^instanceNorm: x is \[2, 3, 1\], which has one number for each channel of an example; there must be more$/,
      },
      {
        inputs: [float([2, 3])],
        error: ShapeError,
        message: /^instanceNorm: x is \[2, 3\]; it must be \[N, C, L, \.\.\.\]$/,
      },
      {
        inputs: [float([2, 3, 1])],
        options: { useInputStats: false },
        error: ArgumentError,
        message: /^instanceNorm: runningMean or runningVar is missing/,
      },
    ],
  }),
  localResponseNorm: helperSamplesOf<[Tensor], ops.LocalResponseOptions & { readonly size: number }>({
    call: ([x], { size, ...options }) => ops.localResponseNorm(x, size, options),
    domains: [everywhere],
    samples: [
      { inputs: [float([2, 6, 3])], options: { size: 3, alpha: 0.5 } },
      { inputs: [float([1, 5, 2, 2], "transposed")], options: { size: 5, alpha: 0.5 } },
      { inputs: [float([0, 5, 2])], options: { size: 5 } },
    ],
    options: {
      size: [{ inputs: [float([1, 4, 2])], options: { size: 2, alpha: 0.5 } }],
      alpha: [{ inputs: [float([1, 4, 2])], options: { size: 3, alpha: 2 } }],
      beta: [{ inputs: [float([1, 4, 2])], options: { size: 3, alpha: 2, beta: 0.5 } }],
      k: [{ inputs: [float([1, 4, 2])], options: { size: 3, alpha: 2, k: 2 } }],
    },
    errors: [
      {
        inputs: [float([2, 3])],
        options: { size: 3 },
        error: ShapeError,
        message: /^localResponseNorm: x is \[2, 3\]; it must be \[N, C, L, \.\.\.\]$/,
      },
      {
        inputs: [float([2, 3, 1])],
        options: { size: 0 },
        error: ArgumentError,
        message: /^localResponseNorm: the size is 0; it must be a positive integer$/,
      },
      {
        inputs: [{ shape: [1, 2, 1], dtype: "int32" }],
        options: { size: 1 },
        error: DTypeError,
        message: /^localResponseNorm: x is int32/,
      },
    ],
  }),
  localContrastNorm: helperSamplesOf<[Tensor], ops.LocalContrastOptions>({
    call: ([x], options) => ops.localContrastNorm(x, options),
    domains: [everywhere],
    samples: [
      { inputs: [float([2, 3, 4])] },
      { inputs: [float([2, 2, 3, 4], "transposed")], options: { size: 3 } },
      { inputs: [float([0, 2, 3, 4])] },
    ],
    options: {
      size: [{ inputs: [float([2, 5, 4])], options: { size: 5 } }],
      sigma: [{ inputs: [float([2, 3, 4])], options: { sigma: 1 } }],
      eps: [{ inputs: [float([2, 3, 4])], options: { eps: 10 } }],
    },
    errors: [
      {
        inputs: [float([3, 4])],
        error: ShapeError,
        message: /^localContrastNorm: x is \[3, 4\]; it must be \[N, C, H, W\] or \[C, H, W\]$/,
      },
      {
        inputs: [float([1, 3, 4])],
        options: { size: 4 },
        error: ArgumentError,
        message: /^localContrastNorm: the size is 4; a window with a middle has an odd one$/,
      },
      {
        inputs: [float([1, 3, 4])],
        options: { sigma: 0 },
        error: ArgumentError,
        message: /^localContrastNorm: sigma is 0; it must be positive$/,
      },
    ],
  }),
  l2Normalize: helperSamplesOf<[Tensor], ops.L2NormalizeOptions>({
    call: ([x], options) => ops.l2Normalize(x, options),
    domains: [{ low: -2, high: 2, avoid: [0] }],
    samples: [
      { inputs: [float([2, 3])] },
      { inputs: [float([2, 3, 2], "transposed")] },
      { inputs: [float([3, 0])] },
      { inputs: [{ shape: [2, 3], values: [0, 0, 0, 3, 0, 4] }], kink: "a vector of zeros" },
    ],
    options: {
      p: [
        { inputs: [float([2, 3])], options: { p: 1 } },
        { inputs: [float([2, 3])], options: { p: 3 } },
        { inputs: [float([2, 3])], options: { p: infinite } },
      ],
      axis: [{ inputs: [float([2, 3])], options: { axis: 0 } }],
      eps: [{ inputs: [float([2, 3])], options: { eps: 10 } }],
    },
    errors: [
      {
        inputs: [float([2, 3])],
        options: { p: 0 },
        error: ArgumentError,
        message: /^l2Normalize: p is 0; it must be positive, or Infinity$/,
      },
      { inputs: [float([2])], error: ShapeError, message: /^l2Normalize: there is no axis 1 in x/ },
      {
        inputs: [{ shape: [1, 2], dtype: "int32" }],
        error: DTypeError,
        message: /^l2Normalize: x is int32/,
      },
    ],
  }),
};
