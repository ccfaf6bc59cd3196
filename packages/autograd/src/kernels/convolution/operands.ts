/** The operands of convolutions in the WebAssembly memory, and how windows are described to kernels. */
import { bytesOf, type DType } from "../../dtype.js";
import { isRowMajor, rowMajor, type Shape, sizeOf } from "../../shape.js";
import { makeView, Storage, type View } from "../../storage.js";
import { copy } from "../copy.js";
import { places } from "../index.js";
import { blockDepth } from "../matmul/multiply.js";
import { panelBytes } from "../matmul/pack.js";
import { arrayOf, heap, type Placed, place, placedBytes, placeView, room } from "../memory.js";
import { isInside, reachOf, type WindowAxis } from "./geometry.js";
import type { Kernels } from "./kernels.js";
import { moveEntryBytes } from "./move-rows.js";
import { originBytes, rowEntryBytes } from "./pack-windows.js";

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

/** The table of a move: from where each row comes and where it goes. */
function writeMoves(address: number, shape: Shape, from: readonly number[], to: readonly number[]): void {
  const { int32 } = heap();
  const source = places(shape, from);
  const target = places(shape, to);
  for (let i = 0; i < source.length; i++) {
    int32[address / 4 + 2 * i] = source[i];
    int32[address / 4 + 2 * i + 1] = target[i];
  }
}

// Images

/** How the images that windows look at lie, in bytes from element to element. */
export interface ImageSteps {
  readonly image: number;
  readonly channel: number;
  readonly axes: readonly number[];
}

/** Where the windows of `images` images begin. */
export function windowOffsets(
  images: number,
  { image, axes: steps }: ImageSteps,
  axes: readonly WindowAxis[],
): Int32Array {
  return places(
    [images, ...axes.map(({ output }) => output)],
    [image, ...axes.map(({ stride }, i) => stride * steps[i])],
  );
}

/** Where the taps of a window lie, in `channels` channels. */
export function tapOffsets(
  channels: number,
  { channel, axes: steps }: ImageSteps,
  axes: readonly WindowAxis[],
): Int32Array {
  return places(
    [channels, ...axes.map(({ kernel }) => kernel)],
    [channel, ...axes.map(({ dilation }, i) => dilation * steps[i])],
  );
}

/** Bytes for padded copies of images, none where no window looks at padding. */
export function paddingPlan(
  images: number,
  channels: number,
  axes: readonly WindowAxis[],
  { bytes }: Sizes,
): Plan<"padded" | "moves"> {
  if (axes.every(isInside)) return { padded: 0, moves: 0 };
  const outer = axes.slice(0, -1).map(({ input }) => input);
  return {
    padded: images * channels * sizeOf(axes.map(reachOf)) * bytes,
    moves: channels * sizeOf(outer) * moveEntryBytes,
  };
}

/**
 * Images as windows look at them: they themselves, or padded copies of a few at a time, of which the windows reach all.
 * Reading and adding differ in the direction in which rows are moved.
 */
export interface Images {
  readonly steps: ImageSteps;
  /** Where the first window of an image begins, or of its copy. */
  origin(address: number): number;
  /** Moves `channels` channels of the image at this address to the copy with this number. */
  fill(address: number, channels: number, copyNumber: number): void;
  /** Moves them from the copy back. */
  empty(address: number, channels: number, copyNumber: number): void;
  /** Makes all copies zero. */
  clear(): void;
}

