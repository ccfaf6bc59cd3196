/** A curve in characters. */
import { plot } from "asciichart";

const width = 60;
const height = 12;

/**
 * The values from left to right, each column being the mean of its share of them.
 *
 * @param values two at least
 */
export function plotCurve(values: readonly number[], title: string): string {
  const columns = Math.min(width, values.length);
  const means = Array.from({ length: columns }, (_, i) => {
    const share = values.slice(
      Math.floor((i * values.length) / columns),
      Math.floor(((i + 1) * values.length) / columns),
    );
    return share.reduce((sum, value) => sum + value, 0) / share.length;
  });
  return `${title}\n${plot(means, { height, format: (value) => value.toFixed(2).padStart(7) })}`;
}
