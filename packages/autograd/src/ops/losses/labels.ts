/** Class labels, checked before they index anything, and their cross entropy. */

import { defineOp } from "../../definition.js";
import type { Op, Spec, Tensor } from "../../graph.js";
import * as kernels from "../../kernels/labels.js";
import { apply, applyMany } from "../../tape.js";
import { div, mul, notEqual, sub, where } from "../elementwise.js";
import { gather } from "../indexing.js";
import { squeeze, unsqueeze } from "../layout.js";
import { softmax, sum } from "../reductions.js";

export type { Labelling } from "../../kernels/labels.js";

/** Labels with the axis of the scores of their classes, and what becomes of the losses. */
export interface ScoredLabelling extends kernels.ReducedLabelling {
  readonly ignoreIndex: number;
}

/**
 * Classes to index with, 0 for those that are ignored, and whether each counts. An op of its own, because indexing takes
 * -1 for the last class, where it is most likely a mistake.
 */
export const labelsOp: Op<kernels.Labelling> = defineOp({
  name: "labels",
  inputs: ["y"],
  outputs: ["labels", "counts"],
  infer: ([{ shape }]) => [
    { shape, dtype: "int32" },
    { shape, dtype: "bool" },
  ],
  kernel: ([y], [labels, counts], labelling: kernels.Labelling) =>
    kernels.labels(y, labels, counts, labelling),
  vjp: { y: null },
});

/** @throws ShapeError if a target is no class */
export function readLabels(
  y: Tensor,
  labelling: kernels.Labelling,
): { readonly labels: Tensor; readonly counts: Tensor } {
  const [labels, counts] = applyMany(labelsOp, [y], labelling);
  return { labels, counts };
}

/**
 * `−log softmax(x)[y]` of the scores x, 0 for targets that are ignored; their sum, or their mean over targets that are not.
 */
export const softmaxCrossEntropyOp: Op<ScoredLabelling> = defineOp({
  name: "softmaxCrossEntropy",
  inputs: ["x", "y"],
  infer: ([x, y], { reduction }: ScoredLabelling) => [
    { shape: reduction === "none" ? y.shape : [], dtype: x.dtype },
  ],
  kernel: ([x, y], [out], labelling) => kernels.crossEntropy(x, y, out, labelling),
  saves: ["x", "y"],
  vjp: {
    x: ({ g, x, y }, labelling) => apply(softmaxCrossEntropyGradOp, [x, y, g], labelling),
    y: null,
  },
  jvp: { x: ({ t, x, y }, labelling) => changeOfLoss(x, y, t, labelling) },
});

/**
 * `scale · (softmax(x) − one(y))`, where one(y) is 1 for the class y; 0 where y is ignored. There is one scale for all if
 * losses are reduced, which for their mean is divided by how many count.
 */
export const softmaxCrossEntropyGradOp: Op<ScoredLabelling> = defineOp({
  name: "softmaxCrossEntropyGrad",
  inputs: ["x", "y", "scale"],
  infer: ([x]: readonly Spec[]) => [x],
  kernel: ([x, y, scale], [out], labelling: ScoredLabelling) =>
    kernels.crossEntropyGradient(x, y, scale, out, labelling),
  linear: ["scale"],
  saves: ["x", "y", "scale"],
  savedFor: { scale: ["x", "y"] },
  vjp: {
    x: ({ g, x, y, scale }, labelling) => {
      const { axis } = labelling;
      const share = softmax(x, { axis });
      const weighted = mul(g, scaleOfEach(scale, y, labelling));
      return mul(share, sub(weighted, sum(mul(share, weighted), { axis, keepDims: true })));
    },
    y: null,
    scale: ({ g, x, y }, labelling) => changeOfLoss(x, y, g, labelling),
  },
  jvp: {
    x: ({ t, x, y, scale }, labelling) => {
      const { axis } = labelling;
      const share = softmax(x, { axis });
      const change = sub(t, unsqueeze(sum(mul(share, t), { axis }), axis));
      return mul(mul(share, change), scaleOfEach(scale, y, labelling));
    },
  },
});

function counted(y: Tensor, { ignoreIndex }: ScoredLabelling): Tensor {
  return notEqual(y, ignoreIndex);
}

/** By how much the loss changes if the scores do. */
function changeOfLoss(x: Tensor, y: Tensor, change: Tensor, labelling: ScoredLabelling): Tensor {
  const counts = counted(y, labelling);
  const changes = where(counts, sub(expected(x, change, labelling.axis), chosen(change, y, labelling)), 0);
  const { reduction } = labelling;
  if (reduction === "none") return changes;
  return reduction === "sum" ? sum(changes) : div(sum(changes), sum(counts));
}

/** The scale of each element, 0 for those that do not count, along the axis of its scores. */
function scaleOfEach(scale: Tensor, y: Tensor, labelling: ScoredLabelling): Tensor {
  const counts = counted(y, labelling);
  const own = labelling.reduction === "mean" ? div(scale, sum(counts)) : scale;
  return unsqueeze(where(counts, own, 0), labelling.axis);
}

/** The mean of `values` by the probabilities of the classes. */
function expected(x: Tensor, values: Tensor, axis: number): Tensor {
  return sum(mul(softmax(x, { axis }), values), { axis });
}

/** The one of `values` that is of class y. */
function chosen(values: Tensor, y: Tensor, labelling: ScoredLabelling): Tensor {
  const { axis } = labelling;
  const { labels } = readLabels(y, labelling);
  return squeeze(gather(values, unsqueeze(labels, axis), { axis }), axis);
}
