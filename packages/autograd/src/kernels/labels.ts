/**
 * Class labels: read, checked, and met with the scores of their classes.
 *
 * The cross entropy of an element is `log S − (x[y] − m)`, with m and S as in softmax.ts, rounded to the dtype. Those of
 * all elements are added up in float64, from the first to the last; the mean is divided in float64; either is rounded once.
 */
import { type FloatDType, isFloat } from "../dtype.js";
import { internal, ShapeError } from "../errors.js";
import { sizeOf } from "../shape.js";
import { allocateView, makeView, type View } from "../storage.js";
import { copy, dense, numbersOf, readDense } from "./copy.js";
import { withDense } from "./gather.js";
import { arrayOf, beginKernel, finishOutput, place, placedBytes, placeOutput, room } from "./memory.js";
import { pieceElements } from "./reduction/box.js";
import { Source } from "./reduction/staging.js";
import { labelledLoops } from "./softmax/labelled-rows.js";
import { logSoftmax, softmax } from "./softmax.js";

/** What a label may be. */
export interface Labelling {
  /** Of the loss, for errors. */
  readonly name: string;
  readonly classes: number;
  /** The label of elements that do not count, if there is one. */
  readonly ignoreIndex?: number;
}

/** What becomes of the losses of single elements. */
export interface ReducedLabelling extends Labelling {
  /** The axis of the scores of an element. */
  readonly axis: number;
  readonly reduction: "mean" | "sum" | "none";
}

/** The labels in row-major order, -1 for those that do not count. */
function checkedLabels(y: View, { name, classes, ignoreIndex }: Labelling): Int32Array<ArrayBuffer> {
  const given = readDense(y);
  const found = new Int32Array(given.length);
  for (let i = 0; i < given.length; i++) {
    const label = given[i];
    if (label === ignoreIndex) found[i] = -1;
    else if (label >= 0 && label < classes) found[i] = label;
    else
      throw new ShapeError(
        `${name}: element ${i} of y is ${label}; there are ${classes} classes, it must be from 0 to ${classes - 1}${ignoreIndex === undefined ? "" : `, or ${ignoreIndex} to be ignored`}`,
      );
  }
  return found;
}

/** How many of checked labels count. */
function countOf(labelled: Int32Array<ArrayBuffer>): number {
  let count = 0;
  for (let i = 0; i < labelled.length; i++) if (labelled[i] >= 0) count++;
  return count;
}

/**
 * Labels to index with, 0 for those that do not count, and whether each counts.
 *
 * @throws ShapeError for a label that is no class
 */
export function labels(y: View, found: View, counts: View, labelling: Labelling): void {
  const numbers = found.data.writable;
  const truths = counts.data.writable;
  checkedLabels(y, labelling).forEach((label, i) => {
    numbers[found.offset + i] = Math.max(label, 0);
    truths[counts.offset + i] = label < 0 ? 0 : 1;
  });
}

/** `x` with the axis of the classes last. */
function classesLast({ data, shape, stride, offset }: View, axis: number): View {
  const last = (list: readonly number[]): number[] => [...list.toSpliced(axis, 1), list[axis]];
  return makeView(data, last(shape), last(stride), offset);
}

function floatOf({ data: { dtype } }: View): FloatDType {
  if (!isFloat(dtype)) throw internal(`crossEntropy of ${dtype}`);
  return dtype;
}

/**
 * `−log softmax(x)[y]` along the axis, 0 where y does not count; or the sum of all, or their mean over those that count.
 *
 * @param out of the dtype of x and the shape of y, or of one number
 * @throws ShapeError for a label that is no class
 */
export function crossEntropy(x: View, y: View, out: View, labelling: ReducedLabelling): void {
  const found = checkedLabels(y, labelling);
  const { classes, axis, reduction } = labelling;
  let total = 0;
  const results = out.data.writable;
  const { offset } = out;
  if (found.length > 0)
    withDense(classesLast(x, axis), (scores) =>
      forEachLoss(dense(scores), found, classes, (losses, from, first, count) => {
        if (reduction === "none")
          for (let i = 0; i < count; i++) results[offset + first + i] = losses[from + i];
        else for (let i = 0; i < count; i++) total += losses[from + i];
      }),
    );
  if (reduction !== "none") results[offset] = reduction === "sum" ? total : total / countOf(found);
}

/** Visits the losses of all elements in order: `count` of them, of those from `first` on, lie at `from`. */
function forEachLoss(
  x: View,
  found: Int32Array<ArrayBuffer>,
  classes: number,
  visit: (losses: ArrayLike<number>, from: number, first: number, count: number) => void,
): void {
  const dtype = floatOf(x);
  beginKernel();
  const rows = Rows.of(x, found, classes, 0);
  if (rows === undefined) {
    const logs = allocateView(dtype, x.shape);
    logSoftmax(x, logs, x.shape.length - 1);
    const numbers = logs.data.data;
    const losses = Array.from(found, (label, i) =>
      label < 0 ? 0 : 0 - numbers[logs.offset + i * classes + label],
    );
    visit(losses, 0, 0, losses.length);
    return;
  }
  const losses = place(dtype, rows.most);
  const numbers = arrayOf(dtype);
  rows.forEach((address, labelled, first, count) => {
    labelledLoops(dtype).losses(address, count, classes, labelled, losses);
    visit(numbers, losses / numbers.BYTES_PER_ELEMENT, first, count);
  });
}

