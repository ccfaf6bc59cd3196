/**
 * The matrix product.
 *
 * **Order of summation.** The sum over k of an element of the product runs in blocks of 256: the products of a block
 * are added to +0 one after the other as k rises, each product and each sum rounded; then the sums of the blocks are
 * added in their order, to what the output holds where it accumulates. Nothing else matters: not how an operand lies,
 * not its shape beyond K, not where an element stands, not the memory. So x · y of one row has the bits of that row of
 * the whole product, and with K of at most 256, `out += x · y` has the bits of the product followed by the addition.
 */
import { bytesOf } from "../../dtype.js";
import { broadcastStride, isRowMajor, rowMajor, type Shape, sizeOf } from "../../shape.js";
import { makeView, type View } from "../../storage.js";
import { collapse } from "../loops.js";
import {
  arrayOf,
  beginKernel,
  copyOut,
  type Placed,
  place,
  placedBytes,
  placeView,
  room,
} from "../memory.js";
import { blockDepth, type Problem, scratchBytes } from "./blocks.js";
import { type Kernels, kernelsFor } from "./kernels.js";
import { multiply } from "./multiply.js";

export { blockDepth };

/**
 * out = x · y over the last two axes. The axes before them broadcast to those of `out`, which is dense and shares no
 * numbers with x and y. All three have the same dtype: float32, float64, or int32, which wraps.
 */
export function matmul(x: View, y: View, out: View): void {
  matmulInto(x, y, out, { accumulate: false });
}

/** {@link matmul}, or out += x · y. */
export function matmulInto(
  x: View,
  y: View,
  out: View,
  { accumulate }: { readonly accumulate: boolean },
): void {
  const size = sizeOf(out.shape);
  if (size === 0) return;
  if (x.shape[x.shape.length - 1] > 0) product(x, y, out, accumulate);
  else if (!accumulate) out.data.writable.fill(0, out.offset, out.offset + size);
}

/** The product, whole if it fits the memory, else in two halves. */
function product(x: View, y: View, out: View, accumulate: boolean): void {
  beginKernel();
  if (bytesNeeded(x, y, out) <= room()) {
    inMemory(x, y, out, accumulate);
    return;
  }
  const { shape } = out;
  const axis = shape.findIndex((length, i) => i < shape.length - 2 && length > 1);
  if (axis >= 0) {
    const fromEnd = axis - shape.length;
    const half = Math.ceil(shape[axis] / 2);
    product(part(x, fromEnd, 0, half), part(y, fromEnd, 0, half), part(out, fromEnd, 0, half), accumulate);
    product(part(x, fromEnd, half), part(y, fromEnd, half), part(out, fromEnd, half), accumulate);
    return;
  }
  const rows = shape[shape.length - 2];
  const columns = shape[shape.length - 1];
  const depth = x.shape[x.shape.length - 1];
  const longest = Math.max(rows, columns, depth);
  // Whole blocks of the sum over k. What is too large for the memory is longer than one.
  const half = Math.ceil(longest / 2 / blockDepth) * blockDepth;
  if (longest === depth) {
    product(part(x, -1, 0, half), part(y, -2, 0, half), out, accumulate);
    product(part(x, -1, half), part(y, -2, half), out, true);
  } else if (longest === rows) {
    product(part(x, -2, 0, half), y, part(out, -2, 0, half), accumulate);
    product(part(x, -2, half), y, part(out, -2, half), accumulate);
  } else {
    product(x, part(y, -1, 0, half), part(out, -1, 0, half), accumulate);
    product(x, part(y, -1, half), part(out, -1, half), accumulate);
  }
}

/** `source` from `start` to `end` along an axis counted from the end; whole where it broadcasts there. */
function part(source: View, axis: number, start: number, end?: number): View {
  const { data, shape, stride, offset } = source;
  const i = shape.length + axis;
  if (i < 0 || (axis < -2 && shape[i] === 1)) return source;
  const length = (end ?? shape[i]) - start;
  return makeView(data, shape.with(i, length), stride, offset + start * stride[i]);
}

/** At least what `inMemory` places: an operand takes up to twice its elements, and once more if it is gathered. */
function bytesNeeded(x: View, y: View, out: View): number {
  const { dtype } = out.data;
  const elements = 3 * sizeOf(x.shape) + 3 * sizeOf(y.shape) + sizeOf(out.shape);
  return elements * bytesOf[dtype] + scratchBytes + 6 * placedBytes(dtype, 1);
}

