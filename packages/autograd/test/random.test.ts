/** Random functions of the public surface: what they are made of, how they are distributed, what flows through them. */
import { describe, expect, test } from "vitest";
import "../src/methods.js";
import "../src/draws.js";
import { gradients } from "../src/backward.js";
import { full, ones, tensor } from "../src/create.js";
import { GradientError, ShapeError } from "../src/errors.js";
import { gradcheck, gradgradcheck } from "../src/gradcheck.js";
import type { Tensor } from "../src/graph.js";
import * as random from "../src/ops/random.js";
import * as sampling from "../src/ops/sampling.js";
import { normalQuantile } from "../src/ops/transcendental.js";
import { Generator } from "../src/random.js";
import { toTypedArray } from "../src/read.js";
import type { Shape } from "../src/shape.js";
import { jvp } from "../src/transforms/forward.js";
import { distance, excessOver, histogram, moments } from "./support/statistics.js";

const size = 20_000;
const seeded = (seed = 1): Generator => new Generator(seed);
const list = (x: Tensor): number[] => Array.from(toTypedArray(x));
const wide = { dtype: "float64" } as const;

/** Φ by Simpson's rule, from where nothing is left. */
function normalBetween(low: number, high: number): number {
  const steps = 400;
  const h = (high - low) / steps;
  const density = (i: number): number => Math.exp(-((low + i * h) ** 2) / 2) / Math.sqrt(2 * Math.PI);
  let total = density(0) + density(steps);
  for (let i = 1; i < steps; i++) total += (i % 2 === 0 ? 2 : 4) * density(i);
  return (total * h) / 3;
}

describe("normalQuantile", () => {
  // From mpmath, with 60 digits.
  test.each([
    [1e-300, -37.0470962993612],
    [1e-100, -21.273453560965326],
    [1e-30, -11.464024688443615],
    [1e-12, -7.034483825301132],
    [1e-11, -6.706023155495136],
    [2e-11, -6.604077590405634],
    [1e-5, -4.264890793922825],
    [0.07, -1.4757910281791706],
    [0.08, -1.4050715603096327],
    [0.3, -0.5244005127080408],
    [0.4999, -0.00025066283008800747],
  ])("of %d", (p, z) => {
    const [found, mirrored] = list(normalQuantile(tensor([p, 1 - p], wide)));
    expect(found / z).toBeCloseTo(1, 14);
    if (p > 1e-6) expect(mirrored / -z).toBeCloseTo(1, 10);
  });
});

describe("parameters that are tensors", () => {
  const mean = tensor([[1], [-2]], wide);
  const std = tensor([0.5, 2, 3], wide);
  const shape: Shape = [2, 3];

  test("normal is mean + std · ε", () => {
    const epsilon = random.randn(shape, { ...wide, generator: seeded() });
    const made = random.normal(shape, { mean, std, generator: seeded() });
    expect(made.toArray()).toEqual(epsilon.mul(std).add(mean).toArray());
    expect(random.normal(shape, { mean: 3, std: 0, generator: seeded() }).toArray()).toEqual(
      full(shape, 3).toArray(),
    );
  });

  test("derivatives flow to them", () => {
    const programs: ((a: Tensor, b: Tensor) => Tensor)[] = [
      (a, b) => random.normal(shape, { mean: a, std: b, generator: seeded() }),
      (a, b) => random.uniform(shape, { low: a, high: b, generator: seeded() }),
      (a, b) => random.exponential(shape, { rate: b, generator: seeded() }).add(a),
    ];
    for (const f of programs) {
      expect(gradcheck(f, [mean, std], { rtol: 1e-6 })).toMatchObject({ ok: true });
      expect(gradgradcheck(f, [mean, std], { rtol: 1e-6 })).toMatchObject({ ok: true });
    }
  });

  test("have the result's dtype from them, and broadcast to its shape", () => {
    expect(random.normal(shape, { std }).dtype).toBe("float64");
    expect(random.normal(shape, { std: 2 }).dtype).toBe("float32");
    expect(random.uniform(shape, { high: std, dtype: "float32" }).dtype).toBe("float64");
    expect(() => random.normal([3], { mean })).toThrow(ShapeError);
    expect(() => random.normal([3], { mean })).toThrow(
      /^normal: a parameter is \[2, 1\], which does not broadcast to the shape \[3\]; give it fewer axes, or a larger shape$/,
    );
    expect(() => random.uniform([2], { low: tensor([1, 2, 3]) })).toThrow(/^uniform: cannot broadcast/);
    expect(() => random.exponential([2], { rate: tensor([1, 2], { dtype: "int32" }) })).toThrow(
      /^exponential: the dtype is int32/,
    );
  });

  test("a result can be a leaf where nothing is recorded", () => {
    expect(random.normal([2], { mean: 1, std: 2, requiresGrad: true }).isLeaf).toBe(true);
    const recorded = tensor(1, { requiresGrad: true });
    expect(() => random.normal([2], { mean: recorded, requiresGrad: true })).toThrow(GradientError);
  });
});

