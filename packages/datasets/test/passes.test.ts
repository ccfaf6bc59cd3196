// What a pass is made of: combinations of data sets, splits, samplers, streams, padding; and going on in the midst of one.
import { Generator, manualSeed, rand, type Tensor, tensor } from "@wengert/autograd";
import {
  type AsyncDataset,
  AsyncMappedDataset,
  type BatchSampler,
  BucketSampler,
  balancedWeights,
  ConcatDataset,
  collate,
  collatePadded,
  DataLoader,
  type DataLoaderOptions,
  type Dataset,
  type IterableDataset,
  kFold,
  ListDataset,
  MappedDataset,
  MappedIterableDataset,
  type Padded,
  padSequences,
  RandomSampler,
  randomSplit,
  SequentialSampler,
  ShuffledIterableDataset,
  Subset,
  TensorDataset,
  WeightedRandomSampler,
} from "@wengert/datasets";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";

const counting = (length: number) => new ListDataset(Array.from({ length }, (_, i) => i));
const range = (length: number) => Array.from({ length }, (_, i) => i);
const sorted = (values: ArrayLike<number>) => Array.from(values).sort((a, b) => a - b);
const numbers = (batches: Iterable<Tensor>) => Array.from(batches, (x) => x.toArray() as number[]);
const seeded = (seed: number) => ({ generator: new Generator(seed) });
const unused = new Generator(0);

describe("data sets of data sets", () => {
  test("ListDataset and ConcatDataset", () => {
    const all = new ConcatDataset([counting(2), counting(0), new ListDataset([7, 8, 9])]);
    expect(range(all.length).map((i) => all.get(i, unused))).toEqual([0, 1, 7, 8, 9]);
    for (const index of [-1, 5, 0.5, Number.NaN]) {
      expect(() => all.get(index, unused)).toThrow(
        `ConcatDataset: there is no sample ${index} in a data set of 5`,
      );
      expect(() => counting(2).get(index)).toThrow(
        `ListDataset: there is no sample ${index} in a data set of 2`,
      );
    }
    expect(new ConcatDataset([]).length).toBe(0);
    expect(() => new Subset(counting(2), [1]).get(1, unused)).toThrow(
      "Subset: there is no sample 1 in a data set of 1",
    );
  });

  test("parts of a data set whose samples arrive later, and changes of them", async () => {
    const later: AsyncDataset<number> = { length: 4, get: async (i) => i };
    const part = new ConcatDataset([new Subset(later, [3, 1]), new Subset(later, [0])]);
    const changed = new AsyncMappedDataset(part, async (x: number, generator) =>
      Promise.resolve(x + rand([], { generator }).item()),
    );
    expectTypeOf(changed).toExtend<AsyncDataset<number>>();
    const read = async () => {
      const batches: number[][] = [];
      for await (const x of new DataLoader(changed, { batchSize: 2, ...seeded(1) }))
        batches.push(x.toArray() as number[]);
      return batches;
    };
    const first = await read();
    expect(first.flat().map(Math.floor)).toEqual([3, 1, 0]);
    expect(await read()).toEqual(first);
  });
});

