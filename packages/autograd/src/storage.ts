/**
 * Where numbers lie. A `Storage` is a handle: what reads it asks `data` anew each time, so the numbers may move
 * (to WebAssembly memory, one day to a GPU) without a tensor noticing. A `View` is an ndarray over such a handle.
 * The only file that imports ndarray.
 */
import ndarray from "ndarray";
import { allocate, bytesOf, type DType, type NumberArray } from "./dtype.js";
import { internal } from "./errors.js";
import { arrayOf, type Block, giveBack, takeBlock, touch } from "./memory.js";
import { rowMajor, type Shape, sizeOf } from "./shape.js";

// Values that kernels read again and again are worth a block of the WebAssembly memory; shorter ones are not, nor is
// what is read a few times and dropped.
const shortestResident = 256;
const readsBeforeResident = 4;

/** Numbers where they are at a moment: the one at an offset of a view lies at `offset + shift`. */
export interface Place {
  readonly numbers: NumberArray;
  readonly shift: number;
}

/**
 * Numbers of one dtype, shared by the views over them: `length` elements of `data` from `start` on. Offsets of views
 * count from the beginning of `data`. ndarray reads it through `get`, `set` and `length`.
 *
 * A Storage may also have its numbers in a block of the WebAssembly memory, for as long as there is room; what a kernel
 * has just made may be there alone. Whoever reads `data` gets the numbers as they are now, wherever they were; nothing
 * else is noticed of it.
 */
export class Storage {
  /** Counts the changes of the values, so that a saved tensor that has changed since is noticed. */
  version = 0;
  /**
   * How many cotangents, nodes and leaves, as `.grad`, have the numbers, where nobody else does: with the last of them they
   * are dropped.
   * Negative where others may have them for as long as they like.
   */
  holders = -1;
  /** The visit of a node at which a sweep last met it. */
  seen = 0;
  private block: Block | null = null;
  private lease = 0;
  /** Whether the block holds newer numbers than the array. */
  ahead = false;
  /** Whether the numbers were dropped, and are nowhere. */
  private gone = false;
  private reads = 0;

  /** @param numbers where they lie; null if they are zeros until a kernel fills all of them */
  constructor(
    readonly dtype: DType,
    private numbers: NumberArray | null,
    readonly start = 0,
    readonly length: number = numbers === null ? 0 : numbers.length,
  ) {}

  /** The numbers, to be read. */
  get data(): NumberArray {
    if (this.ahead) this.bringBack();
    return this.made();
  }

  /** The numbers, to be changed in the array. */
  get writable(): NumberArray {
    if (this.block !== null) this.leave();
    return this.made();
  }

  /** Notes that one more has the numbers. */
  hold(): void {
    if (this.holders >= 0) this.holders++;
  }

  /** Notes that one that had them has them no more. */
  release(): void {
    if (this.holders > 0 && --this.holders === 0) this.drop();
  }

  /**
   * A Storage in the same block, for a kernel that reads each number before it writes the one in its place; these are then to
   * be {@link forsake | forsaken}. Null where the numbers may be read later, or are in no block.
   */
  heir(): Storage | null {
    const { block, dtype, length } = this;
    // While it is ahead it guards its block, which so cannot have been taken away.
    if (this.holders !== 1 || !this.ahead || block === null) return null;
    const heir = new Storage(dtype, null, 0, length);
    heir.block = block;
    heir.lease = this.lease;
    return heir;
  }

  /** Leaves the block to the heir, who has written to it. */
  forsake(): void {
    this.block = null;
    this.ahead = false;
    this.gone = true;
  }

  /** Leaves the numbers to others, who may keep them for as long as they like. */
  handOut(): void {
    this.holders = -1;
    this.bringBack();
  }

  /** The array, made when it is first needed. */
  private made(): NumberArray {
    if (this.gone)
      throw internal(
        "numbers are read that were given up: what was confined, or borrowed by borrowGradient, has been kept",
      );
    this.numbers ??= allocate(this.dtype, this.length);
    return this.numbers;
  }

  /** Where the numbers can be read at this moment, without moving them. */
  get readable(): Place {
    const { block } = this;
    if (block === null || block.lease !== this.lease) return { numbers: this.data, shift: 0 };
    touch(block);
    return this.inBlock(block);
  }

