/** Other values in the place of a tensor that a function closes over. */
import { ShapeError } from "../errors.js";
import type { Slot, Tensor } from "../graph.js";
import { sameShape, show } from "../shape.js";
import type { View } from "../storage.js";
import { refusePromise } from "../tape.js";

/**
 * Runs `body` with each tensor standing for another one: with its values, and its place in the graph. So functions of
 * values can be made from what reads tensors of its own, such as a module its parameters.
 *
 * @param substitutes pairs of a tensor and what it stands for, of the same shape and dtype
 * @throws ShapeError if they are not, ArgumentError if `body` returns a promise
 */
export function withSubstitutes<T>(substitutes: Iterable<readonly [Tensor, Tensor]>, body: () => T): T {
  const pairs = [...substitutes];
  for (const [x, other] of pairs)
    if (!sameShape(x.shape, other.shape) || x.dtype !== other.dtype)
      throw new ShapeError(
        `withSubstitutes: a tensor is ${x.dtype} ${show(x.shape)} and what it is to stand for ${other.dtype} ${show(other.shape)}; they must be the same`,
      );
  // All are read before one is changed: some may stand for one another.
  const before = pairs.map(([{ view, slot }]) => ({ view, slot }));
  const wanted = pairs.map(([, { view, slot }]) => ({ view, slot }));
  const give = (places: readonly { readonly view: View; readonly slot: Slot | null }[]): void => {
    for (const [i, [x]] of pairs.entries()) Object.assign(x, places[i]);
  };
  give(wanted);
  try {
    return refusePromise("withSubstitutes", body());
  } finally {
    give(before);
  }
}
