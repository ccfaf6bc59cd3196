/** Samples of the ops that reduce axes. */
import { ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/reductions.js";
import {
  type AnyOpSamples,
  domains,
  each,
  float,
  floats,
  type HelpersOfFamily,
  helperSamplesOf,
  infinite,
  ints,
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

const one: NotApplicable = { notApplicable: "it has one operand" };

function matrix(...rows: number[][]): TensorInput {
  return { shape: [rows.length, rows[0].length], values: rows.flat() };
}

const badAxes = (name: string) =>
  [
    {
      inputs: [float([2, 3])],
      options: { axis: 2 },
      error: ShapeError,
      message: new RegExp(
        `^${name}: there is no axis 2 in x, which is \\[2, 3\\]; it must be an integer from -2 to 1$`,
      ),
    },
    {
      inputs: [float([2, 3])],
      options: { axis: [0, -2] },
      error: ShapeError,
      message: new RegExp(`^${name}: axis 0 is named twice in \\[0, -2\\]; name each axis once$`),
    },
    {
      inputs: [float([2, 3])],
      options: { axis: 0.5 },
      error: ShapeError,
      message: new RegExp(`^${name}: there is no axis 0.5 in x`),
    },
  ] as const;

type Reduce = OpSamples<[Tensor], ops.ReduceOptions>;

/** Samples of an op that reduces one axis, several, or all. */
function reducing(
  name: string,
  call: (x: Tensor, options?: ops.ReduceOptions) => Tensor,
  own: Partial<Reduce> = {},
): AnyOpSamples {
  const sample = (x: TensorInput): Sample<ops.ReduceOptions> => ({ inputs: [x] });
  const along =
    (axis: number) =>
    (x: TensorInput): Sample<ops.ReduceOptions> => ({ inputs: [x], options: { axis } });
  return samplesOf<[Tensor], ops.ReduceOptions>({
    call: ([x], options) => call(x, options),
    domains,
    ...shapesOf(sample),
    highRank: [
      { inputs: [float([2, 1, 3, 2])], options: { axis: [0, 2] } },
      { inputs: [float([1, 2, 2, 1, 3])], options: { axis: [-1, 1] } },
      { inputs: [float([2, 2, 1, 2])], options: { axis: [1, 3], keepDims: true } },
    ],
    long: [
      { inputs: [float([67])] },
      { inputs: [float([3, 67])], options: { axis: 1 } },
      { inputs: [float([67, 3])], options: { axis: 0 } },
      { inputs: [float([5, 7, 9])], options: { axis: 1 } },
    ],
    transposed: [
      ...each(along(0), float([3, 4], "transposed")),
      ...each(along(1), float([3, 4], "transposed"), float([2, 3, 2], "transposed")),
    ],
    negativeStep: [
      ...each(along(0), float([5], "negative step"), float([2, 3], "negative step")),
      ...each(along(1), float([2, 3], "negative step")),
    ],
    offset: [
      ...each(along(0), float([4], "offset"), float([2, 3], "offset")),
      ...each(along(-1), float([2, 3], "offset")),
    ],
    expanded: [...each(along(1), float([3, 2], "expanded")), ...each(along(0), float([2, 3, 2], "expanded"))],
    broadcast: one,
    shared: one,
    options: {
      axis: [
        { inputs: [float([2, 3])], options: { axis: 0 } },
        { inputs: [float([2, 3])], options: { axis: -1 } },
        { inputs: [float([2, 3, 2])], options: { axis: [2, 0] } },
        { inputs: [float([2, 3])], options: { axis: [] } },
      ],
      keepDims: [
        { inputs: [float([2, 3])], options: { keepDims: true } },
        { inputs: [float([2, 3])], options: { axis: 1, keepDims: true } },
        { inputs: [float([2, 3, 2])], options: { axis: [0, 2], keepDims: true } },
      ],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [
          matrix([1, nan, 2], [infinite, 1, 2], [-infinite, 1, 2], [infinite, -infinite, 0], [0, -0, 0]),
        ],
        options: { axis: 1 },
        kink: "special values",
      },
    ],
    integers: [
      { inputs: [{ shape: [2, 3], dtype: "int32" }], options: { axis: 1 } },
      { inputs: [{ shape: [3, 4], dtype: "uint8" }], options: { axis: 0 } },
    ],
    errors: badAxes(name),
    ...own,
  });
}

/** Samples of an extreme over any axes, whose equal elements share the gradient. */
function sharedExtreme(name: string, call: (x: Tensor, options?: ops.ReduceOptions) => Tensor): AnyOpSamples {
  return reducing(name, call, {
    // Where nothing is along the axes, there is no extreme.
    empty: [
      { inputs: [float([0, 3])], options: { axis: 1 } },
      { inputs: [float([3, 0])], options: { axis: 0 } },
      { inputs: [float([2, 0, 3])], options: { axis: [0, 2] } },
    ],
    expanded: [
      { inputs: [float([3, 2], "expanded")], options: { axis: 1 } },
      { inputs: [float([3, 2], "expanded")], options: { axis: 0 }, kink: "all are equal" },
    ],
    special: [
      { inputs: [matrix([1, 3, 3], [2, 2, 2], [3, 1, 3])], options: { axis: 1 }, kink: "ties" },
      { inputs: [matrix([1, 3, 3], [3, 2, 2])], kink: "ties" },
      {
        inputs: [matrix([0, -0, -1], [infinite, 1, infinite], [-infinite, -infinite, 1])],
        options: { axis: 1 },
        kink: "ties",
      },
      { inputs: [matrix([1, nan, 2], [1, 2, 3])], options: { axis: 1 }, kink: "NaN" },
    ],
    errors: [
      ...badAxes(name),
      {
        inputs: [float([2, 0])],
        options: { axis: 1 },
        error: ShapeError,
        message: new RegExp(
          `^${name}: \\[2, 0\\] is empty along the axes \\[1\\]; there is no ${name.slice(1)} of nothing$`,
        ),
      },
      { inputs: [float([0])], error: ShapeError, message: new RegExp(`^${name}: \\[0\\] is empty`) },
    ],
  });
}

type AxisReduce = OpSamples<[Tensor], ops.AxisReduceOptions>;

/** Samples of an extreme along one axis, with its index. */
function extreme(
  name: string,
  call: (x: Tensor, options?: ops.AxisReduceOptions) => ops.Extreme,
): AnyOpSamples {
  const sample = (x: TensorInput): Sample<ops.AxisReduceOptions> => ({ inputs: [x] });
  const categories: AxisReduce = {
    call: ([x], options) => {
      const { values, indices } = call(x, options);
      return [values, indices];
    },
    domains,
    ...shapesOf(sample),
    scalar: { notApplicable: "it works along an axis, and a 0-d tensor has none" },
    empty: [
      { inputs: [float([0, 3])] },
      { inputs: [float([3, 0])], options: { axis: 0 } },
      { inputs: [float([2, 0, 3])], options: { axis: 0 } },
    ],
    long: [
      { inputs: [float([67])] },
      { inputs: [float([3, 67])] },
      { inputs: [float([67, 3])], options: { axis: 0 } },
    ],
    expanded: [{ inputs: [float([3, 2], "expanded")] }],
    broadcast: one,
    shared: one,
    options: {
      axis: [
        { inputs: [float([3, 4])], options: { axis: 0 } },
        { inputs: [float([2, 3, 4])], options: { axis: -2 } },
      ],
      keepDims: [
        { inputs: [float([3, 4])], options: { keepDims: true } },
        { inputs: [float([2, 3, 4])], options: { axis: 1, keepDims: true } },
      ],
    },
    numbers: tensorsOnly,
    special: [
      { inputs: [matrix([1, 3, 3], [2, 2, 2], [3, 1, 3])], kink: "ties" },
      { inputs: [matrix([1, 3, 3], [1, 3, 2], [0, 3, 3])], options: { axis: 0 }, kink: "ties" },
      { inputs: [matrix([infinite, 1, infinite], [-infinite, 2, -infinite])], kink: "ties" },
      { inputs: [matrix([1, nan, nan], [1, 2, 3])], kink: "NaN" },
    ],
    integers: [
      { inputs: [ints(3, 7, 7, 1)] },
      { inputs: [{ shape: [3, 4], dtype: "uint8" }], options: { axis: 0 } },
    ],
    errors: [
      {
        inputs: [float([2, 3])],
        options: { axis: 2 },
        error: ShapeError,
        message: new RegExp(`^${name}: there is no axis 2 in x, which is \\[2, 3\\]`),
      },
      {
        inputs: [float([])],
        error: ShapeError,
        message: new RegExp(`^${name}: .*a 0-d tensor has no axes$`),
      },
      {
        inputs: [float([2, 0])],
        error: ShapeError,
        message: new RegExp(`^${name}: axis 1 of \\[2, 0\\] is empty; there is no ${name} of nothing$`),
      },
    ],
  };
  return samplesOf(categories);
}

type Along = OpSamples<[Tensor], ops.SoftmaxOptions>;

/** Samples of an op that keeps the shape and works along one axis. */
function softmaxLike(name: string, call: (x: Tensor, options?: ops.SoftmaxOptions) => Tensor): AnyOpSamples {
  const sample = (x: TensorInput): Sample<ops.SoftmaxOptions> => ({ inputs: [x] });
  const categories: Along = {
    call: ([x], options) => call(x, options),
    domains,
    ...shapesOf(sample),
    scalar: { notApplicable: "it works along an axis, and a 0-d tensor has none" },
    long: [
      { inputs: [float([67])] },
      { inputs: [float([3, 67])] },
      { inputs: [float([67, 3])], options: { axis: 0 } },
    ],
    transposed: [
      { inputs: [float([3, 4], "transposed")] },
      { inputs: [float([3, 4], "transposed")], options: { axis: 0 } },
      { inputs: [float([2, 3, 2], "transposed")], options: { axis: 1 } },
    ],
    expanded: [
      { inputs: [float([3, 2], "expanded")] },
      { inputs: [float([3, 2], "expanded")], options: { axis: 0 } },
    ],
    broadcast: one,
    shared: one,
    options: {
      axis: [
        { inputs: [float([3, 4])], options: { axis: 0 } },
        { inputs: [float([2, 3, 4])], options: { axis: 1 } },
        { inputs: [float([2, 3, 4])], options: { axis: -3 } },
      ],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [matrix([900, 901, 0], [-900, -901, -899], [80, -80, 0])],
        kink: "values too far apart for a difference",
      },
      { inputs: [matrix([-infinite, 0, 1], [0, -0, 0])], kink: "special values" },
      { inputs: [matrix([infinite, 0], [nan, 1], [-infinite, -infinite])], kink: "special values" },
    ],
    integers: [{ inputs: [ints(1, 2, 3)] }, { inputs: [{ shape: [2, 3], dtype: "uint8" }] }],
    errors: [
      {
        inputs: [float([2, 3])],
        options: { axis: 2 },
        error: ShapeError,
        message: new RegExp(`^${name}: there is no axis 2 in x, which is \\[2, 3\\]`),
      },
      {
        inputs: [float([])],
        error: ShapeError,
        message: new RegExp(`^${name}: .*a 0-d tensor has no axes$`),
      },
    ],
  };
  return samplesOf(categories);
}

