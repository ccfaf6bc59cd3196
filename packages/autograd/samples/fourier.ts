/** Samples of the ops in ops/fourier.ts. */
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import type { ConvolutionOptions } from "../src/ops/convolution/operands.js";
import type * as family from "../src/ops/fourier.js";
import * as ops from "../src/ops/fourier.js";
import {
  type AnyHelperSamples,
  type AnyOpSamples,
  domains,
  type ExpectedError,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  type Layout,
  type NotApplicable,
  type OpSamples,
  type SamplesOfFamily,
  samplesOf,
  type TensorInput,
} from "./sample.js";

const oneOperand: NotApplicable = { notApplicable: "it has one operand" };

/** Complex numbers of a shape. */
const complex = (shape: readonly number[], layout: Layout = "dense"): TensorInput =>
  float([...shape, 2], layout);

type Transform = OpSamples<[Tensor], ops.FourierOptions>;

const common = {
  domains,
  scalar: { notApplicable: "it works along an axis, and a 0-d tensor has none" },
  broadcast: oneOperand,
  shared: oneOperand,
  numbers: { notApplicable: "it takes a tensor alone" },
} as const satisfies Partial<Transform>;

/** What is refused by all transforms, of a real [2, 3] or a complex one. */
function badOptions(name: string, x: TensorInput): readonly ExpectedError<ops.FourierOptions>[] {
  return [
    {
      inputs: [x],
      options: { axis: 2 },
      error: ShapeError,
      message: new RegExp(
        `^${name}: there is no axis 2 in x, which is \\[2, 3\\]; it must be an integer from -2 to 1$`,
      ),
    },
    ...[0, 2.5].map((n) => ({
      inputs: [x],
      options: { n },
      error: ArgumentError,
      message: new RegExp(
        `^${name}: the length n along axis 1 of \\[2, 3\\] is ${n}; it must be an integer of at least 1$`,
      ),
    })),
    {
      inputs: [x],
      options: { norm: "none" as ops.FourierNorm },
      error: ArgumentError,
      message: new RegExp(`^${name}: there is no norm "none"; it is "backward", "forward" or "ortho"$`),
    },
  ];
}

const notComplex = (name: string) =>
  ({
    inputs: [float([2, 3])],
    error: ShapeError,
    message: new RegExp(`^${name}: \\[2, 3\\] is not complex; its last axis must have length 2`),
  }) as const;

/** What is empty is among the samples of high rank: the last axis of a complex tensor is never. */
const neverEmpty: NotApplicable = { notApplicable: "the last axis has the two parts of a number" };

