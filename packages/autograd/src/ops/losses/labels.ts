/** Class labels, checked before they index anything, and their cross entropy. */
import { defineOp, type Op, type Spec, type Tensor } from "../../graph.js";
import * as kernels from "../../kernels/labels.js";
import { apply, applyMany } from "../../tape.js";
import { mul, notEqual, sub, where } from "../elementwise.js";
import { gather } from "../indexing.js";
import { squeeze, unsqueeze } from "../layout.js";
import { softmax, sum } from "../reductions.js";

export type { Labelling } from "../../kernels/labels.js";

/** Labels with the axis of the scores of their classes. */
export interface ScoredLabelling extends kernels.Labelling {
  readonly axis: number;
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

/** `−log softmax(x)[y]` of the scores x, 0 for targets that are ignored, and whether each counts. */
export const softmaxCrossEntropyOp: Op<ScoredLabelling> = defineOp({
  name: "softmaxCrossEntropy",
  inputs: ["x", "y"],
  outputs: ["losses", "counts"],
  infer: ([x, y]) => [
    { shape: y.shape, dtype: x.dtype },
    { shape: y.shape, dtype: "bool" },
  ],
  kernel: ([x, y], [losses, counts], labelling: ScoredLabelling) =>
    kernels.crossEntropy(x, y, losses, counts, labelling.axis, labelling),
  saves: ["x", "y"],
  vjp: {
    x: ({ g_losses, x, y }, labelling) => apply(softmaxCrossEntropyGradOp, [x, y, g_losses], labelling),
    y: null,
  },
  jvp: {
    x: ({ t, x, y }, labelling) => [
      where(counted(y, labelling), sub(expected(x, t, labelling.axis), chosen(t, y, labelling)), 0),
      null,
    ],
  },
});

/** `scale · (softmax(x) − one(y))`, where one(y) is 1 for the class y; 0 where y is ignored. */
export const softmaxCrossEntropyGradOp: Op<ScoredLabelling> = defineOp({
  name: "softmaxCrossEntropyGrad",
  inputs: ["x", "y", "scale"],
  infer: ([x]: readonly Spec[]) => [x],
  kernel: ([x, y, scale], [out], labelling: ScoredLabelling) =>
    kernels.crossEntropyGradient(x, y, scale, out, labelling.axis, labelling),
  linear: ["scale"],
  saves: ["x", "y", "scale"],
  savedFor: { scale: ["x", "y"] },
  vjp: {
    x: ({ g, x, y, scale }, labelling) => {
      const { axis } = labelling;
      const share = softmax(x, { axis });
      const weighted = mul(g, unsqueeze(where(counted(y, labelling), scale, 0), axis));
      return mul(share, sub(weighted, sum(mul(share, weighted), { axis, keepDims: true })));
    },
    y: null,
    scale: ({ g, x, y }, labelling) =>
      where(counted(y, labelling), sub(expected(x, g, labelling.axis), chosen(g, y, labelling)), 0),
  },
  jvp: {
    x: ({ t, x, y, scale }, labelling) => {
      const { axis } = labelling;
      const share = softmax(x, { axis });
      const change = sub(t, unsqueeze(sum(mul(share, t), { axis }), axis));
      return mul(mul(share, change), unsqueeze(where(counted(y, labelling), scale, 0), axis));
    },
  },
});

function counted(y: Tensor, { ignoreIndex }: ScoredLabelling): Tensor {
  return notEqual(y, ignoreIndex);
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
