/**
 * The one WebAssembly memory in which kernels run. It is reserved once and never grown, because growing detaches
 * every view of it. The lower part is for the operands of the running kernel, which are copied in and out; the upper
 * part holds blocks for values that stay (see storage.ts).
 */
import type { DType, NumberArray } from "./dtype.js";
import { internal } from "./errors.js";

interface Configuration {
  /** Bytes to reserve. */
  readonly bytes: number;
  /** Fill what a kernel leaves behind with NaN, so that a stale read shows. For tests. */
  readonly poison: boolean;
}

const page = 65536;

/** The least memory in which every kernel works: 16 MB. */
const smallest = 0x1000000;
let configuration: Configuration = { bytes: 0x40000000, poison: false };

/** The memory under its typed arrays. */
export interface Heap {
  /** What kernels import. Its type would not be known everywhere that the declarations are read. */
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly bytes: number;
  readonly uint8: Uint8Array;
  readonly int32: Int32Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}

let reserved: Heap | undefined;

/**
 * Chooses the size of the memory and whether it is poisoned. Results do not depend on either.
 *
 * @throws Error if the memory is in use already
 */
export function configureMemory(options: Partial<Configuration>): void {
  if (reserved !== undefined)
    throw internal("configureMemory: the memory is in use; configure it before the first op");
  configuration = { ...configuration, ...options };
}

function reserve(): Heap {
  for (let bytes = configuration.bytes; ; bytes /= 2) {
    try {
      const pages = Math.ceil(bytes / page);
      const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
      const { buffer } = memory;
      return {
        memory,
        bytes: buffer.byteLength,
        uint8: new Uint8Array(buffer),
        int32: new Int32Array(buffer),
        float32: new Float32Array(buffer),
        float64: new Float64Array(buffer),
      };
    } catch (error) {
      // A host may refuse a large reservation (a 32-bit system, a phone): everything works in less, in more pieces.
      if (!(error instanceof RangeError) || bytes <= smallest) throw error;
    }
  }
}

/** The memory, reserved at the first call. */
export function heap(): Heap {
  reserved ??= reserve();
  return reserved;
}

/** Whether what kernels leave behind is to be filled with NaN. */
export function isPoisoned(): boolean {
  return configuration.poison;
}

/** The memory as an array of `dtype`. */
export function arrayOf(dtype: DType): NumberArray {
  const memory = heap();
  return dtype === "bool" ? memory.uint8 : memory[dtype];
}

/**
 * A place in the upper part of the memory. It may be taken away for others at any time: whoever has one compares
 * `lease` with the one it was given before every use.
 */
export interface Block {
  readonly address: number;
  readonly bytes: number;
  /** All bytes from its address that are nobody else's. */
  readonly extent: number;
  /** Changes when the block is taken away. */
  lease: number;
  /** Who must be told first, because the block holds the only copy of its numbers. */
  guardian: Guardian | null;
  /** Its last use, and the one before it was put in the queue, among all uses. */
  used: number;
  queued: number;
  /** When it was used last, by the clock of bytes. */
  aged: number;
  /** Its neighbours in the queue. */
  next: Block | null;
  previous: Block | null;
}

/** Told to save its numbers when their block is wanted by others. */
export interface Guardian {
  leave(): void;
}

// A quarter of the memory: the rest must serve the largest kernel.
const residentShare = 4;
const smallestBlock = 1024;
// Blocks not used while so many bytes were given to others are used again before new ones are made: they would fall out
// of every cache.
const forgottenAfter = 0x6000000;
// As many small ones as a step has are enough, and stay in the caches that are near.
const forgottenBlocks = 4096;
// Blocks of one size, which is often a power of two, would else begin at the same lines of a cache.
const staggers = 8;
const stagger = 192;

/** The bytes given away so far: the clock by which blocks age. */
let clock = 0;
let uses = 0;
let lowest = 0;
let made = 0;

/**
 * Blocks in use, roughly the ones used longest ago first: a block used since it was queued goes to the end. A ring of
 * links through `next`, because a Set is slow to forget its first.
 */
class Queue {
  private first: Block | null = null;

  get head(): Block | null {
    return this.first;
  }

  add(block: Block): void {
    block.queued = block.used;
    const { first } = this;
    if (first === null) {
      block.next = block;
      block.previous = block;
      this.first = block;
      return;
    }
    const last = first.previous!;
    block.previous = last;
    block.next = first;
    last.next = block;
    first.previous = block;
  }

  remove(block: Block): void {
    const { next, previous } = block;
    if (next === block) this.first = null;
    else {
      previous!.next = next;
      next!.previous = previous;
      if (this.first === block) this.first = next;
    }
    block.next = null;
    block.previous = null;
  }

  /** All of them as they are now. */
  list(): Block[] {
    const found: Block[] = [];
    for (let each = this.first; each !== null; each = each.next === this.first ? null : each.next)
      found.push(each);
    return found;
  }
}