function inMemory(x: View, y: View, out: View, accumulate: boolean): void {
  const { data, shape, offset, stride } = out;
  const { dtype } = data;
  const kernels = kernelsFor(dtype);
  const rank = shape.length;
  const columns = shape[rank - 1];
  const outRow = stride[rank - 2];
  const size = sizeOf(shape);
  const bytes = bytesOf[dtype];
  const xs = placeReadable(x, kernels);
  const ys = placeReadable(y, kernels);
  // Where the output stays in the memory, it is computed there.
  const staying = data.length === size ? data.targetAddress() : 0;
  const target = staying === 0 ? place(dtype, size) : staying;
  const scratch = place("uint8", scratchBytes);
  // Part of the columns of a matrix lie row by row; whatever else is split off lies dense.
  const run = isRowMajor(shape, stride) ? size : columns;
  if (accumulate && staying === 0) {
    for (let i = 0; i * run < size; i++) {
      const from = offset + i * outRow;
      arrayOf(dtype).set(data.data.subarray(from, from + run), target / bytes + i * run);
    }
  }
  const batch = rank === 2 ? undefined : batchLoops(x.shape, xs.stride, y.shape, ys.stride, shape);
  const xRank = x.shape.length;
  const yRank = y.shape.length;
  const problem: Problem = {
    kernels,
    bytes,
    rows: batch === undefined ? shape[0] : batch.rows,
    columns,
    depth: x.shape[xRank - 1],
    xRow: (batch === undefined ? xs.stride[0] : batch.xRow) * bytes,
    xColumn: xs.stride[xRank - 1] * bytes,
    yRow: ys.stride[yRank - 2] * bytes,
    yColumn: ys.stride[yRank - 1] * bytes,
    scratch,
    accumulate,
  };
  if (batch === undefined) multiply(problem, xs.address, ys.address, target);
  else multiplyEach(problem, batch, xs.address, ys.address, target);
  if (staying !== 0) return;
  for (let i = 0; i * run < size; i++)
    copyOut(dtype, target + i * run * bytes, data.writable, offset + i * outRow, run);
}

/** Places an operand so that its rows or its columns lie dense, and a vector its elements: a kernel reads no other. */
function placeReadable(source: View, { gather }: Kernels): Placed {
  const placed = placeView(source);
  const { shape } = source;
  const rank = shape.length;
  const rows = shape[rank - 2];
  const columns = shape[rank - 1];
  const rowStep = placed.stride[rank - 2];
  const columnStep = placed.stride[rank - 1];
  const rowsDense = columns === 1 || columnStep === 1;
  const columnsDense = rows === 1 || rowStep === 1;
  if (rows === 1 || columns === 1 ? rowsDense && columnsDense : rowsDense || columnsDense) return placed;
  const { dtype } = source.data;
  const bytes = bytesOf[dtype];
  const address = place(dtype, sizeOf(shape));
  let target = address;
  const each = (axis: number, from: number): void => {
    if (axis === rank - 2) {
      gather(from, rowStep * bytes, columnStep * bytes, rows, columns, target);
      target += rows * columns * bytes;
      return;
    }
    for (let i = 0; i < shape[axis]; i++) each(axis + 1, from + i * placed.stride[axis] * bytes);
  };
  each(0, placed.address);
  return { address, stride: rowMajor(shape) };
}

/** The matrices of a batch: loops over them with the strides of x and y, and the rows of each. */
interface Batch {
  readonly shape: Shape;
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly rows: number;
  readonly xRow: number;
}

/** Few and high matrices that make up the batch: rows of x that meet the same y are rows of one matrix. */
function batchLoops(
  x: Shape,
  xStride: readonly number[],
  y: Shape,
  yStride: readonly number[],
  out: Shape,
): Batch {
  const outer = out.slice(0, -2);
  const { shape, strides } = collapse(out.slice(0, -1), [
    [...broadcastStride(x.slice(0, -2), xStride.slice(0, -2), outer), xStride[x.length - 2]],
    [...broadcastStride(y.slice(0, -2), yStride.slice(0, -2), outer), 0],
  ]);
  const [xSteps, ySteps] = strides;
  const last = shape.length - 1;
  if (last < 0 || ySteps[last] !== 0) return { shape, x: xSteps, y: ySteps, rows: 1, xRow: 0 };
  return {
    shape: shape.slice(0, last),
    x: xSteps.slice(0, last),
    y: ySteps.slice(0, last),
    rows: shape[last],
    xRow: xSteps[last],
  };
}

function multiplyEach(problem: Problem, batch: Batch, x: number, y: number, out: number): void {
  const { bytes, rows, columns } = problem;
  let target = out;
  const each = (axis: number, xFrom: number, yFrom: number): void => {
    if (axis === batch.shape.length) {
      multiply(problem, xFrom, yFrom, target);
      target += rows * columns * bytes;
      return;
    }
    for (let i = 0; i < batch.shape[axis]; i++)
      each(axis + 1, xFrom + i * batch.x[axis] * bytes, yFrom + i * batch.y[axis] * bytes);
  };
  each(0, x, y);
}
