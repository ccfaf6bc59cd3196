/** Samples of the convolutions and their adjoints. */
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import type { WindowAxis } from "../src/kernels/convolution/geometry.js";
import * as ops from "../src/ops/convolution.js";
import type { Shape } from "../src/shape.js";
import { apply } from "../src/tape.js";
import {
  type AnyHelperSamples,
  type Domain,
  type ExpectedError,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  infinite,
  type Layout,
  type NotApplicable,
  nan,
  type Sample,
  type SamplesOfFamily,
  samplesOf,
  type TensorInput,
  tensorsOnly,
} from "./sample.js";

const domains: readonly [Domain] = [{ low: -1, high: 1 }];
const noScalar: NotApplicable = { notApplicable: "its operands have channels" };
const noBroadcast: NotApplicable = { notApplicable: "its operands have given shapes; nothing is repeated" };
const emptySpace = "PyTorch takes no image without pixels and no weight without filters";

const whole = (...shape: number[]): TensorInput => ({ shape, dtype: "int32" });
const values = (shape: Shape, ...numbers: number[]): TensorInput => ({ shape, values: numbers });

type Forward = (x: Tensor, weight: Tensor, bias?: Tensor, options?: ops.ConvolutionOptions) => Tensor;
type Transposed = (
  x: Tensor,
  weight: Tensor,
  bias?: Tensor,
  options?: ops.TransposedConvolutionOptions,
) => Tensor;

const forward: readonly Forward[] = [ops.conv1d, ops.conv2d, ops.conv3d];
const transposed: readonly Transposed[] = [ops.convTranspose1d, ops.convTranspose2d, ops.convTranspose3d];

const laid = (layout: Layout): Sample<ops.ConvolutionOptions>[] => [
  { inputs: [float([2, 2, 5], layout), float([3, 2, 2])] },
  { inputs: [float([2, 2, 4, 3]), float([3, 2, 2, 2], layout)], options: { padding: 1 } },
  { inputs: [float([2, 2, 3, 4], layout), float([3, 2, 2, 2], layout)], options: { stride: 2 } },
];
const some = <T>(list: readonly T[]): readonly [T, ...T[]] => list as readonly [T, ...T[]];

/** An axis of windows, all that is needed given. */
function axis(
  input: number,
  kernel: number,
  { stride = 1, padding = 0, dilation = 1, after = padding }: Partial<Record<string, number>> = {},
): WindowAxis {
  const output = Math.floor((input + padding + after - dilation * (kernel - 1) - 1) / stride) + 1;
  return { input, kernel, output, stride, dilation, padding };
}

interface Geometry {
  readonly axes: readonly WindowAxis[];
  readonly groups?: number;
}

const laidGradient = (layout: Layout): Sample<Geometry>[] => [
  { inputs: [float([2, 3, 4], layout), float([2, 2, 5])], options: { axes: [axis(5, 2)] } },
  {
    inputs: [float([2, 2, 2, 3]), float([2, 2, 3, 3], layout)],
    options: { axes: [axis(3, 2), axis(3, 3, { padding: 1 })] },
  },
];

const laidTransposed = (layout: Layout): Sample<ops.TransposedConvolutionOptions>[] => [
  { inputs: [float([2, 3, 4], layout), float([3, 2, 2])] },
  { inputs: [float([2, 2, 2, 3], layout), float([2, 3, 2, 2], layout)], options: { stride: 2, padding: 1 } },
];