describe("batches that a data set makes at once", () => {
  const x = rand([20, 2, 3], { generator: new Generator(1) });
  const views = new TensorDataset(
    x.transpose(1, 2),
    tensor(range(20).map((i) => i % 3 === 0)),
    x.flip({ axis: 0 }),
  );
  const read = (dataset: Dataset<Tensor[]>, options: DataLoaderOptions<Tensor[], Tensor[]> = {}) =>
    Array.from(
      new DataLoader<Tensor[], Tensor[]>(dataset, { batchSize: 6, shuffle: true, ...seeded(2), ...options }),
      (batch) => batch.map((each) => [each.dtype, each.shape, each.toArray()]),
    );

  test("are those that collate makes", async () => {
    for (const dataset of [views, new Subset(views, [3, 1, 4, 1, 5])])
      expect(read(dataset)).toEqual(
        read(dataset, { collate: (samples) => collate(samples) as unknown as Tensor[] }),
      );
    const later: unknown[] = [];
    for await (const [first] of new DataLoader(views, { batchSize: 6, shuffle: true, ...seeded(2) }))
      later.push(first!.toArray());
    expect(later).toEqual(read(views).map(([first]) => first![2]));
    expect(new TensorDataset(tensor([1, 2], { requiresGrad: true })).batch([1])?.[0].requiresGrad).toBe(
      false,
    );
  });

  test("do not pass by a get of one's own", () => {
    class Doubled extends TensorDataset<readonly [Tensor]> {
      override get(index: number): [Tensor] {
        return [super.get(index)[0].mul(2)];
      }
    }
    expect(
      Array.from(new DataLoader(new Doubled(tensor([1, 2])), { batchSize: 2 }), ([each]) => each.toArray()),
    ).toEqual([[2, 4]]);
    class Last extends Subset<number> {
      override get(_: number, generator: Generator): number {
        return super.get(this.length - 1, generator);
      }
    }
    expect(
      numbers(
        new DataLoader(new Last({ length: 3, get: (i) => i, batch: () => tensor([7]) }, [0, 1]), {
          batchSize: 2,
        }),
      ),
    ).toEqual([[1, 1]]);
  });

  test("are asked for only where nothing else is to be made of the samples", () => {
    const asked: string[] = [];
    const dataset: Dataset<number> = {
      length: 2,
      get(i) {
        asked.push(`get ${i}`);
        return i;
      },
      batch(indices) {
        asked.push(`batch ${Array.from(indices).join()}`);
        return undefined;
      },
    };
    expect(numbers(new DataLoader(dataset, { batchSize: 2 }))).toEqual([[0, 1]]);
    expect(Array.from(new DataLoader(new Subset(dataset, [1]), { collate: (samples) => samples }))).toEqual([
      [1],
    ]);
    expect(asked).toEqual(["batch 0,1", "get 0", "get 1", "get 1"]);
    expect(numbers(new DataLoader(new Subset(counting(3), [2, 0]), { batchSize: 2 }))).toEqual([[2, 0]]);
  });
});

