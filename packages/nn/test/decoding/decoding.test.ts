/** Greedy, sampling and beam search against what enumerating and plain loops over numbers find. */
import { Generator, randn, stack, type Tensor, tensor, zeros } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  beamSearch,
  type DecodeStep,
  Embedding,
  filterLogits,
  greedyDecode,
  Linear,
  LSTM,
  type LSTMState,
  reorderState,
  sampleDecode,
} from "../../src/index.js";

const float64 = { dtype: "float64" } as const;
const ints = (...xs: number[]): Tensor => tensor(xs, { dtype: "int32" });

/** Logits after a sequence: any numbers that depend on all of it. */
function logitsAfter(sequence: readonly number[], symbols: number): number[] {
  return Array.from({ length: symbols }, (_, symbol) => {
    let hash = 17;
    for (const each of [...sequence, symbol]) {
      hash = Math.imul(hash ^ (each + 1), 0x85ebca6b);
      hash ^= hash >>> 15;
    }
    return (hash >>> 0) / 2 ** 30;
  });
}

/** A model whose state is all that it read, as rows of [N, T]: what is put into the wrong row comes out wrong. */
const modelOf =
  (symbols: number): DecodeStep<{ readonly read: Tensor }> =>
  (last, { read }) => {
    const rows = read.toArray() as number[][];
    const all = last.toArray() as number[];
    const now = rows.map((row, n) => [...row, all[n]!]);
    const logits = now.map((row) => logitsAfter(row, symbols));
    return [
      tensor(logits.flat(), { shape: [now.length, symbols], ...float64 }),
      { read: tensor(now.flat(), { shape: [now.length, now[0]!.length], dtype: "int32" }) },
    ];
  };
const nothingRead = (n: number): { read: Tensor } => ({ read: zeros([n, 0], { dtype: "int32" }) });

const logs = (logits: readonly number[]): number[] => {
  const largest = Math.max(...logits);
  const total = logits.reduce((sum, each) => sum + Math.exp(each - largest), 0);
  return logits.map((each) => each - largest - Math.log(total));
};

interface Found {
  symbols: number[];
  logProbability: number;
  ended: boolean;
  score: number;
}

/** All sequences that there are, the best first. */
function enumerate(first: number, symbols: number, end: number, maxLength: number, alpha: number): Found[] {
  const all: Found[] = [];
  const visit = (sequence: number[], logProbability: number): void => {
    logs(logitsAfter([first, ...sequence], symbols)).forEach((gain, symbol) => {
      const [length, sum] = [sequence.length + 1, logProbability + gain];
      const score = sum / ((5 + length) / 6) ** alpha;
      const written = [...sequence, symbol];
      if (symbol === end) all.push({ symbols: sequence, logProbability: sum, ended: true, score });
      else if (length === maxLength) all.push({ symbols: written, logProbability: sum, ended: false, score });
      else visit(written, sum);
    });
  };
  visit([], 0);
  return all.toSorted((x, y) => y.score - x.score);
}

function expectFound(actual: readonly object[], wanted: readonly Found[]): void {
  expect(actual.map((each) => ({ ...each, logProbability: 0, score: 0 }))).toEqual(
    wanted.map((each) => ({ ...each, logProbability: 0, score: 0 })),
  );
  (actual as Found[]).forEach(({ logProbability, score }, i) => {
    expect(logProbability).toBeCloseTo(wanted[i]!.logProbability, 12);
    expect(score).toBeCloseTo(wanted[i]!.score, 12);
  });
}

