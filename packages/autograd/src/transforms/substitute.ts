/** Other values in the place of a tensor that a function closes over. */
import { ShapeError } from "../errors.js";
import type { Slot, Tensor } from "../graph.js";
import { sameShape, show } from "../shape.js";
import type { View } from "../storage.js";
import { refusePromise } from "../tape.js";

/** A tensor, and what it stands for. */
interface Substitute {
  readonly x: Tensor;
  readonly place: { readonly view: View; readonly slot: Slot | null };
}

// From the outermost call to the innermost: what was given to all of them.
let active: readonly Substitute[] = [];

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
  return substituting(
    "withSubstitutes",
    pairs.map(([x, { view, slot }]) => ({ x, place: { view, slot } })),
    body,
  );
}

function substituting<T>(name: string, substitutes: readonly Substitute[], body: () => T): T {
  const before = substitutes.map(({ x: { view, slot } }) => ({ view, slot }));
  const outer = active;
  active = [...outer, ...substitutes];
  for (const { x, place } of substitutes) Object.assign(x, place);
  try {
    return refusePromise(name, body());
  } finally {
    active = outer;
    // Backwards, because one may be among them twice.
    for (const [i, { x }] of [...substitutes.entries()].reverse()) Object.assign(x, before[i]);
  }
}

/** Keeps what tensors stand for now: returns what runs a function under the same substitutes later. */
export function keepSubstitutes(): <T>(body: () => T) => T {
  const kept = active;
  return (body) => (kept.length === 0 ? body() : substituting("checkpoint", kept, body));
}
