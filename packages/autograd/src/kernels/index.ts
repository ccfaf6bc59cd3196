/**
 * Choosing elements by index, and the adjoints, which add. Plain loops: time goes into fetching what the indices
 * point to. What meets at one place is added in row-major order of the indices, each sum rounded to the dtype.
 */
import type { NumberArray } from "../dtype.js";
import { ShapeError } from "../errors.js";
import { indexOf, isRowMajor, type Shape, show, sizeOf } from "../shape.js";
import type { View } from "../storage.js";
import { selectResidentRows } from "./index/rows.js";
import { collapse } from "./loops.js";

/** Where the elements of a view lie, in row-major order, counted from its first. */
export function places(shape: Shape, stride: readonly number[]): Int32Array {
  const result = new Int32Array(sizeOf(shape));
  let filled = 1;
  // The list for the axes from `axis` on is repeated, moved on, for each step along the axis before.
  for (let axis = shape.length - 1; axis >= 0 && result.length > 0; axis--) {
    const step = stride[axis];
    for (let i = 1; i < shape[axis]; i++)
      for (let k = 0; k < filled; k++) result[i * filled + k] = result[k] + i * step;
    filled *= shape[axis];
  }
  return result;
}

/**
 * The indices in row-major order, those that count from the end replaced by their place. May share numbers with
 * `indices`: it is for reading.
 *
 * @param size of the axis that they index
 * @throws ShapeError if one is out of range
 */
export function checkIndices(op: string, indices: View, size: number): Int32Array {
  const { data, shape, stride, offset } = indices;
  const count = sizeOf(shape);
  const numbers = data.data;
  const dense = isRowMajor(shape, stride);
  const at = dense ? undefined : places(shape, stride);
  const shared = dense && numbers instanceof Int32Array;
  const result = shared ? numbers.subarray(offset, offset + count) : new Int32Array(count);
  let negative = false;
  for (let i = 0; i < count; i++) {
    const index = numbers[offset + (at === undefined ? i : at[i])];
    if (index >= size || index < -size) throw outOfRange(op, shape, i, index, size);
    if (index < 0) negative = true;
    if (!shared) result[i] = index;
  }
  return negative ? result.map((index) => (index < 0 ? index + size : index)) : result;
}

function outOfRange(op: string, shape: Shape, i: number, index: number, size: number): ShapeError {
  const where =
    shape.length === 0 ? "the index" : `the index at ${show(indexOf(i, shape))} of ${show(shape)}`;
  const range = size === 0 ? "there is nothing to choose" : `indices must be from ${-size} to ${size - 1}`;
  return new ShapeError(`${op}: ${where} is ${index}, and the axis has size ${size}; ${range}`);
}

/** Where the rows of positions of `indices` begin in a view, but for what the index itself adds. */
function rowStarts(indices: Shape, stride: readonly number[], axis: number): Int32Array {
  const steps = stride.map((step, i) => (i === axis ? 0 : step));
  return places(indices.slice(0, -1), steps);
}

/** How far one position along the last axis of `indices` is from the next in a view that is indexed along `axis`. */
function rowStep(stride: readonly number[], axis: number): number {
  return axis === stride.length - 1 ? 0 : stride[stride.length - 1];
}

/**
 * One element for each index: `out[i][j] = x[indices[i][j]][j]` for axis 0.
 *
 * @param indices as many axes as `x`, one at least, none but `axis` longer
 * @param out dense, of the shape of `indices` and the dtype of `x`
 */
export function gather(x: View, indices: View, out: View, axis: number): void {
  const chosen = checkIndices("gather", indices, x.shape[axis]);
  const starts = rowStarts(indices.shape, x.stride, axis);
  const along = rowStep(x.stride, axis);
  const step = x.stride[axis];
  const length = indices.shape.at(-1)!;
  const from = x.data.data;
  const to = out.data.writable;
  for (let row = 0, k = 0; row < starts.length; row++) {
    const start = x.offset + starts[row];
    for (let j = 0; j < length; j++, k++) to[out.offset + k] = from[start + j * along + chosen[k] * step];
  }
}

/**
 * Adds each value at its index: `out[indices[i][j]][j] += values[i][j]` for axis 0. The adjoint of {@link gather}.
 *
 * @param out dense, of the dtype of `values`; what it holds already is added to
 * @param indices as many axes as `out`, one at least, none but `axis` longer
 * @param values of the shape of `indices`
 */
export function scatterAdd(out: View, indices: View, values: View, axis: number): void {
  const chosen = checkIndices("scatterAdd", indices, out.shape[axis]);
  const starts = rowStarts(indices.shape, out.stride, axis);
  const along = rowStep(out.stride, axis);
  const step = out.stride[axis];
  const length = indices.shape.at(-1)!;
  const valueStarts = places(indices.shape.slice(0, -1), values.stride);
  const valueStep = values.stride.at(-1)!;
  const from = values.data.data;
  const to = out.data.writable;
  for (let row = 0, k = 0; row < starts.length; row++) {
    const start = out.offset + starts[row];
    const valueStart = values.offset + valueStarts[row];
    for (let j = 0; j < length; j++, k++)
      to[start + j * along + chosen[k] * step] += from[valueStart + j * valueStep];
  }
}

