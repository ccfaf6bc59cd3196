import { assign, Generator, manualSeed, ones, rand, type Tensor, tensor } from "@wengert/autograd";
import {
  type AsyncDataset,
  collate,
  DataLoader,
  type Dataset,
  MappedDataset,
  Subset,
  TensorDataset,
} from "@wengert/datasets";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";

/** The numbers 0 to length − 1, as int32 tensors. */
const counting = (length: number) => new TensorDataset(tensor(Int32Array.from({ length }, (_, i) => i)));
const numbers = (batches: Iterable<readonly Tensor[]>) =>
  Array.from(batches, ([x]) => x.toArray() as number[]);
const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);

describe("data sets", () => {
  test("TensorDataset gives the entries along axis 0", () => {
    const dataset = new TensorDataset(
      tensor([
        [1, 2],
        [3, 4],
      ]),
      tensor(new Int32Array([7, 8])),
    );
    const [x, y] = dataset.get(1);
    expect([x.toArray(), y.toArray(), y.dtype, dataset.length]).toEqual([[3, 4], 8, "int32", 2]);
  });

  test("TensorDataset refuses what does not lie side by side", () => {
    expect(() => new TensorDataset()).toThrow("give one tensor at least");
    expect(() => new TensorDataset(tensor(1))).toThrow("none that is 0-d");
    expect(() => new TensorDataset(ones([2]), ones([3, 1]))).toThrow(
      "the tensors have 2, 3 entries along axis 0",
    );
  });

  test("Subset picks and orders", () => {
    const loader = new DataLoader(new Subset(counting(10), [7, 2, 2]), { batchSize: 3 });
    expect(numbers(loader)).toEqual([[7, 2, 2]]);
    expect(() => new Subset(counting(3), [3])).toThrow("there is no sample 3 in a data set of 3");
  });

  test("MappedDataset draws the same for the same seed, epoch and index, in any order", () => {
    const noisy = new MappedDataset(counting(8), ([x], generator): [Tensor, Tensor] => [
      x,
      rand([], { generator }),
    ]);
    const drawn = (shuffle: boolean, epoch: number) => {
      const loader = new DataLoader(noisy, { shuffle, generator: new Generator(3) });
      const pairs = Array.from(loader.batches(epoch), ([x, noise]) => [x.item(), noise.item()] as const);
      return new Map(pairs.sort(([a], [b]) => a - b));
    };
    expect(drawn(true, 0)).toEqual(drawn(false, 0));
    expect(drawn(false, 1)).not.toEqual(drawn(false, 0));
    expect(new Set(drawn(false, 0).values()).size).toBe(8);
  });
});

