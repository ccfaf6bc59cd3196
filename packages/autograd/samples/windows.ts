/** Samples of the ops that lay out windows, and of their adjoints. */
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/windows.js";
import { apply } from "../src/tape.js";
import {
  domains,
  float,
  type HelpersOfFamily,
  ints,
  type NotApplicable,
  type SamplesOfFamily,
  samplesOf,
  tensorsOnly,
} from "./sample.js";

const one: NotApplicable = { notApplicable: "it has one operand" };
const moved: NotApplicable = { notApplicable: "it looks at no number" };
const noScalar: NotApplicable = { notApplicable: "a 0-d tensor has no axis with windows" };
const noIntegers = "PyTorch unfolds floats alone";

type PerAxis = number | readonly number[];
interface WindowOptions {
  readonly stride?: PerAxis;
  readonly padding?: PerAxis;
  readonly dilation?: PerAxis;
}
interface UnfoldOptions extends WindowOptions {
  readonly kernelSize: PerAxis;
}
interface FoldOptions extends UnfoldOptions {
  readonly outputSize: PerAxis;
}
interface Along {
  readonly axis: number;
  readonly size: number;
  readonly step: number;
}

export const samples: SamplesOfFamily<typeof ops> = {
  unfold: samplesOf<[Tensor], UnfoldOptions>({
    call: ([x], { kernelSize, ...options }) => ops.unfold(x, kernelSize, options),
    domains,
    scalar: noScalar,
    empty: [
      { inputs: [float([0, 2, 3, 3])], options: { kernelSize: 2 } },
      { inputs: [float([2, 0, 3, 3])], options: { kernelSize: 2 }, unlikePyTorch: "PyTorch needs a channel" },
      {
        inputs: [float([1, 2, 3, 0])],
        options: { kernelSize: 2, padding: 1 },
        unlikePyTorch: "PyTorch needs pixels",
      },
      {
        inputs: [float([1, 2, 0, 3])],
        options: { kernelSize: 2, padding: 1 },
        unlikePyTorch: "PyTorch needs pixels",
      },
    ],
    one: [
      { inputs: [float([1, 1, 1, 1])], options: { kernelSize: 1 } },
      { inputs: [float([1, 2, 3])], options: { kernelSize: [2, 3] } },
    ],
    highRank: [{ inputs: [float([2, 2, 3, 4])], options: { kernelSize: [2, 3] } }],
    long: [{ inputs: [float([1, 1, 7, 9])], options: { kernelSize: 3, padding: 1 } }],
    transposed: [{ inputs: [float([2, 2, 3, 4], "transposed")], options: { kernelSize: 2, padding: 1 } }],
    negativeStep: [{ inputs: [float([2, 3, 4], "negative step")], options: { kernelSize: 2, stride: 2 } }],
    offset: [{ inputs: [float([2, 2, 3, 4], "offset")], options: { kernelSize: 2 } }],
    expanded: [{ inputs: [float([3, 2, 3, 3], "expanded")], options: { kernelSize: 2 } }],
    broadcast: one,
    shared: one,
    options: {
      kernelSize: [
        { inputs: [float([1, 3, 4])], options: { kernelSize: [3, 1] } },
        { inputs: [float([2, 1, 3, 3])], options: { kernelSize: 3 } },
      ],
      stride: [
        { inputs: [float([1, 2, 5, 4])], options: { kernelSize: 2, stride: 2 } },
        { inputs: [float([1, 1, 5, 4])], options: { kernelSize: [1, 2], stride: [3, 1], padding: [0, 1] } },
      ],
      padding: [
        { inputs: [float([1, 1, 2, 3])], options: { kernelSize: 2, padding: [3, 1] } },
        { inputs: [float([2, 2, 2])], options: { kernelSize: 3, padding: 1 } },
      ],
      dilation: [
        { inputs: [float([1, 1, 5, 4])], options: { kernelSize: 2, dilation: [3, 2] } },
        { inputs: [float([1, 2, 4, 4])], options: { kernelSize: 2, dilation: 2, stride: 2, padding: 1 } },
      ],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [
      {
        inputs: [{ shape: [1, 2, 3, 3], dtype: "int32" }],
        options: { kernelSize: 2 },
        unlikePyTorch: noIntegers,
      },
    ],
    errors: [
      {
        inputs: [float([2, 3])],
        options: { kernelSize: 2 },
        error: ShapeError,
        message: /^unfold: x is \[2, 3\]; it must be \[N, C, H, W\] or \[C, H, W\]$/,
      },
      {
        inputs: [float([1, 2, 3])],
        options: { kernelSize: 3 },
        error: ShapeError,
        message:
          /^unfold: the kernel does not fit: along axis -2 it spans 3 \(3 taps, dilation 1\), and the padded input has 2/,
      },
      {
        inputs: [float([1, 2, 3])],
        options: { kernelSize: [1, 2, 3] },
        error: ArgumentError,
        message: /^unfold: the kernel size \[1, 2, 3\] has 3 numbers/,
      },
      {
        inputs: [float([1, 2, 3])],
        options: { kernelSize: 0 },
        error: ArgumentError,
        message: /^unfold: the kernel size is 0; it must be an integer, 1 or more/,
      },
    ],
  }),

  fold: samplesOf<[Tensor], FoldOptions>({
    call: ([x], { outputSize, kernelSize, ...options }) => ops.fold(x, outputSize, kernelSize, options),
    domains,
    scalar: noScalar,
    empty: [
      { inputs: [float([0, 8, 4])], options: { outputSize: 3, kernelSize: 2 } },
      {
        inputs: [float([2, 0, 4])],
        options: { outputSize: 3, kernelSize: 2 },
        unlikePyTorch: "PyTorch needs a channel",
      },
      {
        inputs: [float([0, 4])],
        options: { outputSize: 3, kernelSize: 2 },
        unlikePyTorch: "PyTorch needs a channel",
      },
      {
        inputs: [float([1, 2, 8])],
        options: { outputSize: [0, 3], kernelSize: [1, 2], padding: [1, 1] },
        unlikePyTorch: "PyTorch needs pixels",
      },
    ],
    one: [
      { inputs: [float([1, 1, 1])], options: { outputSize: 1, kernelSize: 1 } },
      { inputs: [float([6, 1])], options: { outputSize: [2, 3], kernelSize: [2, 3] } },
    ],
    highRank: [{ inputs: [float([2, 12, 4])], options: { outputSize: [3, 4], kernelSize: [2, 3] } }],
    long: [{ inputs: [float([1, 9, 40])], options: { outputSize: [5, 8], kernelSize: 3, padding: 1 } }],
    transposed: [{ inputs: [float([2, 8, 4], "transposed")], options: { outputSize: 3, kernelSize: 2 } }],
    negativeStep: [{ inputs: [float([8, 4], "negative step")], options: { outputSize: 3, kernelSize: 2 } }],
    offset: [{ inputs: [float([2, 4, 4], "offset")], options: { outputSize: 3, kernelSize: 2 } }],
    expanded: [{ inputs: [float([2, 4, 4], "expanded")], options: { outputSize: 3, kernelSize: 2 } }],
    broadcast: one,
    shared: one,
    options: {
      outputSize: [{ inputs: [float([1, 4, 6])], options: { outputSize: [3, 4], kernelSize: 2 } }],
      kernelSize: [
        { inputs: [float([1, 6, 6])], options: { outputSize: 3, kernelSize: [3, 2], padding: [1, 0] } },
      ],
      stride: [{ inputs: [float([1, 4, 6])], options: { outputSize: [5, 6], kernelSize: 2, stride: 2 } }],
      padding: [{ inputs: [float([1, 4, 10])], options: { outputSize: [1, 4], kernelSize: 2, padding: 1 } }],
      dilation: [
        { inputs: [float([4, 4])], options: { outputSize: [4, 5], kernelSize: 2, dilation: [2, 3] } },
      ],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [{ shape: [1, 2, 2], values: [Number.NaN, 1, Number.POSITIVE_INFINITY, -0] }],
        options: { outputSize: [1, 3], kernelSize: [1, 2] },
        kink: "special values",
      },
    ],
    integers: [
      {
        inputs: [{ shape: [4, 4], dtype: "int32" }],
        options: { outputSize: 3, kernelSize: 2 },
        unlikePyTorch: noIntegers,
      },
    ],
    errors: [
      {
        inputs: [float([4])],
        options: { outputSize: 3, kernelSize: 2 },
        error: ShapeError,
        message: /^fold: x is \[4\]; it must be/,
      },
      {
        inputs: [float([4, 5])],
        options: { outputSize: 3, kernelSize: 2 },
        error: ShapeError,
        message:
          /^fold: x is \[4, 5\] with 5 columns, and images of \[3, 3\] have 4 windows \(2·2\); both must be the same$/,
      },
      {
        inputs: [float([6, 4])],
        options: { outputSize: 3, kernelSize: 2 },
        error: ShapeError,
        message:
          /^fold: x is \[6, 4\] with columns of 6, and a window has 4 taps \(2·2\); a column must hold/,
      },
      {
        inputs: [{ shape: [4, 4], dtype: "bool" }],
        options: { outputSize: 3, kernelSize: 2 },
        error: DTypeError,
        message: /^fold: truth values cannot be added/,
      },
      {
        inputs: [float([4, 4])],
        options: { outputSize: -1, kernelSize: 2 },
        error: ArgumentError,
        message: /^fold: the output size is -1; it must be an integer, 0 or more/,
      },
    ],
  }),

  unfoldAxis: samplesOf<[Tensor], Along>({
    call: ([x], { axis, size, step }) => ops.unfoldAxis(x, axis, size, step),
    domains,
    scalar: { notApplicable: "a 0-d tensor has no axis" },
    empty: [
      { inputs: [float([0])], options: { axis: 0, size: 0, step: 1 } },
      { inputs: [float([0, 3])], options: { axis: 1, size: 2, step: 1 } },
      { inputs: [float([3, 0])], options: { axis: 0, size: 2, step: 1 } },
      { inputs: [float([3])], options: { axis: 0, size: 0, step: 2 } },
    ],
    one: [
      { inputs: [float([1])], options: { axis: 0, size: 1, step: 1 } },
      { inputs: [float([1, 3])], options: { axis: 1, size: 3, step: 2 } },
    ],
    highRank: [{ inputs: [float([2, 1, 4, 2])], options: { axis: 2, size: 2, step: 1 } }],
    long: [{ inputs: [float([40])], options: { axis: 0, size: 5, step: 3 } }],
    transposed: [{ inputs: [float([3, 4], "transposed")], options: { axis: 1, size: 2, step: 1 } }],
    negativeStep: [{ inputs: [float([5, 2], "negative step")], options: { axis: 0, size: 3, step: 2 } }],
    offset: [{ inputs: [float([2, 5], "offset")], options: { axis: 1, size: 2, step: 1 } }],
    expanded: [
      { inputs: [float([3, 4], "expanded")], options: { axis: 1, size: 2, step: 1 } },
      { inputs: [float([3, 2], "expanded")], options: { axis: 0, size: 2, step: 1 } },
    ],
    broadcast: one,
    shared: one,
    options: {
      axis: [
        { inputs: [float([4, 5])], options: { axis: 1, size: 2, step: 1 } },
        { inputs: [float([4, 5])], options: { axis: -2, size: 2, step: 1 } },
      ],
      size: [{ inputs: [float([4, 5])], options: { axis: 0, size: 4, step: 1 } }],
      step: [{ inputs: [float([7])], options: { axis: 0, size: 2, step: 4 } }],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [ints(1, 2, 3)], options: { axis: 0, size: 2, step: 1 } }],
    errors: [
      {
        inputs: [float([2, 3])],
        options: { axis: 1, size: 4, step: 1 },
        error: ShapeError,
        message:
          /^unfoldAxis: the windows have 4 elements, and axis 1 of \[2, 3\] has 3; they must be no longer$/,
      },
      {
        inputs: [float([3])],
        options: { axis: 0, size: 2, step: 0 },
        error: ArgumentError,
        message: /^unfoldAxis: the step is 0; it must be an integer, 1 or more$/,
      },
      {
        inputs: [float([3])],
        options: { axis: 0, size: -1, step: 1 },
        error: ArgumentError,
        message: /^unfoldAxis: the size is -1; it must be an integer, 0 or more$/,
      },
      {
        inputs: [float([])],
        options: { axis: 0, size: 1, step: 1 },
        error: ShapeError,
        message: /^unfoldAxis: there is no axis 0/,
      },
    ],
  }),

  foldAxis: samplesOf<[Tensor], Along & { readonly length: number }>({
    // Only a derivative rule calls it, so there is no other function.
    call: ([x], options) => apply(ops.foldAxisOp, [x], options),
    domains,
    scalar: { notApplicable: "windows have two axes" },
    empty: [
      { inputs: [float([0, 2])], options: { axis: 0, size: 2, step: 1, length: 1 } },
      { inputs: [float([4, 0])], options: { axis: 0, size: 0, step: 1, length: 3 } },
      { inputs: [float([2, 0, 2])], options: { axis: 0, size: 2, step: 1, length: 3 } },
    ],
    one: [{ inputs: [float([1, 1])], options: { axis: 0, size: 1, step: 2, length: 1 } }],
    highRank: [{ inputs: [float([2, 3, 2, 2])], options: { axis: 1, size: 2, step: 1, length: 4 } }],
    long: [{ inputs: [float([12, 5])], options: { axis: 0, size: 5, step: 3, length: 40 } }],
    transposed: [
      { inputs: [float([3, 2, 2], "transposed")], options: { axis: 1, size: 2, step: 1, length: 3 } },
    ],
    negativeStep: [
      { inputs: [float([3, 2], "negative step")], options: { axis: 0, size: 2, step: 1, length: 4 } },
    ],
    offset: [{ inputs: [float([2, 3, 2], "offset")], options: { axis: 1, size: 2, step: 2, length: 6 } }],
    expanded: [{ inputs: [float([3, 2], "expanded")], options: { axis: 0, size: 2, step: 1, length: 4 } }],
    broadcast: one,
    shared: one,
    options: {
      axis: [{ inputs: [float([2, 3, 2])], options: { axis: 1, size: 2, step: 1, length: 4 } }],
      size: [{ inputs: [float([2, 3])], options: { axis: 0, size: 3, step: 1, length: 4 } }],
      step: [{ inputs: [float([2, 2])], options: { axis: 0, size: 2, step: 3, length: 5 } }],
      length: [{ inputs: [float([2, 2])], options: { axis: 0, size: 2, step: 2, length: 5 } }],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [{ shape: [2, 2], values: [Number.NaN, 1, Number.POSITIVE_INFINITY, -0] }],
        options: { axis: 0, size: 2, step: 1, length: 3 },
        kink: "special values",
      },
    ],
    integers: [
      { inputs: [{ shape: [2, 2], dtype: "int32" }], options: { axis: 0, size: 2, step: 1, length: 3 } },
    ],
    errors: { notApplicable: "its options come from unfoldAxis, which has checked them" },
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = {};
