/** Samples of the functions of ops/pooling.ts that are no ops. */
import { ArgumentError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/pooling.js";
import type { PerAxis } from "../../src/ops/windows/window-axes.js";
import {
  type AnyHelperSamples,
  type Domain,
  type ExpectedError,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  type NotApplicable,
  type TensorInput,
} from "../sample.js";

const everywhere: readonly [Domain] = [{ low: -2, high: 2 }];
const positive: readonly [Domain] = [{ low: 0.25, high: 2.5 }];

const errorsOf = (op: string): NotApplicable => ({ notApplicable: `they are among the samples of ${op}` });

/** Values and indices as a list. */
const pair = ({ values, indices }: ops.MaxPooled): readonly [Tensor, Tensor] => [values, indices];

/** An image by its number of spatial axes, in a batch and alone. */
const images: readonly (readonly [TensorInput, TensorInput])[] = [
  [float([2, 2, 7]), float([2, 7])],
  [float([2, 1, 5, 4]), float([2, 3, 4])],
  [float([1, 1, 3, 4, 3]), float([2, 3, 3, 2])],
];

interface Windows extends ops.MaxPoolOptions {
  readonly kernelSize: PerAxis;
}

function maxPooling(
  axes: number,
  call: (x: Tensor, kernelSize: PerAxis, options: ops.MaxPoolOptions) => Tensor | ops.MaxPooled,
): AnyHelperSamples {
  const [batch, image] = images[axes - 1];
  return helperSamplesOf<[Tensor], Windows>({
    call: ([x], { kernelSize, ...options }) => {
      const pooled = call(x, kernelSize, options);
      return "values" in pooled ? pair(pooled) : pooled;
    },
    domains: everywhere,
    samples: [
      { inputs: [batch], options: { kernelSize: 2 } },
      { inputs: [image], options: { kernelSize: 2 } },
    ],
    options: {
      kernelSize: [{ inputs: [image], options: { kernelSize: [3, 2, 2].slice(0, axes) } }],
      stride: [{ inputs: [image], options: { kernelSize: 2, stride: 1 } }],
      padding: [
        { inputs: [batch], options: { kernelSize: 2, stride: [2, 1, 1].slice(0, axes), padding: 1 } },
      ],
      dilation: [{ inputs: [batch], options: { kernelSize: 2, stride: 1, dilation: 2 } }],
      ceilMode: [{ inputs: [batch], options: { kernelSize: 2, ceilMode: true } }],
    },
    errors: errorsOf("maxPool"),
  });
}

interface Means extends ops.AvgPoolOptions {
  readonly kernelSize: PerAxis;
}

function avgPooling(
  axes: number,
  call: (x: Tensor, kernelSize: PerAxis, options: ops.AvgPoolOptions) => Tensor,
): AnyHelperSamples {
  const [batch, image] = images[axes - 1];
  return helperSamplesOf<[Tensor], Means>({
    call: ([x], { kernelSize, ...options }) => call(x, kernelSize, options),
    domains: everywhere,
    samples: [
      { inputs: [batch], options: { kernelSize: 2 } },
      { inputs: [image], options: { kernelSize: 2 } },
    ],
    options: {
      kernelSize: [{ inputs: [image], options: { kernelSize: [3, 2, 2].slice(0, axes) } }],
      stride: [{ inputs: [image], options: { kernelSize: 2, stride: 1 } }],
      padding: [{ inputs: [batch], options: { kernelSize: 2, stride: 1, padding: 1 } }],
      ceilMode: [{ inputs: [batch], options: { kernelSize: 2, ceilMode: true } }],
      countIncludePad: [
        { inputs: [image], options: { kernelSize: 2, padding: 1, ceilMode: true, countIncludePad: false } },
      ],
      divisorOverride: [{ inputs: [image], options: { kernelSize: 2, divisorOverride: 3 } }],
    },
    errors: errorsOf("avgPool"),
  });
}

interface Powers extends ops.LpPoolOptions {
  readonly normType: number;
  readonly kernelSize: PerAxis;
}

function lpPooling(
  axes: number,
  name: string,
  call: (x: Tensor, normType: number, kernelSize: PerAxis, options: ops.LpPoolOptions) => Tensor,
): AnyHelperSamples {
  const [batch, image] = images[axes - 1];
  const zeros = {
    ...image,
    values: Array.from({ length: axes === 1 ? 14 : 24 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
  };
  return helperSamplesOf<[Tensor], Powers>({
    call: ([x], { normType, kernelSize, ...options }) => call(x, normType, kernelSize, options),
    domains: positive,
    samples: [
      { inputs: [batch], options: { normType: 2, kernelSize: 2 } },
      { inputs: [image], options: { normType: 1, kernelSize: 2 } },
      { inputs: [zeros], options: { normType: 2, kernelSize: 2 }, kink: "windows of zeros" },
      { inputs: [zeros], options: { normType: 3, kernelSize: 2 }, kink: "windows of zeros" },
    ],
    options: {
      normType: [
        { inputs: [image], options: { normType: 3, kernelSize: 2 } },
        { inputs: [batch], options: { normType: 1.5, kernelSize: 2 } },
      ],
      kernelSize: [{ inputs: [image], options: { normType: 2, kernelSize: axes === 1 ? 3 : [3, 2] } }],
      stride: [{ inputs: [image], options: { normType: 2, kernelSize: 2, stride: 1 } }],
      ceilMode: [{ inputs: [batch], options: { normType: 2, kernelSize: 2, ceilMode: true } }],
    },
    errors: [
      {
        inputs: [image],
        options: { normType: 0, kernelSize: 2 },
        error: ArgumentError,
        message: new RegExp(`^${name}: the normType is 0; it must be a finite number above 0`),
      },
      {
        inputs: [image],
        options: { normType: Number.POSITIVE_INFINITY, kernelSize: 2 },
        error: ArgumentError,
        message: new RegExp(`^${name}: the normType is Infinity; .* use max pooling for ∞$`),
      },
      {
        inputs: [float([3])],
        options: { normType: 2, kernelSize: 2 },
        error: ShapeError,
        message: new RegExp(`^${name}: x is \\[3\\], with 1 axes`),
      },
    ],
  });
}

interface Adaptive {
  readonly outputSize: ops.OutputSize;
}

function adaptivePooling(
  axes: number,
  op: string,
  call: (x: Tensor, outputSize: ops.OutputSize) => Tensor | ops.MaxPooled,
): AnyHelperSamples {
  const [batch, image] = images[axes - 1];
  return helperSamplesOf<[Tensor], Adaptive>({
    call: ([x], { outputSize }) => {
      const pooled = call(x, outputSize);
      return "values" in pooled ? pair(pooled) : pooled;
    },
    domains: everywhere,
    samples: [
      { inputs: [batch], options: { outputSize: 2 } },
      { inputs: [image], options: { outputSize: 1 } },
    ],
    options: { outputSize: [{ inputs: [image], options: { outputSize: [3, null, 2].slice(0, axes) } }] },
    errors: errorsOf(op),
  });
}

interface Unpooling extends ops.MaxUnpoolOptions {
  readonly kernelSize: PerAxis;
}

function unpooling(
  axes: number,
  name: string,
  call: (x: Tensor, indices: Tensor, kernelSize: PerAxis, options: ops.MaxUnpoolOptions) => Tensor,
): AnyHelperSamples {
  const shape = [2, ...new Array<number>(axes).fill(2)];
  // Different ones below 4, 16 and 64.
  const places = [0, 3, 9, 14, 20, 33, 47, 60].slice(0, [2, 4, 8][axes - 1]);
  const x = float(shape);
  const indices: TensorInput = { shape, values: [...places, ...[...places].reverse()], dtype: "int32" };
  const single = { ...indices, shape: [1, ...shape] };
  const axisLengths = (length: number): number[] => new Array<number>(axes).fill(length);
  const error = (options: Unpooling, message: string): ExpectedError<Unpooling> => ({
    inputs: [x, indices],
    options,
    error: ShapeError,
    message: new RegExp(`^${name}: ${message}`),
  });
  return helperSamplesOf<[Tensor, Tensor], Unpooling>({
    call: ([values, at], { kernelSize, ...options }) => call(values, at, kernelSize, options),
    domains: everywhere,
    samples: [
      { inputs: [x, indices], options: { kernelSize: 2 } },
      { inputs: [float([1, ...shape]), single], options: { kernelSize: 2 } },
    ],
    options: {
      kernelSize: [{ inputs: [x, indices], options: { kernelSize: axisLengths(3) } }],
      stride: [{ inputs: [x, indices], options: { kernelSize: 2, stride: 3 } }],
      padding: [{ inputs: [x, indices], options: { kernelSize: 3, padding: 1 } }],
      outputSize: [{ inputs: [x, indices], options: { kernelSize: 2, outputSize: axisLengths(5) } }],
    },
    errors: [
      error(
        { kernelSize: 2, outputSize: axisLengths(6) },
        "x, which is .*, cannot come from a plane of .*; axis -\\d must be more than 2 and less than 6$",
      ),
      error({ kernelSize: 1, stride: 1, padding: 1 }, "x, which is .*, cannot come from a plane of "),
      {
        inputs: [x, { shape: [3, ...shape.slice(1)], dtype: "int32" }],
        options: { kernelSize: 2 },
        error: ShapeError,
        message: /^maxUnpool: x is .* and the indices are .*; they must have the same shape$/,
      },
    ],
  });
}

interface KMax {
  readonly k: number;
}

function kMaxPooling(axes: number, name: string, call: (x: Tensor, k: number) => Tensor): AnyHelperSamples {
  const [batch, image] = images[axes - 1];
  return helperSamplesOf<[Tensor], KMax>({
    call: ([x], { k }) => call(x, k),
    domains: everywhere,
    samples: [
      { inputs: [batch], options: { k: 3 } },
      { inputs: [image], options: { k: 1 } },
    ],
    options: { k: [{ inputs: [image], options: { k: 5 } }] },
    errors: [
      {
        inputs: [image],
        options: { k: 13 },
        error: ShapeError,
        message: new RegExp(
          `^${name}: k is 13, and each channel of x, which is \\[.*\\], has \\d+ numbers; k must be at most that$`,
        ),
      },
      {
        inputs: [image],
        options: { k: 0 },
        error: ArgumentError,
        message: new RegExp(`^${name}: k is 0; it must be an integer, 1 or more$`),
      },
      {
        inputs: [float([2])],
        options: { k: 1 },
        error: ShapeError,
        message: new RegExp(`^${name}: x is \\[2\\], with 1 axes; it must be `),
      },
    ],
  });
}

function globalPooling(
  name: string,
  call: (x: Tensor, options: ops.GlobalPoolOptions) => Tensor,
): AnyHelperSamples {
  return helperSamplesOf<[Tensor], ops.GlobalPoolOptions>({
    call: ([x], options) => call(x, options),
    domains: everywhere,
    samples: [
      { inputs: [float([2, 3, 4])] },
      { inputs: [float([2, 2, 3, 2])] },
      { inputs: [float([1, 2, 2, 3, 2], "transposed")] },
      { inputs: [{ shape: [1, 2, 3], values: [1, 3, 3, 2, Number.NaN, 1] }], kink: "a tie and NaN" },
    ],
    options: {
      keepDims: [
        { inputs: [float([2, 2, 3, 2])], options: { keepDims: true } },
        { inputs: [float([2, 3, 4])], options: { keepDims: true } },
      ],
    },
    errors: [
      {
        inputs: [float([2, 3])],
        error: ShapeError,
        message: new RegExp(`^${name}: x is \\[2, 3\\], with 2 axes; it must be \\[N, C, …\\]`),
      },
      {
        inputs: [float([2, 3, 2, 0])],
        error: ShapeError,
        message: new RegExp(`^${name}: axis 3 of x, which is \\[2, 3, 2, 0\\], has size 0`),
      },
    ],
  });
}

export const poolingHelpers: HelpersOfFamily<typeof ops> = {
  maxPool1d: maxPooling(1, ops.maxPool1d),
  maxPool2d: maxPooling(2, ops.maxPool2d),
  maxPool3d: maxPooling(3, ops.maxPool3d),
  maxPool1dWithIndices: maxPooling(1, ops.maxPool1dWithIndices),
  maxPool2dWithIndices: maxPooling(2, ops.maxPool2dWithIndices),
  maxPool3dWithIndices: maxPooling(3, ops.maxPool3dWithIndices),
  adaptiveMaxPool1d: adaptivePooling(1, "adaptiveMaxPool", ops.adaptiveMaxPool1d),
  adaptiveMaxPool2d: adaptivePooling(2, "adaptiveMaxPool", ops.adaptiveMaxPool2d),
  adaptiveMaxPool3d: adaptivePooling(3, "adaptiveMaxPool", ops.adaptiveMaxPool3d),
  adaptiveMaxPool1dWithIndices: adaptivePooling(1, "adaptiveMaxPool", ops.adaptiveMaxPool1dWithIndices),
  adaptiveMaxPool2dWithIndices: adaptivePooling(2, "adaptiveMaxPool", ops.adaptiveMaxPool2dWithIndices),
  adaptiveMaxPool3dWithIndices: adaptivePooling(3, "adaptiveMaxPool", ops.adaptiveMaxPool3dWithIndices),
  maxUnpool1d: unpooling(1, "maxUnpool1d", ops.maxUnpool1d),
  maxUnpool2d: unpooling(2, "maxUnpool2d", ops.maxUnpool2d),
  maxUnpool3d: unpooling(3, "maxUnpool3d", ops.maxUnpool3d),
  avgPool1d: avgPooling(1, ops.avgPool1d),
  avgPool2d: avgPooling(2, ops.avgPool2d),
  avgPool3d: avgPooling(3, ops.avgPool3d),
  lpPool1d: lpPooling(1, "lpPool1d", ops.lpPool1d),
  lpPool2d: lpPooling(2, "lpPool2d", ops.lpPool2d),
  adaptiveAvgPool1d: adaptivePooling(1, "adaptiveAvgPool", ops.adaptiveAvgPool1d),
  adaptiveAvgPool2d: adaptivePooling(2, "adaptiveAvgPool", ops.adaptiveAvgPool2d),
  adaptiveAvgPool3d: adaptivePooling(3, "adaptiveAvgPool", ops.adaptiveAvgPool3d),
  kMaxPool1d: kMaxPooling(1, "kMaxPool1d", ops.kMaxPool1d),
  kMaxPool2d: kMaxPooling(2, "kMaxPool2d", ops.kMaxPool2d),
  globalAvgPool: globalPooling("globalAvgPool", ops.globalAvgPool),
  globalMaxPool: globalPooling("globalMaxPool", ops.globalMaxPool),
};
