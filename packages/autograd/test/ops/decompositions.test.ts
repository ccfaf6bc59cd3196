/** What decompositions must keep to, whatever PyTorch computes: laws, hard cases, gradients where values are equal. */
import { describe, expect, test } from "vitest";
import { laidTensor } from "../../src/gradcheck/layouts.js";
import {
  concat,
  eigh,
  eigvalsh,
  exp,
  eye,
  gradcheck,
  gradients,
  lstsq,
  matmul,
  matrixRank,
  mul,
  narrow,
  ones,
  orthogonalComplement,
  pinverse,
  qr,
  singularValues,
  spectralRadius,
  square,
  sub,
  sum,
  svd,
  type Tensor,
  tensor,
  to,
  transpose,
  unsqueeze,
  zeros,
} from "../../src/index.js";
import { bitDifference } from "../support/compare.js";
import { distance, drawn, hilbert, matrix, skewness } from "../support/matrices.js";

const { NaN: nan, POSITIVE_INFINITY: infinite } = Number;
const identity = (n: number): Tensor => eye(n, n, { dtype: "float64" });
const diagonal = (...values: number[]): Tensor =>
  mul(identity(values.length), tensor(values, { dtype: "float64" }));
const leafOf = (x: Tensor): Tensor => {
  const leaf = x.clone();
  leaf.requiresGrad = true;
  return leaf;
};
const shapes = [
  [1, 1],
  [5, 5],
  [7, 3],
  [3, 7],
  [40, 25],
  [60, 60],
  [2, 3, 4, 2],
  [3, 0],
  [0, 3],
  [0, 2, 2],
];

describe("qr", () => {
  test("has orthonormal columns, a triangle, and their product", () => {
    for (const shape of shapes) {
      const a = drawn(shape);
      for (const mode of ["reduced", "complete"] as const) {
        const { q, r } = qr(a, { mode });
        expect(distance(matmul(q, r), a)).toBeLessThan(1e-13);
        expect(skewness(q)).toBeLessThan(1e-14);
        const below = r.toTypedArray().filter((_, i) => {
          const [rows, columns] = r.shape.slice(-2);
          return Math.floor(i / columns) % rows > i % columns;
        });
        expect([...below].every((value) => value === 0)).toBe(true);
      }
    }
  });

  test("is exact for columns that depend on one another, and for tiny and huge ones", () => {
    for (const scale of [1, 1e-200, 1e200]) {
      const a = mul(matrix([1, 2, 1], [2, 4, 1], [3, 6, 1], [0, 0, 0]), scale);
      const { q, r } = qr(a);
      expect(distance(matmul(q, r), a)).toBeLessThan(1e-14 * scale);
      expect(skewness(q)).toBeLessThan(1e-14);
    }
  });

  test("differentiates what does not depend on how a basis was completed", () => {
    const weights = drawn([5, 5], 3);
    const report = gradcheck(
      (a) => {
        const { q } = qr(a, { mode: "complete" });
        const rest = narrow(q, -1, 2, 3);
        return sum(mul(matmul(rest, transpose(rest)), weights));
      },
      [drawn([5, 2])],
    );
    expect(report.message).toMatch(/agree/);
  });
});

describe("orthogonalComplement", () => {
  test("completes a basis", () => {
    for (const [rows, columns] of [
      [4, 1],
      [6, 4],
      [3, 3],
      [3, 0],
    ]) {
      const { q } = qr(drawn([2, rows, columns]));
      expect(skewness(concat([q, orthogonalComplement(q)], { axis: -1 }))).toBeLessThan(1e-14);
    }
  });

  test("refuses more columns than rows", () => {
    expect(() => orthogonalComplement(zeros([2, 3]))).toThrow(
      "orthogonalComplement: q is [2, 3]: 3 columns of 2 numbers are not independent; there must be as many rows at least",
    );
  });
});

