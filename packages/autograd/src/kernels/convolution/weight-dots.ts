/** The gradient of a convolution's weight where a group has few filters; for the order of summation see convolution.ts. */
import { copy } from "../copy.js";
import { beginKernel, heap } from "../memory.js";
import { maskBytes, vectorEntryBytes } from "./dots.js";
import { imagesOf, paddingPlan, stepsOf, tapOffsets, windowOffsets } from "./images.js";
import { kernelsFor } from "./kernels.js";
import {
  type Convolution,
  finish,
  fits,
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
  writeRows,
} from "./operands.js";
import { dense, halvesForWeight, type WindowRange } from "./pieces.js";

const vectorBytes = 16;

/** So many vectors are summed before they are added to the rest. */
const blockVectors = 256;

const fewFilters = 8;

/** Whether a gradient is summed so: a group has few filters, and neighbouring windows begin at neighbours. */
export function isSummedByDots({ axes, weight, groups }: Convolution): boolean {
  return weight.shape[0] / groups < fewFilters && axes.at(-1)!.stride === 1;
}

/** How the windows of an image are cut into rows, and these into vectors. */
interface Rows {
  /** Windows of a row, and of a vector. */
  readonly length: number;
  readonly lanes: number;
  /** Vectors of a row: the last may hold fewer windows. */
  readonly vectors: number;
}

function rowsOf({ axes }: Convolution, { bytes }: Sizes): Rows {
  const length = axes.at(-1)!.output;
  const lanes = vectorBytes / bytes;
  return { length, lanes, vectors: Math.ceil(length / lanes) };
}

/** How many images count as one. */
function imagesOfBlock({ windows, batch }: Sizes, { length, vectors }: Rows): number {
  return Math.min(batch, Math.max(1, Math.floor(blockVectors / ((windows / length) * vectors))));
}

/** Windows that are cut at multiples of so many have the same blocks. */
function windowsOfBlock({ length, lanes, vectors }: Rows, { start, end }: WindowRange): number {
  if (vectors <= blockVectors) return Math.floor(blockVectors / vectors) * length;
  return end - start > length ? length : blockVectors * lanes;
}

/** The vectors of windows, and how many of them make up each block. */
interface Vectors {
  /** The first window of each. */
  readonly firsts: readonly number[];
  readonly blocks: readonly number[];
}

function vectorsOf(rows: Rows, { start, end }: WindowRange): Vectors {
  const { length, lanes, vectors } = rows;
  const firsts: number[] = [];
  const blocks: number[] = [];
  const rowsOfBlock = Math.max(1, Math.floor(blockVectors / vectors));
  let counted = 0;
  let row = 0;
  for (let window = start; window < end; ) {
    const rowEnd = Math.min(end, window - (window % length) + length);
    const last = Math.min(rowEnd, window + blockVectors * lanes);
    for (; window < last; window = Math.min(last, window + lanes)) firsts.push(window);
    if (window === rowEnd && ++row < rowsOfBlock && window < end) continue;
    blocks.push(firsts.length - counted);
    counted = firsts.length;
    row = 0;
  }
  return { firsts, blocks };
}

/** As `convolveWeight`, which see. */
export function weightByDots(
  convolution: Convolution,
  accumulate: boolean,
  range: WindowRange = { start: 0, end: sizesOf(convolution).windows },
): void {
  const sizes = sizesOf(convolution);
  const { x, weight, axes } = convolution;
  const out = dense(convolution.out);
  const { dtype, bytes, batch, groups, channels, filters, depth, windows } = sizes;
  const rows = rowsOf(convolution, sizes);
  const images = imagesOfBlock(sizes, rows);
  const { firsts, blocks } = vectorsOf(rows, range);
  // Windows must begin at neighbours, which they do not where x is a view of every second column.
  const copied = { copied: x.stride.at(-1) !== 1 };
  const plan = {
    ...paddingPlan(images, channels, axes, sizes, copied.copied),
    taps: rowTableBytes(depth),
    vectors: images * firsts.length * vectorEntryBytes,
    masks: maskBytes,
  };
  beginKernel();
  if (!fits(plan, viewBytes(x) + viewBytes(out) + resultBytes(weight))) {
    const unit = windowsOfBlock(rows, range);
    for (const half of halvesForWeight({ ...convolution, out }, { images, unit }, range, accumulate))
      weightByDots(half.convolution, half.accumulate, half.range);
    return;
  }
  const kernels = kernelsFor(dtype);
  const xs = placeRising(x);
  const gs = placeDense(out);
  const at = placePlan(plan);
  const result = placeResult(weight);
  const own = stepsOf(xs, bytes);
  const source = imagesOf(own, axes, at, { images, channels, inward: true, ...copied }, sizes, kernels);
  source.clear();
  writeRows(at.taps, tapOffsets(channels, source.steps, axes));
  const row = windows * bytes;
  const begins = windowOffsets(images, source.steps, axes);
  const { int32, uint8 } = heap();
  let entry = at.vectors / 4;
  for (let i = 0; i < images; i++)
    for (const first of firsts) {
      int32[entry++] = begins[i * windows + first];
      int32[entry++] = i * groups * filters * row + first * bytes;
      int32[entry++] = (first % rows.length) + rows.lanes > rows.length ? vectorBytes : 0;
    }
  const rest = rows.length % rows.lanes;
  uint8.fill(0, at.masks, at.masks + maskBytes);
  uint8.fill(0xff, at.masks, at.masks + vectorBytes + rest * bytes);
  if (accumulate) copy(weight, viewAt(dtype, result, weight.shape));
  for (let group = 0; group < groups; group++)
    for (let n = 0; n < batch; n += images) {
      const count = Math.min(images, batch - n);
      const first = xs.address + n * own.image + group * channels * own.channel;
      for (let i = 0; i < count; i++) source.fill(first + i * own.image, channels, i);
      let done = 0;
      for (const block of images > 1 ? [count * firsts.length] : blocks) {
        kernels.dots(
          filters,
          depth,
          block,
          at.taps,
          at.vectors + done * vectorEntryBytes,
          source.origin(first),
          gs + (n * groups + group) * filters * row,
          row,
          rest > 0 ? at.masks : 0,
          result + group * filters * depth * bytes,
          depth * bytes,
          accumulate || n > 0 || done > 0 ? 1 : 0,
        );
        done += block;
      }
    }
  finish(result, weight);
}
