/**
 * Normalisation of channels, with a learned scale and shift: forward, and all of the gradient at once.
 *
 * Twice over the numbers, so that a large mean costs no digits. The mean is their sum in the order of reduce.ts, in
 * float64, divided by their count; the variance the sum of the squares of their deviations from it, in float64, divided
 * by the count. Terms of this sum, and of those of the gradient, are taken row by row, a row being the places of one
 * channel of one example; in a row, in blocks of 4096, as normalise/loops.ts says. Block after block is added to the sum of
 * the channel, which goes on from one example to the next. Where there are fewer than 16 places, rows are whole examples:
 * statistics of examples are summed along them, and all that is of channels is added up example by example for each place
 * of a channel, then place by place.
 */
import type { FloatDType } from "../dtype.js";
import { sizeOf } from "../shape.js";
import { allocateView, makeView, type View } from "../storage.js";
import { dense, readDense } from "./copy.js";
import { type Rows, runMap, runSums } from "./normalise/runs.js";
import { sum } from "./reduce.js";

/** Numbers as [examples, channels, places]. */
export interface Grouping {
  readonly examples: number;
  readonly channels: number;
  readonly places: number;
  /** Groups of neighbouring channels: each has statistics for each example. 0: each channel has, over all examples. */
  readonly groups: number;
}

/** How the loops run, and what belongs to what. */
interface Plan extends Rows {
  /** Whether statistics and channels belong to rows or to columns. */
  readonly kind: "Rows" | "Columns" | "Both";
  /** How many statistics there are, and of how many numbers each is made. */
  readonly statistics: number;
  readonly count: number;
  /** Which statistic the row (or column) has. */
  readonly statisticOf: (k: number) => number;
  /** Which channel the row has, or the column. */
  readonly channelOf: (k: number) => number;
}

// Shorter rows are not worth a row's start.
const shortRow = 16;

function planOf({ examples, channels, places, groups }: Grouping): Plan {
  const size = examples * channels * places;
  const statistics = groups === 0 ? channels : examples * groups;
  const common = { statistics, count: size / statistics };
  if (places >= shortRow || groups > 1) {
    const perGroup = channels / groups;
    return {
      ...common,
      kind: "Rows",
      // The channels of one example after the other have the same statistics, or the rows of all examples their own.
      ...(groups === 0 ? { turns: examples, rows: channels } : { turns: 1, rows: examples * channels }),
      length: places,
      statisticOf: groups === 0 ? (row) => row : (row) => Math.floor(row / perGroup),
      channelOf: (row) => row % channels,
    };
  }
  const channelOf = (column: number): number => Math.floor(column / places);
  return {
    ...common,
    kind: groups === 0 ? "Columns" : "Both",
    turns: 1,
    rows: examples,
    length: channels * places,
    statisticOf: groups === 0 ? channelOf : (row) => row,
    channelOf,
  };
}

/** For each k below `size` the value of what `of` says it belongs to. */
function spread(values: Float64Array, size: number, of: (k: number) => number): Float64Array {
  const result = new Float64Array(size);
  for (let k = 0; k < size; k++) result[k] = values[of(k)];
  return result;
}

/** Adds up, in order, what belongs together. */
function gathered(values: Float64Array, size: number, of: (k: number) => number): Float64Array {
  const result = new Float64Array(size);
  for (let k = 0; k < values.length; k++) result[of(k)] += values[k];
  return result;
}

function numbersOf(x: View): Float64Array {
  return new Float64Array(readDense(x));
}

function fill({ data, offset }: View, values: Float64Array): void {
  data.writable.set(values, offset);
}

/** A mean as the numbers that loops subtract one after the other. */
function inTwo(mean: Float64Array, dtype: FloatDType): readonly [Float64Array, Float64Array] {
  if (dtype === "float64") return [mean, new Float64Array(mean.length)];
  return [mean.map(Math.fround), mean.map((each) => each - Math.fround(each))];
}

/**
 * `(x − mean) / √(variance + eps) · weight + bias`, with the mean and the biased variance of groups.
 *
 * @param x float32 or float64
 * @param weight,bias of the dtype of `x`, [channels]
 * @param out dense, of the shape and dtype of `x`
 * @param mean,variance dense, float64, [channels] or [examples · groups]
 */
