import { TextStream } from "@wengert/datasets";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const counting = (length: number) => Int32Array.from({ length }, (_, i) => i);
const pairs = (stream: Iterable<[{ toArray(): unknown }, { toArray(): unknown }]>) =>
  Array.from(stream, ([x, y]) => [x.toArray() as number[][], y.toArray() as number[][]] as const);

describe("TextStream", () => {
  test("rows continue, y is one step further", () => {
    const stream = new TextStream(counting(14), { batchSize: 2, sequenceLength: 4 });
    expect(pairs(stream)).toEqual([
      [
        [
          [0, 1, 2, 3],
          [6, 7, 8, 9],
        ],
        [
          [1, 2, 3, 4],
          [7, 8, 9, 10],
        ],
      ],
      [
        [
          [4, 5],
          [10, 11],
        ],
        [
          [5, 6],
          [11, 12],
        ],
      ],
    ]);
    expect([stream.length, stream.predictions]).toEqual([2, 12]);
    const [[x, y]] = stream;
    expect([x.dtype, y.dtype, x.shape]).toEqual(["int32", "int32", [2, 4]]);
  });

  test("dropLast keeps all batches of one shape", () => {
    const stream = new TextStream(counting(14), { batchSize: 2, sequenceLength: 4, dropLast: true });
    expect(pairs(stream)).toEqual([
      [
        [
          [0, 1, 2, 3],
          [4, 5, 6, 7],
        ],
        [
          [1, 2, 3, 4],
          [5, 6, 7, 8],
        ],
      ],
    ]);
    expect([stream.length, stream.predictions]).toEqual([1, 8]);
  });

  test("a pass goes on where it was left", () => {
    const stream = new TextStream(counting(50), { batchSize: 3, sequenceLength: 4 });
    expect(pairs(stream.batches(2))).toEqual(pairs(stream).slice(2));
  });

  test("predicts every token but the first, up to fewer than N at the end, in whatever sizes", () => {
    const size = fc.integer({ min: 1, max: 7 });
    fc.assert(
      fc.property(fc.nat(60), size, size, fc.boolean(), (extra, batchSize, sequenceLength, dropLast) => {
        const ids = counting(batchSize * sequenceLength + 1 + extra);
        const stream = new TextStream(ids, { batchSize, sequenceLength, dropLast });
        const batches = pairs(stream);
        expect(batches.length).toBe(stream.length);
        const rows = Array.from({ length: batchSize }, (_, row) => batches.flatMap(([, y]) => y[row]));
        expect(rows.flat()).toEqual(Array.from({ length: stream.predictions }, (_, i) => i + 1));
        const left = ids.length - 1 - stream.predictions;
        expect(left).toBeLessThan(dropLast ? batchSize * sequenceLength : batchSize);
        expect(batches.every(([x, y]) => x.flat().every((id, i) => y.flat()[i] === id + 1))).toBe(true);
      }),
    );
  });

  test("errors say what is needed", () => {
    const make = (length: number, dropLast: boolean) =>
      new TextStream(counting(length), { batchSize: 2, sequenceLength: 4, dropLast });
    expect(() => make(8, true)).toThrow(
      "8 tokens do not fill a batch of 2 streams of 4, which takes 9; use a longer text",
    );
    expect(make(9, true).length).toBe(1);
    expect(() => make(2, false)).toThrow("2 tokens do not fill a batch of 2 streams of 1, which takes 3");
    expect(make(3, false).length).toBe(1);
    expect(() => new TextStream(counting(9), { batchSize: 0, sequenceLength: 4 })).toThrow(
      "batchSize is 0; it must be an integer",
    );
  });
});
