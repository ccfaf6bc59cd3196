/**
 * Convolution and its adjoints, without an unfolded image in memory: where the windows of an image and the taps of a
 * window lie is told to the matrix product by two tables, and it packs its panels from there.
 *
 * **Order of summation.** The same bits as products with the unfolded images `U` [C·taps, windows] of every group:
 * the convolution as W·U; the gradient of the input as Wᵀ·g, folded, so that at each element the taps are added in their
 * order; the gradient of the weight as the sum of g·Uᵀ over the images in their order, where as many whole images as
 * have at most 256 windows together count as one. Each product is summed as matmul.ts tells: in blocks of 256, which for
 * the gradient of the weight run over the windows. All depends on shapes alone. A bias is added last.
 */
import { rowMajor, type Shape, sizeOf } from "../../shape.js";
import { makeView, type View } from "../../storage.js";
import { copy } from "../copy.js";
import { places } from "../index.js";
import { blockDepth } from "../matmul/blocks.js";
import { kernelsFor as matmulKernelsFor } from "../matmul/kernels.js";
import { beginKernel, heap } from "../memory.js";
import type { WindowAxis } from "./geometry.js";
import { imagesOf, paddingPlan, stepsOf, tapOffsets, windowOffsets } from "./images.js";
import { kernelsFor } from "./kernels.js";
import {
  type Convolution,
  columnTableBytes,
  fits,
  placeDense,
  placePlan,
  placeRising,
  rowTableBytes,
  type Sizes,
  sizesOf,
  viewAt,
  viewBytes,
  writeColumns,
  writeRows,
} from "./operands.js";
import { dense, halvesForInput, halvesForOutput, halvesForWeight, type WindowRange } from "./pieces.js";
import { multiplyWindows, panelPlan } from "./product.js";

// Images with few windows are taken together, so that panels are filled.
const fullPanels = 64;

const imagesTogether = ({ windows, batch }: Sizes): number =>
  Math.min(batch, Math.max(1, Math.ceil(fullPanels / windows)));

/** Copies a result that lies dense at `address` to its view. */
function finish(address: number, result: View): void {
  copy(viewAt(result.data.dtype, address, result.shape), result);
}

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
    out: sizeOf(out.shape) * bytes,
    taps: rowTableBytes(depth),
    windows: columnTableBytes(images * windows, sizes),
    product: images > 1 ? images * filters * windows * bytes : 0,
  };
  if (!fits(plan, viewBytes(x) + viewBytes(weight) + (bias === undefined ? 0 : viewBytes(bias)))) {
    for (const half of halvesForOutput(convolution)) convolve(half);
    return;
  }
  const kernels = kernelsFor(dtype);
  const xs = placeRising(x);
  const weights = placeDense(weight);
  const shifts = bias === undefined ? 0 : placeDense(bias);
  const at = placePlan(plan);
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
      const target = at.out + (n * groups + group) * filters * row;
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
        denseColumns: true,
      });
      if (bias !== undefined)
        kernels.addBias(filters, count * windows, shifts + group * filters * bytes, product, images * row);
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
  finish(at.out, out);
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
    x: sizeOf(x.shape) * bytes,
    transposed: sizeOf(weight.shape) * bytes,
    taps: rowTableBytes(block * taps),
    windows: columnTableBytes(images * windows, sizes),
    filters: rowTableBytes(filters),
    columns: columnTableBytes(images * windows, sizes),
    product: multiples ? 0 : block * taps * images * windows * bytes,
  };
  if (!fits(plan, viewBytes(out) + viewBytes(weight))) {
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
  const given = stepsOf(gs, bytes);
  const plane = sizeOf(x.shape.slice(2)) * bytes;
  const own = stepsOf(viewAt(dtype, at.x, x.shape), bytes);
  const target = imagesOf(own, axes, at, { images, channels: block, inward: false }, sizes, kernels);
  heap().uint8.fill(0, at.x, at.x + plan.x);
  writeRows(at.taps, tapOffsets(block, target.steps, axes));
  writeColumns(at.windows, windowOffsets(images, target.steps, axes), sizes);
  writeRows(at.filters, places([filters], [given.channel]));
  writeColumns(at.columns, places([images, ...out.shape.slice(2)], [given.image, ...given.axes]), sizes);
  const productStep = images * windows * bytes;
  // The product itself, where windows are elements: it would be added to zeros.
  const isResult = images === 1 && axes.every(isElement);
  for (let n = 0; n < batch; n += images) {
    const count = Math.min(images, batch - n);
    for (let group = 0; group < groups; group++)
      for (let channel = 0; channel < channels; channel += block) {
        const width = Math.min(block, channels - channel);
        const first = at.x + ((n * groups + group) * channels + channel) * plane;
        const origin = target.origin(first);
        const rows = width * taps;
        const row = group * depth + channel * taps;
        const source = gs.address + n * given.image + group * filters * given.channel;
        target.clear();
        if (multiples)
          kernels.addScaledWindows(
            source,
            at.transposed + row * bytes,
            rows,
            windows,
            at.taps,
            at.windows,
            origin,
          );
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
            denseColumns: true,
          });
          if (!isResult)
            kernels.addWindows(at.product, productStep, rows, count * windows, at.taps, at.windows, origin);
        }
        for (let i = 0; i < count; i++) target.empty(first + i * own.image, width, i);
      }
  }
  finish(at.x, x);
}

