import { describe, expect, test } from "vitest";
import {
  add,
  addOp,
  applyInto,
  clone,
  full,
  matmul,
  noGrad,
  ones,
  sum,
  Tensor,
  tensor,
  zeros,
} from "../src/index.js";
import { blocksBegin, heap } from "../src/memory.js";
import { allocateView, Storage } from "../src/storage.js";

const addTo = (target: Tensor, x: Tensor) => noGrad(() => applyInto(addOp, [target, x], [target], undefined));

describe("a value that is read often stays in the WebAssembly memory", () => {
  test("from its fifth reading on, if it is not short", () => {
    const long = new Storage("float32", new Float32Array(256));
    const short = new Storage("float32", new Float32Array(255));
    const addresses = Array.from({ length: 6 }, () => long.residentAddress(256));
    expect(addresses.map((address) => address !== 0)).toEqual([false, false, false, false, true, true]);
    expect(addresses[4]).toBeGreaterThanOrEqual(blocksBegin());
    for (let i = 0; i < 10; i++) expect(short.residentAddress(255)).toBe(0);
  });

  test("not for readers of a small part of it", () => {
    const storage = new Storage("float64", new Float64Array(1000));
    for (let i = 0; i < 10; i++) expect(storage.residentAddress(499)).toBe(0);
  });

  test("and nothing is noticed of it: reads, updates in place and writes alternate", () => {
    const x = zeros([40, 10]);
    const one = ones([40, 10]);
    x.view.data.settle();
    for (let i = 1; i <= 20; i++) {
      addTo(x, one);
      if (i % 3 === 0) expect(x.select(7).toArray()).toEqual(new Array(10).fill(i));
      if (i % 7 === 0) expect(sum(x).item()).toBe(400 * i);
    }
    x.view.data.set(0, -1);
    addTo(x, one);
    expect(x.slice({ end: 1 }).toArray()).toEqual([[0, ...new Array<number>(9).fill(21)]]);
  });

  test("its views read what it is now", () => {
    const x = zeros([30, 20], { dtype: "float64" });
    const transposed = x.transpose();
    const row = x.select(3);
    x.view.data.settle();
    addTo(x, full([30, 20], 2.5, { dtype: "float64" }));
    expect(row.toArray()).toEqual(new Array(20).fill(2.5));
    expect(
      matmul(transposed, ones([30, 1], { dtype: "float64" }))
        .flatten()
        .toArray(),
    ).toEqual(new Array(20).fill(75));
    expect(clone(transposed).shape).toEqual([20, 30]);
  });

  test("more values than there is room for make way for one another", () => {
    // A quarter of the smallest memory is 4 MB; these are 12 MB.
    const values = Array.from({ length: 48 }, (_, i) => full([256, 256], i));
    const one = ones([256, 256]);
    for (let round = 1; round <= 3; round++)
      for (const value of values) {
        value.view.data.settle();
        addTo(value, one);
      }
    values.forEach((value, i) => {
      expect(value.select(255).select(255).item()).toBe(i + 3);
      expect(sum(value).item()).toBe((i + 3) * 65536);
    });
    expect(heap().bytes - blocksBegin()).toBeLessThanOrEqual(heap().bytes / 4);
  });

  test("what cannot be had in a block stays where it is", () => {
    const huge = new Storage("float64", new Float64Array(heap().bytes / 8 / 4 + 1));
    expect(huge.settle()).toBe(0);
  });
});

describe("small tensors of one size share an array", () => {
  test("in sixteens, each with numbers of its own", () => {
    const made = Array.from({ length: 40 }, () => allocateView("float32", [3]));
    made.forEach((view, i) => {
      for (let k = 0; k < 3; k++) {
        expect(view.data.get(view.offset + k)).toBe(0);
        view.data.set(view.offset + k, i);
      }
    });
    expect(made.every((view, i) => new Tensor(view).toTypedArray().join() === [i, i, i].join())).toBe(true);
    const arrays = new Set(made.map((view) => view.data.data));
    expect(arrays.size).toBeLessThanOrEqual(4);
  });

  test("and their versions are apart", () => {
    const [x, y] = [tensor([1, 2]), add(tensor([1, 2]), 0)];
    const before = y.view.data.version;
    addTo(x, y);
    expect(y.view.data.version).toBe(before);
  });
});
