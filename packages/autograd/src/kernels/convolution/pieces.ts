/** Convolutions that do not fit the memory, in halves with the same bits. */
import { ArgumentError } from "../../errors.js";
import { isRowMajor, sizeOf } from "../../shape.js";
import { denseView, makeView, Storage, type View } from "../../storage.js";
import { numbersOf } from "../copy.js";
import { type AxisPart, partOfInput, partOfOutput } from "./geometry.js";
import type { Convolution } from "./operands.js";

/** The view itself where it lies dense, or a dense copy. */
export function dense(source: View): View {
  const { data, shape, stride } = source;
  if (isRowMajor(shape, stride)) return source;
  return denseView(new Storage(data.dtype, numbersOf(source)), shape);
}

function part(source: View, axis: number, start: number, end: number): View {
  const { data, shape, stride, offset } = source;
  return makeView(data, shape.with(axis, end - start), stride, offset + start * stride[axis]);
}

const tooLarge = (): never => {
  throw new ArgumentError(
    "convolution: the numbers that one output is made of do not fit the WebAssembly memory; use a smaller kernel or fewer channels",
  );
};

/** The two ranges that `length` is cut into, the first a multiple of `unit`. */
function halves(length: number, unit = 1): [start: number, end: number][] {
  const middle = Math.ceil(length / 2 / unit) * unit;
  return [
    [0, middle],
    [middle, length],
  ];
}

function ofBatch(convolution: Convolution, start: number, end: number): Convolution {
  const { x, out } = convolution;
  return { ...convolution, x: part(x, 0, start, end), out: part(out, 0, start, end) };
}

function ofGroups(convolution: Convolution, start: number, end: number): Convolution {
  const { x, weight, out, bias, groups } = convolution;
  const of = (source: View, axis: number): View => {
    const each = source.shape[axis] / groups;
    return part(source, axis, start * each, end * each);
  };
  return {
    ...convolution,
    x: of(x, 1),
    weight: of(weight, 0),
    out: of(out, 1),
    ...(bias !== undefined && { bias: of(bias, 0) }),
    groups: end - start,
  };
}

// Of one group:

function ofFilters(convolution: Convolution, start: number, end: number): Convolution {
  const { weight, out, bias } = convolution;
  return {
    ...convolution,
    weight: part(weight, 0, start, end),
    out: part(out, 1, start, end),
    ...(bias !== undefined && { bias: part(bias, 0, start, end) }),
  };
}

function ofChannels(convolution: Convolution, start: number, end: number): Convolution {
  const { x, weight } = convolution;
  return { ...convolution, x: part(x, 1, start, end), weight: part(weight, 1, start, end) };
}

function ofAxis(convolution: Convolution, i: number, { input, output, axis }: AxisPart): Convolution {
  const { x, out, axes } = convolution;
  return {
    ...convolution,
    x: part(x, i + 2, ...input),
    out: part(out, i + 2, ...output),
    axes: axes.with(i, axis),
  };
}

/** The longest of the axes. */
function longest(lengths: readonly number[]): number {
  return lengths.indexOf(Math.max(...lengths));
}

function isLargest({ x, weight, out }: Convolution): boolean {
  return sizeOf(weight.shape) > Math.max(sizeOf(x.shape), sizeOf(out.shape));
}

export function halvesForOutput(convolution: Convolution): Convolution[] {
  const { x, weight, axes, groups } = convolution;
  const [batch] = x.shape;
  if (batch > 1) return halves(batch).map((range) => ofBatch(convolution, ...range));
  if (groups > 1) return halves(groups).map((range) => ofGroups(convolution, ...range));
  const [filters] = weight.shape;
  const i = longest(axes.map(({ output }) => output));
  const { output } = axes[i];
  if (filters > 1 && (output === 1 || isLargest(convolution)))
    return halves(filters).map((range) => ofFilters(convolution, ...range));
  if (output === 1) return tooLarge();
  return halves(output).map((range) => ofAxis(convolution, i, partOfOutput(axes[i], ...range)));
}

export function halvesForInput(convolution: Convolution): Convolution[] {
  const { x, weight, axes, groups } = convolution;
  const [batch] = x.shape;
  if (batch > 1) return halves(batch).map((range) => ofBatch(convolution, ...range));
  if (groups > 1) return halves(groups).map((range) => ofGroups(convolution, ...range));
  const [, channels] = weight.shape;
  const i = longest(axes.map(({ input }) => input));
  const { input } = axes[i];
  if (channels > 1 && (input === 1 || isLargest(convolution)))
    return halves(channels).map((range) => ofChannels(convolution, ...range));
  if (input === 1) return tooLarge();
  return halves(input).map((range) => ofAxis(convolution, i, partOfInput(axes[i], ...range)));
}

/** Windows of one image, in whole blocks. */
export interface WindowRange {
  readonly start: number;
  readonly end: number;
}

interface WeightPiece {
  readonly convolution: Convolution;
  readonly accumulate: boolean;
  readonly range?: WindowRange;
}

/** What is summed together: so many images count as one, and windows are cut at multiples of `unit`. */
interface Block {
  readonly images: number;
  readonly unit: number;
}

export function halvesForWeight(
  convolution: Convolution,
  { images, unit }: Block,
  range: WindowRange,
  accumulate: boolean,
): WeightPiece[] {
  const { x, weight, out, groups } = convolution;
  const [batch] = x.shape;
  const [filters, channels] = weight.shape;
  const all = (pieces: Convolution[]): WeightPiece[] =>
    pieces.map((each) => ({ convolution: each, accumulate, range }));
  if (batch > images)
    return halves(batch, images).map(([start, end]) => ({
      convolution: ofBatch(convolution, start, end),
      accumulate: accumulate || start > 0,
    }));
  if (groups > 1) return all(halves(groups).map((each) => ofGroups(convolution, ...each)));
  const sizes = [sizeOf(x.shape), sizeOf(out.shape)];
  const windows = range.end - range.start;
  if (filters > 1 && (sizes[1] >= sizes[0] || channels === 1) && windows <= unit)
    return all(halves(filters).map((each) => ofFilters(convolution, ...each)));
  if (channels > 1 && windows <= unit)
    return all(halves(channels).map((each) => ofChannels(convolution, ...each)));
  if (windows <= unit) return tooLarge();
  return halves(windows, unit).map(([start, end]) => {
    const piece = ofRange(convolution, range.start + start, range.start + end);
    return { ...piece, accumulate: accumulate || start > 0 };
  });
}

/** The windows from `start` to `end` of one image: the rows of windows in which they lie, and where they begin there. */
function ofRange(convolution: Convolution, start: number, end: number): Omit<WeightPiece, "accumulate"> {
  const { axes } = convolution;
  const i = Math.max(
    0,
    axes.findIndex(({ output }) => output > 1),
  );
  const row = sizeOf(axes.slice(i + 1).map(({ output }) => output));
  const first = Math.floor(start / row);
  const last = Math.ceil(end / row);
  return {
    convolution: ofAxis(convolution, i, partOfOutput(axes[i], first, last)),
    range: { start: start - first * row, end: end - first * row },
  };
}
