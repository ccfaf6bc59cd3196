/** What holds of convolutions in any memory. Called by a test file for each configuration. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DType } from "../../src/dtype.js";
import { convolve, convolveInput, convolveWeight } from "../../src/kernels/convolution/convolution.js";
import type { WindowAxis } from "../../src/kernels/convolution/geometry.js";
import { type Shape, sizeOf } from "../../src/shape.js";
import { allocateView, makeView, type View } from "../../src/storage.js";
import { elementsOf, type Problem } from "./convolution-reference.js";
import {
  type Arithmetic,
  arithmetic,
  difference,
  elements,
  type Layout,
  laidOut,
  layouts,
  numbers,
} from "./matmul-reference.js";

/** The lengths of a convolution. */
export interface Lengths {
  readonly batch: number;
  readonly groups: number;
  readonly channels: number;
  readonly filters: number;
  readonly axes: readonly WindowAxis[];
}

export type Kind = "out" | "x" | "weight";

const run = { out: convolve, x: convolveInput, weight: convolveWeight } as const;

/** The windows along an axis, as many as fit. */
export function windows(
  input: number,
  kernel: number,
  { stride = 1, dilation = 1, padding = 0, after = padding }: Partial<Record<string, number>> = {},
): WindowAxis {
  const output = Math.floor((input + padding + after - dilation * (kernel - 1) - 1) / stride) + 1;
  return { input, kernel, output, stride, dilation, padding };
}

export function shapesOf({ batch, groups, channels, filters, axes }: Lengths): Record<Kind, Shape> {
  return {
    x: [batch, groups * channels, ...axes.map(({ input }) => input)],
    weight: [groups * filters, channels, ...axes.map(({ kernel }) => kernel)],
    out: [batch, groups * filters, ...axes.map(({ output }) => output)],
  };
}

/** A convolution of drawn numbers, of which one array is zero, for the result. */
export function problemOf(
  kind: Kind,
  lengths: Lengths,
  dtype: "float32" | "float64" | "int32",
  layout: Layout,
  seed: number,
): Problem {
  const draw = numbers(seed);
  const shapes = shapesOf(lengths);
  const view = (name: Kind): View =>
    name === kind ? allocateView(dtype, shapes[name]) : laidOut(layout, dtype, shapes[name], draw);
  const { axes, groups } = lengths;
  return { x: view("x"), weight: view("weight"), out: view("out"), axes, groups };
}

/** The elements at `places` that are not what the reference says. */
export function wrongElements(kind: Kind, problem: Problem, places?: readonly number[]): string[] {
  const expected = elementsOf(problem)[kind];
  run[kind](problem);
  const result = problem[kind];
  const found = elements(result);
  const checked = places ?? Array.from({ length: sizeOf(result.shape) }, (_, i) => i);
  return checked
    .filter((i) => !Object.is(found[i], expected(i)))
    .map((i) => `${kind} ${i} of [${result.shape}] is ${found[i]}, not ${expected(i)}`)
    .slice(0, 5);
}

const anyAxis = fc
  .record({
    kernel: fc.integer({ min: 1, max: 4 }),
    output: fc.integer({ min: 1, max: 9 }),
    stride: fc.integer({ min: 1, max: 3 }),
    dilation: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: -2, max: 4 }),
    input: fc.integer({ min: 1, max: 12 }),
  })
  .filter(({ input, padding }) => input + padding > 0);

const anyLengths = fc.record({
  batch: fc.integer({ min: 1, max: 4 }),
  groups: fc.integer({ min: 1, max: 3 }),
  channels: fc.integer({ min: 1, max: 5 }),
  filters: fc.integer({ min: 1, max: 6 }),
  axes: fc.oneof(
    fc.array(anyAxis, { minLength: 1, maxLength: 2 }),
    fc.array(
      anyAxis.filter(({ output, kernel }) => output < 5 && kernel < 4),
      { minLength: 3, maxLength: 3 },
    ),
  ),
});

const everyLayout = Object.keys(layouts) as Layout[];

