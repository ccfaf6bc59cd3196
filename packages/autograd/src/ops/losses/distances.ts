/** Losses of distances between vectors, and of the order of scores. */
import { ArgumentError, ShapeError } from "../../errors.js";
import {
  compare,
  constant,
  difference,
  negative,
  sum as plus,
  product,
  select,
} from "../../expression/expression.js";
import type { Tensor } from "../../graph.js";
import { normalizeAxis, sameShape, show } from "../../shape.js";
import { applyElementwise, type ElementwiseOp, elementwise } from "../elementwise/elementwise-op.js";
import { add, clamp, div, equal, maximum, minimum, mul, sqrt, square, sub, where } from "../elementwise.js";
import { squeeze } from "../layout.js";
import { sum } from "../reductions.js";
import { norm } from "../statistics.js";
import {
  checkFloats,
  checkLoss,
  checkSameShape,
  type LossOptions,
  notNegative,
  reduced,
  tiny,
} from "./common.js";

export interface MarginLossOptions extends LossOptions {
  readonly margin?: number;
}

/**
 * How a distance x should be: small where y is 1, at least `margin` where y is −1:
 *
 *   y = 1:  x        y = −1:  max(0, margin − x)
 *
 * @param x distances, any shape
 * @param y −1 or 1, of the same shape
 * @param options `margin`, 1 by default
 * @throws ShapeError if the shapes differ
 */
export function hingeEmbeddingLoss(
  x: Tensor,
  y: Tensor,
  { reduction = "mean", margin = 1 }: MarginLossOptions = {},
): Tensor {
  checkLoss("hingeEmbeddingLoss", reduction, { x }, { y });
  return reduced(applyElementwise(hingeEmbeddingLossOp, [x, y, margin]), reduction);
}
export const hingeEmbeddingLossOp: ElementwiseOp = elementwise(
  "hingeEmbeddingLoss",
  ["x", "y", "margin"],
  (x, y, margin) =>
    plus(
      select(compare("eq", y, -1), constant(0), x),
      select(compare("eq", y, 1), constant(0), notNegative(difference(margin, x))),
    ),
);

/**
 * `max(0, margin − y · (x1 − x2))`: where y is 1 the first should be larger, where it is −1 the second.
 *
 * @param x1 scores, any shape
 * @param x2 scores, of the same shape
 * @param y −1 or 1, of the same shape
 * @param options `margin`, 0 by default
 * @throws ShapeError if the shapes differ
 */
export function marginRankingLoss(
  x1: Tensor,
  x2: Tensor,
  y: Tensor,
  { reduction = "mean", margin = 0 }: MarginLossOptions = {},
): Tensor {
  checkLoss("marginRankingLoss", reduction, { x1, x2 }, { y });
  return reduced(applyElementwise(marginRankingLossOp, [x1, x2, y, margin]), reduction);
}
export const marginRankingLossOp: ElementwiseOp = elementwise(
  "marginRankingLoss",
  ["x1", "x2", "y", "margin"],
  (x1, x2, y, margin) => notNegative(plus(negative(product(y, difference(x1, x2))), margin)),
);

export interface CosineSimilarityOptions {
  /** 1 by default. */
  readonly axis?: number;
  /** The least length that is divided by; 1e-8 by default. */
  readonly eps?: number;
}

/**
 * `x1 · x2 / (max(‖x1‖, eps) · max(‖x2‖, eps))` along an axis, which goes: the cosine of the angle between vectors.
 * Lengths below eps have no gradient (PyTorch gives them that of lengths above).
 *
 * @throws ShapeError if the shapes differ or there is no such axis
 */
export function cosineSimilarity(
  x1: Tensor,
  x2: Tensor,
  { axis = 1, eps = 1e-8 }: CosineSimilarityOptions = {},
): Tensor {
  const at = normalizeAxis("cosineSimilarity", axis, x1.rank, x1.shape);
  checkFloats("cosineSimilarity", { x1, x2 });
  checkSameShape("cosineSimilarity", { x1, x2 });
  const length = (x: Tensor): Tensor => maximum(norm(x, { axis: at, keepDims: true }), eps);
  const products = sum(mul(x1, x2), { axis: at, keepDims: true });
  return squeeze(div(products, mul(length(x1), length(x2))), at);
}

/**
 * How similar vectors should be, by the cosine of their angle:
 *
 *   y = 1:  1 − cos(x1, x2)        y = −1:  max(0, cos(x1, x2) − margin)
 *
 * and 0 for other y. Squared lengths have 1e-12 added, as in PyTorch.
 *
 * @param x1 [N, D] or [D]
 * @param x2 of the same shape
 * @param y −1 or 1, [N] or []
 * @param options `margin`, 0 by default
 * @throws ShapeError if the shapes do not fit
 */
export function cosineEmbeddingLoss(
  x1: Tensor,
  x2: Tensor,
  y: Tensor,
  { reduction = "mean", margin = 0 }: MarginLossOptions = {},
): Tensor {
  checkLoss("cosineEmbeddingLoss", reduction, { x1, x2 });
  if ((x1.rank !== 1 && x1.rank !== 2) || !sameShape(y.shape, x1.shape.slice(0, -1)))
    throw new ShapeError(
      `cosineEmbeddingLoss: x1 is ${show(x1.shape)} and y is ${show(y.shape)}; they must be [N, D] and [N], or [D] and []`,
    );
  const along = { axis: -1 };
  const power = (x: Tensor): Tensor => add(sum(square(x), along), tiny);
  const cosine = div(sum(mul(x1, x2), along), sqrt(mul(power(x1), power(x2))));
  const apart = clamp(sub(cosine, margin), { min: 0 });
  return reduced(where(equal(y, 1), sub(1, cosine), where(equal(y, -1), apart, 0)), reduction);
}

export interface TripletMarginLossOptions extends MarginLossOptions {
  /** Of the norm: positive, or ∞. 2 by default. */
  readonly p?: number;
  /** Added to each difference; 1e-6 by default. */
  readonly eps?: number;
  /** Whether the negative may be compared to the positive instead, where they are closer; false by default. */
  readonly swap?: boolean;
}

/**
 * `max(0, d(anchor, positive) − d(anchor, negative) + margin)` with distances `d(x, y) = ‖x − y + eps‖ₚ` over the last
 * axis. With `swap`, d(anchor, negative) is at most d(positive, negative): Balntas et al. 2016, section 3.
 *
 * @param anchor [..., D]
 * @param positive like the anchor, and of the same shape
 * @param negative unlike it, of the same shape
 * @param options `margin`, 1 by default
 * @throws ShapeError if the shapes differ, ArgumentError for a norm that is none
 */
export function tripletMarginLoss(
  anchor: Tensor,
  positive: Tensor,
  negative: Tensor,
  { reduction = "mean", margin = 1, p = 2, eps = 1e-6, swap = false }: TripletMarginLossOptions = {},
): Tensor {
  checkLoss("tripletMarginLoss", reduction, { anchor, positive, negative });
  if (anchor.rank === 0)
    throw new ShapeError("tripletMarginLoss: the anchor is []; vectors have one axis or more, [..., D]");
  if (!(p > 0)) throw new ArgumentError(`tripletMarginLoss: p is ${p}; it must be positive, or Infinity`);
  const distance = (x: Tensor, y: Tensor): Tensor => norm(add(sub(x, y), eps), { p, axis: -1 });
  const near = distance(anchor, positive);
  const far = distance(anchor, negative);
  const least = swap ? minimum(far, distance(positive, negative)) : far;
  return reduced(clamp(add(sub(near, least), margin), { min: 0 }), reduction);
}
