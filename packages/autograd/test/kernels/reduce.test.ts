import { describe, expect, test } from "vitest";
import type { DType } from "../../src/dtype.js";
import { heap } from "../../src/kernels/memory.js";
import { extreme, extremeOver, prod, sum, sumOfSquares } from "../../src/kernels/reduce.js";
import { reducedShape } from "../../src/shape.js";
import { allocateView, makeView, type View } from "../../src/storage.js";
import { reduceInOrder } from "./order.js";
import { dense, expanded, layouts, list, numbers, subsets, termsOf } from "./views.js";

const dtypes = ["float32", "float64", "int32", "uint8", "bool"] as const;
const floats = ["float32", "float64"] as const;
const shapes = [
  [],
  [1],
  [0],
  [5],
  [3, 0],
  [0, 3],
  [2, 0, 3],
  [17, 33],
  [1, 7],
  [7, 1],
  [4, 5, 6],
  [3, 1, 20, 2],
  [2, 3, 2, 5, 3],
  [40, 130],
  [130, 40],
];
// Blocks that are full, just over and far over, pieces of rows and of columns, and axes too short to stand alone.
const longShapes = [
  [70000],
  [4097],
  [100, 300],
  [300, 100],
  [9000, 2],
  [2, 9000],
  [3, 2, 4500],
  [4500, 2, 3],
  [2, 4500, 3],
  [9, 20, 30, 2],
  [40, 1100],
  [18, 4100],
];
const longLayouts = ["dense", "reversed axes", "backwards", "padded", "first axis last"];

const kernels = { sum, prod, squares: sumOfSquares };

function reduced(kind: keyof typeof kernels, x: View, axes: readonly number[]): View {
  const from: DType = x.data.dtype;
  const out = allocateView(from.startsWith("float") ? from : "int32", reducedShape(x.shape, axes, false));
  kernels[kind](x, out, axes);
  return out;
}

/** `expect(…).toEqual(…)` for long lists of numbers, of which it would print every one. */
function expectSame(got: readonly number[], expected: readonly number[], message: string): void {
  const differs = expected.findIndex((x, i) => !Object.is(x, got[i]));
  if (differs >= 0) expect(got[differs], `${message}, element ${differs}`).toBe(expected[differs]);
  expect(got.length, message).toBe(expected.length);
}

const rounded = (dtype: DType, values: readonly number[]): number[] => [
  ...(dtype === "float32" ? Float32Array : Float64Array).from(values),
];

describe.each(["sum", "prod"] as const)("%s", (kind) => {
  test.each(floats)("of %s over any axes of any view, to the bit", (dtype) => {
    shapes.forEach((shape, seed) => {
      const views = Object.entries(layouts(dtype, shape, seed));
      for (const axes of subsets(shape.length)) {
        const expected = rounded(dtype, reduceInOrder(list(views[0][1]), shape, axes, kind));
        const nothing = new Array<number>(expected.length === 0 ? termsOf(views[0][1], axes).length : 0).fill(
          kind === "sum" ? 0 : 1,
        );
        for (const [name, x] of views)
          expectSame(
            list(reduced(kind, x, axes)),
            expected.length === 0 ? nothing : expected,
            `${name} [${shape}] over [${axes}]`,
          );
      }
    });
  });

  test.each(["int32", "uint8", "bool"] as const)("of %s over any axes of any view", (dtype) => {
    const combine = kind === "sum" ? (x: number, y: number) => (x + y) | 0 : Math.imul;
    shapes.forEach((shape, seed) => {
      const views = Object.entries(layouts(dtype, shape, seed));
      for (const axes of subsets(shape.length)) {
        const expected = termsOf(views[0][1], axes).map((terms) =>
          terms.reduce(combine, kind === "sum" ? 0 : 1),
        );
        for (const [name, x] of views)
          expectSame(list(reduced(kind, x, axes)), expected, `${name} [${shape}] over [${axes}]`);
      }
    });
  });
});