describe("randomSplit", () => {
  const samples = (part: Dataset<number>) => range(part.length).map((i) => part.get(i, unused));

  test("parts are disjoint and whole, and the same for the same seed", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.boolean(),
        (counts, seed, stratify) => {
          const length = counts.reduce((a, b) => a + b, 0);
          const options = { ...seeded(seed), ...(stratify && { stratify: range(length).map((i) => i % 3) }) };
          const parts = randomSplit(counting(length), counts, options).map(samples);
          expect(parts.map((part) => part.length)).toEqual(counts);
          expect(sorted(parts.flat())).toEqual(range(length));
          expect(randomSplit(counting(length), counts, options).map(samples)).toEqual(parts);
        },
      ),
    );
    const of = (seed: number) => samples(randomSplit(counting(30), [20, 10], seeded(seed))[0]!);
    expect(of(1)).not.toEqual(of(2));
    expect(of(1)).not.toEqual(sorted(of(1)));
  });

  test("fractions: what rounding leaves goes to the first", () => {
    const sizes = (length: number, parts: number[]) =>
      randomSplit(counting(length), parts).map((part) => part.length);
    expect(sizes(10, [0.8, 0.1, 0.1])).toEqual([8, 1, 1]);
    expect(sizes(11, [0.5, 0.25, 0.25])).toEqual([6, 3, 2]);
    expect(sizes(100, [0.7, 0.2, 0.1])).toEqual([70, 20, 10]);
    expect(sizes(1, [1])).toEqual([1]);
  });

  test("stratified: every part has its share of every class", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(3), { minLength: 4, maxLength: 80 }),
        fc.constantFrom([0.5, 0.5], [0.8, 0.1, 0.1], [0.6, 0.4]),
        fc.nat(),
        (labels, fractions, seed) => {
          const stratify =
            seed % 2 === 0 ? labels.map((label) => `class ${label}`) : tensor(Int32Array.from(labels));
          const parts = randomSplit(counting(labels.length), fractions, { stratify, ...seeded(seed) }).map(
            samples,
          );
          for (const label of new Set(labels)) {
            const total = labels.filter((each) => each === label).length;
            parts.forEach((part, i) => {
              const share = (total * part.length) / labels.length;
              expect(
                Math.abs(part.filter((index) => labels[index] === label).length - share),
                `part ${i}`,
              ).toBeLessThanOrEqual(2);
            });
          }
        },
      ),
    );
    const [train, test] = randomSplit(counting(100), [0.9, 0.1], {
      stratify: range(100).map((i) => (i < 90 ? 0 : 1)),
      ...seeded(3),
    });
    expect(samples(train!).filter((i) => i >= 90)).toHaveLength(9);
    expect(samples(test!).filter((i) => i >= 90)).toHaveLength(1);
  });

  test("refuses what is no division", () => {
    expect(() => randomSplit(counting(10), [5, 4])).toThrow("the parts 5, 4 sum to 9; they must sum to 10");
    expect(() => randomSplit(counting(10), [0.5, 0.4])).toThrow("be fractions that sum to 1");
    expect(() => randomSplit(counting(10), [11, -1])).toThrow("they must sum to 10");
    expect(() => randomSplit(counting(10), [0.5, 0.5], { stratify: [1] })).toThrow(
      "randomSplit: there are 1 labels for 10 samples",
    );
  });

  test("kFold: each sample is validated on once", () => {
    const folds = kFold(counting(11), 3, seeded(1));
    expect(folds.map(({ validation }) => validation.length)).toEqual([4, 4, 3]);
    expect(sorted(folds.flatMap(({ validation }) => samples(validation)))).toEqual(range(11));
    for (const { train, validation } of folds)
      expect(sorted([...samples(train), ...samples(validation)])).toEqual(range(11));
    const stratify = range(12).map((i) => (i < 4 ? "a" : "b"));
    for (const { validation } of kFold(counting(12), 4, { stratify, ...seeded(2) }))
      expect(samples(validation).filter((i) => i < 4)).toHaveLength(1);
    for (const k of [1, 12, 2.5])
      expect(() => kFold(counting(11), k)).toThrow(`kFold: k is ${k}; it must be an integer from 2 to 11`);
  });
});

