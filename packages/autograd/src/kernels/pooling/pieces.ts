/** Runs emitted loops over planes in the WebAssembly memory: over all at once, or over as many as fit. */
import { bytesOf, type FloatDType, isFloat } from "../../dtype.js";
import { isRowMajor, sizeOf } from "../../shape.js";
import { denseView, makeView, Storage, type View } from "../../storage.js";
import { numbersOf } from "../copy.js";
import { beginKernel, finishOutput, heap, placedBytes, placeOutput, placeView, room } from "../memory.js";
import { poolLoops } from "./loops.js";
import { placeLoop } from "./scatter.js";
import { type Spans, threeAxes } from "./spans.js";
import { spreadLoop } from "./spread.js";
import { areSquares, squareLoops } from "./squares.js";
import { columnTable, lineTable, tableBytes } from "./tables.js";

type Axes = ReturnType<typeof threeAxes>;

/** Numbers as planes of `size` elements, one after the other. */
interface Planes {
  readonly view: View;
  readonly size: number;
}

export function planesOf(source: View, size: number): Planes {
  const { data, shape, stride, offset } = source;
  const dense = isRowMajor(shape, stride);
  const view = dense
    ? makeView(data, [sizeOf(shape)], [1], offset)
    : denseView(new Storage(data.dtype, numbersOf(source)), [sizeOf(shape)]);
  return { view, size };
}

/** Planes from `first` on, as the numbers that a kernel call places. */
function some({ view, size }: Planes, first: number, count: number): View {
  return makeView(view.data, [count * size], [1], view.offset + first * size);
}

const bytesOfPlanes = ({ view, size }: Planes, count: number): number =>
  placedBytes(view.data.dtype, count * size);

/**
 * Calls `run` for as many planes at a time as fit in the memory beside `more` bytes.
 *
 * @returns whether it did: false, with nothing done, where one plane does not fit
 */
function inPieces(
  all: readonly Planes[],
  planes: number,
  more: number,
  run: (first: number, count: number) => void,
): boolean {
  const fits = (count: number): boolean =>
    all.reduce((bytes, each) => bytes + bytesOfPlanes(each, count), more) <= room();
  beginKernel();
  let together = planes;
  while (!fits(together)) {
    if (together === 1) return false;
    together = Math.ceil(together / 2);
  }
  for (let first = 0; first < planes; first += together) {
    beginKernel();
    run(first, Math.min(together, planes - first));
  }
  return true;
}

/** Has `run` write planes at an address, and takes them from there. */
function written(
  results: readonly Planes[],
  first: number,
  count: number,
  run: (...at: number[]) => void,
): void {
  const views = results.map((planes) => some(planes, first, count));
  const at = views.map((view) => placeOutput(view, sizeOf(view.shape)));
  run(...at);
  views.forEach((view, i) => {
    finishOutput(view, at[i], sizeOf(view.shape));
  });
}

const sizeOfPlane = (axes: Axes): number => axes.reduce((product, { size }) => product * size, 1);
const windowsOf = (axes: Axes): number => axes.reduce((product, { starts }) => product * starts.length, 1);

/**
 * Runs `loop` over the planes of `x`.
 *
 * @param indices where the loop makes them, int32
 * @returns whether it did: false, with nothing done, for integers and for a plane that does not fit in the memory
 */
export function runOverPlanes(
  loop: "maximum" | "mean",
  x: View,
  out: View,
  indices: View | null,
  spans: readonly Spans[],
): boolean {
  const { dtype } = x.data;
  if (!isFloat(dtype)) return false;
  const axes = threeAxes(spans);
  const made = windowsOf(axes);
  if (made === 0) return true;
  const size = sizeOfPlane(axes);
  const input = planesOf(x, size);
  const results = [out, ...(indices === null ? [] : [indices])].map((each) => planesOf(each, made));
  const planes = sizeOf(x.shape) / size;
  const squares = loop === "maximum" && areSquares(axes);
  return inPieces([input, ...results], planes, squares ? 0 : tableBytes(axes), (first, count) => {
    const from = placeView(some(input, first, count)).address;
    written(results, first, count, (to, places = 0) => {
      if (squares)
        squareLoops(dtype).maximum(from, count, axes[1].starts.length, axes[2].starts.length, to, places);
      else runOverWindows(loop, dtype, from, count, axes, to, places);
    });
  });
}

