/** The operands of convolutions in the WebAssembly memory, and the tables that tell kernels where windows lie. */
import { bytesOf, type DType } from "../../dtype.js";
import { isRowMajor, rowMajor, type Shape, sizeOf } from "../../shape.js";
import { makeView, Storage, type View } from "../../storage.js";
import { copy } from "../copy.js";
import {
  arrayOf,
  finishOutput,
  heap,
  type Placed,
  place,
  placedBytes,
  placeOutput,
  placeView,
  room,
} from "../memory.js";
import type { WindowAxis } from "./geometry.js";
import { rowEntryBytes } from "./pack-windows.js";

/**
 * A convolution: x [N, G·C, ...input], weight [G·O, C, ...kernel], out [N, G·O, ...output]. One of the three is
 * computed from the others. A bias [G·O] is added to the output.
 */
export interface Convolution {
  readonly x: View;
  readonly weight: View;
  readonly out: View;
  readonly bias?: View;
  readonly axes: readonly WindowAxis[];
  readonly groups: number;
}

/** The lengths of which everything is made. */
export interface Sizes {
  readonly dtype: DType;
  /** Bytes of an element. */
  readonly bytes: number;
  readonly batch: number;
  readonly groups: number;
  /** Of a group: channels of x, and of the output. */
  readonly channels: number;
  readonly filters: number;
  /** Taps of a window in one channel, and in all of a group. */
  readonly taps: number;
  readonly depth: number;
  /** Windows of an image. */
  readonly windows: number;
}

export function sizesOf({ x, weight, axes, groups }: Convolution): Sizes {
  const { dtype } = x.data;
  const [filters, channels] = weight.shape;
  const taps = sizeOf(axes.map(({ kernel }) => kernel));
  return {
    dtype,
    bytes: bytesOf[dtype],
    batch: x.shape[0],
    groups,
    channels,
    filters: filters / groups,
    taps,
    depth: channels * taps,
    windows: sizeOf(axes.map(({ output }) => output)),
  };
}

/** Bytes by what they are for. */
export type Plan<Name extends string> = Readonly<Record<Name, number>>;

/** Whether one kernel call can place all of a plan, and operands of so many bytes besides. */
export function fits(plan: Plan<string>, operands: number): boolean {
  const bytes = Object.values(plan).reduce((sum, each) => sum + placedBytes("uint8", each), 0);
  return bytes + operands + 4 * placedBytes("uint8", 0) <= room();
}

/** Places all of a plan; returns the addresses. */
export function placePlan<Name extends string>(plan: Plan<Name>): Readonly<Record<Name, number>> {
  const entries = Object.entries<number>(plan).map(([name, bytes]) => [name, place("uint8", bytes)]);
  return Object.fromEntries(entries) as Record<Name, number>;
}

/** At most the bytes that `placeView` takes for a view of so many elements. */
export function viewBytes(source: View): number {
  return 2 * sizeOf(source.shape) * bytesOf[source.data.dtype];
}

/** Numbers in the memory as a dense view. */
export function viewAt(dtype: DType, address: number, shape: Shape): View {
  return makeView(new Storage(dtype, arrayOf(dtype)), shape, rowMajor(shape), address / bytesOf[dtype]);
}

/** The bytes that {@link placeResult} takes. */
export function resultBytes({ data, shape }: View): number {
  return placedBytes(data.dtype, sizeOf(shape));
}

/** Where all the numbers of a result are to be written, dense. */
export function placeResult(result: View): number {
  const { data, shape, stride } = result;
  const size = sizeOf(shape);
  return isRowMajor(shape, stride) ? placeOutput(result, size) : place(data.dtype, size);
}

/** Takes a result from where {@link placeResult} had it written. */
export function finish(address: number, result: View): void {
  const { data, shape, stride } = result;
  if (isRowMajor(shape, stride)) finishOutput(result, address, sizeOf(shape));
  else copy(viewAt(data.dtype, address, shape), result);
}

/** Places an operand so that it lies dense; returns its address. */
export function placeDense(source: View): number {
  const { data, shape, stride } = source;
  if (isRowMajor(shape, stride)) return placeView(source).address;
  const address = place(data.dtype, sizeOf(shape));
  copy(source, viewAt(data.dtype, address, shape));
  return address;
}

/** Places an operand so that elements rise in memory with their index, and each has its own place. */
export function placeRising(source: View): Placed {
  const { shape, stride } = source;
  let reach = 0;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] <= 1) continue;
    if (stride[i] <= reach) return { address: placeDense(source), stride: rowMajor(shape) };
    reach += (shape[i] - 1) * stride[i];
  }
  return placeView(source);
}

// Tables

// Kernels read tables of columns in whole panels.
const tableEntries = 16;

/** The bytes of a table of columns, or of a table of rows. */
export const columnTableBytes = (entries: number, { bytes }: Sizes): number =>
  (entries + tableEntries) * bytes;
export const rowTableBytes = (entries: number): number => entries * rowEntryBytes;

/** Writes a table of columns. Behind it stands its first entry, with which no vector looks dense. */
export function writeColumns(address: number, entries: Int32Array, { bytes }: Sizes): void {
  const { int32 } = heap();
  const step = bytes / 4;
  for (let i = 0; i < entries.length + tableEntries; i++)
    int32[address / 4 + i * step] = entries[i < entries.length ? i : 0];
}

export function writeRows(address: number, entries: Int32Array): void {
  heap().int32.set(entries, address / 4);
}
