/** What all ways to decode share: the step of a model, and its state. */
import { ArgumentError, indexSelect, ShapeError, Tensor, tensor } from "@wengert/autograd";
import { mapStates, show } from "../recurrent/state.js";

/**
 * One step of any model that writes sequences: reads the last symbols of N sequences, [N] int32, and says what may come
 * next: logits [N, V], and the state for that.
 *
 * A state is whatever the model needs of what came before: a tensor, or tensors in plain objects and arrays, each with an
 * axis for the N sequences; recurrent states, caches of keys and values, the symbols so far, what an encoder made. Between
 * steps sequences that are over are taken out of it, and others are put in their places or taken twice; so N changes, and
 * what belongs to a sequence must be in the state rather than in a variable.
 *
 * No gradients are recorded. Dropout is the model's: call its `eval()` before.
 */
export type DecodeStep<State> = (symbols: Tensor, state: State) => readonly [logits: Tensor, state: State];

export interface DecodeOptions {
  /** How many symbols are written at most, the end included. */
  readonly maxLength: number;
  /** The symbol after which a sequence is over; by default there is none. */
  readonly end?: number | undefined;
  /** The axis of the state's tensors that is N: 0 by default; 1 of what a `Recurrent` returns, [layers, N, H]. */
  readonly batchAxis?: number | undefined;
}

/** A sequence that was written. */
export interface Decoded {
  /** Without the symbol that it started from, and without the end. */
  readonly symbols: readonly number[];
  /** `Σ log p(symbol | those before)` by the model, the end included. */
  readonly logProbability: number;
  /** Whether the end was written. */
  readonly ended: boolean;
}

/**
 * The parts of a state that belong to the given sequences, in that order; some may be there twice, others not at all.
 *
 * @param state a tensor, or tensors in plain objects and arrays, each with an axis for the N sequences, by default the
 *   first
 * @param rows numbers from 0 to N − 1
 * @throws ShapeError if a tensor has no such axis or rows
 */
export function reorderState<State>(
  state: State,
  rows: readonly number[],
  { axis = 0 }: { readonly axis?: number | undefined } = {},
): State {
  const indices = tensor(rows, { dtype: "int32" });
  return mapStates([state], ([part]) => indexSelect(part, indices, { axis }));
}

/** {@link reorderState} of a state of N sequences, which costs nothing where they stay as they are. */
export function keepRows<State>(
  state: State,
  rows: readonly number[],
  count: number,
  { batchAxis: axis = 0 }: DecodeOptions,
): State {
  mapStates([state], ([part], name) => {
    if (part.shape.at(axis) !== count)
      throw new ShapeError(
        `${name} of the state is ${show(part.shape)}; its axis ${axis} must be the number of sequences, ${count} (see batchAxis)`,
      );
    return part;
  });
  if (rows.length === count && rows.every((row, i) => row === i)) return state;
  return reorderState(state, rows, { axis });
}

/** The first symbols as numbers. */
export function firstOf(first: readonly number[] | Tensor): readonly number[] {
  return first instanceof Tensor ? [...first.toTypedArray()] : first;
}

/** @throws ArgumentError if the longest length cannot be one */
export function checkLength(name: string, { maxLength }: DecodeOptions): void {
  if (!Number.isInteger(maxLength) || maxLength < 1)
    throw new ArgumentError(`${name}: maxLength is ${maxLength}; it must be a positive integer`);
}

/** @throws ShapeError if these are no logits for so many sequences */
export function checkLogits(name: string, { shape }: Tensor, count: number): void {
  if (shape.length !== 2 || shape[0] !== count || shape[1] === 0)
    throw new ShapeError(
      `${name}: the step gave logits ${show(shape)} for ${count} sequences; they must be [${count}, V]`,
    );
}