describe("samplers", () => {
  test("SequentialSampler, RandomSampler", () => {
    expect([...new SequentialSampler(counting(3)).indices()]).toEqual([0, 1, 2]);
    expect(sorted(new RandomSampler(counting(20)).indices(new Generator(1)))).toEqual(range(20));
    const some = new RandomSampler(counting(20), { count: 5 }).indices(new Generator(1));
    expect([some.length, new Set(Array.from(some)).size]).toEqual([5, 5]);
    const again = new RandomSampler(counting(3), { count: 300, replacement: true }).indices(new Generator(1));
    for (const i of range(3))
      expect(Array.from(again).filter((each) => each === i).length).toBeGreaterThan(70);
    expect(() => new RandomSampler(counting(3), { count: 4 })).toThrow(
      "RandomSampler: 4 samples are to be drawn of 3; give an integer from 0 on, at most 3, or draw with replacement",
    );
    expect(() => new RandomSampler(counting(0), { count: 1, replacement: true })).toThrow(
      "1 samples are to be drawn of 0",
    );
    expect(new RandomSampler(counting(0)).indices(new Generator(1)).length).toBe(0);
  });

  test("WeightedRandomSampler draws in the ratio of the weights", () => {
    const drawn = Array.from(new WeightedRandomSampler([1, 0, 3], { count: 4000 }).indices(new Generator(1)));
    const share = (i: number) => drawn.filter((each) => each === i).length / drawn.length;
    expect(share(1)).toBe(0);
    expect(share(2)).toBeGreaterThan(0.72);
    expect(share(2)).toBeLessThan(0.78);
    const once = new WeightedRandomSampler([1, 0, 3], { count: 2, replacement: false });
    expect(sorted(once.indices(new Generator(1)))).toEqual([0, 2]);
    expect(() => new WeightedRandomSampler([1, -1])).toThrow(
      "the weight of sample 1 is -1; it must be finite, 0 or more",
    );
    expect(() => new WeightedRandomSampler([0, 0])).toThrow("2 samples are to be drawn of 0");
    expect(() => new WeightedRandomSampler([1, 0], { replacement: false })).toThrow(
      "2 samples are to be drawn of 1",
    );
    expect(new WeightedRandomSampler([]).indices(new Generator(1)).length).toBe(0);
  });

  test("balancedWeights make classes equally likely", () => {
    const labels = ["a", "b", "b", "b", "c", "c"];
    expect(Array.from(balancedWeights(labels), (x) => Math.round(x * 6))).toEqual([6, 2, 2, 2, 3, 3]);
    expect([...balancedWeights(tensor(new Int32Array([1, 1, 0])))]).toEqual([0.5, 0.5, 1]);
  });

  test("a loader takes them by seed and epoch", () => {
    const make = (options: DataLoaderOptions<number, Tensor> = {}) =>
      new DataLoader<number>(counting(3), {
        batchSize: 2,
        sampler: new WeightedRandomSampler([1, 1, 1], { count: 5 }),
        ...seeded(1),
        ...options,
      });
    expect(make().length).toBe(3);
    expect(make({ dropLast: true }).length).toBe(2);
    expect(numbers(make()).map((batch) => batch.length)).toEqual([2, 2, 1]);
    expect(numbers(make().batches(4))).toEqual(numbers(make().batches(4)));
    expect(
      new Set([0, 1, 2, 3].map((epoch) => numbers(make().batches(epoch)).join(" "))).size,
    ).toBeGreaterThan(1);
  });

  test("BucketSampler puts together what is about as long", () => {
    const lengths = Array.from(rand([100], { generator: new Generator(4) }).toTypedArray(), (u) =>
      Math.floor(u * 50),
    );
    const sampler = new BucketSampler(lengths, { batchSize: 10, pool: 5 });
    const batches = sampler.batches(new Generator(1)).map((batch) => Array.from(batch));
    expect(sorted(batches.flat())).toEqual(range(100));
    const spread = (all: number[][]) =>
      all.reduce(
        (sum, batch) =>
          sum + Math.max(...batch.map((i) => lengths[i]!)) - Math.min(...batch.map((i) => lengths[i]!)),
        0,
      );
    const plain = range(10).map((b) => range(10).map((i) => b * 10 + i));
    expect(spread(batches)).toBeLessThan(spread(plain) / 3);
    expect(sampler.batches(new Generator(1)).map((batch) => Array.from(batch))).toEqual(batches);
    expect(sampler.batches(new Generator(2)).map((batch) => Array.from(batch))).not.toEqual(batches);
    const firsts = batches.map((batch) => lengths[batch[0]!]!);
    expect(firsts).not.toEqual(sorted(firsts));
  });

  test("BucketSampler counts, drops and keeps order", () => {
    const plain = new BucketSampler([3, 1, 2, 5, 4], { batchSize: 2, shuffle: false, pool: 1 });
    expect([plain.batches(unused), plain.length]).toEqual([[[1, 0], [2, 3], [4]], 3]);
    const dropping = new BucketSampler([3, 1, 2, 5, 4], { batchSize: 2, dropLast: true });
    expect([dropping.batches(new Generator(1)).map((batch) => batch.length), dropping.length]).toEqual([
      [2, 2],
      2,
    ]);
    expect(new BucketSampler([], { batchSize: 2, dropLast: true }).batches(new Generator(1))).toEqual([]);
    expect(() => new BucketSampler([1], { batchSize: 0 })).toThrow("BucketSampler: batchSize is 0");
    const loader = new DataLoader(new ListDataset(["ccc", "a", "bb"]), {
      batchSampler: new BucketSampler([3, 1, 2], { batchSize: 2, shuffle: false }),
    });
    expect([Array.from(loader), loader.length]).toEqual([[["a", "bb"], ["ccc"]], 2]);
  });

  test("options that exclude one another are refused", () => {
    const sampler = new SequentialSampler(counting(2));
    const batchSampler: BatchSampler = { length: 0, batches: () => [] };
    expect(() => new DataLoader(counting(2), { sampler, shuffle: true })).toThrow(
      "both shuffle and a sampler",
    );
    for (const other of [{ batchSize: 2 }, { shuffle: true }, { sampler }, { dropLast: true }])
      expect(() => new DataLoader(counting(2), { batchSampler, ...other })).toThrow("a batchSampler decides");
    const stream: IterableDataset<number> = { samples: () => [1] };
    for (const other of [{ shuffle: true }, { sampler }, { batchSampler }])
      expect(() => new DataLoader(stream, other)).toThrow("use a ShuffledIterableDataset");
    expect(() => new DataLoader(counting(2), { prefetch: -1 })).toThrow(
      "prefetch is -1; it must be an integer, 0 or more",
    );
  });
});