describe("eigh", () => {
  test("has orthonormal vectors, rising values, and their product", () => {
    for (const n of [0, 1, 2, 3, 10, 60]) {
      const half = drawn([2, n, n]);
      const a = half.add(transpose(half));
      const { values, vectors } = eigh(a);
      expect(distance(matmul(mul(vectors, unsqueeze(values, -2)), transpose(vectors)), a)).toBeLessThan(
        1e-12,
      );
      expect(skewness(vectors)).toBeLessThan(1e-13);
      for (const list of values.toArray() as number[][]) expect(list).toEqual(list.toSorted((x, y) => x - y));
    }
  });

  test("copes with equal values", () => {
    const projection = sub(identity(5), mul(ones([5, 5], { dtype: "float64" }), 0.2));
    for (const [a, expected] of [
      [identity(4), [1, 1, 1, 1]],
      [zeros([3, 3], { dtype: "float64" }), [0, 0, 0]],
      [projection, [0, 1, 1, 1, 1]],
      [diagonal(2, -1, 2, -1), [-1, -1, 2, 2]],
    ] as const) {
      const { values, vectors } = eigh(a);
      expect(distance(values, tensor([...expected], { dtype: "float64" }))).toBeLessThan(1e-15);
      expect(skewness(vectors)).toBeLessThan(1e-15);
    }
  });

  test("has gradients of values that are equal, and none of their vectors", () => {
    const leaf = leafOf(diagonal(2, 3, 2));
    // exp is a function of the whole matrix, so which of the equal values is which does not matter.
    const [gradient] = gradients(sum(exp(eigvalsh(leaf))), [leaf]);
    expect(distance(gradient!, diagonal(Math.exp(2), Math.exp(3), Math.exp(2)))).toBeLessThan(1e-14);
    const [undefinedOne] = gradients(sum(mul(eigh(leaf).vectors, drawn([3, 3]))), [leaf]);
    expect([...undefinedOne!.toTypedArray()].every(Number.isFinite)).toBe(false);
  });

  test("differentiates symmetric functions of the matrix exactly", () => {
    // V exp(λ) Vᵀ, the exponential, with the gradient of a trace: exp(A).
    const half = drawn([4, 4]);
    const leaf = leafOf(half.add(transpose(half)));
    const { values, vectors } = eigh(leaf);
    const exponential = matmul(mul(vectors, unsqueeze(exp(values), -2)), transpose(vectors));
    const [gradient] = gradients(sum(mul(exponential, identity(4))), [leaf]);
    expect(distance(gradient!, exponential)).toBeLessThan(1e-11);
  });

  test("reads one triangle, of every layout", () => {
    const whole = matrix([4, 2, -2], [2, 5, 1], [-2, 1, 6]);
    const below = [4, nan, nan, 2, 5, nan, -2, 1, 6];
    const above = [4, 2, -2, nan, 5, 1, nan, nan, 6];
    const { values, vectors } = eigh(whole);
    for (const layout of ["dense", "transposed", "negative step", "offset"] as const)
      for (const [numbers, upper] of [
        [below, false],
        [above, true],
      ] as const) {
        const found = eigh(laidTensor([3, 3], numbers, "float64", layout), { upper });
        expect(bitDifference(found.values, values)).toBeUndefined();
        expect(bitDifference(found.vectors, vectors)).toBeUndefined();
      }
  });

  test("keeps the digits of tiny and huge matrices", () => {
    for (const scale of [1e-300, 1e300]) {
      const { values } = eigh(mul(matrix([2, 1], [1, 2]), scale));
      expect(distance(values.div(scale), matrix([1, 3]).select(0))).toBeLessThan(1e-14);
    }
  });
});

