/** What tests of random numbers measure. */

/** Mean, variance, skewness and excess kurtosis. */
export function moments(x: readonly number[]): number[] {
  const mean = x.reduce((sum, each) => sum + each, 0) / x.length;
  const central = [2, 3, 4].map(
    (power) => x.reduce((sum, each) => sum + (each - mean) ** power, 0) / x.length,
  );
  const [variance, third, fourth] = central as [number, number, number];
  return [mean, variance, third / variance ** 1.5, fourth / variance ** 2 - 3];
}

/** χ² of counts that should be equal, divided by its standard deviation, from its mean. */
export function excess(counts: readonly number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const chi = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  return (chi - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}

export function histogram(x: readonly number[], bins: number, bin: (value: number) => number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of x) counts[bin(value)]++;
  return counts;
}

/**
 * How far the numbers are from a distribution: the largest distance of their share below x from `cumulative(x)`, times the
 * root of their number (Kolmogorov–Smirnov). Above 1.95 one time in a thousand.
 */
export function distance(x: readonly number[], cumulative: (value: number) => number): number {
  const sorted = Float64Array.from(x).sort();
  const gaps = sorted.map((value, i) => {
    const expected = cumulative(value);
    return Math.max(Math.abs(expected - i / x.length), Math.abs(expected - (i + 1) / x.length));
  });
  return Math.sqrt(x.length) * gaps.reduce((largest, gap) => Math.max(largest, gap), 0);
}

/** χ² of counts that should be in proportion to `weights`, from its mean, in its standard deviations. */
export function excessOver(counts: readonly number[], weights: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  const chi = counts.reduce((sum, count, i) => {
    const expected = (total * weights[i]) / whole;
    return sum + (count - expected) ** 2 / expected;
  }, 0);
  return (chi - (counts.length - 1)) / Math.sqrt(2 * (counts.length - 1));
}
