/** Losses of distributions. */
import { ArgumentError, ShapeError } from "../../errors.js";
import {
  compare,
  constant,
  difference,
  type Expression,
  negative,
  sum as plus,
  primitive,
  product,
  quotient,
  select,
} from "../../expression/expression.js";
import * as functions from "../../expression/functions/index.js";
import type { Tensor } from "../../graph.js";
import { sameShape, show } from "../../shape.js";
import { applyElementwise, type ElementwiseOp, elementwise } from "../elementwise/elementwise-op.js";
import { add, div, greater, mul, sub, where } from "../elementwise.js";
import { unsqueeze } from "../layout.js";
import { sum } from "../reductions.js";
import { exp, log } from "../transcendental.js";
import {
  checkFloats,
  checkLoss,
  checkReduction,
  checkSameShape,
  type LossOptions,
  type Reduction,
  reduced,
} from "./common.js";

export interface KlDivOptions {
  /**
   * `"mean"`, the default, is that of all elements; `"batchMean"`, the sum divided by the length of the first axis, is
   * what is called the divergence.
   */
  readonly reduction?: Reduction | "batchMean";
  /** Whether `y` is logarithms too; false by default. */
  readonly logTarget?: boolean;
}

/**
 * The Kullback–Leibler divergence of predictions from the distribution y, element by element: `y · (log y − x)`, and 0
 * where y is 0; for `logTarget` `eʸ · (y − x)`. Kullback & Leibler 1951.
 *
 * @param x logarithms of probabilities, any shape
 * @param y probabilities or their logarithms, of the same shape
 * @throws ShapeError if the shapes differ
 */
export function klDiv(
  x: Tensor,
  y: Tensor,
  { reduction = "mean", logTarget = false }: KlDivOptions = {},
): Tensor {
  checkReduction("klDiv", reduction, ["mean", "batchMean", "sum", "none"]);
  checkFloats("klDiv", { x, y });
  checkSameShape("klDiv", { x, y });
  if (reduction === "batchMean" && x.rank === 0)
    throw new ShapeError(`klDiv: x is ${show(x.shape)}; the mean of a batch needs an axis for it`);
  const losses = applyElementwise(klDivOps[logTarget ? "logarithms" : "probabilities"], [x, y]);
  return reduction === "batchMean" ? div(sum(losses), x.shape[0]) : reduced(losses, reduction);
}
export const klDivOps: Readonly<Record<"probabilities" | "logarithms", ElementwiseOp>> = {
  probabilities: elementwise("klDivProbabilities", ["x", "y"], (x, y) => {
    // 1 · log 1 is 0 too, and has a derivative.
    const some = select(compare("eq", y, 0), constant(1), y);
    return difference(product(some, functions.log(some)), product(y, x));
  }),
  logarithms: elementwise("klDivLogarithms", ["x", "y"], (x, y) =>
    product(functions.exp(y), difference(y, x)),
  ),
};

export interface PoissonNllLossOptions extends LossOptions {
  /** Whether x is the logarithm of the rate; true by default. */
  readonly logInput?: boolean;
  /** Whether to add Stirling's `y log y − y + ½ log(2πy)` for `log y!`, where y is above 1; false by default. */
  readonly full?: boolean;
  /** Added to a rate before its logarithm is taken; 1e-8 by default. */
  readonly eps?: number;
}

/**
 * The negative log likelihood of counts y with a Poisson distribution, but for `log y!`: `eˣ − y · x`, or
 * `x − y · log(x + eps)` where x is the rate.
 *
 * @param x rates or their logarithms, any shape
 * @param y counts, of the same shape
 * @throws ShapeError if the shapes differ
 */
export function poissonNllLoss(
  x: Tensor,
  y: Tensor,
  { reduction = "mean", logInput = true, full = false, eps = 1e-8 }: PoissonNllLossOptions = {},
): Tensor {
  checkLoss("poissonNllLoss", reduction, { x }, { y });
  const losses = logInput ? sub(exp(x), mul(y, x)) : sub(x, mul(y, log(add(x, eps))));
  return reduced(full ? add(losses, stirling(y)) : losses, reduction);
}

function stirling(y: Tensor): Tensor {
  const many = greater(y, 1);
  const some = where(many, y, 1);
  return where(many, add(sub(mul(some, log(some)), some), mul(log(mul(some, 2 * Math.PI)), 0.5)), 0);
}

export interface GaussianNllLossOptions extends LossOptions {
  /** Whether to add `½ log 2π`; false by default. */
  readonly full?: boolean;
  /** The least variance; positive, 1e-6 by default. */
  readonly eps?: number;
}

/** ½ log 2π */
const HALF_LOG_2PI = 0.9189385332046727;

/**
 * The negative log likelihood of y with a normal distribution of mean x: `½ (log v + (x − y)² / v)`, where v is the
 * variance, or eps if that is more. Nix & Weigend 1994.
 *
 * The gradient by the variance is that by v, so that a variance below eps can grow, as in PyTorch.
 *
 * @param x means, any shape
 * @param y of the same shape
 * @param variance of the same shape; or 1 in the place of its last axis, or without that: one variance for all of it
 * @throws ShapeError if the shapes do not fit, ArgumentError if eps is not positive
 */
export function gaussianNllLoss(
  x: Tensor,
  y: Tensor,
  variance: Tensor,
  { reduction = "mean", full = false, eps = 1e-6 }: GaussianNllLossOptions = {},
): Tensor {
  checkReduction("gaussianNllLoss", reduction);
  checkFloats("gaussianNllLoss", { x, variance });
  checkSameShape("gaussianNllLoss", { x, y });
  if (!(eps > 0)) throw new ArgumentError(`gaussianNllLoss: eps is ${eps}; it must be positive`);
  const { shape } = variance;
  const outer = x.shape.slice(0, -1);
  const isOneForAll = x.rank > 0 && sameShape(shape, outer) && !sameShape(shape, x.shape);
  if (!isOneForAll && !sameShape(shape, x.shape) && !(x.rank > 0 && sameShape(shape, [...outer, 1])))
    throw new ShapeError(
      `gaussianNllLoss: the variance is ${show(shape)} and x is ${show(x.shape)}; they must be the same, but for the last axis, which may be 1 or missing in the variance`,
    );
  const spread = isOneForAll ? unsqueeze(variance, -1) : variance;
  const losses = applyElementwise(gaussianNllLossOp, [x, y, spread, eps]);
  return reduced(full ? add(losses, HALF_LOG_2PI) : losses, reduction);
}
export const gaussianNllLossOp: ElementwiseOp = elementwise(
  "gaussianNllLoss",
  ["x", "y", "variance", "eps"],
  (x, y, variance, eps) => {
    const v = primitive("max", variance, eps);
    const error = difference(x, y);
    return product(0.5, plus(functions.log(v), quotient(product(error, error), v)));
  },
  {
    pullback: (g, [x, y, variance, eps]) => {
      const v = primitive("max", variance, eps);
      const byMean = product(g, quotient(difference(x, y), v));
      return [byMean, negative(byMean), product(g, byVariance(difference(x, y), v)), constant(0)];
    },
    pushforward: ([tx, ty, tv], [x, y, variance, eps]) => {
      const v = primitive("max", variance, eps);
      const error = difference(x, y);
      return plus(product(difference(tx, ty), quotient(error, v)), product(tv, byVariance(error, v)));
    },
  },
);

/** `½ (1/v − (x − y)² / v²)` */
function byVariance(error: Expression, v: Expression): Expression {
  const ratio = quotient(error, v);
  return product(0.5, difference(quotient(1, v), product(ratio, ratio)));
}
