/** A cell run over the steps of a sequence. */
import {
  ArgumentError,
  checkpoint,
  ShapeError,
  split,
  stack,
  type Tensor,
  unbind,
  where,
  zerosLike,
} from "@wengert/autograd";
import type { Cell } from "./cell.js";
import { checkState, detachState, mapStates, show } from "./state.js";

export interface UnrollOptions {
  /** Gradients stop where this many steps end and the next begin; by default they flow through all. */
  readonly truncate?: number;
  /**
   * Of the inside of so many steps at a time nothing is kept: they are run again on the way back. Of T steps in pieces
   * of √T, backward needs the memory of about 2√T, besides inputs and outputs. It pays where sequences have thousands of
   * steps: see `npm run bench:checkpoints`. Chen et al. 2016, "Training deep nets with sublinear memory cost".
   */
  readonly checkpoint?: number;
}

/**
 * Runs a cell over a sequence: `state = cell.step(cell.project(xs[t]), state)` for all t, the projections as one
 * product (or, with `checkpoint`, as one for each piece). What backpropagation through time is, the tape then does by itself.
 *
 * Truncated backpropagation through time, every `truncate` steps: Williams & Peng 1990, "An efficient gradient-based
 * algorithm for on-line training of recurrent network trajectories".
 *
 * @param xs [T, N, D]
 * @param state before the first step, by default what the cell starts from
 * @returns the outputs [T, N, H], and the state after the last step
 * @throws ShapeError for other shapes; ArgumentError if an option is no positive integer
 */
export function unroll<State>(
  cell: Cell<State>,
  xs: Tensor,
  state?: State,
  options: UnrollOptions = {},
): [ys: Tensor, state: State] {
  const [steps, batch, size] = xs.shape;
  if (xs.shape.length !== 3 || steps === 0 || size !== cell.inputSize)
    throw new ShapeError(
      `unroll: xs is ${show(xs.shape)}; it must be [T, N, inputSize] with T above 0 and the inputSize ${cell.inputSize}`,
    );
  const before = cell.start(batch as number);
  if (state !== undefined) checkState(state, before, (wanted) => wanted, "[N, hiddenSize]");
  const [outputs, last] = walk(cell, xs, state ?? before, options);
  return [stack(outputs), last];
}

export interface WalkOptions extends UnrollOptions {
  /** The axis of time, 0 by default. */
  readonly axis?: number;
  /** From the last step to the first, false by default. */
  readonly reverse?: boolean | undefined;
  /**
   * For each step which sequences of the batch are there, bool [N, 1], or what all of them are. A state stays where its
   * sequence is not, and the output there is 0.
   */
  readonly present?: readonly Presence[] | undefined;
}

export type Presence = "all" | "none" | Tensor;

/**
 * @param xs the steps, along the `axis`
 * @returns the outputs in the order of the steps, and the state after the step that came last
 */
export function walk<State>(
  cell: Cell<State>,
  xs: Tensor,
  state: State,
  { truncate, checkpoint: piece, axis = 0, reverse = false, present }: WalkOptions,
): [outputs: Tensor[], state: State] {
  checkCount("truncate", truncate);
  checkCount("checkpoint", piece);
  const count = xs.shape[axis] as number;
  /** The steps `x`, before which `from` were taken. */
  const part = (x: Tensor, from: number, before: State): Taken<State> => {
    const projected = unbind(cell.project(x), { axis });
    const outputs: Tensor[] = [];
    let last = before;
    for (const [i, step] of (reverse ? projected.toReversed() : projected).entries()) {
      const taken = from + i;
      if (truncate !== undefined && taken > 0 && taken % truncate === 0) last = detachState(last);
      const [output, next] = presentStep(
        cell,
        step,
        last,
        present?.[reverse ? count - 1 - taken : taken] ?? "all",
      );
      outputs.push(output);
      last = next;
    }
    return { outputs, state: last };
  };
  if (piece === undefined) {
    const { outputs, state: last } = part(xs, 0, state);
    return [reverse ? outputs.toReversed() : outputs, last];
  }
  const outputs: Tensor[] = [];
  let last = state;
  for (const x of pieces(xs, piece, axis, reverse)) {
    const taken = checkpoint(part, x, outputs.length, last);
    outputs.push(...taken.outputs);
    last = taken.state;
  }
  return [reverse ? outputs.toReversed() : outputs, last];
}

interface Taken<State> {
  readonly outputs: Tensor[];
  readonly state: State;
}

/** Pieces of `size` steps, and one of what is left, in the order in which they are taken. */
function pieces(xs: Tensor, size: number, axis: number, reverse: boolean): readonly Tensor[] {
  const count = xs.shape[axis] as number;
  const sizes = Array.from({ length: Math.ceil(count / size) }, (_, i) => Math.min(size, count - i * size));
  return reverse ? split(xs, sizes.toReversed(), { axis }).toReversed() : split(xs, sizes, { axis });
}

/** A step of those sequences that are there. */
function presentStep<State>(
  cell: Cell<State>,
  projected: Tensor,
  before: State,
  present: Presence,
): [output: Tensor, state: State] {
  if (present === "none") return [zerosLike(cell.output(before)), before];
  const after = cell.step(projected, before);
  const output = cell.output(after);
  if (present === "all") return [output, after];
  const state = mapStates([after, before], (parts) => {
    const [next, last] = parts as readonly [Tensor, Tensor];
    return where(columnOf(present, next), next, last);
  });
  return [where(columnOf(present, output), output, 0), state];
}

/** [N, 1] with as many axes as `x`. */
function columnOf(present: Tensor, { shape }: Tensor): Tensor {
  return present.reshape(shape.map((_, axis) => (axis === 0 ? -1 : 1)));
}

function checkCount(name: string, count: number | undefined): void {
  if (count !== undefined && (!Number.isInteger(count) || count < 1))
    throw new ArgumentError(`${name} is ${count}; it must be a positive integer`);
}
