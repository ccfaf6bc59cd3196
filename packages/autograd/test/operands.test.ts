import { describe, expect, test } from "vitest";
import { ArgumentError, add, matmul, ones, randn, ShapeError, tensor, zeros } from "../src/index.js";

// What JavaScript lets pass, the compiler not being asked.
const anything = (value: unknown): never => value as never;

describe("what is no tensor", () => {
  test.each([
    [[1, 2, 3], "add: y is a list; make a tensor of it with tensor([…])"],
    [undefined, "add: y is undefined; give a tensor"],
    [null, "add: y is null; give a tensor"],
    ["1", "add: y is string; give a tensor"],
    [Promise.resolve(1), "add: y is a promise; await it first"],
  ])("is refused by element-wise ops: %s", (value, message) => {
    expect(() => add(ones([3]), anything(value))).toThrow(new ArgumentError(message));
  });

  test("is refused by other ops", () => {
    expect(() => matmul(ones([2, 2]), anything([[1, 2]]))).toThrow(ArgumentError);
    expect(() => ones([2, 2]).sum.call(anything({ shape: [2], dtype: "float32" }))).toThrow(
      /^sum: x is object; give a tensor$/,
    );
  });
});

describe("what is no shape", () => {
  test("is refused", () => {
    expect(() => randn(anything(2), anything(3))).toThrow(
      "randn: the shape is 2; give the lengths in a list: [2, 3]",
    );
    expect(() => zeros(anything([undefined, 2]))).toThrow(ShapeError);
  });
});

test("numbers too large for an int32 saturate, as conversions do", () => {
  const values = [3e9, -3e9, Number.NaN, 1.9, -1.9];
  const expected = [2147483647, -2147483648, 0, 1, -1];
  expect(tensor(values, { dtype: "int32" }).toArray()).toEqual(expected);
  expect(tensor(values, { dtype: "float64" }).to("int32").toArray()).toEqual(expected);
});
