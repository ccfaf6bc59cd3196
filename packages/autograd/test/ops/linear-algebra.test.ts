/** What solving must keep to, whatever PyTorch computes: laws, hard cases, and which numbers are read. */
import { describe, expect, test } from "vitest";
import { laidTensor } from "../../src/gradcheck/layouts.js";
import {
  cholesky,
  cofactors,
  det,
  eye,
  gradients,
  inverse,
  LinearAlgebraError,
  logDet,
  matmul,
  matrixPower,
  ones,
  slogdet,
  solve,
  sum,
  type Tensor,
  tensor,
  to,
  transpose,
  triangularSolve,
  zeros,
} from "../../src/index.js";
import { bitDifference } from "../support/compare.js";
import { distance, drawn, hilbert, matrix } from "../support/matrices.js";

const { NaN: nan, POSITIVE_INFINITY: infinite } = Number;
const identity = (n: number): Tensor => eye(n, n, { dtype: "float64" });

describe("solve and inverse", () => {
  test("undo a product, one by one and in batches", () => {
    for (const shape of [
      [1, 1],
      [2, 2],
      [40, 40],
      [3, 2, 7, 7],
    ]) {
      const a = drawn(shape);
      const x = drawn([...shape.slice(0, -1), 3], 2);
      expect(distance(solve(a, matmul(a, x)), x)).toBeLessThan(1e-11);
      expect(distance(matmul(a, inverse(a)), identity(shape.at(-1)!))).toBeLessThan(1e-12);
    }
  });

  test("leave small residuals even where the solution is not exact", () => {
    // The condition of the Hilbert matrix of 8 rows is 1.5e10.
    const a = hilbert(8);
    const x = solve(a, matmul(a, ones([8], { dtype: "float64" })));
    expect(distance(matmul(a, x), matmul(a, ones([8], { dtype: "float64" })))).toBeLessThan(1e-15);
    expect(distance(x, ones([8], { dtype: "float64" }))).toBeLessThan(1.5e10 * 2.3e-16 * 8);
    // Its inverse has integers: the first is 64, the largest below 4.3e9.
    const inverted = inverse(a);
    expect(Math.abs(inverted.select(0).select(0).item() - 64)).toBeLessThan(64 * 1.5e10 * 2.3e-16);
  });

  test("exchange rows where a pivot is 0 or small", () => {
    const a = matrix([0, 1, 0], [1e-20, 0, 1], [2, 0, 0]);
    expect(distance(solve(a, matrix([3], [5], [4])), matrix([2], [3], [5]))).toBeLessThan(1e-15);
  });

  test("compute float32 in float64, and round once", () => {
    const a = to(drawn([6, 6]), "float32");
    const b = to(drawn([6, 2], 2), "float32");
    const wide = solve(to(a, "float64"), to(b, "float64"));
    expect(bitDifference(solve(a, b), to(wide, "float32"))).toBeUndefined();
  });

  test("give NaN for NaN, and do not call it singular", () => {
    for (const bad of [matrix([nan, 0], [0, 1]), matrix([0, 1], [nan, 0]), matrix([1, 1], [0, nan])])
      expect(inverse(bad).toTypedArray().some(Number.isNaN)).toBe(true);
    expect(Number.isNaN(det(matrix([nan, 1], [1, 2])).item())).toBe(true);
  });

  test("say which matrix of a batch is singular, and where", () => {
    const batch = tensor([
      [
        [
          [1, 0],
          [0, 1],
        ],
      ],
      [
        [
          [1, 1],
          [1, 1],
        ],
      ],
    ]);
    expect(() => inverse(batch)).toThrow(LinearAlgebraError);
    expect(() => inverse(batch)).toThrow(
      "inverse: the matrix at [1, 0] of the batch [2, 1] is singular: pivot 1 of 2 is 0",
    );
  });
});

describe("triangularSolve", () => {
  const lower = matrix([2, 0, 0], [1, 4, 0], [-3, 1, 0.5]);

  test("reads one triangle only", () => {
    const spoilt = matrix([2, nan, nan], [1, 4, nan], [-3, 1, 0.5]);
    const b = drawn([3, 2]);
    expect(bitDifference(triangularSolve(spoilt, b), triangularSolve(lower, b))).toBeUndefined();
    expect(distance(matmul(lower, triangularSolve(spoilt, b)), b)).toBeLessThan(1e-14);
    const turned = transpose(spoilt);
    expect(
      bitDifference(triangularSolve(turned, b, { upper: true, transpose: true }), triangularSolve(lower, b)),
    ).toBeUndefined();
  });

  test("does not read a diagonal of ones", () => {
    const b = drawn([3, 1]);
    const one = matrix([1, 0, 0], [1, 1, 0], [-3, 1, 1]);
    const spoilt = matrix([nan, 0, 0], [1, 0, 0], [-3, 1, infinite]);
    expect(
      bitDifference(triangularSolve(spoilt, b, { unitTriangular: true }), triangularSolve(one, b)),
    ).toBeUndefined();
  });

  test("divides by a zero on the diagonal, as PyTorch does", () => {
    expect(triangularSolve(matrix([0]), matrix([2])).item()).toBe(infinite);
  });
});

