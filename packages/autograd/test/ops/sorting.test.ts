/** Orders of long lines with many equal elements, NaN and both zeros, beside plain JavaScript's. */
import { describe, expect, test } from "vitest";
import { tensor } from "../../src/create.js";
import type { NumberArray } from "../../src/dtype.js";
import type { Tensor } from "../../src/graph.js";
import { kthValue, median, searchSorted, sort, topk } from "../../src/ops/sorting.js";
import { toTypedArray } from "../../src/read.js";

/** Numbers of a few kinds in an order that depends on the seed alone. */
function line(length: number, seed: number, kinds: readonly number[]): Float64Array {
  let state = seed;
  return Float64Array.from({ length }, () => {
    state = (Math.imul(state, 0x2c9277b5) + 0x3c6ef35f) >>> 0;
    return kinds.length > 0 ? kinds[(state >>> 8) % kinds.length] : (state >>> 8) - 2 ** 23;
  });
}

const mixed = [0, -0, 1, 2, 3, -1, -2, Number.NaN, Infinity, -Infinity, 0.5];
const lengths = [0, 1, 2, 15, 16, 17, 31, 33, 64, 257, 1000];
const cases = lengths.flatMap((length) =>
  [mixed, [1, 2], [Number.NaN], []].map(
    (kinds, k) => [length, k, line(length, 7 * length + k + 1, kinds)] as const,
  ),
);

/** 1, 0 or −1 where x is above, equal to or below y. NaN is above all numbers. */
function above(x: number, y: number): number {
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return Number(x > y) - Number(x < y);
}

/** Array.prototype.sort is stable. */
function orderOf(values: NumberArray, descending: boolean): number[] {
  return Array.from(values.keys()).sort((i, j) => {
    const sign = above(values[i], values[j]);
    return descending ? -sign : sign;
  });
}

const numbers = (x: Tensor): number[] => Array.from(toTypedArray(x));

describe.each(cases)("a line of %i, kind %i", (length, _, values) => {
  const x = tensor(values);

  test.each([false, true])("is sorted as by a stable sort, descending: %s", (descending) => {
    const order = orderOf(values, descending);
    const sorted = sort(x, { descending });
    expect(numbers(sorted.indices)).toEqual(order);
    expect(numbers(sorted.values)).toEqual(order.map((i) => values[i]));
  });

  test.each([false, true])("has its first elements taken, largest: %s", (largest) => {
    const order = orderOf(values, largest);
    for (const k of [0, 1, 3, 20, 100].filter((each) => each <= length)) {
      expect(numbers(topk(x, k, { largest }).indices)).toEqual(order.slice(0, k));
      const byIndex = order.slice(0, k).sort((i, j) => i - j);
      expect(numbers(topk(x, k, { largest, sorted: false }).indices)).toEqual(byIndex);
    }
  });

  test("has the elements of every rank", () => {
    const order = orderOf(values, false);
    for (let rank = 0; rank < length; rank += Math.ceil(length / 19)) {
      const found = kthValue(x, rank + 1, { keepDims: true });
      expect(numbers(found.indices)).toEqual([order[rank]]);
      expect(numbers(found.values)).toEqual([values[order[rank]]]);
    }
    if (length === 0) return;
    const firstNaN = values.findIndex((value) => Number.isNaN(value));
    const middle = firstNaN >= 0 ? firstNaN : order[(length - 1) >> 1];
    expect(numbers(median(x, { keepDims: true }).indices)).toEqual([middle]);
  });

  test.each([false, true])("is searched, right: %s", (right) => {
    const sorted = Array.from(values).sort(above);
    const wanted = [...mixed, 7, -7];
    const counts = wanted.map(
      (value) => sorted.filter((each) => (right ? above(each, value) <= 0 : above(each, value) < 0)).length,
    );
    const found = searchSorted(tensor(Float64Array.from(sorted)), tensor(Float64Array.from(wanted)), {
      right,
    });
    expect(numbers(found)).toEqual(counts);
  });
});
