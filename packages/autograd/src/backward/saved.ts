/** What nodes have saved, as rules read it. */
import { GradientError } from "../errors.js";
import { type Node, type Op, type RuleContext, type Saved, Tensor } from "../graph.js";
import { show } from "../shape.js";

/** What an op's rules read of its inputs and outputs, in the order of its `saves`. */
export type SavedTensors = readonly (Tensor | undefined)[];

export function savedOf({ op, saved }: Node): SavedTensors {
  if (saved === null)
    throw new GradientError(
      `${op.name}: its graph was freed by an earlier backward; give that one retainGraph: true, compute the result anew, or detach() what was carried over from an earlier step`,
    );
  const tensors = new Array<Tensor | undefined>(saved.length);
  for (let i = 0; i < saved.length; i++) {
    const value = saved[i];
    tensors[i] = value && unpack(op, i, value);
  }
  return tensors;
}

/** The same by name, with the cotangents of the outputs. */
export function contextOf(op: Op, gs: readonly Tensor[], saved: SavedTensors): RuleContext {
  const context: Record<string, Tensor | readonly Tensor[]> = { gs };
  if (op.outputs.length === 1) context["g"] = gs[0];
  else op.outputs.forEach((name, i) => (context[`g_${name}`] = gs[i]));
  for (let i = 0; i < saved.length; i++) {
    const value = saved[i];
    if (value !== undefined) context[op.saves[i].name] = value;
  }
  return context as RuleContext;
}

function unpack(op: Op, index: number, { view, version, slot }: Saved): Tensor {
  if (view.data.version !== version)
    throw new GradientError(
      `${op.name}: ${op.saves[index].name}, ${show(view.shape)}, was changed after it was recorded (version ${view.data.version}, recorded ${version}), so its gradient would be wrong; assign after backward, or compute the result anew`,
    );
  return new Tensor(view, slot);
}

/** Frees what a node has saved. */
export function forget(node: Node): void {
  const { saved } = node;
  node.saved = null;
  if (saved !== null) for (let i = 0; i < saved.length; i++) saved[i]?.view.data.release();
}
