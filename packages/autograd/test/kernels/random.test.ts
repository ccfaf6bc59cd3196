import { describe, expect, test } from "vitest";
import type { DType } from "../../src/dtype.js";
import {
  bernoulli,
  blocks,
  exponential,
  integers,
  normal,
  permutation,
  uniform,
  words,
} from "../../src/kernels/random.js";
import { allocateView, type View } from "../../src/storage.js";
import { distance, excess, histogram, moments } from "../support/statistics.js";
import { dense, list } from "./views.js";

/** Philox 4x32-10 by the paper, in big integers. */
function philox(key: readonly number[], counter: bigint): number[] {
  const word = 0xffffffffn;
  let [k0, k1] = key.map((k) => BigInt(k) & word) as [bigint, bigint];
  let [x0, x1, x2, x3] = [0n, 32n, 64n, 96n].map((shift) => (counter >> shift) & word) as [
    bigint,
    bigint,
    bigint,
    bigint,
  ];
  for (let round = 0; round < 10; round++) {
    const p = 0xd2511f53n * x0;
    const q = 0xcd9e8d57n * x2;
    [x0, x1, x2, x3] = [(q >> 32n) ^ x1 ^ k0, q & word, (p >> 32n) ^ x3 ^ k1, p & word];
    k0 = (k0 + 0x9e3779b9n) & word;
    k1 = (k1 + 0xbb67ae85n) & word;
  }
  return [x0, x1, x2, x3].map(Number);
}

function stateOf(key: readonly number[], counter: bigint): View {
  const counters = [0n, 32n, 64n, 96n].map((shift) => Number((counter >> shift) & 0xffffffffn));
  return dense("int32", [6], [...key, ...counters], 1);
}

const key = [0xa4093822, 0x299f31d0];

function drawn(dtype: DType, size: number, fill: (state: View, out: View) => void, counter = 5n): number[] {
  const out = allocateView(dtype, [size]);
  fill(stateOf(key, counter), out);
  return list(out);
}

function wordsFrom(size: number, counter = 5n): number[] {
  return Array.from({ length: Math.ceil(size / 4) }, (_, b) =>
    philox(key, (counter + BigInt(b)) & (2n ** 128n - 1n)),
  )
    .flat()
    .slice(0, size);
}

