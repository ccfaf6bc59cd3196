/** Class labels: read, checked, and met with the scores of their classes. */
import { isFloat } from "../dtype.js";
import { internal, ShapeError } from "../errors.js";
import { input, product } from "../expression/expression.js";
import { type Shape, sizeOf } from "../shape.js";
import { allocateView, makeView, type View } from "../storage.js";
import { ElementwiseKernel } from "./elementwise.js";
import { advance, placeOf } from "./loops.js";
import { logSoftmax, softmax } from "./softmax.js";

/** What a label may be. */
export interface Labelling {
  /** Of the loss, for errors. */
  readonly name: string;
  readonly classes: number;
  /** The label of elements that do not count, if there is one. */
  readonly ignoreIndex?: number;
}

/** Calls `visit` for each label in row-major order, with -1 for one that does not count. */
function forEachLabel(
  y: View,
  { name, classes, ignoreIndex }: Labelling,
  visit: (label: number, i: number, index: readonly number[]) => void,
): void {
  const { shape, stride, offset } = y;
  const source = y.data.data;
  const index = shape.map(() => 0);
  const size = sizeOf(shape);
  for (let i = 0; i < size; i++) {
    const label = source[placeOf(offset, stride, index)];
    if (label === ignoreIndex) visit(-1, i, index);
    else if (label >= 0 && label < classes) visit(label, i, index);
    else
      throw new ShapeError(
        `${name}: element ${i} of y is ${label}; there are ${classes} classes, it must be from 0 to ${classes - 1}${ignoreIndex === undefined ? "" : `, or ${ignoreIndex} to be ignored`}`,
      );
    advance(index, shape);
  }
}

/**
 * Labels to index with, 0 for those that do not count, and whether each counts.
 *
 * @throws ShapeError for a label that is no class
 */
export function labels(y: View, found: View, counts: View, labelling: Labelling): void {
  const numbers = found.data.writable;
  const truths = counts.data.writable;
  forEachLabel(y, labelling, (label, i) => {
    if (label < 0) return;
    numbers[found.offset + i] = label;
    truths[counts.offset + i] = 1;
  });
}

/** Where the scores of one element begin in a dense tensor with the classes along `axis`, and how far they lie apart. */
function scoresOf(
  shape: Shape,
  axis: number,
): { readonly start: (i: number) => number; readonly step: number } {
  const step = sizeOf(shape.slice(axis + 1));
  const block = shape[axis] * step;
  return { start: (i) => Math.floor(i / step) * block + (i % step), step };
}

/**
 * `−log softmax(x)[y]` along `axis`, 0 where y does not count, and whether it does.
 *
 * @param losses dense, of the dtype of x and the shape of y
 * @param counts dense, bool, of the shape of y
 * @throws ShapeError for a label that is no class
 */
export function crossEntropy(
  x: View,
  y: View,
  losses: View,
  counts: View,
  axis: number,
  labelling: Labelling,
): void {
  const logs = allocateView(x.data.dtype, x.shape);
  logSoftmax(x, logs, axis);
  const { start, step } = scoresOf(x.shape, axis);
  const source = logs.data.data;
  const numbers = losses.data.writable;
  const truths = counts.data.writable;
  forEachLabel(y, labelling, (label, i) => {
    if (label < 0) return;
    numbers[losses.offset + i] = -source[logs.offset + start(i) + label * step];
    truths[counts.offset + i] = 1;
  });
}

const scaling = {
  float32: scale("float32", "f32"),
  float64: scale("float64", "f64"),
} as const;

function scale(dtype: "float32" | "float64", type: "f32" | "f64"): ElementwiseKernel {
  return new ElementwiseKernel({
    roots: [product(input(0), input(1))],
    type,
    inputs: [dtype, dtype],
    outputs: [dtype],
    masks: [false, false],
  });
}

/**
 * `scale · (softmax(x) − one(y))` along `axis`, where one(y) is 1 for the class y and 0 for others; 0 where y does not
 * count.
 *
 * @param scales of the dtype of x and the shape of y
 * @param out dense, of the shape and dtype of x
 */
export function crossEntropyGradient(
  x: View,
  y: View,
  scales: View,
  out: View,
  axis: number,
  labelling: Labelling,
): void {
  const { dtype } = x.data;
  if (!isFloat(dtype)) throw internal(`crossEntropyGradient of ${dtype}`);
  softmax(x, out, axis);
  const spread = makeView(
    scales.data,
    x.shape.with(axis, 1),
    scales.stride.toSpliced(axis, 0, 0),
    scales.offset,
  );
  scaling[dtype].run([out, spread], [out]);
  const { start, step } = scoresOf(x.shape, axis);
  const factors = scales.data.data;
  const numbers = out.data.writable;
  forEachLabel(y, labelling, (label, i, index) => {
    const first = out.offset + start(i);
    if (label >= 0) numbers[first + label * step] -= factors[placeOf(scales.offset, scales.stride, index)];
    else for (let c = 0; c < labelling.classes; c++) numbers[first + c * step] = 0;
  });
}
