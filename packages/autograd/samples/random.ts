/** Samples of the random ops. Each call draws from a generator of the same seed, so that all calls give the same. */
import type { DType } from "../src/dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/random.js";
import { Generator } from "../src/random.js";
import type { Shape } from "../src/shape.js";
import {
  type AnyHelperSamples,
  type AnyOpSamples,
  domains,
  float,
  floats,
  type HelpersOfFamily,
  helperSamplesOf,
  ints,
  type NotApplicable,
  type Sample,
  type SamplesOfFamily,
  samplesOf,
  shapesOf,
} from "./sample.js";

const withoutReference = "PyTorch draws other numbers";
const withoutGradcheck = "it has no gradient";
const noTensor: NotApplicable = { notApplicable: "it takes no tensor" };
const seeded = (): Generator => new Generator(20_231_107);

interface Drawn {
  readonly shape: Shape;
  readonly dtype?: DType;
}

/** What all functions that draw a tensor of a given shape have in common; `more` are their further options. */
function drawing<Options extends { readonly shape: Shape }>(more: Omit<Options, "shape" | "dtype">) {
  const draw = (...shape: number[]): Sample<Options> =>
    ({ inputs: [], options: { ...more, shape } }) as unknown as Sample<Options>;
  return {
    domains,
    scalar: [draw()],
    empty: [draw(0), draw(0, 3), draw(3, 0)],
    one: [draw(1), draw(1, 1)],
    highRank: [draw(2, 1, 3, 2)],
    long: [draw(67)],
    transposed: noTensor,
    negativeStep: noTensor,
    offset: noTensor,
    expanded: noTensor,
    broadcast: noTensor,
    shared: noTensor,
    numbers: noTensor,
    special: noTensor,
    integers: noTensor,
    withoutReference,
    withoutGradcheck,
  } as const;
}

const badShape = (name: string) =>
  ({
    inputs: [],
    options: { shape: [2, -1] },
    error: ShapeError,
    message: new RegExp(
      `^${name}: the shape \\[2, -1\\] has the length -1; lengths must be integers, 0 or more$`,
    ),
  }) as const;

/** Functions that draw floats; `own` are their options beyond shape and dtype, each away from its default. */
function floatsDrawn<Own extends object>(
  name: string,
  call: (shape: Shape, options: Own & ops.RandomOptions) => Tensor,
  own: { readonly [Name in keyof Own]-?: readonly [Partial<Own>, ...Partial<Own>[]] },
  refused: readonly (readonly [options: Partial<Own>, message: RegExp])[],
): AnyOpSamples {
  const sampled = (options: object) => ({ inputs: [], options: { shape: [5], ...options } }) as const;
  return samplesOf<[], Drawn>({
    call: (_, { shape, ...options }) =>
      call(shape, { generator: seeded(), ...options } as unknown as Own & ops.RandomOptions),
    ...drawing<Drawn>({}),
    options: {
      shape: [{ inputs: [], options: { shape: [2, 3] } }],
      dtype: [{ inputs: [], options: { shape: [5], dtype: "float64" } }],
      ...Object.fromEntries(
        Object.entries(own).map(([option, values]) => [option, (values as Partial<Own>[]).map(sampled)]),
      ),
    },
    errors: [
      {
        inputs: [],
        options: { shape: [2], dtype: "int32" },
        error: DTypeError,
        message: new RegExp(`^${name}: the dtype is int32; it must be float32 or float64$`),
      },
      badShape(name),
      ...refused.map(([options, message]) => ({ ...sampled(options), error: ArgumentError, message })),
    ],
  });
}

/** What is an option of one function only. */
type Own<Options extends ops.RandomOptions> = Omit<Options, keyof ops.RandomOptions>;

interface Integers extends Drawn {
  readonly low: number;
  readonly high: number;
}
interface Chance {
  readonly shape: Shape;
  readonly probability: number;
}

const drawFloats = (draw: typeof ops.rand, { shape, dtype }: Drawn): Tensor =>
  draw(shape, { generator: seeded(), ...(dtype !== undefined && { dtype }) });
const drawIntegers = ({ low, high, shape, dtype }: Integers): Tensor =>
  ops.randint(low, high, shape, { generator: seeded(), ...(dtype !== undefined && { dtype }) });