test.each(floats)("sums of squares of %s are sums of what is squared before, to the bit", (dtype) => {
  for (const shape of [[], [0], [17, 33], [3, 1, 20, 2], [9000, 2]]) {
    const all = layouts(dtype, shape, 5);
    const squares = list(all.dense).map((x) => x * x);
    for (const axes of subsets(shape.length)) {
      const expected = rounded(dtype, reduceInOrder(squares, shape, axes, "sum"));
      const nothing = termsOf(all.dense, axes).map(() => 0);
      for (const name of longLayouts.filter((each) => each in all))
        expectSame(
          list(reduced("squares", all[name], axes)),
          squares.length === 0 ? nothing : expected,
          `${name} [${shape}] over [${axes}]`,
        );
    }
  }
});

describe("long sums", () => {
  test.each(longShapes.map((shape) => ({ shape })))("$shape, to the bit", ({ shape }) => {
    for (const dtype of floats) {
      const all = layouts(dtype, shape, 3);
      const values = list(all.dense);
      for (const axes of subsets(shape.length).slice(1)) {
        const expected = rounded(dtype, reduceInOrder(values, shape, axes, "sum"));
        for (const name of longLayouts.filter((each) => each in all))
          expectSame(list(reduced("sum", all[name], axes)), expected, `${dtype} ${name} over [${axes}]`);
      }
    }
  });

  test.each(["int32", "uint8"] as const)("of %s", (dtype) => {
    for (const shape of [[70000], [300, 100], [2, 4500, 3], [40, 1100]]) {
      const all = layouts(dtype, shape, 3);
      for (const axes of subsets(shape.length)) {
        const expected = termsOf(all.dense, axes).map((terms) => terms.reduce((a, b) => (a + b) | 0, 0));
        for (const name of longLayouts.filter((each) => each in all))
          expectSame(list(reduced("sum", all[name], axes)), expected, `${name} over [${axes}]`);
      }
    }
  });

  test("a million float64 terms keep their precision", () => {
    const values = numbers("float64", 1e6, 9).map((x) => x + 1);
    // Neumaier's compensated sum.
    let [total, lost] = [0, 0];
    for (const x of values) {
      const next = total + x;
      lost += Math.abs(total) >= Math.abs(x) ? total - next + x : x - next + total;
      total = next;
    }
    const [got] = list(reduced("sum", dense("float64", [1e6], values), [0]));
    expect(Math.abs(got / (total + lost) - 1)).toBeLessThan(1e-15);
  });

  test("float32 terms are rounded once", () => {
    const values = [2 ** 24, 1, 1, 1, -(2 ** 24)];
    expect(list(reduced("sum", dense("float32", [5], values), [0]))).toEqual([3]);
  });
});

test("the same bits when the operand has come to stay in the memory", () => {
  const views = Object.entries(layouts("float32", [40, 30], 1));
  for (const [name, x] of views) {
    const first = subsets(2).map((axes) => list(reduced("sum", x, axes)));
    const found = extremes(x, 0, "max");
    for (let call = 0; call < 8; call++) {
      expect(
        subsets(2).map((axes) => list(reduced("sum", x, axes))),
        name,
      ).toEqual(first);
      expect(extremes(x, 0, "max"), name).toEqual(found);
    }
  }
});

test("the same bits of an operand that stays in the memory, where it is cut into fewer pieces", () => {
  for (const shape of [
    [9000, 5],
    [12, 5000],
    [70000, 2],
  ]) {
    const all = layouts("float32", shape, 1);
    for (const name of ["dense", "reversed axes", "padded"]) {
      const x = all[name];
      for (const axes of subsets(2)) {
        const first = list(reduced("sum", x, axes));
        const address = x.data.settle();
        // A small memory may be full of other blocks.
        if (heap().bytes > 2 ** 24) expect(address, name).toBeGreaterThan(0);
        expectSame(list(reduced("sum", x, axes)), first, `${name} [${shape}] over [${axes}]`);
        x.data.leave();
      }
    }
  }
});

test("sums of repeated elements", () => {
  const x = dense("float32", [3], [1, 2, 4]);
  expect(list(reduced("sum", expanded(x, 0, 5000), [0]))).toEqual([5000, 10000, 20000]);
  expect(list(reduced("sum", expanded(x, 0, 5), [1]))).toEqual([7, 7, 7, 7, 7]);
  expect(list(reduced("sum", expanded(expanded(x, 1, 7), 0, 2), [0, 2]))).toEqual([14, 28, 56]);
  expect(list(reduced("sum", makeView(x.data, [100, 50], [0, 0], 1), [0, 1]))).toEqual([10000]);
});