describe("DataLoader", () => {
  test("takes samples in order, the last batch being smaller", () => {
    const loader = new DataLoader(counting(5), { batchSize: 2 });
    expect(numbers(loader)).toEqual([[0, 1], [2, 3], [4]]);
    expect(loader.length).toBe(3);
  });

  test("dropLast leaves the smaller batch out", () => {
    const loader = new DataLoader(counting(5), { batchSize: 2, dropLast: true });
    expect(numbers(loader)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(loader.length).toBe(2);
  });

  test("an empty data set has no batches", () => {
    expect(numbers(new DataLoader(counting(0), { batchSize: 2, shuffle: true }))).toEqual([]);
  });

  test("each pass shuffles anew, each sample coming once", () => {
    const loader = new DataLoader(counting(20), {
      batchSize: 20,
      shuffle: true,
      generator: new Generator(1),
    });
    const [[first], [second]] = [numbers(loader), numbers(loader)];
    expect(sorted(first)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(sorted(second)).toEqual(sorted(first));
    expect(second).not.toEqual(first);
    expect(loader.epoch).toBe(2);
  });

  test("a pass depends on seed and epoch, not on what was drawn before", () => {
    const make = (generator: Generator) =>
      new DataLoader(counting(20), { batchSize: 6, shuffle: true, generator });
    const used = new Generator(1);
    rand([100], { generator: used });
    const loader = make(used);
    numbers(loader);
    const again = make(new Generator(1));
    again.epoch = 1;
    expect(numbers(again)).toEqual(numbers(loader));
    expect(numbers(make(new Generator(2)))).not.toEqual(numbers(make(new Generator(1))));
  });

  test("manualSeed decides where no generator is given", () => {
    const pass = () => numbers(new DataLoader(counting(20), { shuffle: true }));
    manualSeed(5);
    const first = pass();
    manualSeed(6);
    expect(pass()).not.toEqual(first);
    manualSeed(5);
    expect(pass()).toEqual(first);
  });

  test("a pass goes on where it was left, without loading what came before", () => {
    const loaded: number[] = [];
    const dataset: Dataset<[number]> = {
      length: 6,
      get(index) {
        loaded.push(index);
        return [index];
      },
    };
    const loader = new DataLoader(dataset, { batchSize: 2 });
    expect(numbers(loader.batches(0, 2))).toEqual([[4, 5]]);
    expect(loaded).toEqual([4, 5]);
  });

  test("every sample comes once, whatever the sizes", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.integer({ min: 1, max: 9 }), fc.boolean(), (length, batchSize, shuffle) => {
        const loader = new DataLoader(counting(length), {
          batchSize,
          shuffle,
          generator: new Generator(length),
        });
        const batches = numbers(loader);
        expect(batches.length).toBe(loader.length);
        expect(sorted(batches.flat())).toEqual(Array.from({ length }, (_, i) => i));
      }),
    );
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses a batch size of %s", (batchSize) => {
    expect(() => new DataLoader(counting(2), { batchSize })).toThrow(
      `DataLoader: the batch size is ${batchSize}; it must be an integer, 1 or more`,
    );
  });
});

describe("DataLoader, asynchronously", () => {
  const later = (length: number, log: string[] = []): AsyncDataset<[number]> => ({
    length,
    async get(index) {
      log.push(`get ${index}`);
      await Promise.resolve();
      return [index];
    },
  });

  test("reads both kinds of data sets", async () => {
    for (const dataset of [later(5), counting(5)]) {
      const batches: unknown[] = [];
      for await (const [x] of new DataLoader<readonly [number | Tensor], [Tensor]>(dataset, { batchSize: 2 }))
        batches.push(x.toArray());
      expect(batches).toEqual([[0, 1], [2, 3], [4]]);
    }
  });

  test("loads the next batch while one is in use", async () => {
    const log: string[] = [];
    for await (const [x] of new DataLoader(later(3, log))) log.push(`use ${x.item()}`);
    expect(log).toEqual(["get 0", "get 1", "use 0", "get 2", "use 1", "use 2"]);
  });

  test("hands on the failure of a sample, also after a break", async () => {
    const broken: AsyncDataset<number> = {
      length: 3,
      get: async (i) => (i === 2 ? Promise.reject(new Error("sample 2")) : i),
    };
    const all = async () => {
      for await (const x of new DataLoader(broken)) void x;
    };
    await expect(all()).rejects.toThrow("sample 2");
    for await (const x of new DataLoader(broken)) if (x.item() === 1) break;
  });

  test("a plain loop over promises says what to do", () => {
    expect(() => [...new DataLoader(later(1))]).toThrow("iterate with `for await (const batch of loader)`");
  });

  test("types follow the samples", () => {
    expectTypeOf(new DataLoader(later(1)).batches(0)).toEqualTypeOf<IterableIterator<[Tensor]>>();
    expectTypeOf(new DataLoader(counting(1)).batches(0)).toEqualTypeOf<IterableIterator<[Tensor]>>();
    const listed: Dataset<{ readonly image: number[][]; readonly label: Int32Array; readonly name: string }> =
      {
        length: 0,
        get: () => ({ image: [[1]], label: new Int32Array(1), name: "" }),
      };
    expectTypeOf(new DataLoader(listed).batches(0)).toEqualTypeOf<
      IterableIterator<{ image: Tensor; label: Tensor; name: string[] }>
    >();
    expectTypeOf(new DataLoader(listed, { collate: (samples) => samples.length }).batches(0)).toEqualTypeOf<
      IterableIterator<number>
    >();
  });
});

