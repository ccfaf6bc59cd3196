/** What is said of repeated measurements. */

/** The middle, and the extremes. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError if there are no numbers */
export function summarize(numbers: readonly number[]): Summary {
  const sorted = [...numbers].sort((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  const median = sorted[sorted.length >> 1];
  if (min === undefined || max === undefined || median === undefined)
    throw new RangeError("summarize: there are no numbers");
  return { median, min, max };
}