describe("cholesky", () => {
  const a = matrix([4, 2, -2], [2, 5, 1], [-2, 1, 6]);

  test("is a root of the matrix", () => {
    const l = cholesky(a);
    expect(distance(matmul(l, transpose(l)), a)).toBeLessThan(1e-15);
    expect(bitDifference(cholesky(a, { upper: true }), transpose(l))).toBeUndefined();
    const h = cholesky(hilbert(8));
    expect(distance(matmul(h, transpose(h)), hilbert(8))).toBeLessThan(1e-15);
  });

  test("reads one triangle, of every layout", () => {
    const below = [4, nan, nan, 2, 5, nan, -2, 1, 6];
    const above = [4, 2, -2, nan, 5, 1, nan, nan, 6];
    for (const layout of ["dense", "transposed", "negative step", "offset"] as const) {
      expect(bitDifference(cholesky(laidTensor([3, 3], below, "float64", layout)), cholesky(a))).toBe(
        undefined,
      );
      expect(
        bitDifference(
          cholesky(laidTensor([3, 3], above, "float64", layout), { upper: true }),
          cholesky(a, { upper: true }),
        ),
      ).toBe(undefined);
    }
  });

  test("has a symmetric gradient", () => {
    const leaf = matrix([4, 2, -2], [2, 5, 1], [-2, 1, 6]);
    leaf.requiresGrad = true;
    const [gradient] = gradients(sum(cholesky(leaf).mul(drawn([3, 3]))), [leaf]);
    expect(bitDifference(gradient!, transpose(gradient!))).toBeUndefined();
  });
});

describe("determinants", () => {
  test("of a product are products of determinants", () => {
    const [x, y] = [drawn([5, 5]), drawn([5, 5], 2)];
    const both = det(x).item() * det(y).item();
    expect(Math.abs(det(matmul(x, y)).item() / both - 1)).toBeLessThan(1e-13);
  });

  test("of a Hilbert matrix are right to the digits that are left", () => {
    const exact = 2.73705011379151e-33;
    expect(Math.abs(det(hilbert(8)).item() / exact - 1)).toBeLessThan(1.5e10 * 2.3e-16);
  });

  test("do not overflow as logarithms", () => {
    const { sign, logAbsDet } = slogdet(identity(400).mul(10));
    expect(sign.item()).toBe(1);
    expect(logAbsDet.item()).toBeCloseTo(400 * Math.log(10), 10);
    expect(det(identity(400).mul(10)).item()).toBe(infinite);
  });

  test("have a sign, and a logarithm where it is positive", () => {
    const signs = slogdet(
      tensor([
        [
          [0, 1],
          [1, 0],
        ],
        [
          [1, 2],
          [2, 4],
        ],
        [
          [2, 0],
          [0, 3],
        ],
      ]),
    ).sign;
    expect(signs.toArray()).toEqual([-1, 0, 1]);
    const logs = logDet(
      tensor([
        [
          [0, 1],
          [1, 0],
        ],
        [
          [1, 2],
          [2, 4],
        ],
      ]),
    ).toTypedArray();
    expect([...logs]).toEqual([nan, -infinite]);
    expect(det(zeros([0, 0])).item()).toBe(1);
  });

  test("have exact gradients at singular matrices", () => {
    for (const [a, expected] of [
      [matrix([1, 2], [2, 4]), matrix([4, -2], [-2, 1])],
      [matrix([0, 1], [0, 0]), matrix([0, 0], [-1, 0])],
      [matrix([1, 2, 3], [4, 5, 6], [5, 7, 9]), matrix([3, -6, 3], [3, -6, 3], [-3, 6, -3])],
      // Of rank 1, and of rank 0: no minor of two rows is left.
      [matrix([1, 2, 3], [2, 4, 6], [3, 6, 9]), zeros([3, 3], { dtype: "float64" })],
      [zeros([3, 3], { dtype: "float64" }), zeros([3, 3], { dtype: "float64" })],
      [matrix([0]), matrix([1])],
    ] as const) {
      const leaf = a.clone();
      leaf.requiresGrad = true;
      expect(distance(gradients(det(leaf), [leaf])[0]!, expected)).toBeLessThan(2e-14);
    }
  });

  test("have cofactors that make the adjugate", () => {
    const a = drawn([2, 4, 4]);
    const adjugate = transpose(cofactors(a));
    const expected = det(a).unsqueeze(-1).unsqueeze(-1).mul(identity(4));
    expect(distance(matmul(a, adjugate), expected)).toBeLessThan(1e-13);
  });
});

test("matrixPower counts its factors", () => {
  const a = drawn([3, 3]);
  const cube = matmul(matmul(a, a), a);
  expect(distance(matrixPower(a, 3), cube)).toBeLessThan(1e-13);
  expect(distance(matmul(matrixPower(a, -3), cube), identity(3))).toBeLessThan(1e-10);
  // Fibonacci's numbers.
  expect(
    matrixPower(matrix([1, 1], [1, 0]), 50)
      .select(0)
      .select(1)
      .item(),
  ).toBe(12586269025);
});