describe("beamSearch", () => {
  test.each([0, 0.7, -0.5, 2])("with enough beams finds the best of all, α = %s", (lengthPenalty) => {
    const firsts = [0, 1, 2];
    const options = { beams: 81, end: 2, maxLength: 4, lengthPenalty };
    const found = beamSearch(modelOf(3), firsts, nothingRead(3), options);
    found.forEach((each, n) => {
      const all = enumerate(firsts[n]!, 3, 2, 4, lengthPenalty);
      expectFound(each, all.slice(0, 81));
    });
  });

  /** One search in loops: all beginnings are extended to the longest, and nothing is said to be over before. */
  function plainSearch(
    first: number,
    symbols: number,
    end: number,
    beams: number,
    maxLength: number,
    alpha: number,
  ): Found[] {
    let going: { symbols: number[]; sum: number }[] = [{ symbols: [], sum: 0 }];
    const done: Found[] = [];
    const scored = (sum: number, length: number): number => sum / ((5 + length) / 6) ** alpha;
    for (let length = 1; length <= maxLength; length++) {
      const all = going
        .flatMap((each) =>
          logs(logitsAfter([first, ...each.symbols], symbols)).map((gain, symbol) => ({
            each,
            symbol,
            sum: each.sum + gain,
          })),
        )
        .toSorted((x, y) => y.sum - x.sum);
      for (const { each, symbol, sum } of all.slice(0, beams))
        if (symbol === end)
          done.push({ symbols: each.symbols, logProbability: sum, ended: true, score: scored(sum, length) });
      going = all
        .filter(({ symbol }) => symbol !== end)
        .slice(0, beams)
        .map(({ each, symbol, sum }) => ({ symbols: [...each.symbols, symbol], sum }));
    }
    for (const { symbols: written, sum } of going)
      done.push({ symbols: written, logProbability: sum, ended: false, score: scored(sum, maxLength) });
    return done.toSorted((x, y) => y.score - x.score).slice(0, beams);
  }

  test.each([
    [1, 0],
    [2, 0],
    [2, 1],
    [3, 0.6],
    [5, 0],
    [5, -1],
  ])("with %s beams and α = %s finds what each search by itself finds", (beams, lengthPenalty) => {
    const firsts = [0, 1, 2, 3, 4, 5];
    const options = { beams, end: 3, maxLength: 7, lengthPenalty };
    const found = beamSearch(modelOf(6), firsts, nothingRead(6), options);
    expect(found.flat().some(({ ended }) => ended)).toBe(true);
    found.forEach((each, n) => expectFound(each, plainSearch(firsts[n]!, 6, 3, beams, 7, lengthPenalty)));
  });

  test("stops when nothing better can come", () => {
    // The end is ever likelier.
    let steps = 0;
    const step: DecodeStep<Tensor> = (symbols, state) => {
      steps++;
      return [tensor([steps * 2, 0, 0, 0]).expand([symbols.size, 4]), state];
    };
    const [found] = beamSearch(step, [1], zeros([1, 1]), { beams: 2, end: 0, maxLength: 1000 });
    expect(found).toHaveLength(2);
    expect(steps).toBeLessThan(6);
  });

  test("never writes what is impossible, nor more sequences than there are", () => {
    const step: DecodeStep<undefined> = (symbols) => [
      tensor([0, 0, Number.NEGATIVE_INFINITY]).expand([symbols.size, 3]),
      undefined,
    ];
    const [found] = beamSearch(step, [1], undefined, { beams: 10, end: 0, maxLength: 2 });
    expect(found!.map(({ symbols }) => symbols)).toEqual([[], [1], [1, 1]]);
  });

  test("refuses what cannot be", () => {
    const model = modelOf(3);
    const state = nothingRead(1);
    expect(() => beamSearch(model, [0], state, { maxLength: 0 })).toThrow("beamSearch: maxLength is 0");
    expect(() => beamSearch(model, [0], state, { maxLength: 2, beams: 1.5 })).toThrow("there are 1.5 beams");
    expect(() => beamSearch(model, [0], state, { maxLength: 2, lengthPenalty: Number.NaN })).toThrow(
      "lengthPenalty is NaN",
    );
    expect(() => beamSearch(() => [zeros([2, 3]), state], [0], state, { maxLength: 2 })).toThrow(
      "beamSearch: the step gave logits [2, 3] for 1 sequences; they must be [1, V]",
    );
    expect(() =>
      beamSearch(() => [zeros([2, 3]), { c: zeros([1, 2]) }], [0, 0], { c: zeros([2, 2]) }, { maxLength: 2 }),
    ).toThrow("c of the state is [1, 2]; its axis 0 must be the number of sequences, 2");
  });
});

