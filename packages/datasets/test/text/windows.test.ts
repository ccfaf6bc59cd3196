import { Generator, type Tensor } from "@wengert/autograd";
import { DataLoader, TokenWindows, Vocabulary } from "@wengert/datasets";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const counting = (length: number) => Int32Array.from({ length }, (_, i) => i);
const all = (windows: TokenWindows) =>
  Array.from({ length: windows.length }, (_, i) => windows.get(i).map((x: Tensor) => x.toArray()));

describe("TokenWindows", () => {
  test("each token has the next for its target", () => {
    expect(all(new TokenWindows(counting(5), { length: 3 }))).toEqual([
      [
        [0, 1, 2],
        [1, 2, 3],
      ],
      [
        [1, 2, 3],
        [2, 3, 4],
      ],
    ]);
  });

  test("only the one behind the window", () => {
    expect(all(new TokenWindows(counting(7), { length: 2, stride: 2, target: "next" }))).toEqual([
      [[0, 1], 2],
      [[2, 3], 4],
      [[4, 5], 6],
    ]);
  });

  test("windows stay within the text, and the last one is not forgotten", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 20 }),
    );
    fc.assert(
      fc.property(sizes, ([length, stride, more]) => {
        const windows = new TokenWindows(counting(length + more), { length, stride, target: "next" });
        const targets = all(windows).map(([, y]) => y as number);
        const expected: number[] = [];
        for (let next = length; next < length + more; next += stride) expected.push(next);
        expect(targets).toEqual(expected);
      }),
    );
  });

  test("words to predict, in batches", () => {
    const vocabulary = Vocabulary.fromText("the cat sat on the mat", { level: "word" });
    const windows = new TokenWindows(vocabulary.encode("the cat sat"), { length: 2, target: "next" });
    const [batch] = new DataLoader(windows, { batchSize: 3, shuffle: true, generator: new Generator(1) });
    const [x, y] = batch ?? [];
    expect([x?.shape, x?.dtype, y?.shape]).toEqual([[3, 2], "int32", [3]]);
    expect(vocabulary.decode(windows.get(2)[0].toTypedArray())).toBe("cat ");
  });

  test("refuses sizes that do not fit", () => {
    expect(() => new TokenWindows(counting(3), { length: 0 })).toThrow("TokenWindows: length is 0");
    expect(() => new TokenWindows(counting(3), { length: 1, stride: 0.5 })).toThrow("stride is 0.5");
    expect(() => new TokenWindows(counting(3), { length: 3 })).toThrow(
      "3 tokens do not fill a window of 3 and one to predict",
    );
    expect(() => new TokenWindows(counting(3), { length: 1, target: "all" as "each" })).toThrow(
      'the target is "all"',
    );
    expect(() => new TokenWindows(counting(3), { length: 1 }).get(2)).toThrow("there is no window 2 among 2");
  });
});
