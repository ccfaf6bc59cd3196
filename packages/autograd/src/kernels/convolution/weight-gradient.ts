/** The gradient of a convolution's weight; for the order of summation see convolution.ts. */
import { sizeOf } from "../../shape.js";
import { copy } from "../copy.js";
import { blockDepth } from "../matmul/blocks.js";
import { kernelsFor as matmulKernelsFor } from "../matmul/kernels.js";
import { panelBytes } from "../matmul/pack.js";
import { beginKernel } from "../memory.js";
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
import { rowEntryBytes } from "./pack-windows.js";
import { dense, halvesForWeight, type WindowRange } from "./pieces.js";
import { isSummedByDots, weightByDots } from "./weight-dots.js";

// A panel, and behind it what transposing writes past the last window.
const panelRoom = (blockDepth + 4) * panelBytes;

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

/** @param range of the windows, where that is not all */
function weightByTiles(convolution: Convolution, accumulate: boolean, range?: WindowRange): void {
  const sizes = sizesOf(convolution);
  beginKernel();
  const { x, weight, axes } = convolution;
  const out = dense(convolution.out);
  const { dtype, bytes, batch, groups, channels, filters, depth, windows } = sizes;
  const { start, end } = range ?? { start: 0, end: windows };
  const images = imagesOfBlock(sizes);
  const weightBytes = sizeOf(weight.shape) * bytes;
  const plan = {
    ...paddingPlan(images, channels, axes, sizes),
    transposed: weightBytes,
    taps: rowTableBytes(depth),
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
  const { gather, transpose } = matmulKernelsFor(dtype);
  const xs = placeRising(x);
  const gs = placeDense(out);
  const at = placePlan(plan);
  const result = placeResult(weight);
  const own = stepsOf(xs, bytes);
  const source = imagesOf(own, axes, at, { images, channels, inward: true }, sizes, kernels);
  source.clear();
  writeRows(at.taps, tapOffsets(channels, source.steps, axes));
  writeRows(at.windows, windowOffsets(images, source.steps, axes));
  const row = windows * bytes;
  const groupBytes = weightBytes / groups;
  const [across, down] = [filters * bytes, depth * bytes];
  if (accumulate) {
    copy(weight, viewAt(dtype, result, weight.shape));
    for (let skip = 0; skip < weightBytes; skip += groupBytes)
      gather(result + skip, bytes, down, depth, filters, at.transposed + skip);
  }
  const panelColumns = panelBytes / bytes;
  for (let group = 0; group < groups; group++)
    for (let n = 0; n < batch; n += images) {
      const count = Math.min(images, batch - n);
      const first = xs.address + n * own.image + group * channels * own.channel;
      for (let i = 0; i < count; i++) source.fill(first + i * own.image, channels, i);
      const given = gs + (n * groups + group) * filters * row;
      const target = at.transposed + group * groupBytes;
      const last = images > 1 ? count * windows : end;
      for (let k = images > 1 ? 0 : start; k < last; k += blockDepth) {
        const thickness = Math.min(blockDepth, last - k);
        for (let column = 0; column < filters; column += panelColumns) {
          const columns = Math.min(panelColumns, filters - column);
          const lines = given + column * row + k * bytes;
          // Each image leaves no more behind its own windows than the next one overwrites.
          for (let i = 0; i < count; i++)
            transpose(
              lines + i * groups * filters * row,
              row,
              columns,
              images > 1 ? windows : thickness,
              at.panel + i * windows * panelBytes,
              panelBytes,
            );
          kernels.tilesOfTaps(
            depth,
            columns,
            thickness,
            at.taps,
            at.windows + k * rowEntryBytes,
            source.origin(first),
            at.panel,
            target + column * bytes,
            across,
            accumulate || n > 0 || k > start ? 1 : 0,
          );
        }
      }
    }
  for (let skip = 0; skip < weightBytes; skip += groupBytes)
    gather(at.transposed + skip, bytes, across, filters, depth, result + skip);
  finish(result, weight);
}
