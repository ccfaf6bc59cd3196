/** Samples of the ops in ops/scans.ts. */
import { ArgumentError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import type { TensorLike } from "../src/ops/elementwise/elementwise-op.js";
import type { AxisOptions } from "../src/ops/layout.js";
import type { Extreme } from "../src/ops/reductions.js";
import * as ops from "../src/ops/scans.js";
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
  nan,
  type SamplesOfFamily,
  samplesOf,
} from "./sample.js";
import { alongAxis, axisErrors, matrix, noAxis } from "./statistics/along-axis.js";

const axisOptions = [
  { inputs: [float([3, 4])], options: { axis: 0 } },
  { inputs: [float([2, 3, 4])], options: { axis: 1 } },
  { inputs: [float([2, 3, 4])], options: { axis: -3 } },
] as const;

const reversed = [
  { inputs: [float([5])], options: { reverse: true } },
  { inputs: [float([3, 2])], options: { axis: 0, reverse: true } },
  { inputs: [float([2, 3, 2], "transposed")], options: { axis: 1, reverse: true } },
] as const;

function accumulating(
  name: string,
  call: (x: Tensor, options?: ops.ScanOptions) => Tensor,
  special: Parameters<typeof alongAxis<ops.ScanOptions>>[1]["special"],
): AnyOpSamples {
  return alongAxis<ops.ScanOptions>(call, {
    options: { axis: axisOptions, reverse: reversed },
    special,
    integers: [
      { inputs: [ints(3, -7, 7, 1)] },
      {
        inputs: [ints(2147483647, 65537, 65539, -5)],
        unlikePyTorch: "int32 wraps around, int64 does not",
      },
      { inputs: [{ shape: [3, 4], dtype: "uint8" }], options: { axis: 0 } },
      { inputs: [{ shape: [4], dtype: "uint8", values: [255, 255, 255, 2] }], options: { reverse: true } },
      { inputs: [{ shape: [2, 5], dtype: "bool" }] },
    ],
    errors: axisErrors(name),
  });
}

function extreme(name: string, call: (x: Tensor, options?: AxisOptions) => Extreme): AnyOpSamples {
  return alongAxis<AxisOptions>(
    (x, options) => {
      const { values, indices } = call(x, options);
      return [values, indices];
    },
    {
      expanded: [
        { inputs: [float([3, 4], "expanded")] },
        { inputs: [float([3, 4], "expanded")], options: { axis: 0 }, kink: "all are equal" },
      ],
      options: { axis: axisOptions },
      special: [
        { inputs: [matrix([1, 3, 3, 1], [2, 2, 2, 2], [3, 1, 3, 1])], kink: "ties" },
        { inputs: [matrix([0, -0, 0, -0], [-0, 0, -1, 1])], kink: "ties" },
        {
          inputs: [matrix([infinite, 1, infinite, 0], [-infinite, -infinite, 2, -infinite])],
          kink: "ties",
        },
        { inputs: [matrix([1, nan, 2, nan], [nan, infinite, -infinite, 0])], kink: "NaN" },
      ],
      integers: [
        { inputs: [ints(3, 7, 7, 1, 9)] },
        { inputs: [{ shape: [3, 4], dtype: "uint8" }], options: { axis: 0 } },
      ],
      errors: axisErrors(name),
    },
  );
}

const zeros = matrix([2, 0, 3, -1], [0, 1, 2, 3], [1, 2, 3, 0], [0, 2, 0, 3], [0, 0, 0, 0]);