export function normalise(
  given: View,
  weight: View,
  bias: View,
  out: View,
  mean: View,
  variance: View,
  grouping: Grouping,
  eps: number,
): void {
  const plan = planOf(grouping);
  const { kind, rows, length, statistics, count, statisticOf, channelOf } = plan;
  const x = dense(given);
  if (sizeOf(x.shape) === 0) {
    for (const each of [mean, variance]) fill(each, new Float64Array(statistics).fill(Number.NaN));
    return;
  }
  const dtype = x.data.dtype as FloatDType;
  const means = totals(x, grouping, statistics).map((total) => total / count);
  fill(mean, means);

  const size = kind === "Columns" ? length : rows;
  const own = spread(means, size, statisticOf);
  const [squares] = runSums(kind === "Columns" ? "squaresOfColumns" : "squaresOfRows", plan, [x], [own], 1);
  const variances = gathered(squares, statistics, statisticOf).map((total) => total / count);
  fill(variance, variances);

  const scales = spread(inverseRoots(variances, eps), size, statisticOf);
  const places = kind === "Both" ? length : size;
  const weights = spread(numbersOf(weight), places, channelOf);
  const shifts = spread(numbersOf(bias), places, channelOf);
  const centre = inTwo(own, dtype);
  if (kind === "Both") runMap("mapBoth", plan, [x], [...centre, scales, weights, shifts], out);
  else runMap(`map${kind}`, plan, [x], [...centre, scales.map((f, k) => f * weights[k]), shifts], out);
}

function inverseRoots(variances: Float64Array, eps: number): Float64Array {
  return variances.map((each) => 1 / Math.sqrt(each + eps));
}

/** The sum of the numbers of each statistic. */
function totals(x: View, { examples, channels, places, groups }: Grouping, statistics: number): Float64Array {
  const shape = groups === 0 ? [examples, channels, places] : [statistics, (channels / groups) * places];
  const stride = groups === 0 ? [channels * places, places, 1] : [shape[1], 1];
  const found = allocateView("float64", [statistics]);
  sum(makeView(x.data, shape, stride, x.offset), found, groups === 0 ? [0, 2] : [1]);
  return numbersOf(found);
}

/** What {@link normaliseGradient} reads. */
export interface GradientOperands {
  readonly g: View;
  readonly x: View;
  readonly weight: View;
  readonly mean: View;
  readonly variance: View;
  readonly gMean: View;
  readonly gVariance: View;
}

/**
 * The cotangents of `x`, `weight` and `bias` of {@link normalise}, where `g` is that of `out`.
 *
 * @param g of the shape and dtype of `x`
 * @param x,weight,mean,variance as there
 * @param gMean,gVariance the cotangents of `mean` and `variance`
 * @param dx dense, of the shape and dtype of `x`
 * @param dweight,dbias dense, of the dtype of `x`, [channels]
 */
export function normaliseGradient(
  { g: cotangent, x: given, weight, mean, variance, gMean, gVariance }: GradientOperands,
  dx: View,
  dweight: View,
  dbias: View,
  grouping: Grouping,
  eps: number,
): void {
  const [g, x] = [dense(cotangent), dense(given)];
  if (sizeOf(x.shape) === 0) return;
  const plan = planOf(grouping);
  const { kind, rows, length, statistics, count, statisticOf, channelOf } = plan;
  const { channels } = grouping;
  const dtype = x.data.dtype as FloatDType;
  const size = kind === "Columns" ? length : rows;
  const own = spread(numbersOf(mean), size, statisticOf);
  const roots = inverseRoots(numbersOf(variance), eps);
  const scales = spread(roots, size, statisticOf);
  const weights = spread(numbersOf(weight), kind === "Both" ? length : size, channelOf);

  // Sums over each statistic of g · weight, and of it times the deviation from the mean.
  let sums: readonly Float64Array[];
  if (kind === "Both") {
    const [plain, scaled] = runSums("scaledProducts", plan, [g, x], [own, scales], 2);
    fill(dbias, gathered(plain, channels, channelOf));
    fill(dweight, gathered(scaled, channels, channelOf));
    sums = runSums("weightedProducts", plan, [g, x], [own, weights], 2);
  } else {
    sums = runSums(`productsOf${kind}`, plan, [g, x], [own], 2);
    const scaled = sums[1].map((each, k) => each * scales[k]);
    fill(dbias, gathered(sums[0], channels, channelOf));
    fill(dweight, gathered(scaled, channels, channelOf));
    sums = sums.map((each) => each.map((value, k) => value * weights[k]));
  }
  const [total, product] = sums.map((each) => gathered(each, statistics, statisticOf));

  // x reaches the result by itself, by the variance and by the mean.
  const centre = inTwo(own, dtype);
  const [meanShare, varianceShare] = [numbersOf(gMean), numbersOf(gVariance)];
  const slopes = product.map(
    (each, k) => (2 * varianceShare[k] - each * roots[k] * roots[k] * roots[k]) / count,
  );
  const shifts = total.map((each, k) => (meanShare[k] - each * roots[k]) / count);
  const slope = spread(slopes, size, statisticOf);
  const shift = spread(shifts, size, statisticOf);
  if (kind === "Both") runMap("blendBoth", plan, [g, x], [...centre, scales, slope, shift, weights], dx);
  else {
    const factors = scales.map((f, k) => f * weights[k]);
    runMap(`blend${kind}`, plan, [g, x], [...centre, factors, slope, shift], dx);
  }
}