describe("greedyDecode", () => {
  test("takes the likeliest, of each sequence by itself", () => {
    const firsts = [0, 1, 2, 3, 4];
    const found = greedyDecode(modelOf(5), ints(...firsts), nothingRead(5), { end: 4, maxLength: 9 });
    expect(new Set(found.map(({ symbols }) => symbols.length)).size).toBeGreaterThan(1);
    found.forEach(({ symbols, logProbability, ended }, n) => {
      const wanted: number[] = [];
      let [sum, over] = [0, false];
      while (!over && wanted.length < 9) {
        const each = logs(logitsAfter([firsts[n]!, ...wanted], 5));
        const best = each.indexOf(Math.max(...each));
        sum += each[best]!;
        if (best === 4) over = true;
        else wanted.push(best);
      }
      expect([symbols, ended]).toEqual([wanted, over]);
      expect(logProbability).toBeCloseTo(sum, 12);
    });
  });

  test("is beam search with one beam", () => {
    const options = { end: 4, maxLength: 9 };
    const found = greedyDecode(modelOf(5), [0, 1, 2], nothingRead(3), options);
    const searched = beamSearch(modelOf(5), [0, 1, 2], nothingRead(3), { ...options, beams: 1 });
    expect(searched.map(([best]) => best!.symbols)).toEqual(found.map(({ symbols }) => symbols));
  });

  test("writes on where there is no end", () => {
    const [found] = greedyDecode(modelOf(3), [0], nothingRead(1), { maxLength: 5 });
    expect(found).toMatchObject({ ended: false });
    expect(found!.symbols).toHaveLength(5);
    expect(() => greedyDecode(modelOf(3), [0], nothingRead(1), { maxLength: 0.5 })).toThrow(
      "greedyDecode: maxLength",
    );
  });

  test("goes on with layered recurrent states", () => {
    const generator = new Generator(3);
    const rnn = new LSTM(3, 4, { layers: 2, generator });
    const head = new Linear(4, 5, { generator });
    const embed = new Embedding(5, 3, { generator });
    const step: DecodeStep<LSTMState> = (symbols, state) => {
      const [y, next] = rnn.forward(embed.forward(symbols).unsqueeze(0), state);
      return [head.forward(y.select(0)).mul(9), next];
    };
    const start = (n: number): LSTMState => ({ h: zeros([2, n, 4]), c: zeros([2, n, 4]) });
    const options = { end: 4, maxLength: 6, batchAxis: 1, beams: 3 };
    const together = beamSearch(step, [0, 1, 2], start(3), options);
    const alone = [0, 1, 2].map((first) => beamSearch(step, [first], start(1), options)[0]!);
    expect(together.map((found) => found.map(({ symbols }) => symbols))).toEqual(
      alone.map((found) => found.map(({ symbols }) => symbols)),
    );
    expect(() => greedyDecode(step, [0, 1, 2], start(3), { ...options, batchAxis: 0 })).toThrow(
      "h of the state is [2, 3, 4]; its axis 0 must be the number of sequences, 3 (see batchAxis)",
    );
  });
});

describe("sampleDecode", () => {
  const uneven: DecodeStep<Tensor> = (symbols, state) => [
    tensor([0.1, 0.2, 0.3, 0.4], float64).log().expand([symbols.size, 4]),
    state,
  ];

  test("draws what is likely as often as it is", () => {
    const [count, maxLength] = [50, 40];
    const found = sampleDecode(uneven, new Array<number>(count).fill(0), zeros([count]), {
      maxLength,
      generator: new Generator(4),
    });
    const counts = [0, 0, 0, 0];
    for (const { symbols } of found) for (const each of symbols) counts[each]!++;
    counts.forEach((each, i) => expect(each / (count * maxLength)).toBeCloseTo((i + 1) / 10, 1));
    const sum = found[0]!.symbols.reduce((total, each) => total + Math.log((each + 1) / 10), 0);
    expect(found[0]!.logProbability).toBeCloseTo(sum, 12);
  });

  test("is the same for the same seed, and ends", () => {
    const draw = (seed: number, options = {}) =>
      sampleDecode(modelOf(5), [0, 1, 2], nothingRead(3), {
        end: 4,
        maxLength: 12,
        generator: new Generator(seed),
        ...options,
      });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(1).some(({ ended }) => ended)).toBe(true);
    const options = { end: 4, maxLength: 12 };
    const greedy = greedyDecode(modelOf(5), [0, 1, 2], nothingRead(3), options);
    for (const narrow of [{ topK: 1 }, { topP: 1e-9 }, { temperature: 1e-3 }])
      expect(draw(3, narrow).map(({ symbols }) => symbols)).toEqual(greedy.map(({ symbols }) => symbols));
  });
});

