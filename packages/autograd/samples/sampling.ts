/** Samples of the ops in ops/sampling.ts. Each call draws from a generator of the same seed. */
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import { applyElementwise, type TensorLike } from "../src/ops/elementwise/elementwise-op.js";
import * as ops from "../src/ops/sampling.js";
import { Generator } from "../src/random.js";
import type { Shape } from "../src/shape.js";
import { binary } from "./elementwise/one-or-two.js";
import {
  type AnyHelperSamples,
  domains,
  everywhere,
  float,
  floats,
  type HelpersOfFamily,
  helperSamplesOf,
  ints,
  type Layout,
  type NotApplicable,
  type Sample,
  type SamplesOfFamily,
  samplesOf,
  shapesOf,
  type TensorInput,
} from "./sample.js";

const withoutReference = "PyTorch draws other numbers";
const one: NotApplicable = { notApplicable: "one operand" };
const seeded = (): Generator => new Generator(20_231_107);

function flags(...shape: number[]): TensorInput {
  return { shape, dtype: "bool" };
}

function masked(x: TensorInput): Sample<Record<never, never>> {
  return { inputs: [x, { ...x, dtype: "bool" }, 2] };
}

interface Multinomial {
  readonly count: number;
  readonly replacement?: boolean;
}

const weights = (shape: Shape, layout?: Layout): Sample<Multinomial> => ({
  inputs: [float(shape, layout)],
  options: { count: 2, replacement: true },
});

const refusedWeights = (values: readonly number[], message: RegExp, options: Multinomial = { count: 1 }) =>
  ({
    inputs: [{ shape: [2, 2], values }],
    options,
    error: ArgumentError,
    message,
    late: "it is the values that are wrong",
  }) as const;

