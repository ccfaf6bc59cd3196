/** Samples of diagonals and triangles. */
import { ArgumentError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/arrangement/diagonals.js";
import {
  type AnyOpSamples,
  domains,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  ints,
  type NotApplicable,
  type SamplesOfFamily,
  samplesOf,
  tensorsOnly,
} from "../sample.js";

const one: NotApplicable = { notApplicable: "it has one operand" };
const moved: NotApplicable = { notApplicable: "it looks at no number" };
const noMatrix: NotApplicable = { notApplicable: "it is about matrices, and a 0-d tensor is none" };

function triangle(part: typeof ops.tril): AnyOpSamples {
  const { name } = part;
  return samplesOf<[Tensor], ops.DiagOptions>({
    call: ([x], options) => part(x, options),
    domains,
    scalar: noMatrix,
    empty: [
      { inputs: [float([0, 0])] },
      { inputs: [float([0, 3])] },
      { inputs: [float([3, 0])] },
      { inputs: [float([0, 2, 2])] },
    ],
    one: [{ inputs: [float([1, 1])] }, { inputs: [float([1, 3])], options: { offset: 1 } }],
    highRank: [{ inputs: [float([2, 1, 3, 2])] }, { inputs: [float([1, 2, 2, 2, 1])] }],
    long: [{ inputs: [float([3, 67])], options: { offset: 40 } }, { inputs: [float([9, 9])] }],
    transposed: [
      { inputs: [float([3, 4], "transposed")] },
      { inputs: [float([2, 3, 3], "transposed")], options: { offset: -1 } },
    ],
    negativeStep: [{ inputs: [float([3, 3], "negative step")] }],
    offset: [{ inputs: [float([2, 3, 2], "offset")] }],
    expanded: [{ inputs: [float([3, 3], "expanded")] }, { inputs: [float([2, 3, 3], "expanded")] }],
    broadcast: one,
    shared: one,
    options: {
      offset: [
        { inputs: [float([3, 4])], options: { offset: 1 } },
        { inputs: [float([3, 4])], options: { offset: -2 } },
        { inputs: [float([3, 2])], options: { offset: 9 } },
        { inputs: [float([3, 2])], options: { offset: -9 } },
      ],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [{ shape: [2, 2], values: [Number.NaN, Infinity, -Infinity, -0] }],
        kink: "what is not finite has no differences",
      },
    ],
    integers: [
      { inputs: [{ shape: [3, 3], dtype: "int32" }] },
      { inputs: [{ shape: [2, 3], dtype: "bool" }] },
    ],
    errors: [
      {
        inputs: [float([3])],
        error: ShapeError,
        message: new RegExp(`^${name}: x is \\[3\\]; it must have two axes at least, for matrices$`),
      },
      {
        inputs: [float([3, 3])],
        options: { offset: 0.5 },
        error: ArgumentError,
        message: new RegExp(`^${name}: the offset is 0.5; it must be an integer, 0 for the main diagonal$`),
      },
    ],
  });
}

