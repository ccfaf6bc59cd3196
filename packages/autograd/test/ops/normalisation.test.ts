import { describe, expect, test } from "vitest";
import {
  add,
  batchNorm,
  batchNormWithStatistics,
  groupNorm,
  instanceNorm,
  layerNorm,
  localContrastNorm,
  localResponseNorm,
  mul,
  ones,
  randn,
  rmsNorm,
  type Shape,
  standardize,
  type Tensor,
  tensor,
} from "../../src/index.js";
import { Generator } from "../../src/random.js";

const drawn = (shape: Shape, dtype: "float32" | "float64" = "float64"): Tensor =>
  randn(shape, { generator: new Generator(11), dtype });
const numbers = (x: Tensor): number[] => [...x.toTypedArray()];

function expectClose(found: Tensor, expected: readonly number[], tolerance = 1e-12): void {
  const values = numbers(found);
  expect(values.length).toBe(expected.length);
  values.forEach((x, i) => expect(Math.abs(x - expected[i]!), `element ${i}`).toBeLessThan(tolerance));
}

describe("a large mean", () => {
  test.each([1e4, 1e6])("of %d costs no digits in float32", (mean) => {
    // Eighths are exact beside it.
    const x = Array.from({ length: 1000 }, (_, i) => ((i * 37) % 100) / 8);
    const near = standardize(tensor(x));
    const far = standardize(add(tensor(x), mean));
    expect(far.variance.item()).toBeCloseTo(near.variance.item(), 4);
    expectClose(far.out, numbers(near.out), 1e-6);
  });
});

describe("the statistics of a batch", () => {
  const x = drawn([5, 3, 4]);

  test("are what the batch is normalised by", () => {
    const { out, mean, variance } = batchNormWithStatistics(x);
    const biased = mul(variance, 19 / 20);
    expectClose(batchNorm(x, { runningMean: mean, runningVar: biased }), numbers(out));
    expectClose(batchNorm(x, { training: true }), numbers(out));
  });

  test("leave running ones alone", () => {
    const [runningMean, runningVar] = [ones([3], { dtype: "float64" }), ones([3], { dtype: "float64" })];
    batchNorm(x, { runningMean, runningVar, training: true });
    batchNorm(x, { runningMean, runningVar });
    expect(numbers(runningMean)).toEqual([1, 1, 1]);
    expect(numbers(runningVar)).toEqual([1, 1, 1]);
  });
});

test("groups are between layers and instances", () => {
  const x = drawn([2, 6, 4]);
  expectClose(groupNorm(x, 1), numbers(layerNorm(x, [6, 4])));
  expectClose(groupNorm(x, 6), numbers(instanceNorm(x)));
});

test("a bias needs no weight", () => {
  const x = drawn([3, 4]);
  const bias = drawn([4]);
  expectClose(layerNorm(x, 4, { bias }), numbers(add(layerNorm(x, 4), bias)));
  expectClose(batchNorm(x, { training: true, bias }), numbers(add(batchNorm(x, { training: true }), bias)));
});

test("rmsNorm's own eps is that of the dtype", () => {
  for (const [dtype, eps] of [
    ["float32", 2 ** -23],
    ["float64", 2 ** -52],
  ] as const) {
    const x = mul(drawn([2, 5], dtype), 1e-3);
    expect(numbers(rmsNorm(x, 5))).toEqual(numbers(rmsNorm(x, 5, { eps })));
    expect(numbers(rmsNorm(x, 5))).not.toEqual(numbers(rmsNorm(x, 5, { eps: 10 * eps })));
  }
});

/** Krizhevsky et al. 2012, section 3.3, by loops: with the sum of squares, not their mean. */
function responses(x: number[][], n: number, alpha: number, beta: number, k: number): number[] {
  return x.flatMap((channel, i) =>
    channel.map((value, at) => {
      let total = 0;
      const [first, last] = [i - Math.floor(n / 2), i - Math.floor(n / 2) + n - 1];
      for (let j = Math.max(0, first); j <= Math.min(x.length - 1, last); j++) total += x[j]![at]! ** 2;
      return value / (k + alpha * total) ** beta;
    }),
  );
}

test("localResponseNorm is Krizhevsky's, but for alpha", () => {
  const x = drawn([1, 7, 3]);
  const [channels] = x.toArray() as number[][][];
  expectClose(
    localResponseNorm(x, 5, { alpha: 5 * 0.1, beta: 0.75, k: 2 }),
    responses(channels!, 5, 0.1, 0.75, 2),
  );
});

/** Jarrett et al. 2009, section 2, by loops over places and offsets. */
function contrasts(x: number[][][], size: number, sigma: number): number[] {
  const [maps, rows, columns] = [x.length, x[0]!.length, x[0]![0]!.length];
  const half = (size - 1) / 2;
  const around = (y: (i: number, j: number, k: number) => number, j: number, k: number): number => {
    let [total, weights] = [0, 0];
    for (let p = -half; p <= half; p++)
      for (let q = -half; q <= half; q++) {
        if (j + p < 0 || j + p >= rows || k + q < 0 || k + q >= columns) continue;
        const w = Math.exp(-(p * p + q * q) / (2 * sigma * sigma));
        for (let i = 0; i < maps; i++) {
          total += w * y(i, j + p, k + q);
          weights += w;
        }
      }
    return total / weights;
  };
  const places = Array.from({ length: rows * columns }, (_, at) => [Math.floor(at / columns), at % columns]);
  const means = new Map(places.map(([j, k]) => [`${j} ${k}`, around((i, r, c) => x[i]![r]![c]!, j!, k!)]));
  const v = (i: number, j: number, k: number): number => x[i]![j]![k]! - means.get(`${j} ${k}`)!;
  const deviations = places.map(([j, k]) => Math.sqrt(around((i, r, c) => v(i, r, c) ** 2, j!, k!)));
  const typical = deviations.reduce((sum, each) => sum + each, 0) / deviations.length;
  return x.flatMap((_, i) => places.map(([j, k], at) => v(i, j!, k!) / Math.max(typical, deviations[at]!)));
}

describe("localContrastNorm", () => {
  test.each([3, 5, 9])("is Jarrett's, with a window of %d", (size) => {
    const x = drawn([3, 6, 5]);
    expectClose(localContrastNorm(x, { size }), contrasts(x.toArray() as number[][][], size, size / 4));
  });

  test("makes zeros of a flat picture, with gradients that are finite", () => {
    const x = ones([1, 4, 4], { requiresGrad: true });
    const out = localContrastNorm(x);
    expect(numbers(out).every((value) => Math.abs(value) < 1e-2)).toBe(true);
    out.sum().backward();
    expect(numbers(x.grad!).every(Number.isFinite)).toBe(true);
  });
});
