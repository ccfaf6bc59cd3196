/**
 * Scans along one axis of any strided view: each result is made of the one before it and the next element.
 *
 * Elements are taken from the first to the last, or from the last to the first where `reverse` is set; the order
 * depends on nothing else. The running result of floats is kept in float64 and rounded for each result; that of
 * integers wraps around. Plain loops: a result must wait for the one before, so vectors would help across lines alone.
 */
import { isFloat } from "../dtype.js";
import { broadcastStride, type Shape, sizeOf } from "../shape.js";
import type { View } from "../storage.js";
import { advance, collapse } from "./loops.js";
import * as loops from "./scan/loops.js";

/**
 * Lines of the operands along the axis: one, or many neighbours where what lies together in the result is not a line but
 * one element of each. The same object for all that are visited.
 */
interface Sweep {
  readonly length: number;
  readonly columns: number;
  /** The first line of each operand. */
  readonly lines: readonly loops.Run[];
  /** Element k of each line, for each operand. */
  readonly row: (k: number) => readonly loops.Run[];
}

/** Leads `visit` over all lines. The inputs are read as `shape`; the outputs are dense. */
function forEachSweep(
  shape: Shape,
  inputs: readonly View[],
  outputs: readonly View[],
  axis: number,
  reverse: boolean,
  visit: (sweep: Sweep) => void,
): void {
  if (sizeOf(shape) === 0) return;
  const operands = [...inputs, ...outputs];
  const strides = operands.map((each) => broadcastStride(each.shape, each.stride, shape));
  const others = collapse(
    shape.toSpliced(axis, 1),
    strides.map((stride) => stride.toSpliced(axis, 1)),
  );
  const last = others.strides.at(-1)!.at(-1);
  const columnar = last !== undefined && last < strides.at(-1)![axis];
  const outer = columnar ? others.shape.slice(0, -1) : others.shape;
  const length = shape[axis];
  const lines = operands.map(({ data }, i) => ({
    numbers: i < inputs.length ? data.data : data.writable,
    start: 0,
    step: reverse ? -strides[i][axis] : strides[i][axis],
  }));
  const rows = lines.map(({ numbers }, i) => ({
    numbers,
    start: 0,
    step: columnar ? others.strides[i].at(-1)! : 0,
  }));
  const row = (k: number): readonly loops.Run[] => {
    for (let i = 0; i < rows.length; i++) rows[i].start = lines[i].start + k * lines[i].step;
    return rows;
  };
  const sweep = { length, columns: columnar ? others.shape.at(-1)! : 1, lines, row };
  const index = outer.map(() => 0);
  for (let left = sizeOf(outer); left > 0; left--) {
    for (let i = 0; i < lines.length; i++) {
      let start = operands[i].offset + (reverse ? (1 - length) * lines[i].step : 0);
      for (let k = 0; k < index.length; k++) start += index[k] * others.strides[i][k];
      lines[i].start = start;
    }
    visit(sweep);
    advance(index, outer);
  }
}

/**
 * Running sums: `out[k] = x[0] + … + x[k]`.
 *
 * @param out dense, of the shape of `x`; int32 for integers and bools
 */
export function cumsum(x: View, out: View, axis: number, reverse: boolean): void {
  accumulate(x, out, axis, reverse, 0, loops.sumLine, loops.sumRow);
}

/** Running products: `out[k] = x[0] · … · x[k]`, as {@link cumsum}. */
export function cumprod(x: View, out: View, axis: number, reverse: boolean): void {
  accumulate(x, out, axis, reverse, 1, loops.productLine, loops.productRow);
}

function accumulate(
  x: View,
  out: View,
  axis: number,
  reverse: boolean,
  identity: number,
  line: typeof loops.sumLine,
  row: typeof loops.sumRow,
): void {
  const float = isFloat(out.data.dtype);
  forEachSweep(x.shape, [x], [out], axis, reverse, (sweep) => {
    if (sweep.columns === 1) {
      const [source, target] = sweep.lines;
      line(source, target, sweep.length, float);
      return;
    }
    const totals = new Float64Array(sweep.columns).fill(identity);
    for (let k = 0; k < sweep.length; k++) {
      const [source, target] = sweep.row(k);
      row(source, target, totals, float);
    }
  });
}

/**
 * `out[k] = factor[k] · out[k − 1] + x[k]`, with 0 before the first.
 *
 * @param factor,x floats of one dtype that broadcast to the shape of `out`
 * @param out dense
 */
export function linearRecurrence(factor: View, x: View, out: View, axis: number, reverse: boolean): void {
  forEachSweep(out.shape, [factor, x], [out], axis, reverse, (sweep) => {
    if (sweep.columns === 1) {
      const [multiplier, source, target] = sweep.lines;
      loops.recurrenceLine(multiplier, source, target, sweep.length);
      return;
    }
    const last = new Float64Array(sweep.columns);
    for (let k = 0; k < sweep.length; k++) {
      const [multiplier, source, target] = sweep.row(k);
      loops.recurrenceRow(multiplier, source, target, last, k === 0);
    }
  });
}

/**
 * The largest (or smallest) element so far and its index: the last of equals. After a NaN all are NaN.
 *
 * @param indices int32, dense, of the shape of `x`
 * @param values dense, of the shape and dtype of `x`
 */
export function runningExtreme(
  x: View,
  indices: View,
  values: View,
  axis: number,
  kind: "max" | "min",
): void {
  const sign = kind === "max" ? 1 : -1;
  forEachSweep(x.shape, [x], [indices, values], axis, false, (sweep) => {
    if (sweep.columns === 1) {
      const [source, places, target] = sweep.lines;
      loops.extremeLine(source, places, target, sweep.length, sign);
      return;
    }
    const best = new Float64Array(sweep.columns).fill(Number.NEGATIVE_INFINITY);
    const found = new Int32Array(sweep.columns);
    for (let k = 0; k < sweep.length; k++) {
      const [source, places, target] = sweep.row(k);
      loops.extremeRow(source, places, target, best, found, k, sign);
    }
  });
}
