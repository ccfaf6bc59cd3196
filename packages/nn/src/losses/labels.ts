/** Class labels, checked before they index anything. */
import {
  applyMany,
  contiguous,
  DTypeError,
  defineOp,
  type Op,
  ShapeError,
  type Tensor,
} from "@wengert/autograd";

export interface LabelOptions {
  /** Of the loss, for errors. */
  readonly name: string;
  readonly classes: number;
  readonly ignoreIndex: number;
}

// An op of its own, because indexing takes -1 for the last class, where it is most likely a mistake.
const labelsOp: Op<LabelOptions> = defineOp({
  name: "labels",
  inputs: ["y"],
  outputs: ["labels", "counts"],
  infer: (specs, { name }: LabelOptions) => {
    const y = specs[0]!;
    if (y.dtype !== "int32" && y.dtype !== "uint8")
      throw new DTypeError(`${name}: y is ${y.dtype}; classes are integers, convert them with to("int32")`);
    return [
      { shape: y.shape, dtype: "int32" },
      { shape: y.shape, dtype: "bool" },
    ];
  },
  kernel: (inputs, outputs, { name, classes, ignoreIndex }) => {
    const y = inputs[0]!;
    const labels = outputs[0]!;
    const counts = outputs[1]!;
    const size = y.shape.reduce((product, length) => product * length, 1);
    for (let i = 0; i < size; i++) {
      const label = y.data.get(y.offset + i);
      if (label === ignoreIndex) continue;
      if (label < 0 || label >= classes)
        throw new ShapeError(
          `${name}: element ${i} of y is ${label}; there are ${classes} classes, it must be from 0 to ${classes - 1}, or ${ignoreIndex} to be ignored`,
        );
      labels.data.set(labels.offset + i, label);
      counts.data.set(counts.offset + i, 1);
    }
  },
  vjp: { y: null },
});

/**
 * Classes to index with, 0 for those that are ignored, and whether each counts.
 *
 * @throws ShapeError if a target is no class, DTypeError for targets that are no integers
 */
export function readLabels(
  y: Tensor,
  options: LabelOptions,
): { readonly labels: Tensor; readonly counts: Tensor } {
  const [labels, counts] = applyMany(labelsOp, [contiguous(y)], options) as [Tensor, Tensor];
  return { labels, counts };
}