/** How many images count as one in the gradient of the weight: see the order of summation. */
function imagesOfBlock({ windows, batch }: Sizes): number {
  return Math.min(batch, Math.max(1, Math.floor(blockDepth / windows)));
}

/**
 * weight = what a change of the output makes of the weight: the adjoint of `convolve` in the weight, which is zeroed,
 * or what it holds is added to.
 *
 * @param range of the windows, where that is not all
 */
export function convolveWeight(convolution: Convolution, accumulate = false, range?: WindowRange): void {
  const sizes = sizesOf(convolution);
  if (sizeOf(convolution.weight.shape) === 0 || sizeOf(convolution.out.shape) === 0) return;
  beginKernel();
  const { x, weight, axes } = convolution;
  const out = dense(convolution.out);
  const { dtype, bytes, batch, groups, channels, filters, depth, windows } = sizes;
  const { start, end } = range ?? { start: 0, end: windows };
  const images = imagesOfBlock(sizes);
  const plan = {
    ...panelPlan,
    ...paddingPlan(images, channels, axes, sizes),
    weight: sizeOf(weight.shape) * bytes,
    taps: columnTableBytes(depth, sizes),
    windows: rowTableBytes(images * windows),
    rows: images > 1 ? filters * images * windows * bytes : 0,
  };
  if (!fits(plan, viewBytes(x) + viewBytes(out))) {
    for (const half of halvesForWeight({ ...convolution, out }, images, { start, end }, accumulate))
      convolveWeight(half.convolution, half.accumulate, half.range);
    return;
  }
  const kernels = kernelsFor(dtype);
  const xs = placeRising(x);
  const gs = placeDense(out);
  const at = placePlan(plan);
  const own = stepsOf(xs, bytes);
  const source = imagesOf(own, axes, at, { images, channels, inward: true }, sizes, kernels);
  source.clear();
  writeColumns(at.taps, tapOffsets(channels, source.steps, axes), sizes);
  writeRows(at.windows, windowOffsets(images, source.steps, axes));
  const row = windows * bytes;
  if (accumulate) copy(weight, viewAt(dtype, at.weight, weight.shape));
  for (let group = 0; group < groups; group++)
    for (let n = 0; n < batch; n += images) {
      const count = Math.min(images, batch - n);
      const first = xs.address + n * own.image + group * channels * own.channel;
      for (let i = 0; i < count; i++) source.fill(first + i * own.image, channels, i);
      const given = gs + (n * groups + group) * filters * row;
      if (images > 1)
        kernels.exchange(
          filters,
          count,
          windows,
          given,
          row,
          groups * filters * row,
          at.rows,
          images * row,
          row,
        );
      multiplyWindows(kernels, bytes, {
        rows: filters,
        columns: depth,
        depth: images > 1 ? count * windows : end - start,
        x: images > 1 ? at.rows : given + start * bytes,
        xStep: images * row,
        columnTable: at.taps,
        rowTable: at.windows + (images > 1 ? 0 : rowTableBytes(start)),
        origin: source.origin(first),
        out: at.weight + group * filters * depth * bytes,
        outStep: depth * bytes,
        panel: at.panel,
        accumulate: accumulate || n > 0,
        denseColumns: false,
      });
    }
  finish(at.weight, weight);
}
