/** Samples of the ops in ops/sorting.ts. */
import { ArgumentError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import type { AxisReduceOptions } from "../src/ops/reductions.js";
import * as ops from "../src/ops/sorting.js";
import {
  type AnyOpSamples,
  type Category,
  domains,
  float,
  floats,
  type HelpersOfFamily,
  helperSamplesOf,
  infinite,
  ints,
  nan,
  type SamplesOfFamily,
  samplesOf,
  shapesOf,
  tensorsOnly,
} from "./sample.js";
import { countingHelpers } from "./sorting/counting.js";
import { alongAxis, axisErrors, matrix, oneOperand } from "./statistics/along-axis.js";

const axisOptions = [
  { inputs: [float([3, 4])], options: { axis: 0 } },
  { inputs: [float([2, 3, 4])], options: { axis: 1 } },
  { inputs: [float([2, 3, 4])], options: { axis: -3 } },
] as const;

const both = ({ values, indices }: ops.Ordered): Tensor[] => [values, indices];
const repeated = "columns are of equal elements";

interface TopkOptions extends ops.TopkOptions {
  readonly k: number;
}
interface KthOptions extends AxisReduceOptions {
  readonly k: number;
}

/** Samples of one element by its rank; `more` are the options that are required. */
function ranked<Options extends AxisReduceOptions>(
  call: (x: Tensor, options: Options) => ops.Ordered,
  more: object,
  own: Pick<Parameters<typeof alongAxis<Options>>[1], "options" | "special" | "errors">,
): AnyOpSamples {
  const given = more as Options;
  return alongAxis<Options>(
    (x, options) => both(call(x, options ?? given)),
    {
      empty: [
        { inputs: [float([0, 3])], options: { ...given } },
        { inputs: [float([3, 0])], options: { ...given, axis: 0 } },
        { inputs: [float([2, 0, 3])], options: { ...given } },
      ] as unknown as Category<Options>,
      expanded: [
        { inputs: [float([3, 4], "expanded")], options: { ...given } },
      ] as unknown as Category<Options>,
      integers: [
        { inputs: [ints(3, 8, 7, 1, 9)], options: { ...given } },
        { inputs: [{ shape: [3, 3], dtype: "uint8" }], options: { ...given, axis: 0 } },
      ] as unknown as Category<Options>,
      ...own,
    },
    given,
  );
}

const keep = (given: object) =>
  [
    { inputs: [float([3, 4])], options: { ...given, keepDims: true } },
    { inputs: [float([3, 4])], options: { ...given, keepDims: true, axis: 0 } },
  ] as never;

const along = (given: object) =>
  [
    { inputs: [float([3, 4])], options: { ...given, axis: 0 } },
    { inputs: [float([2, 3, 4])], options: { ...given, axis: -2 } },
  ] as never;

export const samples: SamplesOfFamily<typeof ops> = {
  sort: alongAxis<ops.SortOptions>((x, options) => both(ops.sort(x, options)), {
    expanded: [
      { inputs: [float([3, 4], "expanded")] },
      { inputs: [float([3, 4], "expanded")], options: { axis: 0 }, kink: repeated },
    ],
    // Longer than what is sorted by insertion.
    long: [
      { inputs: [float([67])] },
      { inputs: [float([3, 37])] },
      { inputs: [float([37, 3])], options: { axis: 0 } },
    ],
    options: {
      axis: axisOptions,
      descending: [
        { inputs: [float([5])], options: { descending: true } },
        { inputs: [float([19, 2])], options: { axis: 0, descending: true } },
      ],
    },
    special: [
      { inputs: [matrix([1, 3, 3, 1], [2, 2, 2, 2], [3, 1, 3, 1])], kink: "ties" },
      {
        inputs: [matrix([1, 3, 3, 1], [2, 2, 2, 2], [3, 1, 3, 1])],
        options: { descending: true },
        kink: "ties",
      },
      { inputs: [matrix([0, -0, 0, -0], [-0, 0, -1, 1])], kink: "ties" },
      { inputs: [matrix([nan, 1, nan, -infinite, infinite, 0])], kink: "NaN" },
      { inputs: [matrix([nan, 1, nan, -infinite, infinite, 0])], options: { descending: true }, kink: "NaN" },
      { inputs: [matrix([nan, nan, nan])], kink: "NaN" },
      {
        inputs: [floats(...Array.from({ length: 41 }, (_, i) => (i * 7) % 5))],
        options: { descending: true },
        kink: "ties",
      },
    ],
    integers: [
      { inputs: [ints(3, -7, 7, 1, 9, 7)] },
      { inputs: [{ shape: [3, 4], dtype: "uint8" }], options: { axis: 0 } },
      { inputs: [{ shape: [3, 4], dtype: "bool" }], options: { descending: true } },
    ],
    errors: axisErrors("sort"),
  }),
  topk: alongAxis<TopkOptions>(
    (x, { k, ...options } = { k: 1 }) => both(ops.topk(x, k, options)),
    {
      empty: [
        { inputs: [float([0])], options: { k: 0 } },
        { inputs: [float([0, 3])], options: { k: 2 } },
        { inputs: [float([3, 0])], options: { k: 0 } },
        { inputs: [float([2, 0, 3])], options: { k: 2, axis: 0 } },
        { inputs: [float([3])], options: { k: 0 } },
      ],
      one: [
        { inputs: [float([1])], options: { k: 1 } },
        { inputs: [float([1, 1])], options: { k: 1 } },
      ],
      expanded: [{ inputs: [float([3, 4], "expanded")], options: { k: 2 } }],
      options: {
        k: [{ inputs: [float([5])], options: { k: 3 } }],
        axis: [
          { inputs: [float([3, 4])], options: { k: 2, axis: 0 } },
          { inputs: [float([2, 3, 4])], options: { k: 1, axis: -2 } },
        ],
        largest: [
          { inputs: [float([5])], options: { k: 2, largest: false } },
          { inputs: [float([3, 4])], options: { k: 3, axis: 0, largest: false } },
        ],
        sorted: [
          { inputs: [floats(3, 1, 4, 5, 2)], options: { k: 3, sorted: false } },
          { inputs: [floats(3, 5, 2, 4, 1)], options: { k: 3, sorted: false, largest: false } },
        ],
      },
      special: [
        {
          inputs: [matrix([1, 3, 3, 3], [2, 2, 2, 2], [3, 1, 3, 1])],
          options: { k: 2 },
          kink: "ties",
        },
        { inputs: [matrix([0, -0, 0, -0])], options: { k: 2, largest: false }, kink: "ties" },
        { inputs: [matrix([nan, 1, -infinite, infinite, 0])], options: { k: 3 }, kink: "NaN" },
        { inputs: [matrix([0, 1, -infinite, nan])], options: { k: 4, largest: false }, kink: "NaN" },
      ],
      integers: [
        { inputs: [ints(3, -7, 7, 1, 9)], options: { k: 2 } },
        { inputs: [{ shape: [3, 3], dtype: "uint8" }], options: { k: 2, axis: 0 } },
      ],
      errors: [
        ...axisErrors("topk", { k: 1 }),
        {
          inputs: [float([2, 3])],
          options: { k: 4 },
          error: ShapeError,
          message: /^topk: k is 4 and axis 1 of \[2, 3\] has size 3; k must be an integer from 0 to 3$/,
        },
        { inputs: [float([3])], options: { k: 1.5 }, error: ShapeError, message: /^topk: k is 1.5/ },
        { inputs: [float([3])], options: { k: -1 }, error: ShapeError, message: /^topk: k is -1/ },
      ] as never,
    },
    { k: 2 },
  ),
  kthValue: ranked<KthOptions>(
    (x, { k, ...options }) => ops.kthValue(x, k, options),
    { k: 1 },
    {
      options: {
        k: [
          { inputs: [float([5])], options: { k: 4 } },
          { inputs: [float([23, 2])], options: { k: 12, axis: 0 } },
          { inputs: [float([2, 23])], options: { k: 23 } },
        ],
        axis: along({ k: 2 }),
        keepDims: keep({ k: 2 }),
      },
      special: [
        { inputs: [matrix([1, 3, nan, 2], [nan, nan, 1, infinite])], options: { k: 2 }, kink: "NaN" },
        { inputs: [matrix([1, 3, nan, 2], [5, 4, 1, nan])], options: { k: 4 }, kink: "NaN" },
        {
          inputs: [matrix([1, 3, 3, 1, 2], [2, 2, 2, 2, 2], [0, -0, 0, -0, -1])],
          options: { k: 4 },
          kink: "ties",
          unlikePyTorch: "which of equal elements it takes is left open",
        },
      ],
      errors: [
        ...axisErrors("kthValue", { k: 1 }),
        {
          inputs: [float([2, 3])],
          options: { k: 4 },
          error: ShapeError,
          message: /^kthValue: k is 4 and axis 1 of \[2, 3\] has size 3; k must be an integer from 1 to 3$/,
        },
        { inputs: [float([2])], options: { k: 0 }, error: ShapeError, message: /^kthValue: k is 0/ },
        { inputs: [float([0])], options: { k: 1 }, error: ShapeError, message: /^kthValue: k is 1/ },
      ] as never,
    },
  ),
  median: ranked<AxisReduceOptions>(
    (x, options) => ops.median(x, options),
    {},
    {
      options: { axis: along({}), keepDims: keep({}) },
      special: [
        { inputs: [matrix([1, 3, nan, 2], [infinite, 2, 1, -infinite])], kink: "NaN" },
        {
          inputs: [matrix([1, 3, 3, 1, 2, 3], [2, 2, 2, 2, 2, 2], [0, -0, 0, -0, -1, 1])],
          kink: "ties",
          unlikePyTorch: "which of equal elements it takes is left open",
        },
      ],
      errors: [
        ...axisErrors("median"),
        {
          inputs: [float([2, 0])],
          error: ShapeError,
          message: /^median: axis 1 of \[2, 0\] is empty; there is no median of nothing$/,
        },
      ],
    },
  ),
  searchSorted: samplesOf<[Tensor, Tensor, ...Tensor[]], ops.SearchOptions>({
    call: ([sorted, values, sorter], options) =>
      ops.searchSorted(sorted, values, { ...options, ...(sorter && { sorter }) }),
    domains,
    scalar: [{ inputs: [floats(1, 2, 3), float([])] }],
    empty: [
      { inputs: [float([0]), float([3])] },
      { inputs: [floats(1, 2), float([0])] },
      { inputs: [floats(1, 2), float([0, 3])] },
      { inputs: [float([2, 0]), float([2, 3])] },
      { inputs: [matrix([1, 2], [3, 4]), float([2, 0])] },
    ],
    one: [{ inputs: [floats(1), float([1])] }, { inputs: [matrix([1]), float([1, 1])] }],
    highRank: [{ inputs: [floats(-1, 0, 1), float([2, 1, 3, 2])] }],
    long: [{ inputs: [floats(...Array.from({ length: 37 }, (_, i) => i / 8 - 2)), float([41])] }],
    transposed: [
      { inputs: [floats(-1, 0, 1), float([3, 4], "transposed")] },
      {
        inputs: [{ shape: [2, 3], values: [0, 1, 2, -1, 0, 1], layout: "transposed" }, float([2, 4])],
      },
    ],
    negativeStep: [{ inputs: [floats(-1, 0, 1), float([5], "negative step")] }],
    offset: [{ inputs: [{ shape: [3], values: [-1, 0, 1], layout: "offset" }, float([5], "offset")] }],
    expanded: [
      {
        inputs: [{ shape: [2, 3], values: [-1, 0, 1, -1, 0, 1], layout: "expanded" }, float([2, 3])],
      },
    ],
    broadcast: { notApplicable: "the axes before the last are the same, or there are none" },
    shared: [{ inputs: [floats(1, 2, 2, 3), { same: 0 }] }],
    options: {
      right: [
        { inputs: [floats(1, 2, 2, 3), floats(0, 1, 2, 2.5, 3, 4)], options: { right: true } },
        { inputs: [matrix([1, 2], [3, 3]), matrix([1, 2], [3, 4])], options: { right: true } },
        {
          inputs: [floats(2, 3, 1, 2), floats(0, 1, 2, 2.5, 3, 4), ints(2, 0, 3, 1)],
          options: { right: true },
        },
      ],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [floats(-infinite, -1, 0, 1, infinite, nan), floats(nan, infinite, -infinite, -0, 1)],
        unlikePyTorch: "NaN among the sorted elements has no place there",
      },
      { inputs: [floats(-infinite, -1, -0, 1, infinite), floats(infinite, -infinite, 0, -0)] },
      {
        inputs: [floats(-1, 0, 1), floats(0, nan, 1)],
        options: { right: true },
      },
    ],
    integers: [
      { inputs: [ints(1, 3, 5), ints(0, 3, 4, 9)] },
      { inputs: [ints(1, 3, 5), float([4])] },
      { inputs: [{ shape: [3], values: [1, 3, 200], dtype: "uint8" }, ints(-1, 250)] },
    ],
    errors: [
      {
        inputs: [float([2, 3]), float([3, 3])],
        error: ShapeError,
        message: /^searchSorted: the sorted elements are \[2, 3\] and the values \[3, 3\]/,
      },
      {
        inputs: [float([]), float([3])],
        error: ShapeError,
        message: /^searchSorted: the sorted elements are \[\]/,
      },
      {
        inputs: [float([2, 3]), float([2])],
        error: ShapeError,
        message: /^searchSorted: .* the values \[2\]/,
      },
    ],
  }),
  histogram: samplesOf<[Tensor], ops.HistogramOptions>({
    call: ([x], options) => {
      const { counts, edges } = ops.histogram(x, options);
      return [counts, edges];
    },
    domains,
    withoutGradcheck: "by default the edges move with the extremes, but it has no gradient",
    ...shapesOf((x) => ({ inputs: [x], options: { bins: 3 } })),
    broadcast: oneOperand,
    shared: oneOperand,
    options: {
      bins: [{ inputs: [float([37])], options: { bins: 7 } }],
      min: [{ inputs: [float([37])], options: { bins: 4, min: -0.75 } }],
      max: [
        { inputs: [float([37])], options: { bins: 4, max: 0.75 } },
        { inputs: [float([5, 7])], options: { bins: 4, min: -1, max: 1.5 } },
      ],
    },
    numbers: tensorsOnly,
    special: [
      // On the edges.
      { inputs: [floats(0, 1, 1, 2, 3, 4, 4)], options: { bins: 4 } },
      { inputs: [floats(2, 2, 2)], options: { bins: 4 } },
      { inputs: [floats(-5, nan, 0, infinite, 1, -infinite)], options: { bins: 2, min: 0, max: 1 } },
    ],
    integers: [
      { inputs: [ints(1, 5, 3, 3)], options: { bins: 4 } },
      { inputs: [{ shape: [3, 4], dtype: "uint8" }], options: { bins: 3 } },
    ],
    errors: [
      {
        inputs: [float([3])],
        options: { bins: 0 },
        error: ArgumentError,
        message: /^histogram: the number of bins is 0; it must be a positive integer$/,
      },
      {
        inputs: [float([3])],
        options: { min: 1, max: 1 },
        error: ArgumentError,
        message: /^histogram: the range is from 1 to 1; it must rise$/,
      },
      {
        inputs: [float([3])],
        options: { min: infinite },
        error: ArgumentError,
        message: /^histogram: a bound of the range is Infinity; it must be finite$/,
      },
      {
        inputs: [floats(1, infinite)],
        error: ArgumentError,
        message: /^histogram: the range is from 1 to Infinity; it must rise and be finite/,
        late: "the range is that of the values, which kernels alone read",
      },
    ],
  }),
};