const errorsOfBoth = (
  name: string,
): readonly [
  ExpectedError<{ readonly groups?: number }>,
  ...ExpectedError<{ readonly groups?: number }>[],
] => [
  {
    inputs: [float([2, 3]), float([2, 2])],
    error: ShapeError,
    message: new RegExp(`^${name}: the weight is \\[2, 2\\]; it must have`),
  },
  {
    inputs: [float([3]), float([1, 1, 1])],
    error: ShapeError,
    message: new RegExp(`^${name}: x is \\[3\\]; it must be \\[N, C, L\\] or \\[C, L\\]`),
  },
  {
    inputs: [float([1, 1, 3]), float([1, 1, 0])],
    error: ShapeError,
    message: new RegExp(`^${name}: the weight is \\[1, 1, 0\\]; a kernel must have`),
  },
  {
    inputs: [float([1, 2, 3]), { shape: [2, 2, 2], dtype: "int32" }],
    error: DTypeError,
    message: new RegExp(`^${name}: x is float32 and the weight is int32; convert`),
  },
  {
    inputs: [
      { shape: [1, 2, 3], dtype: "bool" },
      { shape: [2, 2, 2], dtype: "bool" },
    ],
    error: DTypeError,
    message: new RegExp(`^${name}: there is no product of bool`),
  },
  {
    inputs: [float([1, 3, 3]), float([3, 1, 2])],
    options: { groups: 2 },
    error: ShapeError,
    message: new RegExp(
      `^${name}: 2 groups do not divide the channels: x is \\[1, 3, 3\\] with 3, the weight is \\[3, 1, 2\\] with 3`,
    ),
  },
  {
    inputs: [float([1, 2, 3]), float([2, 1, 2])],
    options: { groups: 0 },
    error: ArgumentError,
    message: new RegExp(`^${name}: the number of groups is 0; it must be a positive integer`),
  },
  {
    inputs: [float([1, 2, 3]), float([2, 2, 2]), float([3])],
    error: ShapeError,
    message: new RegExp(
      `^${name}: the bias is \\[3\\] and the weight \\[2, 2, 2\\]; the bias must be \\[2\\]`,
    ),
  },
  {
    inputs: [float([1, 2, 3]), float([2, 2, 2]), whole(2)],
    error: DTypeError,
    message: new RegExp(`^${name}: the bias is int32 and the weight is float32`),
  },
];

