/**
 * The innermost loops of scans: along one line, its running result in a variable, and across the next elements of many
 * lines, whose running results are in an array. Functions of their own with plain arguments: engines compile them to
 * tight loops, six times as fast as within a closure.
 */
import type { NumberArray } from "../../dtype.js";

/** Elements of an operand: the first, and the step to the next. */
export interface Run {
  readonly numbers: NumberArray;
  readonly start: number;
  readonly step: number;
}

/** Running sums; those of integers wrap around. */
export function sumLine(x: Run, out: Run, length: number, float: boolean): void {
  const { numbers: from, step: readStep } = x;
  const { numbers: to, step: writeStep } = out;
  let total = 0;
  for (let k = 0, read = x.start, write = out.start; k < length; k++, read += readStep, write += writeStep) {
    const value = from[read];
    total = float ? total + value : (total + value) | 0;
    to[write] = total;
  }
}

export function sumRow(x: Run, out: Run, totals: Float64Array, float: boolean): void {
  const columns = totals.length;
  const { numbers: from, step: readStep } = x;
  const { numbers: to, step: writeStep } = out;
  for (let j = 0, read = x.start, write = out.start; j < columns; j++) {
    const total = totals[j] + from[read];
    totals[j] = float ? total : total | 0;
    to[write] = totals[j];
    read += readStep;
    write += writeStep;
  }
}

/** Running products. */
export function productLine(x: Run, out: Run, length: number, float: boolean): void {
  const { numbers: from, step: readStep } = x;
  const { numbers: to, step: writeStep } = out;
  let total = 1;
  for (let k = 0, read = x.start, write = out.start; k < length; k++, read += readStep, write += writeStep) {
    const value = from[read];
    total = float ? total * value : Math.imul(total, value);
    to[write] = total;
  }
}

export function productRow(x: Run, out: Run, totals: Float64Array, float: boolean): void {
  const columns = totals.length;
  const { numbers: from, step: readStep } = x;
  const { numbers: to, step: writeStep } = out;
  for (let j = 0, read = x.start, write = out.start; j < columns; j++) {
    const value = from[read];
    totals[j] = float ? totals[j] * value : Math.imul(totals[j], value);
    to[write] = totals[j];
    read += readStep;
    write += writeStep;
  }
}

/** `last · factor + x`, again and again; the first is `x` alone, whatever its factor. */
export function recurrenceLine(factor: Run, x: Run, out: Run, length: number): void {
  const { numbers: factors, step: factorStep } = factor;
  const { numbers: from, step: readStep } = x;
  const { numbers: to, step: writeStep } = out;
  let last = from[x.start];
  to[out.start] = last;
  let multiply = factor.start + factor.step;
  for (let k = 1, read = x.start + x.step, write = out.start + out.step; k < length; k++) {
    last = factors[multiply] * last + from[read];
    to[write] = last;
    multiply += factorStep;
    read += readStep;
    write += writeStep;
  }
}

export function recurrenceRow(factor: Run, x: Run, out: Run, last: Float64Array, first: boolean): void {
  const columns = last.length;
  const { numbers: factors, step: factorStep } = factor;
  const { numbers: from, step: readStep } = x;
  const { numbers: to, step: writeStep } = out;
  let multiply = factor.start;
  for (let j = 0, read = x.start, write = out.start; j < columns; j++) {
    last[j] = first ? from[read] : factors[multiply] * last[j] + from[read];
    to[write] = last[j];
    multiply += factorStep;
    read += readStep;
    write += writeStep;
  }
}

/** Whether `value` is the largest so far: the last of equals is, and against a NaN only another. */
function wins(value: number, best: number): boolean {
  return !(value < best) && (!Number.isNaN(best) || Number.isNaN(value));
}

/** The largest so far of what is multiplied by `sign`, and its place. */
export function extremeLine(x: Run, indices: Run, values: Run, length: number, sign: number): void {
  const { numbers: from, step: readStep } = x;
  const { numbers: places, step: placeStep } = indices;
  const { numbers: to, step: writeStep } = values;
  let best = Number.NEGATIVE_INFINITY;
  let found = 0;
  for (let k = 0, read = x.start, place = indices.start, write = values.start; k < length; k++) {
    const value = sign * from[read];
    if (wins(value, best)) {
      best = value;
      found = k;
    }
    places[place] = found;
    to[write] = sign * best;
    read += readStep;
    place += placeStep;
    write += writeStep;
  }
}

/** The same for element `k` of each line. */
export function extremeRow(
  x: Run,
  indices: Run,
  values: Run,
  best: Float64Array,
  found: Int32Array,
  k: number,
  sign: number,
): void {
  const columns = best.length;
  const { numbers: from, step: readStep } = x;
  const { numbers: places, step: placeStep } = indices;
  const { numbers: to, step: writeStep } = values;
  for (let j = 0, read = x.start, place = indices.start, write = values.start; j < columns; j++) {
    const value = sign * from[read];
    if (wins(value, best[j])) {
      best[j] = value;
      found[j] = k;
    }
    places[place] = found[j];
    to[write] = sign * best[j];
    read += readStep;
    place += placeStep;
    write += writeStep;
  }
}
