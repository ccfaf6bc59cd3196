import { describe, expect, test } from "vitest";
import { difference, input } from "../../src/expression/expression.js";
import { fallingExp } from "../../src/expression/functions/index.js";
import { logSoftmax, logSumExp, softmax } from "../../src/kernels/softmax.js";
import { reducedShape, sizeOf } from "../../src/shape.js";
import { allocateView, type View } from "../../src/storage.js";
import { compile } from "../expression/support/kernel.js";
import { exponentialsInOrder } from "./order.js";
import { dense, expanded, layouts, list, numbers, sameBits, subsets, termsOf } from "./views.js";

const shapes = [
  [1],
  [5],
  [0],
  [3, 0],
  [0, 3],
  [17, 33],
  [1, 7],
  [7, 1],
  [4, 5, 6],
  [3, 1, 20, 2],
  [2, 3, 2, 5, 3],
  [40, 130],
];

/** The three by plain loops in float64, for the terms of one row. */
const reference = {
  logSumExp: (row: readonly number[]): number => {
    const m = Math.max(...row);
    if (Math.abs(m) === Infinity) return m;
    return m + Math.log(row.reduce((sum, x) => sum + Math.exp(x - m), 0));
  },
  softmax: (row: readonly number[]): number[] => {
    const m = Math.max(...row);
    const sum = row.reduce((total, x) => total + Math.exp(x - m), 0);
    return row.map((x) => Math.exp(x - m) / sum);
  },
  logSoftmax: (row: readonly number[]): number[] => {
    const m = Math.max(...row);
    const sum = row.reduce((total, x) => total + Math.exp(x - m), 0);
    return row.map((x) => x - m - Math.log(sum));
  },
};

function apply(kind: "softmax" | "logSoftmax", x: View, axis: number): View {
  const out = allocateView(x.data.dtype, x.shape);
  (kind === "softmax" ? softmax : logSoftmax)(x, out, axis);
  return out;
}

function logSumExpOf(x: View, axes: readonly number[]): View {
  const out = allocateView(x.data.dtype, reducedShape(x.shape, axes, false));
  logSumExp(x, out, axes);
  return out;
}

/** eˣ⁻ᵐ by the function that the loops are made of. */
function exponentials(
  dtype: "float32" | "float64",
  xs: readonly number[],
  ms: readonly number[],
): readonly number[] {
  const room = (xs.length + 3) & ~3;
  const shifted = fallingExp(difference(input(0), input(1)));
  const { inputs, output, run } = compile(dtype === "float32" ? "f32" : "f64", shifted, 2, room);
  [xs, ms].forEach((list, k) => inputs[k].set(list));
  run(room);
  return [...output.subarray(0, xs.length)];
}

