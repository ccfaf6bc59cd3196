/**
 * Where numbers lie. A `Storage` is a handle: what reads it asks `data` anew each time, so the numbers may move
 * (to WebAssembly memory, one day to a GPU) without a tensor noticing. A `View` is an ndarray over such a handle.
 * The only file that imports ndarray.
 */
import ndarray from "ndarray";
import { allocate, bytesOf, type DType, type NumberArray } from "./dtype.js";
import { arrayOf, type Block, giveBack, takeBlock, touch } from "./memory.js";
import { rowMajor, type Shape, sizeOf } from "./shape.js";

// Values that kernels read again and again are worth a block of the WebAssembly memory; shorter ones are not, nor is
// what is read a few times and dropped.
const shortestResident = 256;
const readsBeforeResident = 4;

/**
 * Numbers of one dtype, shared by the views over them: `length` elements of `data` from `start` on. Offsets of views
 * count from the beginning of `data`. ndarray reads it through `get`, `set` and `length`.
 *
 * A Storage that kernels use often also has its numbers in a block of the WebAssembly memory, for as long as there is
 * room. Whoever reads `data` gets the numbers as they are now, wherever they were; nothing else is noticed of it.
 */
export class Storage {
  /** Counts the changes of the values, so that a saved tensor that has changed since is noticed. */
  version = 0;
  private block: Block | null = null;
  private lease = 0;
  /** Whether the block holds newer numbers than the array. */
  private ahead = false;
  private reads = 0;

  constructor(
    readonly dtype: DType,
    private readonly numbers: NumberArray,
    readonly start = 0,
    readonly length: number = numbers.length,
  ) {}

  /** The numbers, to be read. */
  get data(): NumberArray {
    if (this.ahead) this.bringBack();
    return this.numbers;
  }

  /** The numbers, to be changed in the array. */
  get writable(): NumberArray {
    if (this.block !== null) this.leave();
    return this.numbers;
  }

  get(index: number): number {
    return this.data[index];
  }

  set(index: number, value: number): void {
    this.writable[index] = value;
  }

  /** Where the first number lies in the WebAssembly memory for a kernel that reads `count` of them; 0 if it does not. */
  residentAddress(count: number): number {
    const { block } = this;
    if (block !== null && block.lease === this.lease) {
      touch(block);
      return block.address;
    }
    if (this.length < shortestResident || 2 * count < this.length || ++this.reads <= readsBeforeResident)
      return 0;
    return this.settle();
  }

  /** Where the first number lies for a kernel that writes all the numbers; 0 if the array must be written. */
  targetAddress(): number {
    const { block } = this;
    if (block === null || block.lease !== this.lease) return 0;
    touch(block);
    block.guardian = this;
    this.ahead = true;
    return block.address;
  }

  /** Moves into the WebAssembly memory, if there is room; returns the address or 0. */
  settle(): number {
    if (this.length < shortestResident) return 0;
    const { numbers, start, length, dtype } = this;
    if (this.block !== null && this.block.lease === this.lease) return this.block.address;
    const block = takeBlock(length * bytesOf[dtype] + slack);
    if (block === undefined) return 0;
    const own = start === 0 && length === numbers.length ? numbers : numbers.subarray(start, start + length);
    arrayOf(dtype).set(own, block.address / bytesOf[dtype]);
    this.block = block;
    this.lease = block.lease;
    return block.address;
  }

  /** Moves out of the WebAssembly memory. */
  leave(): void {
    const { block } = this;
    if (block === null) return;
    if (this.ahead) this.bringBack();
    giveBack(block, this.lease);
    this.block = null;
    this.reads = 0;
  }

  // While it is ahead it guards its block, which so cannot have been taken away.
  private bringBack(): void {
    const { numbers, start, length, dtype } = this;
    const block = this.block!;
    const first = block.address / bytesOf[dtype];
    numbers.set(arrayOf(dtype).subarray(first, first + length), start);
    block.guardian = null;
    this.ahead = false;
  }
}

// Kernels may read and write one vector past the last element.
const slack = 32;

