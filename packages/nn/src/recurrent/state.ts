/** The states of cells: a tensor, or tensors in objects and arrays. */
import { ArgumentError, type Shape, ShapeError, Tensor } from "@wengert/autograd";

/**
 * A state of the same form as `states`, all of which have one form.
 *
 * @param f gets the tensors at one place in the states, and the name of the place: `c`, or `h` for a state that is a
 *   tensor
 */
export function mapStates<State>(
  states: readonly [State, ...State[]],
  f: (tensors: readonly [Tensor, ...Tensor[]], part: string) => Tensor,
): State {
  return mapParts(states, f, "") as State;
}

function mapParts(
  states: readonly [unknown, ...unknown[]],
  f: (tensors: readonly [Tensor, ...Tensor[]], part: string) => Tensor,
  part: string,
): unknown {
  const [form] = states;
  if (form instanceof Tensor) {
    const missing = states.some((state) => !(state instanceof Tensor));
    if (missing) throw new ArgumentError(`the state has no tensor ${part || "h"}`);
    return f(states as readonly [Tensor, ...Tensor[]], part || "h");
  }
  if (typeof form !== "object" || form === null) return form;
  const at = (key: string | number): unknown =>
    mapParts(
      states.map((state) => (state as Record<string, unknown> | undefined)?.[key]) as [unknown, ...unknown[]],
      f,
      part === "" ? String(key) : `${part}.${key}`,
    );
  if (Array.isArray(form)) return form.map((_, i) => at(i));
  return Object.fromEntries(Object.keys(form).map((key) => [key, at(key)]));
}

/**
 * The same state, not connected to what it was computed from: gradients of what follows stop here. Done between pieces
 * of a long sequence, this is truncated backpropagation through time; Williams & Peng 1990.
 *
 * @param state a tensor, or tensors in an object or array, nested as they may be
 */
export function detachState<State>(state: State): State {
  return mapStates([state], ([part]) => part.detach());
}

/**
 * @param form a state of the right form
 * @param shapeOf the shape that a part of `state` must have, from the part's in `form`
 * @param words what that shape means
 * @throws ShapeError if a part has another, which would broadcast unnoticed; ArgumentError if it is missing
 */
export function checkState<State>(
  state: State,
  form: State,
  shapeOf: (shape: Shape) => Shape,
  words: string,
): void {
  mapStates([form, state], (parts, name) => {
    const given = show((parts as readonly [Tensor, Tensor])[1].shape);
    const wanted = show(shapeOf(parts[0].shape));
    if (given !== wanted)
      throw new ShapeError(`${name} of the state is ${given}; it must be ${wanted}: ${words}`);
    return parts[0];
  });
}

/** A shape, for people. */
export function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}