function complexTransform(
  name: "fft" | "irfft",
  call: (x: Tensor, options?: ops.FourierOptions) => Tensor,
): AnyOpSamples {
  return samplesOf<[Tensor], ops.FourierOptions>({
    ...common,
    call: ([x], options) => call(x, options),
    empty: neverEmpty,
    one: [
      { inputs: [complex([1])], options: { n: 1 } },
      { inputs: [complex([1, 1])], options: { n: 1 } },
    ],
    highRank: [
      { inputs: [complex([2, 1, 5])] },
      { inputs: [complex([2, 3, 1, 2])], options: { axis: 1 } },
      { inputs: [complex([2, 0, 3])] },
      { inputs: [complex([0, 2, 3])] },
      { inputs: [complex([3, 2, 0])], options: { axis: 0 } },
      { inputs: [complex([2, 2, 0])], options: { n: 3 } },
    ],
    // A length for each kind of pass, products of them, and such with a large prime factor.
    long: [
      { inputs: [complex([2, 60])] },
      ...[2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 20, 22].map((n) => ({ inputs: [complex([Math.ceil(17 / n), n])] })),
      ...[31, 37, 41, 74].map((n) => ({ inputs: [complex([n])], options: { n } })),
    ],
    transposed: [
      { inputs: [complex([3, 4], "transposed")] },
      { inputs: [complex([3, 4], "transposed")], options: { axis: 0 } },
    ],
    negativeStep: [
      { inputs: [complex([5], "negative step")] },
      { inputs: [complex([2, 3], "negative step")], options: { axis: 0 } },
    ],
    offset: [{ inputs: [complex([4], "offset")] }, { inputs: [complex([3, 2], "offset")] }],
    expanded: [
      { inputs: [complex([3, 2], "expanded")] },
      { inputs: [complex([3, 2], "expanded")], options: { axis: 0 } },
    ],
    options: {
      n: [
        { inputs: [complex([3])], options: { n: 5 } },
        { inputs: [complex([3])], options: { n: 6 } },
        { inputs: [complex([5])], options: { n: 3 } },
        { inputs: [complex([5, 2])], options: { n: 2, axis: 0 } },
        { inputs: [complex([5, 2])], options: { n: 7, axis: 0, norm: "forward" } },
        { inputs: [complex([4])], options: { n: 1 } },
      ],
      axis: [
        { inputs: [complex([3, 4])], options: { axis: 0 } },
        { inputs: [complex([2, 3, 4])], options: { axis: -2 } },
      ],
      norm: [
        { inputs: [complex([5])], options: { norm: "forward" } },
        { inputs: [complex([5])], options: { norm: "ortho" } },
        { inputs: [complex([4, 3])], options: { norm: "ortho", axis: 0 } },
        { inputs: [complex([4, 3])], options: { norm: "forward", axis: 0 } },
      ],
    },
    special: [
      { inputs: [{ shape: [4, 2], values: [0, -0, 0, 0, -0, 0, 1e-40, 0] }] },
      { inputs: [{ shape: [3, 2], values: [1e30, 1, -1e30, 2, 3, 4] }], kink: "differences lose the small" },
      { inputs: [{ shape: [3, 2], values: [1, 2, Number.NaN, Number.NaN, 3, 4] }], kink: "NaN" },
    ],
    integers: [
      { inputs: [{ shape: [3, 2], dtype: "int32" }] },
      { inputs: [{ shape: [4, 2], dtype: "uint8" }] },
      { inputs: [{ shape: [4, 2], dtype: "bool" }] },
    ],
    errors: [
      notComplex(name),
      ...badOptions(name, complex([2, 3])),
      { inputs: [float([])], error: ShapeError, message: new RegExp(`^${name}: \\[\\] is not complex`) },
      { inputs: [float([2])], error: ShapeError, message: new RegExp(`^${name}: there is no axis -1`) },
      {
        inputs: [complex([name === "fft" ? 0 : 1])],
        error: ArgumentError,
        message: new RegExp(`^${name}: the length n along axis 0 of \\[[01]\\] is 0`),
      },
    ],
  });
}