export const samples: SamplesOfFamily<typeof ops> = {
  drop: samplesOf<[Tensor, Tensor, TensorLike]>({
    // dropout draws its mask; here the mask is given, so that PyTorch can be given the same.
    call: (inputs) => applyElementwise(ops.dropOp, inputs),
    domains,
    ...shapesOf(masked),
    broadcast: {
      second: [{ inputs: [float([2, 3]), flags(3), 2] }],
      first: [{ inputs: [float([3]), flags(2, 3), 2] }],
    },
    shared: [{ inputs: [float([3]), flags(3), { same: 0 }] }],
    options: {},
    numbers: [{ inputs: [float([2, 2]), flags(2, 2), 1.25] }],
    special: [
      {
        inputs: [
          floats(Number.NaN, Number.POSITIVE_INFINITY, Number.NaN, 1),
          { shape: [4], dtype: "bool", values: [0, 0, 1, 1] },
          2,
        ],
        kink: "special values",
      },
    ],
    integers: [{ inputs: [ints(1, 2, 3), flags(3), 2] }],
    errors: [{ inputs: [float([2]), flags(3), 2], error: ShapeError, message: /^drop: cannot broadcast/ }],
  }),
  multinomial: samplesOf<[Tensor], Multinomial>({
    call: ([x], { count, ...options }) => ops.multinomial(x, count, { generator: seeded(), ...options }),
    domains: [{ low: 0.25, high: 2 }],
    scalar: { notApplicable: "it has an axis of categories" },
    empty: { notApplicable: "there must be a category; no rows are among the special ones" },
    one: [weights([1]), weights([1, 1]), weights([3, 1])],
    highRank: { notApplicable: "it has one axis or two" },
    long: [weights([67]), weights([3, 67])],
    transposed: [weights([3, 4], "transposed")],
    negativeStep: [weights([5], "negative step"), weights([2, 3], "negative step")],
    offset: [weights([4], "offset"), weights([2, 3], "offset")],
    expanded: [weights([3, 2], "expanded")],
    broadcast: one,
    shared: one,
    options: {
      count: [
        { inputs: [float([4])], options: { count: 4 } },
        { inputs: [float([2, 4])], options: { count: 9, replacement: true } },
      ],
      replacement: [{ inputs: [float([2, 4])], options: { count: 3, replacement: true } }],
    },
    numbers: { notApplicable: "weights are a tensor" },
    special: [
      { inputs: [{ shape: [0, 3], values: [] }], options: { count: 2 } },
      { inputs: [floats(0, 0, 3, 0)], options: { count: 1 } },
      { inputs: [floats(0, 0, 3, 0)], options: { count: 3, replacement: true } },
      { inputs: [floats(0, 1e-30, 1e30, 0)], options: { count: 2 } },
      // 2⁻¹⁴⁹, the least number of float32.
      { inputs: [floats(0, 1.401298464324817e-45, 1, 0)], options: { count: 2 } },
    ],
    integers: { notApplicable: "weights are floats" },
    errors: [
      {
        inputs: [ints(1, 2)],
        options: { count: 1 },
        error: DTypeError,
        message: /^multinomial: the weights are int32; they must be float32 or float64$/,
      },
      {
        inputs: [float([2, 2, 2])],
        options: { count: 1 },
        error: ShapeError,
        message: /^multinomial: the weights are \[2, 2, 2\]; give \[categories\], or \[rows, categories\]$/,
      },
      {
        inputs: [float([2, 0])],
        options: { count: 1 },
        error: ShapeError,
        message: /^multinomial: the weights are \[2, 0\]; there must be a category to draw$/,
      },
      ...[0, 1.5].map((count) => ({
        inputs: [float([2])],
        options: { count },
        error: ArgumentError,
        message: /^multinomial: the count is (0|1\.5); it must be an integer, 1 or more$/,
      })),
      {
        inputs: [float([2, 3])],
        options: { count: 4 },
        error: ArgumentError,
        message:
          /^multinomial: the count is 4, and the weights \[2, 3\] have 3 categories; draw fewer, or with replacement$/,
      },
      refusedWeights(
        [1, 1, 1, -1],
        /^multinomial: weight 1 in row 1 of \[2, 2\] is -1; weights must be finite, 0 or more$/,
      ),
      refusedWeights([Number.NaN, 1, 1, 1], /^multinomial: weight 0 in row 0 of \[2, 2\] is NaN/),
      refusedWeights([1, 1, Infinity, 1], /is Infinity/),
      refusedWeights(
        [1, 0, 0, 0],
        /^multinomial: all weights in row 1 of \[2, 2\] are 0; at least one must be above 0$/,
        { count: 1, replacement: true },
      ),
      refusedWeights(
        [1, 1, 1, 0],
        /^multinomial: only 1 of the weights in row 1 of \[2, 2\] are above 0, and 2 categories are to be drawn; draw fewer, or with replacement$/,
        { count: 2 },
      ),
    ],
    withoutReference,
  }),
  straightThrough: {
    ...binary("straightThrough", (hard, soft) => ops.straightThrough(hard, soft), [everywhere, everywhere]),
    withoutGradcheck: "its derivatives are not those of its values, on purpose",
  },
};

interface Dropout {
  readonly probability: number;
  readonly training?: boolean;
}

type DropoutFunction = (x: Tensor, probability: number, options?: ops.DropoutOptions) => Tensor;

/** A kind of dropout, of tensors in one of two shapes. */
function dropoutOf(
  name: string,
  drop: DropoutFunction,
  [first, second]: readonly [Shape, Shape],
  refusedShape?: RegExp,
): AnyHelperSamples {
  const half = { probability: 0.5 };
  return helperSamplesOf<[Tensor], Dropout>({
    call: ([x], { probability, ...options }) => drop(x, probability, { generator: seeded(), ...options }),
    domains,
    samples: [
      { inputs: [float(first)], options: half },
      { inputs: [float(second)], options: half },
      { inputs: [float([0, ...second.slice(1)])], options: half },
      { inputs: [float(second, "transposed")], options: { probability: 0.25 } },
      { inputs: [float(first, "negative step")], options: { probability: 0.25 } },
    ],
    options: {
      probability: [
        { inputs: [float(first)], options: { probability: 0 } },
        { inputs: [float(first)], options: { probability: 1 } },
      ],
      training: [{ inputs: [float(first)], options: { probability: 0.5, training: false } }],
    },
    errors: [
      {
        inputs: [float(first)],
        options: { probability: -0.5 },
        error: ArgumentError,
        message: new RegExp(`^${name}: the probability is -0.5; it must be from 0 to 1$`),
      },
      ...(refusedShape === undefined
        ? []
        : [{ inputs: [float([2])], options: half, error: ShapeError, message: refusedShape }]),
    ],
    withoutReference,
  });
}

