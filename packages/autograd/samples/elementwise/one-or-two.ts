/** What samples of element-wise ops have in common: domains, special values, ops of one operand and of two. */
import type { DType } from "../../src/dtype.js";
import { ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import type { TensorLike } from "../../src/ops/elementwise/elementwise-op.js";
import {
  type AnyOpSamples,
  type Category,
  type Domain,
  each,
  float,
  floats,
  infinite,
  ints,
  type NoOptions,
  type NotApplicable,
  nan,
  type OpSamples,
  type Sample,
  samplesOf,
  shapesOf,
  type TensorInput,
  tensorsOnly,
} from "../sample.js";

export const positive: Domain = { low: 0.25, high: 2.5 };
export const notZero: Domain = { low: -2, high: 2, avoid: [0] };

// Exact in float32 as well: 2⁻¹³⁰ lies among its subnormal numbers.
export const tiny = 7.346839692639297e-40;
export const specials = floats(0, -0, 1, -1, tiny, -tiny, infinite, -infinite, nan);

export const one: NotApplicable = { notApplicable: "it has one operand" };

export type Unary = OpSamples<[Tensor], NoOptions>;

export const integersOf = (...dtypes: DType[]): Category<NoOptions> => {
  const [first, ...others] = dtypes.map((dtype): TensorInput => ({ shape: [2, 3], dtype }));
  return each((x) => ({ inputs: [x] }), first, ...others);
};

/** Samples of an op of one operand; what differs from the usual is in `own`. */
export function unary(call: (x: Tensor) => Tensor, domain: Domain, own: Partial<Unary> = {}): AnyOpSamples {
  return samplesOf<[Tensor]>({
    call: ([x]) => call(x),
    domains: [domain],
    ...shapesOf((x): Sample<NoOptions> => ({ inputs: [x] })),
    broadcast: one,
    shared: one,
    options: {},
    numbers: tensorsOnly,
    special: [{ inputs: [specials], kink: "special values" }],
    integers: integersOf("int32", "uint8"),
    errors: { notApplicable: "it takes every tensor" },
    ...own,
  });
}

export type Binary = OpSamples<[TensorLike, TensorLike], NoOptions>;

/** x and y in all pairs of special values. */
export function specialPairs(values: readonly number[]): [TensorInput, TensorInput] {
  const x = values.flatMap((value) => values.map(() => value));
  const y = values.flatMap(() => values);
  return [floats(...x), floats(...y)];
}

/** Samples of an op of two operands that broadcast. */
export function binary(
  name: string,
  call: (x: TensorLike, y: TensorLike) => Tensor,
  domains: readonly [Domain, Domain],
  own: Partial<Binary> = {},
): AnyOpSamples {
  return samplesOf<[TensorLike, TensorLike]>({
    call: ([x, y]) => call(x, y),
    domains,
    ...shapesOf((x): Sample<NoOptions> => ({ inputs: [x, { shape: x.shape }] })),
    transposed: [
      { inputs: [float([3, 4], "transposed"), float([3, 4])] },
      { inputs: [float([2, 3]), float([2, 3], "transposed")] },
      { inputs: [float([2, 3, 2], "transposed"), float([2, 3, 2], "transposed")] },
    ],
    negativeStep: [
      { inputs: [float([5], "negative step"), float([5])] },
      { inputs: [float([2, 3]), float([2, 3], "negative step")] },
    ],
    offset: [
      { inputs: [float([4], "offset"), float([4], "offset")] },
      { inputs: [float([2, 3]), float([1, 3], "offset")] },
    ],
    expanded: [
      { inputs: [float([3, 2], "expanded"), float([3, 2])] },
      { inputs: [float([3, 2], "transposed"), float([3, 2], "expanded")] },
    ],
    broadcast: {
      second: [
        { inputs: [float([2, 3]), float([3])] },
        { inputs: [float([2, 3]), float([2, 1])] },
        { inputs: [float([2, 3]), float([])] },
        { inputs: [float([0, 3]), float([1])] },
      ],
      first: [
        { inputs: [float([3]), float([2, 3])] },
        { inputs: [float([3, 1]), float([1, 4])] },
        { inputs: [float([]), float([2, 1, 3])] },
        { inputs: [float([2, 1, 2]), float([3, 1])] },
      ],
    },
    shared: [{ inputs: [float([2, 3]), { same: 0 }] }],
    options: {},
    numbers: [
      { inputs: [float([2, 3]), 1.5] },
      { inputs: [1.25, float([3])] },
      { inputs: [float([]), 2] },
      { inputs: [{ shape: [3], dtype: "int32" }, 3] },
      { inputs: [{ shape: [3], dtype: "uint8" }, 2.5] },
    ],
    special: [{ inputs: specialPairs([0, -0, 1, -1, infinite, -infinite, nan]), kink: "special values" }],
    integers: [
      { inputs: [ints(-7, 0, 3), ints(2, 3, -5)] },
      {
        inputs: [
          { shape: [3], dtype: "uint8", values: [200, 3, 0] },
          { shape: [3], dtype: "uint8", values: [100, 5, 255] },
        ],
      },
      {
        inputs: [
          { shape: [2, 2], dtype: "uint8" },
          { shape: [2], dtype: "int32" },
        ],
      },
      { inputs: [float([2, 2]), { shape: [2], dtype: "int32" }] },
    ],
    errors: [
      {
        inputs: [float([2, 3]), float([4])],
        error: ShapeError,
        message: new RegExp(
          `^${name}: cannot broadcast \\[2, 3\\] with \\[4\\]: axis -1 has sizes 3 and 4; each must be equal, or 1$`,
        ),
      },
      { inputs: [float([2, 3]), float([3, 3])], error: ShapeError, message: /axis -2 has sizes 2 and 3/ },
      { inputs: [float([0]), float([2])], error: ShapeError, message: /axis -1 has sizes 0 and 2/ },
    ],
    ...own,
  });
}
