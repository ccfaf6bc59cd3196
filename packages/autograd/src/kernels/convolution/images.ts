/** The images that windows look at: how they lie, where windows and taps lie in them, and padded copies of them. */
import { rowMajor, type Shape, sizeOf } from "../../shape.js";
import { places } from "../index.js";
import { collapse } from "../loops.js";
import { bringNear } from "../matmul/blocks.js";
import { kernelsFor as matmulKernelsFor } from "../matmul/kernels.js";
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
  /** Along the last axis, elements lie so many apart that are neighbours: first come those of the first phase. */
  readonly phases: number;
  /** From phase to phase. */
  readonly phase: number;
}

/**
 * Into how many phases copies of images are split along their last axis, so that neighbouring windows begin at neighbours
 * though they are further apart in the image: where windows overlap, which makes up for it.
 */
function phasesOf(axes: readonly WindowAxis[]): number {
  const { kernel, stride, output } = axes.at(-1)!;
  return stride < kernel && output > 1 ? stride : 1;
}

/** Elements of a phase. */
const phaseLength = (axes: readonly WindowAxis[]): number =>
  Math.ceil(reachOf(axes.at(-1)!) / phasesOf(axes));

const areCopied = (axes: readonly WindowAxis[]): boolean => phasesOf(axes) > 1 || !axes.every(isInside);

/** From window to window along each axis. */
const windowSteps = ({ axes: steps, phases }: ImageSteps, axes: readonly WindowAxis[]): number[] =>
  axes.map(({ stride }, i) => (steps[i] * stride) / (i === axes.length - 1 ? phases : 1));

/** Where the windows of `images` images begin. */
export function windowOffsets(images: number, steps: ImageSteps, axes: readonly WindowAxis[]): Int32Array {
  return places([images, ...axes.map(({ output }) => output)], [steps.image, ...windowSteps(steps, axes)]);
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
  steps: ImageSteps,
  axes: readonly WindowAxis[],
  { bytes }: Sizes,
): WindowRuns {
  const { shape, strides } = collapse(
    axes.map(({ output }) => output),
    [windowSteps(steps, axes)],
  );
  const outer = shape.slice(0, -1);
  return {
    length: shape.at(-1) ?? 1,
    step: strides[0].at(-1) ?? bytes,
    count: sizeOf(outer),
    offsets: places([images, ...outer], [steps.image, ...strides[0].slice(0, -1)]),
  };
}

/** Where the taps of a window lie, in `channels` channels. */
export function tapOffsets(
  channels: number,
  { channel, axes: steps, phases, phase }: ImageSteps,
  axes: readonly WindowAxis[],
): Int32Array {
  const last = axes.length - 1;
  const { kernel, dilation } = axes[last];
  const lines = places(
    [channels, ...axes.slice(0, last).map((axis) => axis.kernel)],
    [channel, ...axes.slice(0, last).map((axis, i) => axis.dilation * steps[i])],
  );
  const offsets = new Int32Array(lines.length * kernel);
  for (let tap = 0; tap < kernel; tap++) {
    const element = tap * dilation;
    const offset = (element % phases) * phase + Math.floor(element / phases) * steps[last];
    for (let i = 0; i < lines.length; i++) offsets[i * kernel + tap] = lines[i] + offset;
  }
  return offsets;
}

/** Bytes for copies of images, none where windows look at the images themselves, unless copies are wanted all the same. */
export function paddingPlan(
  images: number,
  channels: number,
  axes: readonly WindowAxis[],
  { bytes }: Sizes,
  copied = false,
): Plan<"padded" | "moves"> {
  if (!areCopied(axes) && !copied) return { padded: 0, moves: 0 };
  const outer = axes.slice(0, -1).map(({ input }) => input);
  const line = phasesOf(axes) * phaseLength(axes);
  return {
    padded: images * channels * sizeOf(axes.slice(0, -1).map(reachOf)) * line * bytes,
    moves: channels * sizeOf(outer) * moveEntryBytes,
  };
}

