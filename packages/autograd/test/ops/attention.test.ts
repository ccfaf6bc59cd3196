import { describe, expect, test } from "vitest";
import { causalMask, gradients, ones, randn, scaledDotProductAttention, tensor } from "../../src/index.js";
import { Generator } from "../../src/random.js";

const draws = (): { generator: Generator; requiresGrad: boolean } => ({
  generator: new Generator(3),
  requiresGrad: true,
});

describe("a query that attends to no key", () => {
  const masks = {
    bool: tensor([
      [false, false, false],
      [true, false, true],
    ]),
    float: tensor([
      [-Infinity, -Infinity, -Infinity],
      [0, -Infinity, 1],
    ]),
  };

  test.each(["bool", "float"] as const)("gives zeros and finite gradients, with a %s mask", (kind) => {
    const [q, k, v] = [randn([2, 4], draws()), randn([3, 4], draws()), randn([3, 5], draws())];
    const out = scaledDotProductAttention(q, k, v, { mask: masks[kind] });
    const [first, second] = out.toArray() as number[][];
    expect(first).toEqual([0, 0, 0, 0, 0]);
    expect(second!.every((x) => Number.isFinite(x) && x !== 0)).toBe(true);
    const [gq, gk, gv] = gradients([out], [q, k, v], { gradient: [ones(out.shape)] });
    expect((gq!.toArray() as number[][])[0]).toEqual([0, 0, 0, 0]);
    for (const g of [gk!, gv!]) expect((g.toArray() as number[][]).flat().every(Number.isFinite)).toBe(true);
    // Neither attends to the key in the middle.
    expect((gv!.toArray() as number[][])[1]).toEqual([0, 0, 0, 0, 0]);
  });

  test("is not one whose scores are NaN", () => {
    const q = tensor([[NaN, 1]]);
    const k = ones([3, 2]);
    const out = scaledDotProductAttention(q, k, k, { mask: tensor([[true, false, true]]) });
    expect((out.toArray() as number[][]).flat()).toEqual([NaN, NaN]);
  });
});

test("a causal mask hides the future: later keys change nothing", () => {
  const [q, k, v] = [randn([4, 3], draws()), randn([4, 3], draws()), randn([4, 3], draws())];
  const whole = scaledDotProductAttention(q, k, v, { isCausal: true });
  const masked = scaledDotProductAttention(q, k, v, { mask: causalMask(4) });
  expect(masked.toArray()).toEqual(whole.toArray());
  for (const n of [1, 2, 3]) {
    const cut = { end: n };
    const part = scaledDotProductAttention(q.slice(cut), k.slice(cut), v.slice(cut));
    const expected = (whole.toArray() as number[][])[n - 1]!;
    const found = (part.toArray() as number[][])[n - 1]!;
    found.forEach((x, i) => expect(x).toBeCloseTo(expected[i]!, 6));
  }
});

test("dropped weights are drawn from the generator, and scaled", () => {
  const q = ones([2, 1]);
  const [k, v] = [ones([1000, 1]), ones([1000, 1])];
  const options = { dropout: 0.25 };
  const once = scaledDotProductAttention(q, k, v, { ...options, generator: new Generator(1) });
  const again = scaledDotProductAttention(q, k, v, { ...options, generator: new Generator(1) });
  expect(again.toArray()).toEqual(once.toArray());
  for (const [mean] of once.toArray() as number[][]) {
    expect(mean).not.toBe(1);
    expect(Math.abs(mean! - 1)).toBeLessThan(0.06);
  }
});
