/** Copies numbers between strided views of the heap: concatenation, placing a slice, reading a tensor out. */
import { allocate, type NumberArray } from "../dtype.js";
import { isRowMajor, rowMajor, sizeOf } from "../shape.js";
import { allocateView, type View } from "../storage.js";
import { collapse } from "./loops.js";

/** Copies `source` over `target`, which has its shape and dtype. */
export function copy(source: View, target: View): void {
  const { numbers, shift } = target.data.changeable;
  copyNumbers(source, numbers, target.stride, target.offset + shift);
}

/** `x`, or a dense copy of it. */
export function dense(x: View): View {
  if (isRowMajor(x.shape, x.stride)) return x;
  const made = allocateView(x.data.dtype, x.shape);
  copy(x, made);
  return made;
}

/** The numbers of `source` in row-major order, in an array of their own. */
export function numbersOf(source: View): NumberArray {
  const { data, shape, stride, offset } = source;
  const size = sizeOf(shape);
  if (isRowMajor(shape, stride)) {
    const { numbers, shift } = data.readable;
    return numbers.slice(offset + shift, offset + shift + size);
  }
  const numbers = allocate(data.dtype, size);
  copyNumbers(source, numbers, rowMajor(shape), 0);
  return numbers;
}

/** As {@link numbersOf}, for reading within a kernel: where they lie so already they are not copied. */
export function readDense(source: View): NumberArray {
  const { data, shape, stride, offset } = source;
  if (!isRowMajor(shape, stride)) return numbersOf(source);
  const { numbers, shift } = data.readable;
  return numbers.subarray(offset + shift, offset + shift + sizeOf(shape));
}

// Below about 16 elements a loop beats the call of `set`.
const shortRun = 16;

function copyRun(
  numbers: NumberArray,
  read: number,
  target: NumberArray,
  write: number,
  length: number,
): void {
  if (length <= shortRun) for (let i = 0; i < length; i++) target[write + i] = numbers[read + i];
  else if (numbers === target) target.copyWithin(write, read, read + length);
  else target.set(numbers.subarray(read, read + length), write);
}

function copyNumbers(
  source: View,
  target: NumberArray,
  targetStride: readonly number[],
  targetOffset: number,
): void {
  const size = sizeOf(source.shape);
  if (size === 0) return;
  if (isRowMajor(source.shape, source.stride) && isRowMajor(source.shape, targetStride)) {
    const { numbers, shift } = source.data.readable;
    copyRun(numbers, source.offset + shift, target, targetOffset, size);
    return;
  }
  const { shape, strides } = collapse(source.shape, [source.stride, targetStride]);
  const [from, to] = strides;
  const { numbers, shift } = source.data.readable;
  const last = shape.length - 1;
  const length = shape[last] ?? 1;
  const fromStep = from[last] ?? 1;
  const toStep = to[last] ?? 1;
  const index = new Array<number>(Math.max(0, last)).fill(0);
  let read = source.offset + shift;
  let write = targetOffset;
  for (;;) {
    if (fromStep === 1 && toStep === 1) copyRun(numbers, read, target, write, length);
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