export const helpers: HelpersOfFamily<typeof ops> = {
  ...countingHelpers,
  argsort: helperSamplesOf<[Tensor], ops.SortOptions>({
    call: ([x], options) => ops.argsort(x, options),
    domains,
    samples: [
      { inputs: [float([5])] },
      { inputs: [float([3, 4], "transposed")] },
      { inputs: [float([0, 3])], options: { axis: 0 } },
      { inputs: [ints(4, 1, 4, 1)] },
    ],
    options: {
      axis: axisOptions,
      descending: [{ inputs: [floats(1, 3, nan, 3, 1)], options: { descending: true } }],
    },
    errors: [
      { inputs: [float([2])], options: { axis: 1 }, error: ShapeError, message: /^sort: there is no axis 1/ },
    ],
  }),
  bucketize: helperSamplesOf<[Tensor, Tensor], ops.SearchOptions>({
    call: ([x, boundaries], options) => ops.bucketize(x, boundaries, options),
    domains,
    samples: [
      { inputs: [float([2, 3]), floats(-1, 0, 1)] },
      { inputs: [float([]), floats(-1, 0, 1)] },
      { inputs: [ints(1, 2, 3), ints(2)] },
    ],
    options: { right: [{ inputs: [floats(0, 1, 2), floats(0, 1, 2)], options: { right: true } }] },
    errors: [
      {
        inputs: [float([2]), float([2, 2])],
        error: ShapeError,
        message: /^bucketize: the boundaries are \[2, 2\]; they must have one axis$/,
      },
    ],
  }),
};