export const diagonals: SamplesOfFamily<typeof ops> = {
  diagonal: samplesOf<[Tensor], ops.DiagonalOptions>({
    call: ([x], options) => ops.diagonal(x, options),
    domains,
    scalar: noMatrix,
    empty: [
      { inputs: [float([0, 0])] },
      { inputs: [float([0, 3])] },
      { inputs: [float([3, 0])], options: { offset: -1 } },
      { inputs: [float([2, 2, 0])] },
      { inputs: [float([2, 3])], options: { offset: 3 } },
      { inputs: [float([2, 3])], options: { offset: -7 } },
    ],
    one: [{ inputs: [float([1, 1])] }, { inputs: [float([1, 3])], options: { offset: 2 } }],
    highRank: [
      { inputs: [float([2, 1, 3, 2])] },
      { inputs: [float([2, 1, 3, 2])], options: { firstAxis: 3, secondAxis: 0, offset: 1 } },
    ],
    long: [{ inputs: [float([8, 9])] }],
    transposed: [{ inputs: [float([3, 4], "transposed")], options: { offset: 1 } }],
    negativeStep: [{ inputs: [float([3, 4], "negative step")], options: { offset: -1 } }],
    offset: [{ inputs: [float([3, 2], "offset")] }],
    expanded: [{ inputs: [float([3, 2], "expanded")] }],
    broadcast: one,
    shared: one,
    options: {
      offset: [
        { inputs: [float([3, 4])], options: { offset: 2 } },
        { inputs: [float([3, 4])], options: { offset: -1 } },
      ],
      firstAxis: [
        { inputs: [float([2, 3, 3])], options: { firstAxis: 2 } },
        { inputs: [float([2, 3, 3])], options: { firstAxis: -1 } },
      ],
      secondAxis: [{ inputs: [float([2, 3, 4])], options: { secondAxis: -1, offset: 1 } }],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [{ shape: [3, 3], dtype: "int32" }] }],
    errors: [
      {
        inputs: [float([3])],
        error: ShapeError,
        message: /^diagonal: there is no axis 1 in x, which is \[3\]/,
      },
      {
        inputs: [float([3, 3])],
        options: { secondAxis: -2 },
        error: ShapeError,
        message: /^diagonal: axis 0 of \[3, 3\] is named twice; rows and columns are different axes$/,
      },
      {
        inputs: [float([3, 3])],
        options: { offset: 1.5 },
        error: ArgumentError,
        message: /^diagonal: the offset is 1.5; it must be an integer, 0 for the main diagonal$/,
      },
    ],
  }),

  diagEmbed: samplesOf<[Tensor], ops.DiagonalOptions>({
    call: ([x], options) => ops.diagEmbed(x, options),
    domains,
    scalar: { notApplicable: "it takes an axis, which a 0-d tensor lacks" },
    empty: [
      { inputs: [float([0])] },
      { inputs: [float([0])], options: { offset: 2 } },
      { inputs: [float([0, 3])] },
      { inputs: [float([3, 0])], options: { offset: -1 } },
    ],
    one: [{ inputs: [float([1])] }, { inputs: [float([1, 1])], options: { offset: 1 } }],
    highRank: [
      { inputs: [float([2, 1, 3, 2])] },
      { inputs: [float([2, 1, 3])], options: { firstAxis: 2, secondAxis: 0, offset: -1 } },
    ],
    long: [{ inputs: [float([37])] }],
    transposed: [{ inputs: [float([3, 4], "transposed")], options: { offset: 1 } }],
    negativeStep: [{ inputs: [float([3], "negative step")] }],
    offset: [{ inputs: [float([3, 2], "offset")] }],
    expanded: [{ inputs: [float([3, 2], "expanded")] }],
    broadcast: one,
    shared: one,
    options: {
      offset: [
        { inputs: [float([2, 3])], options: { offset: 2 } },
        { inputs: [float([2, 3])], options: { offset: -1 } },
      ],
      firstAxis: [{ inputs: [float([2, 3])], options: { firstAxis: 0 } }],
      secondAxis: [{ inputs: [float([2, 3])], options: { secondAxis: 0, offset: 1 } }],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [ints(1, 2)] }],
    errors: [
      {
        inputs: [float([])],
        error: ShapeError,
        message: /^diagEmbed: x is 0-d; it must have an axis, which becomes the diagonal$/,
      },
      {
        inputs: [float([3])],
        options: { firstAxis: 1 },
        error: ShapeError,
        message: /^diagEmbed: axis 1 of the result is named twice/,
      },
      {
        inputs: [float([3])],
        options: { firstAxis: 2 },
        error: ShapeError,
        message: /^diagEmbed: there is no axis 2 in a tensor of 2 axes/,
      },
      {
        inputs: [float([3])],
        options: { offset: Number.NaN },
        error: ArgumentError,
        message: /^diagEmbed: the offset is NaN/,
      },
    ],
  }),

  tril: triangle(ops.tril),
  triu: triangle(ops.triu),
};

export const diagonalHelpers: HelpersOfFamily<typeof ops> = {
  diag: helperSamplesOf<[Tensor], ops.DiagOptions>({
    call: ([x], options) => ops.diag(x, options),
    domains,
    samples: [
      { inputs: [float([3])] },
      { inputs: [float([0])] },
      { inputs: [float([3, 2])] },
      { inputs: [float([0, 2])] },
      { inputs: [float([3, 4], "transposed")] },
    ],
    options: {
      offset: [
        { inputs: [float([3])], options: { offset: 1 } },
        { inputs: [float([3, 4])], options: { offset: -1 } },
      ],
    },
    errors: [
      {
        inputs: [float([2, 2, 2])],
        error: ShapeError,
        message: /^diag: x is \[2, 2, 2\]; it must be a vector or a matrix, see diagonal and diagEmbed$/,
      },
      { inputs: [float([])], error: ShapeError, message: /^diag: x is \[\]/ },
    ],
  }),
};