  /** Where some of the numbers can be changed at this moment. */
  get changeable(): Place {
    if (!this.ahead) return { numbers: this.writable, shift: 0 };
    touch(this.block!);
    return this.inBlock(this.block!);
  }

  private inBlock({ address }: Block): Place {
    return { numbers: arrayOf(this.dtype), shift: address / bytesOf[this.dtype] - this.start };
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
    // Zeros that no kernel has filled: once they are read they are numbers like others.
    this.made();
    if (this.length < shortestResident || 2 * count < this.length || ++this.reads <= readsBeforeResident)
      return 0;
    return this.settle();
  }

  /** Where the first number lies for a kernel that writes all the numbers; 0 if the array must be written. */
  targetAddress(): number {
    let { block } = this;
    if (block !== null && block.lease === this.lease) touch(block);
    else {
      if (this.numbers !== null) return 0;
      block = this.takeBlock();
      if (block === null) return 0;
    }
    block.guardian = this;
    this.ahead = true;
    // The block keeps this Storage until others want it, even if nobody else does: not the array with it.
    if (this.numbers?.length === this.length) this.numbers = null;
    return block.address;
  }

  /** Moves into the WebAssembly memory, if there is room; returns the address or 0. */
  settle(): number {
    if (this.length < shortestResident) return 0;
    if (this.block !== null && this.block.lease === this.lease) return this.block.address;
    const { data, start, length, dtype } = this;
    const block = this.takeBlock();
    if (block === null) return 0;
    const own = start === 0 && length === data.length ? data : data.subarray(start, start + length);
    arrayOf(dtype).set(own, block.address / bytesOf[dtype]);
    return block.address;
  }

  private takeBlock(): Block | null {
    const block = takeBlock(this.length * bytesOf[this.dtype] + slack) ?? null;
    this.block = block;
    if (block !== null) this.lease = block.lease;
    return block;
  }

  /** Saves in the array what only a block has. */
  bringBack(): void {
    if (!this.ahead) return;
    const { start, length, dtype } = this;
    // While it is ahead it guards its block, which so cannot have been taken away.
    const block = this.block!;
    const first = block.address / bytesOf[dtype];
    this.made().set(arrayOf(dtype).subarray(first, first + length), start);
    block.guardian = null;
    this.ahead = false;
  }

  /** Moves out of the WebAssembly memory. */
  leave(): void {
    if (this.block === null) return;
    // They are on the heap from now on: nothing would be gained by dropping them.
    this.handOut();
    this.giveBack();
  }

  /** Gives up numbers that nobody will read again. */
  drop(): void {
    this.gone ||= this.ahead || this.numbers === null;
    this.ahead = false;
    if (this.block !== null) this.giveBack();
  }

  private giveBack(): void {
    giveBack(this.block!, this.lease);
    this.block = null;
    this.reads = 0;
  }
}

// Kernels may read and write one vector past the last element.
const slack = 32;

// A typed array of its own costs 0.3–1 µs for a small tensor, most of it in the garbage collector, and a block of its own
// twice that: more than it takes to copy it to the next kernel. Small ones of one size share an array in sixteens, so that
// a kept tensor keeps at most sixteen times its numbers alive.
const sharers = 16;
const largestShared = 2048;
// What a keeper decides about is not saved, most often: it is worth a block much earlier.
const largestKept = 64;

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

function allocateStorage(dtype: DType, size: number, isKept: boolean): Storage {
  if (size > (isKept ? largestKept : largestShared)) return new Storage(dtype, null, 0, size);
  if (size === 0) return new Storage(dtype, allocate(dtype, size));
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
export function allocateView(dtype: DType, shape: Shape, isKept = false): View {
  return denseView(allocateStorage(dtype, sizeOf(shape), isKept), shape);
}

/** A dense row-major view over all of `data`. */
export function denseView(data: Storage, shape: Shape): View {
  const { start } = data;
  // Most views are made here: without a list of strides where that is easy.
  const Class = classes[shape.length];
  if (shape.length === 2 && Class) return new Class(data, shape[0], shape[1], shape[1], 1, start);
  if (shape.length === 1 && Class) return new Class(data, shape[0], 1, start);
  return makeView(data, shape, rowMajor(shape), start);
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