test("numbers are drawn in order", () => {
  const [one, other] = [seeded(), seeded()];
  const options = { generator: one };
  random.normal([3], { mean: 1, ...options });
  random.truncatedNormal([5], options);
  random.bernoulli(ones([7]), options);
  sampling.multinomial(ones([2, 3]), 1, options);
  sampling.multinomial(ones([2, 3]), 5, { replacement: true, ...options });
  sampling.gumbelSoftmax(ones([2]), options);
  for (const drawn of [3, 5, 7, 6, 10, 2]) random.rand([drawn], { generator: other });
  expect(one.getState()).toEqual(other.getState());
});

describe("generators draw by methods what the functions draw", () => {
  const weights = tensor([[3, 0, 1, 2]], wide);
  const int = { dtype: "int32" } as const;
  const draws: Record<string, [method: (g: Generator) => Tensor, call: (generator: Generator) => Tensor]> = {
    rand: [(g) => g.rand([2, 3]), (generator) => random.rand([2, 3], { generator })],
    uniform: [
      (g) => g.uniform([5], { low: -1, high: tensor(4, wide) }),
      (generator) => random.uniform([5], { low: -1, high: tensor(4, wide), generator }),
    ],
    randn: [(g) => g.randn([3], wide), (generator) => random.randn([3], { ...wide, generator })],
    normal: [
      (g) => g.normal([3], { mean: 2, std: 3 }),
      (generator) => random.normal([3], { mean: 2, std: 3, generator }),
    ],
    truncatedNormal: [
      (g) => g.truncatedNormal([3], { low: 1, high: 4 }),
      (generator) => random.truncatedNormal([3], { low: 1, high: 4, generator }),
    ],
    exponential: [
      (g) => g.exponential([3], { rate: 5 }),
      (generator) => random.exponential([3], { rate: 5, generator }),
    ],
    randint: [
      (g) => g.randint(-3, 9, [7], { dtype: "uint8" }),
      (generator) => random.randint(-3, 9, [7], { dtype: "uint8", generator }),
    ],
    bernoulli: [(g) => g.bernoulli([9], 0.3), (generator) => random.bernoulli([9], 0.3, { generator })],
    "bernoulli of probabilities": [
      (g) => g.bernoulli(full([9], 0.6)),
      (generator) => random.bernoulli(full([9], 0.6), { generator }),
    ],
    permutation: [(g) => g.permutation(20), (generator) => random.permutation(20, { generator })],
    multinomial: [
      (g) => g.multinomial(weights, 9, { replacement: true }),
      (generator) => sampling.multinomial(weights, 9, { replacement: true, generator }),
    ],
  };

  test.each(Object.entries(draws))("%s", (_, [method, call]) => {
    const [one, other] = [seeded(3), seeded(3)];
    for (let round = 0; round < 2; round++) {
      const [made, expected] = [method(one), call(other)];
      expect([made.shape, made.dtype, list(made)]).toEqual([expected.shape, expected.dtype, list(expected)]);
    }
    expect(one.getState()).toEqual(other.getState());
  });

  test("with the functions' errors, and no other generator", () => {
    expect(() => seeded().rand([2], int)).toThrow(/^rand: the dtype is int32/);
    expect(() => seeded().permutation(-1)).toThrow(/^permutation: the count is -1/);
    const generator = seeded(1);
    // @ts-expect-error a generator draws from itself
    expect(list(seeded(3).rand([3], { generator }))).toEqual(list(seeded(3).rand([3])));
    expect(generator.getState().counter).toBe(0);
  });

  test("are leaves where that is asked for", () => {
    expect(seeded().randn([2], { requiresGrad: true }).isLeaf).toBe(true);
    expect(seeded().randn([2], { requiresGrad: true }).requiresGrad).toBe(true);
  });
});