function expectClose(
  got: readonly number[],
  expected: readonly number[],
  tolerance: number,
  message: string,
): void {
  expect(got.length, message).toBe(expected.length);
  got.forEach((value, i) => {
    if (Math.abs(value - expected[i]) > tolerance * (1 + Math.abs(expected[i])))
      expect(value, message).toBe(expected[i]);
  });
}

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  const tolerance = dtype === "float32" ? 1e-6 : 2e-15;

  test.each(["softmax", "logSoftmax"] as const)("%s along any axis of any view", (kind) => {
    shapes.forEach((shape, seed) => {
      shape.forEach((_, axis) => {
        for (const [name, x] of Object.entries(layouts(dtype, shape, seed))) {
          const out = apply(kind, x, axis);
          const rows = termsOf(x, [axis]).map((row) => reference[kind](row));
          const message = `${name} [${shape}] along ${axis}`;
          termsOf(out, [axis]).forEach((row, i) => expectClose(row, rows[i], tolerance, message));
        }
      });
    });
  });

  test("logSumExp over any axes of any view", () => {
    [[], ...shapes].forEach((shape, seed) => {
      for (const axes of subsets(shape.length))
        for (const [name, x] of Object.entries(layouts(dtype, shape, seed))) {
          const expected = termsOf(x, axes).map((row) => reference.logSumExp(row));
          expectClose(list(logSumExpOf(x, axes)), expected, tolerance, `${name} [${shape}] over [${axes}]`);
        }
    });
  });

  test("what is not finite gives what PyTorch gives", () => {
    const inf = Infinity;
    const rows = dense(
      dtype,
      [5, 3],
      [-inf, -inf, -inf, 0, inf, 1, 0, NaN, 1, -inf, 0, -inf, inf, inf, -inf],
    );
    const nan = [NaN, NaN, NaN];
    expect(list(apply("softmax", rows, 1))).toEqual([...nan, ...nan, ...nan, 0, 1, 0, ...nan]);
    expect(list(apply("logSoftmax", rows, 1))).toEqual([...nan, ...nan, ...nan, -inf, 0, -inf, ...nan]);
    expect(list(logSumExpOf(rows, [1]))).toEqual([-inf, inf, NaN, 0, inf]);
  });

  test("many terms that are not finite give what few of them give", () => {
    const inf = Infinity;
    const filled = (...values: readonly number[]): number[] =>
      Array.from({ length: 21 }, (_, i) => values[i % values.length]);
    const rows = [
      filled(0, inf, -3),
      filled(-inf),
      filled(inf, NaN),
      filled(NaN, 1),
      filled(-1e30, -inf, 1e30),
    ];
    const x = dense(dtype, [5, 21], rows.flat());
    expect(list(logSumExpOf(x, [1]))).toEqual([inf, -inf, NaN, NaN, list(dense(dtype, [], [1e30]))[0]]);
    const last = filled(0, 0, 1 / 7).map((share) => list(dense(dtype, [], [share]))[0]);
    for (const view of [x, expanded(x, 0, 2)]) {
      const softmaxes = list(apply("softmax", view, view.shape.length - 1));
      expect(softmaxes.slice(0, 84)).toEqual(new Array<number>(84).fill(NaN));
      expect(softmaxes.slice(84, 105)).toEqual(last);
    }
  });

  test("large numbers do not overflow", () => {
    const x = dense(dtype, [4], [1e30, 1e30, -1e30, 0]);
    expect(list(apply("softmax", x, 0))).toEqual([0.5, 0.5, 0, 0]);
    expectClose(
      list(logSumExpOf(dense(dtype, [2], [1000, 1000]), [0])),
      [1000 + Math.log(2)],
      tolerance,
      "1000",
    );
  });

  test.each([[70000], [2, 40000], [3, 5000], [5, 3001]].map((shape) => ({ shape })))(
    "long rows, the same bits in any layout: $shape",
    ({ shape }) => {
      const axis = shape.length - 1;
      const all = Object.entries(layouts(dtype, shape, 5));
      for (const kind of ["softmax", "logSoftmax"] as const) {
        const outs = all.map(([, x]) => apply(kind, x, axis));
        const rows = termsOf(all[0][1], [axis]).map((row) => reference[kind](row));
        termsOf(outs[0], [axis]).forEach((row, i) => expectClose(row, rows[i], 2 * tolerance, kind));
        all.forEach(([name], i) => expect(sameBits(outs[i], outs[0]), `${kind} ${name}`).toBe(true));
      }
      const sums = all.map(([, x]) => logSumExpOf(x, [axis]));
      expectClose(
        list(sums[0]),
        termsOf(all[0][1], [axis]).map((row) => reference.logSumExp(row)),
        tolerance,
        "logSumExp",
      );
      all.forEach(([name], i) => expect(sameBits(sums[i], sums[0]), name).toBe(true));
    },
  );

  test.each([[1], [7], [40, 3], [2, 33, 21], [3, 131], [4500, 1], [1, 4500]].map((shape) => ({ shape })))(
    "sums in the promised order: $shape",
    ({ shape }) => {
      const round = dtype === "float32" ? Math.fround : (x: number): number => x;
      const x = dense(dtype, shape, numbers(dtype, sizeOf(shape), 9));
      shape.forEach((_, axis) => {
        const out = termsOf(apply("softmax", x, axis), [axis]);
        const rows = termsOf(x, [axis]);
        const all = exponentials(
          dtype,
          rows.flat(),
          rows.flatMap((row) => row.map(() => Math.max(...row))),
        );
        const expected = rows.map((row, i) => {
          const es = all.slice(i * row.length, (i + 1) * row.length);
          const share = round(1 / exponentialsInOrder(es, dtype));
          return es.map((e) => round(e * share));
        });
        expect(out.flat(), `along ${axis}`).toEqual(expected.flat());
      });
    },
  );

  test("the same bits when the operand has come to stay in the memory", () => {
    for (const [name, x] of Object.entries(layouts(dtype, [40, 30], 1)))
      for (const axis of [0, 1]) {
        const first = [apply("softmax", x, axis), apply("logSoftmax", x, axis), logSumExpOf(x, [axis])];
        for (let call = 0; call < 8; call++) {
          const again = [apply("softmax", x, axis), apply("logSoftmax", x, axis), logSumExpOf(x, [axis])];
          again.forEach((out, i) => expect(sameBits(out, first[i]), `${name} along ${axis}`).toBe(true));
        }
      }
  });

  test("rows of an expanded view", () => {
    const row = dense(dtype, [6], numbers(dtype, 6, 1));
    for (const kind of ["softmax", "logSoftmax"] as const) {
      const single = list(apply(kind, row, 0));
      expect(list(apply(kind, expanded(row, 0, 4), 1))).toEqual([...single, ...single, ...single, ...single]);
    }
    const along = list(apply("softmax", expanded(row, 1, 4), 1));
    expect(along).toEqual(new Array<number>(sizeOf([6, 4])).fill(0.25));
  });
});