export const samples: SamplesOfFamily<typeof ops> = {
  sum: reducing("sum", (x, options) => ops.sum(x, options), {
    integers: [
      { inputs: [{ shape: [2, 3], dtype: "int32" }], options: { axis: 1 } },
      { inputs: [{ shape: [3, 4], dtype: "uint8" }], options: { axis: 0 } },
      { inputs: [{ shape: [4], dtype: "uint8", values: [255, 255, 255, 255] }] },
      { inputs: [{ shape: [2, 5], dtype: "bool" }] },
    ],
  }),
  max: extreme("max", (x, options) => ops.max(x, options)),
  min: extreme("min", (x, options) => ops.min(x, options)),
  amax: sharedExtreme("amax", (x, options) => ops.amax(x, options)),
  amin: sharedExtreme("amin", (x, options) => ops.amin(x, options)),
  logSumExp: reducing("logSumExp", (x, options) => ops.logSumExp(x, options), {
    special: [
      {
        // In float32 the sum is rounded before the gradient reads it, so it must be exact.
        inputs: [matrix([900, 0, 1], [-900, -1000, -1100], [80, -80, 0])],
        options: { axis: 1 },
        kink: "values too far apart for a difference",
      },
      {
        inputs: [matrix([-infinite, 0], [infinite, 0], [nan, 0])],
        options: { axis: 1 },
        kink: "special values",
      },
      { inputs: [matrix([-infinite, -infinite], [0, 1])], options: { axis: 1 }, kink: "special values" },
    ],
    integers: [
      { inputs: [ints(1, 2, 3)] },
      { inputs: [{ shape: [2, 3], dtype: "uint8" }], options: { axis: 0 } },
    ],
  }),
  softmax: softmaxLike("softmax", (x, options) => ops.softmax(x, options)),
  logSoftmax: softmaxLike("logSoftmax", (x, options) => ops.logSoftmax(x, options)),
};