/**
 * `scale · (softmax(x) − one(y))` along the axis, where one(y) is 1 for the class y and 0 for others; 0 where y does not
 * count. With the reduction "mean" the scale is divided by how many count.
 *
 * @param scales of the dtype of x and the shape of y, or of one number if there is a reduction
 * @param out dense, of the shape and dtype of x
 */
export function crossEntropyGradient(
  x: View,
  y: View,
  scales: View,
  out: View,
  labelling: ReducedLabelling,
): void {
  const found = checkedLabels(y, labelling);
  const size = sizeOf(x.shape);
  if (size === 0) return;
  const { axis, reduction } = labelling;
  const given = numbersOf(scales);
  const common = reduction === "mean" ? given[0] / countOf(found) : given[0];
  const scaleOf = (i: number): number => (reduction === "none" ? given[i] : common);
  withDense(classesLast(x, axis), (scores) => {
    if (axis === x.shape.length - 1) fillGradient(dense(scores), found, scaleOf, out);
    else {
      const made = allocateView(out.data.dtype, scores.shape);
      fillGradient(dense(scores), found, scaleOf, made);
      copy(made, classesLast(out, axis));
    }
  });
}

function fillGradient(
  x: View,
  found: Int32Array<ArrayBuffer>,
  scaleOf: (i: number) => number,
  out: View,
): void {
  const dtype = floatOf(x);
  const size = sizeOf(x.shape);
  const classes = x.shape.at(-1)!;
  beginKernel();
  const rows = Rows.of(x, found, classes, size);
  if (rows === undefined) {
    softmax(x, out, x.shape.length - 1);
    scaleEach(out, dtype, found, classes, scaleOf);
    return;
  }
  const scales = place(dtype, rows.most);
  const numbers = arrayOf(dtype);
  const bytes = numbers.BYTES_PER_ELEMENT;
  const target = placeOutput(out, size);
  rows.forEach((address, labelled, first, count) => {
    for (let i = 0; i < count; i++) numbers[scales / bytes + i] = scaleOf(first + i);
    labelledLoops(dtype).gradients(
      address,
      count,
      classes,
      labelled,
      scales,
      target + first * classes * bytes,
    );
  });
  finishOutput(out, target, size);
}

/** Makes gradients of probabilities, as the loop does. */
function scaleEach(
  { data, offset }: View,
  dtype: FloatDType,
  found: Int32Array<ArrayBuffer>,
  classes: number,
  scaleOf: (i: number) => number,
): void {
  const numbers = data.writable;
  found.forEach((label, i) => {
    const scale = dtype === "float32" ? Math.fround(scaleOf(i)) : scaleOf(i);
    const first = offset + i * classes;
    for (let c = first; c < first + classes; c++) numbers[c] = label < 0 ? 0 : numbers[c] * scale;
    if (label >= 0) numbers[first + label] -= scale;
  });
}

/** The largest number of rows at a time. */
const mostRows = 16384;

/** Rows of scores and their labels, brought to memory some at a time. */
class Rows {
  private constructor(
    private readonly source: Source,
    private readonly x: View,
    private readonly found: Int32Array<ArrayBuffer>,
    private readonly classes: number,
    /** How many at a time. */
    readonly most: number,
  ) {}

  /**
   * @param x dense
   * @param results for which there must be room, too
   * @returns undefined where a row is too long for the memory
   */
  static of(x: View, found: Int32Array<ArrayBuffer>, classes: number, results: number): Rows | undefined {
    const { dtype } = x.data;
    const largest = Math.max(classes, pieceElements);
    const own = placedBytes(dtype, mostRows) + placedBytes("int32", mostRows);
    if (2 * placedBytes(dtype, largest) + placedBytes(dtype, results) + own > room()) return undefined;
    const source = new Source(x, largest);
    const most = source.isResident ? mostRows : Math.max(1, Math.floor(pieceElements / classes));
    return new Rows(source, x, found, classes, Math.min(most, found.length));
  }

  /** Calls `visit` for some rows at a time, with the addresses of the scores and of the labels. */
  forEach(visit: (address: number, labelled: number, first: number, count: number) => void): void {
    const { source, x, found, classes, most } = this;
    const bytes = arrayOf(x.data.dtype).BYTES_PER_ELEMENT;
    const labelled = place("int32", most);
    const numbers = arrayOf("int32");
    for (let first = 0; first < found.length; first += most) {
      const count = Math.min(most, found.length - first);
      const address = source.bringDense(x.offset + first * classes, count * classes) * bytes;
      for (let i = 0; i < count; i++) numbers[labelled / 4 + i] = found[first + i];
      visit(address, labelled, first, count);
    }
  }
}
