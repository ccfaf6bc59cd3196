/** Functions whose results are as long as the values say. */
import { describe, expect, test } from "vitest";
import { gradients } from "../../src/backward.js";
import { tensor } from "../../src/create.js";
import { ArgumentError, DTypeError, ShapeError } from "../../src/errors.js";
import { mul } from "../../src/ops/elementwise.js";
import { gather, indexSelect } from "../../src/ops/indexing.js";
import { flatten, permute, slice } from "../../src/ops/layout.js";
import { sum } from "../../src/ops/reductions.js";
import { bincount, unique } from "../../src/ops/sorting/counting.js";
import { toArray } from "../../src/read.js";
import { trace } from "../../src/trace.js";

const { NaN: nan } = Number;

describe("unique", () => {
  test("gives each element once, in rising order, with where and how often it occurs", () => {
    const x = tensor([
      [3, 1, 3],
      [2, 1, -5],
    ]);
    const { values, inverse, counts } = unique(x);
    expect(toArray(values)).toEqual([-5, 1, 2, 3]);
    expect(toArray(counts)).toEqual([1, 2, 1, 2]);
    expect(toArray(inverse)).toEqual([
      [3, 1, 3],
      [2, 1, 0],
    ]);
    expect([values.dtype, inverse.dtype, counts.dtype]).toEqual(["float32", "int32", "int32"]);
    expect(toArray(gather(values, flatten(inverse)))).toEqual(toArray(flatten(x)));
  });

  test("takes every dtype, views, nothing and a single number", () => {
    expect(toArray(unique(tensor([true, false, true])).values)).toEqual([false, true]);
    expect(toArray(unique(tensor([7, 3, 7], { dtype: "int32" })).values)).toEqual([3, 7]);
    const reversed = slice(tensor([1, 2, 3, 1]), { step: -2 });
    expect(toArray(unique(reversed).values)).toEqual([1, 2]);
    expect(toArray(unique(tensor([])).values)).toEqual([]);
    const single = unique(tensor(5));
    expect([toArray(single.values), toArray(single.inverse)]).toEqual([[5], 0]);
  });

  test("holds 0 and −0 for equal, and NaN for different from all", () => {
    const { values, counts } = unique(tensor([nan, 0, -0, nan, 1]));
    expect(toArray(values)).toEqual([0, 1, nan, nan]);
    expect(toArray(counts)).toEqual([2, 1, 1, 1]);
  });

  test.each([0, 1, -1])("gives each part of axis %i once", (axis) => {
    const rows = tensor([
      [1, 2, 0],
      [1, 0, 5],
      [1, 2, 0],
      [0, 9, 9],
      [1, 0, 5],
    ]);
    const x = axis === 0 ? rows : permute(rows, [1, 0]);
    const { values, inverse, counts } = unique(x, { axis });
    const found = axis === 0 ? values : permute(values, [1, 0]);
    expect(toArray(found)).toEqual([
      [0, 9, 9],
      [1, 0, 5],
      [1, 2, 0],
    ]);
    expect(toArray(inverse)).toEqual([2, 1, 2, 0, 1]);
    expect(toArray(counts)).toEqual([1, 2, 2]);
    expect(toArray(indexSelect(values, inverse, { axis }))).toEqual(toArray(x));
  });

  test("compares whole parts of an axis in the middle", () => {
    const x = tensor([
      [
        [1, 2],
        [0, 1],
        [1, 2],
      ],
      [
        [3, 4],
        [5, 6],
        [3, 4],
      ],
    ]);
    const { values, counts } = unique(x, { axis: 1 });
    expect(toArray(values)).toEqual([
      [
        [0, 1],
        [1, 2],
      ],
      [
        [5, 6],
        [3, 4],
      ],
    ]);
    expect(toArray(counts)).toEqual([1, 2]);
  });

  test("is a step at which values leave the tape, and refuses an axis that is not there", () => {
    const x = tensor([1, 1]);
    const { steps } = trace(() => unique(x));
    expect(steps).toContainEqual(expect.objectContaining({ kind: "barrier", name: "unique" }));
    expect(() => unique(x, { axis: 1 })).toThrow(ShapeError);
  });
});

describe("bincount", () => {
  const x = tensor([1, 3, 1, 0], { dtype: "int32" });

  test("counts", () => {
    expect(toArray(bincount(x))).toEqual([1, 2, 0, 1]);
    expect(bincount(x).dtype).toBe("int32");
    expect(toArray(bincount(x, { minLength: 6 }))).toEqual([1, 2, 0, 1, 0, 0]);
    expect(toArray(bincount(tensor([], { dtype: "uint8" }), { minLength: 2 }))).toEqual([0, 0]);
  });

  test("adds weights, through which gradients flow", () => {
    const weights = tensor([0.5, 1, 2, 4], { requiresGrad: true });
    const counted = bincount(x, { weights });
    expect(toArray(counted)).toEqual([4, 2.5, 0, 1]);
    const [gradient] = gradients(sum(mul(counted, tensor([1, 10, 100, 1000]))), [weights]);
    expect(toArray(gradient!)).toEqual([10, 1000, 10, 1]);
  });

  test("refuses what it cannot count", () => {
    expect(() => bincount(tensor([[1]], { dtype: "int32" }))).toThrow(ShapeError);
    expect(() => bincount(tensor([1]))).toThrow(DTypeError);
    expect(() => bincount(tensor([1, -1], { dtype: "int32" }))).toThrow(ArgumentError);
    expect(() => bincount(x, { minLength: -1 })).toThrow(ArgumentError);
    expect(() => bincount(x, { weights: tensor([1]) })).toThrow(
      /^bincount: the weights are \[1\] and x is \[4\]; they must be the same$/,
    );
  });
});