export const helpers: HelpersOfFamily<typeof ops> = {
  dropout: helperSamplesOf<[Tensor], Dropout>({
    call: ([x], { probability, ...options }) =>
      ops.dropout(x, probability, { generator: seeded(), ...options }),
    domains,
    samples: [
      { inputs: [float([2, 3])], options: { probability: 0.5 } },
      { inputs: [float([])], options: { probability: 0.5 } },
      { inputs: [float([0, 3])], options: { probability: 0.5 } },
      { inputs: [float([3, 4], "transposed")], options: { probability: 0.25 } },
      { inputs: [float([2, 3], "negative step")], options: { probability: 0.25 } },
      { inputs: [float([67])], options: { probability: 0.5 } },
    ],
    options: {
      probability: [
        { inputs: [float([3])], options: { probability: 0 } },
        { inputs: [float([3])], options: { probability: 1 } },
      ],
      training: [{ inputs: [float([3])], options: { probability: 0.5, training: false } }],
    },
    errors: [
      {
        inputs: [float([2])],
        options: { probability: -0.5 },
        error: ArgumentError,
        message: /^dropout: the probability is -0.5; it must be from 0 to 1$/,
      },
    ],
    withoutReference,
  }),
  dropout1d: dropoutOf(
    "dropout1d",
    ops.dropout1d,
    [
      [5, 3],
      [2, 3, 2],
    ],
    /^dropout1d: the input is \[2\]; it must be \[C, T\] or \[N, C, T\]$/,
  ),
  dropout2d: dropoutOf(
    "dropout2d",
    ops.dropout2d,
    [
      [5, 3, 1],
      [2, 3, 2, 2],
    ],
    /^dropout2d: the input is \[2\]; it must be \[C, H, W\] or \[N, C, H, W\]$/,
  ),
  dropout3d: dropoutOf(
    "dropout3d",
    ops.dropout3d,
    [
      [5, 2, 1, 2],
      [2, 3, 2, 1, 2],
    ],
    /^dropout3d: the input is \[2\]; it must be \[C, D, H, W\] or \[N, C, D, H, W\]$/,
  ),
  alphaDropout: dropoutOf("alphaDropout", ops.alphaDropout, [[7], [2, 3]]),
  gumbelSoftmax: helperSamplesOf<[Tensor], Omit<ops.GumbelSoftmaxOptions, "generator">>({
    call: ([logits], options) => ops.gumbelSoftmax(logits, { generator: seeded(), ...options }),
    domains,
    samples: [
      { inputs: [float([4])] },
      { inputs: [float([0, 3])] },
      { inputs: [float([2, 3], "transposed")] },
      { inputs: [float([2, 3, 2], "negative step")] },
    ],
    options: {
      temperature: [{ inputs: [float([2, 3])], options: { temperature: 0.5 } }],
      hard: [
        { inputs: [float([4, 3])], options: { hard: true }, kink: "a choice jumps" },
        {
          inputs: [float([2, 3, 4])],
          options: { hard: true, axis: 1, temperature: 2 },
          kink: "a choice jumps",
        },
      ],
      axis: [{ inputs: [float([3, 2])], options: { axis: 0 } }],
    },
    errors: [
      {
        inputs: [ints(1, 2)],
        error: DTypeError,
        message: /^gumbelSoftmax: the logits are int32; they must be float32 or float64$/,
      },
      {
        inputs: [float([2])],
        options: { temperature: 0 },
        error: ArgumentError,
        message: /^gumbelSoftmax: the temperature is 0; it must be above 0$/,
      },
      {
        inputs: [float([2])],
        options: { axis: 1 },
        error: ShapeError,
        message: /^gumbelSoftmax: /,
      },
    ],
    withoutReference,
  }),
};
