/** The length of vectors, kept from 0: what normalisations and similarities divide by. */
import type { Tensor } from "../../graph.js";
import { abs, div, equal, maximum, pow, sqrt, square, where } from "../elementwise.js";
import { amax, sum } from "../reductions.js";

export interface LengthOptions {
  /** Of the norm: positive, or ∞. */
  readonly p: number;
  readonly axis: number;
}

/**
 * `(Σ |x|ᵖ)^(1/p)` along an axis, or the largest `|x|` for p = ∞, with a length of 1 in its place. The gradient at 0
 * is 0.
 */
export function vectorLength(x: Tensor, { p, axis }: LengthOptions): Tensor {
  const along = { axis, keepDims: true };
  if (p === Infinity) return amax(abs(x), along);
  if (p === 1) return sum(abs(x), along);
  const total = sum(p === 2 ? square(x) : pow(abs(x), p), along);
  // The root is steep without end at 0, and there the derivative would be 0 · ∞.
  const none = equal(total, 0);
  const some = where(none, 1, total);
  return where(none, 0, p === 2 ? sqrt(some) : pow(some, 1 / p));
}

/** `x / max(‖x‖ₚ, eps)` along an axis. */
export function unit(x: Tensor, eps: number, options: LengthOptions): Tensor {
  return div(x, maximum(vectorLength(x, options), eps));
}