describe("words", () => {
  test.each([
    ["0", [0, 0], 0n, "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    ["1", [0xffffffff, 0xffffffff], 2n ** 128n - 1n, "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    [
      "pi",
      [0xa4093822, 0x299f31d0],
      0x0370734413198a2e85a308d3243f6a88n,
      "d16cfe09 94fdcceb 5001e420 24126ea1",
    ],
  ])("are those of Random123: all bits %s", (_, key_, counter, expected) => {
    const out = allocateView("int32", [4]);
    words(stateOf(key_, counter), out);
    expect(
      list(out)
        .map((w) => (w >>> 0).toString(16).padStart(8, "0"))
        .join(" "),
    ).toBe(expected);
    expect(philox(key_, counter)).toEqual(list(out).map((w) => w >>> 0));
  });

  test.each([0n, 2n ** 32n - 2n, 2n ** 64n - 7n, 2n ** 96n - 1n, 2n ** 128n - 5n, 0xffffffff_00000001n])(
    "count on from %s, over all carries",
    (counter) => {
      const got = drawn("int32", 103, words, counter).map((w) => w >>> 0);
      expect(got).toEqual(wordsFrom(103, counter));
    },
  );

  test("do not depend on pieces", () => {
    const counter = 2n ** 64n - 6000n;
    expect(drawn("int32", 70001, words, counter).map((w) => w >>> 0)).toEqual(wordsFrom(70001, counter));
  });
});

describe("numbers are made of the words that the header names", () => {
  const size = 1003;
  const w = wordsFrom(4 * size);
  const u64 = (i: number): bigint => BigInt(w[2 * i]) + (BigInt(w[2 * i + 1]) << 32n);

  test("uniform", () => {
    expect(drawn("float32", size, uniform)).toEqual(w.slice(0, size).map((x) => (x >>> 8) / 2 ** 24));
    expect(drawn("float64", size, uniform)).toEqual(
      Array.from({ length: size }, (_, i) => Number(u64(i) >> 11n) / 2 ** 53),
    );
  });

  test("normal", () => {
    drawn("float32", size, normal).forEach((value, i) => {
      const [first, second] = w.slice(i & ~1);
      const length = Math.sqrt(-2 * Math.log((first + 0.5) / 2 ** 32));
      const angle = (Math.PI * (second | 0)) / 2 ** 31;
      expect(value).toBeCloseTo(length * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)), 5);
    });
    drawn("float64", size, normal).forEach((value, i) => {
      const length = Math.sqrt(-2 * Math.log((Number(u64(i & ~1) >> 11n) + 1) / 2 ** 53));
      const angle = 2 * Math.PI * (Number(u64(i | 1) >> 11n) / 2 ** 53 - 0.5);
      expect(value).toBeCloseTo(length * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)), 13);
    });
  });

  test("exponential", () => {
    drawn("float32", size, exponential).forEach((value, i) => {
      const r = (w[i] + 0.5) / 2 ** 32;
      expect(value / -Math.log(r)).toBeCloseTo(1, 5);
    });
    drawn("float64", size, exponential).forEach((value, i) => {
      const word = Number(u64(i) >> 11n);
      const expected =
        word < 2 ** 52 ? -Math.log((word + 0.5) / 2 ** 53) : -Math.log1p(-(2 ** 53 - word - 0.5) / 2 ** 53);
      expect(value / expected).toBeCloseTo(1, 13);
    });
  });

  test.each([
    [0, 10],
    [-5, 6],
    [-(2 ** 31), 2 ** 31 - 1],
    [7, 8],
    [0, 2 ** 31 - 1],
  ])("integers from %d to %d", (low, high) => {
    const expected = Array.from(
      { length: size },
      (_, i) => low + Number((u64(i) * BigInt(high - low)) >> 64n),
    );
    expect(drawn("int32", size, (state, out) => integers(state, out, low, high))).toEqual(expected);
  });

  test("integers of other dtypes", () => {
    const expected = drawn("int32", size, (state, out) => integers(state, out, 0, 256));
    for (const dtype of ["uint8", "float32", "float64"] as const)
      expect(drawn(dtype, size, (state, out) => integers(state, out, 0, 256))).toEqual(expected);
  });

  test.each([0, 1, 0.5, 0.1, 2 ** -32, 1 - 2 ** -32])("bernoulli with p = %d", (p) => {
    const expected = w.slice(0, size).map((x) => Number(x < p * 2 ** 32));
    expect(drawn("bool", size, (state, out) => bernoulli(state, out, p))).toEqual(expected);
  });

  test("permutation", () => {
    const expected = Array.from({ length: 300 }, (_, i) => i);
    for (let last = 299, k = 0; last > 0; last--, k++) {
      const chosen = Math.floor((Number(u64(k) >> 11n) / 2 ** 53) * (last + 1));
      [expected[last], expected[chosen]] = [expected[chosen], expected[last]];
    }
    expect(drawn("int32", 300, permutation)).toEqual(expected);
    expect(drawn("int32", 0, permutation)).toEqual([]);
    expect(drawn("int32", 1, permutation)).toEqual([0]);
    expect(drawn("int32", 40000, permutation).sort((x, y) => x - y)).toEqual(
      Array.from({ length: 40000 }, (_, i) => i),
    );
  });
});

test("blocks are counted the same for all dtypes, enough for each", () => {
  expect([0, 1, 2, 3, 1000].map((size) => blocks(size))).toEqual([0, 1, 1, 2, 500]);
});

