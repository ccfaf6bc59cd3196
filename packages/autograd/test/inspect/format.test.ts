import { inspect } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { arange, full, tensor, zeros } from "../../src/create.js";
import { setDefaultDtype } from "../../src/dtype.js";
import type { Tensor } from "../../src/graph.js";
import { format } from "../../src/inspect.js";
import "../../src/methods.js";
import { mul } from "../../src/ops/elementwise.js";
import { reshape, transpose } from "../../src/ops/layout.js";
import { trace } from "../../src/trace.js";

afterEach(() => setDefaultDtype("float32"));

const float64 = { dtype: "float64" } as const;

// The texts are PyTorch 1.13's for the same values, with the words changed that format() says it changes.
describe("a tensor is printed as PyTorch prints it", () => {
  const cases: readonly (readonly [string, () => Tensor, string])[] = [
    [
      "a common width",
      () =>
        tensor([
          [1, 2.5],
          [-3.14159, 100],
        ]),
      `
tensor([[  1.0000,   2.5000],
        [ -3.1416, 100.0000]])`,
    ],
    [
      "another dtype, and a leaf that requires a gradient",
      () =>
        tensor(
          [
            [1, 2],
            [3, 4],
          ],
          { dtype: "float64", requiresGrad: true },
        ),
      `
tensor([[1., 2.],
        [3., 4.]], dtype=float64, requiresGrad=true)`,
    ],
    ["0-d", () => tensor(3.14159265), "tensor(3.1416)"],
    ["0-d, whole", () => tensor(2), "tensor(2.)"],
    ["0-d, -0", () => tensor(-0), "tensor(-0.)"],
    ["0-d, integer", () => tensor(7, { dtype: "int32" }), "tensor(7)"],
    ["0-d, bool", () => tensor(true), "tensor(true)"],
    ["empty", () => tensor([]), "tensor([])"],
    ["empty, with a shape to tell", () => zeros([0, 3]), "tensor([], shape=[0, 3])"],
    [
      "empty, with a dtype to tell",
      () => zeros([2, 0, 3], { dtype: "uint8" }),
      "tensor([], shape=[2, 0, 3], dtype=uint8)",
    ],
    ["whole floats", () => tensor([1, -2, 300]), "tensor([  1.,  -2., 300.])"],
    ["zeros, whose width nobody measures", () => tensor([0, -0]), "tensor([0., -0.])"],
    [
      "scientific for the small",
      () => tensor([1e-5, 1, 2.5]),
      "tensor([1.0000e-05, 1.0000e+00, 2.5000e+00])",
    ],
    ["scientific for the large", () => tensor([1, 1e9]), "tensor([1.0000e+00, 1.0000e+09])"],
    ["scientific for a wide range", () => tensor([0.001, 123.456]), "tensor([1.0000e-03, 1.2346e+02])"],
    [
      "three digits of exponent",
      () => tensor([1e-300, 1e300], float64),
      "tensor([1.0000e-300, 1.0000e+300], dtype=float64)",
    ],
    [
      "not scientific for large whole numbers",
      () => tensor([1e5, 12345, 0]),
      "tensor([100000.,  12345.,      0.])",
    ],
    [
      "not finite, among fractions",
      () => tensor([NaN, Infinity, -Infinity, 1.5]),
      "tensor([   nan,    inf,   -inf, 1.5000])",
    ],
    ["not finite, among whole numbers", () => tensor([NaN, Infinity, 2]), "tensor([nan, inf, 2.])"],
    ["not finite, alone", () => tensor([NaN, -Infinity]), "tensor([nan, -inf])"],
    [
      "halves to even",
      () => tensor([0.03125, 0.09375, -0.15625, 1.03125]),
      "tensor([ 0.0312,  0.0938, -0.1562,  1.0312])",
    ],
    [
      "halves to even, scientific",
      () => tensor([100005, 100015, 1], float64),
      "tensor([1.0000e+05, 1.0002e+05, 1.0000e+00], dtype=float64)",
    ],
    ["integers", () => tensor([1, -20, 300], { dtype: "int32" }), "tensor([  1, -20, 300])"],
    ["bytes", () => tensor([1, 2, 255], { dtype: "uint8" }), "tensor([  1,   2, 255], dtype=uint8)"],
    [
      "bools",
      () =>
        tensor([
          [true, false],
          [false, true],
        ]),
      `
tensor([[ true, false],
        [false,  true]])`,
    ],
    [
      "lines of 80",
      () => arange(30),
      `
tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])`,
    ],
    [
      "three axes",
      () => reshape(arange(0, 24, 1, { dtype: "float32" }), [2, 3, 4]),
      `
tensor([[[ 0.,  1.,  2.,  3.],
         [ 4.,  5.,  6.,  7.],
         [ 8.,  9., 10., 11.]],

        [[12., 13., 14., 15.],
         [16., 17., 18., 19.],
         [20., 21., 22., 23.]]])`,
    ],
    [
      "four axes",
      () => reshape(arange(16), [2, 2, 2, 2]),
      `
tensor([[[[ 0,  1],
          [ 2,  3]],

         [[ 4,  5],
          [ 6,  7]]],


        [[[ 8,  9],
          [10, 11]],

         [[12, 13],
          [14, 15]]]])`,
    ],
    [
      "a view that is not dense",
      () => transpose(reshape(arange(0, 10, 1, { dtype: "float32" }), [2, 5])),
      `
tensor([[0., 5.],
        [1., 6.],
        [2., 7.],
        [3., 8.],
        [4., 9.]])`,
    ],
    [
      "the ends alone of more than 1000",
      () => arange(1001),
      "tensor([   0,    1,    2,  ...,  998,  999, 1000])",
    ],
    [
      "the ends of each axis",
      () => reshape(tensor(Float32Array.from({ length: 1200 }, (_, i) => i / 7)), [30, 40]),
      `
tensor([[0.0000e+00, 1.4286e-01, 2.8571e-01,  ..., 5.2857e+00, 5.4286e+00,
         5.5714e+00],
        [5.7143e+00, 5.8571e+00, 6.0000e+00,  ..., 1.1000e+01, 1.1143e+01,
         1.1286e+01],
        [1.1429e+01, 1.1571e+01, 1.1714e+01,  ..., 1.6714e+01, 1.6857e+01,
         1.7000e+01],
        ...,
        [1.5429e+02, 1.5443e+02, 1.5457e+02,  ..., 1.5957e+02, 1.5971e+02,
         1.5986e+02],
        [1.6000e+02, 1.6014e+02, 1.6029e+02,  ..., 1.6529e+02, 1.6543e+02,
         1.6557e+02],
        [1.6571e+02, 1.6586e+02, 1.6600e+02,  ..., 1.7100e+02, 1.7114e+02,
         1.7129e+02]])`,
    ],
    [
      "the ends of outer axes, short inner ones in full",
      () => reshape(arange(2000), [500, 2, 2]),
      `
tensor([[[   0,    1],
         [   2,    3]],

        [[   4,    5],
         [   6,    7]],

        [[   8,    9],
         [  10,   11]],

        ...,

        [[1988, 1989],
         [1990, 1991]],

        [[1992, 1993],
         [1994, 1995]],

        [[1996, 1997],
         [1998, 1999]]])`,
    ],
    [
      "the op that made it",
      () =>
        mul(
          tensor(
            Float32Array.from({ length: 19 }, (_, i) => i),
            { requiresGrad: true },
          ),
          1.5,
        ),
      `
tensor([ 0.0000,  1.5000,  3.0000,  4.5000,  6.0000,  7.5000,  9.0000, 10.5000,
        12.0000, 13.5000, 15.0000, 16.5000, 18.0000, 19.5000, 21.0000, 22.5000,
        24.0000, 25.5000, 27.0000], op=mul)`,
    ],
  ];
  test.each(cases)("%s", (_, make, expected) => {
    expect(format(make())).toBe(expected.trimStart());
  });

  test("what follows the numbers goes on a line of its own where it would cross the margin", () => {
    const x = tensor(new Float64Array(10).fill(0.5), { requiresGrad: true });
    expect(format(mul(x, 1))).toBe(
      `
tensor([0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000,
        0.5000], dtype=float64, op=mul)`.trimStart(),
    );
    expect(format(full([7], 0.5, { dtype: "float64", requiresGrad: true }))).toBe(
      `
tensor([0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000, 0.5000], dtype=float64,
       requiresGrad=true)`.trimStart(),
    );
  });

  test("the default dtype goes without saying", () => {
    setDefaultDtype("float64");
    expect(format(tensor([1.5]))).toBe("tensor([1.5000])");
    expect(format(tensor([1.5], { dtype: "float32" }))).toBe("tensor([1.5000], dtype=float32)");
    expect(format(zeros([0], { dtype: "float32" }))).toBe("tensor([], dtype=float32)");
  });

  test("a large tensor is not read in full", () => {
    const x = zeros([1000, 1000]);
    const started = performance.now();
    for (let i = 0; i < 100; i++) format(x);
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("printing is not a step of a trace", () => {
    expect(trace(() => format(tensor([1, 2]))).steps).toEqual([]);
  });

  test("String and Node's console show it, indented where it is part of something", () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    expect(String(x)).toBe(format(x));
    expect(inspect({ weight: x })).toBe(
      `
{
  weight: tensor([[1., 2.],
          [3., 4.]])
}`.trimStart(),
    );
  });
});
