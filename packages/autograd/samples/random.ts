/** Samples of the random ops. Each call draws from a generator of the same seed, so that all calls give the same. */
import type { DType } from "../src/dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import { applyElementwise, type TensorLike } from "../src/ops/elementwise-op.js";
import * as ops from "../src/ops/random.js";
import { Generator } from "../src/random.js";
import type { Shape } from "../src/shape.js";
import {
  type AnyHelperSamples,
  type AnyOpSamples,
  type Domain,
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
  type TensorInput,
} from "./sample.js";

const domains: readonly [Domain] = [{ low: -2, high: 2 }];
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

function floatsDrawn(name: string, call: (options: Drawn) => Tensor): AnyOpSamples {
  return samplesOf<[], Drawn>({
    call: (_, options) => call(options),
    ...drawing<Drawn>({}),
    options: {
      shape: [{ inputs: [], options: { shape: [2, 3] } }],
      dtype: [{ inputs: [], options: { shape: [5], dtype: "float64" } }],
    },
    errors: [
      {
        inputs: [],
        options: { shape: [2], dtype: "int32" },
        error: DTypeError,
        message: new RegExp(`^${name}: the dtype is int32; it must be float32 or float64$`),
      },
      badShape(name),
    ],
  });
}

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
  uniform: floatsDrawn("rand", (options) => drawFloats(ops.rand, options)),
  normal: floatsDrawn("randn", (options) => drawFloats(ops.randn, options)),
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
};

function flags(...shape: number[]): TensorInput {
  return { shape, dtype: "bool" };
}

function masked(x: TensorInput): Sample<Record<never, never>> {
  return { inputs: [x, { ...x, dtype: "bool" }, 2] };
}

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

interface Dropout {
  readonly probability: number;
  readonly training?: boolean;
}

export const helpers: HelpersOfFamily<typeof ops> = {
  rand: drawnHelper("rand", ops.rand),
  randn: drawnHelper("randn", ops.randn),
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
};
