/** What holds of the matrix product in any memory. Called by a test file for each configuration. */
import { describe, expect, it } from "vitest";
import type { DType } from "../../src/dtype.js";
import { allocate } from "../../src/dtype.js";
import { matmul, matmulInto } from "../../src/kernels/matmul/matmul.js";
import { type Shape, sizeOf } from "../../src/shape.js";
import { allocateView, denseView, Storage, type View } from "../../src/storage.js";
import {
  difference,
  elements,
  type Layout,
  laidOut,
  layouts,
  numbers,
  reference,
  referenceElement,
} from "./matmul-reference.js";

const dtypes = ["float32", "float64", "int32"] as const;
const everyLayout = Object.keys(layouts) as Layout[];

/** The product in a new array. */
export function run(x: View, y: View, shape: Shape): View {
  const out = allocateView(x.data.dtype, shape);
  matmul(x, y, out);
  return out;
}

/** Both modes against the reference, to the bit; the output lies inside a larger array. */
export function check(x: View, y: View, shape: Shape, draw: (dtype: DType) => number): string | undefined {
  const { dtype } = x.data;
  const product = difference(elements(run(x, y, shape)), reference(x, y, shape));
  if (product !== undefined) return product;

  const size = sizeOf(shape);
  const array = allocate(dtype, size + 7);
  for (let i = 0; i < array.length; i++) array[i] = draw(dtype);
  const before = array.slice();
  const out = { ...denseView(new Storage(dtype, array), shape), offset: 3 };
  matmulInto(x, y, out, { accumulate: true });
  const around = difference(
    [...array.slice(0, 3), ...array.slice(3 + size)],
    [...before.slice(0, 3), ...before.slice(3 + size)],
  );
  if (around !== undefined) return `around the output: ${around}`;
  const sum = difference(array.slice(3, 3 + size), reference(x, y, shape, before.slice(3, 3 + size)));
  return sum === undefined ? undefined : `accumulating: ${sum}`;
}

/** The layout of a pair of operands, for the plain cases. */
const pairs: readonly (readonly [Layout, Layout])[] = [
  ["rows", "rows"],
  ["rows", "columns"],
  ["columns", "rows"],
  ["columns", "columns"],
];

/** Compares elements here and there, the corners among them, as many as take a moment. */
export function spotCheck(x: View, y: View, out: View, start?: ArrayLike<number>): string[] {
  const computed = elements(out);
  const size = computed.length;
  const columns = out.shape.at(-1)!;
  const places = new Set([0, columns - 1, size - columns, size - 1]);
  const depth = x.shape.at(-1)!;
  for (let i = 1; i * (depth + 500) < 1e6; i++) places.add(Math.floor((i * 0.6180339887 * size) % size));
  return [...places]
    .filter((i) => !Object.is(computed[i], referenceElement(x, y, out.shape, i, start?.[i])))
    .map((i) => `element ${i} of [${out.shape}] is ${computed[i]}`);
}

