/** Memory for time: a part of a computation that is done again on the way back. */
import { reveal } from "../confine.js";
import { defineOp } from "../definition.js";
import { GradientError, internal } from "../errors.js";
import { lastNodeId, type Node, type Op, type Slot, type Tensor } from "../graph.js";
import { numbersOf } from "../kernels/copy.js";
import { type Generator, type GeneratorState, replayable, watchDraws } from "../random.js";
import { show } from "../shape.js";
import type { View } from "../storage.js";
import { enableGrad, isRecording, recordAs, refusePromise } from "../tape.js";
import { keepSubstitutes } from "./substitute.js";
import { leavesOf, withLeaves } from "./tree.js";

interface Again {
  /** Runs the function as the first time and returns the tensors of its result. */
  readonly again: () => readonly Tensor[];
}

const checkpointOp: Op<Again> = {
  ...defineOp({
    name: "checkpoint",
    inputs: ["xs"],
    variadic: true,
    vjp: {
      xs: () => {
        throw internal("a checkpoint has no rule of its own");
      },
    },
  }),
  recompute: ({ again }: Again) => again(),
};

/**
 * `f(...inputs)`, without keeping what backward needs of the inside: `f` is run again on the way back, with the same
 * random draws. For long chains: of a model of L equal layers in √L parts, each a checkpoint, backward needs the memory of
 * about 2√L layers, for one more forward pass. Chen et al. 2016, "Training deep nets with sublinear memory cost".
 *
 * @param f a function of its arguments and of what it closes over, such as a model's parameters; a variable that changes
 *   after the call, as in a loop, must be an argument
 * @param inputs its arguments, tensors or anything else
 * @returns the result of `f`: a tensor, or tensors in nested arrays and objects
 * @throws ArgumentError if `f` returns something else, or a promise; GradientError, in backward, if the second run gives
 *   other numbers than the first, or a tensor that it read has been changed since
 */
export function checkpoint<Arguments extends readonly unknown[], Out>(
  f: (...inputs: Arguments) => Out,
  ...inputs: Arguments
): Out {
  const run = (): Out => refusePromise("checkpoint", f(...inputs));
  if (!isRecording()) return run();
  const newest = lastNodeId();
  const states = new Map<Generator, GeneratorState>();
  // What it reads, which a function does not tell, it reads again on the way back.
  const value = watchDraws(states, () => reveal(f, run));
  const outputs = leavesOf("checkpoint", value);
  const { outside, read } = boundaryOf(outputs, newest);
  if (outside.length === 0) return value;
  const views = outputs.map(({ view }) => view);
  const withSameSubstitutes = keepSubstitutes();
  const again = (): readonly Tensor[] => {
    for (const { view, version } of read)
      if (view.data.version !== version)
        throw new GradientError(
          `checkpoint: a tensor ${show(view.shape)} that the function read has been changed since, so its gradient would be wrong; assign after backward`,
        );
    const rerun = replayable(() => {
      for (const [generator, state] of states) generator.setState(state);
      return leavesOf(
        "checkpoint",
        withSameSubstitutes(() => enableGrad(run)),
      );
    });
    compare(
      views,
      rerun.map(({ view }) => view),
    );
    return rerun;
  };
  const recorded = recordAs(checkpointOp as unknown as Op, outside, outputs, { options: { again } });
  return withLeaves(
    "checkpoint",
    value,
    outputs.map((out, i) => (out.slot === null ? out : recorded[i])),
  ) as Out;
}

/** What a record was made from: the slots that it leads to of nodes up to `newest`, and the leaves among them as they are. */
function boundaryOf(
  outputs: readonly Tensor[],
  newest: number,
): { readonly outside: readonly Slot[]; readonly read: readonly { view: View; version: number }[] } {
  const outside = new Set<Slot>();
  const inside = new Set<Node>();
  const visit = (slot: Slot | null): void => {
    if (slot === null) return;
    if (slot.node === null || slot.node.id <= newest) outside.add(slot);
    else inside.add(slot.node);
  };
  for (const { slot } of outputs) visit(slot);
  // A set is walked in the order in which it grows.
  for (const { inputs } of inside) inputs.forEach(visit);
  const read = [...outside].flatMap(({ node, owner }) =>
    node === null && owner !== null ? [{ view: owner.view, version: owner.view.data.version }] : [],
  );
  return { outside: [...outside], read };
}

/** Throws unless both runs have computed the same bits. */
function compare(first: readonly View[], second: readonly View[]): void {
  const same =
    first.length === second.length &&
    first.every((view, i) => {
      const [a, b] = [numbersOf(view), numbersOf(second[i])];
      return a.length === b.length && a.every((value, k) => Object.is(value, b[k]));
    });
  if (!same)
    throw new GradientError(
      "checkpoint: the function computed other numbers when it was run again; it must depend on its arguments, on tensors that stay as they are and on generators alone: give what changes, such as a loop's variable, as an argument",
    );
}