describe("truncatedNormal", () => {
  test.each([
    ["by default", {}],
    ["cut at one side", { low: -1, high: Infinity }],
    ["cut at the other", { mean: 3, std: 2, low: -Infinity, high: 2.5 }],
    ["far out", { low: 8, high: 9 }],
    ["far out below", { low: -9, high: -8, mean: 1, std: 1.25 }],
    ["narrow", { mean: 5, std: 3, low: 4.5, high: 5.25 }],
  ])("%s", (_, options) => {
    const { mean = 0, std = 1, low = -2, high = 2 } = options as random.TruncatedNormalOptions;
    const x = list(random.truncatedNormal([size], { ...options, ...wide, generator: seeded() }));
    expect(x.every((value) => value >= low && value <= high)).toBe(true);
    const z = (value: number): number => Math.min(40, Math.max(-40, (value - mean) / std));
    const whole = normalBetween(z(low), z(high));
    const near = (value: number): number => normalBetween(z(low), z(value)) / whole;
    expect(distance(x.slice(0, 2000), near)).toBeLessThan(1.95);
  });

  test("float32 is float64 rounded", () => {
    const [narrow, precise] = (["float32", "float64"] as const).map((dtype) =>
      list(random.truncatedNormal([100], { dtype, generator: seeded() })),
    );
    expect(narrow).toEqual(precise.map(Math.fround));
  });
});

test("bernoulli draws the same from a tensor of equal probabilities", () => {
  for (const p of [0, 0.3, 1]) {
    const each = random.bernoulli(full([999], p, wide), { generator: seeded() });
    expect(list(each)).toEqual(list(random.bernoulli([999], p, { generator: seeded() })));
  }
  const p = [0.1, 0.5, 0.75];
  const drawn = random
    .bernoulli(tensor(p).expand([size, 3]), { generator: seeded() })
    .to("float64")
    .mean({ axis: 0 });
  list(drawn).forEach((share, i) =>
    expect(Math.abs(share - p[i])).toBeLessThan(5 * Math.sqrt((p[i] * (1 - p[i])) / size)),
  );
});

