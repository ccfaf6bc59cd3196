/** What shares numbers with an array, and what has its own. */
import { describe, expect, test } from "vitest";
import { ArgumentError, full, matmul, ShapeError, type Tensor, tensor, trace } from "../src/index.js";

describe("tensor", () => {
  test("copies a typed array, and without a copy reads the array itself", () => {
    const numbers = Float32Array.of(1, 2, 3, 4);
    const own = tensor(numbers, { shape: [2, 2] });
    const shared = tensor(numbers, { shape: [2, 2], copy: false, requiresGrad: true });
    expect([shared.dtype, shared.shape, shared.requiresGrad]).toEqual(["float32", [2, 2], true]);
    numbers[0] = 5;
    expect(own.toArray()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(shared.toArray()).toEqual([
      [5, 2],
      [3, 4],
    ]);
    expect(matmul(shared, own).toArray()).toEqual([
      [11, 18],
      [15, 22],
    ]);
  });

  test("reads a part of an array where it lies", () => {
    const numbers = Int32Array.from({ length: 10 }, (_, i) => i);
    const part = tensor(numbers.subarray(4, 7), { copy: false });
    numbers[5] = -1;
    expect([part.toArray(), part.toTypedArray({ copy: false })]).toEqual([
      [4, -1, 6],
      Int32Array.of(4, -1, 6),
    ]);
  });

  test("refuses to share what it would have to change", () => {
    const lists = [1, [[1], [2]], []];
    for (const list of lists) expect(() => tensor(list, { copy: false })).toThrow(ArgumentError);
    expect(() => tensor([1], { copy: false })).toThrow(
      /^tensor: with copy: false the data must be a typed array of float32; leave copy out, or the dtype$/,
    );
    for (const dtype of ["float64", "bool"] as const)
      expect(() => tensor(Uint8Array.of(1), { dtype, copy: false })).toThrow(`a typed array of ${dtype};`);
    expect(() => tensor(Uint8Array.of(1), { shape: [2], copy: false })).toThrow(ShapeError);
  });
});

describe("toTypedArray", () => {
  const values = Float64Array.from({ length: 12 }, (_, i) => i * i);
  const x = tensor(values, { shape: [3, 4], copy: false });

  test("copies, and without a copy gives the tensor's own numbers", () => {
    expect(x.toTypedArray()).toEqual(values);
    expect(x.toTypedArray()).not.toBe(values);
    expect(x.toTypedArray({ copy: false })).toBe(values);
  });

  test("without a copy gives a part of them for a view of rows", () => {
    const rows = x.narrow(0, 1, 2).toTypedArray({ copy: false });
    expect(rows).toEqual(values.subarray(4));
    expect(rows.buffer).toBe(values.buffer);
  });

  test("copies what does not lie row by row", () => {
    const strided: [Tensor, number[]][] = [
      [x.transpose(), [0, 16, 64, 1, 25, 81, 4, 36, 100, 9, 49, 121]],
      [x.narrow(1, 1, 2), [1, 4, 25, 36, 81, 100]],
      [x.select(3, { axis: 1 }).expand([2, 3]), [9, 49, 121, 9, 49, 121]],
    ];
    for (const [view, expected] of strided) {
      const read = view.toTypedArray({ copy: false });
      expect(Array.from(read)).toEqual(expected);
      expect(read.buffer).not.toBe(values.buffer);
    }
  });

  test.each([1, 100, 5000])("gives what an op has just made of %d numbers", (size) => {
    const made = full([size], 3).mul(full([size], 2));
    expect(made.toTypedArray({ copy: false })).toEqual(new Float32Array(size).fill(6));
    expect(made.toTypedArray()).toEqual(new Float32Array(size).fill(6));
  });

  test("is a step out of a trace either way", () => {
    const [read, shared] = [true, false].map((copy) => {
      const { steps } = trace(() => x.add(1).toTypedArray({ copy }));
      return steps.map((step) => ("op" in step ? "op" : step));
    });
    expect(shared).toEqual(read);
  });
});
