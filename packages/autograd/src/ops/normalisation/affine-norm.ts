/** Normalisation with a learned scale and shift as one op, and its gradient as another. */

import { defineOp } from "../../definition.js";
import type { Op, Tensor } from "../../graph.js";
import * as kernels from "../../kernels/normalise.js";
import type { Shape } from "../../shape.js";
import { applyMany } from "../../tape.js";
import { add, div, mul, rsqrt, sub } from "../elementwise.js";
import { reshape } from "../layout.js";
import { sum } from "../reductions.js";

/** What is normalised together. */
export interface AffineNorm {
  readonly grouping: kernels.Grouping;
  /** Added to the variance. */
  readonly eps: number;
}

/** Tensors in the shape in which rules compute: [examples, groups, channels of a group, places]. */
class Frame {
  readonly shape: Shape;
  private readonly statistics: Shape;
  private readonly channels: Shape;
  private readonly ownAxes: readonly number[];
  /** How many numbers have a statistic in common; 1 for none, where nothing depends on it. */
  readonly count: number;

  constructor(
    { examples, channels, places, groups }: kernels.Grouping,
    readonly original: Shape,
  ) {
    const apart = groups === 0 ? channels : groups;
    const together = apart === 0 ? 1 : channels / apart;
    this.shape = [examples, apart, together, places];
    this.statistics = [groups === 0 ? 1 : examples, apart, 1, 1];
    this.channels = [1, apart, together, 1];
    this.ownAxes = groups === 0 ? [0, 2, 3] : [2, 3];
    this.count = Math.max(1, (groups === 0 ? examples : 1) * together * places);
  }

  /** Of the shape of x. */
  whole(x: Tensor): Tensor {
    return reshape(x, this.shape);
  }

  /** One for each statistic. */
  statistic(x: Tensor): Tensor {
    return reshape(x, this.statistics);
  }

  /** One for each channel. */
  channel(x: Tensor): Tensor {
    return reshape(x, this.channels);
  }

  /** The sum over what has a statistic in common. */
  sum(x: Tensor): Tensor {
    return sum(x, { axis: this.ownAxes, keepDims: true });
  }

  sumOfChannel(x: Tensor): Tensor {
    return reshape(sum(x, { axis: [0, 3] }), [this.channels[1] * this.channels[2]]);
  }

  sumOfStatistic(x: Tensor): Tensor {
    return reshape(this.sum(x), [this.statistics[0] * this.statistics[1]]);
  }

  back(x: Tensor): Tensor {
    return reshape(x, this.original);
  }
}

/** Cotangents of x, weight and bias, by what their rules are given: found at once, and asked for one by one. */
const found = new WeakMap<object, readonly Tensor[]>();

/**
 * `(x − mean) / √(variance + eps) · weight + bias` for groups of channels: see `Grouping`. The statistics are float64,
 * so that what is computed from them keeps its digits where the mean is large.
 */
export const affineNormOp: Op<AffineNorm> = defineOp({
  name: "affineNorm",
  inputs: ["x", "weight", "bias"],
  outputs: ["out", "mean", "variance"],
  infer: ([x], { grouping: { examples, channels, groups } }: AffineNorm) => {
    const statistic = { shape: [groups === 0 ? channels : examples * groups], dtype: "float64" } as const;
    return [x, statistic, statistic];
  },
  kernel: ([x, weight, bias], [out, mean, variance], { grouping, eps }) =>
    kernels.normalise(x, weight, bias, out, mean, variance, grouping, eps),
  saves: ["x", "weight", "mean", "variance"],
  vjp: {
    x: (context, options) => gradients(context, options)[0],
    weight: (context, options) => gradients(context, options)[1],
    bias: (context, options) => gradients(context, options)[2],
  },
  jvp: {
    x: ({ t, x, weight, mean, variance }, { grouping, eps }) => {
      const frame = new Frame(grouping, x.shape);
      const change = frame.whole(t);
      const deviation = sub(frame.whole(x), frame.statistic(mean));
      const root = rsqrt(add(frame.statistic(variance), eps));
      const ofMean = div(frame.sum(change), frame.count);
      const ofVariance = mul(div(frame.sum(mul(deviation, change)), frame.count), 2);
      const ofRoot = mul(mul(ofVariance, mul(root, mul(root, root))), -0.5);
      const standard = add(mul(sub(change, ofMean), root), mul(deviation, ofRoot));
      return [
        frame.back(mul(standard, frame.channel(weight))),
        reshape(ofMean, mean.shape),
        reshape(ofVariance, variance.shape),
      ];
    },
    weight: ({ t, x, mean, variance }, { grouping, eps }) => {
      const frame = new Frame(grouping, x.shape);
      const root = rsqrt(add(frame.statistic(variance), eps));
      const standard = mul(sub(frame.whole(x), frame.statistic(mean)), root);
      return [frame.back(mul(standard, frame.channel(t))), null, null];
    },
    bias: ({ t, x }, { grouping }) => {
      const frame = new Frame(grouping, x.shape);
      return [frame.back(add(mul(frame.whole(x), 0), frame.channel(t))), null, null];
    },
  },
});