export const samples: SamplesOfFamily<typeof ops> = {
  convolution: samplesOf<[Tensor, Tensor], ops.ConvolutionOptions>({
    call: ([x, weight], options) => forward[weight.rank - 3](x, weight, undefined, options),
    domains,
    scalar: noScalar,
    empty: [
      { inputs: [float([0, 2, 3]), float([4, 2, 2])] },
      { inputs: [float([0, 2, 3, 3]), float([4, 2, 2, 2])], options: { padding: 1 } },
      {
        inputs: [float([2, 0, 3, 3]), float([4, 0, 2, 2])],
        unlikePyTorch: "without input channels PyTorch has no output channels either",
      },
      { inputs: [float([2, 2, 3]), float([0, 2, 2])], unlikePyTorch: emptySpace },
      { inputs: [float([2, 2, 0]), float([3, 2, 2])], options: { padding: 2 }, unlikePyTorch: emptySpace },
      {
        inputs: [float([1, 2, 0, 3]), float([3, 2, 1, 2])],
        options: { padding: 1 },
        unlikePyTorch: emptySpace,
      },
    ],
    one: [
      { inputs: [float([1, 1, 1]), float([1, 1, 1])] },
      { inputs: [float([2, 1, 4, 4]), float([1, 1, 4, 4])] },
      { inputs: [float([3, 2, 2, 3]), float([2, 2, 2, 3])] },
      { inputs: [float([2, 3, 3, 2]), float([2, 3, 1, 1])] },
    ],
    highRank: [
      { inputs: [float([2, 2, 3, 4]), float([3, 2, 2, 2])] },
      { inputs: [float([1, 2, 3, 2, 3]), float([2, 2, 2, 1, 2])] },
      {
        inputs: [float([1, 2, 3, 2, 3]), float([2, 1, 2, 2, 2])],
        options: { groups: 2, padding: [1, 0, 1], stride: [2, 1, 2] },
      },
    ],
    long: [
      { inputs: [float([1, 1, 67]), float([1, 1, 3])] },
      { inputs: [float([3, 2, 5, 7]), float([5, 2, 3, 3])], options: { padding: 1 } },
    ],
    transposed: some(laid("transposed")),
    negativeStep: some(laid("negative step")),
    offset: some(laid("offset")),
    expanded: some(laid("expanded")),
    broadcast: noBroadcast,
    shared: [
      { inputs: [float([2, 2, 2]), { same: 0 }] },
      { inputs: [float([2, 2, 2, 2]), { same: 0 }], options: { padding: 1 } },
    ],
    options: {
      stride: [
        { inputs: [float([1, 2, 7]), float([2, 2, 2])], options: { stride: 3 } },
        { inputs: [float([2, 1, 4, 5]), float([2, 1, 2, 3])], options: { stride: [1, 2], padding: [0, 1] } },
        // Elements between windows that no window sees.
        { inputs: [float([1, 1, 5, 4]), float([2, 1, 1, 1])], options: { stride: [3, 2] } },
      ],
      padding: [
        { inputs: [float([1, 2, 3]), float([2, 2, 3])], options: { padding: [2] } },
        { inputs: [float([1, 1, 3, 2]), float([2, 1, 2, 4])], options: { padding: "same" } },
        { inputs: [float([1, 1, 5]), float([1, 1, 2])], options: { padding: "same", dilation: 3 } },
        // Windows that lie in the padding alone.
        { inputs: [float([1, 1, 2, 3]), float([1, 1, 2, 2])], options: { padding: [3, 0], stride: [2, 1] } },
      ],
      dilation: [
        { inputs: [float([2, 1, 6]), float([2, 1, 3])], options: { dilation: 2, padding: 1 } },
        {
          inputs: [float([1, 2, 5, 4]), float([2, 2, 2, 2])],
          options: { dilation: [3, 2], stride: 2, padding: [1, 0] },
        },
      ],
      groups: [
        { inputs: [float([2, 4, 3]), float([4, 2, 2])], options: { groups: 2 } },
        { inputs: [float([2, 3, 3, 3]), float([6, 1, 2, 2])], options: { groups: 3, padding: 1, stride: 2 } },
        {
          inputs: [float([1, 4, 4, 3]), float([2, 2, 2, 2])],
          options: { groups: 2, dilation: 2, padding: 1 },
        },
      ],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [values([1, 1, 5], 1, nan, 2, infinite, 3), values([1, 1, 2], 1, 0)],
        kink: "special values",
      },
      { inputs: [values([1, 1, 3], -0, 0, 1), values([1, 1, 1], -1)], kink: "special values" },
    ],
    integers: [
      { inputs: [whole(2, 2, 4, 4), whole(3, 2, 2, 2)] },
      {
        inputs: [whole(1, 2, 5), { shape: [2, 1, 2], dtype: "int32", layout: "negative step" }],
        options: { groups: 2 },
      },
    ],
    errors: [
      {
        inputs: [float([1, 3, 5]), float([2, 2, 2])],
        error: ShapeError,
        message:
          /^conv1d: x is \[1, 3, 5\] with 3 channels, the weight is \[2, 2, 2\] for 2 in each of 1 groups; x must have 2$/,
      },
      {
        inputs: [float([1, 1, 3, 2]), float([2, 1, 3, 2])],
        options: { padding: [0, 1], dilation: [2, 3] },
        error: ShapeError,
        message:
          /^conv2d: the kernel does not fit: along axis -2 it spans 5 \(3 taps, dilation 2\), and the padded input has 3 \(0 \+ 3 \+ 0\); the input is \[3, 2\], the kernel \[3, 2\]: use/,
      },
      {
        inputs: [float([1, 1, 0]), float([1, 1, 1])],
        error: ShapeError,
        message: /^conv1d: the kernel does not fit/,
      },
      {
        inputs: [float([1, 1, 5]), float([1, 1, 3])],
        options: { padding: "same", stride: 2 },
        error: ArgumentError,
        message: /^conv1d: the padding is "same" and the stride \[2\]; with strides the output cannot/,
      },
      {
        inputs: [float([1, 1, 5]), float([1, 1, 3])],
        options: { padding: "full" as "same" },
        error: ArgumentError,
        message: /^conv1d: the padding is "full"; it must be "same", "valid", a number/,
      },
      {
        inputs: [float([1, 1, 5]), float([1, 1, 3])],
        options: { padding: -1 },
        error: ArgumentError,
        message: /^conv1d: the padding is -1; it must be an integer, 0 or more/,
      },
      {
        inputs: [float([1, 1, 5, 5]), float([1, 1, 3, 3])],
        options: { stride: [1, 0] },
        error: ArgumentError,
        message: /^conv2d: the stride is 0; it must be an integer, 1 or more/,
      },
      {
        inputs: [float([1, 1, 5, 5]), float([1, 1, 3, 3])],
        options: { dilation: [1, 1, 1] },
        error: ArgumentError,
        message:
          /^conv2d: the dilation \[1, 1, 1\] has 3 numbers; give one number, or one for each of the 2 axes/,
      },
    ],
  }),

  biasedConvolution: samplesOf<[Tensor, Tensor, Tensor], ops.ConvolutionOptions>({
    call: ([x, weight, bias], options) => forward[weight.rank - 3](x, weight, bias, options),
    domains,
    scalar: noScalar,
    empty: [
      { inputs: [float([0, 2, 3]), float([4, 2, 2]), float([4])] },
      {
        inputs: [float([2, 0, 3, 3]), float([4, 0, 2, 2]), float([4])],
        unlikePyTorch: "without input channels PyTorch has no output channels either",
      },
      { inputs: [float([2, 2, 3]), float([0, 2, 2]), float([0])], unlikePyTorch: emptySpace },
      {
        inputs: [float([2, 2, 0]), float([3, 2, 2]), float([3])],
        options: { padding: 2 },
        unlikePyTorch: emptySpace,
      },
      {
        inputs: [float([1, 2, 0, 3]), float([3, 2, 1, 2]), float([3])],
        options: { padding: 1 },
        unlikePyTorch: emptySpace,
      },
    ],
    one: [
      { inputs: [float([1, 1, 1]), float([1, 1, 1]), float([1])] },
      { inputs: [float([3, 2, 2, 3]), float([2, 2, 2, 3]), float([2])] },
    ],
    highRank: [{ inputs: [float([1, 2, 3, 2, 3]), float([2, 2, 2, 1, 2]), float([2])] }],
    long: [{ inputs: [float([2, 2, 4, 7]), float([5, 2, 3, 3]), float([5])], options: { padding: 1 } }],
    transposed: [{ inputs: [float([2, 2, 5], "transposed"), float([3, 2, 2], "transposed"), float([3])] }],
    negativeStep: [{ inputs: [float([2, 2, 5]), float([3, 2, 2]), float([3], "negative step")] }],
    offset: [{ inputs: [float([2, 2, 5]), float([3, 2, 2]), float([3], "offset")] }],
    expanded: [{ inputs: [float([2, 2, 5], "expanded"), float([3, 2, 2]), float([3], "expanded")] }],
    broadcast: noBroadcast,
    shared: [{ inputs: [float([2, 2, 2]), { same: 0 }, float([2])] }],
    options: {
      stride: [{ inputs: [float([1, 2, 7]), float([2, 2, 2]), float([2])], options: { stride: 3 } }],
      padding: [
        { inputs: [float([1, 1, 3, 2]), float([2, 1, 2, 4]), float([2])], options: { padding: "same" } },
      ],
      dilation: [{ inputs: [float([2, 1, 6]), float([2, 1, 3]), float([2])], options: { dilation: 2 } }],
      groups: [{ inputs: [float([2, 4, 3]), float([4, 2, 2]), float([4])], options: { groups: 2 } }],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [values([1, 1, 3], 1, nan, 2), values([1, 1, 1], 1), values([1], infinite)],
        kink: "special values",
      },
    ],
    integers: [{ inputs: [whole(2, 2, 4, 4), whole(3, 2, 2, 2), whole(3)] }],
    errors: [
      {
        inputs: [float([1, 2, 3]), float([2, 2, 2]), float([2, 1])],
        error: ShapeError,
        message: /^conv1d: the bias is \[2, 1\] and the weight \[2, 2, 2\]; the bias must be \[2\]/,
      },
    ],
  }),

  convolutionInputGrad: samplesOf<[Tensor, Tensor], ops.TransposedConvolutionOptions>({
    call: ([x, weight], options) => transposed[weight.rank - 3](x, weight, undefined, options),
    domains,
    scalar: noScalar,
    empty: [
      { inputs: [float([0, 2, 3]), float([2, 4, 2])] },
      { inputs: [float([0, 2, 3, 3]), float([2, 1, 2, 2])], options: { stride: 2, padding: 1 } },
      { inputs: [float([2, 2, 3]), float([2, 0, 2])], unlikePyTorch: emptySpace },
      { inputs: [float([2, 0, 3]), float([0, 2, 2])], unlikePyTorch: emptySpace },
      { inputs: [float([2, 2, 0]), float([2, 1, 3])], unlikePyTorch: emptySpace },
    ],
    one: [
      { inputs: [float([1, 1, 1]), float([1, 1, 1])] },
      { inputs: [float([3, 2, 1, 1]), float([2, 2, 2, 3])] },
      { inputs: [float([2, 2, 2, 2]), float([2, 3, 1, 1])] },
    ],
    highRank: [
      { inputs: [float([2, 3, 2, 3]), float([3, 2, 2, 2])] },
      {
        inputs: [float([1, 2, 2, 1, 2]), float([2, 2, 2, 2, 1])],
        options: { stride: [2, 1, 2], padding: [1, 0, 0] },
      },
    ],
    long: [
      { inputs: [float([1, 1, 40]), float([1, 1, 3])] },
      { inputs: [float([3, 5, 3, 5]), float([5, 2, 3, 3])], options: { padding: 1 } },
    ],
    transposed: some(laidTransposed("transposed")),
    negativeStep: some(laidTransposed("negative step")),
    offset: some(laidTransposed("offset")),
    expanded: some(laidTransposed("expanded")),
    broadcast: noBroadcast,
    shared: [{ inputs: [float([2, 2, 2]), { same: 0 }] }],
    options: {
      stride: [
        { inputs: [float([1, 2, 3]), float([2, 2, 2])], options: { stride: 3 } },
        { inputs: [float([1, 2, 2, 3]), float([2, 2, 3, 2])], options: { stride: [2, 1], padding: [1, 0] } },
      ],
      padding: [
        { inputs: [float([1, 2, 4]), float([2, 2, 3])], options: { padding: 1 } },
        { inputs: [float([1, 1, 3, 3]), float([1, 2, 2, 3])], options: { padding: [1, 2] } },
      ],
      outputPadding: [
        { inputs: [float([2, 2, 3]), float([2, 2, 2])], options: { outputPadding: 1, stride: 2 } },
        { inputs: [float([1, 1, 3]), float([1, 2, 2])], options: { outputPadding: 2, dilation: 3 } },
        {
          inputs: [float([1, 2, 2, 2]), float([2, 1, 2, 2])],
          options: { outputPadding: [2, 0], stride: [3, 1], padding: 1, groups: 2 },
        },
      ],
      dilation: [
        { inputs: [float([2, 1, 3]), float([1, 2, 3])], options: { dilation: 2, padding: 1 } },
        { inputs: [float([1, 2, 2, 2]), float([2, 2, 2, 2])], options: { dilation: [3, 2], stride: 2 } },
      ],
      groups: [
        { inputs: [float([2, 4, 3]), float([4, 2, 2])], options: { groups: 2 } },
        { inputs: [float([2, 3, 2, 2]), float([3, 2, 2, 2])], options: { groups: 3, stride: 2 } },
      ],
    },
    numbers: tensorsOnly,
    special: [
      { inputs: [values([1, 1, 4], 1, nan, infinite, 3), values([1, 1, 2], 1, 0)], kink: "special values" },
    ],
    integers: [{ inputs: [whole(1, 2, 3, 3), whole(2, 2, 2, 2)] }],
    errors: [
      {
        inputs: [float([1, 3, 5]), float([2, 2, 2])],
        error: ShapeError,
        message:
          /^convTranspose1d: x is \[1, 3, 5\] with 3 channels, the weight is \[2, 2, 2\] for 2; both must be the same$/,
      },
      {
        inputs: [float([1, 2, 5]), float([2, 2, 2])],
        options: { outputPadding: 2, stride: 2 },
        error: ArgumentError,
        message:
          /^convTranspose1d: along axis -1 the output padding is 2, the stride 2 and the dilation 1; the output padding must be less/,
      },
      {
        inputs: [float([1, 2, 1, 3]), float([2, 2, 1, 1])],
        options: { padding: 1 },
        error: ShapeError,
        message:
          /^convTranspose2d: nothing is left along axis -2: the output would have -1 elements, for an input of 1, a kernel of 1/,
      },
      {
        inputs: [float([1, 2, 3]), float([2, 2, 1])],
        options: { outputPadding: -1 },
        error: ArgumentError,
        message: /^convTranspose1d: the output padding is -1; it must be an integer, 0 or more/,
      },
    ],
  }),

  convolutionWeightGrad: samplesOf<[Tensor, Tensor], Geometry>({
    // Only a derivative rule calls it, so there is no other function.
    call: ([y, x], { axes, groups = 1 }) => apply(ops.convolutionWeightGradOp, [y, x], { axes, groups }),
    domains,
    scalar: noScalar,
    empty: [
      { inputs: [float([0, 2, 2]), float([0, 3, 3])], options: { axes: [axis(3, 2)] } },
      { inputs: [float([2, 0, 2]), float([2, 3, 3])], options: { axes: [axis(3, 2)] } },
      { inputs: [float([2, 2, 2]), float([2, 0, 3])], options: { axes: [axis(3, 2)] } },
      {
        inputs: [float([1, 2, 2, 2]), float([1, 2, 3, 0])],
        options: { axes: [axis(3, 2), axis(0, 1, { padding: 1 })] },
      },
      {
        inputs: [float([1, 2, 2, 2]), float([1, 2, 0, 3])],
        options: { axes: [axis(0, 1, { padding: 1 }), axis(3, 2)] },
      },
    ],
    one: [
      { inputs: [float([1, 1, 1]), float([1, 1, 1])], options: { axes: [axis(1, 1)] } },
      { inputs: [float([3, 2, 1, 1]), float([3, 2, 2, 2])], options: { axes: [axis(2, 2), axis(2, 2)] } },
    ],
    highRank: [
      { inputs: [float([2, 2, 2, 2]), float([2, 2, 3, 3])], options: { axes: [axis(3, 2), axis(3, 2)] } },
      {
        inputs: [float([1, 2, 2, 1, 2]), float([1, 2, 3, 2, 2])],
        options: { axes: [axis(3, 2), axis(2, 2), axis(2, 1)] },
      },
    ],
    long: [
      { inputs: [float([1, 1, 65]), float([1, 1, 67])], options: { axes: [axis(67, 3)] } },
      {
        inputs: [float([2, 5, 3, 5]), float([2, 2, 3, 5])],
        options: { axes: [axis(3, 3, { padding: 1 }), axis(5, 3, { padding: 1 })] },
      },
    ],
    transposed: some(laidGradient("transposed")),
    negativeStep: some(laidGradient("negative step")),
    offset: some(laidGradient("offset")),
    expanded: some(laidGradient("expanded")),
    broadcast: noBroadcast,
    shared: [{ inputs: [float([2, 2, 3]), { same: 0 }], options: { axes: [axis(3, 1)] } }],
    options: {
      axes: [
        {
          inputs: [float([2, 2, 3]), float([2, 2, 6])],
          options: { axes: [axis(6, 3, { stride: 2, padding: 1 })] },
        },
        { inputs: [float([2, 2, 3]), float([2, 2, 6])], options: { axes: [axis(6, 2, { dilation: 3 })] } },
        // More at the end than at the beginning, and elements left out.
        { inputs: [float([1, 2, 4]), float([1, 2, 4])], options: { axes: [axis(4, 2, { after: 1 })] } },
        {
          inputs: [float([1, 2, 2]), float([1, 2, 5])],
          options: { axes: [axis(5, 2, { padding: -1, after: -1 })] },
        },
      ],
      groups: [
        { inputs: [float([2, 4, 2]), float([2, 4, 3])], options: { axes: [axis(3, 2)], groups: 2 } },
        {
          inputs: [float([2, 3, 2, 2]), float([2, 3, 3, 3])],
          options: { axes: [axis(3, 3, { padding: 1, stride: 2 }), axis(3, 2)], groups: 3 },
        },
      ],
    },
    numbers: tensorsOnly,
    special: [
      {
        inputs: [values([1, 1, 2], 1, nan), values([1, 1, 3], infinite, 1, 0)],
        options: { axes: [axis(3, 2)] },
        kink: "special values",
      },
    ],
    integers: [{ inputs: [whole(2, 2, 2), whole(2, 2, 3)], options: { axes: [axis(3, 2)] } }],
    errors: { notApplicable: "its options come from a convolution, which has checked them" },
  }),
};

