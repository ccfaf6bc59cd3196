/** Samples of the ops in ops/arrangement.ts. */
import type { DType } from "../src/dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/arrangement.js";
import type { Shape } from "../src/shape.js";
import { apply } from "../src/tape.js";
import { diagonalHelpers, diagonals } from "./arrangement/diagonals.js";
import { padding } from "./arrangement/padding.js";
import {
  domains,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  ints,
  type Layout,
  type NotApplicable,
  type SamplesOfFamily,
  samplesOf,
  shapesOf,
  type TensorInput,
  tensorsOnly,
} from "./sample.js";

const one: NotApplicable = { notApplicable: "it has one operand" };
const moved: NotApplicable = { notApplicable: "it looks at no number" };

/** Counts by their shape. */
function counts(values: readonly number[], layout: Layout = "dense", dtype: DType = "int32"): TensorInput {
  return { shape: [values.length], values, layout, dtype };
}

interface RollOptions extends ops.RollOptions {
  readonly shifts: number | readonly number[];
}
interface MoveOptions {
  readonly source: number | readonly number[];
  readonly destination: number | readonly number[];
}
interface UnflattenOptions {
  readonly axis: number;
  readonly sizes: Shape;
}
interface CountsOption {
  readonly counts: readonly number[];
}

const late = "the repeats are values, and values are read by kernels alone";