describe("multinomial", () => {
  const weights = [3, 0, 1, 0.5, 2];
  const positive = weights.filter((weight) => weight > 0);
  const shares = (indices: readonly number[]): number[] => {
    const counts = histogram(indices, weights.length, (index) => index);
    expect(counts[1]).toBe(0);
    return counts.filter((_, i) => weights[i] > 0);
  };

  test("with replacement, by weight", () => {
    const drawn = sampling.multinomial(tensor(weights), size, { replacement: true, generator: seeded() });
    expect(Math.abs(excessOver(shares(list(drawn)), positive))).toBeLessThan(5);
  });

  test("row by row, each by its own weights", () => {
    const rows = tensor([weights, weights.toReversed()], wide);
    const [first, second] = sampling
      .multinomial(rows, size, { replacement: true, generator: seeded() })
      .toArray() as number[][];
    expect(Math.abs(excessOver(shares(first), positive))).toBeLessThan(5);
    expect(Math.abs(excessOver(shares(second.map((index) => 4 - index)), positive))).toBeLessThan(5);
    expect(first).not.toEqual(second.map((index) => 4 - index));
  });

  test("without replacement, as if drawn one after another", () => {
    const rows = sampling.multinomial(tensor(weights).expand([size, 5]), 2, { generator: seeded() });
    const pairs = rows.toArray() as [number, number][];
    expect(Math.abs(excessOver(shares(pairs.map(([first]) => first)), positive))).toBeLessThan(5);
    const total = positive.reduce((sum, weight) => sum + weight, 0);
    const kinds = weights.flatMap((x, i) =>
      weights.flatMap((y, j) =>
        i === j || x === 0 || y === 0 ? [] : [{ i, j, share: (x * y) / (total - x) }],
      ),
    );
    const counts = kinds.map(({ i, j }) => pairs.filter(([a, b]) => a === i && b === j).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(size);
    const expected = kinds.map(({ share }) => share);
    expect(Math.abs(excessOver(counts, expected))).toBeLessThan(5);
  });

  test("all of them are an order of them", () => {
    const order = list(sampling.multinomial(ones([50]), 50, { generator: seeded() }));
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});

describe("gumbelSoftmax", () => {
  const logits = [0.5, -1, 2, 0];
  const many = tensor(logits, wide).expand([size, 4]);

  test("chooses as often as softmax says", () => {
    const chosen = sampling.gumbelSoftmax(many, { hard: true, generator: seeded() });
    const counts = list(chosen.sum({ axis: 0 }));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(size);
    expect(list(chosen).every((value) => value === 0 || value === 1)).toBe(true);
    expect(Math.abs(excessOver(counts, logits.map(Math.exp)))).toBeLessThan(5);
  });

  test("the choice is where the soft one is largest, of both dtypes", () => {
    for (const axis of [0, 1, 2]) {
      const x = random.randn([3, 4, 5], { generator: seeded(2) });
      const soft = sampling.gumbelSoftmax(x, { axis, generator: seeded() });
      const hard = sampling.gumbelSoftmax(x, { axis, hard: true, generator: seeded() });
      expect(hard.argmax({ axis }).toArray()).toEqual(soft.argmax({ axis }).toArray());
      expect(list(hard.sum({ axis })).every((sum) => sum === 1)).toBe(true);
      const doubled = sampling.gumbelSoftmax(x.to("float64"), { axis, hard: true, generator: seeded() });
      expect(doubled.toArray()).toEqual(hard.toArray());
    }
  });

  test("the derivatives of the choice are those of the soft one, in reverse and forward", () => {
    const x = random.randn([2, 3], { ...wide, generator: seeded(3), requiresGrad: true });
    const v = random.randn([2, 3], { ...wide, generator: seeded(4) });
    const [hard, soft] = [true, false].map((hard) => {
      const f = (y: Tensor): Tensor =>
        sampling.gumbelSoftmax(y, { hard, temperature: 0.7, generator: seeded() });
      const [first] = gradients(f(x), [x], { gradient: v, createGraph: true });
      const [second] = gradients(first!.mul(v).sum(), [x]);
      return [first!, second!, jvp(f, [x], [v]).tangent].map((each) => each.toArray());
    });
    expect(hard).toEqual(soft);
    expect(hard.flat(3).some((value) => value !== 0)).toBe(true);
  });
});

test("straightThrough has the values of one and the derivatives of the other", () => {
  const [hard, soft] = [
    [2, 0],
    [0.5, 0.25],
  ].map((values) => tensor(values, { ...wide, requiresGrad: true }));
  const y = sampling.straightThrough(hard, soft);
  expect(y.toArray()).toEqual([2, 0]);
  const [first, second] = gradients(y, [hard, soft], { gradient: tensor([3, 4], wide) });
  expect([first?.toArray() ?? null, second!.toArray()]).toEqual([null, [3, 4]]);
  const one = ones([2], wide);
  expect(jvp(sampling.straightThrough, [hard, soft], [one, one.mul(5)]).tangent.toArray()).toEqual([5, 5]);
});

describe("dropout", () => {
  const whole = [
    ["dropout1d", sampling.dropout1d, [40, 50, 3], [50, 3]],
    ["dropout2d", sampling.dropout2d, [40, 50, 2, 2], [50, 2, 2]],
    ["dropout3d", sampling.dropout3d, [40, 50, 2, 1, 2], [50, 2, 1, 2]],
  ] as const;
  test.each(whole)("%s drops whole channels", (_, drop, batched, single) => {
    for (const shape of [batched, single]) {
      const channels = shape.slice(0, shape === batched ? 2 : 1).reduce((a: number, b) => a * b, 1);
      const rows = drop(ones(shape), 0.25, { generator: seeded() })
        .reshape([channels, -1])
        .toArray() as number[][];
      expect(rows.every((row) => row.every((value) => value === row[0]))).toBe(true);
      const kept = rows.filter(([value]) => value === Math.fround(4 / 3)).length;
      expect(rows.every(([value]) => value === 0 || value === Math.fround(4 / 3))).toBe(true);
      expect(Math.abs(kept / channels - 0.75)).toBeLessThan(5 * Math.sqrt((0.75 * 0.25) / channels));
    }
  });

  test("alphaDropout keeps mean and variance", () => {
    const x = random.randn([200_000], { ...wide, generator: seeded(7) });
    const y = list(sampling.alphaDropout(x, 0.4, { generator: seeded() }));
    const [mean, variance] = moments(y);
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(y.length));
    expect(Math.abs(variance - 1)).toBeLessThan((5 * 2) / Math.sqrt(y.length));
    // What is dropped shares a value, the limit of selu moved and scaled.
    const dropped = y.reduce((lowest, value) => Math.min(lowest, value), 0);
    const [q, p, alpha] = [0.6, 0.4, -1.0507009873554805 * 1.6732632423543772];
    const a = (q + alpha * alpha * q * p) ** -0.5;
    const at = a * alpha - a * p * alpha;
    const share = y.filter((value) => Math.abs(value - at) < 1e-12).length / y.length;
    expect(dropped).toBeLessThan(at);
    expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * q) / y.length));
  });
});
