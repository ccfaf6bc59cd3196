/** Samples of the ops in ops/layout.ts. Those of functions made of them have a file of their own. */
import { ArgumentError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/layout.js";
import type { Shape } from "../src/shape.js";
import { apply } from "../src/tape.js";
import { layoutHelpers } from "./layout/functions.js";
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
const noAxis: NotApplicable = { notApplicable: "it works along an axis, and a 0-d tensor has none" };

interface ShapeOption {
  readonly shape: Shape;
}
interface AxesOption {
  readonly axes: readonly number[];
}
interface PlaceOptions {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
  readonly length: number;
  readonly size: number;
}
interface SplitOptions {
  readonly sizes: number | readonly number[];
  readonly axis?: number;
}
interface AxisOption {
  readonly axis?: number;
}

export const samples: SamplesOfFamily<typeof ops> = {
  reshape: samplesOf<[Tensor], ShapeOption>({
    call: ([x], { shape }) => ops.reshape(x, shape),
    domains,
    scalar: [
      { inputs: [float([])], options: { shape: [1, 1] } },
      { inputs: [float([1])], options: { shape: [] } },
      { inputs: [float([])], options: { shape: [-1] } },
    ],
    empty: [
      { inputs: [float([0])], options: { shape: [2, 0] } },
      { inputs: [float([0, 3])], options: { shape: [-1, 3] } },
      { inputs: [float([3, 0])], options: { shape: [0] } },
      { inputs: [float([2, 0, 3])], options: { shape: [0, 5] } },
      {
        inputs: [float([0])],
        options: { shape: [0, -1] },
        unlikePyTorch: "PyTorch refuses, since any length would do; here it is 0",
      },
    ],
    one: [{ inputs: [float([1, 1, 1])], options: { shape: [1] } }],
    highRank: [
      { inputs: [float([2, 1, 3, 2])], options: { shape: [3, 4] } },
      { inputs: [float([12])], options: { shape: [2, 1, 3, 1, 2] } },
    ],
    long: [{ inputs: [float([66])], options: { shape: [6, 11] } }],
    transposed: [
      { inputs: [float([3, 4], "transposed")], options: { shape: [2, 6] } },
      { inputs: [float([3, 4], "transposed")], options: { shape: [3, 2, 2] } },
    ],
    negativeStep: [{ inputs: [float([2, 6], "negative step")], options: { shape: [2, 2, 3] } }],
    offset: [{ inputs: [float([2, 6], "offset")], options: { shape: [3, 4] } }],
    expanded: [{ inputs: [float([3, 2], "expanded")], options: { shape: [6] } }],
    broadcast: one,
    shared: one,
    options: { shape: [{ inputs: [float([2, 3])], options: { shape: [3, -1] } }] },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [ints(1, 2, 3, 4)], options: { shape: [2, 2] } }],
    errors: [
      {
        inputs: [float([2, 3])],
        options: { shape: [4, 2] },
        error: ShapeError,
        message:
          /^reshape: cannot read \[2, 3\] as \[4, 2\]: it has 6 elements; the lengths must multiply to that, one may be -1$/,
      },
      {
        inputs: [float([2, 3])],
        options: { shape: [4, -1] },
        error: ShapeError,
        message: /^reshape: cannot read/,
      },
      {
        inputs: [float([2, 3])],
        options: { shape: [-1, -1] },
        error: ShapeError,
        message: /^reshape: cannot read/,
      },
      {
        inputs: [float([2, 3])],
        options: { shape: [-2, -3] },
        error: ShapeError,
        message: /^reshape: cannot read/,
      },
      {
        inputs: [float([3])],
        options: { shape: [1.5, 2] },
        error: ShapeError,
        message: /^reshape: cannot read/,
      },
    ],
  }),

  permute: samplesOf<[Tensor], AxesOption>({
    call: ([x], { axes }) => ops.permute(x, axes),
    domains,
    scalar: [{ inputs: [float([])], options: { axes: [] } }],
    empty: [
      { inputs: [float([0])], options: { axes: [0] } },
      { inputs: [float([0, 3])], options: { axes: [1, 0] } },
      { inputs: [float([3, 0])], options: { axes: [1, 0] } },
    ],
    one: [{ inputs: [float([1, 1])], options: { axes: [1, 0] } }],
    highRank: [
      { inputs: [float([2, 1, 3, 2])], options: { axes: [2, 0, 3, 1] } },
      { inputs: [float([1, 2, 3, 1, 2])], options: { axes: [4, 2, 0, 1, 3] } },
    ],
    long: [{ inputs: [float([5, 13])], options: { axes: [1, 0] } }],
    transposed: [{ inputs: [float([2, 3, 2], "transposed")], options: { axes: [1, 2, 0] } }],
    negativeStep: [{ inputs: [float([2, 3], "negative step")], options: { axes: [1, 0] } }],
    offset: [{ inputs: [float([2, 3], "offset")], options: { axes: [1, 0] } }],
    expanded: [{ inputs: [float([3, 2], "expanded")], options: { axes: [1, 0] } }],
    broadcast: one,
    shared: one,
    options: { axes: [{ inputs: [float([2, 3, 4])], options: { axes: [-1, 0, -2] } }] },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [{ shape: [2, 3], dtype: "bool" }], options: { axes: [1, 0] } }],
    errors: [
      {
        inputs: [float([2, 3])],
        options: { axes: [0] },
        error: ShapeError,
        message: /^permute: \[0\] does not name each axis of \[2, 3\] once; give all 2 of them$/,
      },
      {
        inputs: [float([2, 3])],
        options: { axes: [0, -2] },
        error: ShapeError,
        message: /^permute: \[0, -2\] does not/,
      },
      {
        inputs: [float([2, 3])],
        options: { axes: [0, 2] },
        error: ShapeError,
        message: /^permute: there is no axis 2 in x, which is \[2, 3\]; it must be an integer from -2 to 1$/,
      },
    ],
  }),

  expand: samplesOf<[Tensor], ShapeOption>({
    call: ([x], { shape }) => ops.expand(x, shape),
    domains,
    scalar: [
      { inputs: [float([])], options: { shape: [] } },
      { inputs: [float([])], options: { shape: [2, 3] } },
    ],
    empty: [
      { inputs: [float([1])], options: { shape: [0] } },
      { inputs: [float([0, 1])], options: { shape: [0, 3] } },
      { inputs: [float([1, 0])], options: { shape: [3, 0] } },
      { inputs: [float([3])], options: { shape: [0, 3] } },
    ],
    one: [{ inputs: [float([1, 1])], options: { shape: [1, 1] } }],
    highRank: [
      { inputs: [float([2, 1, 1, 2])], options: { shape: [2, 3, 1, 2] } },
      { inputs: [float([3])], options: { shape: [1, 2, 1, 2, 3] } },
    ],
    long: [{ inputs: [float([1, 67])], options: { shape: [3, 67] } }],
    transposed: [{ inputs: [float([2, 3, 1], "transposed")], options: { shape: [2, 3, 2] } }],
    negativeStep: [{ inputs: [float([1, 3], "negative step")], options: { shape: [2, 3] } }],
    offset: [{ inputs: [float([2, 1], "offset")], options: { shape: [2, 4] } }],
    expanded: [{ inputs: [float([3, 2], "expanded")], options: { shape: [2, 3, 2] } }],
    broadcast: one,
    shared: one,
    options: { shape: [{ inputs: [float([3, 1])], options: { shape: [2, -1, 2] } }] },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [ints(1, 2)], options: { shape: [2, 2] } }],
    errors: [
      {
        inputs: [float([2, 3])],
        options: { shape: [2, 4] },
        error: ShapeError,
        message:
          /^expand: cannot read \[2, 3\] as \[2, 4\]; each axis of x must be 1 or equal, aligned at the end$/,
      },
      {
        inputs: [float([2, 3])],
        options: { shape: [3] },
        error: ShapeError,
        message: /^expand: cannot read/,
      },
      {
        inputs: [float([3])],
        options: { shape: [-1, 3] },
        error: ShapeError,
        message: /^expand: cannot read/,
      },
    ],
  }),

  slice: samplesOf<[Tensor], ops.SliceOptions>({
    call: ([x], options) => ops.slice(x, options ?? {}),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [float([0])], options: { start: 0, end: 5 } },
      { inputs: [float([0, 3])], options: { axis: 1, step: 2 } },
      { inputs: [float([3, 0])], options: { axis: 0, step: -1 } },
      { inputs: [float([4])], options: { start: 2, end: 2 } },
      { inputs: [float([4])], options: { start: 3, end: 1 } },
      { inputs: [float([4])], options: { start: 9 } },
    ],
    one: [{ inputs: [float([1, 1])], options: { step: -1 } }],
    highRank: [{ inputs: [float([2, 1, 3, 2])], options: { axis: 2, start: 2, end: 0, step: -1 } }],
    long: [{ inputs: [float([67])], options: { start: 1, step: 3 } }],
    transposed: [{ inputs: [float([3, 4], "transposed")], options: { axis: 1, start: 1, end: 3 } }],
    negativeStep: [{ inputs: [float([2, 5], "negative step")], options: { axis: 1, start: -1, step: -2 } }],
    offset: [{ inputs: [float([4, 2], "offset")], options: { start: 1, step: 2 } }],
    expanded: [{ inputs: [float([3, 2], "expanded")], options: { start: 1 } }],
    broadcast: one,
    shared: one,
    options: {
      axis: [
        { inputs: [float([3, 4])], options: { axis: 1, start: 1, end: 3 } },
        { inputs: [float([3, 4])], options: { axis: -1, start: 1, end: 3 } },
      ],
      start: [
        { inputs: [float([5])], options: { start: 2 } },
        { inputs: [float([5])], options: { start: -2 } },
      ],
      end: [
        { inputs: [float([5])], options: { end: 3 } },
        { inputs: [float([5])], options: { end: -1 } },
      ],
      step: [
        { inputs: [float([5])], options: { step: 2 } },
        { inputs: [float([5])], options: { step: -1 } },
        { inputs: [float([6])], options: { step: -2, start: 4, end: -6 } },
        { inputs: [float([5])], options: { step: -3, start: 9, end: -9 } },
        { inputs: [float([5])], options: { step: 7 } },
      ],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [ints(1, 2, 3, 4)], options: { step: -1 } }],
    errors: [
      {
        inputs: [float([3])],
        options: { step: 0 },
        error: ArgumentError,
        message: /^slice: the step is 0; it must be an integer other than 0$/,
      },
      {
        inputs: [float([3])],
        options: { step: 0.5 },
        error: ArgumentError,
        message: /^slice: the step is 0.5/,
      },
      {
        inputs: [float([3])],
        options: { start: 0.5 },
        error: ArgumentError,
        message: /^slice: the bound 0.5 is no integer; bounds are indices$/,
      },
      {
        inputs: [float([3])],
        options: { end: Number.NaN },
        error: ArgumentError,
        message: /^slice: the bound NaN/,
      },
      {
        inputs: [float([3])],
        options: { axis: 1 },
        error: ShapeError,
        message: /^slice: there is no axis 1 in x/,
      },
      { inputs: [float([])], options: {}, error: ShapeError, message: /^slice: .*a 0-d tensor has no axes$/ },
    ],
  }),

  placeSlice: samplesOf<[Tensor], PlaceOptions>({
    // Only a derivative rule calls it, so there is no other function.
    call: ([x], options) => apply(ops.placeSliceOp, [x], options),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [float([0])], options: { axis: 0, start: 1, step: 1, length: 0, size: 3 } },
      { inputs: [float([2, 0])], options: { axis: 0, start: 0, step: 1, length: 2, size: 3 } },
      { inputs: [float([0, 2])], options: { axis: 1, start: 1, step: 2, length: 2, size: 4 } },
    ],
    one: [{ inputs: [float([1, 1])], options: { axis: 1, start: 2, step: 1, length: 1, size: 4 } }],
    highRank: [
      { inputs: [float([2, 1, 2, 2])], options: { axis: 2, start: 3, step: -2, length: 2, size: 4 } },
    ],
    long: [{ inputs: [float([33])], options: { axis: 0, start: 1, step: 2, length: 33, size: 68 } }],
    transposed: [
      { inputs: [float([3, 4], "transposed")], options: { axis: 0, start: 1, step: 1, length: 3, size: 5 } },
    ],
    negativeStep: [
      { inputs: [float([3], "negative step")], options: { axis: 0, start: 0, step: 2, length: 3, size: 5 } },
    ],
    offset: [
      { inputs: [float([2, 3], "offset")], options: { axis: 1, start: 2, step: -1, length: 3, size: 3 } },
    ],
    expanded: [
      { inputs: [float([3, 2], "expanded")], options: { axis: 1, start: 0, step: 3, length: 2, size: 4 } },
    ],
    broadcast: one,
    shared: one,
    options: {
      axis: [{ inputs: [float([2, 2])], options: { axis: 1, start: 1, step: 1, length: 2, size: 4 } }],
      start: [{ inputs: [float([2])], options: { axis: 0, start: 2, step: 1, length: 2, size: 4 } }],
      step: [{ inputs: [float([2])], options: { axis: 0, start: 0, step: 3, length: 2, size: 4 } }],
      length: [{ inputs: [float([2])], options: { axis: 0, start: 0, step: 1, length: 2, size: 4 } }],
      size: [{ inputs: [float([2])], options: { axis: 0, start: 0, step: 1, length: 2, size: 2 } }],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [ints(1, 2)], options: { axis: 0, start: 1, step: 2, length: 2, size: 4 } }],
    errors: { notApplicable: "its options come from a slice, which has checked them" },
  }),

  split: samplesOf<[Tensor], SplitOptions>({
    call: ([x], { sizes, ...options }) => ops.split(x, sizes, options),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [float([0])], options: { sizes: 2 } },
      { inputs: [float([0, 3])], options: { sizes: [1, 2], axis: 1 } },
      { inputs: [float([3, 0])], options: { sizes: 2 } },
      { inputs: [float([3])], options: { sizes: [0, 3, 0] } },
    ],
    one: [{ inputs: [float([1, 1])], options: { sizes: 1 } }],
    highRank: [{ inputs: [float([2, 1, 3, 2])], options: { sizes: [1, 2], axis: 2 } }],
    long: [{ inputs: [float([67])], options: { sizes: 30 } }],
    transposed: [{ inputs: [float([3, 4], "transposed")], options: { sizes: 3, axis: 1 } }],
    negativeStep: [{ inputs: [float([2, 5], "negative step")], options: { sizes: [2, 3], axis: 1 } }],
    offset: [{ inputs: [float([4, 2], "offset")], options: { sizes: 2 } }],
    expanded: [{ inputs: [float([3, 2], "expanded")], options: { sizes: 2 } }],
    broadcast: one,
    shared: one,
    options: {
      sizes: [
        { inputs: [float([5])], options: { sizes: 2 } },
        { inputs: [float([5])], options: { sizes: 9 } },
        { inputs: [float([6, 2])], options: { sizes: [1, 3, 2] } },
      ],
      axis: [{ inputs: [float([2, 4])], options: { sizes: 2, axis: -1 } }],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [ints(1, 2, 3)], options: { sizes: 2 } }],
    errors: [
      {
        inputs: [float([5, 2])],
        options: { sizes: [2, 2] },
        error: ShapeError,
        message: /^split: the parts \[2, 2\] add up to 4; axis 0 of \[5, 2\] has 5$/,
      },
      { inputs: [float([3])], options: { sizes: [4, -1] }, error: ShapeError, message: /^split: the parts/ },
      {
        inputs: [float([3])],
        options: { sizes: 0 },
        error: ArgumentError,
        message: /^split: the length of a part is 0; it must be a positive integer$/,
      },
      {
        inputs: [float([3])],
        options: { sizes: 1, axis: 1 },
        error: ShapeError,
        message: /^split: there is no axis 1/,
      },
    ],
  }),

  unbind: samplesOf<[Tensor], AxisOption>({
    call: ([x], options) => ops.unbind(x, options ?? {}),
    domains,
    scalar: noAxis,
    empty: [{ inputs: [float([3, 0])] }, { inputs: [float([0, 3])], options: { axis: 1 } }],
    one: [{ inputs: [float([1])] }, { inputs: [float([1, 1])] }],
    highRank: [{ inputs: [float([2, 1, 3, 2])], options: { axis: 2 } }],
    long: [{ inputs: [float([2, 67])] }],
    transposed: [{ inputs: [float([3, 4], "transposed")] }],
    negativeStep: [{ inputs: [float([2, 3], "negative step")], options: { axis: 1 } }],
    offset: [{ inputs: [float([2, 3], "offset")] }],
    expanded: [{ inputs: [float([3, 2], "expanded")] }],
    broadcast: one,
    shared: one,
    options: {
      axis: [
        { inputs: [float([2, 3])], options: { axis: 1 } },
        { inputs: [float([2, 3, 2])], options: { axis: -2 } },
      ],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [ints(1, 2, 3)] }],
    errors: [
      {
        inputs: [float([2, 3])],
        options: { axis: 2 },
        error: ShapeError,
        message: /^unbind: there is no axis 2 in x/,
      },
      { inputs: [float([])], error: ShapeError, message: /^unbind: .*a 0-d tensor has no axes$/ },
    ],
  }),

  concat: samplesOf<Tensor[], AxisOption>({
    call: (xs, options) => ops.concat(xs, options ?? {}),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [float([0]), float([2]), float([0])] },
      { inputs: [float([0, 3]), float([0, 3])] },
      { inputs: [float([2, 0]), float([1, 0])] },
      { inputs: [float([2, 0]), float([2, 3])], options: { axis: 1 } },
    ],
    one: [{ inputs: [float([1])] }, { inputs: [float([1, 1]), float([1, 1])] }],
    highRank: [{ inputs: [float([2, 1, 3, 2]), float([2, 1, 1, 2])], options: { axis: 2 } }],
    long: [{ inputs: [float([33]), float([1]), float([35])] }],
    transposed: [{ inputs: [float([3, 4], "transposed"), float([2, 4])] }],
    negativeStep: [{ inputs: [float([2, 3]), float([2, 2], "negative step")], options: { axis: 1 } }],
    offset: [{ inputs: [float([2, 3], "offset"), float([1, 3], "offset")] }],
    expanded: [{ inputs: [float([3, 2], "expanded"), float([1, 2])] }],
    broadcast: { notApplicable: "it joins, and repeats nothing" },
    shared: [
      { inputs: [float([2, 3]), { same: 0 }] },
      { inputs: [float([2]), float([1]), { same: 0 }, { same: 0 }] },
    ],
    options: {
      axis: [
        { inputs: [float([2, 2]), float([2, 3])], options: { axis: 1 } },
        { inputs: [float([2, 2, 2]), float([2, 1, 2])], options: { axis: -2 } },
      ],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [
      { inputs: [ints(1, 2), ints(3)] },
      { inputs: [ints(1, 2), float([3])] },
      {
        inputs: [
          { shape: [2], dtype: "bool" },
          { shape: [2], dtype: "uint8" },
        ],
      },
    ],
    errors: [
      {
        inputs: [float([2, 3]), float([2, 4])],
        error: ShapeError,
        message: /^concat: cannot join \[2, 3\] and \[2, 4\] along axis 0; all other axes must be equal$/,
      },
      {
        inputs: [float([2, 3]), float([3])],
        error: ShapeError,
        message: /^concat: cannot join \[2, 3\] and \[3\]/,
      },
      { inputs: [], error: ArgumentError, message: /^concat: the list is empty; give at least one tensor$/ },
      {
        inputs: [float([2])],
        options: { axis: 1 },
        error: ShapeError,
        message: /^concat: there is no axis 1/,
      },
      { inputs: [float([])], error: ShapeError, message: /^concat: .*a 0-d tensor has no axes$/ },
    ],
  }),

  stack: samplesOf<Tensor[], AxisOption>({
    call: (xs, options) => ops.stack(xs, options ?? {}),
    domains,
    scalar: [{ inputs: [float([])] }, { inputs: [float([]), float([]), float([])] }],
    empty: [
      { inputs: [float([0]), float([0])] },
      { inputs: [float([2, 0])], options: { axis: 1 } },
      { inputs: [float([0, 2])] },
    ],
    one: [{ inputs: [float([1])] }, { inputs: [float([1, 1]), float([1, 1])] }],
    highRank: [{ inputs: [float([2, 1, 3, 2]), float([2, 1, 3, 2])], options: { axis: 2 } }],
    long: [{ inputs: [float([35]), float([35]), float([35])], options: { axis: 1 } }],
    transposed: [{ inputs: [float([2, 3]), float([2, 3], "transposed")] }],
    negativeStep: [{ inputs: [float([2, 3]), float([2, 3], "negative step")], options: { axis: 1 } }],
    offset: [{ inputs: [float([2, 3], "offset"), float([2, 3], "offset")] }],
    expanded: [{ inputs: [float([3, 2], "expanded"), float([3, 2])] }],
    broadcast: { notApplicable: "it joins, and repeats nothing" },
    shared: [{ inputs: [float([2, 3]), { same: 0 }] }, { inputs: [float([2]), float([2]), { same: 0 }] }],
    options: {
      axis: [
        { inputs: [float([2, 3]), float([2, 3])], options: { axis: 1 } },
        { inputs: [float([2, 3]), float([2, 3])], options: { axis: -1 } },
      ],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [
      { inputs: [ints(1, 2), ints(3, 4)] },
      { inputs: [ints(1, 2), float([2])] },
      {
        inputs: [
          { shape: [2], dtype: "bool" },
          { shape: [2], dtype: "uint8" },
        ],
      },
    ],
    errors: [
      { inputs: [], error: ArgumentError, message: /^stack: the list is empty; give at least one tensor$/ },
      {
        inputs: [float([2]), float([3])],
        error: ShapeError,
        message: /^stack: cannot join \[2\] and \[3\] along a new axis; all axes must be equal$/,
      },
      {
        inputs: [float([2])],
        options: { axis: 2 },
        error: ShapeError,
        message: /^stack: there is no axis 2/,
      },
    ],
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = layoutHelpers;
