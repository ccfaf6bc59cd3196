/**
 * Ops that order elements along an axis, or count them. Everywhere NaN is the largest number, 0 and −0 are equal, and of equal
 * elements the one with the lower index comes first.
 */

import { defineOp } from "../definition.js";
import { promote } from "../dtype.js";
import { ArgumentError, ShapeError } from "../errors.js";
import type { Op, Spec, Tensor } from "../graph.js";
import * as histograms from "../kernels/histogram.js";
import * as ranks from "../kernels/rank.js";
import * as kernels from "../kernels/sort.js";
import { type AlongAxis, normalizeAxis, reducedShape, type Shape, sameShape, show } from "../shape.js";
import { apply, applyMany } from "../tape.js";
import { floating } from "./elementwise/floating.js";
import { to } from "./elementwise.js";
import { gather, scatterZerosOp } from "./indexing.js";
import { reshape } from "./layout.js";
import type { AxisReduceOptions, Extreme } from "./reductions.js";

export * from "./sorting/counting.js";

/** Values in an order, and where they were. */
export interface Ordered {
  readonly values: Tensor;
  /** int32 */
  readonly indices: Tensor;
}

export interface SortOptions {
  /** By default the last. */
  readonly axis?: number;
  /** Whether the largest come first. */
  readonly descending?: boolean;
}

/** What the rules of an op have in common that takes elements along an axis and tells their indices. */
const taken = {
  inputs: ["x"],
  outputs: ["values", "indices"],
  saves: ["indices"],
} as const;

function put(indices: Tensor, g: Tensor, { axis }: AlongAxis, { shape }: Spec): Tensor {
  return apply(scatterZerosOp, [indices, g], { axis, shape });
}

/**
 * The elements in rising order along an axis, and their indices. Always stable, also with `descending`: equal elements
 * keep their order. NaN comes last, with `descending` first. The gradient of each value goes to its index.
 *
 * @param x any shape but 0-d
 * @throws ShapeError if there is no such axis
 */
export function sort(x: Tensor, { axis = -1, descending = false }: SortOptions = {}): Ordered {
  const at = normalizeAxis("sort", axis, x.rank, x.shape);
  const [values, indices] = applyMany(sortOp, [x], { axis: at, descending });
  return { values, indices };
}
interface Sort extends AlongAxis {
  readonly descending: boolean;
}
export const sortOp: Op<Sort> = defineOp({
  ...taken,
  name: "sort",
  infer: ([{ shape, dtype }]) => [
    { shape, dtype },
    { shape, dtype: "int32" },
  ],
  kernel: ([x], [values, indices], options: Sort) => kernels.sort(x, values, indices, options.axis, options),
  vjp: { x: ({ g_values, indices }, options, [x]) => put(indices, g_values, options, x) },
  jvp: { x: ({ t, indices }, { axis }) => [gather(t, indices, { axis }), null] },
});

/** The indices that put an axis in order, as `sort` does. int32. */
export function argsort(x: Tensor, options: SortOptions = {}): Tensor {
  return sort(x, options).indices;
}

export interface TopkOptions {
  /** By default the last. */
  readonly axis?: number;
  /** Whether the largest are wanted (the default), or the smallest. */
  readonly largest?: boolean;
  /** Whether they come in order (the default); if not, they come in the order in which they stand in `x`. */
  readonly sorted?: boolean;
}

/**
 * The `k` largest (or smallest) elements along an axis, and their indices. NaN counts as largest; of equal elements the
 * first are taken, and come first. The gradient of each value goes to its index.
 *
 * @param x any shape but 0-d
 * @throws ShapeError if there is no such axis, or it has fewer than `k` elements
 */
