/** What samples of pooling have in common: shapes, layouts and options of windows, and what is refused. */
import { ArgumentError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import type * as ops from "../../src/ops/pooling.js";
import {
  type AnyOpSamples,
  domains,
  type ExpectedError,
  float,
  type Layout,
  type NotApplicable,
  type OpSamples,
  samplesOf,
  type TensorInput,
  tensorsOnly,
} from "../sample.js";

export const noPlane: NotApplicable = {
  notApplicable: "it works on the last axes, and a 0-d tensor has none",
};
export const one: NotApplicable = { notApplicable: "it has one operand" };

/** One channel. */
export function sequence(...values: number[]): TensorInput {
  return { shape: [1, values.length], values };
}

/** The same options for samples of several layouts. */
function laid<Options>(
  layout: Layout,
  options: readonly [Options, Options],
): OpSamples<[Tensor], Options>["transposed"] {
  return [
    { inputs: [float([2, 3, 5], layout)], options: options[0] },
    { inputs: [float([2, 2, 4, 3], layout)], options: options[1] },
  ] as never;
}

/** The categories of layout, with options for one spatial axis and for two. */
export function layouts<Options>(
  options: readonly [Options, Options],
): Pick<OpSamples<[Tensor], Options>, "transposed" | "negativeStep" | "offset" | "expanded"> {
  return {
    transposed: laid("transposed", options),
    negativeStep: laid("negative step", options),
    offset: laid("offset", options),
    expanded: laid("expanded", options),
  };
}

/** Samples of integers and bools. */
export const integers = (options: object): OpSamples<[Tensor], never>["integers"] =>
  [
    { inputs: [{ shape: [2, 3, 5], dtype: "int32" }], options },
    { inputs: [{ shape: [2, 1, 6], dtype: "uint8" }], options },
    { inputs: [{ shape: [2, 6], dtype: "bool" }], options },
  ] as never;

interface MaxWindows extends ops.MaxPoolOptions {
  readonly kernelSize: readonly number[];
}

/** Shapes and layouts of sliding windows. */
export const sliding = {
  scalar: noPlane,
  empty: [
    { inputs: [float([0, 5])], options: { kernelSize: [2] } },
    { inputs: [float([2, 0, 5])], options: { kernelSize: [2] } },
    { inputs: [float([0, 2, 3, 4])], options: { kernelSize: [2, 3] } },
    { inputs: [float([2, 0, 3, 2, 2])], options: { kernelSize: [2, 2, 2] } },
  ],
  one: [
    { inputs: [float([1, 1])], options: { kernelSize: [1] } },
    { inputs: [float([1, 1, 1, 1])], options: { kernelSize: [1, 1] } },
    { inputs: [float([1, 3, 3])], options: { kernelSize: [3, 3] } },
  ],
  highRank: [
    { inputs: [float([2, 2, 4, 5])], options: { kernelSize: [2, 3] } },
    { inputs: [float([1, 2, 3, 2, 4])], options: { kernelSize: [2, 1, 2] } },
    { inputs: [float([2, 3, 3, 3])], options: { kernelSize: [2, 2, 2], stride: 1 } },
  ],
  long: [
    { inputs: [float([1, 67])], options: { kernelSize: [2] } },
    { inputs: [float([1, 47])], options: { kernelSize: [3], stride: 1 } },
    { inputs: [float([1, 9, 11])], options: { kernelSize: [2, 2] } },
    { inputs: [float([1, 67])], options: { kernelSize: [3], stride: 4 } },
    { inputs: [float([2, 7, 13])], options: { kernelSize: [3, 3], stride: 2, padding: 1 } },
  ],
  ...layouts<MaxWindows>([{ kernelSize: [2] }, { kernelSize: [2, 3], stride: [2, 1], padding: [1, 0] }]),
  broadcast: one,
  shared: one,
  numbers: tensorsOnly,
} as const;

/** Options that sliding windows have in common, each away from its default. */
export const slidingOptions = {
  kernelSize: [
    { inputs: [float([2, 7])], options: { kernelSize: [3] } },
    { inputs: [float([2, 4, 5])], options: { kernelSize: [1, 4] } },
  ],
  stride: [
    { inputs: [float([2, 7])], options: { kernelSize: [3], stride: 1 } },
    { inputs: [float([1, 7])], options: { kernelSize: [1], stride: 3 } },
    { inputs: [float([1, 5, 6])], options: { kernelSize: [2, 3], stride: [1, 2] } },
  ],
  padding: [
    { inputs: [float([2, 5])], options: { kernelSize: [3], padding: 1 } },
    { inputs: [float([1, 4, 3])], options: { kernelSize: [4, 2], stride: 1, padding: [2, 1] } },
    { inputs: [float([1, 2, 3, 3])], options: { kernelSize: [2, 2, 3], stride: 2, padding: 1 } },
    // The last window would start in the padding, and is none.
    { inputs: [float([2, 3])], options: { kernelSize: [2], stride: 3, padding: 1, ceilMode: true } },
    { inputs: [float([2, 6])], options: { kernelSize: [3], stride: 4, padding: 1, ceilMode: true } },
  ],
  ceilMode: [
    { inputs: [float([2, 6])], options: { kernelSize: [4], ceilMode: true } },
    { inputs: [float([1, 5, 4])], options: { kernelSize: [2, 3], stride: [2, 2], ceilMode: true } },
  ],
} as const;

interface Adaptive {
  readonly outputSize: readonly (number | null)[];
}

/** Samples of an op that adapts to given lengths. */
export function adapting(
  own: Pick<OpSamples<[Tensor], Adaptive>, "call" | "special" | "integers" | "errors">,
): AnyOpSamples {
  return samplesOf<[Tensor], Adaptive>({
    domains,
    scalar: noPlane,
    empty: [
      { inputs: [float([0, 5])], options: { outputSize: [2] } },
      { inputs: [float([2, 0, 5])], options: { outputSize: [2] } },
      { inputs: [float([0, 2, 3, 4])], options: { outputSize: [2, 3] } },
      { inputs: [float([2, 3, 4])], options: { outputSize: [0, 2] } },
    ],
    one: [
      { inputs: [float([1, 1])], options: { outputSize: [1] } },
      { inputs: [float([2, 3, 4])], options: { outputSize: [1, 1] } },
    ],
    highRank: [
      { inputs: [float([2, 2, 3, 5])], options: { outputSize: [2, 3] } },
      { inputs: [float([1, 2, 3, 2, 4])], options: { outputSize: [2, 1, 3] } },
    ],
    long: [
      { inputs: [float([1, 67])], options: { outputSize: [9] } },
      { inputs: [float([1, 5])], options: { outputSize: [38] } },
      { inputs: [float([1, 7, 9])], options: { outputSize: [3, 4] } },
    ],
    ...layouts<{ readonly outputSize: readonly number[] }>([{ outputSize: [3] }, { outputSize: [3, 2] }]),
    broadcast: one,
    shared: one,
    options: {
      outputSize: [
        { inputs: [float([2, 4, 3])], options: { outputSize: [null, 2] } },
        { inputs: [float([2, 2, 3])], options: { outputSize: [5, 1] } },
      ],
    },
    numbers: tensorsOnly,
    ...own,
  });
}

interface Windows {
  readonly kernelSize: readonly number[];
  readonly stride?: number | readonly number[];
  readonly padding?: number | readonly number[];
}

/** @param name of the function for a number of spatial axes */
export function slidingErrors(
  name: (axes: number) => string,
): readonly [ExpectedError<Windows>, ...ExpectedError<Windows>[]] {
  return [
    {
      inputs: [float([5])],
      options: { kernelSize: [2] },
      error: ShapeError,
      message: new RegExp(`^${name(1)}: x is \\[5\\], with 1 axes; it must be \\[N, C, L\\] or \\[C, L\\]$`),
    },
    {
      inputs: [float([1, 1, 1, 2, 2])],
      options: { kernelSize: [2, 2] },
      error: ShapeError,
      message: new RegExp(`^${name(2)}: .* 5 axes; it must be \\[N, C, H, W\\] or \\[C, H, W\\]$`),
    },
    {
      inputs: [float([2, 3, 0])],
      options: { kernelSize: [2], padding: 1 },
      error: ShapeError,
      message: new RegExp(
        `^${name(1)}: axis 2 of x, which is \\[2, 3, 0\\], has size 0; only the axes before the last 1 may be empty$`,
      ),
    },
    {
      inputs: [float([2, 0, 3])],
      options: { kernelSize: [1, 1] },
      error: ShapeError,
      message: new RegExp(`^${name(2)}: axis 1 of x, which is \\[2, 0, 3\\], has size 0`),
    },
    {
      inputs: [float([1, 4, 2])],
      options: { kernelSize: [2, 5], padding: [0, 1] },
      error: ShapeError,
      message: new RegExp(
        `^${name(2)}: a window is longer than x, which is \\[1, 4, 2\\]: axis -1 has 2 and 2 of padding, the window spans 5; choose a smaller kernelSize or more padding$`,
      ),
    },
    {
      inputs: [float([1, 4, 4])],
      options: { kernelSize: [2, 2], stride: [1, 2, 3] },
      error: ArgumentError,
      message: new RegExp(
        `^${name(2)}: the stride \\[1, 2, 3\\] has 3 numbers; give one number, or one for each of the 2 axes$`,
      ),
    },
    {
      inputs: [float([1, 4])],
      options: { kernelSize: [2], stride: 0 },
      error: ArgumentError,
      message: new RegExp(`^${name(1)}: the stride is 0; it must be an integer, 1 or more$`),
    },
    {
      inputs: [float([1, 4])],
      options: { kernelSize: [1.5] },
      error: ArgumentError,
      message: new RegExp(`^${name(1)}: the kernelSize is 1.5; it must be an integer, 1 or more$`),
    },
    {
      inputs: [float([1, 6])],
      options: { kernelSize: [3], padding: 2 },
      error: ArgumentError,
      message: new RegExp(
        `^${name(1)}: the padding is 2 and the kernelSize 3; at most half of a window, 1, may be padding$`,
      ),
    },
    {
      inputs: [float([1, 6])],
      options: { kernelSize: [3], padding: -1 },
      error: ArgumentError,
      message: new RegExp(`^${name(1)}: the padding is -1; it must be an integer, 0 or more$`),
    },
  ];
}

/** @param name of the function for a number of spatial axes */
export function adaptiveErrors(
  name: (axes: number) => string,
): readonly [ExpectedError<Adaptive>, ...ExpectedError<Adaptive>[]] {
  return [
    {
      inputs: [float([1, 2, 3, 4])],
      options: { outputSize: [2] },
      error: ShapeError,
      message: new RegExp(`^${name(1)}: x is \\[1, 2, 3, 4\\], with 4 axes; it must be \\[N, C, L\\]`),
    },
    {
      inputs: [float([2, 0])],
      options: { outputSize: [2] },
      error: ShapeError,
      message: new RegExp(`^${name(1)}: axis 1 of x, which is \\[2, 0\\], has size 0`),
    },
    {
      inputs: [float([2, 0, 3])],
      options: { outputSize: [2, 2] },
      error: ShapeError,
      message: new RegExp(`^${name(2)}: axis 1 of x, which is \\[2, 0, 3\\], has size 0`),
    },
    {
      inputs: [float([2, 3, 3])],
      options: { outputSize: [2, -1] },
      error: ArgumentError,
      message: new RegExp(`^${name(2)}: the outputSize is -1; it must be an integer, 0 or more$`),
    },
  ];
}