describe("collate", () => {
  test("fields by their kind", () => {
    const sample = (i: number) => ({
      x: tensor([i, i + 0.5]),
      pixels: new Uint8Array([i, 255]),
      vector: [i, 1, 2],
      name: `sample ${i}`,
    });
    const batch = collate([sample(0), sample(1)]);
    expect(batch.x.toArray()).toEqual([
      [0, 0.5],
      [1, 1.5],
    ]);
    expect([batch.pixels.dtype, batch.pixels.toArray()]).toEqual([
      "uint8",
      [
        [0, 255],
        [1, 255],
      ],
    ]);
    expect([batch.vector.dtype, batch.vector.shape]).toEqual(["float32", [2, 3]]);
    expect(batch.name).toEqual(["sample 0", "sample 1"]);
  });

  test("a sample that is a tuple gives a tuple, numbers in it included", () => {
    const [x, y] = collate<[number, boolean]>([
      [1, true],
      [2, false],
    ]);
    expect([x.toArray(), x.dtype, y.toArray(), y.dtype]).toEqual([[1, 2], "float32", [true, false], "bool"]);
    expect(collate([3, 4]).toArray()).toEqual([3, 4]);
  });

  test("inner tuples and objects keep their form", () => {
    const [[x, y], { z }] = collate<[[Tensor, string], { z: number[][] }]>([
      [[ones([2]), "a"], { z: [[1], [2]] }],
      [[ones([2]), "b"], { z: [[3], [4]] }],
    ]);
    expect([x.shape, y, z.toArray()]).toEqual([
      [2, 2],
      ["a", "b"],
      [
        [[1], [2]],
        [[3], [4]],
      ],
    ]);
  });

  test("every dtype is kept, and float32 beside float64 becomes that", () => {
    for (const dtype of ["float32", "float64", "int32", "uint8", "bool"] as const) {
      const rows = [
        tensor([1, 0], { dtype }),
        tensor(
          [
            [0, 1],
            [1, 1],
          ],
          { dtype },
        ).select(1, { axis: 1 }),
      ];
      const batch = collate(rows);
      expect([batch.dtype, batch.shape, batch.to("int32").toArray()]).toEqual([
        dtype,
        [2, 2],
        [
          [1, 0],
          [1, 1],
        ],
      ]);
    }
    const mixed = collate([tensor([0.1]), tensor([0.1], { dtype: "float64" })]);
    expect([mixed.dtype, mixed.toArray()]).toEqual(["float64", [[Math.fround(0.1)], [0.1]]]);
    expect(collate([ones([0, 3]), ones([0, 3])]).shape).toEqual([2, 0, 3]);
  });

  test("a batch shares nothing with its samples", () => {
    const x = tensor([1, 2]);
    const batch = collate([x]);
    assign(x, tensor([8, 9]));
    expect(batch.toArray()).toEqual([[1, 2]]);
  });

  test("gradients are not recorded", () => {
    expect(collate([tensor([1], { requiresGrad: true })]).requiresGrad).toBe(false);
  });

  test.each<[string, readonly unknown[], string]>([
    [
      "shapes",
      [[ones([2])], [ones([3])]],
      "the sample[0] is [2] in sample 0 of the batch and [3] in sample 1; pad or crop",
    ],
    [
      "dtypes",
      [{ y: new Int32Array(1) }, { y: new Float32Array(1) }],
      "the sample[y] is int32 in sample 0 of the batch and float32",
    ],
    [
      "kinds",
      [
        [1, "a"],
        [1, 2],
      ],
      "the sample[1] has another form in sample 1",
    ],
    ["keys", [{ a: 1 }, { b: 1 }], "the sample has another form in sample 1"],
    [
      "what no tensor holds",
      [{ a: undefined }],
      "the sample[a] is of type undefined; it must be a tensor, numbers, a string",
    ],
    ["null", [null], "the sample is null"],
    ["nothing", [], "there are no samples"],
  ])("refuses differing or strange samples: %s", (_, samples, message) => {
    expect(() => collate(samples)).toThrow(message);
  });
});
