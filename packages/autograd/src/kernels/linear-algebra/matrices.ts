/**
 * The matrices of a batch, one after the other, as dense row-major float64 arrays: whatever the dtype, a factorisation
 * is computed in float64 and rounded once.
 */
import { LinearAlgebraError } from "../../errors.js";
import { broadcastStride, indexOf, type Shape, show, sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { advance, placeOf } from "../loops.js";

/**
 * Calls `body` for every matrix of the batch, with the numbers of each operand in arrays that it may write over.
 *
 * @param batch the axes before the last two, to which those of the inputs broadcast
 * @param inputs matrices over their last two axes
 * @param outputs dense, with the axes of the batch before those of a result
 */
export function eachMatrix(
  batch: Shape,
  inputs: readonly View[],
  outputs: readonly View[],
  body: (inputs: readonly Float64Array[], outputs: readonly Float64Array[], index: number) => void,
): void {
  const count = sizeOf(batch);
  if (count === 0) return;
  const strides = inputs.map(({ shape, stride }) =>
    broadcastStride(shape.slice(0, -2), stride.slice(0, -2), batch),
  );
  const numbers = inputs.map(({ shape }) => new Float64Array(shape.at(-2)! * shape.at(-1)!));
  const results = outputs.map(({ shape }) => new Float64Array(sizeOf(shape) / count));
  const place = new Array<number>(batch.length).fill(0);
  for (let index = 0; index < count; index++) {
    inputs.forEach((x, k) => {
      readMatrix(x, placeOf(x.offset, strides[k], place), numbers[k]);
    });
    for (const result of results) result.fill(0);
    body(numbers, results, index);
    outputs.forEach(({ data, offset }, k) => {
      data.writable.set(results[k], offset + index * results[k].length);
    });
    advance(place, batch);
  }
}

function readMatrix({ data, shape, stride }: View, start: number, into: Float64Array): void {
  const from = data.data;
  const rank = shape.length;
  const [rows, columns] = [shape[rank - 2], shape[rank - 1]];
  const [rowStep, columnStep] = [stride[rank - 2], stride[rank - 1]];
  for (let i = 0, k = 0; i < rows; i++)
    for (let j = 0; j < columns; j++, k++) into[k] = from[start + i * rowStep + j * columnStep];
}

/** An error that says which matrix of the batch is meant. */
export function unfit(name: string, batch: Shape, index: number, problem: string): LinearAlgebraError {
  const place = indexOf(index, batch);
  const which =
    batch.length === 0 ? "the matrix" : `the matrix at ${show(place)} of the batch ${show(batch)}`;
  return new LinearAlgebraError(`${name}: ${which} ${problem}`);
}

/** Whether all numbers are finite: iterations would not end, or say nothing, with others. */
export function allFinite(numbers: Float64Array): boolean {
  return numbers.every((value) => Math.abs(value) < Number.POSITIVE_INFINITY);
}

/** The columns of a matrix of `rows` rows as the rows of another. */
export function transposed(a: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) result[j * rows + i] = a[i * columns + j];
  return result;
}

/** A power of two that brings the largest of the numbers between 1 and 2: squares then neither overflow nor vanish. */
export function scaleOf(numbers: Float64Array): number {
  let largest = 0;
  for (let i = 0; i < numbers.length; i++) largest = Math.max(largest, Math.abs(numbers[i]));
  if (largest === 0) return 1;
  let scale = 1;
  while (largest * scale >= 2) scale /= 2;
  // Above, it would be infinite for the smallest of the subnormal numbers.
  while (largest * scale < 1 && scale < largestScale) scale *= 2;
  return scale;
}

// 2¹⁰⁰⁰
const largestScale = 1.0715086071862673e301;