test("sums of what is not finite", () => {
  const x = dense("float32", [4, 3], [NaN, 1, 2, Infinity, 1, 2, Infinity, -Infinity, 0, -0, -0, -0]);
  expect(list(reduced("sum", x, [1]))).toEqual([NaN, Infinity, NaN, 0]);
  expect(list(reduced("sum", x, [0]))).toEqual([NaN, -Infinity, 4]);
});

/** The extreme of a row and its place by a plain loop. */
function best(row: readonly number[], kind: "max" | "min"): [value: number, index: number] {
  let index = 0;
  row.forEach((x, i) => {
    const held = row[index];
    if (kind === "max" ? x > held : x < held) index = i;
    else if (Number.isNaN(x) && !Number.isNaN(held)) index = i;
  });
  return [row[index], index];
}

function extremes(x: View, axis: number, kind: "max" | "min"): { values: number[]; indices: number[] } {
  const shape = reducedShape(x.shape, [axis], false);
  const [values, indices] = [allocateView(x.data.dtype, shape), allocateView("int32", shape)];
  extreme(x, values, indices, axis, kind);
  return { values: list(values), indices: list(indices) };
}

describe.each(["max", "min"] as const)("%s", (kind) => {
  test.each(dtypes)("of %s along any axis of any view", (dtype) => {
    for (const [seed, shape] of [...shapes, [9000, 2], [2, 9000], [40, 1100], [20000]].entries())
      shape.forEach((length, axis) => {
        if (length === 0) return;
        const views = Object.entries(layouts(dtype, shape, seed));
        const expected = termsOf(views[0][1], [axis]).map((row) => best(row, kind));
        for (const [name, x] of views) {
          const { values, indices } = extremes(x, axis, kind);
          expectSame(
            values,
            expected.map(([value]) => value),
            `${name} [${shape}] along ${axis}`,
          );
          expectSame(
            indices,
            expected.map(([, index]) => index),
            `${name} [${shape}] along ${axis}`,
          );
        }
      });
  });

  test.each(floats)("of %s: first of equals, first NaN, signed zeros as they come", (dtype) => {
    const special = [NaN, Infinity, -Infinity, 0, -0, 1, -1];
    for (const length of [2, 3, 7, 40, 300]) {
      const rows = Array.from({ length: 60 }, (_, r) => {
        const row = Array.from(numbers("uint8", length, r), (x) => special[x % special.length]);
        // Without NaN in two rows of three, of one value only in some.
        return row.map((x) => (r % 9 === 0 ? special[(r / 9) % 7] : Number.isNaN(x) && r % 3 > 0 ? 0 : x));
      });
      const expected = rows.map((row) => best(row, kind));
      const alongRows = dense(dtype, [60, length], rows.flat());
      const alongColumns = dense(
        dtype,
        [length, 60],
        Array.from({ length }, (_, i) => rows.map((row) => row[i])).flat(),
      );
      for (const got of [extremes(alongRows, 1, kind), extremes(alongColumns, 0, kind)]) {
        expectSame(
          got.values,
          expected.map(([value]) => value),
          `rows of ${length}`,
        );
        expectSame(
          got.indices,
          expected.map(([, index]) => index),
          `rows of ${length}`,
        );
      }
    }
  });

  test("over several axes", () => {
    for (const dtype of dtypes)
      for (const shape of [[], [4, 5, 6], [3, 1, 20, 2], [130, 40], [2, 3, 1100]]) {
        const views = Object.entries(layouts(dtype, shape, 2));
        for (const axes of subsets(shape.length)) {
          const expected = termsOf(views[0][1], axes).map((row) => best(row, kind)[0]);
          for (const [name, x] of views) {
            const out = allocateView(dtype, reducedShape(shape, axes, false));
            extremeOver(x, out, axes, kind);
            expectSame(list(out), expected, `${dtype} ${name} [${shape}] over [${axes}]`);
          }
        }
      }
  });

  test("indices may be left out", () => {
    const out = allocateView("float32", [2]);
    extreme(dense("float32", [2, 2], [1, 2, 4, 3]), out, null, 1, kind);
    expect(list(out)).toEqual(kind === "max" ? [2, 4] : [1, 3]);
  });
});