export const samples: SamplesOfFamily<typeof ops> = {
  uniform: floatsDrawn<Own<ops.UniformOptions>>(
    "uniform",
    ops.uniform,
    { low: [{ low: -2 }], high: [{ high: 2.5 }, { low: 3, high: 3 }] },
    [[{ low: 1, high: 0 }, /^uniform: the bounds are 1 and 0; give the lower one first$/]],
  ),
  normal: floatsDrawn<Own<ops.NormalOptions>>(
    "normal",
    ops.normal,
    { mean: [{ mean: 2 }, { mean: -1, std: 0.5 }], std: [{ std: 2 }, { std: 0 }] },
    [[{ std: -1 }, /^normal: the standard deviation is -1; it must be 0 or more$/]],
  ),
  exponential: floatsDrawn<Own<ops.ExponentialOptions>>(
    "exponential",
    ops.exponential,
    { rate: [{ rate: 2 }] },
    [[{ rate: 0 }, /^exponential: the rate is 0; it must be above 0$/]],
  ),
  bernoulliEach: samplesOf<[Tensor]>({
    call: ([probabilities]) => ops.bernoulli(probabilities, { generator: seeded() }),
    domains: [{ low: 0, high: 1 }],
    ...shapesOf((x) => ({ inputs: [x] })),
    broadcast: { notApplicable: "one operand" },
    shared: { notApplicable: "one operand" },
    options: {},
    numbers: { notApplicable: "a number comes with a shape" },
    special: [{ inputs: [floats(0, 1, -0, 0.5, 1e-30)] }],
    integers: { notApplicable: "probabilities are floats" },
    errors: [
      {
        inputs: [ints(0, 1)],
        error: DTypeError,
        message: /^bernoulli: the dtype is int32; it must be float32 or float64$/,
      },
      ...[[1.5, "1\\.5"] as const, [Number.NaN, "NaN"] as const, [-0.5, "-0\\.5"] as const].map(
        ([bad, shown]) => ({
          inputs: [{ shape: [2, 2], values: [0, 1, bad, 0.5] }],
          error: ArgumentError,
          message: new RegExp(
            `^bernoulli: the probability at \\[1, 0\\] of \\[2, 2\\] is ${shown}; it must be from 0 to 1$`,
          ),
          late: "it is the values that are wrong",
        }),
      ),
    ],
    withoutReference,
  }),
  integers: samplesOf<[], Integers>({
    call: (_, options) => drawIntegers(options),
    ...drawing<Integers>({ low: -3, high: 9 }),
    options: {
      low: [{ inputs: [], options: { low: 5, high: 6, shape: [4] } }],
      high: [{ inputs: [], options: { low: 0, high: 2_147_483_647, shape: [4] } }],
      shape: [{ inputs: [], options: { low: 0, high: 3, shape: [2, 3] } }],
      dtype: [
        { inputs: [], options: { low: 0, high: 200, shape: [5], dtype: "uint8" } },
        { inputs: [], options: { low: 0, high: 9, shape: [5], dtype: "float64" } },
      ],
    },
    errors: [
      {
        inputs: [],
        options: { low: 3, high: 3, shape: [2] },
        error: ArgumentError,
        message:
          /^randint: there is no integer from 3 to 3, the end excluded; give integers, the lower first$/,
      },
      { inputs: [], options: { low: 0.5, high: 3, shape: [2] }, error: ArgumentError, message: /^randint: / },
    ],
  }),
  bernoulli: samplesOf<[], Chance>({
    call: (_, { shape, probability }) => ops.bernoulli(shape, probability, { generator: seeded() }),
    ...drawing<Chance>({ probability: 0.5 }),
    options: {
      shape: [{ inputs: [], options: { shape: [2, 3], probability: 0.25 } }],
      probability: [
        { inputs: [], options: { shape: [9], probability: 0 } },
        { inputs: [], options: { shape: [9], probability: 1 } },
      ],
    },
    errors: [
      {
        inputs: [],
        options: { shape: [2], probability: 1.5 },
        error: ArgumentError,
        message: /^bernoulli: the probability is 1.5; it must be from 0 to 1$/,
      },
      {
        inputs: [],
        options: { shape: [2], probability: Number.NaN },
        error: ArgumentError,
        message: /is NaN/,
      },
    ],
  }),
  permutation: samplesOf<[], { readonly count: number }>({
    call: (_, { count }) => ops.permutation(count, { generator: seeded() }),
    ...drawing<Drawn>({}),
    scalar: { notApplicable: "it has one axis" },
    empty: [{ inputs: [], options: { count: 0 } }],
    one: [{ inputs: [], options: { count: 1 } }],
    highRank: { notApplicable: "it has one axis" },
    long: [{ inputs: [], options: { count: 67 } }],
    options: { count: [{ inputs: [], options: { count: 5 } }] },
    errors: [
      {
        inputs: [],
        options: { count: -1 },
        error: ArgumentError,
        message: /^permutation: the count is -1; it must be an integer, 0 or more$/,
      },
      {
        inputs: [],
        options: { count: 1.5 },
        error: ArgumentError,
        message: /^permutation: the count is 1.5/,
      },
    ],
  }),
};

