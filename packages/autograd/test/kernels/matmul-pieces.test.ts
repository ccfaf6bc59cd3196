import { describe, expect, it } from "vitest";
import { matmul, matmulInto } from "../../src/kernels/matmul/matmul.js";
import { configureMemory } from "../../src/kernels/memory.js";
import { allocateView } from "../../src/storage.js";
import { describeMatmul, spotCheck } from "./matmul-cases.js";
import { elements, laidOut, numbers } from "./matmul-reference.js";

// The smallest memory, in which what an earlier kernel left behind is NaN.
configureMemory({ bytes: 2 ** 24, poison: true });

describeMatmul();

describe("operands that do not fit the memory", () => {
  it.each([
    { x: [2100, 2050], y: [2050, 2200], shape: [2100, 2200] },
    { x: [3, 5], y: [5, 700001], shape: [3, 700001] },
    { x: [700001, 5], y: [5, 3], shape: [700001, 3] },
    { x: [2, 900001], y: [900001, 3], shape: [2, 3] },
    { x: [1, 3000], y: [3000, 2001], shape: [1, 2001] },
    { x: [2001, 3000], y: [3000, 1], shape: [2001, 1] },
    { x: [3001, 1], y: [1, 2999], shape: [3001, 2999] },
    { x: [300, 1, 70, 60], y: [2, 60, 80], shape: [300, 2, 70, 80] },
  ])("$x · $y has the same bits in pieces", { timeout: 60_000 }, ({ x: xShape, y: yShape, shape }) => {
    const draw = numbers(10);
    for (const [xLayout, yLayout] of [
      ["rows", "columns"],
      ["columns", "rows"],
    ] as const) {
      const x = laidOut(xLayout, "float32", xShape, draw);
      const y = laidOut(yLayout, "float32", yShape, draw);
      const out = allocateView("float32", shape);
      matmul(x, y, out);
      expect(spotCheck(x, y, out)).toEqual([]);

      const start = elements(out)
        .fill(0)
        .map((_, i) => (i % 13) / 7);
      elements(out).set(start);
      matmulInto(x, y, out, { accumulate: true });
      expect(spotCheck(x, y, out, start)).toEqual([]);
    }
  });

  it("float64, gathered", () => {
    const draw = numbers(11);
    const x = laidOut("every second column", "float64", [700, 900], draw);
    const y = laidOut("columns backwards", "float64", [900, 800], draw);
    const out = allocateView("float64", [700, 800]);
    matmul(x, y, out);
    expect(spotCheck(x, y, out)).toEqual([]);
  });
});
