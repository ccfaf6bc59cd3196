/** Samples of padding and its adjoint. */
import { ArgumentError, DTypeError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/arrangement/padding.js";
import { apply } from "../../src/tape.js";
import {
  domains,
  float,
  ints,
  type NotApplicable,
  type SamplesOfFamily,
  samplesOf,
  tensorsOnly,
} from "../sample.js";

const one: NotApplicable = { notApplicable: "it has one operand" };
const moved: NotApplicable = { notApplicable: "it looks at no number" };
const noAxis: NotApplicable = { notApplicable: "a 0-d tensor has no axis to pad" };

interface PadOptions extends ops.PadOptions {
  readonly padding: readonly number[];
}
interface FoldOptions {
  readonly before: readonly number[];
  readonly after: readonly number[];
  readonly mode: "reflect" | "replicate" | "circular";
}

export const padding: SamplesOfFamily<typeof ops> = {
  pad: samplesOf<[Tensor], PadOptions>({
    call: ([x], { padding, ...options }) => ops.pad(x, padding, options),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [float([0])], options: { padding: [1, 2] } },
      { inputs: [float([0, 3])], options: { padding: [0, 0, 2, 1], value: 0.5 } },
      { inputs: [float([3, 0])], options: { padding: [0, 0, 1, 1], mode: "reflect" } },
      { inputs: [float([3, 0])], options: { padding: [0, 0, 3, 1], mode: "circular" } },
      { inputs: [float([0, 3])], options: { padding: [4, 1], mode: "replicate" } },
    ],
    one: [
      { inputs: [float([1])], options: { padding: [1, 0] } },
      { inputs: [float([1, 1])], options: { padding: [2, 1, 1, 0], mode: "replicate" } },
      { inputs: [float([1, 1])], options: { padding: [1, 1], mode: "circular" } },
    ],
    highRank: [
      { inputs: [float([2, 1, 3, 2])], options: { padding: [1, 0, 0, 2, 1, 1, 0, 1] } },
      { inputs: [float([2, 1, 3, 2])], options: { padding: [1, 1, 2, 0, 0, 0, 0, 1], mode: "reflect" } },
      { inputs: [float([1, 2, 2, 1, 2])], options: { padding: [0, 2, 1, 0, 0, 1], mode: "replicate" } },
      { inputs: [float([2, 2, 1, 3])], options: { padding: [3, 1, 0, 0, 1, 2, 1, 0], mode: "circular" } },
    ],
    long: [
      { inputs: [float([67])], options: { padding: [30, 5], mode: "reflect" } },
      { inputs: [float([2, 41])], options: { padding: [3, 30], mode: "circular" } },
      { inputs: [float([40])], options: { padding: [30, 5], mode: "replicate" } },
      { inputs: [float([40])], options: { padding: [7, 5], value: -1 } },
    ],
    transposed: [
      { inputs: [float([3, 4], "transposed")], options: { padding: [1, 2, 0, 1] } },
      { inputs: [float([3, 4], "transposed")], options: { padding: [1, 2, 0, 1], mode: "reflect" } },
    ],
    negativeStep: [
      { inputs: [float([2, 3], "negative step")], options: { padding: [1, 0, 0, 1] } },
      { inputs: [float([2, 3], "negative step")], options: { padding: [1, 2, 1, 1], mode: "circular" } },
    ],
    offset: [
      { inputs: [float([2, 3], "offset")], options: { padding: [0, 1] } },
      { inputs: [float([2, 3], "offset")], options: { padding: [2, 1, 3, 0], mode: "replicate" } },
    ],
    expanded: [
      { inputs: [float([3, 2], "expanded")], options: { padding: [1, 1, 2, 1] } },
      { inputs: [float([3, 2], "expanded")], options: { padding: [1, 1, 2, 1], mode: "reflect" } },
    ],
    broadcast: one,
    shared: one,
    options: {
      padding: [
        { inputs: [float([2, 4])], options: { padding: [1, 2] } },
        { inputs: [float([2])], options: { padding: [-2, 3] } },
        { inputs: [float([2, 4])], options: { padding: [-1, 2, 1, -1] } },
        { inputs: [float([2, 4])], options: { padding: [-1, 2, 0, 0], mode: "reflect" } },
        { inputs: [float([2, 4])], options: { padding: [2, -1], mode: "replicate" } },
        { inputs: [float([2, 4])], options: { padding: [2, -2], mode: "circular" } },
      ],
      mode: [
        { inputs: [float([3, 4])], options: { padding: [3, 3, 2, 2], mode: "reflect" } },
        { inputs: [float([3, 2])], options: { padding: [3, 4, 1, 0], mode: "replicate" } },
        { inputs: [float([3, 4])], options: { padding: [4, 4, 3, 1], mode: "circular" } },
      ],
      value: [
        { inputs: [float([2, 2])], options: { padding: [1, 1], value: 2.5 } },
        { inputs: [float([2, 2])], options: { padding: [-1, 1, 1, 0], value: 2.5, mode: "constant" } },
      ],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [{ shape: [3], values: [Number.NaN, -Infinity, -0] }],
        options: { padding: [1, 1], value: -1 },
        kink: "what is not finite has no differences",
      },
      {
        inputs: [{ shape: [3], values: [Number.NaN, -Infinity, -0] }],
        options: { padding: [2, 2], mode: "reflect" },
        kink: "what is not finite has no differences",
      },
    ],
    integers: [
      { inputs: [ints(1, 2, 3)], options: { padding: [1, 1], value: 7 } },
      { inputs: [{ shape: [3], dtype: "uint8" }], options: { padding: [1, 1], mode: "constant" } },
      { inputs: [{ shape: [2, 2], dtype: "bool" }], options: { padding: [1, 1], value: 1 } },
    ],
    errors: [
      {
        inputs: [float([2, 3])],
        options: { padding: [1] },
        error: ArgumentError,
        message:
          /^pad: the padding is \[1\] and x is \[2, 3\]; it must be pairs of integers, from the last axis on, for at most 2 axes$/,
      },
      {
        inputs: [float([2])],
        options: { padding: [1, 1, 1, 1] },
        error: ArgumentError,
        message: /^pad: the padding is \[1, 1, 1, 1\] and x is \[2\]/,
      },
      {
        inputs: [float([2])],
        options: { padding: [0.5, 1] },
        error: ArgumentError,
        message: /^pad: the padding is \[0.5, 1\]/,
      },
      {
        inputs: [float([2])],
        options: { padding: [1, 1], mode: "mirror" as "reflect" },
        error: ArgumentError,
        message: /^pad: there is no mode mirror; use "constant", "reflect", "replicate" or "circular"$/,
      },
      {
        inputs: [float([3])],
        options: { padding: [1, 1], mode: "reflect", value: 1 },
        error: ArgumentError,
        message: /^pad: the value 1 is for the mode "constant"; the mode is "reflect"$/,
      },
      {
        inputs: [ints(1, 2)],
        options: { padding: [1, 1], value: 0.5 },
        error: DTypeError,
        message: /^pad: x is int32, which has no 0.5; convert x with to\("float32"\)$/,
      },
      {
        inputs: [float([2, 3])],
        options: { padding: [0, 0, -2, -1] },
        error: ShapeError,
        message: /^pad: axis 0 of \[2, 3\] has 2 elements, and 3 are to be taken away/,
      },
      {
        inputs: [float([2, 3])],
        options: { padding: [0, 3], mode: "reflect" },
        error: ShapeError,
        message:
          /^pad: axis 1 of \[2, 3\] has 3 elements and cannot be padded by 3; the mode "reflect" can add at most 2 at each end$/,
      },
      {
        inputs: [float([2, 3])],
        options: { padding: [4, 0], mode: "circular" },
        error: ShapeError,
        message: /^pad: axis 1 of \[2, 3\] .* by 4; the mode "circular" can add at most 3/,
      },
      {
        inputs: [float([0])],
        options: { padding: [1, 0], mode: "replicate" },
        error: ShapeError,
        message: /^pad: axis 0 of \[0\] .* by 1; the mode "replicate" can add at most 0/,
      },
    ],
  }),

  unpad: samplesOf<[Tensor], FoldOptions>({
    // Only a derivative rule calls it, so there is no other function.
    call: ([x], options) => apply(ops.unpadOp, [x], options),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [float([0, 5])], options: { before: [0, 1], after: [0, 1], mode: "reflect" } },
      { inputs: [float([5, 0])], options: { before: [1, 0], after: [1, 0], mode: "circular" } },
    ],
    one: [{ inputs: [float([1, 3])], options: { before: [0, 1], after: [0, 1], mode: "replicate" } }],
    highRank: [
      {
        inputs: [float([2, 3, 3, 2])],
        options: { before: [0, 1, 1, 0], after: [0, 0, 0, 1], mode: "circular" },
      },
    ],
    long: [{ inputs: [float([67])], options: { before: [22], after: [21], mode: "reflect" } }],
    transposed: [
      {
        inputs: [float([5, 4], "transposed")],
        options: { before: [1, 1], after: [2, 0], mode: "replicate" },
      },
    ],
    negativeStep: [
      {
        inputs: [float([5, 4], "negative step")],
        options: { before: [1, 1], after: [1, 0], mode: "reflect" },
      },
    ],
    offset: [
      { inputs: [float([4, 4], "offset")], options: { before: [1, 2], after: [1, 0], mode: "circular" } },
    ],
    expanded: [
      { inputs: [float([4, 3], "expanded")], options: { before: [1, 1], after: [1, 0], mode: "replicate" } },
    ],
    broadcast: one,
    shared: one,
    options: {
      before: [{ inputs: [float([5])], options: { before: [2], after: [0], mode: "reflect" } }],
      after: [{ inputs: [float([5])], options: { before: [0], after: [2], mode: "circular" } }],
      mode: [{ inputs: [float([5])], options: { before: [1], after: [2], mode: "replicate" } }],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [ints(1, 2, 3, 4, 5)], options: { before: [2], after: [0], mode: "reflect" } }],
    errors: { notApplicable: "its operand is the cotangent of a padding, which has checked them" },
  }),
};
