/** Samples of the ops that choose elements by index. */
import type { DType } from "../src/dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/indexing.js";
import type { Shape } from "../src/shape.js";
import { apply } from "../src/tape.js";
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
  type TensorInput,
  tensorsOnly,
} from "./sample.js";

const noAxis: NotApplicable = { notApplicable: "it works along an axis, and a 0-d tensor has none" };
const noBroadcast: NotApplicable = {
  notApplicable: "indices and values have given shapes; nothing is repeated",
};
const moved: NotApplicable = { notApplicable: "it looks at no number but the indices" };
const oneFloat: NotApplicable = {
  notApplicable: "its operands are indices and numbers, which are never the same",
};

/** Indices by their shape. */
function at(
  shape: Shape,
  values: readonly number[],
  layout: Layout = "dense",
  dtype: DType = "int32",
): TensorInput {
  return { shape, values, layout, dtype };
}

interface AxisOption {
  readonly axis?: number;
}
interface PlaceOptions {
  readonly axis: number;
  readonly shape: Shape;
}
interface OneHotOptions {
  readonly classes: number;
  readonly dtype?: DType;
}

const none: readonly number[] = [];
const rows = at([2, 3], [0, 2, 1, 2, 2, 0]);
const late = "the index is a value, and values are read by kernels alone";

