/** Samples of the ops in ops/losses/classes.ts. */
import { ArgumentError, DTypeError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/losses/classes.js";
import type { ScoredLabelling } from "../../src/ops/losses/labels.js";
import { apply, applyMany } from "../../src/tape.js";
import {
  type AnyOpSamples,
  type Domain,
  type ExpectedError,
  each,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  ints,
  type NotApplicable,
  type Sample,
  type SamplesOfFamily,
  samplesOf,
  type TensorInput,
} from "../sample.js";

// Of such a width that no difference is 1, a margin.
const everywhere: Domain = { low: -2, high: 2.1 };
const positive: Domain = { low: 0.25, high: 1 };
const { NaN: nan, POSITIVE_INFINITY: infinite, NEGATIVE_INFINITY: none } = Number;
const one: NotApplicable = { notApplicable: "it has one operand" };

const labelled = (...shape: number[]): TensorInput => ({
  shape,
  dtype: "int32",
  values: Array.from(
    { length: shape.reduce((product, each_) => product * each_, 1) },
    (_, i) => (i * 5 + 2) % 3,
  ),
});
const laid = (layout: NonNullable<TensorInput["layout"]>, ...shape: number[]): TensorInput => ({
  ...labelled(...shape),
  layout,
});

interface Labelling {
  readonly classes?: number;
  readonly ignoreIndex?: number;
}
const labels = (x: TensorInput): Sample<Labelling> => ({ inputs: [x] });

interface Scored {
  readonly axis?: number;
  readonly ignoreIndex?: number;
  readonly reduction?: "mean" | "sum" | "none";
}

/** Samples of the cross entropy or of its gradient, which also takes the scale of each. */
function scored(
  last: "y" | "scale",
  call: (inputs: readonly Tensor[], labelling: ScoredLabelling) => readonly Tensor[],
): AnyOpSamples {
  const sample = (x: TensorInput, axis = x.shape.length - 1): Sample<Scored> => {
    const { layout = "dense" } = x;
    const shape = x.shape.filter((_, i) => i !== axis);
    const y = { ...labelled(...shape), ...(layout !== "expanded" && { layout }) };
    return { inputs: last === "y" ? [x, y] : [x, y, float(shape, layout)], options: { axis } };
  };
  const reduced = (x: TensorInput, options: Scored & { readonly axis: number }): Sample<Scored> => {
    const y = labelled(...x.shape.filter((_, i) => i !== options.axis));
    return { inputs: last === "y" ? [x, y] : [x, y, float([])], options };
  };
  return samplesOf<Tensor[], Scored>({
    call: (inputs, { axis = 1, ignoreIndex = -100, reduction = "none" }) =>
      call(inputs, { name: "crossEntropy", classes: inputs[0].shape[axis], axis, ignoreIndex, reduction }),
    domains: [everywhere],
    scalar: [sample(float([3])), reduced(float([3]), { axis: 0, reduction: "mean" })],
    empty: [
      reduced(float([0, 3]), { axis: 1, reduction: "sum" }),
      sample(float([0, 3])),
      sample(float([2, 0, 3])),
      sample(float([2, 3, 0]), 1),
      sample(float([0, 0])),
    ],
    one: [
      sample(float([1, 3])),
      {
        ...sample(float([2, 1])),
        inputs: [float([2, 1]), ints(0, 0), ...(last === "y" ? [] : [float([2])])],
      },
    ],
    highRank: [sample(float([2, 3, 1, 2]), 1)],
    long: [sample(float([11, 3])), sample(float([1, 3, 11]), 1)],
    transposed: [sample(float([4, 3], "transposed")), sample(float([2, 3, 2], "transposed"), 1)],
    negativeStep: [sample(float([4, 3], "negative step"))],
    offset: [sample(float([4, 3], "offset"))],
    expanded: [sample(float([4, 3], "expanded"))],
    broadcast: { notApplicable: "there is one target for each element" },
    shared: { notApplicable: "scores and targets are of different dtypes" },
    options: {
      axis: [sample(float([3, 4]), 0)],
      ignoreIndex: [{ ...sample(float([4, 3])), options: { axis: 1, ignoreIndex: 1 } }],
      reduction: [
        reduced(float([5, 3]), { axis: 1, reduction: "sum" }),
        reduced(float([5, 3]), { axis: 1, reduction: "mean" }),
        reduced(float([5, 3]), { axis: 1, reduction: "mean", ignoreIndex: 1 }),
        reduced(float([2, 3, 4], "transposed"), { axis: 1, reduction: "mean", ignoreIndex: 2 }),
      ],
    },
    numbers: { notApplicable: "it takes tensors alone" },
    special: [
      {
        inputs: [
          { shape: [4, 3], values: [1000, -1000, 0, none, 0, 1, nan, 0, 1, infinite, 0, 1] },
          labelled(4),
          ...(last === "y" ? [] : [float([4])]),
        ],
        options: { axis: 1 },
        kink: "special values",
      },
    ],
    integers: [
      {
        inputs: [float([4, 3]), { ...labelled(4), dtype: "uint8" }, ...(last === "y" ? [] : [float([4])])],
        options: { axis: 1 },
      },
    ],
    errors: [
      {
        inputs: [float([1, 3]), ints(-1), ...(last === "y" ? [] : [float([1])])],
        options: { axis: 1 },
        error: ShapeError,
        late: "values are known to kernels alone",
        message:
          /^crossEntropy: element 0 of y is -1; there are 3 classes, it must be from 0 to 2, or -100 to be ignored$/,
      },
    ],
  });
}

export const samples: SamplesOfFamily<typeof ops> = {
  labels: samplesOf<[Tensor], Labelling>({
    call: ([y], options) => applyMany(ops.labelsOp, [y], { name: "nllLoss", classes: 3, ...options }),
    domains: [everywhere],
    scalar: each(labels, labelled()),
    empty: each(labels, labelled(0), labelled(0, 3), labelled(3, 0)),
    one: each(labels, labelled(1), labelled(1, 1)),
    highRank: each(labels, labelled(2, 1, 2, 3)),
    long: each(labels, labelled(67)),
    transposed: each(labels, laid("transposed", 3, 4)),
    negativeStep: each(labels, laid("negative step", 2, 3)),
    offset: each(labels, laid("offset", 2, 3)),
    expanded: each(labels, { ...ints(1, 2, 1, 2), shape: [2, 2], layout: "expanded" }),
    broadcast: one,
    shared: one,
    options: {
      classes: [{ inputs: [ints(0, 4)], options: { classes: 5 } }],
      ignoreIndex: [
        { inputs: [ints(0, -100, 2)], options: { ignoreIndex: -100 } },
        { inputs: [ints(0, 1, 2)], options: { ignoreIndex: 2 } },
      ],
    },
    numbers: { notApplicable: "it takes tensors alone" },
    special: { notApplicable: "integers have no special values" },
    integers: [{ inputs: [{ ...labelled(3), dtype: "uint8" }] }],
    errors: [
      {
        inputs: [ints(0, 3)],
        error: ShapeError,
        late: "values are known to kernels alone",
        message: /^nllLoss: element 1 of y is 3; there are 3 classes, it must be from 0 to 2$/,
      },
      {
        inputs: [ints(0, -1)],
        options: { ignoreIndex: -100 },
        error: ShapeError,
        late: "values are known to kernels alone",
        message:
          /^nllLoss: element 1 of y is -1; there are 3 classes, it must be from 0 to 2, or -100 to be ignored$/,
      },
    ],
    withoutGradcheck: "it has no gradient",
  }),
  softmaxCrossEntropy: scored("y", (inputs, labelling) => [
    apply(ops.softmaxCrossEntropyOp, inputs, labelling),
  ]),
  softmaxCrossEntropyGrad: scored("scale", (inputs, labelling) => [
    apply(ops.softmaxCrossEntropyGradOp, inputs, labelling),
  ]),
};

type Weighted = [x: Tensor, y: Tensor, weight?: Tensor];
type Options = Omit<ops.CrossEntropyOptions, "weight">;
const late = "values are known to kernels alone";

/** What crossEntropy and nllLoss refuse alike. */
function refused<O>(name: string): [ExpectedError<O>, ...ExpectedError<O>[]] {
  const given = <P>(options: P): { readonly options: O } => ({ options: options as unknown as O });
  return [
    {
      inputs: [float([2, 3]), labelled(2, 1)],
      ...given({}),
      error: ShapeError,
      message: new RegExp(
        `^${name}: x is \\[2, 3\\] and y is \\[2, 1\\]; x must be \\[N, C, \\.\\.\\.\\] and y the same without C, \\[2\\]$`,
      ),
    },
    {
      inputs: [float([2, 3]), float([2])],
      ...given({}),
      error: DTypeError,
      message: new RegExp(`^${name}: y is float32; classes are integers, convert them with to\\("int32"\\)$`),
    },
    {
      inputs: [float([2, 3]), { shape: [2], dtype: "bool" }],
      ...given({}),
      error: DTypeError,
      message: new RegExp(`^${name}: y is bool; classes are integers`),
    },
    {
      inputs: [{ shape: [2, 3], dtype: "int32" }, labelled(2)],
      ...given({}),
      error: DTypeError,
      message: new RegExp(`^${name}: x is int32; it must be a float`),
    },
    {
      inputs: [float([2, 3]), labelled(2), float([2])],
      ...given({}),
      error: ShapeError,
      message: new RegExp(`^${name}: the weight is \\[2\\]; for 3 classes it must be \\[3\\]$`),
    },
    {
      inputs: [float([2, 3]), ints(0, 3)],
      ...given({}),
      error: ShapeError,
      late,
      message: new RegExp(`^${name}: element 1 of y is 3; there are 3 classes, it must be from 0 to 2`),
    },
    {
      inputs: [float([2, 3]), labelled(2)],
      ...given({ reduction: "average" }),
      error: ArgumentError,
      message: new RegExp(`^${name}: the reduction is average; it must be one of mean, sum, none$`),
    },
  ];
}

const some: TensorInput = float([4, 3]);
const targets = labelled(4);

export const helpers: HelpersOfFamily<typeof ops> = {
  crossEntropy: helperSamplesOf<Weighted, Options>({
    call: ([x, y, weight], options) => ops.crossEntropy(x, y, { weight, ...options }),
    domains: [everywhere, positive, positive],
    samples: [
      { inputs: [some, targets] },
      { inputs: [some, targets, float([3])] },
      { inputs: [float([3]), labelled()] },
      { inputs: [float([2, 3, 4], "transposed"), laid("transposed", 2, 4)] },
      { inputs: [float([2, 3, 2, 2]), labelled(2, 2, 2), float([3])] },
      { inputs: [float([0, 3]), labelled(0)], options: { reduction: "sum" } },
      { inputs: [float([0, 3]), labelled(0)], kink: "the mean of nothing is NaN" },
      { inputs: [float([4, 1]), { shape: [4], dtype: "uint8", values: [0, 0, 0, 0] }] },
      // Probabilities.
      { inputs: [some, float([4, 3])] },
      { inputs: [some, float([4, 3], "negative step"), float([3])] },
      { inputs: [float([3]), float([3])] },
      { inputs: [float([2, 3, 2]), float([2, 3, 2]), float([3])] },
    ],
    options: {
      reduction: [
        { inputs: [some, targets, float([3])], options: { reduction: "sum" } },
        { inputs: [float([2, 3, 2]), labelled(2, 2), float([3])], options: { reduction: "none" } },
        { inputs: [float([2, 3, 2]), float([2, 3, 2]), float([3])], options: { reduction: "none" } },
        { inputs: [some, float([4, 3]), float([3])], options: { reduction: "sum" } },
      ],
      ignoreIndex: [
        { inputs: [some, targets, float([3])], options: { ignoreIndex: 1 } },
        { inputs: [some, ints(0, -1, 2, -1)], options: { ignoreIndex: -1, reduction: "none" } },
      ],
      labelSmoothing: [
        { inputs: [some, targets], options: { labelSmoothing: 0.1 } },
        { inputs: [some, targets, float([3])], options: { labelSmoothing: 0.5, ignoreIndex: 1 } },
        {
          inputs: [float([2, 3, 2]), labelled(2, 2), float([3])],
          options: { labelSmoothing: 0.25, reduction: "none" },
        },
        { inputs: [some, float([4, 3]), float([3])], options: { labelSmoothing: 0.25 } },
        { inputs: [some, targets], options: { labelSmoothing: 1 } },
      ],
    },
    errors: [
      ...refused<Options>("crossEntropy"),
      {
        inputs: [some, targets],
        options: { labelSmoothing: 1.5 },
        error: ArgumentError,
        message: /^crossEntropy: labelSmoothing is 1.5; it must be from 0 to 1$/,
      },
      {
        inputs: [some, float([4, 3])],
        options: { ignoreIndex: 1 },
        error: ArgumentError,
        message: /^crossEntropy: ignoreIndex is 1, and y is probabilities; it is for classes, give none$/,
      },
      {
        inputs: [some, float([4, 2])],
        error: ShapeError,
        message:
          /^crossEntropy: x is \[4, 3\] and y is \[4, 2\]; x must be \[N, C, \.\.\.\], and probabilities the same$/,
      },
    ],
  }),
  nllLoss: helperSamplesOf<Weighted, Omit<ops.ClassLossOptions, "weight">>({
    call: ([x, y, weight], options) => ops.nllLoss(x, y, { weight, ...options }),
    domains: [everywhere, everywhere, positive],
    samples: [
      { inputs: [some, targets] },
      { inputs: [some, targets, float([3])] },
      { inputs: [float([3]), labelled()] },
      { inputs: [float([2, 3, 4], "negative step"), laid("offset", 2, 4)] },
      { inputs: [float([2, 3, 2, 2]), labelled(2, 2, 2), float([3])] },
    ],
    options: {
      reduction: [
        { inputs: [some, targets, float([3])], options: { reduction: "sum" } },
        { inputs: [float([2, 3, 2]), labelled(2, 2)], options: { reduction: "none" } },
      ],
      ignoreIndex: [
        { inputs: [some, targets, float([3])], options: { ignoreIndex: 1 } },
        { inputs: [some, ints(1, 1, 1, 1)], options: { ignoreIndex: 1 }, kink: "nothing counts: NaN" },
      ],
    },
    errors: refused("nllLoss"),
  }),
  multiMarginLoss: helperSamplesOf<Weighted, Omit<ops.MultiMarginLossOptions, "weight">>({
    call: ([x, y, weight], options) => ops.multiMarginLoss(x, y, { weight, ...options }),
    domains: [everywhere, everywhere, positive],
    samples: [
      { inputs: [some, targets] },
      { inputs: [float([3], "offset"), labelled()] },
      { inputs: [float([4, 3], "transposed"), targets, float([3])] },
    ],
    options: {
      reduction: [
        { inputs: [some, targets], options: { reduction: "sum" } },
        { inputs: [some, targets, float([3])], options: { reduction: "none" } },
      ],
      p: [{ inputs: [some, targets, float([3])], options: { p: 2 } }],
      margin: [{ inputs: [some, targets], options: { margin: 3 } }],
    },
    errors: [
      ...refused<Omit<ops.MultiMarginLossOptions, "weight">>("multiMarginLoss"),
      {
        inputs: [float([2, 3, 2]), labelled(2, 2)],
        error: ShapeError,
        message: /^multiMarginLoss: x is \[2, 3, 2\]; it must be \[N, C\] or \[C\]$/,
      },
      {
        inputs: [some, targets],
        options: { p: 3 as 2 },
        error: ArgumentError,
        message: /^multiMarginLoss: p is 3; it must be 1 or 2$/,
      },
    ],
  }),
};
