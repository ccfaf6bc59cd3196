/** Samples of the products that sum over an axis. */
import { DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/contraction.js";
import {
  domains,
  float,
  floats,
  type HelpersOfFamily,
  infinite,
  nan,
  type SamplesOfFamily,
  samplesOf,
  type TensorInput,
  tensorsOnly,
} from "./sample.js";

function matrix(...rows: number[][]): TensorInput {
  return { shape: [rows.length, rows[0].length], values: rows.flat() };
}

const whole = (...shape: number[]): TensorInput => ({ shape, dtype: "int32" });
const float32 = (...shape: number[]): TensorInput => ({ shape, dtype: "float32" });
const float64 = (...shape: number[]): TensorInput => ({ shape, dtype: "float64" });

export const samples: SamplesOfFamily<typeof ops> = {
  matmul: samplesOf<[Tensor, Tensor]>({
    call: ([x, y]) => ops.matmul(x, y),
    domains,
    scalar: { notApplicable: "a 0-d operand is an error; two vectors give a 0-d result, see `one`" },
    empty: [
      { inputs: [float([0, 3]), float([3, 2])] },
      { inputs: [float([2, 0]), float([0, 3])] },
      { inputs: [float([2, 3]), float([3, 0])] },
      { inputs: [float([0, 2, 3]), float([3, 2])] },
      { inputs: [float([2, 3, 0]), float([0, 4])] },
      { inputs: [float([0, 2, 3]), float([0, 3, 2])] },
      { inputs: [float([0]), float([0])] },
      { inputs: [float([0]), float([0, 2])] },
    ],
    one: [
      { inputs: [float([1, 1]), float([1, 1])] },
      { inputs: [float([3]), float([3])] },
      { inputs: [float([1]), float([1])] },
      { inputs: [float([1, 4]), float([4, 1])] },
      { inputs: [float([4, 1]), float([1, 3])] },
    ],
    highRank: [
      { inputs: [float([2, 1, 2, 3]), float([2, 1, 3, 2])] },
      { inputs: [float([2, 1, 2, 2, 3]), float([3, 2])] },
    ],
    long: [
      { inputs: [float([17, 19]), float([19, 18])] },
      { inputs: [float([3, 67]), float([67, 5])] },
      { inputs: [float([1, 5]), float([5, 67])] },
      { inputs: [float([35, 5]), float([5])] },
      { inputs: [float([2, 5, 9]), float([2, 9, 17])] },
    ],
    transposed: [
      { inputs: [float([3, 4], "transposed"), float([4, 2])] },
      { inputs: [float([3, 4]), float([4, 2], "transposed")] },
      { inputs: [float([3, 4], "transposed"), float([4, 2], "transposed")] },
      { inputs: [float([2, 3, 4], "transposed"), float([2, 4, 2], "transposed")] },
      { inputs: [float([18, 17], "transposed"), float([17, 19], "transposed")] },
    ],
    negativeStep: [
      { inputs: [float([3, 4], "negative step"), float([4, 2])] },
      { inputs: [float([3, 4]), float([4, 2], "negative step")] },
      { inputs: [float([5], "negative step"), float([5, 2])] },
    ],
    offset: [
      { inputs: [float([3, 4], "offset"), float([4, 2], "offset")] },
      { inputs: [float([2, 3, 4], "offset"), float([4, 2], "offset")] },
    ],
    expanded: [
      { inputs: [float([3, 4], "expanded"), float([4, 2])] },
      { inputs: [float([3, 4]), float([4, 2], "expanded")] },
      { inputs: [float([2, 2, 3], "expanded"), float([2, 3, 2])] },
    ],
    broadcast: {
      second: [
        { inputs: [float([2, 2, 3]), float([3, 2])] },
        { inputs: [float([2, 2, 3]), float([1, 3, 2])] },
        { inputs: [float([3, 2]), float([2])] },
        { inputs: [float([2, 3, 2]), float([2])] },
      ],
      first: [
        { inputs: [float([2, 3]), float([2, 3, 2])] },
        { inputs: [float([3, 1, 2, 2]), float([2, 2, 2])] },
        { inputs: [float([2]), float([2, 3])] },
        { inputs: [float([2]), float([3, 2, 2])] },
      ],
    },
    shared: [{ inputs: [float([3, 3]), { same: 0 }] }, { inputs: [float([4]), { same: 0 }] }],
    options: {},
    numbers: tensorsOnly,
    special: [
      {
        inputs: [matrix([0, 1], [nan, 0], [infinite, 1]), matrix([infinite, 0, nan], [0, -infinite, 0])],
        kink: "special values",
      },
    ],
    integers: [
      { inputs: [whole(2, 3), whole(3, 2)] },
      { inputs: [whole(2, 2, 3), { shape: [3], dtype: "int32", layout: "negative step" }] },
    ],
    errors: [
      {
        inputs: [float([2, 3]), float([4, 2])],
        error: ShapeError,
        message:
          /^matmul: inner dimensions differ: x is \[2, 3\], y is \[4, 2\]; x's last \(3\) must equal y's second to last \(4\)$/,
      },
      { inputs: [float([3]), float([2])], error: ShapeError, message: /^matmul: inner dimensions differ/ },
      { inputs: [float([2, 3]), float([2])], error: ShapeError, message: /^matmul: inner dimensions differ/ },
      {
        inputs: [float([2, 2, 3]), float([2, 2])],
        error: ShapeError,
        message: /^matmul: inner dimensions differ/,
      },
      {
        inputs: [float([]), float([2, 2])],
        error: ShapeError,
        message: /^matmul: x is \[\], y is \[2, 2\]; both need at least one axis, use mul for a number$/,
      },
      {
        inputs: [float([2, 2, 3]), float([3, 3, 2])],
        error: ShapeError,
        message: /^matmul: cannot broadcast \[2\] with \[3\]/,
      },
      {
        inputs: [float32(2, 2), float64(2, 2)],
        error: DTypeError,
        message: /^matmul: x is float32 and y is float64; convert one of them with to\(\)$/,
      },
      {
        inputs: [
          { shape: [2, 2], dtype: "uint8" },
          { shape: [2, 2], dtype: "uint8" },
        ],
        error: DTypeError,
        message: /^matmul: .*uint8/,
      },
    ],
  }),

  // The programs of random-programs.test.ts call it with a bias too.
  linear: samplesOf<[Tensor, Tensor, Tensor?]>({
    call: ([x, weight, bias]) => ops.linear(x, weight, bias),
    domains,
    scalar: { notApplicable: "x has at least the axis of its features" },
    empty: [
      { inputs: [float([0, 3]), float([2, 3])] },
      { inputs: [float([2, 0]), float([3, 0])] },
      { inputs: [float([2, 3]), float([0, 3])] },
      { inputs: [float([2, 0, 3]), float([2, 3])] },
      { inputs: [float([2, 3, 0]), float([4, 0])] },
    ],
    one: [{ inputs: [float([1, 1]), float([1, 1])] }, { inputs: [float([1]), float([1, 1])] }],
    highRank: [{ inputs: [float([2, 1, 2, 3]), float([2, 3])] }],
    long: [{ inputs: [float([5, 19]), float([18, 19])] }],
    transposed: [
      { inputs: [float([3, 4], "transposed"), float([2, 4])] },
      { inputs: [float([3, 4]), float([2, 4], "transposed")] },
      { inputs: [float([2, 3, 4], "transposed"), float([2, 4])] },
    ],
    negativeStep: [{ inputs: [float([3, 4], "negative step"), float([2, 4], "negative step")] }],
    offset: [{ inputs: [float([3, 4], "offset"), float([2, 4], "offset")] }],
    expanded: [{ inputs: [float([3, 4], "expanded"), float([2, 4])] }],
    broadcast: {
      second: [{ inputs: [float([2, 3, 4]), float([2, 4])] }],
      first: [{ inputs: [float([4]), float([2, 4])] }],
    },
    shared: [{ inputs: [float([3, 3]), { same: 0 }] }],
    options: {},
    numbers: tensorsOnly,
    special: [
      { inputs: [matrix([0, 1], [nan, 0]), matrix([infinite, 0], [0, -infinite])], kink: "special values" },
    ],
    integers: [{ inputs: [whole(2, 3), whole(4, 3)] }],
    errors: [
      {
        inputs: [float([2, 3]), float([4, 2])],
        error: ShapeError,
        message:
          /^linear: x is \[2, 3\], the weight is \[4, 2\]; x's last axis must have the weight's second length \(in\)/,
      },
      {
        inputs: [float([2, 3]), float([3])],
        error: ShapeError,
        message: /^linear: x is \[2, 3\], the weight is \[3\]/,
      },
      { inputs: [float([]), float([2, 1])], error: ShapeError, message: /^linear: x is \[\]/ },
      {
        inputs: [float32(2, 2), float64(2, 2)],
        error: DTypeError,
        message: /^linear: x is float32 and (y|the weight) is float64/,
      },
      {
        inputs: [
          { shape: [2, 2], dtype: "bool" },
          { shape: [2, 2], dtype: "bool" },
        ],
        error: DTypeError,
        message: /^linear: .*bool/,
      },
    ],
  }),

  biasedLinear: samplesOf<[Tensor, Tensor, Tensor]>({
    call: ([x, weight, bias]) => ops.linear(x, weight, bias),
    domains,
    scalar: { notApplicable: "x has at least the axis of its features" },
    empty: [
      { inputs: [float([0, 3]), float([2, 3]), float([2])] },
      { inputs: [float([2, 0]), float([3, 0]), float([3])] },
      { inputs: [float([2, 3]), float([0, 3]), float([0])] },
      { inputs: [float([2, 0, 3]), float([2, 3]), float([2, 0, 2])] },
      { inputs: [float([2, 3, 0]), float([4, 0]), float([2, 3, 4])] },
    ],
    one: [
      { inputs: [float([1, 1]), float([1, 1]), float([1])] },
      { inputs: [float([1]), float([1, 1]), float([1])] },
      { inputs: [float([1, 3]), float([2, 3]), float([1, 2])] },
    ],
    highRank: [
      { inputs: [float([2, 1, 2, 3]), float([2, 3]), float([2])] },
      { inputs: [float([2, 1, 2, 3]), float([2, 3]), float([2, 1, 2, 2])] },
    ],
    long: [
      { inputs: [float([5, 19]), float([18, 19]), float([18])] },
      { inputs: [float([5, 19]), float([18, 19]), float([5, 18])] },
    ],
    transposed: [
      { inputs: [float([3, 4], "transposed"), float([2, 4]), float([2])] },
      { inputs: [float([3, 4]), float([2, 4], "transposed"), float([3, 2], "transposed")] },
      { inputs: [float([2, 3, 4]), float([2, 4]), float([2, 3, 2], "transposed")] },
    ],
    negativeStep: [
      { inputs: [float([3, 4], "negative step"), float([2, 4]), float([2], "negative step")] },
      { inputs: [float([3, 4]), float([2, 4], "negative step"), float([3, 2], "negative step")] },
    ],
    offset: [
      { inputs: [float([3, 4], "offset"), float([2, 4]), float([2], "offset")] },
      { inputs: [float([3, 4]), float([2, 4], "offset"), float([3, 2], "offset")] },
    ],
    expanded: [
      { inputs: [float([3, 4], "expanded"), float([2, 4]), float([2])] },
      { inputs: [float([3, 4]), float([2, 4]), float([3, 2], "expanded")] },
    ],
    broadcast: {
      second: [{ inputs: [float([2, 3, 4]), float([2, 4]), float([2])] }],
      first: [{ inputs: [float([4]), float([2, 4]), float([2])] }],
    },
    shared: [{ inputs: [float([3, 3]), { same: 0 }, { same: 0 }] }],
    options: {},
    numbers: tensorsOnly,
    special: [
      {
        inputs: [matrix([0, 1], [nan, 0]), matrix([1, 0], [0, -infinite]), floats(infinite, nan)],
        kink: "special values",
      },
    ],
    integers: [
      { inputs: [whole(2, 3), whole(4, 3), whole(4)] },
      { inputs: [whole(2, 3), whole(4, 3), whole(2, 4)] },
    ],
    errors: [
      {
        inputs: [float([2, 3]), float([4, 3]), float([3])],
        error: ShapeError,
        message:
          /^linear: the bias is \[3\], the weight is \[4, 3\]; the bias must have the weight's first length \(out\), or the result's shape \[2, 4\]$/,
      },
      {
        inputs: [float([2, 3]), float([4, 3]), float([1, 4])],
        error: ShapeError,
        message: /^linear: the bias is \[1, 4\]/,
      },
      {
        inputs: [float32(2, 2), float32(2, 2), float64(2)],
        error: DTypeError,
        message: /^linear: x is float32 and the bias is float64/,
      },
    ],
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = {};