describe("streams", () => {
  const now: IterableDataset<number> = { length: 7, samples: () => range(7) };
  const later: IterableDataset<number> = {
    async *samples() {
      for (const i of range(7)) {
        await Promise.resolve();
        yield i;
      }
    },
  };
  const collected = async (loader: DataLoader<number>) => {
    const batches: number[][] = [];
    for await (const x of loader) batches.push(x.toArray() as number[]);
    return batches;
  };

  test("come in batches, of both kinds", async () => {
    expect(numbers(new DataLoader(now, { batchSize: 3 }))).toEqual([[0, 1, 2], [3, 4, 5], [6]]);
    expect(numbers(new DataLoader(now, { batchSize: 3, dropLast: true }))).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    for (const stream of [now, later])
      for (const prefetch of [0, 1, 5]) {
        expect(await collected(new DataLoader(stream, { batchSize: 3, prefetch }))).toEqual([
          [0, 1, 2],
          [3, 4, 5],
          [6],
        ]);
        expect(await collected(new DataLoader(stream, { batchSize: 7, prefetch }))).toEqual([range(7)]);
        expect(await collected(new DataLoader(stream, { batchSize: 3, dropLast: true, prefetch }))).toEqual([
          [0, 1, 2],
          [3, 4, 5],
        ]);
      }
    expect(new DataLoader(now, { batchSize: 3 }).length).toBe(3);
    expect(() => new DataLoader(later).length).toThrow("does not say how many; count the batches");
    expect(() => [...new DataLoader(later)]).toThrow("iterate with `for await");
    expect(await collected(new DataLoader({ samples: () => [] as number[] }))).toEqual([]);
  });

  test("go on where they were left", async () => {
    for (const stream of [now, later]) {
      const loader = new DataLoader(stream, { batchSize: 2 });
      for await (const x of loader) if (x.toArray()?.toString() === "2,3") break;
      const rest = new DataLoader(stream, { batchSize: 2 });
      rest.setState(loader.getState());
      expect(await collected(rest)).toEqual([[4, 5], [6]]);
    }
    expect(numbers(new DataLoader(now, { batchSize: 2 }).batches(0, 3))).toEqual([[6]]);
  });

  test("are closed when a loop is left, and hand on failures", async () => {
    let closed = 0;
    const careful: IterableDataset<number> = {
      *samples() {
        try {
          yield* range(100);
        } finally {
          closed++;
        }
      },
    };
    for (const x of new DataLoader(careful)) if (x.item() === 3) break;
    for await (const x of new DataLoader(careful, { prefetch: 3 })) if (x.item() === 3) break;
    expect(closed).toBe(2);
    const broken: IterableDataset<number> = {
      async *samples() {
        yield 1;
        throw new Error("the line is dead");
      },
    };
    await expect(collected(new DataLoader(broken, { prefetch: 3 }))).rejects.toThrow("the line is dead");
  });

  test("are mapped and shuffled, the same for the same seed and epoch", async () => {
    const noisy = (stream: IterableDataset<number>) =>
      new ShuffledIterableDataset(
        new MappedIterableDataset(stream, (x, generator) => x + rand([], { generator }).item() / 2),
        3,
      );
    const passes: number[][][] = [];
    for (const stream of [now, later]) {
      const loader = new DataLoader(noisy(stream), { batchSize: 4, ...seeded(5) });
      passes.push(await collected(loader), await collected(loader));
    }
    expect(passes.slice(2)).toEqual(passes.slice(0, 2));
    expect(passes[1]).not.toEqual(passes[0]);
    const values = passes[0]!.flat();
    expect(sorted(values).map(Math.floor)).toEqual(range(7));
    expect(values).not.toEqual(sorted(values));
    // What comes k-th was among the first k + 3.
    values.forEach((value, k) => expect(Math.floor(value)).toBeLessThan(k + 3));
    expect(noisy(now).length).toBe(7);
    expect(() => new ShuffledIterableDataset(now, 0)).toThrow("the size of the buffer is 0");
  });
});