export const samples: SamplesOfFamily<typeof ops> = {
  gather: samplesOf<[Tensor, Tensor], AxisOption>({
    call: ([x, indices], options) => ops.gather(x, indices, options),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [float([3]), at([0], none)] },
      { inputs: [float([3, 2]), at([0, 2], none)] },
      { inputs: [float([3, 2]), at([2, 0], none)] },
      { inputs: [float([3, 0]), at([2, 0], none)] },
      { inputs: [float([0, 3]), at([0, 2], none)], options: { axis: 1 } },
    ],
    one: [{ inputs: [float([1]), at([1], [0])] }, { inputs: [float([1, 1]), at([1, 1], [0])] }],
    highRank: [
      { inputs: [float([2, 1, 3, 2]), at([2, 1, 2, 1], [0, 2, 1, 1])], options: { axis: 2 } },
      { inputs: [float([2, 1, 2, 2]), at([3, 1, 1, 2], [0, 1, 1, 1, 0, 0])] },
    ],
    long: [
      {
        inputs: [
          float([11]),
          at(
            [37],
            Array.from({ length: 37 }, (_, i) => (i * 7) % 11),
          ),
        ],
      },
    ],
    transposed: [
      { inputs: [float([3, 4], "transposed"), rows] },
      { inputs: [float([3, 3]), at([2, 3], [0, 2, 1, 2, 2, 0], "transposed")] },
    ],
    negativeStep: [
      { inputs: [float([3, 3], "negative step"), rows] },
      { inputs: [float([3, 3]), at([2, 3], [0, 2, 1, 2, 2, 0], "negative step")], options: { axis: 1 } },
    ],
    offset: [{ inputs: [float([3, 3], "offset"), at([2, 3], [0, 2, 1, 2, 2, 0], "offset")] }],
    expanded: [
      { inputs: [float([3, 3], "expanded"), rows] },
      { inputs: [float([3, 3]), at([2, 3], [0, 2, 1, 0, 2, 1], "expanded")] },
    ],
    broadcast: noBroadcast,
    shared: oneFloat,
    options: {
      axis: [
        { inputs: [float([2, 3]), at([2, 4], [0, 2, 1, 0, 1, 1, 1, 2])], options: { axis: 1 } },
        { inputs: [float([2, 3]), at([1, 2], [2, 0])], options: { axis: -1 } },
      ],
    },
    numbers: tensorsOnly,
    special: [{ inputs: [float([3]), ints(-1, -3, 0, 2)] }, { inputs: [float([3]), at([4], [2, 2, 2, 2])] }],
    integers: [
      { inputs: [ints(5, 6, 7), at([2], [2, 0], "dense", "uint8")] },
      { inputs: [{ shape: [3, 2], dtype: "bool" }, at([1, 2], [2, 0])] },
      { inputs: [float([3]), at([2], [2, 0], "dense", "uint8")] },
    ],
    errors: [
      {
        inputs: [float([3, 2]), at([2], [0, 1])],
        error: ShapeError,
        message: /^gather: the indices are \[2\] and x is \[3, 2\]; they must have as many axes/,
      },
      {
        inputs: [float([3, 2]), at([1, 3], [0, 0, 0])],
        error: ShapeError,
        message: /^gather: the indices are \[1, 3\]/,
      },
      {
        inputs: [float([3]), float([2])],
        error: DTypeError,
        message:
          /^gather: the indices are float(32|64); they must be integers, convert them with to\("int32"\)$/,
      },
      {
        inputs: [float([3]), { shape: [3], dtype: "bool" }],
        error: DTypeError,
        message: /^gather: the indices are bool/,
      },
      { inputs: [float([3]), ints(0, 3)], error: ShapeError, message: /^gather: .*3/, late },
      { inputs: [float([3]), ints(-4)], error: ShapeError, message: /^gather: .*-4/, late },
      { inputs: [float([0]), ints(0)], error: ShapeError, message: /^gather: /, late },
      {
        inputs: [float([3]), ints(0)],
        options: { axis: 1 },
        error: ShapeError,
        message: /^gather: there is no axis 1/,
      },
    ],
  }),

  scatterZeros: samplesOf<[Tensor, Tensor], PlaceOptions>({
    // Only a derivative rule calls it, so there is no other function.
    call: ([indices, x], options) => apply(ops.scatterZerosOp, [indices, x], options),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [at([0], none), float([0])], options: { axis: 0, shape: [3] } },
      { inputs: [at([0, 2], none), float([0, 2])], options: { axis: 0, shape: [3, 2] } },
      { inputs: [at([2, 0], none), float([2, 0])], options: { axis: 0, shape: [3, 0] } },
    ],
    one: [{ inputs: [at([1, 1], [0]), float([1, 1])], options: { axis: 0, shape: [1, 1] } }],
    highRank: [
      {
        inputs: [at([2, 1, 2, 1], [0, 2, 1, 1]), float([2, 1, 2, 1])],
        options: { axis: 2, shape: [2, 1, 3, 2] },
      },
    ],
    long: [
      {
        inputs: [
          at(
            [37],
            Array.from({ length: 37 }, (_, i) => (i * 7) % 11),
          ),
          float([37]),
        ],
        options: { axis: 0, shape: [11] },
      },
    ],
    transposed: [{ inputs: [rows, float([2, 3], "transposed")], options: { axis: 0, shape: [3, 3] } }],
    negativeStep: [{ inputs: [rows, float([2, 3], "negative step")], options: { axis: 1, shape: [2, 3] } }],
    offset: [{ inputs: [rows, float([2, 3], "offset")], options: { axis: 0, shape: [3, 4] } }],
    expanded: [{ inputs: [rows, float([2, 3], "expanded")], options: { axis: 0, shape: [3, 3] } }],
    broadcast: noBroadcast,
    shared: oneFloat,
    options: {
      axis: [{ inputs: [rows, float([2, 3])], options: { axis: 1, shape: [2, 3] } }],
      shape: [{ inputs: [rows, float([2, 3])], options: { axis: 0, shape: [4, 3] } }],
    },
    numbers: tensorsOnly,
    special: [{ inputs: [at([4], [2, 2, -1, 0]), float([4])], options: { axis: 0, shape: [3] } }],
    integers: [
      { inputs: [at([3], [1, 1, 0], "dense", "uint8"), ints(1, 2, 3)], options: { axis: 0, shape: [2] } },
    ],
    errors: { notApplicable: "its operands come from a gather or a maximum, which have checked them" },
  }),

  scatterAdd: samplesOf<[Tensor, Tensor, Tensor], AxisOption>({
    call: ([x, indices, values], options) => ops.scatterAdd(x, indices, values, options),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [float([3]), at([0], none), float([0])] },
      { inputs: [float([3, 2]), at([2, 0], none), float([2, 0])] },
      { inputs: [float([0, 2]), at([0, 1], none), float([0, 1])], options: { axis: 1 } },
    ],
    one: [{ inputs: [float([1]), at([1], [0]), float([1])] }],
    highRank: [
      {
        inputs: [float([2, 1, 3, 2]), at([2, 1, 2, 1], [0, 2, 1, 1]), float([2, 1, 2, 1])],
        options: { axis: 2 },
      },
    ],
    long: [
      {
        inputs: [
          float([11]),
          at(
            [37],
            Array.from({ length: 37 }, (_, i) => (i * 7) % 11),
          ),
          float([37]),
        ],
      },
    ],
    transposed: [{ inputs: [float([3, 3], "transposed"), rows, float([2, 3], "transposed")] }],
    negativeStep: [{ inputs: [float([3, 3], "negative step"), rows, float([2, 3], "negative step")] }],
    offset: [
      {
        inputs: [float([3, 3], "offset"), at([2, 3], [0, 2, 1, 2, 2, 0], "offset"), float([2, 3], "offset")],
      },
    ],
    expanded: [
      { inputs: [float([3, 3]), rows, float([2, 3], "expanded")] },
      { inputs: [float([3, 3], "expanded"), rows, float([2, 3])] },
    ],
    broadcast: noBroadcast,
    shared: [{ inputs: [float([3]), ints(2, 2, 0), { same: 0 }] }],
    options: {
      axis: [
        { inputs: [float([2, 3]), rows, float([2, 3])], options: { axis: 1 } },
        { inputs: [float([2, 3]), at([1, 2], [2, 0]), float([1, 2])], options: { axis: -1 } },
      ],
    },
    numbers: tensorsOnly,
    special: [{ inputs: [float([3]), at([4], [2, 2, -1, -3]), float([4])] }],
    integers: [{ inputs: [ints(1, 2, 3), at([2], [2, 2], "dense", "uint8"), ints(10, 20)] }],
    errors: [
      {
        inputs: [float([3]), ints(0, 1), float([3])],
        error: ShapeError,
        message: /^scatterAdd: the values are \[3\]; for these indices they must be \[2\]$/,
      },
      {
        inputs: [float([3]), ints(0, 1), ints(1, 2)],
        error: DTypeError,
        message: /^scatterAdd: x is float(32|64) and the values are int32; convert one of them with to\(\)$/,
      },
      {
        inputs: [float([3]), float([2]), float([2])],
        error: DTypeError,
        message: /^scatterAdd: the indices are float/,
      },
      {
        inputs: [float([3, 2]), at([1, 3], [0, 0, 0]), float([1, 3])],
        error: ShapeError,
        message: /^scatterAdd: the indices are \[1, 3\] and x is \[3, 2\]/,
      },
      { inputs: [float([3]), ints(3), float([1])], error: ShapeError, message: /^scatterAdd: .*3/, late },
      {
        inputs: [float([3]), ints(0), float([1])],
        options: { axis: 1 },
        error: ShapeError,
        message: /^scatterAdd: there/,
      },
    ],
  }),

  indexSelect: samplesOf<[Tensor, Tensor], AxisOption>({
    call: ([x, indices], options) => ops.indexSelect(x, indices, options),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [float([3]), ints()] },
      { inputs: [float([3, 0]), ints(2, 0)] },
      { inputs: [float([0, 3]), ints(2, 0)], options: { axis: 1 } },
      { inputs: [float([0, 3]), ints()] },
    ],
    one: [{ inputs: [float([1]), ints(0)] }, { inputs: [float([1, 1]), ints(0, 0)] }],
    highRank: [{ inputs: [float([2, 1, 3, 2]), ints(2, 0)], options: { axis: 2 } }],
    long: [{ inputs: [float([5, 7]), ints(...Array.from({ length: 19 }, (_, i) => (i * 3) % 5))] }],
    transposed: [
      { inputs: [float([3, 4], "transposed"), ints(2, 0, 2)] },
      { inputs: [float([3, 4], "transposed"), ints(2, 0, 2)], options: { axis: 1 } },
    ],
    negativeStep: [
      { inputs: [float([3, 2], "negative step"), at([3], [2, 0, 1], "negative step")] },
      { inputs: [float([2, 3], "negative step"), ints(1, 1)], options: { axis: 1 } },
    ],
    offset: [{ inputs: [float([3, 2], "offset"), at([3], [2, 0, 1], "offset")] }],
    expanded: [
      { inputs: [float([3, 2], "expanded"), ints(2, 1)] },
      { inputs: [float([3, 2]), at([3], [1, 1, 1], "expanded")] },
    ],
    broadcast: noBroadcast,
    shared: oneFloat,
    options: {
      axis: [
        { inputs: [float([2, 3]), ints(2, 2, 0, 1)], options: { axis: 1 } },
        { inputs: [float([2, 3, 2]), ints(1)], options: { axis: -2 } },
      ],
    },
    numbers: tensorsOnly,
    special: [{ inputs: [float([3, 2]), ints(-1, -3, 2)] }],
    integers: [
      { inputs: [{ shape: [3, 2], dtype: "int32" }, ints(2, 0)] },
      { inputs: [{ shape: [3, 2], dtype: "bool" }, at([2], [2, 0], "dense", "uint8")] },
    ],
    errors: [
      {
        inputs: [float([3]), at([1, 2], [0, 1])],
        error: ShapeError,
        message: /^indexSelect: the indices are \[1, 2\]; they must have one axis$/,
      },
      { inputs: [float([3]), at([], [0])], error: ShapeError, message: /^indexSelect: the indices are \[\]/ },
      { inputs: [float([3]), float([2])], error: DTypeError, message: /^indexSelect: the indices are float/ },
      { inputs: [float([3]), ints(0, 3)], error: ShapeError, message: /^indexSelect: .*3/, late },
      {
        inputs: [float([3]), ints(0)],
        options: { axis: 1 },
        error: ShapeError,
        message: /^indexSelect: there is no axis/,
      },
    ],
  }),

  indexZeros: samplesOf<[Tensor, Tensor], PlaceOptions>({
    // Only a derivative rule calls it, so there is no other function.
    call: ([indices, x], options) => apply(ops.indexZerosOp, [indices, x], options),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [ints(), float([0, 2])], options: { axis: 0, shape: [3, 2] } },
      { inputs: [ints(1, 0), float([2, 0])], options: { axis: 0, shape: [3, 0] } },
    ],
    one: [{ inputs: [ints(0), float([1, 1])], options: { axis: 1, shape: [1, 1] } }],
    highRank: [{ inputs: [ints(2, 0), float([2, 1, 2, 2])], options: { axis: 2, shape: [2, 1, 3, 2] } }],
    long: [
      {
        inputs: [ints(...Array.from({ length: 19 }, (_, i) => (i * 3) % 5)), float([19, 7])],
        options: { axis: 0, shape: [5, 7] },
      },
    ],
    transposed: [
      { inputs: [ints(2, 2, 0), float([3, 4], "transposed")], options: { axis: 0, shape: [3, 4] } },
    ],
    negativeStep: [
      { inputs: [ints(1, 0), float([3, 2], "negative step")], options: { axis: 1, shape: [3, 2] } },
    ],
    offset: [
      { inputs: [at([2], [1, 1], "offset"), float([2, 2], "offset")], options: { axis: 0, shape: [2, 2] } },
    ],
    expanded: [{ inputs: [ints(2, 2, 0), float([3, 2], "expanded")], options: { axis: 0, shape: [3, 2] } }],
    broadcast: noBroadcast,
    shared: oneFloat,
    options: {
      axis: [{ inputs: [ints(2, 2), float([3, 2])], options: { axis: 1, shape: [3, 4] } }],
      shape: [{ inputs: [ints(2, 2), float([2, 3])], options: { axis: 0, shape: [5, 3] } }],
    },
    numbers: tensorsOnly,
    special: [{ inputs: [ints(-1, 2, -3), float([3])], options: { axis: 0, shape: [3] } }],
    integers: [{ inputs: [ints(1, 1), ints(5, 6)], options: { axis: 0, shape: [2] } }],
    errors: { notApplicable: "its operands come from an indexSelect, which has checked them" },
  }),

  indexAdd: samplesOf<[Tensor, Tensor, Tensor], AxisOption>({
    call: ([x, indices, values], options) => ops.indexAdd(x, indices, values, options),
    domains,
    scalar: noAxis,
    empty: [
      { inputs: [float([3]), ints(), float([0])] },
      { inputs: [float([3, 0]), ints(1), float([1, 0])] },
      { inputs: [float([0, 3]), ints(1), float([0, 1])], options: { axis: 1 } },
    ],
    one: [{ inputs: [float([1]), ints(0), float([1])] }],
    highRank: [{ inputs: [float([2, 1, 3, 2]), ints(2, 2), float([2, 1, 2, 2])], options: { axis: 2 } }],
    long: [
      { inputs: [float([5, 7]), ints(...Array.from({ length: 19 }, (_, i) => (i * 3) % 5)), float([19, 7])] },
    ],
    transposed: [{ inputs: [float([3, 4], "transposed"), ints(2, 2), float([2, 4], "transposed")] }],
    negativeStep: [{ inputs: [float([3, 2], "negative step"), ints(0, 2), float([2, 2], "negative step")] }],
    offset: [{ inputs: [float([3, 2], "offset"), at([2], [0, 2], "offset"), float([2, 2], "offset")] }],
    expanded: [{ inputs: [float([3, 2], "expanded"), ints(0, 0), float([2, 2], "expanded")] }],
    broadcast: noBroadcast,
    shared: [{ inputs: [float([3, 2]), ints(2, 2, 0), { same: 0 }] }],
    options: {
      axis: [
        { inputs: [float([2, 3]), ints(2, 0), float([2, 2])], options: { axis: 1 } },
        { inputs: [float([2, 3, 2]), ints(1), float([2, 1, 2])], options: { axis: -2 } },
      ],
    },
    numbers: tensorsOnly,
    special: [{ inputs: [float([3]), ints(-1, 2, -3), float([3])] }],
    integers: [{ inputs: [ints(1, 2, 3), at([2], [2, 2], "dense", "uint8"), ints(10, 20)] }],
    errors: [
      {
        inputs: [float([3, 2]), ints(0, 1), float([1, 2])],
        error: ShapeError,
        message: /^indexAdd: the values are \[1, 2\]; for these indices they must be \[2, 2\]$/,
      },
      {
        inputs: [float([3]), ints(0), ints(1)],
        error: DTypeError,
        message: /^indexAdd: x is float(32|64) and the values/,
      },
      {
        inputs: [float([3]), at([1, 1], [0]), float([1])],
        error: ShapeError,
        message: /^indexAdd: the indices are/,
      },
      {
        inputs: [float([3]), float([1]), float([1])],
        error: DTypeError,
        message: /^indexAdd: the indices are float/,
      },
      { inputs: [float([3]), ints(3), float([1])], error: ShapeError, message: /^indexAdd: .*3/, late },
      {
        inputs: [float([3]), ints(0), float([1])],
        options: { axis: 1 },
        error: ShapeError,
        message: /^indexAdd: there/,
      },
    ],
  }),

  oneHot: samplesOf<[Tensor], OneHotOptions>({
    call: ([indices], { classes, ...options }) => ops.oneHot(indices, classes, options),
    domains,
    scalar: [{ inputs: [at([], [2])], options: { classes: 3 } }],
    empty: [
      { inputs: [ints()], options: { classes: 3 } },
      { inputs: [at([2, 0], none)], options: { classes: 2 } },
      { inputs: [at([0, 2], none)], options: { classes: 2 } },
    ],
    one: [{ inputs: [ints(0)], options: { classes: 1 } }],
    highRank: [{ inputs: [at([1, 2, 1, 2], [0, 3, 1, 2])], options: { classes: 4 } }],
    long: [{ inputs: [ints(...Array.from({ length: 13 }, (_, i) => (i * 3) % 5))], options: { classes: 5 } }],
    transposed: [{ inputs: [at([2, 3], [0, 1, 2, 3, 4, 0], "transposed")], options: { classes: 5 } }],
    negativeStep: [{ inputs: [at([3], [2, 0, 1], "negative step")], options: { classes: 3 } }],
    offset: [{ inputs: [at([3], [2, 0, 1], "offset")], options: { classes: 3 } }],
    expanded: [{ inputs: [at([2, 2], [1, 0, 1, 0], "expanded")], options: { classes: 2 } }],
    broadcast: noBroadcast,
    shared: oneFloat,
    options: {
      classes: [{ inputs: [ints(1, 0)], options: { classes: 4 } }],
      dtype: [
        { inputs: [ints(1, 0)], options: { classes: 2, dtype: "float64" } },
        { inputs: [ints(1, 0)], options: { classes: 2, dtype: "bool" } },
        { inputs: [ints(1, 0)], options: { classes: 2, dtype: "int32" } },
        { inputs: [ints(1, 0)], options: { classes: 2, dtype: "uint8" } },
      ],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [at([2], [2, 0], "dense", "uint8")], options: { classes: 3 } }],
    errors: [
      {
        inputs: [ints(0)],
        options: { classes: 0 },
        error: ArgumentError,
        message: /^oneHot: the number of classes is 0; it must be a positive integer$/,
      },
      {
        inputs: [float([2])],
        options: { classes: 2 },
        error: DTypeError,
        message: /^oneHot: the indices are float/,
      },
      { inputs: [ints(2)], options: { classes: 2 }, error: ShapeError, message: /^oneHot: .*2/, late },
    ],
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = {
  embedding: helperSamplesOf<[Tensor, Tensor]>({
    call: ([indices, weight]) => ops.embedding(indices, weight),
    domains,
    samples: [
      { inputs: [ints(2, 0, 2), float([3, 2])] },
      { inputs: [rows, float([3, 2])] },
      { inputs: [at([], [1]), float([3, 2])] },
      { inputs: [at([2, 0], none), float([3, 2])] },
      { inputs: [at([1, 2, 1], [0, 1]), float([2, 3], "transposed")] },
      { inputs: [at([2], [1, 1], "dense", "uint8"), float([2, 3])] },
    ],
    options: {},
    errors: [
      {
        inputs: [ints(0), float([3])],
        error: ShapeError,
        message: /^embedding: the weight is \[3\]; it must be \[V, D\]$/,
      },
      {
        inputs: [float([2]), float([3, 2])],
        error: DTypeError,
        message: /^(embedding|indexSelect): the indices are/,
      },
      { inputs: [ints(3), float([3, 2])], error: ShapeError, message: /^(embedding|indexSelect): .*3/, late },
    ],
  }),
};
