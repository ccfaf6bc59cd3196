/** Penalties on codes in which much is active. */
import { ArgumentError, abs, div, log, sub, type Tensor } from "@wengert/autograd";
import { perExample, rowsOf } from "./batch.js";

/**
 *   Σ_j |h_j|, and of that the mean over the examples
 *
 * h: [..., features], a number for each feature and example   result: 0-d
 *
 * Its gradient is ± 1 / examples, and 0 at 0.
 *
 * @throws ShapeError if there is no example
 */
export function l1Sparsity(h: Tensor): Tensor {
  return perExample("l1Sparsity", abs(h));
}

export interface KlSparsityOptions {
  /** ρ, how active each unit should be in the mean; 0.05 by default. */
  readonly target?: number;
}

/**
 * How far the mean activity of each unit is from a target:
 *
 *   ρ̂_j = mean of h_j over the examples
 *   Σ_j KL(ρ ‖ ρ̂_j) = Σ_j (ρ log (ρ / ρ̂_j) + (1 − ρ) log ((1 − ρ) / (1 − ρ̂_j)))
 *
 * h: [..., features], from 0 to 1, such as of a sigmoid   result: 0-d, 0 where all ρ̂_j are ρ
 *
 * Infinite where a ρ̂_j is 0 or 1, and NaN beyond: codes of tanh or relu have no such divergence. The mean is over the
 * batch that is given: the penalty of a whole set is not the mean of those of its batches.
 *
 * Ng 2011, "Sparse autoencoder" (lecture notes CS294A), section 3.
 *
 * @throws ArgumentError if the target is not between 0 and 1, ShapeError if there is no example
 */
export function klSparsity(h: Tensor, { target = 0.05 }: KlSparsityOptions = {}): Tensor {
  if (!(target > 0 && target < 1))
    throw new ArgumentError(`klSparsity: the target is ${target}; it must be above 0 and below 1`);
  const activity = rowsOf("klSparsity", h).mean({ axis: 0 });
  const on = log(div(target, activity)).mul(target);
  const off = log(div(1 - target, sub(1, activity))).mul(1 - target);
  return on.add(off).sum();
}