export const samples: SamplesOfFamily<typeof family> = {
  fft: complexTransform("fft", ops.fft),
  irfft: complexTransform("irfft", ops.irfft),

  rfft: samplesOf<[Tensor], ops.FourierOptions>({
    ...common,
    call: ([x], options) => ops.rfft(x, options),
    empty: [
      { inputs: [float([0, 3])] },
      { inputs: [float([3, 0])], options: { axis: 0 } },
      { inputs: [float([2, 0])], options: { n: 3 } },
      { inputs: [float([2, 0, 3])] },
      { inputs: [float([2, 0, 3])], options: { axis: 0 } },
    ],
    one: [{ inputs: [float([1])] }, { inputs: [float([1, 1])] }, { inputs: [float([1, 2])] }],
    highRank: [{ inputs: [float([2, 1, 2, 5])] }, { inputs: [float([2, 3, 1, 2])], options: { axis: 1 } }],
    long: [
      { inputs: [float([2, 60])] },
      ...[2, 3, 4, 5, 6, 7, 8, 9, 12, 16, 20].map((n) => ({ inputs: [float([Math.ceil(33 / n), n])] })),
      ...[31, 37, 41, 66, 74].map((n) => ({ inputs: [float([Math.ceil(33 / n), n])] })),
    ],
    transposed: [
      { inputs: [float([3, 4], "transposed")] },
      { inputs: [float([3, 4], "transposed")], options: { axis: 0 } },
    ],
    negativeStep: [
      { inputs: [float([5], "negative step")] },
      { inputs: [float([2, 3], "negative step")], options: { axis: 0 } },
    ],
    offset: [{ inputs: [float([4], "offset")] }, { inputs: [float([3, 2], "offset")] }],
    expanded: [
      { inputs: [float([3, 2], "expanded")] },
      { inputs: [float([3, 2], "expanded")], options: { axis: 0 } },
    ],
    options: {
      n: [
        { inputs: [float([3])], options: { n: 5 } },
        { inputs: [float([3])], options: { n: 6 } },
        { inputs: [float([5])], options: { n: 3 } },
        { inputs: [float([5, 2])], options: { n: 4, axis: 0 } },
        { inputs: [float([5, 2])], options: { n: 8, axis: 0, norm: "forward" } },
        { inputs: [float([4])], options: { n: 1 } },
      ],
      axis: [
        { inputs: [float([3, 4])], options: { axis: 0 } },
        { inputs: [float([2, 3, 4])], options: { axis: -2 } },
      ],
      norm: [
        { inputs: [float([5])], options: { norm: "forward" } },
        { inputs: [float([6])], options: { norm: "ortho" } },
        { inputs: [float([4, 3])], options: { norm: "ortho", axis: 0 } },
      ],
    },
    special: [
      { inputs: [{ shape: [4], values: [0, -0, 0, 1e-40] }] },
      { inputs: [{ shape: [4], values: [1e30, 1, -1e30, 2] }], kink: "differences lose the small" },
      { inputs: [{ shape: [3], values: [1, Number.NaN, 3] }], kink: "NaN" },
    ],
    integers: [
      { inputs: [{ shape: [5], dtype: "int32" }] },
      { inputs: [{ shape: [4], dtype: "uint8" }] },
      { inputs: [{ shape: [4], dtype: "bool" }] },
    ],
    errors: [
      { inputs: [float([])], error: ShapeError, message: /^rfft: .*a 0-d tensor has no axes$/ },
      ...badOptions("rfft", float([2, 3])),
      {
        inputs: [float([2, 0])],
        error: ArgumentError,
        message: /^rfft: the length n along axis 1 of \[2, 0\] is 0/,
      },
    ],
  }),
};

// Functions made of them

function severalAxes(
  name: string,
  call: (x: Tensor, options?: ops.FourierAxesOptions) => Tensor,
  make: (shape: readonly number[]) => TensorInput,
): AnyHelperSamples {
  const isReal = name.includes("rfft");
  return helperSamplesOf<[Tensor], ops.FourierAxesOptions>({
    call: ([x], options) => call(x, options),
    domains,
    samples: [
      { inputs: [make([3])] },
      { inputs: [make([3, 4])] },
      { inputs: [make([2, 3, 3])] },
      { inputs: [make([0, 3])], options: { axis: [1] } },
      ...(isReal
        ? []
        : [{ inputs: [make([3])], options: { axis: [] }, unlikePyTorch: "over no axis it gives zeros" }]),
    ],
    options: {
      shape: [
        { inputs: [make([3, 4])], options: { shape: [4, 5] } },
        { inputs: [make([2, 3, 4])], options: { shape: [2, 3] } },
        { inputs: [make([2, 3, 4])], options: { shape: [5, 1], axis: [2, 0] } },
      ],
      axis: [
        { inputs: [make([2, 3, 4])], options: { axis: [1] } },
        { inputs: [make([2, 3, 4])], options: { axis: [-1, 0], norm: "ortho" } },
      ],
      norm: [
        { inputs: [make([3, 4])], options: { norm: "forward" } },
        { inputs: [make([3, 4])], options: { norm: "ortho" } },
      ],
    },
    errors: [
      {
        inputs: [make([2, 3])],
        options: { axis: [0, -2] },
        error: ShapeError,
        message: new RegExp(`^${name}: axis 0 is named twice`),
      },
      {
        inputs: [make([2, 3])],
        options: { axis: [2] },
        error: ShapeError,
        message: new RegExp(`^${name}: there is no axis 2 in`),
      },
      {
        inputs: [make([2, 3])],
        options: { shape: [2], axis: [0, 1] },
        error: ShapeError,
        message: new RegExp(
          `^${name}: the lengths \\[2\\] are 1 and the axes \\[0, 1\\] are 2; give one for each axis$`,
        ),
      },
      {
        inputs: [make([2, 3])],
        options: { shape: [2, 2, 2] },
        error: ShapeError,
        message: new RegExp(`^${name}: the lengths \\[2, 2, 2\\] are 3, for a tensor \\[2, 3\\] of 2 axes`),
      },
      ...(isReal
        ? [
            {
              inputs: [make([2, 3])],
              options: { axis: [] },
              error: ArgumentError,
              message: new RegExp(`^${name}: no axis is named`),
            },
          ]
        : []),
    ],
  });
}