/** Defines the tests. */
export function describeMatmul(): void {
  describe.each(dtypes)("matmul of %s has the documented bits", (dtype) => {
    it("at every edge of a block", () => {
      const draw = numbers(1);
      const wrong: string[] = [];
      for (const [xLayout, yLayout] of pairs)
        for (const rows of [1, 2, 3, 4, 5])
          for (let columns = 1; columns <= 35; columns++)
            for (const depth of [1, 2, 3, 4, 5, 17]) {
              const x = laidOut(xLayout, dtype, [rows, depth], draw);
              const y = laidOut(yLayout, dtype, [depth, columns], draw);
              const found = check(x, y, [rows, columns], draw);
              if (found !== undefined)
                wrong.push(`${rows}×${depth}·${depth}×${columns} (${xLayout}, ${yLayout}): ${found}`);
            }
      expect(wrong).toEqual([]);
    });

    it("for high, wide and deep operands", () => {
      const draw = numbers(2);
      const wrong: string[] = [];
      const shapes = [
        [100, 100, 100],
        [1, 100, 65],
        [1, 65, 100],
        [100, 1, 100],
        [65, 100, 1],
        [25, 100, 65],
        [1, 257, 3],
        [3, 255, 70],
        [17, 256, 33],
        [2, 1000, 5],
        [257, 3, 4],
        [300, 270, 17],
        [5, 520, 130],
        [65, 257, 258],
      ];
      for (const [xLayout, yLayout] of pairs)
        for (const [rows, depth, columns] of shapes) {
          const x = laidOut(xLayout, dtype, [rows, depth], draw);
          const y = laidOut(yLayout, dtype, [depth, columns], draw);
          const found = check(x, y, [rows, columns], draw);
          if (found !== undefined)
            wrong.push(`${rows}×${depth}·${depth}×${columns} (${xLayout}, ${yLayout}): ${found}`);
        }
      expect(wrong).toEqual([]);
    });

    it("for more rows than are packed together", () => {
      const draw = numbers(13);
      const [rows, depth, columns] = [1091, 259, 275];
      for (const [xLayout, yLayout] of pairs) {
        const x = laidOut(xLayout, dtype, [rows, depth], draw);
        const y = laidOut(yLayout, dtype, [depth, columns], draw);
        const out = allocateView(dtype, [rows, columns]);
        matmul(x, y, out);
        expect(spotCheck(x, y, out)).toEqual([]);
        const start = elements(out).slice();
        matmulInto(x, y, out, { accumulate: true });
        expect(spotCheck(x, y, out, start)).toEqual([]);
      }
    });

    it("however operands lie", () => {
      const draw = numbers(3);
      const wrong: string[] = [];
      for (const xLayout of everyLayout)
        for (const yLayout of everyLayout)
          for (const [rows, depth, columns] of [
            [5, 7, 9],
            [1, 6, 19],
            [18, 1, 6],
            [6, 11, 1],
            [1, 1, 1],
            [1, 9, 1],
            [3, 300, 20],
          ]) {
            const x = laidOut(xLayout, dtype, [rows, depth], draw);
            const y = laidOut(yLayout, dtype, [depth, columns], draw);
            const found = check(x, y, [rows, columns], draw);
            if (found !== undefined)
              wrong.push(`${rows}×${depth}·${depth}×${columns} (${xLayout}, ${yLayout}): ${found}`);
          }
      expect(wrong).toEqual([]);
    });

    it("for batches that broadcast", () => {
      const draw = numbers(4);
      const wrong: string[] = [];
      const batches: [Shape, Shape, Shape][] = [
        [[3], [3], [3]],
        [[3], [], [3]],
        [[], [3], [3]],
        [[1], [3], [3]],
        [[3], [1], [3]],
        [[2, 3], [3], [2, 3]],
        [
          [2, 3],
          [2, 1],
          [2, 3],
        ],
        [
          [2, 1],
          [1, 3],
          [2, 3],
        ],
        [
          [2, 1, 2],
          [3, 1],
          [2, 3, 2],
        ],
        [[], [], [1]],
      ];
      for (const [xBatch, yBatch, batch] of batches)
        for (const xLayout of [
          "rows",
          "columns",
          "every second column",
          "rows backwards",
          "one row for all",
        ] as const)
          for (const yLayout of [
            "rows",
            "columns",
            "every third row and second column",
            "columns backwards",
          ] as const)
            for (const [rows, depth, columns] of [
              [3, 4, 5],
              [1, 5, 6],
              [5, 1, 3],
              [4, 3, 1],
            ]) {
              const x = laidOut(xLayout, dtype, [...xBatch, rows, depth], draw);
              const y = laidOut(yLayout, dtype, [...yBatch, depth, columns], draw);
              const found = check(x, y, [...batch, rows, columns], draw);
              if (found !== undefined)
                wrong.push(
                  `[${xBatch}] ${rows}×${depth} · [${yBatch}] ${depth}×${columns} (${xLayout}, ${yLayout}): ${found}`,
                );
            }
      expect(wrong).toEqual([]);
    });

    it("for a batch expanded with stride 0", () => {
      const draw = numbers(5);
      const one = laidOut("rows", dtype, [3, 4], draw);
      const x = { ...one, shape: [5, 3, 4], stride: [0, ...one.stride] };
      const y = laidOut("rows", dtype, [5, 4, 6], draw);
      expect(check(x, y, [5, 3, 6], draw)).toBeUndefined();
      const z = laidOut("rows", dtype, [4, 6], draw);
      expect(check(x, { ...z, shape: [5, 4, 6], stride: [0, ...z.stride] }, [5, 3, 6], draw)).toBeUndefined();
    });

    it("when operands and the output come back again and again", () => {
      const draw = numbers(12);
      for (const [xLayout, yLayout] of [
        ...pairs,
        ["rows of a wider matrix", "columns of a higher matrix"],
      ] as const) {
        const x = laidOut(xLayout, dtype, [30, 40], draw);
        const y = laidOut(yLayout, dtype, [40, 33], draw);
        const out = allocateView(dtype, [30, 33]);
        let expected: readonly number[] = new Array<number>(30 * 33).fill(0);
        for (let time = 0; time < 12; time++) {
          expect(difference(elements(run(x, y, [30, 33])), reference(x, y, [30, 33]))).toBeUndefined();
          matmulInto(x, y, out, { accumulate: true });
          expected = reference(x, y, [30, 33], expected);
        }
        expect(difference(elements(out), expected)).toBeUndefined();
      }
    });

    it("for a batch in the wrong order", () => {
      const draw = numbers(6);
      const x = laidOut("rows", dtype, [3, 5, 4], draw);
      const permuted = { ...x, shape: [5, 3, 4], stride: [x.stride[1], x.stride[0], x.stride[2]] };
      expect(check(permuted, laidOut("rows", dtype, [4, 6], draw), [5, 3, 6], draw)).toBeUndefined();
      const backwards = {
        ...x,
        offset: x.offset + 2 * x.stride[0],
        stride: [-x.stride[0], x.stride[1], x.stride[2]],
      };
      expect(check(backwards, laidOut("columns", dtype, [4, 6], draw), [3, 5, 6], draw)).toBeUndefined();
    });

    it("of nothing, which is zero", () => {
      const draw = numbers(7);
      for (const rows of [0, 1, 3])
        for (const depth of [0, 1, 3])
          for (const columns of [0, 1, 3]) {
            const x = laidOut("rows", dtype, [2, rows, depth], draw);
            const y = laidOut("columns", dtype, [depth, columns], draw);
            const shape = [2, rows, columns];
            const out = allocateView(dtype, shape);
            elements(out).fill(7);
            matmul(x, y, out);
            expect(difference(elements(out), reference(x, y, shape))).toBeUndefined();
            const sevens = elements(out).fill(7).slice();
            matmulInto(x, y, out, { accumulate: true });
            expect(difference(elements(out), reference(x, y, shape, sevens))).toBeUndefined();
          }
      const empty = allocateView(dtype, [0, 2, 2]);
      expect(() =>
        matmul(laidOut("rows", dtype, [0, 2, 3], draw), laidOut("rows", dtype, [3, 2], draw), empty),
      ).not.toThrow();
    });
  });
}
