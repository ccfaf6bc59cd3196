/** The images that windows look at: how they lie, where windows and taps lie in them, and padded copies of them. */
import { rowMajor, type Shape, sizeOf } from "../../shape.js";
import { places } from "../index.js";
import { collapse } from "../loops.js";
import { heap, type Placed } from "../memory.js";
import { isInside, reachOf, type WindowAxis } from "./geometry.js";
import type { Kernels } from "./kernels.js";
import { moveEntryBytes } from "./move-rows.js";
import type { Plan, Sizes } from "./operands.js";

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

/** Windows in runs of equal length, as long as there are, in which each begins `step` bytes after the one before. */
export interface WindowRuns {
  readonly length: number;
  readonly step: number;
  /** Of an image. */
  readonly count: number;
  /** Where those of `images` images begin. */
  readonly offsets: Int32Array;
}

export function windowRuns(
  images: number,
  { image, axes: steps }: ImageSteps,
  axes: readonly WindowAxis[],
  { bytes }: Sizes,
): WindowRuns {
  const { shape, strides } = collapse(
    axes.map(({ output }) => output),
    [axes.map(({ stride }, i) => stride * steps[i])],
  );
  const outer = shape.slice(0, -1);
  return {
    length: shape.at(-1) ?? 1,
    step: strides[0].at(-1) ?? bytes,
    count: sizeOf(outer),
    offsets: places([images, ...outer], [image, ...strides[0].slice(0, -1)]),
  };
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

/** Bytes for padded copies of images, none where no window looks at padding, unless copies are wanted all the same. */
export function paddingPlan(
  images: number,
  channels: number,
  axes: readonly WindowAxis[],
  { bytes }: Sizes,
  copied = false,
): Plan<"padded" | "moves"> {
  if (axes.every(isInside) && !copied) return { padded: 0, moves: 0 };
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
    copied = false,
  }: {
    readonly images: number;
    readonly channels: number;
    readonly inward: boolean;
    /** Whether copies are wanted where no window looks at padding. */
    readonly copied?: boolean;
  },
  { bytes }: Sizes,
  kernels: Kernels,
): Images {
  const starts = axes.map(({ padding }) => Math.max(0, -padding));
  const skipped = starts.reduce((sum, start, i) => sum + start * own.axes[i], 0);
  if (axes.every(isInside) && !copied)
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
