import { describe, expect, test } from "vitest";
import { crossEntropy, crossEntropyGradient, type ReducedLabelling } from "../../src/kernels/labels.js";
import { logSoftmax, softmax } from "../../src/kernels/softmax.js";
import { allocateView, type View } from "../../src/storage.js";
import { dense, layouts, list, numbers, sameBits } from "./views.js";

const round = { float32: Math.fround, float64: (x: number): number => x };
const labelling = (classes: number, reduction: ReducedLabelling["reduction"]): ReducedLabelling => ({
  name: "crossEntropy",
  classes,
  axis: 1,
  ignoreIndex: -1,
  reduction,
});

/** Every fifth does not count. */
function labelsOf(rows: number, classes: number): number[] {
  return Array.from({ length: rows }, (_, i) => (i % 5 === 3 ? -1 : (i * 7 + 2) % classes));
}

describe.each(["float32", "float64"] as const)("%s", (dtype) => {
  const shapes = [
    [1, 1],
    [1, 65],
    [9, 7],
    [300, 65],
    [2, 20000],
    [1, 800000],
  ] as const;

  test.each(shapes)("cross entropy of [%i, %i] has the bits of softmax and logSoftmax", (rows, classes) => {
    const given = labelsOf(rows, classes);
    const y = dense("int32", [rows], given);
    const scale = dense(dtype, [rows], numbers(dtype, rows, 3));
    const factor = list(scale);
    const count = given.filter((label) => label >= 0).length;
    const all: View[] =
      rows * classes > 50000
        ? [dense(dtype, [rows, classes], numbers(dtype, rows * classes, 1))]
        : Object.values(layouts(dtype, [rows, classes], 1));
    for (const x of all) {
      const [logs, shares] = [logSoftmax, softmax].map((f) => {
        const out = allocateView(dtype, [rows, classes]);
        f(x, out, 1);
        return list(out);
      });
      const own = given.map((label, i) => (label < 0 ? 0 : 0 - logs[i * classes + label]));
      const total = own.reduce((sum, loss) => sum + loss, 0);

      const losses = allocateView(dtype, [rows]);
      crossEntropy(x, y, losses, labelling(classes, "none"));
      expect(list(losses)).toEqual(own);
      for (const reduction of ["sum", "mean"] as const) {
        const reduced = allocateView(dtype, []);
        crossEntropy(x, y, reduced, labelling(classes, reduction));
        expect(list(reduced)).toEqual([round[dtype](reduction === "sum" ? total : total / count)]);
      }

      const gradient = (scales: View, reduction: ReducedLabelling["reduction"]): View => {
        const out = allocateView(dtype, [rows, classes]);
        crossEntropyGradient(x, y, scales, out, labelling(classes, reduction));
        return out;
      };
      const expected = (scaleOf: (i: number) => number): View =>
        dense(
          dtype,
          [rows, classes],
          shares.map((share, at) => {
            const [i, c] = [Math.floor(at / classes), at % classes];
            if (given[i] < 0) return 0;
            const part = round[dtype](share * scaleOf(i));
            return c === given[i] ? part - scaleOf(i) : part;
          }),
        );
      expect(
        sameBits(
          gradient(scale, "none"),
          expected((i) => factor[i]),
        ),
      ).toBe(true);
      const one = dense(dtype, [], [0.7]);
      const [given7] = list(one);
      expect(
        sameBits(
          gradient(one, "sum"),
          expected(() => given7),
        ),
      ).toBe(true);
      expect(
        sameBits(
          gradient(one, "mean"),
          expected(() => round[dtype](given7 / count)),
        ),
      ).toBe(true);
    }
  });
});