/** Defines the tests. */
export function describeConvolution(): void {
  describe.each(["out", "x", "weight"] as const)("the kernel for %s has the documented bits", (kind) => {
    it("for windows of any kind", { timeout: 30_000 }, () => {
      fc.assert(
        fc.property(
          anyLengths,
          fc.constantFrom("float32", "float64", "int32"),
          fc.constantFrom(...everyLayout),
          (lengths, dtype, layout) => {
            expect(wrongElements(kind, problemOf(kind, lengths, dtype, layout, 7))).toEqual([]);
          },
        ),
        { seed: 20261121, numRuns: 150 },
      );
    });

    it.each<[what: string, lengths: Lengths]>([
      ["sums of more than a block", of(2, 31, 3, [windows(9, 3, { padding: 1 }), windows(8, 3)])],
      ["more filters than a block", of(1, 2, 300, [windows(5, 3)])],
      ["more filters than stay near", of(2, 3, 131, [windows(6, 3, { padding: 1 }), windows(6, 3)])],
      [
        "more windows than a block",
        of(2, 2, 3, [windows(19, 3, { padding: 1 }), windows(31, 3, { stride: 2 })]),
      ],
      ["few filters and many rows of windows", of(2, 1, 3, [windows(70, 3), windows(31, 3, { padding: 1 })])],
      ["few filters and long rows", of(1, 1, 2, [windows(3, 2), windows(2303, 3)])],
      ["filters of several panels", of(2, 2, 21, [windows(19, 3, { padding: 1 }), windows(17, 3)])],
      ["filters of a part of a panel", of(5, 2, 9, [windows(9, 3), windows(7, 2)])],
      [
        "more filters than meet a block of windows at once",
        of(1, 1, 133, [windows(18, 3, { padding: 1 }), windows(17, 3)]),
      ],
      [
        "windows two and three elements apart",
        of(3, 3, 37, [windows(13, 3, { stride: 2, padding: 1 }), windows(29, 5, { stride: 3, padding: 2 })]),
      ],
      [
        "windows two elements apart, in groups",
        {
          ...of(4, 2, 18, [windows(9, 2, { stride: 2 }), windows(14, 3, { stride: 2, padding: 1 })]),
          groups: 2,
        },
      ],
      ["a few windows and many images", of(67, 3, 5, [windows(4, 3), windows(5, 4)])],
      ["windows of one element", of(2, 5, 4, [windows(9, 1), windows(11, 1)])],
      ["few windows of one element", of(3, 5, 4, [windows(3, 1), windows(5, 1)])],
      ["one window", of(70, 2, 9, [windows(5, 5), windows(3, 3)])],
      ["more images than fit a block", of(600, 1, 2, [windows(3, 3)])],
      ["a kernel of more taps than are folded at once", of(1, 3, 2, [windows(14, 11), windows(13, 10)])],
      [
        "a group for each channel",
        { ...of(2, 1, 1, [windows(9, 3, { padding: 1 }), windows(11, 3, { padding: 1 })]), groups: 8 },
      ],
    ])("for %s", (_, lengths) => {
      for (const dtype of ["float32", "float64"] as const)
        expect(wrongElements(kind, problemOf(kind, lengths, dtype, "rows", 8))).toEqual([]);
    });
  });

  it.each(["out", "weight"] as const)("images are moved a few channels at a time, for %s", (kind) => {
    const axes = [windows(80, 3, { stride: 20, padding: 1 }), windows(400, 3, { stride: 2, padding: 1 })];
    for (const dtype of ["float32", "float64"] as const)
      expect(wrongElements(kind, problemOf(kind, of(1, 5, 2, axes), dtype, "rows", 9))).toEqual([]);
  });

  it.each<[what: string, lengths: Lengths]>([
    ["images of many windows", of(2, 3, 5, [windows(9, 3, { padding: 1 }), windows(11, 3)])],
    ["images of few windows", of(9, 2, 3, [windows(4, 3)])],
    ["groups", { ...of(2, 1, 2, [windows(9, 3), windows(9, 4)]), groups: 3 }],
    ["no channels", of(2, 0, 3, [windows(5, 3)])],
  ])("a bias is added last, for %s", (_, lengths) => {
    for (const dtype of ["float32", "float64", "int32"] as const) {
      const problem = problemOf("out", lengths, dtype, "every second column", 11);
      const bias = laidOut("columns backwards", dtype, [1, lengths.groups * lengths.filters], numbers(12));
      convolve(problem);
      const { shape } = problem.out;
      const out = allocateView(dtype, shape);
      convolve({
        ...problem,
        out,
        bias: makeView(bias.data, bias.shape.slice(1), bias.stride.slice(1), bias.offset),
      });
      const step = sizeOf(shape.slice(2));
      const expected = elements(problem.out).map((sum, i) =>
        arithmeticOf(dtype).add(
          sum,
          bias.data.get(bias.offset + bias.stride[1] * (Math.floor(i / step) % shape[1])),
        ),
      );
      expect(difference(elements(out), expected)).toBeUndefined();
    }
  });
}

const arithmeticOf = (dtype: DType): Arithmetic => arithmetic[dtype]!;

function of(batch: number, channels: number, filters: number, axes: readonly WindowAxis[]): Lengths {
  return { batch, groups: 1, channels, filters, axes };
}
