import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  add,
  checkpoint,
  defaultGenerator,
  dropout,
  Generator,
  GradientError,
  gradcheck,
  gradgradcheck,
  gradients,
  jvp,
  manualSeed,
  matmul,
  mul,
  noGrad,
  randn,
  sum,
  Tape,
  type Tensor,
  tanh,
  tensor,
  toTypedArray,
  withSubstitutes,
  zeros,
} from "../../src/index.js";

const normal = (...shape: number[]): Tensor => randn(shape, { dtype: "float64" });
const bits = (xs: readonly (Tensor | null)[]): unknown => xs.map((x) => x && [...toTypedArray(x)]);

describe("a checkpoint", () => {
  const weights = [normal(3, 3), normal(3, 3), normal(3, 3)];
  for (const weight of weights) weight.requiresGrad = true;
  const layer = (x: Tensor, i: number): Tensor => tanh(matmul(x, weights[i]));
  const plain = (x: Tensor): Tensor => weights.reduce((h, _, i) => layer(h, i), x);
  const frugal = (x: Tensor): Tensor => weights.reduce((h, _, i) => checkpoint(layer, h, i), x);

  test("gives the same gradients to the bit, of arguments and of what is closed over", () => {
    const x = normal(2, 3);
    x.requiresGrad = true;
    const [expected, found] = [plain, frugal].map((f) => gradients(sum(f(x)), [x, ...weights]));
    expect(bits(found)).toEqual(bits(expected));
  });

  test("brings gradients to grad, beside others", () => {
    const x = normal(2, 3);
    x.requiresGrad = true;
    sum(mul(frugal(x), plain(x))).backward();
    const found = bits([x.grad, weights[0].grad]);
    for (const each of [x, ...weights]) each.grad = null;
    sum(mul(plain(x), plain(x))).backward();
    const expected = bits([x.grad, weights[0].grad]) as number[][];
    for (const each of [x, ...weights]) each.grad = null;
    for (const [k, values] of (found as number[][]).entries())
      for (const [i, value] of values.entries()) expect(value).toBeCloseTo(expected[k][i], 12);
  });

  test("reads again what tensors stood for", () => {
    const x = normal(2, 3);
    const given = weights.map((weight) => mul(weight.detach(), 0.5));
    for (const each of given) each.requiresGrad = true;
    const [expected, found] = [plain, frugal].map((f) =>
      gradients(
        sum(
          withSubstitutes(
            weights.map((weight, i) => [weight, given[i]] as const),
            () => f(x),
          ),
        ),
        given,
      ),
    );
    expect(bits(found)).toEqual(bits(expected));
    // Also where it has the values of what it stands for.
    const same = weights.map((weight) => mul(weight, 1));
    const [wanted, got] = [plain, frugal].map((f) =>
      gradients(
        sum(
          withSubstitutes(
            weights.map((weight, i) => [weight, same[i]] as const),
            () => f(x),
          ),
        ),
        [...same, ...weights],
        { retainGraph: true },
      ),
    );
    expect(bits(got)).toEqual(bits(wanted));
  });

  test("is one line on the tape", () => {
    const x = normal(2, 3);
    x.requiresGrad = true;
    expect(Tape.of(frugal(x)).rows.filter(({ op }) => op !== "checkpoint" && op !== "leaf").length).toBe(0);
  });

  test("is differentiated to second order, and forward", () => {
    expect(gradcheck(frugal, [normal(2, 3)]).ok).toBe(true);
    expect(gradgradcheck(frugal, [normal(2, 3)]).ok).toBe(true);
    const [x, v] = [normal(2, 3), normal(2, 3)];
    const [expected, found] = [plain, frugal].map((f) => jvp(f, [x], [v]).tangent);
    expect(bits([found])).toEqual(bits([expected]));
  });

  test("may lie within another, and return a tree", () => {
    const f = (x: Tensor): Tensor => {
      const { a, b } = checkpoint((y: Tensor) => ({ a: checkpoint(layer, y, 0), b: [y, y.exp()] }), x);
      return sum(mul(a, add(b[0], b[1])));
    };
    expect(gradcheck(f, [normal(2, 3)]).ok).toBe(true);
  });

  test("draws the same numbers again, and leaves the generators where they are", () => {
    const own = new Generator(3);
    const noisy = (x: Tensor): Tensor =>
      add(dropout(x, 0.5), mul(x, randn([20], { dtype: "float64", generator: own })));
    const run = (f: (x: Tensor) => Tensor): unknown => {
      manualSeed(5);
      own.seed(7);
      const x = tensor(
        Array.from({ length: 20 }, (_, i) => i + 1),
        { dtype: "float64" },
      );
      x.requiresGrad = true;
      const y = f(x);
      const states = [defaultGenerator.getState(), own.getState()];
      sum(y).backward();
      expect([defaultGenerator.getState(), own.getState()]).toEqual(states);
      return [bits([y, x.grad]), states];
    };
    expect(run((x) => checkpoint(noisy, x))).toEqual(run(noisy));
  });

  test("keeps nothing of its inside", () => {
    // What a sweep would need of the inside is 30 times the size of the ends.
    const [steps, size] = [30, 4096];
    const held = (f: (x: Tensor) => Tensor): number => {
      const x = zeros([size], { dtype: "float64", requiresGrad: true });
      const y = f(x);
      const seen = new Set<object>();
      let total = 0;
      const visit = (value: unknown): void => {
        if (typeof value !== "object" || value === null || seen.has(value)) return;
        seen.add(value);
        if (ArrayBuffer.isView(value)) {
          total += value.byteLength;
          return;
        }
        for (const each of Object.values(value)) visit(each);
      };
      visit(y.slot);
      return total;
    };
    const chain = (x: Tensor): Tensor => Array.from({ length: steps }).reduce<Tensor>((h) => h.tanh(), x);
    const bytes = size * 8;
    expect(held(chain)).toBeGreaterThan((steps - 2) * bytes);
    expect(held((x) => checkpoint(chain, x))).toBeLessThan(3 * bytes);
  });

  test("of what needs no gradient is the function itself", () => {
    const x = zeros([2]);
    expect(checkpoint((y: Tensor) => y, x)).toBe(x);
    const leaf = zeros([2], { requiresGrad: true });
    expect(noGrad(() => checkpoint((y: Tensor) => y.exp(), leaf)).requiresGrad).toBe(false);
  });

  test("notices that the second run is not the first", () => {
    const x = zeros([2], { requiresGrad: true });
    let scale = 2;
    const scaled = checkpoint((y: Tensor) => mul(y.add(1), scale), x);
    scale = 3;
    expect(() => sum(scaled).backward()).toThrow(GradientError);
    expect(() => sum(scaled).backward()).toThrow(/computed other numbers when it was run again/);

    let other = zeros([2], { requiresGrad: true });
    const product = checkpoint((y: Tensor) => mul(y, other), x);
    other = mul(other, 1);
    expect(() => sum(product).backward()).toThrow(/read other tensors when it was run again/);
  });

  test("notices that a tensor it read has been changed", () => {
    const x = zeros([2], { requiresGrad: true });
    const w = zeros([2], { requiresGrad: true });
    const y = checkpoint((each: Tensor) => mul(each, w), x);
    noGrad(() => w.assign(1));
    expect(() => sum(y).backward()).toThrow(/a tensor \[2\] that the function read has been changed/);
  });

  test("goes back once unless the graph is retained", () => {
    const x = zeros([2], { requiresGrad: true });
    const y = sum(checkpoint((each: Tensor) => each.exp(), x));
    y.backward({ retainGraph: true });
    y.backward();
    expect([...toTypedArray(x.grad!)]).toEqual([2, 2]);
    expect(() => y.backward()).toThrow(/its graph was freed/);
  });

  test("refuses promises and other things", () => {
    const x = zeros([2], { requiresGrad: true });
    expect(() => checkpoint(async (y: Tensor) => y, x)).toThrow(ArgumentError);
    expect(() => checkpoint(() => 3)).toThrow(/checkpoint: found number/);
  });
});
