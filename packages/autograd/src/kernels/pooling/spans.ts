/** Where the windows of a pooling lie along one axis. A window of several axes is a product of such spans. */

/** For each window of an axis the places that it covers: from `starts` on, before `ends`, `step` apart. */
export interface Spans {
  /** The length of the axis. */
  readonly size: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly step: number;
  /** What a mean divides by, for this axis. */
  readonly divisors: Float64Array;
}

/** Windows that slide along an axis. */
export interface Sliding {
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly ceilMode: boolean;
}

/**
 * The number of windows: `⌊(size + 2·padding − dilation·(kernelSize − 1) − 1) / stride⌋ + 1`. With `ceilMode` rounded up,
 * but for a window that would start in the padding behind. Below 1 where the window is longer than the padded axis.
 */
export function countWindows(
  size: number,
  { kernelSize, stride, padding, dilation, ceilMode }: Sliding,
): number {
  const steps = (size + 2 * padding - dilation * (kernelSize - 1) - 1) / stride;
  const count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
  return ceilMode && (count - 1) * stride >= size + padding ? count - 1 : count;
}

/** @param countIncludePad whether a mean divides by the places in the padding too */
export function slidingSpans(size: number, sliding: Sliding, countIncludePad = true): Spans {
  const { kernelSize, stride, padding, dilation } = sliding;
  const count = countWindows(size, sliding);
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  const divisors = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const start = i * stride - padding;
    const end = start + dilation * (kernelSize - 1) + 1;
    // The first place of a dilated window that is none of the padding.
    starts[i] = start < 0 ? start + dilation * Math.ceil(-start / dilation) : start;
    ends[i] = Math.min(end, size);
    divisors[i] = countIncludePad ? Math.min(end, size + padding) - start : ends[i] - starts[i];
  }
  return { size, starts, ends, step: dilation, divisors };
}

/** `count` windows that cover an axis: window i from `⌊i·size/count⌋` to before `⌈(i + 1)·size/count⌉`. */
export function adaptiveSpans(size: number, count: number): Spans {
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  const divisors = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    starts[i] = Math.floor((i * size) / count);
    ends[i] = Math.ceil(((i + 1) * size) / count);
    divisors[i] = ends[i] - starts[i];
  }
  return { size, starts, ends, step: 1, divisors };
}

/** The same windows with `divisor` for each of their means. */
export function dividedBy(spans: readonly Spans[], divisor: number): readonly Spans[] {
  return spans.map((each, i) => ({
    ...each,
    divisors: new Float64Array(each.divisors.length).fill(i === 0 ? divisor : 1),
  }));
}

const single: Spans = adaptiveSpans(1, 1);

/** Spans of three axes: fewer get axes of one place before. */
export function threeAxes(spans: readonly Spans[]): readonly [Spans, Spans, Spans] {
  return [spans.at(-3) ?? single, spans.at(-2) ?? single, spans.at(-1)!];
}
