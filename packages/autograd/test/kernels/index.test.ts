import { describe, expect, test } from "vitest";
import type { DType } from "../../src/dtype.js";
import { ShapeError } from "../../src/errors.js";
import { checkIndices, gather, indexAdd, indexSelect, oneHot, scatterAdd } from "../../src/kernels/index.js";
import { sizeOf } from "../../src/shape.js";
import { allocateView, type View } from "../../src/storage.js";
import { dense, expanded, type Layouts, layouts, list, sliced, words } from "./views.js";

const dtypes = ["float32", "float64", "int32", "uint8", "bool"] as const;

/** The element of `x` at `index`. */
function at(x: View, index: readonly number[]): number {
  return x.data.get(index.reduce((place, i, axis) => place + i * x.stride[axis], x.offset));
}

function add(x: View, index: readonly number[], value: number): void {
  const place = index.reduce((sum, i, axis) => sum + i * x.stride[axis], x.offset);
  x.data.set(place, x.data.get(place) + value);
}

/** All positions of `shape` in row-major order. */
function positions(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (all, length) => all.flatMap((head) => Array.from({ length }, (_, i) => [...head, i])),
    [[]],
  );
}

/** Random indices from −size to size − 1, and the same counted from the start. */
function indices(
  shape: readonly number[],
  size: number,
  seed: number,
): { given: Record<string, View> & { dense: View }; resolved: number[] } {
  const next = words(seed);
  const numbers = Array.from({ length: sizeOf(shape) }, () => (next() % (2 * size)) - size);
  const resolved = numbers.map((i) => (i < 0 ? i + size : i));
  const spaced = dense(
    "int32",
    [...shape.slice(0, -1), 2 * shape.at(-1)!],
    numbers.flatMap((i) => [i, 99]),
    2,
  );
  return {
    given: {
      dense: dense("int32", shape, numbers, 3),
      strided: sliced(spaced, shape.length - 1, 2),
      "not negative": dense("int32", shape, resolved),
      uint8: dense("uint8", shape, resolved),
    },
    resolved,
  };
}

// The shape of x or of the target, and how many indices there are along each axis, where no axis forbids it.
const cases: readonly (readonly [shape: readonly number[], indices: readonly number[]])[] = [
  [[5], [3]],
  [[5], [0]],
  [[1], [4]],
  [
    [4, 3],
    [6, 3],
  ],
  [
    [4, 3],
    [2, 2],
  ],
  [
    [3, 4, 5],
    [3, 4, 5],
  ],
  [
    [3, 4, 5],
    [2, 4, 7],
  ],
  [
    [2, 3, 1, 4],
    [2, 3, 1, 4],
  ],
  [
    [2, 2, 3, 2, 2],
    [2, 2, 2, 2, 2],
  ],
];

/** Every layout of x with dense indices, and every layout of the indices with dense x. */
function pairs(
  views: Layouts,
  given: Readonly<Record<string, View> & { dense: View }>,
): [name: string, x: View, index: View][] {
  return [
    ...Object.entries(views).map(([name, x]): [string, View, View] => [`x ${name}`, x, given.dense]),
    ...Object.entries(given).map(([name, index]): [string, View, View] => [
      `indices ${name}`,
      views.dense,
      index,
    ]),
  ];
}

/** Ones in a view that does not begin at the start of its numbers. */
function ones(dtype: DType, shape: readonly number[]): View {
  return dense(dtype, shape, new Array<number>(sizeOf(shape)).fill(1), 2);
}

/** What a kernel that adds `values` at `places` to ones must give. */
function added(shape: readonly number[], places: readonly number[][], values: View): number[] {
  const sums = ones(values.data.dtype, shape);
  const numbers = list(values);
  places.forEach((place, i) => add(sums, place, numbers[i]));
  return list(sums);
}

