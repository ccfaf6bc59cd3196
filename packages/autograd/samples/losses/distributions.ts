/** Samples of the ops in ops/losses/distributions.ts. */
import { ArgumentError, ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/losses/distributions.js";
import {
  type AnyOpSamples,
  type Domain,
  type ExpectedError,
  everywhere,
  float,
  floats,
  type HelpersOfFamily,
  helperSamplesOf,
  type Sample,
  type SamplesOfFamily,
  samplesOf,
  shapesOf,
  type TensorInput,
  tensorsOnly,
} from "../sample.js";
import { equalShapes, pointwise, refusals, twoThings } from "./pointwise.js";

const probability: Domain = { low: 0.1, high: 0.9 };
const positive: Domain = { low: 0.25, high: 3 };
const { NaN: nan, NEGATIVE_INFINITY: none } = Number;
const two = [float([2, 3]), float([2, 3])];

type Divergence = Omit<ops.KlDivOptions, "logTarget">;

/** Samples of one of the two divergences; `y` is where its targets are drawn from. */
function divergence(logTarget: boolean, y: Domain): AnyOpSamples {
  const sample = (x: TensorInput): Sample<Divergence> => ({ inputs: [x, x], options: { reduction: "none" } });
  return samplesOf<[Tensor, Tensor], Divergence>({
    call: ([x, y_], options) => ops.klDiv(x, y_, { logTarget, ...options }),
    domains: [everywhere, y],
    ...shapesOf(sample),
    broadcast: equalShapes,
    shared: twoThings,
    numbers: tensorsOnly,
    special: [
      {
        inputs: [floats(0, 1, nan, 1, none), floats(0, 1, 1, nan, 0)],
        options: { reduction: "none" },
        kink: "nothing is certain",
        unlikePyTorch: "its gradient by a target of 0 is infinite or NaN",
      },
      {
        inputs: [floats(1, -1, nan, 1), floats(1, 0.5, 1, nan)],
        options: { reduction: "none" },
        kink: "NaN",
      },
    ],
    integers: { notApplicable: "it refuses integers" },
    options: {
      reduction: (["sum", "none", "batchMean"] as const).map((reduction) => ({
        inputs: two,
        options: { reduction },
      })) as unknown as [Sample<Divergence>],
    },
    errors: [
      ...(refusals<Divergence>("klDiv", ["x", "y"]) as [ExpectedError<Divergence>]),
      {
        inputs: [float([]), float([])],
        options: { reduction: "batchMean" },
        error: ShapeError,
        message: /^klDiv: x is \[\]; the mean of a batch needs an axis for it$/,
      },
    ],
  });
}

export const samples: SamplesOfFamily<typeof ops> = {
  klDivProbabilities: divergence(false, probability),
  klDivLogarithms: divergence(true, everywhere),
  gaussianNllLoss: samplesOf(
    pointwise<[Tensor, Tensor, Tensor], ops.GaussianNllLossOptions>(
      "gaussianNllLoss",
      ["x", "y", "variance"],
      {
        call: ([x, y, variance], options) => ops.gaussianNllLoss(x, y, variance, options),
        domains: [everywhere, everywhere, positive],
        special: [
          {
            inputs: [floats(0, 1, nan, 0), floats(1, 1, 0, 2), floats(0, 1e-7, 1, nan)],
            options: { reduction: "none" },
            kink: "below the least variance the gradient is that at it",
          },
        ],
        integers: [{ inputs: [float([3]), { shape: [3], dtype: "int32" }, float([3])] }],
        options: {
          reduction: (["sum", "none"] as const).map((reduction) => ({
            inputs: [...two, float([2, 3])],
            options: { reduction },
          })) as unknown as [Sample<ops.GaussianNllLossOptions>],
          full: [
            { inputs: [...two, float([2, 3])], options: { full: true } },
            { inputs: [...two, float([2, 1])], options: { full: true } },
            { inputs: [...two, float([2])], options: { full: true, reduction: "none" } },
          ],
          eps: [{ inputs: [...two, float([2, 3])], options: { eps: 1.5 }, kink: "as above" }],
        },
        errors: [
          ...refusals<ops.GaussianNllLossOptions>("gaussianNllLoss", ["x", "y", "variance"]),
          {
            inputs: [...two, float([3])],
            error: ShapeError,
            message:
              /^gaussianNllLoss: the variance is \[3\] and x is \[2, 3\]; they must be the same, but for the last axis, which may be 1 or missing in the variance$/,
          },
          {
            inputs: [...two, float([2, 3])],
            options: { eps: 0 },
            error: ArgumentError,
            message: /^gaussianNllLoss: eps is 0; it must be positive$/,
          },
        ],
      },
    ),
  ),
};

export const helpers: HelpersOfFamily<typeof ops> = {
  poissonNllLoss: helperSamplesOf<[Tensor, Tensor], ops.PoissonNllLossOptions>({
    call: ([x, y], options) => ops.poissonNllLoss(x, y, options),
    domains: [positive, { low: 0.25, high: 4, avoid: [1] }],
    samples: [
      { inputs: two },
      { inputs: [float([]), float([])] },
      { inputs: [float([0, 3]), float([0, 3])], options: { reduction: "sum" } },
      { inputs: [float([2, 3], "transposed"), { shape: [2, 3], dtype: "uint8" }] },
    ],
    options: {
      reduction: [
        { inputs: two, options: { reduction: "sum" } },
        { inputs: two, options: { reduction: "none" } },
      ],
      logInput: [{ inputs: two, options: { logInput: false, reduction: "none" } }],
      full: [
        { inputs: two, options: { full: true } },
        { inputs: two, options: { full: true, logInput: false, reduction: "none" } },
      ],
      eps: [{ inputs: two, options: { logInput: false, eps: 0.5 } }],
    },
    errors: refusals("poissonNllLoss", ["x", "y"]),
  }),
};