const lengths = (space: number, ...given: number[]): number[] => given.slice(0, space);

/**
 * Samples of a convolution over `space` axes: what the samples of the op leave out, a bias and single images.
 *
 * @param count of samples for each option, at most
 */
function forwardSamples(name: string, call: Forward, space: number, count: number): AnyHelperSamples {
  const few = <T>(first: T, ...others: T[]): readonly [T, ...T[]] => [first, ...others.slice(0, count - 1)];
  const x = [2, 2, ...lengths(space, 4, 3, 2)];
  const weight = [2, 2, ...lengths(space, 2, 2, 1)];
  const grouped = [2, 1, ...lengths(space, 2, 2, 1)];
  return helperSamplesOf<[Tensor, Tensor, Tensor?], ops.ConvolutionOptions>({
    call: ([input, filter, bias], options) => call(input, filter, bias, options),
    domains,
    samples: [
      { inputs: [float(x), float(weight)] },
      { inputs: [float(x), float(weight), float([2])] },
      { inputs: [float(x.slice(1)), float(weight)] },
      { inputs: [float(x.slice(1)), float(weight), float([2], "negative step")] },
    ],
    options: {
      stride: [{ inputs: [float(x), float(weight), float([2])], options: { stride: 2 } }],
      padding: few(
        { inputs: [float(x), float(weight), float([2])], options: { padding: lengths(space, 1, 2, 1) } },
        { inputs: [float(x), float(weight)], options: { padding: "same" } },
        { inputs: [float(x), float(weight)], options: { padding: "valid" } },
      ),
      dilation: few(
        { inputs: [float(x), float(weight)], options: { dilation: 2 } },
        {
          inputs: [float(x), float(weight)],
          options: { dilation: lengths(space, 3, 2, 1), padding: "same" },
        },
      ),
      groups: few(
        { inputs: [float(x), float(grouped), float([2])], options: { groups: 2 } },
        {
          inputs: [float(x), float(grouped), float([2])],
          options: { groups: 2, stride: 2, padding: 1, dilation: lengths(space, 2, 1, 1) },
        },
      ),
    },
    errors:
      space === 1
        ? errorsOfBoth(name)
        : [
            {
              inputs: [float([2]), float(weight)],
              error: ShapeError,
              message: new RegExp(
                `^${name}: x is \\[2\\]; it must be \\[N, C, ${space === 2 ? "H, W" : "D, H, W"}\\]`,
              ),
            },
          ],
  });
}