describe("filterLogits", () => {
  const logits = stack([
    tensor([0.1, 0.2, 0.3, 0.4], float64).log(),
    tensor([0.5, 0.25, 0.25, 0], float64).log(),
  ]);
  const chances = (options: object): number[][] =>
    (filterLogits(logits, options).softmax().toArray() as number[][]).map((row) =>
      row.map((each) => Number(each.toFixed(12))),
    );
  const of = (...weights: number[]): number[] => {
    const total = weights.reduce((sum, each) => sum + each, 0);
    return weights.map((each) => Number((each / total).toFixed(12)));
  };

  test("leaves what is asked for", () => {
    expect(filterLogits(logits)).toBe(logits);
    expect(chances({ temperature: 0.5 })).toEqual([of(1, 4, 9, 16), of(4, 1, 1, 0)]);
    expect(chances({ topK: 2 })).toEqual([of(0, 0, 3, 4), of(2, 1, 0, 0)]);
    expect(chances({ topK: 9 })).toEqual(chances({}));
    expect(chances({ topP: 0.65 })).toEqual([of(0, 0, 3, 4), of(2, 1, 0, 0)]);
    expect(chances({ topP: 0.75 })).toEqual([of(0, 2, 3, 4), of(2, 1, 0, 0)]);
    expect(chances({ topP: 0.1 })).toEqual([of(0, 0, 0, 1), of(1, 0, 0, 0)]);
    // 4/7 of what topK leaves is enough for 0.5 but not for 0.6.
    expect(chances({ topK: 2, topP: 0.5 })).toEqual([of(0, 0, 0, 1), of(1, 0, 0, 0)]);
    expect(chances({ topK: 2, topP: 0.6 })).toEqual([of(0, 0, 3, 4), of(1, 0, 0, 0)]);
  });

  test("takes logits of any rank and both dtypes", () => {
    const x = randn([2, 3, 5], { generator: new Generator(1) });
    expect(filterLogits(x, { topK: 2 }).isFinite().sum({ axis: -1 }).toArray()).toEqual([
      [2, 2, 2],
      [2, 2, 2],
    ]);
    expect(filterLogits(x, { topP: 0.5 }).dtype).toBe("float32");
    expect(filterLogits(x.select(0).select(0), { topK: 3, temperature: 2 }).isFinite().sum().item()).toBe(3);
  });

  test("refuses what cannot be", () => {
    expect(() => filterLogits(logits, { temperature: 0 })).toThrow(
      "the temperature is 0; it must be above 0",
    );
    expect(() => filterLogits(logits, { topK: 0 })).toThrow("topK is 0; it must be a positive integer");
    expect(() => filterLogits(logits, { topP: 1.1 })).toThrow(
      "topP is 1.1; it must be above 0, and 1 at most",
    );
  });
});

test("reorderState takes rows of every tensor of a state", () => {
  const state = { a: ints(1, 2, 3), b: [tensor([[1, 2, 3]]), { c: undefined, d: 5 }] } as const;
  const { a } = reorderState({ a: state.a }, [2, 0, 0]);
  expect(a.toArray()).toEqual([3, 1, 1]);
  expect((reorderState(state.b, [0], { axis: 0 })[0] as Tensor).toArray()).toEqual([[1, 2, 3]]);
  expect(reorderState(state.b, [1], { axis: 1 })).toMatchObject([{}, { c: undefined, d: 5 }]);
  expect(() => reorderState(state.a, [3])).toThrow("3");
});