/** The parts of one axis of a view: where they start, and the runs of elements that each is made of. */
interface Parts {
  /** Starts of part 0 for each index of the axes before. */
  readonly outer: Int32Array;
  /** From one part to the next. */
  readonly step: number;
  /** Starts of the runs of a part, counted from its own. */
  readonly runs: Int32Array;
}

/** The parts along `axis` of two views of the same shape but for that axis, cut into runs that are loops in both. */
function partsOf(
  x: View,
  y: View,
  axis: number,
): { x: Parts; y: Parts; length: number; xStep: number; yStep: number } {
  const inner = collapse(x.shape.slice(axis + 1), [x.stride.slice(axis + 1), y.stride.slice(axis + 1)]);
  const [xInner, yInner] = inner.strides;
  const outer = x.shape.slice(0, axis);
  const runs = inner.shape.slice(0, -1);
  return {
    x: { outer: places(outer, x.stride), step: x.stride[axis], runs: places(runs, xInner) },
    y: { outer: places(outer, y.stride), step: y.stride[axis], runs: places(runs, yInner) },
    length: inner.shape.at(-1) ?? 1,
    xStep: xInner.at(-1) ?? 1,
    yStep: yInner.at(-1) ?? 1,
  };
}

// Up to this length a loop copies a run faster than a call does.
const shortRun = 24;

/** Copies `length` numbers that lie `step` apart to where they shall lie `targetStep` apart. */
export function copyRun(
  from: NumberArray,
  start: number,
  step: number,
  to: NumberArray,
  target: number,
  targetStep: number,
  length: number,
): void {
  if (step === 1 && targetStep === 1) {
    if (length > shortRun) to.set(from.subarray(start, start + length), target);
    else for (let i = 0; i < length; i++) to[target + i] = from[start + i];
  } else for (let i = 0; i < length; i++) to[target + i * targetStep] = from[start + i * step];
}

/**
 * The parts of `axis` at `indices`, in their order: rows of a table, for axis 0.
 *
 * @param indices of one axis
 * @param out dense, of the shape of `x` but for `axis`, which is as long as `indices`
 */
export function indexSelect(x: View, indices: View, out: View, axis: number): void {
  const chosen = checkIndices("indexSelect", indices, x.shape[axis]);
  if (sizeOf(out.shape) === 0) return;
  const { x: source, y: target, length, xStep, yStep } = partsOf(x, out, axis);
  const isTable =
    source.outer.length === 1 && source.runs.length === 1 && xStep === 1 && source.step === length;
  if (isTable && selectResidentRows(x, chosen, out, length)) return;
  const from = x.data.data;
  const to = out.data.writable;
  for (let o = 0; o < source.outer.length; o++)
    for (let k = 0; k < chosen.length; k++) {
      const start = x.offset + source.outer[o] + chosen[k] * source.step;
      const end = out.offset + target.outer[o] + k * target.step;
      for (let r = 0; r < source.runs.length; r++)
        copyRun(from, start + source.runs[r], xStep, to, end + target.runs[r], yStep, length);
    }
}

/**
 * Adds part k of `values` to the part of `out` at index k. The adjoint of {@link indexSelect}.
 *
 * @param indices of one axis
 * @param out dense, of the dtype of `values`; what it holds already is added to
 * @param values of the shape of `out` but for `axis`, which is as long as `indices`
 */
export function indexAdd(out: View, indices: View, values: View, axis: number): void {
  const chosen = checkIndices("indexAdd", indices, out.shape[axis]);
  if (sizeOf(values.shape) === 0) return;
  const from = values.data.data;
  const to = out.data.writable;
  const { x: source, y: target, length, xStep, yStep } = partsOf(values, out, axis);
  for (let o = 0; o < source.outer.length; o++)
    for (let k = 0; k < chosen.length; k++) {
      const start = values.offset + source.outer[o] + k * source.step;
      const end = out.offset + target.outer[o] + chosen[k] * target.step;
      for (let r = 0; r < source.runs.length; r++) {
        const read = start + source.runs[r];
        const write = end + target.runs[r];
        for (let i = 0; i < length; i++) to[write + i * yStep] += from[read + i * xStep];
      }
    }
}

/**
 * A one at each index along a last axis of its own.
 *
 * @param out dense and zeroed, of the shape of `indices` and one axis more
 */
export function oneHot(indices: View, out: View): void {
  const classes = out.shape.at(-1)!;
  const chosen = checkIndices("oneHot", indices, classes);
  const to = out.data.writable;
  for (let i = 0; i < chosen.length; i++) to[out.offset + i * classes + chosen[i]] = 1;
}
