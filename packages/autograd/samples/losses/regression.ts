/** Samples of the ops in ops/losses/regression.ts. */
import { ArgumentError } from "../../src/errors.js";
import type { Tensor } from "../../src/graph.js";
import * as ops from "../../src/ops/losses/regression.js";
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

type Operands = [Tensor, Tensor];

// Of such a width that no difference is 1, where losses bend.
const domains: readonly [Domain] = [{ low: -2, high: 2.1 }];

/** Samples that all losses of differences have. */
const ofDifference = {
  domains,
  special: [
    {
      inputs: [floats(infinite, 2, 0, 1.5), floats(0, 2, -0, 0.5)],
      options: { reduction: "none" },
      kink: "no difference, or an infinite one",
    },
    {
      inputs: [floats(nan, 1), floats(0, nan)],
      options: { reduction: "none" },
      kink: "NaN",
      unlikePyTorch: "its gradient of |NaN| is 0",
    },
  ],
  integers: [{ inputs: [float([3]), ints(1, 2, -3)] }],
} as const;

function plain(name: string, call: (x: Tensor, y: Tensor, options: LossOptions) => Tensor): AnyOpSamples {
  return samplesOf(
    pointwise<Operands, LossOptions>(name, ["x", "y"], {
      call: ([x, y], options) => call(x, y, options),
      ...ofDifference,
      options: { reduction: reductions(2) },
    }),
  );
}

export const samples: SamplesOfFamily<typeof ops> = {
  mseLoss: plain("mseLoss", ops.mseLoss),
  l1Loss: plain("l1Loss", ops.l1Loss),
  huberLoss: samplesOf(
    pointwise<Operands, ops.HuberLossOptions>("huberLoss", ["x", "y"], {
      call: ([x, y], options) => ops.huberLoss(x, y, options),
      ...ofDifference,
      options: {
        reduction: reductions(2),
        delta: [
          { inputs: [float([2, 3]), float([2, 3])], options: { delta: 10 } },
          { inputs: [float([2, 3]), float([2, 3])], options: { delta: 0.25, reduction: "sum" } },
        ],
      },
      errors: [
        ...refusals<ops.HuberLossOptions>("huberLoss", ["x", "y"]),
        {
          inputs: [float([2]), float([2])],
          options: { delta: 0 },
          error: ArgumentError,
          message: /^huberLoss: delta is 0; it must be positive$/,
        },
      ],
    }),
  ),
  smoothL1Loss: samplesOf(
    pointwise<Operands, ops.SmoothL1LossOptions>("smoothL1Loss", ["x", "y"], {
      call: ([x, y], options) => ops.smoothL1Loss(x, y, options),
      ...ofDifference,
      options: {
        reduction: reductions(2),
        beta: [
          { inputs: [float([2, 3]), float([2, 3])], options: { beta: 10 } },
          { inputs: [float([2, 3]), float([2, 3])], options: { beta: 0.25, reduction: "sum" } },
        ],
      },
      errors: [
        ...refusals<ops.SmoothL1LossOptions>("smoothL1Loss", ["x", "y"]),
        {
          inputs: [float([2]), float([2])],
          options: { beta: -1 },
          error: ArgumentError,
          message: /^smoothL1Loss: beta is -1; it must be 0 or more$/,
        },
      ],
    }),
  ),
};

export const helpers: HelpersOfFamily<typeof ops> = {};