/** Samples of an index of an extreme. */
function argExtreme(name: string, call: (x: Tensor, options?: ops.AxisReduceOptions) => Tensor) {
  const inner = name.slice(3);
  return helperSamplesOf<[Tensor], ops.AxisReduceOptions>({
    call: ([x], options) => call(x, options),
    domains,
    samples: [
      { inputs: [float([])] },
      { inputs: [float([2, 3])] },
      { inputs: [float([3, 4], "transposed")] },
      { inputs: [float([0, 3])], options: { axis: 1 } },
      { inputs: [floats(1, 3, nan, 3, nan)] },
      { inputs: [ints(4, 1, 4, 1)], options: { axis: 0 } },
    ],
    options: {
      axis: [
        { inputs: [float([2, 3])], options: { axis: 0 } },
        { inputs: [float([2, 3, 2])], options: { axis: -2 } },
      ],
      keepDims: [
        { inputs: [float([2, 3])], options: { keepDims: true } },
        { inputs: [float([2, 3])], options: { axis: 1, keepDims: true } },
      ],
    },
    errors: [
      {
        inputs: [float([0])],
        error: ShapeError,
        message: new RegExp(`^(arg)?${inner}: axis 0 of \\[0\\] is empty`),
      },
      {
        inputs: [float([2])],
        options: { axis: 1 },
        error: ShapeError,
        message: new RegExp(`^(arg)?${inner}: there is no axis 1`),
      },
    ],
  });
}

export const helpers: HelpersOfFamily<typeof ops> = {
  mean: helperSamplesOf<[Tensor], ops.ReduceOptions>({
    call: ([x], options) => ops.mean(x, options),
    domains,
    samples: [
      { inputs: [float([])] },
      { inputs: [float([2, 3])] },
      { inputs: [float([0])], kink: "the mean of nothing is NaN" },
      { inputs: [float([0, 3])], options: { axis: 1 } },
      { inputs: [float([3, 4], "transposed")], options: { axis: 0 } },
      { inputs: [float([2, 1, 3, 2])], options: { axis: [0, 2] } },
      { inputs: [ints(1, 2, 4)] },
    ],
    options: {
      axis: [
        { inputs: [float([2, 3])], options: { axis: 1 } },
        { inputs: [float([2, 3, 2])], options: { axis: [0, -1] } },
      ],
      keepDims: [{ inputs: [float([2, 3])], options: { axis: 0, keepDims: true } }],
    },
    errors: [...badAxes("mean")],
  }),
  argmax: argExtreme("argmax", (x, options) => ops.argmax(x, options)),
  argmin: argExtreme("argmin", (x, options) => ops.argmin(x, options)),
};