type Convolve = typeof ops.fftConv1d;
type ConvolutionInputs = [Tensor, Tensor, Tensor?];

function convolution(
  name: string,
  call: Convolve,
  make: (...shape: number[]) => TensorInput,
  sizes: { readonly long: readonly number[]; readonly kernel: readonly number[] },
): AnyHelperSamples {
  const { long, kernel } = sizes;
  const x = make(1, 2, ...long);
  const weight = make(3, 2, ...kernel);
  const both = [make(1, 2, ...long), make(1, 2, ...kernel)];
  return helperSamplesOf<ConvolutionInputs, ConvolutionOptions>({
    call: ([input, filter, bias], options) => call(input, filter, bias, options),
    domains,
    samples: [
      { inputs: [x, weight, make(3)] },
      { inputs: [make(1, 1, ...long), make(1, 1, ...kernel)] },
      { inputs: [make(1, 1, ...kernel), make(2, 1, ...kernel)] },
      { inputs: [make(2, 2, ...long.map(() => 1)), make(1, 2, ...long.map(() => 1))] },
      { inputs: [make(2, 2, ...kernel), make(2, 2, ...kernel)] },
      { inputs: [make(2, ...long), weight, make(3)] },
      { inputs: [make(0, 2, ...long), make(2, 2, ...kernel)] },
      {
        inputs: [
          { ...both[0], layout: "negative step" },
          { ...both[1], layout: "transposed" },
        ],
      },
    ],
    options: {
      padding: [
        { inputs: both, options: { padding: 2 } },
        { inputs: both, options: { padding: long.map((_, i) => 2 - i), dilation: 2, stride: 2 } },
        { inputs: [both[0], make(1, 2, ...kernel.map((_, i) => 2 - i))], options: { padding: "same" } },
        { inputs: both, options: { padding: "same", dilation: 2 } },
      ],
      stride: [{ inputs: both, options: { stride: long.map((_, i) => 3 - i) } }],
      dilation: [{ inputs: both, options: { dilation: long.map((_, i) => i + 2), padding: 1 } }],
      groups: [
        { inputs: [make(1, 4, ...kernel), make(2, 2, ...kernel), make(2)], options: { groups: 2 } },
        { inputs: [x, make(4, 1, ...kernel)], options: { groups: 2, padding: 1 } },
      ],
    },
    errors: [
      {
        inputs: [make(...long), weight],
        error: ShapeError,
        message: new RegExp(`^${name}: x is .*; it must be \\[N, C, (L|H, W)\\] or \\[C, (L|H, W)\\]$`),
      },
      {
        inputs: [x, make(2, 3, ...kernel)],
        error: ShapeError,
        message: new RegExp(`^${name}: x is .* with 2 channels, the weight is .* for 3 in each of 1 groups`),
      },
      {
        inputs: [x, { ...weight, dtype: "int32" }],
        error: DTypeError,
        message: new RegExp(`^${name}: x is float(32|64) and the weight is int32`),
      },
      {
        inputs: [
          { ...x, dtype: "int32" },
          { ...weight, dtype: "int32" },
        ],
        error: DTypeError,
        message: new RegExp(
          `^${name}: x and the weight are int32; a Fourier transform rounds, convert .* or use conv[12]d$`,
        ),
      },
      {
        inputs: [x, weight, make(5)],
        error: ShapeError,
        message: new RegExp(`^${name}: the bias is \\[5\\] and the weight .*; the bias must be \\[3\\]`),
      },
      {
        inputs: [x, make(3, 2, ...long.map((length) => length + 1))],
        error: ShapeError,
        message: new RegExp(`^${name}: the kernel does not fit: `),
      },
      {
        inputs: [x, weight],
        options: { padding: -1 },
        error: ArgumentError,
        message: new RegExp(`^${name}: the padding is -1; it must be an integer, 0 or more`),
      },
      {
        inputs: [x, weight],
        options: { padding: "same", stride: 2 },
        error: ArgumentError,
        message: new RegExp(`^${name}: the padding is "same" and the stride`),
      },
    ],
  });
}