describe("statistics", () => {
  const size = 200_000;
  // Five standard deviations of an estimate from `size` numbers.
  const error = (deviation: number) => (5 * deviation) / Math.sqrt(size);

  test.each(["float32", "float64"] as const)("uniform %s", (dtype) => {
    const x = drawn(dtype, size, uniform);
    const [mean, variance] = moments(x) as [number, number];
    expect(Math.min(...x.slice(0, 50_000))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...x.slice(0, 50_000))).toBeLessThan(1);
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(error(Math.sqrt(1 / 12)));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(error(Math.sqrt(1 / 180)));
    expect(Math.abs(excess(histogram(x, 1000, (value) => Math.floor(value * 1000))))).toBeLessThan(5);
    // Neighbours are independent.
    const lag = x.slice(1).reduce((sum, value, i) => sum + (value - 0.5) * (x[i] - 0.5), 0) / size;
    expect(Math.abs(lag)).toBeLessThan(error(1 / 12));
  });

  test.each(["float32", "float64"] as const)("normal %s", (dtype) => {
    const x = drawn(dtype, size, normal);
    const [mean, variance, skewness, kurtosis] = moments(x) as [number, number, number, number];
    expect(x.every((value) => Number.isFinite(value))).toBe(true);
    expect(Math.abs(mean)).toBeLessThan(error(1));
    expect(Math.abs(variance - 1)).toBeLessThan(error(Math.sqrt(2)));
    expect(Math.abs(skewness)).toBeLessThan(error(Math.sqrt(6)));
    expect(Math.abs(kurtosis)).toBeLessThan(error(Math.sqrt(24)));
    const beyond = (limit: number) => x.filter((value) => Math.abs(value) > limit).length / size;
    expect(Math.abs(beyond(1.959964) - 0.05)).toBeLessThan(error(Math.sqrt(0.05 * 0.95)));
    expect(Math.abs(beyond(3.290527) - 0.001)).toBeLessThan(error(Math.sqrt(0.001)));
    // The sine and the cosine of a pair are independent.
    const pairs = x.reduce((sum, value, i) => sum + (i % 2 === 0 ? 0 : value * x[i - 1]), 0) / (size / 2);
    expect(Math.abs(pairs)).toBeLessThan(error(Math.SQRT2));
  });

  test.each(["float32", "float64"] as const)("exponential %s", (dtype) => {
    const x = drawn(dtype, size, exponential);
    const [mean, variance] = moments(x) as [number, number];
    expect(x.every((value) => value > 0 && value < Infinity)).toBe(true);
    expect(Math.abs(mean - 1)).toBeLessThan(error(1));
    expect(Math.abs(variance - 1)).toBeLessThan(error(Math.sqrt(8)));
    expect(distance(x, (value) => -Math.expm1(-value))).toBeLessThan(1.95);
  });

  test("integers, bernoulli and permutations", () => {
    const dice = drawn("int32", size, (state, out) => integers(state, out, -3, 4));
    expect(Math.abs(excess(histogram(dice, 7, (value) => value + 3)))).toBeLessThan(5);
    const bits = drawn("bool", size, (state, out) => bernoulli(state, out, 0.3));
    expect(Math.abs(moments(bits)[0] - 0.3)).toBeLessThan(error(Math.sqrt(0.21)));
    // All orders of four, from counters far apart.
    const orders = Array.from({ length: 24_000 }, (_, i) =>
      drawn("int32", 4, permutation, 1000n * BigInt(i)).join(""),
    );
    const counts = new Map<string, number>();
    for (const order of orders) counts.set(order, (counts.get(order) ?? 0) + 1);
    expect(counts.size).toBe(24);
    expect(Math.abs(excess([...counts.values()]))).toBeLessThan(5);
  });

  test("keys that differ in one bit make unlike words", () => {
    const one = drawn("int32", 4000, words);
    const out = allocateView("int32", [4000]);
    words(stateOf([key[0] ^ 1, key[1]], 5n), out);
    const other = list(out);
    let same = 0;
    one.forEach((word, i) => {
      for (let difference = ~(word ^ other[i]) >>> 0; difference !== 0; difference &= difference - 1) same++;
    });
    expect(Math.abs(same / (4000 * 32) - 0.5)).toBeLessThan(2.5 / Math.sqrt(4000 * 32));
  });
});