export const samples: SamplesOfFamily<typeof ops> = {
  cumsum: accumulating("cumsum", (x, options) => ops.cumsum(x, options), [
    {
      inputs: [matrix([1, nan, 2], [infinite, 1, 2], [infinite, -infinite, 0], [0, -0, 0])],
      kink: "special values",
    },
    // What is kept in float64 does not lose the small terms.
    { inputs: [floats(16777216, 1, 1, 1, 1, -16777216)], kink: "values too far apart for a difference" },
  ]),
  cumprod: accumulating("cumprod", (x, options) => ops.cumprod(x, options), [
    // Smooth everywhere, also at zeros: differences of first and second order agree.
    { inputs: [zeros] },
    { inputs: [zeros], options: { axis: 0 } },
    { inputs: [zeros], options: { reverse: true } },
    {
      inputs: [matrix([1, nan, 2], [2, 1, infinite])],
      kink: "special values",
      unlikePyTorch: "it divides by the elements, which is NaN for NaN",
    },
  ]),
  linearRecurrence: samplesOf<[TensorLike, Tensor], ops.ScanOptions>({
    call: ([factor, x], options) => ops.linearRecurrence(factor, x, options),
    domains,
    scalar: noAxis,
    empty: each(
      (x) => ({ inputs: [x, { shape: x.shape }] }),
      float([0]),
      float([0, 3]),
      float([3, 0]),
      float([2, 0, 3]),
    ),
    one: each((x) => ({ inputs: [x, { shape: x.shape }] }), float([1]), float([1, 1])),
    highRank: [{ inputs: [float([2, 1, 3, 2]), float([2, 1, 3, 2])], options: { axis: 2 } }],
    long: [
      { inputs: [float([67]), float([67])] },
      { inputs: [float([37, 3]), float([37, 3])], options: { axis: 0 } },
    ],
    transposed: [
      { inputs: [float([3, 4], "transposed"), float([3, 4])] },
      { inputs: [float([3, 4]), float([3, 4], "transposed")], options: { axis: 0 } },
    ],
    negativeStep: [
      { inputs: [float([5], "negative step"), float([5])] },
      { inputs: [float([4, 3]), float([4, 3], "negative step")], options: { axis: 0, reverse: true } },
    ],
    offset: [{ inputs: [float([4, 3], "offset"), float([4, 3], "offset")], options: { axis: 0 } }],
    expanded: [{ inputs: [float([3, 4], "expanded"), float([3, 4])], options: { axis: 0 } }],
    broadcast: {
      second: [
        { inputs: [float([3, 4]), float([4])] },
        { inputs: [float([3, 4]), float([3, 1])] },
        { inputs: [float([3, 4]), float([])], options: { axis: 0 } },
      ],
      first: [
        { inputs: [float([4]), float([3, 4])], options: { axis: 0 } },
        { inputs: [float([3, 1]), float([3, 4])] },
        { inputs: [float([]), float([2, 3])], options: { reverse: true } },
      ],
    },
    shared: [{ inputs: [float([2, 4]), { same: 0 }] }],
    options: {
      axis: [
        { inputs: [float([3, 4]), float([3, 4])], options: { axis: 0 } },
        { inputs: [float([2, 3, 2]), float([2, 3, 2])], options: { axis: -2 } },
      ],
      reverse: [
        { inputs: [float([5]), float([5])], options: { reverse: true } },
        { inputs: [float([3, 2]), float([3, 2])], options: { axis: 0, reverse: true } },
      ],
    },
    numbers: [
      { inputs: [0.5, float([2, 4])] },
      { inputs: [0.9375, ints(1, 0, -2, 3)], options: { reverse: true } },
    ],
    special: [
      { inputs: [floats(0, 0, 2, 0, -1), floats(1, 0, 3, -2, 0)] },
      { inputs: [floats(nan, 1, 2, 1), floats(1, 2, infinite, -infinite)], kink: "special values" },
    ],
    integers: [
      { inputs: [ints(2, 3, -1), ints(1, 2, 3)] },
      { inputs: [float([3]), ints(1, 2, 3)] },
      { inputs: [{ shape: [2, 3], dtype: "uint8" }, float([2, 3])] },
    ],
    errors: [
      {
        inputs: [float([2, 3]), float([4])],
        error: ShapeError,
        message: /^linearRecurrence: cannot broadcast \[2, 3\] with \[4\]/,
      },
      {
        inputs: [float([3]), float([3])],
        options: { axis: 1 },
        error: ShapeError,
        message: /^linearRecurrence: there is no axis 1/,
      },
    ],
  }),
  cummax: extreme("cummax", (x, options) => ops.cummax(x, options)),
  cummin: extreme("cummin", (x, options) => ops.cummin(x, options)),
};

export const helpers: HelpersOfFamily<typeof ops> = {
  logCumSumExp: helperSamplesOf<[Tensor], AxisOptions>({
    call: ([x], options) => ops.logCumSumExp(x, options),
    domains,
    samples: [
      { inputs: [float([67])] },
      { inputs: [float([1])] },
      { inputs: [float([0])] },
      { inputs: [float([3, 4], "transposed")] },
      { inputs: [float([3, 4], "expanded")] },
      { inputs: [ints(1, 2, 3)] },
      {
        inputs: [matrix([-1000, 0, 900, 2], [900, 0, -1000, 901], [80, -80, 80, -80])],
        kink: "values too far apart for a difference",
      },
      { inputs: [matrix([0, -infinite, 1], [1, 2, nan])], kink: "special values" },
      {
        inputs: [matrix([-infinite, -infinite, 1], [1, infinite, 2])],
        kink: "special values",
        unlikePyTorch: "its gradient is NaN where a result is infinite",
      },
    ],
    options: { axis: axisOptions },
    errors: axisErrors("logCumSumExp"),
  }),
  diff: helperSamplesOf<
    [Tensor, ...Tensor[]],
    AxisOptions & { n?: number; ends?: "prepend" | "append" | "both" }
  >({
    call: ([x, first, second], given) => {
      const { ends, ...options } = { ...given };
      const prepend = ends === "append" ? undefined : first;
      const append = ends === "append" ? first : second;
      return ops.diff(x, { ...options, ...(prepend && { prepend }), ...(append && { append }) });
    },
    domains,
    samples: [
      { inputs: [float([5])] },
      { inputs: [float([1])] },
      { inputs: [float([0])] },
      { inputs: [float([3, 4], "transposed")] },
      { inputs: [ints(1, 5, 3)] },
      { inputs: [{ shape: [4], dtype: "uint8", values: [3, 5, 1, 1] }] },
      { inputs: [{ shape: [2, 5], dtype: "bool" }] },
    ],
    options: {
      axis: [{ inputs: [float([3, 4])], options: { axis: 0 } }],
      n: [
        { inputs: [float([5])], options: { n: 2 } },
        { inputs: [float([3, 2])], options: { axis: 0, n: 0 } },
        { inputs: [float([2])], options: { n: 4 } },
      ],
      ends: [
        { inputs: [float([2, 3]), float([2, 1])], options: { ends: "prepend" } },
        { inputs: [float([2, 3]), float([2, 2])], options: { ends: "append" } },
        { inputs: [float([2, 3]), float([1, 3]), float([2, 3])], options: { ends: "both", axis: 0, n: 2 } },
      ],
    },
    errors: [
      ...axisErrors("diff"),
      {
        inputs: [float([3])],
        options: { n: -1 },
        error: ArgumentError,
        message: /^diff: n is -1; it must be an integer, 0 or more$/,
      },
      {
        inputs: [float([2, 3]), float([3, 1])],
        error: ShapeError,
        message: /^diff: cannot join \[3, 1\] and \[2, 3\] along axis 1/,
      },
    ],
  }),
};
