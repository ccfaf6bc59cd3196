/** The gradient of a convolution's weight; for the order of summation see convolution.ts. */
import { sizeOf } from "../../shape.js";
import { copy } from "../copy.js";
import { blockDepth, bringNear } from "../matmul/blocks.js";
import { kernelsFor as matmulKernelsFor } from "../matmul/kernels.js";
import { pairStep, panelBytes } from "../matmul/pack.js";
import { beginKernel, heap } from "../memory.js";
import { imagesOf, paddingPlan, stepsOf, tapOffsets, windowOffsets } from "./images.js";
import { type Kernels, kernelsFor } from "./kernels.js";
import {
  type Convolution,
  columnTableBytes,
  finish,
  fits,
  type Plan,
  placeDense,
  placePlan,
  placeResult,
  placeRising,
  resultBytes,
  rowTableBytes,
  type Sizes,
  sizesOf,
  viewAt,
  viewBytes,
  writeColumns,
  writeRows,
} from "./operands.js";
import { originBytes, rowEntryBytes } from "./pack-windows.js";
import { dense, halvesForWeight, type WindowRange } from "./pieces.js";
import { isSummedByDots, weightByDots } from "./weight-dots.js";

// Behind a panel lies what transposing writes past the last window.
const panelRoom = originBytes + (blockDepth + 4) * panelBytes;

// So many filters meet the windows of a block before the next, in pairs that stay in the second-level cache.
const blockFilters = 128;

/** How many images count as one: see the order of summation. */
function imagesOfBlock({ windows, batch }: Sizes): number {
  return Math.min(batch, Math.max(1, Math.floor(blockDepth / windows)));
}

/**
 * weight = what a change of the output makes of the weight: the adjoint of `convolve` in the weight, which is zeroed.
 */
export function convolveWeight(convolution: Convolution): void {
  if (sizeOf(convolution.weight.shape) === 0 || sizeOf(convolution.out.shape) === 0) return;
  if (isSummedByDots(convolution)) weightByDots(convolution, false);
  else weightByTiles(convolution, false);
}

/** What the windows of a block, of one image or of several small ones, add to the gradient of the weight of a group. */
interface Block {
  readonly group: number;
  /** The first window, and how many there are: of all images, and of each. */
  readonly start: number;
  readonly thickness: number;
  readonly images: number;
  readonly length: number;
  /** Where the windows of the images begin, and the output's gradient at the first window. */
  readonly origin: number;
  readonly given: number;
  readonly add: 0 | 1;
}

/** What all blocks share. */
interface Sums {
  readonly sizes: Sizes;
  readonly kernels: Kernels;
  readonly at: Readonly<Record<"transposed" | "pairs" | "panel" | "taps" | "windows", number>>;
  readonly result: number;
}

/** A panel of all filters meets the windows where they lie, without packing them. The sums are transposed. */
const ofFewFilters = {
  plan: ({ filters, depth, groups, bytes }: Sizes): Plan<"transposed" | "pairs"> => ({
    transposed: groups * filters * depth * bytes,
    pairs: 0,
  }),
  add: ({ sizes, kernels, at }: Sums, block: Block): void => {
    const { dtype, filters, depth, groups, windows, bytes } = sizes;
    const { group, start, thickness, images, length, origin, given, add } = block;
    const row = windows * bytes;
    const across = filters * bytes;
    const { transpose } = matmulKernelsFor(dtype);
    // Each image leaves no more behind its own windows than the next one overwrites.
    for (let i = 0; i < images; i++)
      transpose(
        given + i * groups * filters * row,
        row,
        filters,
        length,
        at.panel + i * windows * panelBytes,
        panelBytes,
      );
    kernels.tilesOfTaps(
      depth,
      filters,
      thickness,
      at.taps,
      at.windows + start * rowEntryBytes,
      origin,
      at.panel,
      at.transposed + group * depth * across,
      across,
      add,
    );
  },
  /** Moves what there is to where it is added to, or the sums to where they belong. */
  exchange: ({ sizes, at, result }: Sums, begins: boolean): void => {
    const { dtype, filters, depth, groups, bytes } = sizes;
    const { gather } = matmulKernelsFor(dtype);
    const [across, down] = [filters * bytes, depth * bytes];
    for (let group = 0; group < groups; group++) {
      const skip = group * filters * down;
      if (begins) gather(result + skip, bytes, down, depth, filters, at.transposed + skip);
      else gather(at.transposed + skip, bytes, across, filters, depth, result + skip);
    }
  },
};

