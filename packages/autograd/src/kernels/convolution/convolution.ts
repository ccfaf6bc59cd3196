/**
 * Convolution and its adjoints, without an unfolded image in memory: where the windows of an image and the taps of a
 * window lie is told to the matrix product by two tables, and it packs its panels from there.
 *
 * **Order of summation.** The same bits as products with the unfolded images `U` [C·taps, windows] of every group:
 * the convolution as W·U; the gradient of the input as Wᵀ·g, folded, so that at each element the taps are added in their
 * order; the gradient of the weight as the sum of g·Uᵀ over the images in their order, where as many whole images as
 * have at most 256 windows together count as one. Each product is summed as matmul.ts tells: in blocks of 256, which for
 * the gradient of the weight run over the windows. A bias is added last.
 *
 * For the gradient of the weight where a group has fewer than 8 filters, and the stride along the last axis is 1, the
 * windows of each row are cut into vectors of 16 bytes; the last of a row may hold fewer. What stands in one lane is
 * added to +0 in the order of the vectors, then neighbouring lanes are added, then the pairs of four. As many whole rows
 * as have at most 256 vectors together, or 256 vectors of a longer row, are a block; the sums of blocks are added in
 * their order; as many whole images as have at most 256 vectors together count as one block. All depends on shapes alone.
 */
import { rowMajor, type Shape, sizeOf } from "../../shape.js";
import { makeView, type View } from "../../storage.js";
import { copy } from "../copy.js";
import { places } from "../index.js";
import { kernelsFor as matmulKernelsFor } from "../matmul/kernels.js";
import { beginKernel, heap } from "../memory.js";
import type { WindowAxis } from "./geometry.js";
import { imagesOf, paddingPlan, stepsOf, tapOffsets, windowOffsets, windowRuns } from "./images.js";
import { kernelsFor } from "./kernels.js";
import {
  type Convolution,
  columnTableBytes,
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
  viewBytes,
  writeColumns,
  writeRows,
} from "./operands.js";
import { halvesForInput, halvesForOutput } from "./pieces.js";

export { convolveWeight } from "./weight-gradient.js";

import { multiplyWindows, panelPlan } from "./product.js";

// Images with few windows are taken together, so that panels are filled.
const fullPanels = 128;

const imagesTogether = ({ windows, batch }: Sizes): number =>
  Math.min(batch, Math.max(1, Math.ceil(fullPanels / windows)));

/** A bias, read as an output of this shape. */
function spread({ data, stride, offset }: View, shape: Shape): View {
  const steps = shape.map((_, i) => (i === 1 ? stride[0] : 0));
  return makeView(data, shape, steps, offset);
}

/** out = the convolution of x with weight, and the bias. `out` is zeroed, and shares no numbers with the others. */
export function convolve(convolution: Convolution): void {
  const sizes = sizesOf(convolution);
  const { x, weight, out, bias, axes } = convolution;
  if (sizeOf(out.shape) === 0) return;
  if (sizes.depth === 0) {
    if (bias !== undefined) copy(spread(bias, out.shape), out);
    return;
  }
  beginKernel();
  const { dtype, bytes, batch, groups, channels, filters, depth, windows } = sizes;
  const images = imagesTogether(sizes);
  const plan = {
    ...panelPlan,
    ...paddingPlan(images, channels, axes, sizes),
    taps: rowTableBytes(depth),
    windows: columnTableBytes(images * windows, sizes),
    product: images > 1 ? images * filters * windows * bytes : 0,
  };
  const operands = viewBytes(x) + viewBytes(weight) + (bias === undefined ? 0 : viewBytes(bias));
  if (!fits(plan, operands + resultBytes(out))) {
    for (const half of halvesForOutput(convolution)) convolve(half);
    return;
  }
  const kernels = kernelsFor(dtype);
  const xs = placeRising(x);
  const weights = placeDense(weight);
  const shifts = bias === undefined ? 0 : placeDense(bias);
  const at = placePlan(plan);
  const result = placeResult(out);
  const own = stepsOf(xs, bytes);
  const source = imagesOf(own, axes, at, { images, channels, inward: true }, sizes, kernels);
  source.clear();
  writeRows(at.taps, tapOffsets(channels, source.steps, axes));
  writeColumns(at.windows, windowOffsets(images, source.steps, axes), sizes);
  const row = windows * bytes;
  for (let n = 0; n < batch; n += images) {
    const count = Math.min(images, batch - n);
    for (let group = 0; group < groups; group++) {
      const first = xs.address + n * own.image + group * channels * own.channel;
      for (let i = 0; i < count; i++) source.fill(first + i * own.image, channels, i);
      const target = result + (n * groups + group) * filters * row;
      const product = images > 1 ? at.product : target;
      multiplyWindows(kernels, bytes, {
        rows: filters,
        columns: count * windows,
        depth,
        x: weights + group * filters * depth * bytes,
        xStep: depth * bytes,
        columnTable: at.windows,
        rowTable: at.taps,
        origin: source.origin(first),
        out: product,
        outStep: images * row,
        panel: at.panel,
        accumulate: false,
        bias: bias === undefined ? 0 : shifts + group * filters * bytes,
        denseColumns: true,
      });
      if (images > 1)
        kernels.exchange(
          count,
          filters,
          windows,
          product,
          row,
          images * row,
          target,
          groups * filters * row,
          row,
        );
    }
  }
  finish(result, out);
}

