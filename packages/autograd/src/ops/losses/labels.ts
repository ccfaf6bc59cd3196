/** Class labels, checked before they index anything. */
import { ShapeError } from "../../errors.js";
import { defineOp, type Op, type Tensor } from "../../graph.js";
import { sizeOf } from "../../shape.js";
import { applyMany } from "../../tape.js";
import { contiguous } from "../layout.js";

export interface LabelOptions {
  /** Of the loss, for errors. */
  readonly name: string;
  readonly classes: number;
  /** The label of elements that do not count, if there is one. */
  readonly ignoreIndex?: number;
}

/**
 * Classes to index with, 0 for those that are ignored, and whether each counts. An op of its own, because indexing takes
 * -1 for the last class, where it is most likely a mistake.
 */
export const labelsOp: Op<LabelOptions> = defineOp({
  name: "labels",
  inputs: ["y"],
  outputs: ["labels", "counts"],
  infer: ([{ shape }]) => [
    { shape, dtype: "int32" },
    { shape, dtype: "bool" },
  ],
  kernel: ([y], [labels, counts], { name, classes, ignoreIndex }: LabelOptions) => {
    const size = sizeOf(y.shape);
    const source = y.data.data;
    const found = labels.data.writable;
    const counted = counts.data.writable;
    for (let i = 0; i < size; i++) {
      const label = source[y.offset + i];
      if (label === ignoreIndex) continue;
      if (label < 0 || label >= classes)
        throw new ShapeError(
          `${name}: element ${i} of y is ${label}; there are ${classes} classes, it must be from 0 to ${classes - 1}${ignoreIndex === undefined ? "" : `, or ${ignoreIndex} to be ignored`}`,
        );
      found[labels.offset + i] = label;
      counted[counts.offset + i] = 1;
    }
  },
  vjp: { y: null },
});

/** @throws ShapeError if a target is no class */
export function readLabels(
  y: Tensor,
  options: LabelOptions,
): { readonly labels: Tensor; readonly counts: Tensor } {
  const [labels, counts] = applyMany(labelsOp, [contiguous(y)], options);
  return { labels, counts };
}