/** @param own how the images themselves lie */
export function imagesOf(
  own: ImageSteps,
  axes: readonly WindowAxis[],
  { padded, moves }: Readonly<Record<"padded" | "moves", number>>,
  {
    images,
    channels,
    inward,
  }: { readonly images: number; readonly channels: number; readonly inward: boolean },
  { bytes }: Sizes,
  kernels: Kernels,
): Images {
  const starts = axes.map(({ padding }) => Math.max(0, -padding));
  const skipped = starts.reduce((sum, start, i) => sum + start * own.axes[i], 0);
  if (axes.every(isInside))
    return {
      steps: own,
      origin: (address) => address + skipped,
      fill: () => {},
      empty: () => {},
      clear: () => {},
    };
  const reach = axes.map(reachOf);
  const [image, channel, ...inner] = rowMajor([images, channels, ...reach]).map((step) => step * bytes);
  const before = starts.reduce((sum, start, i) => sum + (start + axes[i].padding) * inner[i], 0);
  const lengths = axes.map(({ input, padding }, i) =>
    Math.max(0, Math.min(input, reach[i] - padding) - starts[i]),
  );
  const last = axes.length - 1;
  const rows = [channels, ...lengths.slice(0, -1)];
  const ownSteps = [own.channel, ...own.axes.slice(0, -1)];
  const copySteps = [channel, ...inner.slice(0, -1)];
  writeMoves(moves, rows, ...(inward ? ([ownSteps, copySteps] as const) : ([copySteps, ownSteps] as const)));
  const rowsOfChannel = sizeOf(lengths.slice(0, -1));
  const nothing = sizeOf(lengths) === 0;
  return {
    steps: { image, channel, axes: inner },
    origin: () => padded,
    fill: (address, count, copyNumber) => {
      const target = padded + copyNumber * image + before;
      if (!nothing)
        kernels.moveRows(
          moves,
          count * rowsOfChannel,
          lengths[last],
          own.axes[last],
          address + skipped,
          target,
        );
    },
    empty: (address, count, copyNumber) => {
      const source = padded + copyNumber * image + before;
      if (!nothing)
        kernels.moveRows(moves, count * rowsOfChannel, lengths[last], bytes, source, address + skipped);
    },
    clear: () => void heap().uint8.fill(0, padded, padded + images * image),
  };
}

/** How the images of a placed operand lie. */
export function stepsOf({ stride }: Pick<Placed, "stride">, bytes: number): ImageSteps {
  const [image, channel, ...axes] = stride.map((step) => step * bytes);
  return { image, channel, axes };
}

// Products

export const panelPlan: Plan<"panel"> = { panel: originBytes + blockDepth * panelBytes };

// Up to so many rows are faster without packing.
const fewRows = 2;

// As many rows, so many deep, stay in the second-level cache while panels pass by.
const blockRows = 128;

/** A product of dense rows of `x` with a matrix that is described by tables. The steps are in bytes. */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly x: number;
  readonly xStep: number;
  readonly columnTable: number;
  readonly rowTable: number;
  /** The address from which the tables count. */
  readonly origin: number;
  readonly out: number;
  readonly outStep: number;
  /** Of the plan. */
  readonly panel: number;
  readonly accumulate: boolean;
  /** Whether neighbouring columns mostly lie one after another, so that few rows are faster without packing. */
  readonly denseColumns: boolean;
}

/** Computes a product, with the order of summation of matmul.ts. */
export function multiplyWindows(kernels: Kernels, bytes: number, product: Product): void {
  const { rows, columns, depth, x, xStep, columnTable, rowTable, origin, out, outStep, accumulate } = product;
  if (rows <= fewRows && product.denseColumns) {
    for (let k = 0; k < depth; k += blockDepth)
      kernels.fewRowsOfWindows(
        rows,
        columns,
        Math.min(blockDepth, depth - k),
        x + k * bytes,
        xStep,
        columnTable,
        rowTable + k * rowEntryBytes,
        origin,
        out,
        outStep,
        accumulate || k > 0 ? 1 : 0,
      );
    return;
  }
  const panel = product.panel + originBytes;
  heap().int32[product.panel / 4] = origin;
  for (let row = 0; row < rows; row += blockRows)
    for (let k = 0; k < depth; k += blockDepth)
      kernels.tilesOfWindows(
        Math.min(blockRows, rows - row),
        columns,
        Math.min(blockDepth, depth - k),
        x + row * xStep + k * bytes,
        xStep,
        columnTable,
        rowTable + k * rowEntryBytes,
        out + row * outStep,
        outStep,
        panel,
        accumulate || k > 0 ? 1 : 0,
      );
}