// A typed array of its own costs 0.3–1 µs for a small tensor, most of it in the garbage collector. Small ones of one
// size share an array in sixteens, so that a kept tensor keeps at most sixteen times its numbers alive.
const sharers = 16;
const largestShared = 1024;

interface Slab {
  readonly numbers: NumberArray;
  used: number;
}

const slabs: Readonly<Record<DType, (Slab | undefined)[]>> = {
  float32: [],
  float64: [],
  int32: [],
  uint8: [],
  bool: [],
};

function allocateStorage(dtype: DType, size: number): Storage {
  if (size > largestShared || size === 0) return new Storage(dtype, allocate(dtype, size));
  const bySize = slabs[dtype];
  let slab = bySize[size];
  if (slab === undefined || slab.used === sharers) {
    slab = { numbers: allocate(dtype, size * sharers), used: 0 };
    bySize[size] = slab;
  }
  return new Storage(dtype, slab.numbers, size * slab.used++, size);
}

/** A strided window on a Storage: the part of an ndarray that kernels use. */
export interface View {
  readonly data: Storage;
  readonly shape: Shape;
  readonly stride: readonly number[];
  readonly offset: number;
}

type ViewClass = new (data: Storage, ...numbers: number[]) => View;

// A page that forbids code generation (Content-Security-Policy) cannot have ndarray's classes, which it compiles
// for each rank. What is needed of them is little.
class PlainView implements View {
  constructor(
    readonly data: Storage,
    readonly shape: Shape,
    readonly stride: readonly number[],
    readonly offset: number,
  ) {}
}

// ndarray's own constructor looks its class up by rank and dtype at 70–150 ns a call; the class itself takes 15.
const classes: (ViewClass | null)[] = [];

function classFor(rank: number): ViewClass | null {
  try {
    const sample = ndarray(new Storage("float32", new Float32Array(1)), new Array<number>(rank).fill(1));
    return sample.constructor as ViewClass;
  } catch (error) {
    if (error instanceof EvalError) return null;
    throw error;
  }
}

/** A view on `data`. The arrays given are copied. */
export function makeView(data: Storage, shape: Shape, stride: readonly number[], offset: number): View {
  const rank = shape.length;
  let Class = classes[rank];
  if (Class === undefined) {
    Class = classFor(rank);
    classes[rank] = Class;
  }
  if (Class === null) return new PlainView(data, [...shape], [...stride], offset);
  switch (rank) {
    case 0:
      return new Class(data, offset);
    case 1:
      return new Class(data, shape[0], stride[0], offset);
    case 2:
      return new Class(data, shape[0], shape[1], stride[0], stride[1], offset);
    case 3:
      return new Class(data, shape[0], shape[1], shape[2], stride[0], stride[1], stride[2], offset);
    default:
      return new Class(data, ...shape, ...stride, offset);
  }
}

/** A new dense view over zeroed numbers. */
export function allocateView(dtype: DType, shape: Shape): View {
  return denseView(allocateStorage(dtype, sizeOf(shape)), shape);
}

/** A dense row-major view over all of `data`. */
export function denseView(data: Storage, shape: Shape): View {
  return makeView(data, shape, rowMajor(shape), data.start);
}

/** An ndarray as the package of that name makes it, over a typed array. */
export interface Ndarray {
  data: NumberArray;
  shape: number[];
  stride: number[];
  offset: number;
  readonly dtype: string;
  readonly size: number;
  readonly order: number[];
  readonly dimension: number;
  get(...index: number[]): number;
  set(...indexAndValue: number[]): number;
  index(...index: number[]): number;
  lo(...from: number[]): Ndarray;
  hi(...to: number[]): Ndarray;
  step(...steps: number[]): Ndarray;
  transpose(...axes: number[]): Ndarray;
  pick(...index: (number | null)[]): Ndarray;
}

/**
 * A dense ndarray over `numbers`.
 *
 * @throws EvalError in a page that forbids code generation, which ndarray needs
 */
export function toNdarray(numbers: NumberArray, shape: Shape): Ndarray {
  return ndarray(numbers, [...shape]) as unknown as Ndarray;
}
