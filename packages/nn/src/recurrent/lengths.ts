/** Sequences of different lengths in one batch. */
import { ArgumentError, ShapeError, Tensor, tensor, unbind, where } from "@wengert/autograd";
import type { Presence } from "./unroll.js";

/** Which steps of a padded batch belong to its sequences. */
export interface Padding {
  /** For each step which sequences are there. */
  readonly present: readonly Presence[];
  /** x with 0 beyond the end of each sequence, so that nothing of what stands there comes in, NaN least of all. */
  readonly cleared: Tensor;
}

/**
 * @param x [N, T, D] if `axis`, that of time, is 1; else [T, N, D]
 * @param lengths one for each of the N sequences
 * @throws ShapeError if there are more or fewer; ArgumentError if one is no integer from 0 to T
 */
export function paddingOf(x: Tensor, lengths: readonly number[] | Tensor, axis: 0 | 1): Padding {
  const steps = x.shape[axis] as number;
  const batch = x.shape[1 - axis] as number;
  const all = lengths instanceof Tensor ? [...lengths.toTypedArray()] : lengths;
  if (all.length !== batch)
    throw new ShapeError(`there are ${all.length} lengths; for a batch of ${batch} there must be as many`);
  all.forEach((length, n) => {
    if (!Number.isInteger(length) || length < 0 || length > steps)
      throw new ArgumentError(
        `the length of sequence ${n} is ${length}; it must be an integer from 0 to ${steps}, the number of steps`,
      );
  });
  const [shortest, longest] = [Math.min(...all), Math.max(...all)];
  const inside = Array.from({ length: steps }, (_, t) => all.map((length) => (t < length ? 1 : 0)));
  const mask = tensor(inside.flat(), { shape: [steps, batch, 1], dtype: "bool" });
  const present = unbind(mask).map((here, t) => (t < shortest ? "all" : t < longest ? here : "none"));
  return { present, cleared: where(axis === 1 ? mask.transpose(0, 1) : mask, x, 0) };
}
