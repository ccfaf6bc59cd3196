/** Noise: how much of it, what it leaves alone, and the same from the same seed. */
import { Generator, ones, randn, type Tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { GaussianNoise, MaskingNoise, SaltAndPepperNoise } from "../../src/index.js";

const seeded = () => ({ generator: new Generator(3) });
const x = randn([40, 50], { generator: new Generator(1) }).add(5);
const numbers = (y: Tensor): number[] => [...y.toTypedArray()];
const part = (y: Tensor, is: (value: number, i: number) => boolean): number =>
  numbers(y).filter(is).length / y.size;

test.each([
  ["MaskingNoise", () => new MaskingNoise(0.3, seeded())],
  ["SaltAndPepperNoise", () => new SaltAndPepperNoise(0.3, seeded())],
  ["GaussianNoise", () => new GaussianNoise(0.3, seeded())],
])("%s: anew each time, the same from the same seed, and only in training", (name, make) => {
  const noise = make();
  const first = noise.forward(x);
  expect(first.shape).toEqual([40, 50]);
  expect(numbers(make().forward(x))).toEqual(numbers(first));
  expect(numbers(noise.forward(x))).not.toEqual(numbers(first));
  expect(noise.eval().forward(x)).toBe(x);
  expect(noise.forward(ones([2], { dtype: "float64" })).dtype).toBe("float64");
  expect(noise.train().forward(ones([2], { dtype: "float64" })).dtype).toBe("float64");
  expect(String(noise)).toContain(`${name}(`);
});

describe("noise", () => {
  test("masks a fraction, and leaves the rest as it is", () => {
    const y = new MaskingNoise(0.3, seeded()).forward(x);
    expect(part(y, (value) => value === 0)).toBeCloseTo(0.3, 1);
    const before = numbers(x);
    expect(part(y, (value, i) => value === 0 || value === before[i])).toBe(1);
    expect(numbers(new MaskingNoise(0).forward(x))).toEqual(before);
    expect(numbers(new MaskingNoise(1).forward(x)).every((value) => value === 0)).toBe(true);
  });

  test("salts and peppers by halves", () => {
    const y = new SaltAndPepperNoise(0.4, { low: -1, high: 9, ...seeded() }).forward(x);
    expect(part(y, (value) => value === -1)).toBeCloseTo(0.2, 1);
    expect(part(y, (value) => value === 9)).toBeCloseTo(0.2, 1);
    const before = numbers(x);
    expect(part(y, (value, i) => value === before[i])).toBeCloseTo(0.6, 1);
  });

  test("adds normal numbers of a standard deviation", () => {
    const added = new GaussianNoise(0.5, seeded()).forward(x).sub(x);
    expect(added.mean().item()).toBeCloseTo(0, 1);
    expect(added.square().mean().item()).toBeCloseTo(0.25, 1);
  });

  test("lets gradients through where it left x alone", () => {
    const leaf = randn([30], { requiresGrad: true });
    const y = new MaskingNoise(0.5, seeded()).forward(leaf);
    y.sum().backward();
    expect(numbers(leaf.grad!)).toEqual(numbers(y).map((value) => (value === 0 ? 0 : 1)));
  });

  test("refuses what is none", () => {
    expect(() => new MaskingNoise(1.5)).toThrow(
      "MaskingNoise: the probability is 1.5; it must be from 0 to 1",
    );
    expect(() => new SaltAndPepperNoise(0.1, { low: 1 })).toThrow(
      "SaltAndPepperNoise: low is 1 and high 1; low must be below high",
    );
    expect(() => new GaussianNoise(-1)).toThrow("GaussianNoise: std is -1; it must be 0 or more");
  });
});
