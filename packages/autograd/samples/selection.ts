/** Samples of the ops in ops/selection.ts. */
import type { DType } from "../src/dtype.js";
import { DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/selection.js";
import type { Shape } from "../src/shape.js";
import {
  domains,
  float,
  floats,
  type HelpersOfFamily,
  helperSamplesOf,
  ints,
  type Layout,
  type SamplesOfFamily,
  samplesOf,
  type TensorInput,
  tensorsOnly,
} from "./sample.js";
import { parts } from "./selection/parts.js";
import { scatterHelpers, scatters } from "./selection/scatter.js";

const noOptions = {};
const late = "what the mask holds is a value, and values are read by kernels alone";

/** Integers by their shape. */
function at(
  shape: Shape,
  values: readonly number[],
  layout: Layout = "dense",
  dtype: DType = "int32",
): TensorInput {
  return { shape, values, layout, dtype };
}

/** A mask by its shape. */
function mask(shape: Shape, values: readonly number[], layout: Layout = "dense"): TensorInput {
  return { shape, values, layout, dtype: "bool" };
}

const checkered = mask([2, 3], [1, 0, 1, 0, 1, 0]);

export const samples: SamplesOfFamily<typeof ops> = {
  ...scatters,
  ...parts,

  take: samplesOf<[Tensor, Tensor]>({
    call: ([x, indices]) => ops.take(x, indices),
    domains,
    scalar: [
      { inputs: [float([]), at([], [0])] },
      { inputs: [float([2, 3]), at([], [4])] },
      { inputs: [float([]), ints(0, -1)] },
    ],
    empty: [
      { inputs: [float([3]), ints()] },
      { inputs: [float([0]), ints()] },
      { inputs: [float([0, 2]), at([2, 0], [])] },
      { inputs: [float([2, 0]), at([0, 2], [])] },
    ],
    one: [{ inputs: [float([1, 1]), at([1, 1, 1], [0])] }],
    highRank: [{ inputs: [float([2, 1, 3, 2]), at([2, 1, 2, 1], [11, 0, 5, 5])] }],
    long: [
      {
        inputs: [
          float([5, 7]),
          at(
            [41],
            Array.from({ length: 41 }, (_, i) => (i * 11) % 35),
          ),
        ],
      },
    ],
    transposed: [
      { inputs: [float([3, 4], "transposed"), at([2, 2], [1, 11, 4, 1])] },
      { inputs: [float([3, 4]), at([2, 2], [1, 11, 4, 1], "transposed")] },
    ],
    negativeStep: [{ inputs: [float([2, 3], "negative step"), at([3], [5, 0, 2], "negative step")] }],
    offset: [{ inputs: [float([2, 3], "offset"), at([3], [5, 0, 2], "offset")] }],
    expanded: [{ inputs: [float([3, 2], "expanded"), at([2, 2], [5, 0, 5, 0], "expanded")] }],
    broadcast: { notApplicable: "the indices have a shape of their own" },
    shared: { notApplicable: "its operands are numbers and indices, which are never the same" },
    options: noOptions,
    numbers: tensorsOnly,
    special: [{ inputs: [float([2, 3]), ints(-1, -6, 5, 0, 0)] }],
    integers: [
      { inputs: [ints(5, 6, 7), at([2], [2, 0], "dense", "uint8")] },
      { inputs: [{ shape: [2, 2], dtype: "bool" }, ints(3, 0)] },
    ],
    errors: [
      {
        inputs: [float([3]), float([2])],
        error: DTypeError,
        message:
          /^take: the indices are float(32|64); they must be integers, convert them with to\("int32"\)$/,
      },
      { inputs: [float([2, 3]), ints(6)], error: ShapeError, message: /^take: .*6/, late },
      { inputs: [float([2, 3]), ints(-7)], error: ShapeError, message: /^take: .*-7/, late },
    ],
  }),

  nonzero: samplesOf<[Tensor]>({
    call: ([x]) => ops.nonzero(x),
    domains: [{ low: -2, high: 2 }],
    scalar: [{ inputs: [at([], [3])] }, { inputs: [at([], [0])] }],
    empty: [
      { inputs: [float([0])] },
      { inputs: [float([0, 3])] },
      { inputs: [float([3, 0])] },
      { inputs: [floats(0, 0)] },
    ],
    one: [{ inputs: [float([1, 1])] }],
    highRank: [{ inputs: [{ shape: [2, 1, 3, 2], dtype: "bool" }] }],
    long: [{ inputs: [{ shape: [9, 7], dtype: "bool" }] }],
    transposed: [{ inputs: [mask([2, 3], [1, 0, 1, 0, 1, 0], "transposed")] }],
    negativeStep: [{ inputs: [mask([2, 3], [1, 0, 1, 0, 1, 0], "negative step")] }],
    offset: [{ inputs: [mask([2, 3], [1, 0, 1, 0, 1, 0], "offset")] }],
    expanded: [{ inputs: [mask([2, 2], [1, 0, 1, 0], "expanded")] }],
    broadcast: { notApplicable: "it has one operand" },
    shared: { notApplicable: "it has one operand" },
    options: noOptions,
    numbers: tensorsOnly,
    special: [{ inputs: [floats(0, -0, Number.NaN, Infinity, 1e-38)] }],
    integers: [{ inputs: [ints(0, -3, 0, 2)] }, { inputs: [at([3], [0, 7, 255], "dense", "uint8")] }],
    errors: { notApplicable: "it takes every tensor" },
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = {
  ...scatterHelpers,

  maskedFill: helperSamplesOf<[Tensor, Tensor, Tensor | number]>({
    call: ([x, mask, value]) => ops.maskedFill(x, mask, value),
    domains,
    samples: [
      { inputs: [float([2, 3]), checkered, 0.5] },
      { inputs: [float([2, 3]), checkered, float([])] },
      { inputs: [float([3]), checkered, -1] },
      { inputs: [float([2, 3], "transposed"), mask([3], [0, 1, 1]), float([])] },
      { inputs: [float([]), mask([], [1]), float([])] },
      { inputs: [float([0, 2]), mask([2], [0, 1]), 3] },
      { inputs: [ints(1, 2, 3), mask([3], [0, 1, 0]), 9] },
      { inputs: [{ shape: [3], dtype: "bool" }, mask([3], [0, 1, 1]), 1] },
      { inputs: [{ shape: [3], dtype: "uint8" }, mask([3], [0, 1, 1]), { shape: [], dtype: "uint8" }] },
      {
        inputs: [floats(Number.NaN, 1, Number.NaN), mask([3], [0, 1, 1]), 2],
        kink: "what is not finite has no differences",
      },
    ],
    options: {},
    errors: [
      {
        inputs: [float([2, 3]), checkered, float([3])],
        error: ShapeError,
        message: /^maskedFill: the value is \[3\]; it must be a number or 0-d, see where and maskedScatter$/,
      },
      {
        inputs: [float([2, 2]), checkered, 1],
        error: ShapeError,
        message: /^maskedFill: cannot broadcast \[2, 2\] with \[2, 3\]/,
      },
      {
        inputs: [ints(1, 2), mask([2], [0, 1]), 0.5],
        error: DTypeError,
        message: /^maskedFill: x is int32, which has no 0.5/,
      },
    ],
  }),

  maskedSelect: helperSamplesOf<[Tensor, Tensor]>({
    call: ([x, mask]) => ops.maskedSelect(x, mask),
    domains,
    samples: [
      { inputs: [float([2, 3]), checkered] },
      { inputs: [float([3]), checkered] },
      { inputs: [float([2, 3], "transposed"), mask([3], [0, 1, 1])] },
      { inputs: [float([2, 3]), mask([2, 1], [0, 1], "negative step")] },
      { inputs: [float([]), mask([], [1])] },
      { inputs: [float([]), mask([3], [1, 0, 1])] },
      { inputs: [float([3]), mask([3], [0, 0, 0])] },
      { inputs: [float([0, 2]), mask([2], [0, 1])] },
      { inputs: [float([2, 1, 3, 2]), { shape: [2, 1, 3, 2], dtype: "bool" }] },
      { inputs: [ints(1, 2, 3), mask([3], [1, 0, 1])] },
    ],
    options: {},
    errors: [
      {
        inputs: [float([2, 2]), checkered],
        error: ShapeError,
        message: /^maskedSelect: cannot broadcast \[2, 2\] with \[2, 3\]/,
      },
    ],
  }),

  maskedScatter: helperSamplesOf<[Tensor, Tensor, Tensor]>({
    call: ([x, mask, source]) => ops.maskedScatter(x, mask, source),
    domains,
    samples: [
      { inputs: [float([2, 3]), checkered, float([3])] },
      { inputs: [float([2, 3]), checkered, float([2, 2], "transposed")] },
      { inputs: [float([2, 3], "negative step"), mask([3], [0, 1, 1]), float([5], "offset")] },
      { inputs: [float([]), mask([], [1]), float([])] },
      { inputs: [float([3]), mask([3], [0, 0, 0]), float([0])] },
      { inputs: [float([0]), mask([0], []), float([2])] },
      { inputs: [ints(1, 2, 3), mask([3], [1, 0, 1]), ints(7, 8)] },
      { inputs: [float([3]), mask([3], [1, 0, 1]), { same: 0 }] },
    ],
    options: {},
    errors: [
      {
        inputs: [float([2, 2]), checkered, float([6])],
        error: ShapeError,
        message: /^maskedScatter: cannot broadcast \[2, 2\] with \[2, 3\]/,
      },
      {
        inputs: [float([2, 3]), checkered, float([2])],
        error: ShapeError,
        message:
          /^maskedScatter: the mask holds at 3 elements, and the source \[2\] has 2; it needs as many at least$/,
        late,
      },
      {
        inputs: [ints(1, 2, 3), mask([3], [1, 0, 1]), float([2])],
        error: DTypeError,
        message: /^maskedScatter: x is int32 and the values are float(32|64), which is wider/,
        late,
      },
    ],
  }),
};