describe.each(dtypes)("%s", (dtype) => {
  test("gather and scatterAdd", () => {
    cases.forEach(([shape, wanted], seed) => {
      shape.forEach((size, axis) => {
        const chosenShape = wanted.map((length, i) => (i === axis ? length : Math.min(length, shape[i])));
        const { given, resolved } = indices(chosenShape, size, seed);
        const places = positions(chosenShape).map((position, i) => position.with(axis, resolved[i]));
        const views = layouts(dtype, shape, seed);
        const gathered = places.map((place) => at(views.dense, place));
        for (const [name, x, index] of pairs(views, given)) {
          const out = allocateView(dtype, chosenShape);
          gather(x, index, out, axis);
          expect(list(out), `${name} [${shape}] axis ${axis}`).toEqual(gathered);
        }
        if (dtype === "bool") return;
        const values = layouts(dtype, chosenShape, seed);
        const scattered = added(shape, places, values.dense);
        for (const [name, x, index] of pairs(values, given)) {
          const out = ones(dtype, shape);
          scatterAdd(out, index, x, axis);
          expect(list(out), `${name} [${shape}] axis ${axis}`).toEqual(scattered);
        }
      });
    });
  });

  test("indexSelect and indexAdd", () => {
    for (const shape of [[5], [4, 3], [3, 70], [3, 4, 5], [2, 3, 1, 4], [2, 3, 2, 2, 3], [3, 0]])
      shape.forEach((size, axis) => {
        for (const count of [0, 1, 6]) {
          if (size === 0 && count > 0) continue;
          const { given, resolved } = indices([count], Math.max(1, size), count + axis);
          const chosenShape = shape.with(axis, count);
          const places = positions(chosenShape).map((position) =>
            position.with(axis, resolved[position[axis]]),
          );
          const views = layouts(dtype, shape, size);
          const selected = places.map((place) => at(views.dense, place));
          for (const [name, x, index] of pairs(views, given)) {
            const out = allocateView(dtype, chosenShape);
            indexSelect(x, index, out, axis);
            expect(list(out), `${name} [${shape}] axis ${axis}`).toEqual(selected);
          }
          if (dtype === "bool") continue;
          const values = layouts(dtype, chosenShape, size);
          const sums = added(shape, places, values.dense);
          for (const [name, x, index] of pairs(values, given)) {
            const out = ones(dtype, shape);
            indexAdd(out, index, x, axis);
            expect(list(out), `${name} [${shape}] axis ${axis}`).toEqual(sums);
          }
        }
      });
  });

  test("rows of a table that has come to stay in the memory", () => {
    for (const width of [7, 32, 50]) {
      const { dense: table, offset } = layouts(dtype, [40, width], width);
      const rows = list(table);
      for (const chosen of [[39, 0, -1, 7], Array.from({ length: 2000 }, (_, i) => (i * 7) % 40)]) {
        const expected = chosen.flatMap((i) => rows.slice((i < 0 ? i + 40 : i) * width).slice(0, width));
        for (let call = 0; call < 8; call++)
          for (const x of [table, offset]) {
            const out = allocateView(dtype, [chosen.length, width]);
            indexSelect(x, dense("int32", [chosen.length], chosen), out, 0);
            expect(list(out).every((value, i) => value === expected[i])).toBe(true);
          }
      }
    }
  });

  test("oneHot", () => {
    const out = allocateView(dtype, [2, 2, 4]);
    oneHot(dense("int32", [2, 2], [0, 3, -1, 1]), out);
    expect(list(out)).toEqual([1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0]);
  });
});

test("a row is repeated where an expanded view repeats it", () => {
  const row = dense("float32", [3], [1, 2, 3]);
  const out = allocateView("float32", [2, 3]);
  indexSelect(expanded(row, 0, 4), dense("int32", [2], [3, 0]), out, 0);
  expect(list(out)).toEqual([1, 2, 3, 1, 2, 3]);
  const sum = allocateView("float32", [2, 3]);
  indexAdd(sum, dense("int32", [4], [1, 1, 0, 1]), expanded(row, 0, 4), 0);
  expect(list(sum)).toEqual([1, 2, 3, 3, 6, 9]);
});

test("float32 sums are rounded one by one, in order", () => {
  const out = allocateView("float32", [1]);
  scatterAdd(out, dense("int32", [3], [0, 0, 0]), dense("float32", [3], [2 ** 24, 1, 1]), 0);
  expect(list(out)).toEqual([2 ** 24]);
});

describe("checkIndices", () => {
  test("names the place and the value of an index out of range", () => {
    const given = dense("int32", [2, 3], [0, 1, 2, -3, 3, 0]);
    expect(() => checkIndices("gather", given, 3)).toThrow(ShapeError);
    expect(() => checkIndices("gather", given, 3)).toThrow(
      "gather: the index at [1, 1] of [2, 3] is 3, and the axis has size 3; indices must be from -3 to 2",
    );
    expect(() => checkIndices("oneHot", dense("int32", [], [-5]), 4)).toThrow(
      "oneHot: the index is -5, and the axis has size 4; indices must be from -4 to 3",
    );
    expect(() => checkIndices("indexSelect", dense("int32", [1], [0]), 0)).toThrow(
      "there is nothing to choose",
    );
  });

  test("leaves the indices given as they are", () => {
    const given = dense("int32", [2], [-1, 0]);
    expect([...checkIndices("gather", given, 3)]).toEqual([2, 0]);
    expect(list(given)).toEqual([-1, 0]);
  });
});
