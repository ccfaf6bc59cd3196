/**
 * Drawing categories by weight, a row of weights at a time. With replacement, draw j of row r takes float64 uniform
 * r·count + j: the first category up to which the weights sum to more than that part of their total, summed in order.
 * Without, category c of row r takes float64 exponential r·C + c and divides it by its weight: the smallest quotients win,
 * in rising order, as if each were drawn from what those before left over (Efraimidis, Spirakis 2006).
 */
import { ArgumentError } from "../errors.js";
import { show } from "../shape.js";
import { allocateView, type View } from "../storage.js";
import { numbersOf } from "./copy.js";
import { exponential, uniform } from "./random.js";

function drawn(fill: (state: View, out: View) => void, state: View, count: number): ArrayLike<number> {
  const made = allocateView("float64", [count]);
  fill(state, made);
  return numbersOf(made);
}

/**
 * Fills `out`, [N, count] or [count], from the weights [N, C] or [C].
 *
 * @throws ArgumentError for a row with a weight that is negative or not finite, or with too few above 0
 */
export function multinomial(weights: View, state: View, out: View, replacement: boolean): void {
  const { shape } = weights;
  const categories = shape.at(-1)!;
  const count = out.shape.at(-1)!;
  const rows = shape.length === 1 ? 1 : shape[0];
  const numbers = new Float64Array(numbersOf(weights));
  const rowAt = (r: number): Float64Array => numbers.subarray(r * categories, (r + 1) * categories);
  for (let r = 0; r < rows; r++) check(rowAt(r), replacement ? 1 : count, shape, r);
  const results = out.data.writable;
  const draws = replacement
    ? drawn(uniform, state, rows * count)
    : drawn(exponential, state, rows * categories);
  for (let r = 0; r < rows; r++) {
    const row = rowAt(r);
    const start = out.offset + r * count;
    if (replacement) {
      const sums = runningSums(row);
      for (let j = 0; j < count; j++)
        results[start + j] = firstAbove(sums, draws[r * count + j] * sums[categories - 1]);
    } else {
      // Those that cannot be drawn come after all others, however late these are.
      const times = row.map((weight, c) =>
        weight > 0 ? Math.min(draws[r * categories + c] / weight, Number.MAX_VALUE) : Infinity,
      );
      firstOf(times, count).forEach((category, j) => {
        results[start + j] = category;
      });
    }
  }
}

function check(row: Float64Array, needed: number, shape: readonly number[], r: number): void {
  const where = shape.length === 1 ? `of ${show(shape)}` : `in row ${r} of ${show(shape)}`;
  let possible = 0;
  let total = 0;
  for (let c = 0; c < row.length; c++) {
    const weight = row[c];
    if (!(weight >= 0 && weight < Infinity))
      throw new ArgumentError(
        `multinomial: weight ${c} ${where} is ${weight}; weights must be finite, 0 or more`,
      );
    if (weight > 0) possible++;
    total += weight;
  }
  if (possible === 0)
    throw new ArgumentError(`multinomial: all weights ${where} are 0; at least one must be above 0`);
  if (total === Infinity)
    throw new ArgumentError(
      `multinomial: the weights ${where} sum to more than a float64 holds; scale them down`,
    );
  if (possible < needed)
    throw new ArgumentError(
      `multinomial: only ${possible} of the weights ${where} are above 0, and ${needed} categories are to be drawn; draw fewer, or with replacement`,
    );
}

/** The indices of the `count` smallest times, in rising order, the first of equal ones first. */
function firstOf(times: Float64Array, count: number): readonly number[] {
  // Numbers alone are sorted much faster than indices.
  const limit = times.toSorted()[count - 1];
  const early: number[] = [];
  for (let c = 0; c < times.length; c++) if (times[c] <= limit) early.push(c);
  return early.sort((a, b) => times[a] - times[b] || a - b).slice(0, count);
}

function runningSums(row: Float64Array): Float64Array {
  let sum = 0;
  return row.map((weight) => {
    sum += weight;
    return sum;
  });
}

/** The first index at which rising `sums` are above `value`; where rounding leaves none at which they end. */
function firstAbove(sums: Float64Array, value: number): number {
  let low = 0;
  let high = sums.indexOf(sums[sums.length - 1]);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sums[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