export const samples: SamplesOfFamily<typeof ops> = {
  ...padding,
  ...diagonals,

  flip: samplesOf<[Tensor], ops.FlipOptions>({
    call: ([x], options) => ops.flip(x, options),
    domains,
    ...shapesOf<ops.FlipOptions>((x) => ({ inputs: [x] })),
    broadcast: one,
    shared: one,
    options: {
      axis: [
        { inputs: [float([2, 3])], options: { axis: 0 } },
        { inputs: [float([2, 3])], options: { axis: -1 } },
        { inputs: [float([2, 3, 2])], options: { axis: [2, 0] } },
        { inputs: [float([2, 3])], options: { axis: [] } },
      ],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [
      { inputs: [ints(1, 2, 3)] },
      { inputs: [{ shape: [2, 3], dtype: "bool" }], options: { axis: 1 } },
    ],
    errors: [
      {
        inputs: [float([2, 3])],
        options: { axis: 2 },
        error: ShapeError,
        message: /^flip: there is no axis 2 in x, which is \[2, 3\]/,
      },
      {
        inputs: [float([2, 3])],
        options: { axis: [1, -1] },
        error: ShapeError,
        message: /^flip: axis 1 is named twice in \[1, -1\]; name each axis once$/,
      },
    ],
  }),

  roll: samplesOf<[Tensor], RollOptions>({
    call: ([x], { shifts, ...options }) => ops.roll(x, shifts, options),
    domains,
    ...shapesOf<RollOptions>((x) => ({ inputs: [x], options: { shifts: 4 } })),
    broadcast: one,
    shared: one,
    options: {
      shifts: [
        { inputs: [float([5])], options: { shifts: 2 } },
        { inputs: [float([5])], options: { shifts: [-7] } },
        { inputs: [float([2, 3])], options: { shifts: [1, -1], axis: [0, 1] } },
        { inputs: [float([40])], options: { shifts: 33 } },
      ],
      axis: [
        { inputs: [float([3, 2])], options: { shifts: 1, axis: 0 } },
        { inputs: [float([3, 2])], options: { shifts: [1], axis: -1 } },
        { inputs: [float([2, 3, 4])], options: { shifts: [5, 1], axis: [2, 0] } },
        { inputs: [float([2, 5])], options: { shifts: [1, 2], axis: [1, 1] } },
        { inputs: [float([3, 4], "transposed")], options: { shifts: [2, -1], axis: [0, 1] } },
        { inputs: [float([2, 0])], options: { shifts: [1, 1], axis: [0, 1] } },
        { inputs: [float([3, 2], "expanded")], options: { shifts: [1, 1], axis: [0, 1] } },
      ],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [
      { inputs: [ints(1, 2, 3)], options: { shifts: 1 } },
      { inputs: [{ shape: [2, 3], dtype: "bool" }], options: { shifts: 1, axis: 1 } },
    ],
    errors: [
      {
        inputs: [float([2, 3])],
        options: { shifts: [1, 2] },
        error: ArgumentError,
        message: /^roll: the shifts are \[1, 2\] for the flattened tensor; give one integer for each$/,
      },
      {
        inputs: [float([2, 3])],
        options: { shifts: 1, axis: [0, 1] },
        error: ArgumentError,
        message: /^roll: the shifts are \[1\] for the axes \[0, 1\]; give one integer for each$/,
      },
      {
        inputs: [float([3])],
        options: { shifts: 0.5 },
        error: ArgumentError,
        message: /^roll: the shifts are \[0.5\]/,
      },
      {
        inputs: [float([3])],
        options: { shifts: 1, axis: 1 },
        error: ShapeError,
        message: /^roll: there is no axis 1/,
      },
    ],
  }),

  repeatedIndices: samplesOf<[Tensor], { readonly size: number }>({
    // It only serves `repeatInterleave`, so there is no other function.
    call: ([repeats], options) => apply(ops.repeatedIndicesOp, [repeats], options),
    domains,
    scalar: { notApplicable: "it takes an axis of numbers" },
    empty: [
      { inputs: [counts([])], options: { size: 0 } },
      { inputs: [counts([0, 0])], options: { size: 0 } },
    ],
    one: [
      { inputs: [counts([1])], options: { size: 1 } },
      { inputs: [counts([3])], options: { size: 3 } },
    ],
    highRank: { notApplicable: "it takes one axis" },
    long: [{ inputs: [counts(Array.from({ length: 37 }, (_, i) => i % 4))], options: { size: 54 } }],
    transposed: { notApplicable: "it takes one axis" },
    negativeStep: [{ inputs: [counts([2, 0, 3], "negative step")], options: { size: 5 } }],
    offset: [{ inputs: [counts([2, 0, 3], "offset")], options: { size: 5 } }],
    expanded: [{ inputs: [counts([2, 2, 2], "expanded")], options: { size: 6 } }],
    broadcast: one,
    shared: one,
    options: { size: [{ inputs: [counts([1, 2])], options: { size: 3 } }] },
    numbers: tensorsOnly,
    special: [
      { inputs: [counts([0, 4, 0])], options: { size: 4 } },
      { inputs: [counts([4, 0, 0])], options: { size: 4 } },
    ],
    integers: [{ inputs: [counts([1, 3], "dense", "uint8")], options: { size: 4 } }],
    errors: [
      {
        inputs: [counts([1, 2])],
        options: { size: 4 },
        error: ArgumentError,
        message: /^repeatInterleave: the repeats add up to 3, and outputSize is 4; they must be equal$/,
        late,
      },
    ],
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = {
  ...diagonalHelpers,

  moveAxis: helperSamplesOf<[Tensor], MoveOptions>({
    call: ([x], { source, destination }) => ops.moveAxis(x, source, destination),
    domains,
    samples: [
      { inputs: [float([2, 3, 4])], options: { source: 0, destination: 2 } },
      { inputs: [float([2, 1, 3, 2])], options: { source: [0, 1], destination: [-1, -2] } },
      { inputs: [float([2, 3, 2], "negative step")], options: { source: [2, 0], destination: [0, 1] } },
      { inputs: [float([0, 3])], options: { source: 1, destination: 0 } },
      { inputs: [float([])], options: { source: [], destination: [] } },
    ],
    options: {
      source: [{ inputs: [float([2, 3, 4])], options: { source: -1, destination: 1 } }],
      destination: [{ inputs: [float([2, 3, 4])], options: { source: [1], destination: [-3] } }],
    },
    errors: [
      {
        inputs: [float([2, 3])],
        options: { source: [0, 1], destination: 0 },
        error: ShapeError,
        message: /^moveAxis: 2 axes \[0, 1\] cannot go to 1 places \[0\]; give one place for each axis$/,
      },
      {
        inputs: [float([2, 3])],
        options: { source: [0, -2], destination: [0, 1] },
        error: ShapeError,
        message: /^moveAxis: axis 0 is named twice/,
      },
      {
        inputs: [float([2, 3])],
        options: { source: [0, 1], destination: [1, 1] },
        error: ShapeError,
        message: /^moveAxis: axis 1 is named twice/,
      },
      {
        inputs: [float([2, 3])],
        options: { source: 0, destination: 2 },
        error: ShapeError,
        message: /^moveAxis: there is no axis 2/,
      },
    ],
  }),

  unflatten: helperSamplesOf<[Tensor], UnflattenOptions>({
    call: ([x], { axis, sizes }) => ops.unflatten(x, axis, sizes),
    domains,
    samples: [
      { inputs: [float([6])], options: { axis: 0, sizes: [2, 3] } },
      { inputs: [float([2, 6, 3])], options: { axis: 1, sizes: [3, -1] } },
      { inputs: [float([4, 6], "transposed")], options: { axis: 0, sizes: [2, 2] } },
      { inputs: [float([6], "negative step")], options: { axis: 0, sizes: [-1, 1, 2] } },
      { inputs: [float([2, 0])], options: { axis: 1, sizes: [0, 3] } },
      { inputs: [float([2, 3])], options: { axis: 1, sizes: [3] } },
    ],
    options: {
      axis: [{ inputs: [float([4, 6])], options: { axis: -1, sizes: [3, 2] } }],
      sizes: [{ inputs: [float([4, 6])], options: { axis: 1, sizes: [-1, 3] } }],
    },
    errors: [
      {
        inputs: [float([2, 6])],
        options: { axis: 1, sizes: [4, -1] },
        error: ShapeError,
        message:
          /^unflatten: axis 1 of \[2, 6\] has length 6 and cannot be read as \[4, -1\]; the lengths must multiply to that, one may be -1$/,
      },
      {
        inputs: [float([6])],
        options: { axis: 0, sizes: [-1, -1] },
        error: ShapeError,
        message: /^unflatten: axis 0/,
      },
      {
        inputs: [float([6])],
        options: { axis: 0, sizes: [] },
        error: ShapeError,
        message: /^unflatten: axis 0/,
      },
      {
        inputs: [float([6])],
        options: { axis: 1, sizes: [6] },
        error: ShapeError,
        message: /^unflatten: there is no axis 1/,
      },
    ],
  }),

  repeat: helperSamplesOf<[Tensor], CountsOption>({
    call: ([x], options) => ops.repeat(x, options.counts),
    domains,
    samples: [
      { inputs: [float([])], options: { counts: [] } },
      { inputs: [float([])], options: { counts: [2, 3] } },
      { inputs: [float([2, 3])], options: { counts: [2, 2] } },
      { inputs: [float([2, 3], "transposed")], options: { counts: [2, 1, 3] } },
      { inputs: [float([3], "negative step")], options: { counts: [2] } },
      { inputs: [float([2, 0])], options: { counts: [2, 2] } },
      { inputs: [float([2, 1, 2, 1])], options: { counts: [1, 2, 1, 2] } },
      { inputs: [float([2, 3])], options: { counts: [0, 2] } },
      { inputs: [ints(1, 2)], options: { counts: [2] } },
    ],
    options: { counts: [{ inputs: [float([2])], options: { counts: [3] } }] },
    errors: [
      {
        inputs: [float([2, 3])],
        options: { counts: [2] },
        error: ArgumentError,
        message:
          /^repeat: there are 1 counts \[2\] for the 2 axes of \[2, 3\]; give one for each, or use tile$/,
      },
      {
        inputs: [float([2])],
        options: { counts: [-1] },
        error: ArgumentError,
        message: /^repeat: the counts are \[-1\]; they must be integers, 0 or more$/,
      },
    ],
  }),

  tile: helperSamplesOf<[Tensor], CountsOption>({
    call: ([x], options) => ops.tile(x, options.counts),
    domains,
    samples: [
      { inputs: [float([])], options: { counts: [] } },
      { inputs: [float([2, 3])], options: { counts: [2] } },
      { inputs: [float([2, 3], "offset")], options: { counts: [2, 1, 3] } },
      { inputs: [float([0, 2])], options: { counts: [3] } },
      { inputs: [{ shape: [2], dtype: "bool" }], options: { counts: [2] } },
    ],
    options: { counts: [{ inputs: [float([2, 2])], options: { counts: [3] } }] },
    errors: [
      {
        inputs: [float([2])],
        options: { counts: [0.5] },
        error: ArgumentError,
        message: /^tile: the counts are \[0.5\]; they must be integers, 0 or more$/,
      },
    ],
  }),

  repeatInterleave: helperSamplesOf<[Tensor, number | Tensor], ops.RepeatInterleaveOptions>({
    call: ([x, repeats], options) => ops.repeatInterleave(x, repeats, options),
    domains,
    samples: [
      { inputs: [float([3]), 2] },
      { inputs: [float([]), 3] },
      { inputs: [float([2, 3]), 2] },
      { inputs: [float([2, 3], "transposed"), 0] },
      { inputs: [float([0, 3]), 2], options: { axis: 1 } },
      { inputs: [float([3]), counts([2, 0, 1])] },
      { inputs: [float([2, 2]), counts([1, 0, 2, 1])] },
      { inputs: [float([2, 3], "negative step"), counts([1, 2, 1], "negative step")], options: { axis: 1 } },
      { inputs: [float([3, 2]), counts([0, 0, 0])], options: { axis: 0 } },
      { inputs: [float([0]), counts([])] },
      { inputs: [ints(4, 5), counts([1, 2], "dense", "uint8")] },
    ],
    options: {
      axis: [
        { inputs: [float([2, 3]), 2], options: { axis: 0 } },
        { inputs: [float([2, 3]), 2], options: { axis: -1 } },
        { inputs: [float([2, 3, 2]), counts([1, 3, 0])], options: { axis: -2 } },
      ],
      outputSize: [
        { inputs: [float([2]), counts([2, 1])], options: { outputSize: 3 } },
        { inputs: [float([2, 2]), 2], options: { outputSize: 4, axis: 1 } },
      ],
    },
    errors: [
      {
        inputs: [float([3]), 0.5],
        error: ArgumentError,
        message: /^repeatInterleave: the number of repeats is 0.5; it must be an integer, 0 or more$/,
      },
      {
        inputs: [float([2, 3]), counts([1, 2])],
        options: { axis: 1 },
        error: ShapeError,
        message:
          /^repeatInterleave: the repeats are \[2\], and axis 1 of \[2, 3\] has length 3; they must be \[3\], or a number$/,
      },
      {
        inputs: [float([3]), float([3])],
        error: DTypeError,
        message: /^repeatInterleave: the repeats are float(32|64); they must be integers/,
      },
      {
        inputs: [float([2]), counts([1, -2])],
        error: ArgumentError,
        message: /^repeatInterleave: the repeats at \[1\] of \[2\] are -2; they must be 0 or more$/,
      },
      {
        inputs: [float([2]), 2],
        options: { outputSize: 5 },
        error: ArgumentError,
        message: /^repeatInterleave: the repeats add up to 4, and outputSize is 5; they must be equal$/,
      },
      {
        inputs: [float([2]), counts([1, 2])],
        options: { outputSize: 5 },
        error: ArgumentError,
        message: /^repeatInterleave: the repeats add up to 3, and outputSize is 5/,
        late,
      },
      {
        inputs: [float([2]), 2],
        options: { axis: 1 },
        error: ShapeError,
        message: /^repeatInterleave: there is no axis 1/,
      },
    ],
  }),

  meshgrid: helperSamplesOf<Tensor[], ops.MeshgridOptions>({
    call: (xs, options) => ops.meshgrid(xs, options),
    domains,
    samples: [
      { inputs: [float([2]), float([3])] },
      { inputs: [float([3])] },
      { inputs: [float([2]), float([1]), float([3])] },
      { inputs: [float([2], "negative step"), float([])] },
      { inputs: [float([2]), float([0])] },
      { inputs: [float([2]), { same: 0 }] },
    ],
    options: {
      indexing: [
        { inputs: [float([2]), float([3])], options: { indexing: "xy" } },
        { inputs: [float([2]), float([3]), float([4])], options: { indexing: "xy" } },
      ],
    },
    errors: [
      {
        inputs: [],
        error: ArgumentError,
        message: /^meshgrid: the list is empty; give at least one tensor$/,
      },
      {
        inputs: [float([2]), float([2, 2])],
        error: ShapeError,
        message: /^meshgrid: tensor 1 is \[2, 2\]; each must be a vector or a single number$/,
      },
      {
        inputs: [float([2])],
        options: { indexing: "yx" as "xy" },
        error: ArgumentError,
        message: /^meshgrid: there is no indexing yx; use "ij" or "xy"$/,
      },
    ],
  }),
};