describe("svd", () => {
  test("has orthonormal vectors, falling values, and their product", () => {
    for (const shape of shapes) {
      const a = drawn(shape);
      const { u, s, vh } = svd(a, { fullMatrices: false });
      expect(distance(matmul(mul(u, unsqueeze(s, -2)), vh), a)).toBeLessThan(1e-13);
      expect(skewness(u)).toBeLessThan(5e-14);
      expect(skewness(transpose(vh))).toBeLessThan(5e-14);
      if (s.rank === 1) expect([...s.toTypedArray()]).toEqual([...s.toTypedArray()].sort((x, y) => y - x));
      const full = svd(a);
      expect(full.u.shape.slice(-2)).toEqual([shape.at(-2), shape.at(-2)]);
      expect(full.vh.shape.slice(-2)).toEqual([shape.at(-1), shape.at(-1)]);
      expect(skewness(full.u)).toBeLessThan(5e-14);
      expect(skewness(full.vh)).toBeLessThan(5e-14);
    }
  });

  test("copes with ranks that are too small, and with equal values", () => {
    for (const [a, expected] of [
      [matrix([1, 2], [2, 4], [3, 6]), [Math.sqrt(70), 0]],
      [matrix([1, 1, 1], [1, 1, 1]), [Math.sqrt(6), 0]],
      [zeros([3, 2], { dtype: "float64" }), [0, 0]],
      [mul(identity(3), 7), [7, 7, 7]],
      [matrix([0, 2, 0], [0, 0, 2], [0, 0, 0]), [2, 2, 0]],
    ] as const) {
      const { u, s, vh } = svd(a, { fullMatrices: false });
      expect(distance(s, tensor([...expected], { dtype: "float64" }))).toBeLessThan(1e-15 * 70);
      expect(skewness(u)).toBeLessThan(1e-15);
      expect(skewness(transpose(vh))).toBeLessThan(1e-15);
      expect(distance(matmul(mul(u, unsqueeze(s, -2)), vh), a)).toBeLessThan(1e-14);
    }
  });

  test("finds small values as accurately as large ones", () => {
    // The least of the Hilbert matrix of 8 rows (to the digits that its rounded elements leave), and of a graded one.
    expect(Math.abs(singularValues(hilbert(8)).select(7).item() / 1.1115389663725e-10 - 1)).toBeLessThan(
      1e-5,
    );
    const graded = matmul(matrix([1, 0.5], [0.25, 1]), diagonal(1, 1e-30));
    const [large, small] = singularValues(graded).toTypedArray();
    expect(Math.abs((large * small) / (0.875 * 1e-30) - 1)).toBeLessThan(1e-14);
    for (const scale of [1e-300, 1e300])
      expect(singularValues(mul(diagonal(1, 2), scale)).toArray()).toEqual([2 * scale, scale]);
  });

  test("has gradients of values that are equal, and none of their vectors", () => {
    const leaf = leafOf(diagonal(2, 2, 2));
    expect(distance(gradients(sum(square(singularValues(leaf))), [leaf])[0]!, diagonal(4, 4, 4))).toBe(0);
    const { u, s } = svd(leaf);
    expect(distance(gradients(sum(s), [leaf])[0]!, identity(3))).toBe(0);
    const [undefinedOne] = gradients(sum(mul(u, drawn([3, 3]))), [leaf]);
    expect([...undefinedOne!.toTypedArray()].every(Number.isFinite)).toBe(false);
  });

  test("chooses signs: the largest component of a left vector is positive", () => {
    const { u } = svd(drawn([6, 4]), { fullMatrices: false });
    for (const column of transpose(u).toArray() as number[][]) {
      const largest = Math.max(...column.map(Math.abs));
      expect(column).toContain(largest);
    }
  });
});

test("numbers that are not finite come to an end, as NaN", () => {
  for (const bad of [nan, infinite, -infinite]) {
    const a = matrix([1, bad, 2], [bad, 3, 4], [2, 4, 5]);
    const whole = [...Object.values(svd(a)), ...Object.values(eigh(a)), pinverse(a)] as Tensor[];
    for (const each of whole) expect([...each.toTypedArray()].every(Number.isNaN)).toBe(true);
    expect(qr(a).r.toTypedArray().some(Number.isNaN)).toBe(true);
    expect(Number.isFinite(spectralRadius(a).item())).toBe(false);
  }
});

test("float32 is computed in float64, and rounded once", () => {
  const a = to(drawn([5, 3]), "float32");
  const wide = to(a, "float64");
  for (const f of [pinverse, singularValues, (x: Tensor) => qr(x).q, (x: Tensor) => svd(x).vh])
    expect(bitDifference(f(a), to(f(wide), "float32"))).toBeUndefined();
});

describe("pinverse", () => {
  test("is what Moore and Penrose ask for", () => {
    const low = matmul(drawn([6, 2]), drawn([2, 4], 2));
    for (const a of [drawn([5, 3]), drawn([3, 5]), drawn([4, 4]), low, zeros([2, 3], { dtype: "float64" })]) {
      const p = pinverse(a);
      const [ap, pa] = [matmul(a, p), matmul(p, a)];
      expect(distance(matmul(ap, a), a)).toBeLessThan(1e-13);
      expect(distance(matmul(pa, p), p)).toBeLessThan(1e-13);
      expect(distance(transpose(ap), ap)).toBeLessThan(1e-13);
      expect(distance(transpose(pa), pa)).toBeLessThan(1e-13);
    }
    expect(matrixRank(low).item()).toBe(2);
  });

  test("differentiates along changes that keep the rank", () => {
    const report = gradcheck((x, y) => pinverse(matmul(x, y)), [drawn([4, 2]), drawn([2, 3], 2)]);
    expect(report.message).toMatch(/agree/);
  });
});

test("lstsq leaves a residual that is orthogonal to the columns", () => {
  const [a, b] = [drawn([8, 3]), drawn([8], 2)];
  const residual = sub(matmul(a, lstsq(a, b)), b);
  expect(distance(matmul(transpose(a), residual), zeros([3], { dtype: "float64" }))).toBeLessThan(1e-13);
});