export function topk(x: Tensor, k: number, options: TopkOptions = {}): Ordered {
  const { axis = -1, largest = true, sorted = true } = options;
  const at = normalizeAxis("topk", axis, x.rank, x.shape);
  const [values, indices] = applyMany(topkOp, [x], { axis: at, k, largest, sorted });
  return { values, indices };
}
interface Topk extends AlongAxis {
  readonly k: number;
  readonly largest: boolean;
  readonly sorted: boolean;
}
export const topkOp: Op<Topk> = defineOp({
  ...taken,
  name: "topk",
  infer: ([{ shape, dtype }], { axis, k }: Topk) => {
    checkCount("topk", shape, axis, k, 0);
    return [
      { shape: shape.with(axis, k), dtype },
      { shape: shape.with(axis, k), dtype: "int32" },
    ];
  },
  kernel: ([x], [values, indices], { axis, largest, sorted }) =>
    kernels.sort(x, values, indices, axis, { descending: largest, byIndex: !sorted }),
  vjp: { x: ({ g_values, indices }, options, [x]) => put(indices, g_values, options, x) },
  jvp: { x: ({ t, indices }, { axis }) => [gather(t, indices, { axis }), null] },
});

function checkCount(name: string, shape: Shape, axis: number, k: number, least: number): void {
  if (!Number.isInteger(k) || k < least || k > shape[axis])
    throw new ShapeError(
      `${name}: k is ${k} and axis ${axis} of ${show(shape)} has size ${shape[axis]}; k must be an integer from ${least} to ${shape[axis]}`,
    );
}

// One element by its rank

interface Rank extends AlongAxis {
  readonly rank: number;
}

/**
 * The `k`-th smallest elements along an axis (by default the last), and their indices: 1 is the smallest. NaN counts as
 * largest. The gradient goes to the index.
 *
 * @param x any shape but 0-d
 * @throws ShapeError if there is no such axis, or no such element
 */
export function kthValue(
  x: Tensor,
  k: number,
  { axis = -1, keepDims = false }: AxisReduceOptions = {},
): Extreme {
  const at = normalizeAxis("kthValue", axis, x.rank, x.shape);
  checkCount("kthValue", x.shape, at, k, 1);
  return ranked(kthValueOp, x, { axis: at, rank: k - 1 }, keepDims);
}
export const kthValueOp: Op<Rank> = rankOp("kthValue");

/**
 * The medians along an axis (by default the last), and their indices: of an even number of elements the lower of the
 * two in the middle. NaN where there is one. The gradient goes to the index.
 *
 * @param x any shape but 0-d
 * @throws ShapeError if there is no such axis, or it is empty
 */
export function median(x: Tensor, { axis = -1, keepDims = false }: AxisReduceOptions = {}): Extreme {
  const at = normalizeAxis("median", axis, x.rank, x.shape);
  if (x.shape[at] === 0)
    throw new ShapeError(`median: axis ${at} of ${show(x.shape)} is empty; there is no median of nothing`);
  return ranked(medianOp, x, { axis: at, rank: (x.shape[at] - 1) >> 1 }, keepDims);
}
export const medianOp: Op<Rank> = rankOp("median");

function rankOp(name: "kthValue" | "median"): Op<Rank> {
  return defineOp({
    ...taken,
    name,
    infer: ([{ shape, dtype }], { axis }: Rank) => [
      { shape: shape.with(axis, 1), dtype },
      { shape: shape.with(axis, 1), dtype: "int32" },
    ],
    kernel: ([x], [values, indices], { axis, rank }) =>
      ranks.elementOfRank(x, values, indices, axis, rank, name === "median"),
    vjp: { x: ({ g_values, indices }, options, [x]) => put(indices, g_values, options, x) },
    jvp: { x: ({ t, indices }, { axis }) => [gather(t, indices, { axis }), null] },
  });
}

function ranked(op: Op<Rank>, x: Tensor, options: Rank, keepDims: boolean): Extreme {
  const [values, indices] = applyMany(op, [x], options);
  if (keepDims) return { values, indices };
  const shape = reducedShape(x.shape, [options.axis], false);
  return { values: reshape(values, shape), indices: reshape(indices, shape) };
}

// Searching

export interface SearchOptions {
  /** Whether equal elements lie before a value: the count is then of those that are not larger. */
  readonly right?: boolean;
}

export interface SearchSortedOptions extends SearchOptions {
  /** The indices that put the elements in order, as `argsort` gives them, where they are not in order themselves. */
  readonly sorter?: Tensor;
}

/**
 * For each value how many sorted elements are smaller (with `right`: smaller or equal): where it would have to stand.
 * int32, no gradient. NaN is larger than all numbers. That the elements are sorted is not checked.
 *
 * @param sorted [N], or [..., N] with the leading axes of the values; rising along the last axis
 * @param values any shape, or [..., M]
 * @returns the shape of the values
 * @throws ShapeError if the leading axes differ
 */
