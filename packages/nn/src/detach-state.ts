/** Truncating backpropagation through time. */
import { Tensor } from "@wengert/autograd";

/**
 * The same state, not connected to what it was computed from: gradients of what follows stop here. Done between pieces
 * of a long sequence, this is truncated backpropagation through time; Williams & Peng 1990.
 *
 * @param state a tensor, or tensors in an object or array, nested as they may be
 */
export function detachState<State>(state: State): State {
  return detached(state) as State;
}

function detached(state: unknown): unknown {
  if (state instanceof Tensor) return state.detach();
  if (Array.isArray(state)) return state.map((each) => detached(each));
  if (typeof state !== "object" || state === null) return state;
  return Object.fromEntries(Object.entries(state).map(([name, each]) => [name, detached(each)]));
}
