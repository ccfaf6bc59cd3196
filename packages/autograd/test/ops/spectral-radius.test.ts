/** The spectral radius: where eigenvalues are known, its gradient at kinks and beside them, and what it refuses. */
import { describe, expect, test } from "vitest";
import {
  abs,
  detectAnomaly,
  div,
  eigvalsh,
  eye,
  GradientError,
  gradcheck,
  gradients,
  hessian,
  hvp,
  jvp,
  matmul,
  mul,
  neg,
  qr,
  spectralRadius,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
  zeros,
} from "../../src/index.js";
import { distance, drawn, matrix } from "../support/matrices.js";

const diagonal = (...values: number[]): Tensor =>
  mul(eye(values.length, values.length, { dtype: "float64" }), tensor(values, { dtype: "float64" }));

const leafOf = (x: Tensor): Tensor => {
  const leaf = x.clone();
  leaf.requiresGrad = true;
  return leaf;
};

function gradientAt(x: Tensor, options = {}): Tensor {
  const a = leafOf(x);
  return gradients(sum(spectralRadius(a, options)), [a])[0]!;
}

const allNaN = (x: Tensor): boolean => [...x.toTypedArray()].every(Number.isNaN);

describe("the spectral radius", () => {
  test("is known where eigenvalues are", () => {
    for (const [a, expected] of [
      // A rotation, with a complex pair.
      [matrix([0.6, -0.8], [0.8, 0.6]), 1],
      // A pair, larger than a real value; and the other way round.
      [matrix([0, -3, 0], [3, 0, 0], [0, 0, 2.9]), 3],
      [matrix([0, -3, 5], [3, 0, 0], [0, 0, -3.1]), 3.1],
      // Opposite values, one value three times with one vector, and none but 0.
      [diagonal(4, -4, 1), 4],
      [matrix([2, 1, 0], [0, 2, 1], [0, 0, 2]), 2],
      [matrix([0, 1, 5], [0, 0, 1], [0, 0, 0]), 0],
      // The companion of x³ − 2x² + 3x − 6 = (x − 2)(x² + 3).
      [matrix([2, -3, 6], [1, 0, 0], [0, 1, 0]), 2],
      [mul(matrix([1, 2], [3, 4]), 1e200), ((5 + Math.sqrt(33)) / 2) * 1e200],
    ] as const)
      expect(Math.abs(spectralRadius(a).item() - expected)).toBeLessThanOrEqual(2e-13 * expected);
  });

  test("is that of symmetric matrices, singly and in batches", () => {
    const half = drawn([3, 30, 30]);
    const a = half.add(transpose(half));
    const largest = abs(eigvalsh(a)).max().values;
    expect(distance(spectralRadius(a), largest)).toBeLessThan(1e-12);
  });
});