/** Whether windows are the elements one by one. */
function isElement({ input, kernel, output, stride, padding }: WindowAxis): boolean {
  return kernel === 1 && stride === 1 && padding === 0 && output === input;
}

// The product before it is folded has so many rows at least, so that packed panels are used often, and more while so
// many elements stay near.
const foldedRows = 96;
const foldedElements = 0x10000;

/** x = what a change of the output makes of the input: the adjoint of `convolve` in x. `x` is zeroed. */
export function convolveInput(convolution: Convolution): void {
  const sizes = sizesOf(convolution);
  if (sizeOf(convolution.x.shape) === 0 || sizeOf(convolution.out.shape) === 0) return;
  beginKernel();
  const { x, weight, out, axes } = convolution;
  const { dtype, bytes, batch, groups, channels, filters, taps, depth, windows } = sizes;
  // A product over one filter is as many multiples of its image, which are added as they are made.
  const multiples = filters === 1;
  const images = multiples ? 1 : imagesTogether(sizes);
  const foldable = Math.max(foldedRows, Math.floor(foldedElements / (images * windows)));
  const block = Math.min(channels, Math.max(1, Math.floor(foldable / taps)));
  const plan = {
    ...panelPlan,
    ...paddingPlan(images, block, axes, sizes),
    transposed: sizeOf(weight.shape) * bytes,
    taps: rowTableBytes(block * taps),
    runs: rowTableBytes(images * windows),
    filters: rowTableBytes(filters),
    columns: columnTableBytes(images * windows, sizes),
    product: multiples ? 0 : block * taps * images * windows * bytes,
  };
  if (!fits(plan, viewBytes(out) + viewBytes(weight) + resultBytes(x))) {
    for (const half of halvesForInput(convolution)) convolveInput(half);
    return;
  }
  const kernels = kernelsFor(dtype);
  const gs = multiples ? { address: placeDense(out), stride: rowMajor(out.shape) } : placeRising(out);
  const weights = placeDense(weight);
  const at = placePlan(plan);
  for (let group = 0; group < groups; group++) {
    const skip = group * filters * depth * bytes;
    matmulKernelsFor(dtype).gather(
      weights + skip,
      bytes,
      depth * bytes,
      depth,
      filters,
      at.transposed + skip,
    );
  }
  const result = placeResult(x);
  const given = stepsOf(gs, bytes);
  const plane = sizeOf(x.shape.slice(2)) * bytes;
  const own = stepsOf({ stride: rowMajor(x.shape) }, bytes);
  const target = imagesOf(own, axes, at, { images, channels: block, inward: false }, sizes, kernels);
  heap().uint8.fill(0, result, result + sizeOf(x.shape) * bytes);
  writeRows(at.taps, tapOffsets(block, target.steps, axes));
  const runs = windowRuns(images, target.steps, axes, sizes);
  writeRows(at.runs, runs.offsets);
  writeRows(at.filters, places([filters], [given.channel]));
  writeColumns(at.columns, places([images, ...out.shape.slice(2)], [given.image, ...given.axes]), sizes);
  const targets = (count: number): [number, number, number, number, number] => [
    count * runs.count,
    runs.length,
    runs.step,
    at.taps,
    at.runs,
  ];
  const productStep = images * windows * bytes;
  // The product itself, where windows are elements: it would be added to zeros.
  const isResult = images === 1 && axes.every(isElement);
  for (let n = 0; n < batch; n += images) {
    const count = Math.min(images, batch - n);
    for (let group = 0; group < groups; group++)
      for (let channel = 0; channel < channels; channel += block) {
        const width = Math.min(block, channels - channel);
        const first = result + ((n * groups + group) * channels + channel) * plane;
        const origin = target.origin(first);
        const rows = width * taps;
        const row = group * depth + channel * taps;
        const source = gs.address + n * given.image + group * filters * given.channel;
        target.clear();
        if (multiples)
          kernels.addScaledWindows(source, at.transposed + row * bytes, rows, ...targets(1), origin);
        else {
          multiplyWindows(kernels, bytes, {
            rows,
            columns: count * windows,
            depth: filters,
            x: at.transposed + row * filters * bytes,
            xStep: filters * bytes,
            columnTable: at.columns,
            rowTable: at.filters,
            origin: source,
            out: isResult ? first : at.product,
            outStep: productStep,
            panel: at.panel,
            accumulate: false,
            bias: 0,
            denseColumns: true,
          });
          if (!isResult) kernels.addWindows(at.product, productStep, rows, ...targets(count), origin);
        }
        for (let i = 0; i < count; i++) target.empty(first + i * own.image, width, i);
      }
  }
  finish(result, x);
}