/** Samples of a transposed convolution over `space` axes, likewise. */
function transposedSamples(name: string, call: Transposed, space: number): AnyHelperSamples {
  const x = [2, 2, ...lengths(space, 3, 2, 2)];
  const weight = [2, 2, ...lengths(space, 2, 2, 1)];
  const grouped = [2, 1, ...lengths(space, 2, 2, 1)];
  return helperSamplesOf<[Tensor, Tensor, Tensor?], ops.TransposedConvolutionOptions>({
    call: ([input, filter, bias], options) => call(input, filter, bias, options),
    domains,
    samples: [
      { inputs: [float(x), float(weight), float([2])] },
      { inputs: [float(x.slice(1)), float(weight), float([2])] },
    ],
    options: {
      stride: [{ inputs: [float(x), float(weight), float([2])], options: { stride: 2 } }],
      padding: [{ inputs: [float(x), float(weight)], options: { stride: 2, padding: 1 } }],
      outputPadding: [
        { inputs: [float(x), float(weight)], options: { stride: 2, outputPadding: lengths(space, 1, 0, 1) } },
      ],
      dilation: [{ inputs: [float(x), float(weight)], options: { dilation: 2 } }],
      groups: [{ inputs: [float(x), float(grouped), float([2])], options: { groups: 2 } }],
    },
    errors:
      space === 1
        ? errorsOfBoth(name)
        : [
            {
              inputs: [float([2]), float(weight)],
              error: ShapeError,
              message: new RegExp(
                `^${name}: x is \\[2\\]; it must be \\[N, C, ${space === 2 ? "H, W" : "D, H, W"}\\]`,
              ),
            },
          ],
  });
}

export const helpers: HelpersOfFamily<typeof ops> = {
  conv1d: forwardSamples("conv1d", ops.conv1d, 1, 3),
  conv2d: forwardSamples("conv2d", ops.conv2d, 2, 3),
  conv3d: forwardSamples("conv3d", ops.conv3d, 3, 3),
  convTranspose1d: transposedSamples("convTranspose1d", ops.convTranspose1d, 1),
  convTranspose2d: transposedSamples("convTranspose2d", ops.convTranspose2d, 2),
  convTranspose3d: transposedSamples("convTranspose3d", ops.convTranspose3d, 3),
  convolve1d: forwardSamples("convolve1d", ops.convolve1d, 1, 1),
  convolve2d: forwardSamples("convolve2d", ops.convolve2d, 2, 1),
  convolve3d: forwardSamples("convolve3d", ops.convolve3d, 3, 1),
};