describe("going on", () => {
  const noisy = new MappedDataset(counting(23), (x, generator): [number, Tensor] => [
    x,
    rand([2], { generator }),
  ]);
  const make = (
    seed: number,
    batchSize: number,
    options: DataLoaderOptions<[number, Tensor], [Tensor, Tensor]> = {},
  ) =>
    new DataLoader<[number, Tensor], [Tensor, Tensor]>(noisy, {
      batchSize,
      shuffle: true,
      ...seeded(seed),
      ...options,
    });
  const plain = ([x, noise]: readonly [Tensor, Tensor]) => [x.toArray(), noise.toArray()];

  test("in the midst of a pass, exactly: whatever the seed, the sizes and the place", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(99),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(60),
        fc.nat(4),
        fc.boolean(),
        async (seed, batchSize, stop, prefetch, asynchronous) => {
          const whole = make(seed, batchSize);
          const all = range(4).flatMap(() => Array.from(whole, plain));
          const first = make(seed, batchSize, { prefetch });
          const seen: unknown[] = [];
          // Passes go on until `stop` batches were seen, in the midst of one or at its end.
          while (seen.length < stop && seen.length < all.length) {
            if (asynchronous) {
              for await (const batch of first) {
                seen.push(plain(batch));
                if (seen.length === stop) break;
              }
            } else
              for (const batch of first) {
                seen.push(plain(batch));
                if (seen.length === stop) break;
              }
          }
          const state = JSON.parse(JSON.stringify(first.getState())) as ReturnType<typeof first.getState>;
          const second = make(seed + 1, batchSize);
          second.setState(state);
          while (seen.length < all.length) for (const batch of second) seen.push(plain(batch));
          expect(seen.slice(0, all.length)).toEqual(all);
        },
      ),
      { numRuns: 25 },
    );
  });

  test("with buckets, weights and shuffled streams too", async () => {
    const lengths = range(23).map((i) => (i * 7) % 11);
    const stream = new ShuffledIterableDataset(
      new MappedIterableDataset<number, [number, Tensor]>({ samples: () => range(23) }, (x, generator) => [
        x,
        rand([2], { generator }),
      ]),
      5,
    );
    const loaders: readonly ((seed: number) => DataLoader<[number, Tensor], [Tensor, Tensor]>)[] = [
      (seed) =>
        new DataLoader<[number, Tensor], [Tensor, Tensor]>(noisy, {
          batchSampler: new BucketSampler(lengths, { batchSize: 4, pool: 2 }),
          ...seeded(seed),
        }),
      (seed) =>
        make(seed, 4, {
          shuffle: false,
          sampler: new WeightedRandomSampler(lengths, { count: 30 }),
        }),
      (seed) => new DataLoader<[number, Tensor], [Tensor, Tensor]>(stream, { batchSize: 4, ...seeded(seed) }),
    ];
    for (const load of loaders) {
      const whole = load(1);
      const all = [...whole, ...whole].map(plain);
      for (const stop of [1, 3, 7]) {
        const first = load(1);
        const seen: unknown[] = [];
        while (seen.length < stop)
          for await (const batch of first) {
            seen.push(plain(batch));
            if (seen.length === stop) break;
          }
        const second = load(2);
        second.setState(first.getState());
        while (seen.length < all.length) for (const batch of second) seen.push(plain(batch));
        expect(seen).toEqual(all);
      }
    }
  });

  test("the state says what comes next", () => {
    const loader = make(1, 10);
    const places: unknown[] = [loader.getState()];
    for (const batch of loader) places.push([batch.length, loader.getState()]);
    places.push(loader.getState());
    const { key } = loader.getState();
    expect(places).toEqual([
      { epoch: 0, batch: 0, key },
      ...[1, 2, 3].map((batch) => [2, { epoch: 0, batch, key }]),
      { epoch: 1, batch: 0, key },
    ]);
  });

  test("setting the epoch forgets where a pass was left", () => {
    const loader = make(1, 10);
    for (const batch of loader) if (batch.length > 0) break;
    loader.epoch = 0;
    expect(Array.from(loader, plain)).toEqual(Array.from(make(1, 10), plain));
  });

  test("a state keeps its order when the default generator is seeded anew", () => {
    manualSeed(1);
    const loader = new DataLoader(counting(10), { shuffle: true });
    const state = loader.getState();
    const [first] = [numbers(loader)];
    manualSeed(2);
    loader.setState(state);
    expect(numbers(loader)).toEqual(first);
  });

  test("refuses states that no loader has", () => {
    const loader = make(1, 2);
    const key = [1, 2] as const;
    expect(() => loader.setState({ epoch: -1, batch: 0, key })).toThrow("the epoch of the state is -1");
    expect(() => loader.setState({ epoch: 0, batch: 0.5, key })).toThrow("the batch of the state is 0.5");
    expect(() => loader.setState({ epoch: 0, batch: 0, key: [1, 2 ** 40] })).toThrow(
      "must be two 32-bit integers",
    );
  });

  test("batches are the same whatever is loaded ahead", async () => {
    const read = async (prefetch: number) => {
      const batches: unknown[] = [];
      for await (const batch of make(7, 4, { prefetch })) batches.push(plain(batch));
      return batches;
    };
    const expected = Array.from(make(7, 4), plain);
    for (const prefetch of [0, 1, 2, 100]) expect(await read(prefetch)).toEqual(expected);
  });

  test("prefetch says how many batches load ahead", async () => {
    let asked = 0;
    const slow: AsyncDataset<number> = { length: 10, get: async (i) => Math.min(i, ++asked) };
    for (const prefetch of [0, 2]) {
      asked = 0;
      for await (const x of new DataLoader(slow, { prefetch }))
        expect(asked).toBe(Math.min(10, x.item() + 1 + prefetch));
    }
  });
});

