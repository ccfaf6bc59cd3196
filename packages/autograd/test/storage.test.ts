import { describe, expect, test, vi } from "vitest";
import {
  add,
  addOp,
  applyInto,
  clone,
  customGrad,
  enableGrad,
  full,
  matmul,
  noGrad,
  ones,
  sum,
  Tensor,
  tensor,
  zeros,
} from "../src/index.js";
import { blocksBegin, heap, keepBlocksInUse } from "../src/memory.js";
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

describe("what a kernel makes", () => {
  const long = [60, 40] as const;

  test("is zeros until then", () => {
    const { data } = allocateView("float32", long);
    expect(data.get(2399)).toBe(0);
    expect(data.residentAddress(2400)).toBe(0);
    // Numbers that were read are there; a kernel that wrote over them would have them read again.
    expect(data.targetAddress()).toBe(0);
  });

  test("lies in a block, from which it is saved when it is read", () => {
    const { data } = allocateView("float32", long);
    const address = data.targetAddress();
    expect(address).toBeGreaterThanOrEqual(blocksBegin());
    heap().float32.fill(3, address / 4, address / 4 + 2400);
    expect(data.get(2399)).toBe(3);
    heap().float32[address / 4] = 4;
    expect(data.get(0)).toBe(3);
  });

  test("is read and changed in the block while only that has it", () => {
    const { data } = allocateView("float64", long);
    const address = data.targetAddress();
    for (const { numbers, shift } of [data.changeable, data.readable]) {
      expect(numbers).toBe(heap().float64);
      expect(shift).toBe(address / 8);
    }
    data.bringBack();
    expect(data.readable.numbers).toBe(heap().float64);
    expect(data.changeable.numbers).not.toBe(heap().float64);
    expect(data.residentAddress(2400)).toBe(0);
  });

  test("is saved when its block is wanted by others", () => {
    const made = Array.from({ length: 40 }, (_, i) => {
      const { data } = allocateView("float32", [256, 256]);
      const { numbers, shift } = data.targetAddress() === 0 ? data.readable : data.changeable;
      numbers.fill(i, shift, shift + 65536);
      return data;
    });
    for (const [i, data] of made.entries()) expect(data.get(65535)).toBe(i);
  });

  test("finds room where there were blocks of other sizes", () => {
    const quarter = heap().bytes / 4;
    const addresses = (length: number, drop: boolean) =>
      Array.from({ length: Math.ceil(quarter / 4 / length) }, () => {
        // Each could be the output of a kernel of its own.
        keepBlocksInUse();
        const { data } = allocateView("float32", [length]);
        const address = data.targetAddress();
        if (drop) data.drop();
        return address;
      });
    const hold = (length: number) => addresses(length, false);
    const fill = (length: number) => addresses(length, true);
    const rounds = Math.ceil(0x8000000 / quarter) + 1;
    hold(300_000);
    // By and by the others are forgotten.
    for (let i = 0; i < rounds; i++) hold(100_000);
    expect(fill(100_000).every((address) => address > 0)).toBe(true);
    for (let i = 0; i < rounds; i++) hold(170_000);
    expect(fill(170_000).every((address) => address > 0)).toBe(true);
  });

  test("is gone when it is dropped", () => {
    const { data } = allocateView("float32", long);
    const address = data.targetAddress();
    data.drop();
    expect(allocateView("float32", long).data.targetAddress()).toBe(address);
  });
});

describe("a sweep keeps its numbers while a cotangent has them", () => {
  const shape = [50, 40] as const;
  const leaf = () => ones(shape, { requiresGrad: true });

  test("and what it hands out is saved", () => {
    const x = leaf();
    const seen: Tensor[] = [];
    const y = x.mul(3);
    y.registerHook((g) => void seen.push(g));
    y.mul(2).sum().backward();
    const again = leaf();
    for (let i = 0; i < 50; i++) again.mul(i).tanh().sum().backward();
    expect(x.grad?.select(0).toArray()).toEqual(new Array(40).fill(6));
    expect(seen[0]?.select(49).toArray()).toEqual(new Array(40).fill(2));
  });

  test("and what a rule of one's own keeps is saved", () => {
    const kept: Tensor[] = [];
    const traced = customGrad(
      (x: Tensor) => x.mul(1),
      (g) => {
        const doubled = g.mul(2);
        kept.push(doubled, g);
        return [doubled];
      },
    );
    const x = leaf();
    traced(x.mul(5)).mul(7).sum().backward();
    const again = leaf();
    for (let i = 0; i < 50; i++) again.mul(i).tanh().sum().backward();
    expect(kept.map((each) => each.select(3).select(3).item())).toEqual([14, 7]);
    expect(x.grad?.select(0).select(0).item()).toBe(70);
  });

  test("and sees none of its blocks taken by another sweep within it", () => {
    const inner = leaf();
    const x = leaf();
    const y = x.mul(2);
    y.registerHook(() => {
      enableGrad(() => inner.tanh().mul(3).sum().backward());
      inner.grad = null;
    });
    y.exp().add(x.mul(4)).sum().backward();
    const expected = 2 * Math.fround(Math.exp(2)) + 4;
    for (const value of x.grad?.toTypedArray() ?? []) expect(value).toBeCloseTo(expected, 4);
  });

  test("in as many blocks as it needs at once, not as it makes", () => {
    const run = (length: number) => {
      let y = leaf().mul(1);
      for (let i = 0; i < length; i++) y = y.tanh();
      y.sum().backward();
    };
    run(10);
    const takes = vi.spyOn(Storage.prototype, "targetAddress");
    run(300);
    // The product, 300 steps and the sum go forward.
    const addresses = new Set(takes.mock.results.slice(302).map(({ value }) => value as number));
    takes.mockRestore();
    expect(addresses.size).toBeLessThan(6);
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