interface Given {
  readonly g_out: Tensor;
  readonly g_mean: Tensor;
  readonly g_variance: Tensor;
  readonly x: Tensor;
  readonly weight: Tensor;
  readonly mean: Tensor;
  readonly variance: Tensor;
}

function gradients(context: Given, options: AffineNorm): readonly Tensor[] {
  let all = found.get(context);
  if (all === undefined) {
    const { g_out, g_mean, g_variance, x, weight, mean, variance } = context;
    all = applyMany(affineNormGradOp, [g_out, x, weight, mean, variance, g_mean, g_variance], options);
    found.set(context, all);
  }
  return all;
}

/** What the rules of the gradient compute with. */
function gradientParts(
  { g, x, weight, mean, variance }: Readonly<Record<"g" | "x" | "weight" | "mean" | "variance", Tensor>>,
  { grouping, eps }: AffineNorm,
) {
  const frame = new Frame(grouping, x.shape);
  const weighted = mul(frame.whole(g), frame.channel(weight));
  const deviation = sub(frame.whole(x), frame.statistic(mean));
  const root = rsqrt(add(frame.statistic(variance), eps));
  return {
    frame,
    weighted,
    deviation,
    root,
    cube: mul(root, mul(root, root)),
    total: div(frame.sum(weighted), frame.count),
    product: div(frame.sum(mul(weighted, deviation)), frame.count),
  };
}

/**
 * The cotangents of `x`, `weight` and `bias` of `affineNorm`, of which `g`, `gMean` and `gVariance` are those of the
 * outputs. With d = x − mean, r = 1/√(variance + eps), h = g · weight and n numbers to a statistic:
 * `dx = r · h + (2 gVariance − r³ Σ h·d) / n · d + (gMean − r Σ h) / n`, `dweight = Σ g · d · r` and `dbias = Σ g`.
 */
