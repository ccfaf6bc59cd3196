/** Pure arithmetic over shapes, strides and axes. */
import { ArgumentError, ShapeError } from "./errors.js";

/** The length of each axis, outermost first. `[]` is the shape of a single number. */
export type Shape = readonly number[];

/** `[2, 3]`, as errors and printing write it. */
export function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/**
 * `shape`, if it is one.
 *
 * @throws ShapeError if a length is not an integer, 0 or more, ArgumentError for what is no list
 */
export function checkedShape(name: string, shape: Shape): Shape {
  // From JavaScript anything may come, such as lengths that are not in a list.
  if (!Array.isArray(shape as unknown))
    throw new ArgumentError(`${name}: the shape is ${String(shape)}; give the lengths in a list: [2, 3]`);
  const wrong = shape.findIndex((length) => !Number.isInteger(length) || length < 0);
  if (wrong >= 0)
    throw new ShapeError(
      `${name}: the shape ${show(shape)} has the length ${shape[wrong]}; lengths must be integers, 0 or more`,
    );
  return shape;
}

/** The number of elements: the product of the lengths. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (let i = 0; i < shape.length; i++) size *= shape[i];
  return size;
}

export function sameShape(x: Shape, y: Shape): boolean {
  if (x.length !== y.length) return false;
  for (let i = 0; i < x.length; i++) if (x[i] !== y[i]) return false;
  return true;
}

/** The strides of a dense array in row-major order. */
export function rowMajor(shape: Shape): number[] {
  const stride = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    stride[i] = step;
    step *= shape[i];
  }
  return stride;
}

/** The index of the element that comes after `flat` others in row-major order. */
export function indexOf(flat: number, shape: Shape): number[] {
  return rowMajor(shape).map((step, axis) => Math.floor(flat / step) % shape[axis]);
}

/** Whether a view with these strides holds its elements densely in row-major order. */
export function isRowMajor(shape: Shape, stride: readonly number[]): boolean {
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const length = shape[i];
    if (length === 0) return true;
    if (length !== 1 && stride[i] !== step) return false;
    step *= length;
  }
  return true;
}

/** Whether a view with these strides may show one number in several places, as what is expanded or overlaps does. */
export function repeats(shape: Shape, stride: readonly number[]): boolean {
  if (shape.includes(0)) return false;
  const axes = shape.map((length, i) => ({ length, step: Math.abs(stride[i]) }));
  let reach = 0;
  for (const { length, step } of axes.sort((a, b) => a.step - b.step)) {
    if (length === 1) continue;
    if (step <= reach) return true;
    reach += step * (length - 1);
  }
  return false;
}

/**
 * The shape that `shapes` broadcast to: axes are aligned at the end, and each is equal in all, or 1.
 *
 * @throws ShapeError if an axis has two lengths that are neither equal nor 1
 */
export function broadcast(op: string, shapes: readonly Shape[]): Shape {
  let result = shapes[0];
  for (let i = 1; i < shapes.length; i++) {
    const shape = shapes[i];
    if (!sameShape(result, shape)) result = broadcastPair(op, result, shape, shapes);
  }
  return result;
}

function broadcastPair(op: string, x: Shape, y: Shape, all: readonly Shape[]): Shape {
  const rank = Math.max(x.length, y.length);
  const result = new Array<number>(rank);
  for (let axis = -1; axis >= -rank; axis--) {
    const a = x[x.length + axis] ?? 1;
    const b = y[y.length + axis] ?? 1;
    if (a !== b && a !== 1 && b !== 1)
      throw new ShapeError(
        `${op}: cannot broadcast ${all.map(show).join(" with ")}: axis ${axis} has sizes ${a} and ${b}; each must be equal, or 1`,
      );
    result[rank + axis] = a === 1 ? b : a;
  }
  return result;
}

/**
 * `axis` counted from the start; a negative axis counts from the end.
 *
 * @throws ShapeError if there is no such axis
 */