export function searchSorted(
  sorted: Tensor,
  values: Tensor,
  { right = false, sorter }: SearchSortedOptions = {},
): Tensor {
  const dtype = promote(sorted.dtype, values.dtype);
  const inOrder = sorter === undefined ? sorted : gather(sorted, sorter, { axis: -1 });
  return apply(searchSortedOp, [to(inOrder, dtype), to(values, dtype)], { right });
}
export const searchSortedOp: Op<{ readonly right: boolean }> = defineOp({
  name: "searchSorted",
  inputs: ["sorted", "values"],
  infer: ([sorted, values]) => {
    const [lines, places] = [sorted.shape, values.shape];
    const fits = lines.length === places.length && sameShape(lines.slice(0, -1), places.slice(0, -1));
    if (lines.length !== 1 && (lines.length === 0 || !fits))
      throw new ShapeError(
        `searchSorted: the sorted elements are ${show(lines)} and the values ${show(places)}; the sorted ones must have one axis, or all axes of the values with other lengths for the last only`,
      );
    return [{ shape: places, dtype: "int32" }];
  },
  kernel: ([sorted, values], [out], { right }: { readonly right: boolean }) =>
    ranks.searchSorted(sorted, values, out, right),
  vjp: { sorted: null, values: null },
});

/**
 * The number of the bucket of each element, between rising boundaries: `searchSorted` with the operands exchanged.
 *
 * @param boundaries [N]
 * @throws ShapeError if the boundaries do not have one axis
 */
export function bucketize(x: Tensor, boundaries: Tensor, options: SearchOptions = {}): Tensor {
  if (boundaries.rank !== 1)
    throw new ShapeError(`bucketize: the boundaries are ${show(boundaries.shape)}; they must have one axis`);
  return searchSorted(boundaries, x, options);
}

export interface HistogramOptions {
  /** The number of bins, 100 by default. */
  readonly bins?: number;
  /** Where the first bin begins; by default at the smallest element. */
  readonly min?: number;
  /** Where the last bin ends; by default at the largest element. */
  readonly max?: number;
}

/** How many elements lie in each bin, and between which edges the bins lie. */
export interface Histogram {
  /** [bins], int32 */
  readonly counts: Tensor;
  /** [bins + 1], of the dtype of the elements */
  readonly edges: Tensor;
}

/**
 * How many elements lie in each of `bins` bins of equal width. A bin begins at its lower edge; the last also has its
 * upper one. What lies outside, and NaN, is not counted. Where the smallest and the largest element are the same, the
 * bins reach from 1 below to 1 above; of nothing, from 0 to 1. Integers are counted as floats. No gradient.
 *
 * @throws ArgumentError if there is no bin, or the range is not rising or not finite
 */
export function histogram(x: Tensor, { bins = 100, min, max }: HistogramOptions = {}): Histogram {
  if (!Number.isInteger(bins) || bins < 1)
    throw new ArgumentError(`histogram: the number of bins is ${bins}; it must be a positive integer`);
  for (const bound of [min, max])
    if (bound !== undefined && !Number.isFinite(bound))
      throw new ArgumentError(`histogram: a bound of the range is ${bound}; it must be finite`);
  if (min !== undefined && max !== undefined && min >= max)
    throw new ArgumentError(`histogram: the range is from ${min} to ${max}; it must rise`);
  const elements = floating(x);
  const [counts, edges] = applyMany(histogramOp, [elements], { bins, min: min ?? null, max: max ?? null });
  return { counts, edges };
}
interface Bins {
  readonly bins: number;
  readonly min: number | null;
  readonly max: number | null;
}
export const histogramOp: Op<Bins> = defineOp({
  name: "histogram",
  inputs: ["x"],
  outputs: ["counts", "edges"],
  infer: ([{ dtype }], { bins }: Bins) => [
    { shape: [bins], dtype: "int32" },
    { shape: [bins + 1], dtype },
  ],
  kernel: ([x], [counts, edges], { min, max }) => histograms.histogram(x, counts, edges, min, max),
  vjp: { x: null },
});