export const affineNormGradOp: Op<AffineNorm> = defineOp({
  name: "affineNormGrad",
  inputs: ["g", "x", "weight", "mean", "variance", "gMean", "gVariance"],
  outputs: ["dx", "dweight", "dbias"],
  infer: ([, x, weight]) => [x, weight, weight],
  kernel: (inputs, [dx, dweight, dbias], { grouping, eps }) => {
    const [g, x, weight, mean, variance, gMean, gVariance] = inputs;
    const operands = { g, x, weight, mean, variance, gMean, gVariance };
    kernels.normaliseGradient(operands, dx, dweight, dbias, grouping, eps);
  },
  saves: ["g", "x", "weight", "mean", "variance", "gVariance"],
  savedFor: {
    g: ["x", "weight", "mean", "variance"],
    weight: ["g", "x", "mean", "variance"],
    variance: ["g", "x", "weight", "mean", "variance"],
    gMean: ["x"],
    gVariance: ["x", "mean"],
  },
  vjp: {
    g: ({ g_dx, g_dweight, g_dbias, x, weight, mean, variance }, { grouping, eps }) => {
      const frame = new Frame(grouping, x.shape);
      const deviation = sub(frame.whole(x), frame.statistic(mean));
      const root = rsqrt(add(frame.statistic(variance), eps));
      // dx is its own adjoint, but for the weight.
      const through = adjoint(frame, frame.whole(g_dx), deviation, root);
      const byWeight = mul(mul(frame.channel(g_dweight), deviation), root);
      return frame.back(add(add(mul(through, frame.channel(weight)), byWeight), frame.channel(g_dbias)));
    },
    x: (context, options) => {
      const { frame, change } = ofDeviation(context, options);
      return frame.back(change);
    },
    weight: ({ g_dx, g, x, mean, variance }, { grouping, eps }) => {
      const frame = new Frame(grouping, x.shape);
      const deviation = sub(frame.whole(x), frame.statistic(mean));
      const root = rsqrt(add(frame.statistic(variance), eps));
      const through = adjoint(frame, frame.whole(g_dx), deviation, root);
      return frame.sumOfChannel(mul(through, frame.whole(g)));
    },
    mean: (context, options) => {
      const { frame, change } = ofDeviation(context, options);
      return mul(frame.sumOfStatistic(change), -1);
    },
    variance: (context, options) => {
      const { g_dx, g_dweight, g } = context;
      const { frame, weighted, deviation, root, cube, total, product } = gradientParts(context, options);
      const u = frame.whole(g_dx);
      const own = mul(weighted, u);
      const byWeight = mul(mul(frame.whole(g), frame.channel(g_dweight)), deviation);
      const bySums = add(
        mul(mul(mul(root, root), 3), mul(frame.sum(mul(u, deviation)), product)),
        mul(frame.sum(u), total),
      );
      const ofRoot = sub(frame.sum(add(own, byWeight)), bySums);
      return reshape(mul(mul(ofRoot, cube), -0.5), context.variance.shape);
    },
    gMean: ({ g_dx, x }, { grouping }) => {
      const frame = new Frame(grouping, x.shape);
      return frame.sumOfStatistic(div(frame.whole(g_dx), frame.count));
    },
    gVariance: ({ g_dx, x, mean }, { grouping }) => {
      const frame = new Frame(grouping, x.shape);
      const deviation = sub(frame.whole(x), frame.statistic(mean));
      return frame.sumOfStatistic(mul(mul(frame.whole(g_dx), deviation), 2 / frame.count));
    },
  },
  linear: [["g", "gMean", "gVariance"]],
  jvp: {
    x: (context, options) =>
      ofMove(context, options, new Frame(options.grouping, context.x.shape).whole(context.t)),
    weight: ({ t, g, x, mean, variance }, { grouping, eps }) => {
      const frame = new Frame(grouping, x.shape);
      const deviation = sub(frame.whole(x), frame.statistic(mean));
      const root = rsqrt(add(frame.statistic(variance), eps));
      const moved = adjoint(frame, mul(frame.whole(g), frame.channel(t)), deviation, root);
      return [frame.back(moved), null, null];
    },
    mean: (context, options) => {
      const frame = new Frame(options.grouping, context.x.shape);
      return ofMove(context, options, mul(frame.statistic(context.t), -1));
    },
    variance: (context, options) => {
      const { frame, weighted, deviation, root, cube, total, product } = gradientParts(context, options);
      const moved = mul(mul(frame.statistic(context.t), cube), -0.5);
      const slope = mul(mul(mul(root, root), 3), product);
      const dx = mul(moved, sub(sub(weighted, mul(deviation, slope)), total));
      const dweight = frame.sumOfChannel(mul(mul(frame.whole(context.g), deviation), moved));
      return [frame.back(dx), dweight, null];
    },
  },
});

/** `r · h − r³ (Σ h·d) / n · d − r (Σ h) / n`. */
function adjoint(frame: Frame, h: Tensor, deviation: Tensor, root: Tensor): Tensor {
  const cube = mul(root, mul(root, root));
  const bySlope = mul(mul(cube, div(frame.sum(mul(h, deviation)), frame.count)), deviation);
  return sub(sub(mul(root, h), bySlope), mul(root, div(frame.sum(h), frame.count)));
}

/** The cotangent of the deviations, through which x and the mean come in. */
function ofDeviation(
  context: Readonly<
    Record<"g_dx" | "g_dweight" | "g" | "x" | "weight" | "mean" | "variance" | "gVariance", Tensor>
  >,
  options: AffineNorm,
): { readonly frame: Frame; readonly change: Tensor } {
  const { g_dx, g_dweight, g, gVariance } = context;
  const { frame, weighted, deviation, root, cube, product } = gradientParts(context, options);
  const u = frame.whole(g_dx);
  const slope = sub(mul(frame.statistic(gVariance), 2 / frame.count), mul(cube, product));
  const share = mul(cube, div(frame.sum(mul(u, deviation)), frame.count));
  const byWeight = mul(mul(frame.channel(g_dweight), frame.whole(g)), root);
  return { frame, change: add(sub(mul(u, slope), mul(weighted, share)), byWeight) };
}

/** The tangents of the outputs where the deviations move by `moved`. */
function ofMove(
  context: Readonly<Record<"g" | "x" | "weight" | "mean" | "variance" | "gVariance", Tensor>>,
  options: AffineNorm,
  moved: Tensor,
): readonly (Tensor | null)[] {
  const { frame, weighted, deviation, root, cube, product } = gradientParts(context, options);
  const change = div(frame.sum(mul(weighted, moved)), frame.count);
  const direct = mul(
    moved,
    sub(mul(frame.statistic(context.gVariance), 2 / frame.count), mul(cube, product)),
  );
  const dx = sub(direct, mul(mul(cube, change), deviation));
  return [frame.back(dx), frame.sumOfChannel(mul(mul(frame.whole(context.g), moved), root)), null];
}
