/** Samples of the ops that look at, replace or add to a part. */
import { ArgumentError, DTypeError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/selection/parts.js";
import type { Range, Shape, SliceBounds } from "../../src/shape.js";
import { apply } from "../../src/tape.js";
import {
  type AnyOpSamples,
  domains,
  type ExpectedError,
  float,
  type Input,
  ints,
  type Layout,
  type NotApplicable,
  type Sample,
  type SamplesOfFamily,
  samplesOf,
  type TensorInput,
  tensorsOnly,
} from "../sample.js";

const one: NotApplicable = { notApplicable: "it has one operand" };
const moved: NotApplicable = { notApplicable: "it looks at no number" };
const late = "the index is a value, and values are read by kernels alone";

/** A part in a sample; `indices` stands for the last of its tensors. */
type NamedPart = number | SliceBounds | null | "indices";

interface PartsOption {
  readonly parts: readonly NamedPart[];
}

const given = (parts: readonly NamedPart[], indices: Tensor | undefined): ops.Part[] =>
  parts.map((part) => (part === "indices" ? indices : part));

/** Indices by their shape. */
function at(shape: Shape, values: readonly number[], layout: Layout = "dense"): TensorInput {
  return { shape, values, layout, dtype: "int32" };
}

const colon: NamedPart = null;

function errorsOf(
  name: string,
  values: readonly Input[],
): readonly [ExpectedError<PartsOption>, ...ExpectedError<PartsOption>[]] {
  const says = (text: string): RegExp => new RegExp(`^${name}: ${text}`);
  return [
    {
      inputs: [float([2, 3]), ...values],
      options: { parts: [0, 3] },
      error: ShapeError,
      message: says("there is no index 3 in axis 1 of \\[2, 3\\]; it must be an integer from -3 to 2$"),
    },
    {
      inputs: [float([2, 3]), ...values],
      options: { parts: [-3] },
      error: ShapeError,
      message: says("there is no index -3 in axis 0"),
    },
    {
      inputs: [float([2, 3]), ...values],
      options: { parts: [0.5] },
      error: ShapeError,
      message: says("there is no index 0.5 in axis 0"),
    },
    {
      inputs: [float([2]), ...values],
      options: { parts: [0, colon] },
      error: ShapeError,
      message: says("there are 2 parts for the 1 axes of \\[2\\]; give one for each axis at most$"),
    },
    {
      inputs: [float([2]), ...values],
      options: { parts: [{ step: 0 }] },
      error: ArgumentError,
      message: says("the step is 0; it must be an integer other than 0$"),
    },
    {
      inputs: [float([2]), ...values],
      options: { parts: [{ start: 0.5 }] },
      error: ArgumentError,
      message: says("the bound 0.5 is no integer; bounds are indices$"),
    },
    {
      inputs: [float([2, 2]), ...values, ints(0)],
      options: { parts: ["indices", "indices"] },
      error: ArgumentError,
      message: says("2 parts are tensors; one at most can be, take and gather can do more$"),
    },
    {
      inputs: [float([2, 2]), ...values, { shape: [2], dtype: "bool" }],
      options: { parts: ["indices"] },
      error: DTypeError,
      message: says("the indices are bool; they must be integers, for truth values there are maskedSelect"),
    },
  ];
}

/** Values at a tensor of indices. Adding is then done by another op, and checked with numbers. */
const atIndices: readonly Sample<PartsOption>[] = [
  { inputs: [float([3, 4]), float([2]), ints(0, 2)], options: { parts: ["indices", 1] } },
  {
    inputs: [float([3, 4]), float([2, 2]), at([2], [3, -3])],
    options: { parts: [{ start: 1 }, "indices"] },
  },
  {
    inputs: [float([3, 4]), float([2, 1]), at([2, 2], [0, 1, 3, 2])],
    options: { parts: [-1, "indices"] },
  },
  { inputs: [float([3, 2]), float([]), at([], [1])], options: { parts: ["indices", { end: 1 }] } },
];

/** Samples of `setAt` and `addAt`. */
function update(change: typeof ops.setAt): AnyOpSamples {
  const { name } = change;
  return samplesOf<[Tensor, Tensor | number, Tensor?], PartsOption>({
    call: ([x, values, indices], { parts }) => change(x, given(parts, indices), values),
    domains,
    scalar: [
      { inputs: [float([]), float([])], options: { parts: [] } },
      { inputs: [float([3]), float([])], options: { parts: [1] } },
    ],
    empty: [
      { inputs: [float([0]), float([0])], options: { parts: [] } },
      { inputs: [float([0, 3]), float([0])], options: { parts: [colon, 1] } },
      { inputs: [float([3, 0]), float([1])], options: { parts: [{ start: 1 }] } },
      { inputs: [float([3]), float([0])], options: { parts: [{ start: 2, end: 1 }] } },
    ],
    one: [
      { inputs: [float([1]), float([1])], options: { parts: [{ step: -1 }] } },
      { inputs: [float([2, 1]), float([1])], options: { parts: [-1] } },
    ],
    highRank: [
      { inputs: [float([2, 1, 3, 2]), float([1, 2, 2])], options: { parts: [1, colon, { step: -2 }] } },
      { inputs: [float([2, 1, 3, 2]), float([2, 1])], options: { parts: [colon, 0, 2, { start: 1 }] } },
    ],
    long: [{ inputs: [float([67]), float([22])], options: { parts: [{ start: 1, step: 3 }] } }],
    transposed: [
      {
        inputs: [float([3, 4], "transposed"), float([2, 3], "transposed")],
        options: { parts: [{ start: 1 }, { end: 3 }] },
      },
    ],
    negativeStep: [
      { inputs: [float([3, 4], "negative step"), float([4], "negative step")], options: { parts: [-2] } },
    ],
    offset: [{ inputs: [float([3, 4], "offset"), float([3], "offset")], options: { parts: [colon, 2] } }],
    expanded: [
      { inputs: [float([3, 2], "expanded"), float([2, 2])], options: { parts: [{ start: 1 }] } },
      { inputs: [float([3, 2]), float([2, 2], "expanded")], options: { parts: [{ end: 2 }] } },
    ],
    broadcast: { notApplicable: "the values are spread over the part, whose shape depends on the options" },
    shared: [{ inputs: [float([3]), { same: 0 }], options: { parts: [{ step: -1 }] } }],
    options: {
      parts: [
        { inputs: [float([3, 4]), float([])], options: { parts: [1, { start: -3, end: -1 }] } },
        { inputs: [float([3, 4]), float([3, 1])], options: { parts: [colon, { step: 2 }] } },
        ...(name === "setAt" ? atIndices : []),
      ],
    },
    numbers: [
      { inputs: [float([3, 4]), 0.5], options: { parts: [1, { end: 2 }] } },
      { inputs: [ints(1, 2, 3), 7], options: { parts: [{ start: 1 }] } },
      { inputs: [float([3]), 2, ints(1, 1)], options: { parts: ["indices"] } },
      {
        inputs: [float([3, 4]), 2, at([2, 2], [0, -1, 3, 2])],
        options: { parts: [{ start: 1 }, "indices"] },
      },
      { inputs: [float([3, 2]), 0.5, at([], [1])], options: { parts: ["indices", 0] } },
    ],
    special: [
      {
        inputs: [
          { shape: [3], values: [Number.NaN, -0, Infinity] },
          { shape: [1], values: [Number.NaN] },
        ],
        options: { parts: [{ start: 2 }] },
        kink: "what is not finite has no differences",
      },
    ],
    integers: [
      { inputs: [ints(1, 2, 3), ints(5, 6)], options: { parts: [{ end: 2 }] } },
      {
        inputs: [
          { shape: [3], dtype: "uint8" },
          { shape: [], dtype: "uint8" },
        ],
        options: { parts: [0] },
      },
    ],
    errors: [
      ...errorsOf(name, [float([])]),
      {
        inputs: [float([2, 3]), float([2])],
        options: { parts: [0] },
        error: ShapeError,
        message: new RegExp(`^${name}: cannot broadcast \\[3\\] with \\[2\\]: axis -1 has sizes 3 and 2`),
      },
      {
        inputs: [float([2, 3]), float([2, 3])],
        options: { parts: [0] },
        error: ShapeError,
        message: new RegExp(
          `^${name}: the values are \\[2, 3\\] and the part is \\[3\\]; the values must broadcast to the part$`,
        ),
      },
      {
        inputs: [ints(1, 2), 0.5],
        options: { parts: [0] },
        error: DTypeError,
        message: new RegExp(`^${name}: x is int32, which has no 0.5`),
      },
      {
        inputs: [ints(1, 2), float([])],
        options: { parts: [0] },
        error: DTypeError,
        message: new RegExp(`^${name}: x is int32 and the values are float(32|64), which is wider`),
      },
      {
        inputs: [float([2]), float([]), ints(2)],
        options: { parts: ["indices"] },
        error: ShapeError,
        message: /^(scatter|indexAdd): .*2/,
        late,
      },
      ...(name === "addAt"
        ? [
            {
              inputs: [{ shape: [2], dtype: "bool" as const }, 1],
              options: { parts: [0] },
              error: DTypeError,
              message: /^addAt: truth values cannot be added; convert x and the values with to\("int32"\)$/,
            },
          ]
        : []),
    ],
  });
}

interface PlaceOptions {
  readonly ranges: readonly Range[];
  readonly shape: Shape;
}

const range = (start: number, step: number, length: number): Range => ({ start, step, length });

export const parts: SamplesOfFamily<typeof ops> = {
  getAt: samplesOf<[Tensor, Tensor?], PartsOption>({
    call: ([x, indices], { parts }) => ops.getAt(x, given(parts, indices)),
    domains,
    scalar: [
      { inputs: [float([])], options: { parts: [] } },
      { inputs: [float([3])], options: { parts: [1] } },
    ],
    empty: [
      { inputs: [float([0])], options: { parts: [colon] } },
      { inputs: [float([0, 3])], options: { parts: [{ step: -1 }, 1] } },
      { inputs: [float([3, 0])], options: { parts: [2] } },
      { inputs: [float([3])], options: { parts: [{ start: 2, end: 1 }] } },
      { inputs: [float([3, 2]), at([0], [])], options: { parts: ["indices"] } },
    ],
    one: [
      { inputs: [float([1])], options: { parts: [{ step: -1 }] } },
      { inputs: [float([2, 1])], options: { parts: [-1] } },
    ],
    highRank: [
      { inputs: [float([2, 1, 3, 2])], options: { parts: [1, colon, { step: -2 }] } },
      { inputs: [float([2, 1, 3, 2]), ints(2, 0)], options: { parts: [colon, 0, "indices", { start: 1 }] } },
    ],
    long: [{ inputs: [float([67])], options: { parts: [{ start: 1, step: 3 }] } }],
    transposed: [{ inputs: [float([3, 4], "transposed")], options: { parts: [{ start: 1 }, { end: 3 }] } }],
    negativeStep: [{ inputs: [float([3, 4], "negative step")], options: { parts: [-2, { step: -1 }] } }],
    offset: [{ inputs: [float([3, 4], "offset")], options: { parts: [colon, 2] } }],
    expanded: [{ inputs: [float([3, 2], "expanded")], options: { parts: [{ start: 1 }] } }],
    broadcast: one,
    shared: one,
    options: {
      parts: [
        { inputs: [float([3, 4])], options: { parts: [1, { start: -3, end: -1 }] } },
        { inputs: [float([3, 4])], options: { parts: [colon, { step: 2 }] } },
        {
          inputs: [float([3, 4])],
          options: {
            parts: [
              { start: -9, end: 9 },
              { start: 2, end: 9 },
            ],
          },
        },
        { inputs: [float([3, 4]), ints(2, 0, 2)], options: { parts: ["indices"] } },
        { inputs: [float([3, 4]), at([2, 2], [0, -1, 3, 3])], options: { parts: [{ step: -1 }, "indices"] } },
        { inputs: [float([3, 2]), at([], [1])], options: { parts: ["indices", 0] } },
      ],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [
      { inputs: [ints(1, 2, 3)], options: { parts: [{ step: 2 }] } },
      { inputs: [{ shape: [2, 3], dtype: "bool" }], options: { parts: [colon, -1] } },
    ],
    errors: [
      ...errorsOf("getAt", []),
      {
        inputs: [float([2]), ints(2)],
        options: { parts: ["indices"] },
        error: ShapeError,
        message: /^indexSelect: .*2/,
        late,
      },
    ],
  }),

  placeAt: samplesOf<[Tensor], PlaceOptions>({
    // Only a derivative rule calls it, so there is no other function.
    call: ([x], options) => apply(ops.placeAtOp, [x], options),
    domains,
    scalar: [{ inputs: [float([])], options: { ranges: [], shape: [] } }],
    empty: [
      { inputs: [float([0])], options: { ranges: [range(1, 1, 0)], shape: [3] } },
      { inputs: [float([0, 2])], options: { ranges: [range(0, 1, 0), range(0, 1, 2)], shape: [2, 3] } },
      { inputs: [float([2, 0])], options: { ranges: [range(0, 1, 2), range(0, 1, 0)], shape: [2, 0] } },
    ],
    one: [{ inputs: [float([1, 1])], options: { ranges: [range(2, 1, 1), range(1, 1, 1)], shape: [3, 2] } }],
    highRank: [
      {
        inputs: [float([2, 1, 2, 1])],
        options: {
          ranges: [range(1, -1, 2), range(0, 1, 1), range(0, 2, 2), range(1, 1, 1)],
          shape: [2, 1, 3, 2],
        },
      },
    ],
    long: [{ inputs: [float([37])], options: { ranges: [range(1, 2, 37)], shape: [80] } }],
    transposed: [
      {
        inputs: [float([2, 3], "transposed")],
        options: { ranges: [range(0, 2, 2), range(1, 1, 3)], shape: [3, 4] },
      },
    ],
    negativeStep: [
      { inputs: [float([3], "negative step")], options: { ranges: [range(4, -2, 3)], shape: [5] } },
    ],
    offset: [{ inputs: [float([3], "offset")], options: { ranges: [range(1, 1, 3)], shape: [5] } }],
    expanded: [
      {
        inputs: [float([2, 2], "expanded")],
        options: { ranges: [range(1, 1, 2), range(0, 2, 2)], shape: [3, 3] },
      },
    ],
    broadcast: one,
    shared: one,
    options: {
      ranges: [{ inputs: [float([2])], options: { ranges: [range(3, -2, 2)], shape: [4] } }],
      shape: [{ inputs: [float([2])], options: { ranges: [range(0, 1, 2)], shape: [5] } }],
    },
    numbers: tensorsOnly,
    special: moved,
    integers: [{ inputs: [ints(1, 2)], options: { ranges: [range(1, 2, 2)], shape: [4] } }],
    errors: { notApplicable: "its operand is the cotangent of a part, which has been checked" },
  }),

  setAt: update(ops.setAt),
  addAt: update(ops.addAt),
};
