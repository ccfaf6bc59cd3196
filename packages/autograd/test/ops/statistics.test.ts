/** What the samples cannot show: numbers out of float32's range, large means, derivatives of higher order at zeros. */
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/backward.js";
import { tensor } from "../../src/create.js";
import type { Tensor } from "../../src/graph.js";
import { mul } from "../../src/ops/elementwise.js";
import { select } from "../../src/ops/layout.js";
import { sum } from "../../src/ops/reductions.js";
import { cumprod, logCumSumExp } from "../../src/ops/scans.js";
import { norm, prod, std, variance } from "../../src/ops/statistics.js";
import { item, toTypedArray } from "../../src/read.js";
import type { Shape } from "../../src/shape.js";
import { hvp } from "../../src/transforms/curvature.js";
import { jvp } from "../../src/transforms/forward.js";
import { grad } from "../../src/transforms/reverse.js";

const wide = (...values: number[]): Tensor => tensor(new Float64Array(values), { requiresGrad: true });
const numbers = (x: Tensor | null): number[] => Array.from(toTypedArray(x!));

/** The derivative by each of the elements at `places` in turn. */
function mixed(f: (x: Tensor) => Tensor, x: Tensor, places: readonly number[]): number {
  let y = f(x);
  for (const place of places) {
    const [gradient] = gradients(y, [x], { createGraph: true });
    y = select(gradient!, place);
  }
  return item(y);
}

describe("products with zeros", () => {
  // Of ∏ xᵢ by different elements remains the product of the others; twice by one it is 0.
  test.each([
    [[0], 0],
    [[0, 1], 0],
    [[0, 1, 3], 2 * -3],
    [[3, 0, 1], 2 * -3],
    [[0, 1, 3, 2], -3],
    [[0, 1, 3, 1], 0],
    [[0, 0, 1, 3], 0],
  ])("have exact derivatives by %j", (places, expected) => {
    const x = wide(0, 0, 2, 0, -3);
    // 0 and −0 are the same here.
    expect(mixed((y) => prod(y), x, places) + 0).toBe(expected);
    expect(mixed((y) => select(cumprod(y), 4), x, places) + 0).toBe(expected);
    expect(mixed((y) => select(cumprod(y, { reverse: true }), 0), x, places) + 0).toBe(expected);
  });
});

describe("norms", () => {
  test.each([
    [2, [3e200, 4e200], 5e200],
    [2, [3e-200, 4e-200], 5e-200],
    [2, [3e-320, 4e-320], 5e-320],
    [3, [1e150, 0], 1e150],
    [-2, [1e-200, Infinity], 1e-200],
  ])("p = %d of %j neither overflow nor vanish", (p, values, expected) => {
    const found = item(norm(tensor(new Float64Array(values)), { p }));
    expect(Math.abs(found / expected - 1)).toBeLessThan(expected < 1e-307 ? 1e-3 : 1e-14);
  });

  test("have gradients there too", () => {
    const x = wide(3e200, -4e200);
    const direction = [expect.closeTo(0.6, 14), expect.closeTo(-0.8, 14)];
    expect(numbers(gradients(norm(x), [x])[0])).toEqual(direction);
    const [gradient] = gradients(norm(x, { p: 3 }), [x]);
    const length = (27 + 64) ** (1 / 3);
    for (const [i, part] of [3, -4].entries())
      expect(numbers(gradient)[i]).toBeCloseTo(Math.sign(part) * (part / length) ** 2, 12);
  });

  test.each([1.5, 3])("p = %d have second derivatives that a 0 does not spoil", (p) => {
    const double = (values: readonly number[], shape: Shape): Tensor =>
      tensor(new Float64Array(values), { shape });
    // Along what is not 0, because a norm bends without limit at 0 for p below 2.
    const [x, v] = [double([0, 3, 4, 0, 0, 0], [2, 3]), double([0, 1, 1, 0, 0, 0], [2, 3])];
    const total = (y: Tensor): Tensor => sum(norm(y, { p, axis: -1 }));
    const along = (y: Tensor, direction: Tensor): Tensor => jvp(total, [y], [direction]).tangent;
    const both = hvp(total, double([3, 4], [2]), double([1, 1], [2]));
    const expected = [0, ...numbers(both), 0, 0, 0].map((each) => expect.closeTo(each, 12));
    expect(numbers(hvp(total, x, v)), "forward over reverse").toEqual(expected);
    expect(numbers(grad((y: Tensor) => along(y, v))(x)), "reverse over forward").toEqual(expected);
    const twice = grad((y: Tensor) => sum(mul(grad(total)(y), v)))(x);
    expect(numbers(twice), "reverse over reverse").toEqual(expected);
    const [forward] = numbers(jvp((y: Tensor) => along(y, v), [x], [v]).tangent);
    expect(forward, "forward over forward").toBeCloseTo(item(sum(both)), 12);
  });

  test("do not depend on what else is reduced beside them", () => {
    const rows = [
      [0.1, 0.7],
      [1e200, 1e200],
    ].map((row) => tensor(new Float64Array(row)));
    const both = norm(tensor(new Float64Array([0.1, 0.7, 1e200, 1e200]), { shape: [2, 2] }), { axis: 1 });
    expect(numbers(both)).toEqual(rows.map((row) => item(norm(row))));
  });
});

describe("variances", () => {
  test("keep their digits beside a large mean", () => {
    const values = [1, 2, 4, 7].map((x) => x + 16777216 / 2);
    expect(item(variance(tensor(values)))).toBe(7);
    const far = tensor(new Float64Array([4, 7, 13, 16].map((x) => x + 1e9)));
    expect(item(variance(far))).toBe(30);
  });

  test("have a root whose gradient is 0 where it is 0", () => {
    const x = wide(3, 3, 3);
    const y = std(x);
    expect(item(y)).toBe(0);
    expect(numbers(gradients(y, [x])[0])).toEqual([0, 0, 0]);
  });
});

test("logCumSumExp tells terms apart that lie far from the largest", () => {
  const x = wide(-1000, -1000, 0, 900, 900);
  const y = logCumSumExp(x);
  const log2 = Math.log(2);
  expect(numbers(y)).toEqual([
    -1000,
    expect.closeTo(-1000 + log2, 10),
    0,
    900,
    expect.closeTo(900 + log2, 10),
  ]);
  expect(numbers(gradients(select(y, 1), [x])[0])).toEqual([0.5, 0.5, 0, 0, 0]);
});
