/** Samples of the functions in ops/local-convolution.ts. */
import { ArgumentError, DTypeError, ShapeError } from "../src/errors.js";
import type { Tensor } from "../src/graph.js";
import type * as family from "../src/ops/local-convolution.js";
import * as ops from "../src/ops/local-convolution.js";
import {
  type AnyHelperSamples,
  float,
  type HelpersOfFamily,
  helperSamplesOf,
  type SamplesOfFamily,
  type TensorInput,
} from "./sample.js";

export const samples: SamplesOfFamily<typeof family> = {};

type Inputs = [Tensor, Tensor, Tensor?];

const make = (...shape: readonly number[]): TensorInput => float(shape);

/** @param image the sizes of an image, of which windows of 2 along each axis leave one out */
function local(name: string, call: typeof ops.localConv1d, image: readonly number[]): AnyHelperSamples {
  const kernel = image.map(() => 2);
  const places = (change: number): number[] => image.map((size) => size + change);
  const x = make(1, 2, ...image);
  const weight = (at: readonly number[]): TensorInput => make(...at, 2, 2, ...kernel);
  const plain = weight(places(-1));
  return helperSamplesOf<Inputs, ops.LocalConvolutionOptions>({
    call: ([input, filter, bias], options) => call(input, filter, bias, options),
    domains: [{ low: -2, high: 2 }],
    samples: [
      { inputs: [x, plain] },
      { inputs: [make(3, 2, ...image), plain, make(2, ...places(-1))] },
      { inputs: [make(2, 1, ...kernel), make(...image.map(() => 1), 3, 1, ...kernel)] },
      { inputs: [make(2, 1, ...image), make(...image, 1, 1, ...image.map(() => 1))] },
      { inputs: [make(2, ...image), plain, make(2, ...places(-1))] },
      { inputs: [make(0, 2, ...image), plain] },
      { inputs: [make(2, 0, ...image), make(...places(-1), 2, 0, ...kernel)] },
      {
        inputs: [
          { ...x, layout: "negative step" },
          { ...plain, layout: "transposed" },
        ],
      },
      {
        inputs: [
          { ...make(2, 1, ...kernel), layout: "expanded" },
          make(...image.map(() => 1), 1, 1, ...kernel),
        ],
      },
    ],
    options: {
      padding: [
        { inputs: [x, weight(places(1))], options: { padding: 1 } },
        { inputs: [x, weight(image)], options: { padding: "same" } },
        { inputs: [x, weight(image)], options: { padding: "same", dilation: 2 } },
        {
          inputs: [x, weight(image.map((size, i) => Math.floor((size + 2 * (i + 1) - 3) / 2) + 1))],
          options: { padding: image.map((_, i) => i + 1), stride: 2, dilation: 2 },
        },
      ],
      stride: [
        { inputs: [x, weight(image.map((size) => Math.floor(size / 2)))], options: { stride: 2 } },
        {
          inputs: [x, weight(image.map((size, i) => Math.floor((size - 2) / (3 - i)) + 1))],
          options: { stride: image.map((_, i) => 3 - i) },
        },
      ],
      dilation: [{ inputs: [x, weight(places(-2))], options: { dilation: 2 } }],
    },
    errors: [
      {
        inputs: [make(...image), plain],
        error: ShapeError,
        message: new RegExp(`^${name}: x is .* and the weight is .*; they must be \\[N, C, (L|H, W)\\] or`),
      },
      {
        inputs: [make(1, 3, ...image), plain],
        error: ShapeError,
        message: new RegExp(`^${name}: .*; the weight takes 2 channels and x has 3, which must be the same$`),
      },
      {
        inputs: [x, weight(image)],
        error: ShapeError,
        message: new RegExp(
          `^${name}: .*; with these options there are .* places, and the weight must begin`,
        ),
      },
      {
        inputs: [x, plain, make(2, ...image)],
        error: ShapeError,
        message: new RegExp(`^${name}: the bias is .* and the weight is .*; the bias must be \\[2, `),
      },
      {
        inputs: [make(1, 2, ...image.map(() => 1)), plain],
        error: ShapeError,
        message: new RegExp(`^${name}: the kernel does not fit: `),
      },
      {
        inputs: [x, make(...places(-1), 2, 2, ...kernel.map(() => 0))],
        error: ShapeError,
        message: new RegExp(
          `^${name}: the weight is .*; a kernel must have at least one tap along each axis$`,
        ),
      },
      {
        inputs: [x, { ...plain, dtype: "int32" }],
        error: DTypeError,
        message: new RegExp(`^${name}: x is float(32|64) and its weight or bias is int32`),
      },
      {
        inputs: [x, plain],
        options: { stride: 0 },
        error: ArgumentError,
        message: new RegExp(`^${name}: the stride is 0; it must be an integer, 1 or more`),
      },
      {
        inputs: [x, plain],
        options: { dilation: [1, 2, 3] },
        error: ArgumentError,
        message: new RegExp(`^${name}: the dilation \\[1, 2, 3\\] has 3 numbers`),
      },
      {
        inputs: [x, plain],
        options: { padding: "same", stride: 2 },
        error: ArgumentError,
        message: new RegExp(`^${name}: the padding is "same" and the stride`),
      },
    ],
  });
}

export const helpers: HelpersOfFamily<typeof family> = {
  localConv1d: local("localConv1d", ops.localConv1d, [6]),
  localConv2d: local("localConv2d", ops.localConv2d, [4, 3]),
};