const floatOf = (...shape: number[]): TensorInput => float(shape);

export const helpers: HelpersOfFamily<typeof family> = {
  ifft: helperSamplesOf<[Tensor], ops.FourierOptions>({
    call: ([x], options) => ops.ifft(x, options),
    domains,
    samples: [
      { inputs: [complex([1])] },
      { inputs: [complex([2, 6])] },
      { inputs: [complex([37])] },
      { inputs: [complex([0, 3])] },
      { inputs: [complex([3, 2], "negative step")] },
    ],
    options: {
      n: [
        { inputs: [complex([3])], options: { n: 4 } },
        { inputs: [complex([5])], options: { n: 3 } },
      ],
      axis: [{ inputs: [complex([3, 4])], options: { axis: 0 } }],
      norm: [
        { inputs: [complex([5])], options: { norm: "forward" } },
        { inputs: [complex([5])], options: { norm: "ortho" } },
      ],
    },
    errors: [notComplex("ifft"), ...badOptions("ifft", complex([2, 3]))],
  }),
  fftn: severalAxes("fftn", ops.fftn, complex),
  ifftn: severalAxes("ifftn", ops.ifftn, complex),
  rfftn: severalAxes("rfftn", ops.rfftn, float),
  irfftn: severalAxes("irfftn", ops.irfftn, complex),

  complexMul: helperSamplesOf<[Tensor, Tensor]>({
    call: ([x, y]) => ops.complexMul(x, y),
    domains,
    samples: [
      { inputs: [complex([]), complex([])] },
      { inputs: [complex([2, 3]), complex([2, 3])] },
      { inputs: [complex([2, 1]), complex([3])] },
      { inputs: [complex([3]), { same: 0 }] },
      { inputs: [complex([0, 3]), complex([1])] },
      { inputs: [complex([3, 2], "transposed"), complex([3, 2], "negative step")] },
      { inputs: [complex([2]), { shape: [2, 2], dtype: "int32" }] },
    ],
    options: {},
    errors: [
      {
        inputs: [float([3]), complex([3])],
        error: ShapeError,
        message: /^complexMul: \[3\] is not complex/,
      },
      {
        inputs: [complex([3]), float([])],
        error: ShapeError,
        message: /^complexMul: \[\] is not complex/,
      },
    ],
  }),

  complexConjugate: helperSamplesOf<[Tensor]>({
    call: ([x]) => ops.complexConjugate(x),
    domains,
    samples: [
      { inputs: [complex([])] },
      { inputs: [complex([2, 3])] },
      { inputs: [complex([3], "offset")] },
      { inputs: [{ shape: [2, 2], dtype: "uint8" }] },
    ],
    options: {},
    errors: [{ inputs: [float([3])], error: ShapeError, message: /^complexConjugate: \[3\] is not complex/ }],
  }),

  fftConv1d: convolution("fftConv1d", ops.fftConv1d, floatOf, { long: [6], kernel: [3] }),
  fftConv2d: convolution("fftConv2d", ops.fftConv2d, floatOf, { long: [4, 3], kernel: [2, 2] }),
};