describe("its gradient", () => {
  test("is the projector on the eigenvector of a real value, with the sign of the value", () => {
    // A matrix of known eigenvectors, the columns of v.
    const v = matrix([1, 2, 0], [0, 1, 3], [1, 0, 1]);
    const w = matrix([1 / 7, -2 / 7, 6 / 7], [3 / 7, 1 / 7, -3 / 7], [-1 / 7, 2 / 7, 1 / 7]);
    const a = matmul(matmul(v, diagonal(1, 5, -2)), w);
    const projector = matmul(matmul(v, diagonal(0, 1, 0)), w);
    expect(distance(gradientAt(a), transpose(projector))).toBeLessThan(1e-14);
    expect(distance(gradientAt(neg(a)), neg(transpose(projector)))).toBeLessThan(1e-14);
  });

  test("is that of the square root of the determinant for a complex pair", () => {
    // ρ² = ad − bc.
    const [a, b, c, d] = [1, -3, 2, 0.5];
    const cofactors = matrix([d, -c], [-b, a]);
    const expected = div(cofactors, 2 * Math.sqrt(a * d - b * c));
    expect(distance(gradientAt(matrix([a, b], [c, d])), expected)).toBeLessThan(1e-15);
    // The pair alone counts, wherever it lies among others.
    const block = matrix([0.1, 0, 0, 0], [0, a, 0, b], [0, 0, -2, 0], [0, c, 0, d]);
    const found = gradientAt(block);
    expect(Math.abs(found.select(1).select(3).item() - expected.select(0).select(1).item())).toBeLessThan(
      1e-15,
    );
    expect(found.select(0).toArray()).toEqual([0, 0, 0, 0]);
  });

  test("is what differences show where eigenvectors are far from orthogonal", () => {
    const a = matrix([1, 40, 3], [1e-3, 0.5, 20], [2e-4, 1e-3, -0.25]);
    expect(gradcheck((x) => spectralRadius(x), [a], { atol: 1e-6 }).message).toMatch(/all 9 entries agree/);
    for (const seed of [1, 2, 3]) {
      const report = gradcheck((x) => spectralRadius(x), [drawn([7, 7], seed)], { atol: 1e-7 });
      expect(report.message).toMatch(/all 49 entries agree/);
    }
  });

  test("is the mean of those of several largest eigenvalues", () => {
    expect(gradientAt(diagonal(4, -4, 1)).toArray()).toEqual([
      [0.5, 0, 0],
      [0, -0.5, 0],
      [0, 0, 0],
    ]);
    // All eigenvalues of an orthogonal matrix have magnitude 1, and their mean is Q / N.
    const { q } = qr(drawn([20, 20]));
    expect(distance(gradientAt(q), div(q, 20))).toBeLessThan(1e-12);
  });

  test("is the same for multiples, however large or small", () => {
    const a = matrix([1, 2], [3, 4]);
    const expected = gradientAt(a);
    for (const scale of [16 * Number.MIN_VALUE, 1e-200, 1e200, 2e307])
      expect(distance(gradientAt(mul(a, scale)), expected)).toBeLessThan(1e-14);
  });

  test("is 0 where the radius is 0", () => {
    for (const a of [zeros([2, 2], { dtype: "float64" }), matrix([0, 1, 5], [0, 0, 1], [0, 0, 0])])
      expect(distance(gradientAt(a), zeros(a.shape, { dtype: "float64" }))).toBe(0);
  });

  test("is NaN where an eigenvector is missing, where iterations are, and where numbers are", () => {
    expect(allNaN(gradientAt(matrix([2, 1], [0, 2])))).toBe(true);
    expect(allNaN(gradientAt(matrix([2, 1, 0], [0, 2, 1], [0, 0, 2])))).toBe(true);
    expect(allNaN(gradientAt(drawn([5, 5]), { iterations: 2 }))).toBe(true);
    expect(allNaN(gradientAt(drawn([5, 5]), { iterations: 30 }))).toBe(false);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY])
      expect(allNaN(gradientAt(matrix([bad, 1], [1, 2])))).toBe(true);
  });

  test("of one matrix is no other's", () => {
    const [first, second] = [matrix([3, 1], [0, 1]), matrix([2, 1], [0, 2])];
    const both = tensor([first.toArray(), second.toArray()] as number[][][], { dtype: "float64" });
    const found = gradientAt(both);
    expect(distance(found.select(0), gradientAt(first))).toBe(0);
    expect(allNaN(found.select(1))).toBe(true);
  });

  test("goes forward without an anomaly", () => {
    const a = drawn([4, 4]);
    const t = drawn([4, 4], 2);
    const { tangent } = detectAnomaly(() => jvp((x) => spectralRadius(x), [a], [t]));
    expect(Math.abs(tangent.item() - sum(mul(gradientAt(a), t)).item())).toBeLessThan(1e-14);
  });
});

describe("its second derivative", () => {
  const a = drawn([3, 3]);
  const refused = /^spectralSlope: has no derivative: spectralRadius has no second derivative/;

  test("is refused, and not taken for 0", () => {
    const f = (x: Tensor): Tensor => square(spectralRadius(x));
    for (const ask of [
      () => hvp(f, a, a),
      () => hessian(f, a),
      () => jvp((x) => jvp(f, [x], [a]).tangent, [a], [a]),
      () => {
        const x = leafOf(a);
        const [gradient] = gradients(f(x), [x], { createGraph: true });
        sum(gradient!).backward();
      },
    ]) {
      expect(ask).toThrow(GradientError);
      expect(ask).toThrow(refused);
    }
  });

  test("is not asked for where the matrix is held fixed", () => {
    // The gradient of scale · ρ(x) by x changes with the scale, by the gradient of ρ.
    const x = leafOf(a);
    const scale = leafOf(tensor(2, { dtype: "float64" }));
    const [gradient] = gradients(mul(scale, spectralRadius(x)), [x], { createGraph: true });
    const weights = drawn([3, 3], 3);
    const [byScale] = gradients(sum(mul(gradient!, weights)), [scale], { retainGraph: true });
    expect(Math.abs(byScale!.item() - sum(mul(gradientAt(a), weights)).item())).toBeLessThan(1e-14);
    expect(() => sum(gradient!).backward()).toThrow(refused);
  });

  test("is not asked for of a gradient that is detached", () => {
    const x = leafOf(a);
    const [gradient] = gradients(spectralRadius(x), [x], { createGraph: true });
    const [found] = gradients(sum(mul(gradient!.detach(), square(x))), [x]);
    expect(distance(found!, mul(mul(gradientAt(a), a), 2))).toBeLessThan(1e-14);
    expect(distance(sub(gradient!, gradientAt(a)), zeros([3, 3], { dtype: "float64" }))).toBe(0);
  });
});