interface SizeClass {
  readonly free: Block[];
  readonly queue: Queue;
}
const classes = new Map<number, SizeClass>();

/** The address below which no block ever is: kernels place their operands there. */
export function blocksBegin(): number {
  const { bytes } = heap();
  return bytes - bytes / residentShare;
}

// Blocks used since then may be operands of the running kernel.
let kernelBegan = 0;

/** Keeps the blocks that are used from now on, until the next call. */
export function keepBlocksInUse(): void {
  kernelBegan = uses;
}

/** Notes that a block is in use now. */
export function touch(block: Block): void {
  block.used = ++uses;
  block.aged = clock;
}

function classOf(size: number): SizeClass {
  let found = classes.get(size);
  if (found === undefined) {
    found = { free: [], queue: new Queue() };
    classes.set(size, found);
  }
  return found;
}

/** The size of blocks for `bytes`: at most a quarter more. */
function blockSize(bytes: number): number {
  let size = smallestBlock;
  while (size < bytes) size *= 2;
  for (const quarters of [5, 6, 7]) if ((size / 8) * quarters >= bytes) return (size / 8) * quarters;
  return size;
}

/** A block of at least `bytes`. Undefined where there can be none: the values then stay where they are. */
export function takeBlock(bytes: number): Block | undefined {
  const size = blockSize(bytes);
  const sizeClass = classOf(size);
  let block = sizeClass.free.pop();
  if (block === undefined) {
    clock += size;
    block =
      reclaim(sizeClass, Math.min(forgottenAfter, forgottenBlocks * size)) ??
      newBlock(size) ??
      reclaim(sizeClass, 0);
    if (block === undefined) return undefined;
  }
  touch(block);
  sizeClass.queue.add(block);
  return block;
}

function newBlock(size: number): Block | undefined {
  if (lowest === 0) lowest = heap().bytes;
  const extent = size + (made % staggers) * stagger;
  let address = lowest - extent;
  if (address >= blocksBegin()) lowest = address;
  else {
    const found = fromSpans(extent) ?? (gatherSpans() ? fromSpans(extent) : undefined);
    if (found === undefined) return undefined;
    address = found;
  }
  made++;
  return {
    address,
    bytes: size,
    extent,
    lease: 0,
    guardian: null,
    used: 0,
    aged: 0,
    queued: 0,
    next: null,
    previous: null,
  };
}

/** Memory that belonged to blocks, by rising address, no two adjacent. */
let spans: { address: number; bytes: number }[] = [];
let gathered = 0;

function fromSpans(bytes: number): number | undefined {
  const span = spans.find((each) => each.bytes >= bytes);
  if (span === undefined) return undefined;
  span.bytes -= bytes;
  if (span.bytes === 0) spans = spans.filter((each) => each !== span);
  return span.address + span.bytes;
}

/**
 * Makes spans of all blocks that are free or forgotten, whatever their size: another model, say, needs blocks of other
 * sizes. Not more often than there can be some.
 */
function gatherSpans(): boolean {
  if (clock - gathered < forgottenAfter / 8) return false;
  gathered = clock;
  for (const { free, queue } of classes.values()) {
    for (const block of queue.list()) {
      if (clock - block.aged < forgottenAfter || block.used > kernelBegan) continue;
      if (block.guardian === null) release(block);
      else block.guardian.leave();
    }
    for (const { address, extent } of free.splice(0)) spans.push({ address, bytes: extent });
  }
  spans.sort((x, y) => x.address - y.address);
  const merged: typeof spans = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last !== undefined && last.address + last.bytes === span.address) last.bytes += span.bytes;
    else merged.push(span);
  }
  spans = merged;
  return true;
}

/** Takes away a block that was not used for `age` bytes, if one of the few at the head of the queue is such. */
function reclaim({ queue, free }: SizeClass, age: number): Block | undefined {
  for (let tries = 8; tries > 0; tries--) {
    const block = queue.head;
    if (block === null) return undefined;
    const wanted = clock - block.aged < age || block.used > block.queued;
    if (block.used <= kernelBegan && (!wanted || (age === 0 && tries === 1))) {
      if (block.guardian === null) release(block);
      else block.guardian.leave();
      return free.pop();
    }
    if (age > 0 && block.used === block.queued) return undefined;
    queue.remove(block);
    queue.add(block);
  }
  return undefined;
}

function release(block: Block): void {
  const { queue, free } = classOf(block.bytes);
  block.lease++;
  block.guardian = null;
  queue.remove(block);
  if (configuration.poison) heap().uint8.fill(0xff, block.address, block.address + block.bytes);
  free.push(block);
}

/** Gives a block back, if it was not taken away since. */
export function giveBack(block: Block, lease: number): void {
  if (block.lease === lease) release(block);
}
