/**
 * Scans along one axis of any strided view: each result is made of the one before it and the next element.
 *
 * Elements are taken from the first to the last, or from the last to the first where `reverse` is set; the order
 * depends on nothing else. The running result of floats is kept in float64 and rounded for each result; that of
 * integers wraps around. Plain loops: a result must wait for the one before, so vectors would help across lines alone.
 */
import { isFloat, type NumberArray } from "../dtype.js";
import { broadcastStride, type Shape, sizeOf } from "../shape.js";
import type { View } from "../storage.js";
import { advance, collapse } from "./loops.js";

/** Where the elements of one operand lie: the first, and the steps along the axis and from column to column. */
interface Place {
  start: number;
  readonly along: number;
  readonly across: number;
}

/** Neighbouring lines along the axis, met together so that columns are read as they lie. */
interface Sweep {
  readonly length: number;
  readonly columns: number;
}

/** Leads `visit` over all lines; `places` are those of the operands, which are read as `shape`. */
function forEachSweep(
  shape: Shape,
  operands: readonly View[],
  axis: number,
  reverse: boolean,
  visit: (sweep: Sweep, places: readonly Place[]) => void,
): void {
  if (sizeOf(shape) === 0) return;
  const strides = operands.map((each) => broadcastStride(each.shape, each.stride, shape));
  const others = collapse(
    shape.toSpliced(axis, 1),
    strides.map((stride) => stride.toSpliced(axis, 1)),
  );
  // The last operand is dense: what lies to the right of the axis in it is the columns.
  const last = others.strides.at(-1)!.at(-1);
  const columnar = last !== undefined && last < strides.at(-1)![axis];
  const outer = columnar ? others.shape.slice(0, -1) : others.shape;
  const columns = columnar ? others.shape.at(-1)! : 1;
  const length = shape[axis];
  const places = operands.map((_, i) => ({
    start: 0,
    along: reverse ? -strides[i][axis] : strides[i][axis],
    across: columnar ? others.strides[i].at(-1)! : 0,
  }));
  const index = outer.map(() => 0);
  for (let left = sizeOf(outer); left > 0; left--) {
    operands.forEach(({ offset }, i) => {
      let start = offset + (reverse ? (length - 1) * strides[i][axis] : 0);
      for (let k = 0; k < index.length; k++) start += index[k] * others.strides[i][k];
      places[i].start = start;
    });
    visit({ length, columns }, places);
    advance(index, outer);
  }
}

/** A running result for each column, `first` at the start. */
function runningResults(like: NumberArray, columns: number, first: number): Float64Array | Int32Array {
  const whole = !(like instanceof Float32Array || like instanceof Float64Array);
  return (whole ? new Int32Array(columns) : new Float64Array(columns)).fill(first);
}

/**
 * Running sums: `out[k] = x[0] + … + x[k]`.
 *
 * @param out dense, of the shape of `x`; int32 for integers and bools
 */
export function cumsum(x: View, out: View, axis: number, reverse: boolean): void {
  const from = x.data.data;
  const to = out.data.writable;
  forEachSweep(x.shape, [x, out], axis, reverse, ({ length, columns }, [source, target]) => {
    const running = runningResults(to, columns, 0);
    for (let k = 0; k < length; k++) {
      const read = source.start + k * source.along;
      const write = target.start + k * target.along;
      for (let j = 0; j < columns; j++) {
        running[j] += from[read + j * source.across];
        to[write + j * target.across] = running[j];
      }
    }
  });
}

/** Running products: `out[k] = x[0] · … · x[k]`, as {@link cumsum}. */
export function cumprod(x: View, out: View, axis: number, reverse: boolean): void {
  const from = x.data.data;
  const to = out.data.writable;
  const float = isFloat(out.data.dtype);
  forEachSweep(x.shape, [x, out], axis, reverse, ({ length, columns }, [source, target]) => {
    const running = runningResults(to, columns, 1);
    for (let k = 0; k < length; k++) {
      const read = source.start + k * source.along;
      const write = target.start + k * target.along;
      for (let j = 0; j < columns; j++) {
        const value = from[read + j * source.across];
        running[j] = float ? running[j] * value : Math.imul(running[j], value);
        to[write + j * target.across] = running[j];
      }
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
  const factors = factor.data.data;
  const from = x.data.data;
  const to = out.data.writable;
  forEachSweep(
    out.shape,
    [factor, x, out],
    axis,
    reverse,
    ({ length, columns }, [multiplier, source, target]) => {
      const running = new Float64Array(columns);
      for (let k = 0; k < length; k++) {
        const multiply = multiplier.start + k * multiplier.along;
        const read = source.start + k * source.along;
        const write = target.start + k * target.along;
        for (let j = 0; j < columns; j++) {
          const added = from[read + j * source.across];
          // Nothing comes before the first, whose factor, even an infinite one, is of no account.
          running[j] = k === 0 ? added : factors[multiply + j * multiplier.across] * running[j] + added;
          to[write + j * target.across] = running[j];
        }
      }
    },
  );
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
  const from = x.data.data;
  const places = indices.data.writable;
  const to = values.data.writable;
  const sign = kind === "max" ? 1 : -1;
  forEachSweep(x.shape, [x, indices, values], axis, false, ({ length, columns }, [source, place, target]) => {
    const best = new Float64Array(columns).fill(Number.NEGATIVE_INFINITY);
    const found = new Int32Array(columns);
    for (let k = 0; k < length; k++) {
      const read = source.start + k * source.along;
      const mark = place.start + k * place.along;
      const write = target.start + k * target.along;
      for (let j = 0; j < columns; j++) {
        const value = sign * from[read + j * source.across];
        // Not less, so that a NaN is taken; against a NaN only another is.
        if (!(value < best[j]) && (!Number.isNaN(best[j]) || Number.isNaN(value))) {
          best[j] = value;
          found[j] = k;
        }
        places[mark + j * place.across] = found[j];
        to[write + j * target.across] = sign * best[j];
      }
    }
  });
}
