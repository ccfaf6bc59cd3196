/** Attention. */
import { arange } from "../create.js";
import { isFloat } from "../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import type { Tensor } from "../graph.js";
import { broadcast, sameShape, show } from "../shape.js";
import { matmul } from "./contraction.js";
import { add, lessEqual, logicalAnd, logicalNot, logicalOr, mul, notEqual, where } from "./elementwise.js";
import { transpose, unsqueeze } from "./layout.js";
import { checkProbability } from "./random/probability.js";
import { amax, softmax } from "./reductions.js";
import { type DropoutOptions, dropout } from "./sampling.js";

export interface AttentionOptions extends DropoutOptions {
  /**
   * Which keys each query attends to, [..., L, S]: bool, true for those that take part; or floats that are added to the
   * scores, −∞ for those that do not.
   */
  readonly mask?: Tensor | undefined;
  /** Whether query i attends to the keys 0 to i alone, besides what the mask says; false by default. */
  readonly isCausal?: boolean;
  /** The probability with which a weight is dropped; 0 by default. */
  readonly dropout?: number;
  /** What scores are multiplied by; `1/√E` by default. */
  readonly scale?: number;
}

/**
 * `softmax(scale · q kᵀ + mask) v`: for each query the mean of the values, weighted by how well their keys match it.
 * Vaswani et al. 2017, equation 1. Axes before the last two, such as examples and heads, broadcast.
 *
 * A query that attends to no key gives zeros, and gradients of zero (as PyTorch does from 2.5 on; before, NaN).
 *
 * @param q queries, [..., L, E]
 * @param k keys, [..., S, E]
 * @param v values, [..., S, V]
 * @returns [..., L, V]
 * @throws ShapeError if the shapes do not fit, DTypeError for dtypes that differ or are no floats
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: AttentionOptions = {},
): Tensor {
  check(q, k, v, options);
  const {
    mask,
    isCausal = false,
    dropout: probability = 0,
    scale = 1 / Math.sqrt(q.shape.at(-1)!),
  } = options;
  const scores = matmul(mul(q, scale), transpose(k));
  const allowed = maskFor(scores, mask, isCausal);
  // The first key always takes part where a mask is only causal.
  const anyOf = mask === undefined || k.shape.at(-2) === 0 ? undefined : anyAllowed(allowed!);
  const weights = dropout(softmax(masked(scores, allowed, anyOf)), probability, options);
  const out = matmul(weights, v);
  return anyOf === undefined ? out : where(anyOf, out, 0);
}

/**
 * The mask of queries that attend to the keys up to their own place: true where key j comes no later than query i.
 *
 * @param keys as many as queries by default
 * @returns bool, [queries, keys]
 * @throws ArgumentError if a number is no integer, 0 or more
 */
export function causalMask(queries: number, keys: number = queries): Tensor {
  for (const count of [queries, keys])
    if (!Number.isInteger(count) || count < 0)
      throw new ArgumentError(`causalMask: ${count} is no number of places; give integers, 0 or more`);
  return lessEqual(arange(keys), unsqueeze(arange(queries), 1));
}

/** The given mask and the causal one as one. */
function maskFor(scores: Tensor, mask: Tensor | undefined, isCausal: boolean): Tensor | undefined {
  if (!isCausal) return mask;
  const causal = causalMask(scores.shape.at(-2)!, scores.shape.at(-1)!);
  if (mask === undefined) return causal;
  return mask.dtype === "bool" ? logicalAnd(mask, causal) : where(causal, mask, Number.NEGATIVE_INFINITY);
}

/** Whether a query attends to anything, [..., L, 1]. */
function anyAllowed(mask: Tensor): Tensor {
  const largest = amax(mask, { axis: -1, keepDims: true });
  return mask.dtype === "bool" ? largest : notEqual(largest, Number.NEGATIVE_INFINITY);
}

/** Scores with −∞ for what takes no part. Queries that attend to nothing stay finite, because −∞ − −∞ is NaN. */
function masked(scores: Tensor, mask: Tensor | undefined, anyOf: Tensor | undefined): Tensor {
  if (mask === undefined) return scores;
  if (mask.dtype !== "bool") return add(scores, anyOf === undefined ? mask : where(anyOf, mask, 0));
  const open = anyOf === undefined ? mask : logicalOr(mask, logicalNot(anyOf));
  return where(open, scores, Number.NEGATIVE_INFINITY);
}

function check(q: Tensor, k: Tensor, v: Tensor, { mask, dropout: p = 0 }: AttentionOptions): void {
  const name = "scaledDotProductAttention";
  checkProbability(name, p, "probability of dropout");
  const shapes = `q is ${show(q.shape)}, k is ${show(k.shape)} and v is ${show(v.shape)}`;
  if (!isFloat(q.dtype) || k.dtype !== q.dtype || v.dtype !== q.dtype)
    throw new DTypeError(
      `${name}: q is ${q.dtype}, k is ${k.dtype} and v is ${v.dtype}; they must be the same float`,
    );
  if (q.rank < 2 || k.rank < 2 || v.rank < 2)
    throw new ShapeError(`${name}: ${shapes}; they must be [..., L, E], [..., S, E] and [..., S, V]`);
  const [length, features] = q.shape.slice(-2);
  const [keys, others] = k.shape.slice(-2);
  if (features !== others)
    throw new ShapeError(
      `${name}: ${shapes}; the last axes of q (${features}) and k (${others}) must be equal`,
    );
  if (keys !== v.shape.at(-2))
    throw new ShapeError(
      `${name}: ${shapes}; the second to last axes of k (${keys}) and v (${v.shape.at(-2)}) must be equal`,
    );
  const batch = broadcast(name, [q.shape.slice(0, -2), k.shape.slice(0, -2), v.shape.slice(0, -2)]);
  if (mask === undefined) return;
  if (mask.dtype !== "bool" && mask.dtype !== q.dtype)
    throw new DTypeError(`${name}: the mask is ${mask.dtype}; it must be bool, or ${q.dtype} like q`);
  const scores = [...batch, length, keys];
  if (!sameShape(broadcast(name, [scores, mask.shape]), scores))
    throw new ShapeError(
      `${name}: the mask is ${show(mask.shape)}; it must broadcast to the scores, ${show(scores)}`,
    );
}
