/** Ops that change no number and no shape: a tensor under another identity. */

import { defineOp } from "../definition.js";
import type { Op, Tensor } from "../graph.js";
import { makeView } from "../storage.js";
import { apply } from "../tape.js";

/** The same numbers as a tensor of its own, through which derivatives flow: what a transform differentiates by. */
export function alias(x: Tensor): Tensor {
  return apply(aliasOp, [x], undefined);
}
export const aliasOp: Op = defineOp({
  name: "alias",
  inputs: ["x"],
  view: ({ data, shape, stride, offset }) => [makeView(data, shape, stride, offset)],
  vjp: { x: ({ g }) => g },
});

/** The same values, not connected to what they were computed from, in reverse or forward. Shares the numbers. */
export function detach(x: Tensor): Tensor {
  return apply(detachOp, [x], undefined);
}
export const detachOp: Op = defineOp({
  name: "detach",
  inputs: ["x"],
  view: ({ data, shape, stride, offset }) => [makeView(data, shape, stride, offset)],
  linear: [],
  vjp: { x: null },
});