export function normalizeAxis(op: string, axis: number, rank: number, shape?: Shape): number {
  const result = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || result < 0 || result >= rank) {
    const of = shape === undefined ? `a tensor of ${rank} axes` : `x, which is ${show(shape)}`;
    const range =
      rank === 0 ? "a 0-d tensor has no axes" : `it must be an integer from ${-rank} to ${rank - 1}`;
    throw new ShapeError(`${op}: there is no axis ${axis} in ${of}; ${range}`);
  }
  return result;
}

/** One axis, counted from the start. */
export interface AlongAxis {
  readonly axis: number;
}

/** One axis, several, or (left out) all of them. */
export type Axes = number | readonly number[] | undefined;

/**
 * `axes` counted from the start, in their order.
 *
 * @throws ShapeError if there is no such axis, or one is named twice
 */
export function normalizeEach(op: string, axes: readonly number[], shape: Shape): number[] {
  const result = axes.map((axis) => normalizeAxis(op, axis, shape.length, shape));
  const twice = result.find((axis, i) => result.indexOf(axis) !== i);
  if (twice !== undefined)
    throw new ShapeError(`${op}: axis ${twice} is named twice in ${show(axes)}; name each axis once`);
  return result;
}

/**
 * `axes` counted from the start, rising; all axes where undefined.
 *
 * @throws ShapeError if there is no such axis, or one is named twice
 */
export function normalizeAxes(op: string, axes: Axes, shape: Shape): number[] {
  if (axes === undefined) return shape.map((_, i) => i);
  return normalizeEach(op, typeof axes === "number" ? [axes] : axes, shape).sort((a, b) => a - b);
}

/** `shape` without `axes`, or with length 1 in their places. */
export function reducedShape(shape: Shape, axes: readonly number[], keepDims: boolean): number[] {
  const result: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    if (!axes.includes(i)) result.push(shape[i]);
    else if (keepDims) result.push(1);
  }
  return result;
}

/** The order that puts axes back which were put in `order`. */
export function inverseOrder(order: readonly number[]): number[] {
  return order.map((_, axis) => order.indexOf(axis));
}

/** The strides with which a view of `shape` is read as `target`: 0 along broadcast axes. */
export function broadcastStride(shape: Shape, stride: readonly number[], target: Shape): number[] {
  const lead = target.length - shape.length;
  return target.map((length, i) =>
    i < lead || (shape[i - lead] === 1 && length !== 1) ? 0 : stride[i - lead],
  );
}

/** A part of an axis, as Python's `start:end:step`. Bounds beyond the ends are clipped, negative ones count from the end. */
export interface SliceBounds {
  readonly start?: number;
  readonly end?: number;
  /** Not 0; a negative step walks backwards. */
  readonly step?: number;
}

/** Every `step`-th index from `start` on, `length` of them. */
export interface Range {
  readonly start: number;
  readonly step: number;
  readonly length: number;
}

/**
 * The indices within an axis of length `size` that `bounds` mean.
 *
 * @throws ArgumentError for a step of 0, and for fractions
 */
export function rangeOf(op: string, size: number, { start, end, step = 1 }: SliceBounds): Range {
  if (!Number.isInteger(step) || step === 0)
    throw new ArgumentError(`${op}: the step is ${step}; it must be an integer other than 0`);
  for (const bound of [start, end])
    if (bound !== undefined && !Number.isInteger(bound))
      throw new ArgumentError(`${op}: the bound ${bound} is no integer; bounds are indices`);
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1];
  const clip = (i: number): number => Math.min(high, Math.max(low, i < 0 ? i + size : i));
  const first = start === undefined ? (step > 0 ? low : high) : clip(start);
  const last = end === undefined ? (step > 0 ? high : low) : clip(end);
  return { start: first, step, length: Math.max(0, Math.ceil((last - first) / step)) };
}
