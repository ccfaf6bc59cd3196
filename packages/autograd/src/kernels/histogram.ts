/** Counts of elements in bins of equal width. */
import { ArgumentError } from "../errors.js";
import type { View } from "../storage.js";
import { numbersOf } from "./copy.js";

/** The least and the greatest of `numbers`, NaN left out. */
function rangeOf(numbers: ArrayLike<number>): readonly [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < numbers.length; i++) {
    if (numbers[i] < least) least = numbers[i];
    if (numbers[i] > greatest) greatest = numbers[i];
  }
  return least > greatest ? [0, 1] : [least, greatest];
}

/**
 * How many elements lie in each bin: from its edge up to the next, in the last bin including that. Where no bounds are
 * given they are the least and the greatest element, or 1 below and above where these are the same.
 *
 * @param x floats
 * @param counts int32, dense and zeroed, one for each bin
 * @param edges dense, of the dtype of `x`
 * @throws ArgumentError if the elements give no finite, rising range
 */
export function histogram(x: View, counts: View, edges: View, min: number | null, max: number | null): void {
  const numbers = numbersOf(x);
  const [least, greatest] = min === null || max === null ? rangeOf(numbers) : [min, max];
  let [low, high] = [min ?? least, max ?? greatest];
  if (low === high) [low, high] = [low - 1, high + 1];
  if (!(low < high && Number.isFinite(high - low)))
    throw new ArgumentError(
      `histogram: the range is from ${low} to ${high}; it must rise and be finite, give both min and max`,
    );
  const [bins] = counts.shape;
  const bounds = edges.data.writable;
  for (let i = 0; i <= bins; i++)
    bounds[edges.offset + i] = i === bins ? high : low + ((high - low) * i) / bins;
  const found = counts.data.writable;
  for (const value of numbers) {
    if (!(value >= bounds[edges.offset] && value <= bounds[edges.offset + bins])) continue;
    // The division may round across an edge; what the edges say holds.
    let bin = Math.max(0, Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins)));
    while (bin > 0 && value < bounds[edges.offset + bin]) bin--;
    while (bin < bins - 1 && value >= bounds[edges.offset + bin + 1]) bin++;
    found[counts.offset + bin]++;
  }
}