// So much of an image is brought near before its rows are moved: a part of the second-level cache.
const nearBytes = 0x40000;

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
  /** Whether emptying copies writes all elements of the images. */
  readonly writesAll: boolean;
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
  { dtype, bytes }: Sizes,
  kernels: Kernels,
): Images {
  const starts = axes.map(({ padding }) => Math.max(0, -padding));
  const skipped = starts.reduce((sum, start, i) => sum + start * own.axes[i], 0);
  if (!areCopied(axes) && !copied)
    return {
      steps: own,
      origin: (address) => address + skipped,
      fill: () => {},
      empty: () => {},
      clear: () => {},
      writesAll: false,
    };
  const last = axes.length - 1;
  const phases = phasesOf(axes);
  const phase = phaseLength(axes) * bytes;
  const reach = axes.map(reachOf);
  const [image, channel, ...inner] = rowMajor([
    images,
    channels,
    ...reach.with(last, phases * phaseLength(axes)),
  ]).map((step) => step * bytes);
  const positions = axes.map(({ padding }, i) => starts[i] + padding);
  const before = positions.slice(0, last).reduce((sum, position, i) => sum + position * inner[i], 0);
  const lengths = axes.map(({ input, padding }, i) =>
    Math.max(0, Math.min(input, reach[i] - padding) - starts[i]),
  );
  const rows = [channels, ...lengths.slice(0, -1)];
  const ownSteps = [own.channel, ...own.axes.slice(0, -1)];
  const copySteps = [channel, ...inner.slice(0, -1)];
  writeMoves(moves, rows, ...(inward ? ([ownSteps, copySteps] as const) : ([copySteps, ownSteps] as const)));
  const rowsOfChannel = sizeOf(lengths.slice(0, -1));
  const nothing = sizeOf(lengths) === 0;
  const step = own.axes[last] * phases;
  const parts = Array.from({ length: nothing ? 0 : phases }, (_, i) => {
    // The element with number i is the first of its phase.
    const position = positions[last] + i;
    return {
      own: skipped + i * own.axes[last],
      copy: padded + before + (position % phases) * phase + Math.floor(position / phases) * bytes,
      length: Math.ceil((lengths[last] - i) / phases),
    };
  }).filter(({ length }) => length > 0);
  const channelBytes = bytes + axes.reduce((sum, { input }, i) => sum + (input - 1) * own.axes[i], 0);
  const near = Math.max(1, Math.floor(nearBytes / channelBytes));
  const arePairs = parts.length === 2 && step === 2 * bytes;
  const fillRows = (address: number, skip: number, table: number, rows: number): void => {
    if (arePairs) {
      const [first, second] = parts.map(({ copy }) => copy + skip);
      kernels.unzipRows(table, rows, lengths[last], first, second, address + parts[0].own);
      return;
    }
    for (const { own, copy, length } of parts)
      kernels.moveRows(table, rows, length, step, bytes, address + own, copy + skip);
  };
  return {
    steps: { image, channel, axes: inner, phases, phase },
    origin: () => padded,
    fill: (address, count, copyNumber) => {
      for (let first = 0; first < count; first += near) {
        const some = Math.min(near, count - first);
        const table = moves + first * rowsOfChannel * moveEntryBytes;
        bringNear(matmulKernelsFor(dtype), address + first * own.channel, own.channel, some, channelBytes);
        fillRows(address, copyNumber * image, table, some * rowsOfChannel);
      }
    },
    empty: (address, count, copyNumber) => {
      if (arePairs) {
        const [first, second] = parts.map(({ copy }) => copy + copyNumber * image);
        const target = address + parts[0].own;
        kernels.zipRows(moves, count * rowsOfChannel, lengths[last], first, second, target);
        return;
      }
      for (const { own, copy, length } of parts) {
        const source = copy + copyNumber * image;
        kernels.moveRows(moves, count * rowsOfChannel, length, bytes, step, source, address + own);
      }
    },
    clear: () => void heap().uint8.fill(0, padded, padded + images * image),
    writesAll: axes.every(({ input }, i) => lengths[i] === input),
  };
}

/** How the images of a placed operand lie. */
export function stepsOf({ stride }: Pick<Placed, "stride">, bytes: number): ImageSteps {
  const [image, channel, ...axes] = stride.map((step) => step * bytes);
  return { image, channel, axes, phases: 1, phase: 0 };
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
