import { describe, expect, it } from "vitest";
import { configureMemory } from "../../src/kernels/memory.js";
import { sizeOf } from "../../src/shape.js";
import { type Lengths, problemOf, shapesOf, windows, wrongElements } from "./convolution-cases.js";

// The smallest memory, in which what an earlier kernel left behind is NaN.
configureMemory({ bytes: 2 ** 24, poison: true });

/** Elements here and there, the first and the last among them, as many as take a moment. */
function somePlaces(size: number, count: number): number[] {
  const places = new Set([0, size - 1]);
  for (let i = 1; i < count; i++) places.add(Math.floor((i * 0.6180339887 * size) % size));
  return [...places];
}

describe("operands that do not fit the memory", () => {
  const padded = { padding: 2 };
  it.each<[what: string, lengths: Lengths, count: number]>([
    [
      "many images",
      { batch: 70, groups: 1, channels: 12, filters: 10, axes: [windows(70, 3), windows(66, 3, padded)] },
      60,
    ],
    [
      "many images of one window",
      { batch: 1500, groups: 1, channels: 40, filters: 30, axes: [windows(8, 8), windows(9, 9)] },
      40,
    ],
    [
      "one large image",
      {
        batch: 1,
        groups: 1,
        channels: 3,
        filters: 5,
        axes: [windows(901, 3, padded), windows(703, 4, { stride: 2 })],
      },
      60,
    ],
    [
      "a long signal",
      { batch: 1, groups: 1, channels: 1, filters: 2, axes: [windows(850_001, 5, padded)] },
      30,
    ],
    [
      "a flat image",
      {
        batch: 2,
        groups: 1,
        channels: 2,
        filters: 1,
        axes: [windows(1, 1), windows(900_001, 3, { dilation: 7 })],
      },
      30,
    ],
    [
      "many groups",
      { batch: 1, groups: 60, channels: 2, filters: 1, axes: [windows(190, 3, padded), windows(160, 3)] },
      60,
    ],
    [
      "a large weight",
      {
        batch: 2,
        groups: 1,
        channels: 700,
        filters: 690,
        axes: [windows(4, 3), windows(4, 3, { padding: 1 })],
      },
      60,
    ],
  ])("%s: the same bits in pieces", { timeout: 60_000 }, (_, lengths, count) => {
    for (const kind of ["out", "x", "weight"] as const) {
      const problem = problemOf(kind, lengths, "float32", "rows", 9);
      const places = somePlaces(sizeOf(shapesOf(lengths)[kind]), kind === "weight" ? 1 : count);
      expect(wrongElements(kind, problem, places)).toEqual([]);
    }
  });

  it("an expanded gradient", { timeout: 60_000 }, () => {
    const lengths = {
      batch: 3,
      groups: 1,
      channels: 4,
      filters: 6,
      axes: [windows(400, 3), windows(402, 3)],
    };
    for (const kind of ["x", "weight"] as const) {
      const problem = problemOf(kind, lengths, "float32", "one row for all", 10);
      expect(wrongElements(kind, problem, somePlaces(200, 3))).toEqual([]);
    }
  });
});
