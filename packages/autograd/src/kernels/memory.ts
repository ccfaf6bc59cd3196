/**
 * How kernels get at their operands: in the WebAssembly memory, copied there unless they stay there. What a kernel
 * places is forgotten at the start of the next.
 */
import { bytesOf, type DType, type NumberArray } from "../dtype.js";
import { internal } from "../errors.js";
import { arrayOf, blocksBegin, heap, isPoisoned, keepBlocksInUse } from "../memory.js";
import { sizeOf } from "../shape.js";
import type { View } from "../storage.js";
import type { ModuleBuilder } from "../wasm/builder.js";

export { arrayOf, configureMemory, type Heap, heap } from "../memory.js";

/** Compiles a module of kernels against the memory. */
export function instantiate<Exports>(module: ModuleBuilder): Exports {
  const compiled = new WebAssembly.Module(module.bytes());
  const instance = new WebAssembly.Instance(compiled, { wengert: { memory: heap().memory } });
  return instance.exports as Exports;
}

/** Addresses below this hold the arguments of the running kernel. */
export const argumentBytes = 4096;

// Kernels may read or write one vector past the end of an operand: what lies there is never used.
const slack = 32;
let top = argumentBytes;

/** Forgets all that the last kernel placed. Called at the start of each. */
export function beginKernel(): void {
  if (isPoisoned() && top > argumentBytes) heap().uint8.fill(0xff, argumentBytes, top);
  top = argumentBytes;
  keepBlocksInUse();
}

/** Bytes that one kernel call can still place. */
export function room(): number {
  return blocksBegin() - top - 2 * slack;
}

/** The bytes that `size` elements take when placed. */
export function placedBytes(dtype: DType, size: number): number {
  return ((size * bytesOf[dtype] + 15) & ~15) + slack;
}

/** Reserves room for `size` elements until the next kernel; returns the address, a multiple of 16. */
export function place(dtype: DType, size: number): number {
  const bytes = placedBytes(dtype, size);
  if (bytes > room() + slack)
    throw internal(`a kernel needs ${bytes} bytes and has ${room()}; it must work in pieces`);
  const address = top;
  top += bytes;
  return address;
}

// Below this many elements a loop beats the making of the subarray that `set` needs.
const shortCopy = 24;

/** Places a copy of `length` elements of `numbers` from `start` on. */
export function placeCopy(dtype: DType, numbers: NumberArray, start: number, length: number): number {
  const address = place(dtype, length);
  copyNumbers(numbers, start, arrayOf(dtype), address / bytesOf[dtype], length);
  return address;
}

/** Copies `length` elements from `address` to `numbers` at `start`. */
export function copyOut(
  dtype: DType,
  address: number,
  numbers: NumberArray,
  start: number,
  length: number,
): void {
  copyNumbers(arrayOf(dtype), address / bytesOf[dtype], numbers, start, length);
}

/**
 * Where a kernel is to write all the `size` numbers of a dense output: where they will stay, or in a place of its own,
 * from which {@link finishOutput} takes them.
 */
export function placeOutput({ data }: View, size: number): number {
  const staying = data.length === size ? data.targetAddress() : 0;
  return staying === 0 ? place(data.dtype, size) : staying;
}

/** Takes what a kernel has written at `address`, given by {@link placeOutput}. */
export function finishOutput({ data, offset }: View, address: number, size: number): void {
  if (address < blocksBegin()) copyOut(data.dtype, address, data.writable, offset, size);
}

function copyNumbers(
  from: NumberArray,
  fromStart: number,
  to: NumberArray,
  toStart: number,
  length: number,
): void {
  if (length < shortCopy) for (let i = 0; i < length; i++) to[toStart + i] = from[fromStart + i];
  else if (length === from.length) to.set(from, toStart);
  else to.set(from.subarray(fromStart, fromStart + length), toStart);
}

/** Operands in memory: where an element lies is `address + Σ index·stride` (stride in elements). */
export interface Placed {
  readonly address: number;
  readonly stride: readonly number[];
}

/**
 * Places the elements that `source` touches, each once: broadcast axes take no room. Where the view covers at least
 * half of the range it spans, the range is copied as it lies; a sparser view is gathered.
 */
export function placeView(source: View): Placed {
  const { data, shape, stride, offset } = source;
  if (sizeOf(shape) === 0) return { address: place(data.dtype, 0), stride };
  let low = offset;
  let high = offset;
  let touched = 1;
  for (let i = 0; i < shape.length; i++) {
    const length = shape[i];
    const step = stride[i];
    if (step === 0 || length === 1) continue;
    touched *= length;
    if (step > 0) high += step * (length - 1);
    else low += step * (length - 1);
  }
  const span = high - low + 1;
  const resident = data.residentAddress(touched);
  if (resident !== 0) return { address: resident + (offset - data.start) * bytesOf[data.dtype], stride };
  if (span <= 2 * touched) {
    const start = placeCopy(data.dtype, data.data, low, span);
    return { address: start + (offset - low) * bytesOf[data.dtype], stride };
  }
  return gather(source, touched);
}

function gather({ data, shape, stride, offset }: View, touched: number): Placed {
  const axes = shape.map((_, i) => i).filter((i) => stride[i] !== 0 && shape[i] !== 1);
  const dense = new Array<number>(shape.length).fill(0);
  let step = 1;
  for (const axis of [...axes].reverse()) {
    dense[axis] = step;
    step *= shape[axis];
  }
  const address = place(data.dtype, touched);
  const target = arrayOf(data.dtype);
  const source = data.data;
  const last = axes.at(-1)!;
  const outer = axes.slice(0, -1);
  const index = new Array<number>(outer.length).fill(0);
  const length = shape[last];
  const run = stride[last];
  let from = offset;
  let to = address / bytesOf[data.dtype];
  for (;;) {
    if (run === 1 && length > 16) target.set(source.subarray(from, from + length), to);
    else for (let i = 0; i < length; i++) target[to + i] = source[from + i * run];
    to += length;
    let axis = outer.length - 1;
    for (; axis >= 0; axis--) {
      const a = outer[axis];
      from += stride[a];
      if (++index[axis] < shape[a]) break;
      from -= stride[a] * shape[a];
      index[axis] = 0;
    }
    if (axis < 0) return { address, stride: dense };
  }
}
