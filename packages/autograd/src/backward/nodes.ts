/** Which nodes a sweep visits, and in which order. */
import type { Node, Slot } from "../graph.js";

/** All nodes below `roots`, newest first. A loop, because chains may be longer than the stack. */
export function reachable(roots: readonly Slot[], sweep: number): Node[] {
  const found: Node[] = [];
  const find = (node: Node | null | undefined): void => {
    if (node === null || node === undefined || node.sweep === sweep) return;
    node.sweep = sweep;
    found.push(node);
  };
  for (const { node } of roots) find(node);
  for (let i = 0; i < found.length; i++) {
    const { inputs } = found[i];
    for (let k = 0; k < inputs.length; k++) find(inputs[k]?.node);
  }
  return found.sort((a, b) => b.id - a.id);
}

/** Of `nodes`, newest first, those from which a target can be reached. */
export function leadingTo(nodes: readonly Node[], targets: ReadonlySet<Slot>): Set<Node> {
  const leading = new Set<Node>();
  for (const node of nodes.toReversed()) {
    const leads = node.inputs.some(
      (slot) => slot !== null && (targets.has(slot) || (slot.node !== null && leading.has(slot.node))),
    );
    if (leads) leading.add(node);
  }
  return leading;
}