describe("padding", () => {
  test("fills up behind the end", () => {
    const { values, lengths } = padSequences(
      [new Int32Array([1, 2]), new Int32Array([]), new Int32Array([3])],
      { value: -1 },
    );
    expect([values.toArray(), values.dtype]).toEqual([
      [
        [1, 2],
        [-1, -1],
        [3, -1],
      ],
      "int32",
    ]);
    expect([lengths.toArray(), lengths.dtype]).toEqual([[2, 0, 1], "int32"]);
    const deep = padSequences(
      [
        [[1, 2]],
        tensor([
          [3, 4],
          [5, 6],
        ]),
      ],
      { length: 3 },
    );
    expect(deep.values.toArray()).toEqual([
      [
        [1, 2],
        [0, 0],
        [0, 0],
      ],
      [
        [3, 4],
        [5, 6],
        [0, 0],
      ],
    ]);
    expect(padSequences([tensor([true]), tensor([true, true])]).values.toArray()).toEqual([
      [true, false],
      [true, true],
    ]);
    expect(
      padSequences([tensor([1])], { length: 2, value: Number.NEGATIVE_INFINITY }).values.toArray(),
    ).toEqual([[1, Number.NEGATIVE_INFINITY]]);
    expect(padSequences([tensor([1])], { length: 2, value: 0.1 }).values.toArray()).toEqual([
      [1, Math.fround(0.1)],
    ]);
  });

  test("refuses what does not fit", () => {
    expect(() => padSequences([])).toThrow("give one at least");
    expect(() => padSequences([tensor(1)])).toThrow("sequence 0 is 0-d; time is axis 0");
    expect(() => padSequences([tensor([1]), tensor([[1]])])).toThrow(
      "sequence 1 is [1, 1] and sequence 0 [1]; they may differ along axis 0 alone",
    );
    expect(() => padSequences([tensor([1]), new Int32Array(1)])).toThrow(
      "sequence 1 is int32 and sequence 0 float32",
    );
    expect(() => padSequences([tensor([1, 2])], { length: 1 })).toThrow(
      "sequence 0 has 2 steps, and length is 1",
    );
    expect(() => padSequences([new Uint8Array([1])], { value: -1 })).toThrow(
      "the value -1 does not fit sequences of uint8",
    );
  });

  test("collatePadded pads the fields that are named", () => {
    const samples = [
      { words: new Int32Array([4, 5, 6]), label: new Int32Array([1]), text: "a" },
      { words: new Int32Array([7]), label: new Int32Array([0]), text: "b" },
    ];
    const batch = collatePadded(samples, ["words"]);
    expectTypeOf(batch).toEqualTypeOf<{ words: Padded; label: Tensor; text: string[] }>();
    expect([batch.words.values.toArray(), batch.words.lengths.toArray()]).toEqual([
      [
        [4, 5, 6],
        [7, 0, 0],
      ],
      [3, 1],
    ]);
    expect([batch.label.shape, batch.text, Object.keys(batch)]).toEqual([
      [2, 1],
      ["a", "b"],
      ["words", "label", "text"],
    ]);
    const pairs = samples.map(({ words, text }): [Int32Array, string, Int32Array] => [words, text, words]);
    const [x, texts, y] = collatePadded(pairs, [0, 2], { value: 9 });
    expect([x.values.toArray(), texts, y.lengths.toArray()]).toEqual([
      [
        [4, 5, 6],
        [7, 9, 9],
      ],
      ["a", "b"],
      [3, 1],
    ]);
    expect(() => collatePadded([{ words: [1] }, {} as { words: number[] }], ["words"])).toThrow(
      'a sample has no "words"',
    );
    expect(() => collatePadded([] as { x: number[] }[], ["x"])).toThrow("there are no samples");
  });

  test("in a loader, with buckets", () => {
    const texts = ["a", "bbbb", "cc", "ddd"].map((text) => ({
      text,
      ids: Int32Array.from(text, (c) => c.charCodeAt(0)),
    }));
    const loader = new DataLoader(new ListDataset(texts), {
      batchSampler: new BucketSampler(
        texts.map(({ text }) => text.length),
        { batchSize: 2, shuffle: false },
      ),
      collate: (samples) => collatePadded(samples, ["ids"]),
    });
    expect(Array.from(loader, ({ text, ids }) => [text, ids.values.shape])).toEqual([
      [
        ["a", "cc"],
        [2, 2],
      ],
      [
        ["ddd", "bbbb"],
        [2, 4],
      ],
    ]);
  });
});
