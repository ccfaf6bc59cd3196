/** Samples of the ops in ops/losses/binary.ts. */
import { ShapeError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/losses/binary.js";
import type { LossOptions } from "../../src/ops/losses.js";
import {
  type AnyOpSamples,
  type Domain,
  float,
  floats,
  type HelpersOfFamily,
  infinite,
  ints,
  nan,
  type SamplesOfFamily,
  samplesOf,
} from "../sample.js";
import { pointwise, reductions, refusals } from "./pointwise.js";

const probability: Domain = { low: 0.1, high: 0.9 };
const everywhere: Domain = { low: -3, high: 3.1 };

type Weighted = [x: Tensor, y: Tensor, weight?: Tensor];
type TwiceWeighted = [x: Tensor, y: Tensor, weight?: Tensor, posWeight?: Tensor];

function margin(name: string, call: (x: Tensor, y: Tensor, options: LossOptions) => Tensor): AnyOpSamples {
  return samplesOf(
    pointwise<[Tensor, Tensor], LossOptions>(name, ["x", "y"], {
      call: ([x, y], options) => call(x, y, options),
      domains: [everywhere],
      special: [
        {
          inputs: [floats(1, -1, infinite, 0, 100, -100), floats(1, -1, -1, 1, 1, 1)],
          options: { reduction: "none" },
          kink: "special values",
        },
        {
          inputs: [floats(nan, 1), floats(1, nan)],
          options: { reduction: "none" },
          kink: "NaN",
          unlikePyTorch: "its gradient of a clamped NaN is 0",
        },
      ],
      integers: [{ inputs: [float([3]), ints(1, -1, 1)] }],
      options: { reduction: reductions(2) },
    }),
  );
}

export const samples: SamplesOfFamily<typeof ops> = {
  binaryCrossEntropy: samplesOf(
    pointwise<Weighted, LossOptions>("binaryCrossEntropy", ["x", "y"], {
      call: ([x, y, weight], options) => ops.binaryCrossEntropy(x, y, { weight, ...options }),
      domains: [probability],
      special: [
        {
          inputs: [floats(0, 0, 1, 1, 0.5, nan), floats(0, 1, 0, 1, nan, 1)],
          options: { reduction: "none" },
          kink: "logarithms of 0",
        },
      ],
      integers: [
        { inputs: [float([3]), ints(1, 0, 1)] },
        { inputs: [float([3]), { shape: [3], dtype: "bool" }] },
      ],
      options: {
        reduction: [
          ...reductions<LossOptions>(2),
          ...reductions<LossOptions>(3),
          { inputs: [float([2, 3]), float([2, 3]), float([3])], options: { reduction: "sum" } },
        ],
      },
      errors: [
        ...refusals<LossOptions>("binaryCrossEntropy", ["x", "y"]),
        {
          inputs: [float([3]), float([3]), float([2, 3])],
          error: ShapeError,
          message:
            /^binaryCrossEntropy: the weight is \[2, 3\] and x is \[3\]; the weight must broadcast to x$/,
        },
      ],
    }),
  ),
  binaryCrossEntropyWithLogits: samplesOf(
    pointwise<TwiceWeighted, LossOptions>("binaryCrossEntropyWithLogits", ["x", "y"], {
      call: ([x, y, weight, posWeight], options) =>
        ops.binaryCrossEntropyWithLogits(x, y, { weight, posWeight, ...options }),
      domains: [everywhere, probability, { low: 0.5, high: 2 }],
      special: [
        {
          inputs: [floats(0, -0, 100, -100, 1000, -1000, nan), floats(0, 1, 0, 1, 1, 0, 1)],
          options: { reduction: "none" },
          kink: "large logits",
        },
      ],
      integers: [{ inputs: [float([3]), ints(1, 0, 1)] }],
      options: {
        reduction: [
          ...reductions<LossOptions>(2),
          ...reductions<LossOptions>(3),
          ...reductions<LossOptions>(4),
          {
            inputs: [float([2, 3]), float([2, 3]), float([2, 1]), float([3])],
            options: { reduction: "sum" },
          },
        ],
      },
      errors: [
        ...refusals<LossOptions>("binaryCrossEntropyWithLogits", ["x", "y"]),
        {
          inputs: [float([3]), float([3]), float([3]), float([2, 3])],
          error: ShapeError,
          message: /; the posWeight must broadcast to x$/,
        },
      ],
    }),
  ),
  softMarginLoss: margin("softMarginLoss", ops.softMarginLoss),
  hingeLoss: margin("hingeLoss", ops.hingeLoss),
};

export const helpers: HelpersOfFamily<typeof ops> = {};