const drawnHelper = (name: string, draw: typeof ops.rand): AnyHelperSamples =>
  helperSamplesOf<[], Drawn>({
    call: (_, options) => drawFloats(draw, options),
    domains,
    samples: [{ inputs: [], options: { shape: [2, 3] } }],
    options: {
      shape: [{ inputs: [], options: { shape: [] } }],
      dtype: [{ inputs: [], options: { shape: [2], dtype: "float64" } }],
    },
    errors: [badShape(name)],
    withoutReference,
    withoutGradcheck,
  });

const likeHelper = (name: string, draw: typeof ops.randLike): AnyHelperSamples =>
  helperSamplesOf<[Tensor], { readonly dtype?: DType }>({
    call: ([x], options) => draw(x, { generator: seeded(), ...options }),
    domains,
    samples: [{ inputs: [float([2, 3], "transposed")] }, { inputs: [float([0])] }],
    options: { dtype: [{ inputs: [ints(1, 2)], options: { dtype: "float64" } }] },
    errors: [
      {
        inputs: [ints(1, 2)],
        error: DTypeError,
        message: new RegExp(`^${name}: the dtype is int32; it must be float32 or float64$`),
      },
    ],
    withoutReference,
    withoutGradcheck,
  });

export const helpers: HelpersOfFamily<typeof ops> = {
  rand: drawnHelper("rand", ops.rand),
  randn: drawnHelper("randn", ops.randn),
  randLike: likeHelper("rand", ops.randLike),
  randnLike: likeHelper("randn", ops.randnLike),
  truncatedNormal: helperSamplesOf<[], Drawn & Own<ops.TruncatedNormalOptions>>({
    call: (_, { shape, ...options }) => ops.truncatedNormal(shape, { generator: seeded(), ...options }),
    domains,
    samples: [
      { inputs: [], options: { shape: [2, 3] } },
      { inputs: [], options: { shape: [0, 3] } },
    ],
    options: {
      shape: [{ inputs: [], options: { shape: [] } }],
      dtype: [{ inputs: [], options: { shape: [2], dtype: "float64" } }],
      mean: [{ inputs: [], options: { shape: [4], mean: 1 } }],
      std: [{ inputs: [], options: { shape: [4], std: 0.02 } }],
      low: [{ inputs: [], options: { shape: [4], low: 1.5 } }],
      high: [{ inputs: [], options: { shape: [4], low: -Infinity, high: Infinity } }],
    },
    errors: [
      badShape("truncatedNormal"),
      {
        inputs: [],
        options: { shape: [2], dtype: "bool" },
        error: DTypeError,
        message: /^truncatedNormal: the dtype is bool; it must be float32 or float64$/,
      },
      {
        inputs: [],
        options: { shape: [2], low: 2, high: 2 },
        error: ArgumentError,
        message: /^truncatedNormal: the bounds are 2 and 2; give the lower one first$/,
      },
      {
        inputs: [],
        options: { shape: [2], std: 0 },
        error: ArgumentError,
        message: /^truncatedNormal: the standard deviation is 0; it must be above 0$/,
      },
    ],
    withoutReference,
    withoutGradcheck,
  }),
  randint: helperSamplesOf<[], Integers>({
    call: (_, options) => drawIntegers(options),
    domains,
    samples: [{ inputs: [], options: { low: 0, high: 10, shape: [2, 3] } }],
    options: {
      low: [{ inputs: [], options: { low: -9, high: 10, shape: [3] } }],
      high: [{ inputs: [], options: { low: 0, high: 2, shape: [3] } }],
      shape: [{ inputs: [], options: { low: 0, high: 2, shape: [] } }],
      dtype: [{ inputs: [], options: { low: 0, high: 2, shape: [2], dtype: "uint8" } }],
    },
    errors: [
      { inputs: [], options: { low: 2, high: 1, shape: [2] }, error: ArgumentError, message: /^randint: / },
    ],
    withoutReference,
    withoutGradcheck,
  }),
};