/** Filters, two and two together, meet panels of taps. */
const ofManyFilters: typeof ofFewFilters = {
  plan: ({ filters, bytes }) => ({
    transposed: 0,
    pairs: Math.ceil(Math.min(filters, blockFilters) / 2) * pairStep(blockDepth, bytes),
  }),
  add: ({ sizes, kernels, at, result }, block) => {
    const { dtype, filters, depth, groups, windows, bytes } = sizes;
    const { group, start, thickness, images, length, origin, given, add } = block;
    const row = windows * bytes;
    const step = pairStep(blockDepth, bytes);
    const { pairRows } = matmulKernelsFor(dtype);
    heap().int32[at.panel / 4] = origin;
    for (let filter = 0; filter < filters; filter += blockFilters) {
      const height = Math.min(blockFilters, filters - filter);
      // Each image leaves no more behind its own windows than the next one overwrites.
      for (let i = 0; i < images; i++)
        pairRows(
          given + (i * groups * filters + filter) * row,
          row,
          height,
          length,
          at.pairs + i * windows * 2 * bytes,
          step,
        );
      kernels.pairsWithTaps(
        height,
        depth,
        thickness,
        at.pairs,
        step,
        at.taps,
        at.windows + start * rowEntryBytes,
        result + (group * filters + filter) * depth * bytes,
        depth * bytes,
        at.panel + originBytes,
        0,
        add,
      );
    }
  },
  exchange: () => {},
};

/** @param range of the windows, where that is not all */
function weightByTiles(convolution: Convolution, accumulate: boolean, range?: WindowRange): void {
  const sizes = sizesOf(convolution);
  beginKernel();
  const { x, weight, axes } = convolution;
  const out = dense(convolution.out);
  const { dtype, bytes, batch, groups, channels, filters, depth, windows } = sizes;
  const { start, end } = range ?? { start: 0, end: windows };
  const images = imagesOfBlock(sizes);
  const few = filters * bytes <= panelBytes;
  const way = few ? ofFewFilters : ofManyFilters;
  const plan = {
    ...paddingPlan(images, channels, axes, sizes),
    ...way.plan(sizes),
    taps: columnTableBytes(depth, sizes),
    windows: rowTableBytes(images * windows),
    panel: panelRoom,
  };
  if (!fits(plan, viewBytes(x) + viewBytes(out) + resultBytes(weight))) {
    for (const half of halvesForWeight(
      { ...convolution, out },
      { images, unit: blockDepth },
      { start, end },
      accumulate,
    ))
      weightByTiles(half.convolution, half.accumulate, half.range);
    return;
  }
  const kernels = kernelsFor(dtype);
  const xs = placeRising(x);
  const gs = placeDense(out);
  const at = placePlan(plan);
  const result = placeResult(weight);
  const own = stepsOf(xs, bytes);
  const source = imagesOf(own, axes, at, { images, channels, inward: true }, sizes, kernels);
  source.clear();
  const taps = tapOffsets(channels, source.steps, axes);
  if (few) writeRows(at.taps, taps);
  else writeColumns(at.taps, taps, sizes);
  writeRows(at.windows, windowOffsets(images, source.steps, axes));
  const sums: Sums = { sizes, kernels, at, result };
  if (accumulate) {
    copy(weight, viewAt(dtype, result, weight.shape));
    way.exchange(sums, true);
  }
  for (let group = 0; group < groups; group++)
    for (let n = 0; n < batch; n += images) {
      const count = Math.min(images, batch - n);
      const first = xs.address + n * own.image + group * channels * own.channel;
      for (let i = 0; i < count; i++) source.fill(first + i * own.image, channels, i);
      const lines = filters * windows * bytes;
      const given = gs + (n * groups + group) * lines;
      bringNear(matmulKernelsFor(dtype), given, groups * lines, count, lines);
      const last = images > 1 ? count * windows : end;
      for (let k = images > 1 ? 0 : start; k < last; k += blockDepth) {
        const thickness = Math.min(blockDepth, last - k);
        way.add(sums, {
          group,
          start: k,
          thickness,
          images: count,
          length: images > 1 ? windows : thickness,
          origin: source.origin(first),
          given: given + k * bytes,
          add: accumulate || n > 0 || k > start ? 1 : 0,
        });
      }
    }
  way.exchange(sums, false);
  finish(result, weight);
}
