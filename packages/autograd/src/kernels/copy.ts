/** Copies numbers between strided views of the heap: concatenation, placing a slice, reading a tensor out. */
import type { NumberArray } from "../dtype.js";
import { isRowMajor, rowMajor, sizeOf } from "../shape.js";
import type { View } from "../storage.js";
import { collapse } from "./loops.js";

/** Copies `source` over `target`, which has its shape and dtype. */
export function copy(source: View, target: View): void {
  copyNumbers(source, target.data.writable, target.stride, target.offset);
}

/** The numbers of `source` in row-major order, in an array of their own. */
export function numbersOf(source: View): NumberArray {
  const { data, shape, stride, offset } = source;
  const size = sizeOf(shape);
  if (isRowMajor(shape, stride)) return data.data.slice(offset, offset + size);
  const numbers = new (data.data.constructor as new (length: number) => NumberArray)(size);
  copyNumbers(source, numbers, rowMajor(shape), 0);
  return numbers;
}

/** As {@link numbersOf}, for reading: where they lie so already they are not copied. */
export function readDense(source: View): NumberArray {
  const { data, shape, stride, offset } = source;
  return isRowMajor(shape, stride) ? data.data.subarray(offset, offset + sizeOf(shape)) : numbersOf(source);
}

function copyNumbers(
  source: View,
  target: NumberArray,
  targetStride: readonly number[],
  targetOffset: number,
): void {
  if (sizeOf(source.shape) === 0) return;
  const { shape, strides } = collapse(source.shape, [source.stride, targetStride]);
  const [from, to] = strides;
  const numbers = source.data.data;
  const last = shape.length - 1;
  const length = shape[last] ?? 1;
  const fromStep = from[last] ?? 1;
  const toStep = to[last] ?? 1;
  const index = new Array<number>(Math.max(0, last)).fill(0);
  let read = source.offset;
  let write = targetOffset;
  for (;;) {
    // Below about 16 elements a loop beats the call of `set`.
    if (fromStep === 1 && toStep === 1 && length > 16)
      target.set(numbers.subarray(read, read + length), write);
    else for (let i = 0; i < length; i++) target[write + i * toStep] = numbers[read + i * fromStep];
    let axis = last - 1;
    for (; axis >= 0; axis--) {
      read += from[axis];
      write += to[axis];
      if (++index[axis] < shape[axis]) break;
      read -= from[axis] * shape[axis];
      write -= to[axis] * shape[axis];
      index[axis] = 0;
    }
    if (axis < 0) return;
  }
}