function runOverWindows(
  loop: "maximum" | "mean",
  dtype: FloatDType,
  from: number,
  planes: number,
  axes: Axes,
  to: number,
  places: number,
): void {
  const [layers, rows, columns] = axes;
  const bytes = bytesOf[dtype];
  const line = columns.size * bytes;
  const layer = rows.size * line;
  const layerTable = lineTable(layers, layer);
  const rowTable = lineTable(rows, line);
  const columnGroups = columnTable(columns, dtype);
  poolLoops(dtype)[loop](
    from,
    planes,
    layers.size * layer,
    layerTable.address,
    layerTable.count,
    layers.step * layer,
    rowTable.address,
    rowTable.count,
    rows.step * line,
    columnGroups.address,
    columnGroups.count,
    columns.step * bytes,
    to,
    places,
  );
}

/**
 * Adds numbers at their places in planes of zeros.
 *
 * @param numbers floats
 * @param indices int32, of as many elements
 * @param out dense, of the dtype of `numbers` and the lengths of the axes of `spans`
 * @returns whether it did: false, with nothing done, where a plane does not fit in the memory or an index in its plane
 */
export function runOverPlaces(numbers: View, indices: View, out: View, spans: readonly Spans[]): boolean {
  const dtype = numbers.data.dtype as FloatDType;
  const axes = threeAxes(spans);
  const made = windowsOf(axes);
  const size = sizeOfPlane(axes);
  const operands = [numbers, indices].map((each) => planesOf(each, made));
  const result = planesOf(out, size);
  let inside = true;
  const squares = areSquares(axes);
  const ran = inPieces([...operands, result], sizeOf(out.shape) / size, 0, (first, count) => {
    const [from, places] = operands.map((each) => placeView(some(each, first, count)).address);
    written([result], first, count, (to) => {
      if (squares) {
        squareLoops(dtype).spread(from, places, count, axes[1].starts.length, axes[2].starts.length, to);
        return;
      }
      heap().uint8.fill(0, to, to + count * size * bytesOf[dtype]);
      inside &&= placeLoop(dtype)(from, places, count, made, to, size);
    });
  });
  return ran && inside;
}

/**
 * Spreads numbers over their windows, each divided by the divisor of its window.
 *
 * @param numbers floats
 * @param out dense and zeroed, of the dtype of `numbers` and the lengths of the axes of `spans`
 * @returns whether it did: false, with nothing done, where a plane does not fit in the memory
 */
export function runOverShares(numbers: View, out: View, spans: readonly Spans[]): boolean {
  const dtype = numbers.data.dtype as FloatDType;
  const bytes = bytesOf[dtype];
  const axes = threeAxes(spans);
  const [layers, rows, columns] = axes;
  const size = sizeOfPlane(axes);
  const line = columns.size * bytes;
  const layer = rows.size * line;
  const operand = planesOf(numbers, windowsOf(axes));
  const result = planesOf(out, size);
  return inPieces([operand, result], sizeOf(out.shape) / size, tableBytes(axes), (first, count) => {
    const from = placeView(some(operand, first, count)).address;
    const tables = [lineTable(layers, layer), lineTable(rows, line), lineTable(columns, bytes)];
    written([result], first, count, (to) => {
      heap().uint8.fill(0, to, to + count * size * bytes);
      const [z, y, x] = tables;
      spreadLoop(dtype)(
        from,
        count,
        to,
        size * bytes,
        z.address,
        z.count,
        layer,
        y.address,
        y.count,
        line,
        x.address,
        x.count,
      );
    });
  });
}
