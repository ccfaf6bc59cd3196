/** Recurrent decoders with attention against their papers' equations as loops over numbers, and encoders before them. */
import { Generator, randn, type Tensor, tensor } from "@wengert/autograd";
import "@wengert/autograd/vitest";
import { describe, expect, test } from "vitest";
import {
  AdditiveAttention,
  type AttentionState,
  BahdanauDecoder,
  beamSearch,
  crossEntropy,
  DotAttention,
  Embedding,
  EncoderDecoder,
  functionalCall,
  GeneralAttention,
  GRU,
  GRUCell,
  greedyDecode,
  LSTM,
  LSTMCell,
  LuongDecoder,
  type RecurrentDecoder,
  RNNCell,
} from "../../src/index.js";
import { expectClose } from "../support.js";

const generator = new Generator(41);
const options = { generator, dtype: "float64" } as const;
const draw = (...shape: number[]): Tensor => randn(shape, options);
const ints = (rows: number[][]): Tensor =>
  tensor(rows.flat(), { shape: [rows.length, rows[0]!.length], dtype: "int32" });

const [count, dimension, hidden, keyDim] = [5, 3, 2, 4];
const make = {
  bahdanau: () =>
    new BahdanauDecoder(
      count,
      dimension,
      (size) => new RNNCell(size, hidden, options),
      new GeneralAttention(hidden, keyDim, options),
      options,
    ),
  luong: () =>
    new LuongDecoder(
      count,
      dimension,
      (size) => new RNNCell(size, hidden, options),
      new GeneralAttention(hidden, keyDim, options),
      options,
    ),
};

type Vector = readonly number[];
const dot = (x: Vector, y: Vector): number => x.reduce((sum, each, i) => sum + each * y[i]!, 0);
const times = (w: readonly Vector[], x: Vector): number[] => w.map((row) => dot(row, x));
const plus = (...xs: Vector[]): number[] => xs[0]!.map((_, i) => xs.reduce((sum, x) => sum + x[i]!, 0));

/** One sequence, in loops: logits and weights at each step. */
function plainly(
  kind: keyof typeof make,
  decoder: RecurrentDecoder<Tensor>,
  symbols: Vector,
  keys: readonly Vector[],
): { logits: number[][]; weights: number[][] } {
  const state = decoder.stateDict();
  const w = (name: string): number[][] => state.get(name)!.toArray() as number[][];
  const b = (name: string): number[] => state.get(name)!.toArray() as number[];
  const cell = (x: Vector, h: Vector): number[] =>
    plus(
      times(w("cell.weight_ih"), x),
      b("cell.bias_ih"),
      times(w("cell.weight_hh"), h),
      b("cell.bias_hh"),
    ).map(Math.tanh);
  const attend = (q: Vector): [context: number[], weights: number[]] => {
    const powers = keys.map((k) => Math.exp(dot(q, times(w("attention.weight"), k))));
    const total = powers.reduce((sum, each) => sum + each, 0);
    const weights = powers.map((each) => each / total);
    return [
      keys[0]!.map((_, i) =>
        dot(
          weights,
          keys.map((k) => k[i]!),
        ),
      ),
      weights,
    ];
  };
  const head = (x: Vector): number[] => plus(times(w("head.weight"), x), b("head.bias"));
  let h: Vector = [0, 0];
  let mixed: Vector = [0, 0];
  const [logits, all]: [number[][], number[][]] = [[], []];
  for (const symbol of symbols) {
    const x = w("embed.weight")[symbol]!;
    if (kind === "bahdanau") {
      const [context, weights] = attend(h);
      h = cell([...x, ...context], h);
      logits.push(head([...h, ...context, ...x]));
      all.push(weights);
    } else {
      h = cell([...x, ...mixed], h);
      const [context, weights] = attend(h);
      mixed = times(w("mix.weight"), [...context, ...h]).map(Math.tanh);
      logits.push(head(mixed));
      all.push(weights);
    }
  }
  return { logits, weights: all };
}

describe.each(["bahdanau", "luong"] as const)("the decoder of %s", (kind) => {
  const decoder = make[kind]();
  const symbols = [
    [0, 3, 1],
    [2, 2, 4],
  ];

  test("is as the paper has it", () => {
    const keys = draw(2, 4, keyDim);
    const [logits, weights] = decoder.forward(ints(symbols), decoder.start(keys));
    const all = symbols.map((each, n) => plainly(kind, decoder, each, (keys.toArray() as number[][][])[n]!));
    expectClose(logits, { shape: [2, 3, count], data: all.flatMap((each) => each.logits.flat()) }, "logits");
    expectClose(weights, { shape: [2, 3, 4], data: all.flatMap((each) => each.weights.flat()) }, "weights");
  });

  test("has the gradients of its values", () => {
    const parameters = [...decoder.namedParameters()];
    const read = ints(symbols.map((each) => each.slice(1)));
    const run = (keys: Tensor, ...given: Tensor[]): Tensor => {
      const values = Object.fromEntries(parameters.map(([key], i) => [key, given[i]!]));
      // What `start` computes from parameters belongs to what is differentiated.
      const memory = {
        keys,
        projected: keys.matmul(values["attention.weight"]!.transpose()),
        padding: undefined,
      };
      const state: AttentionState<Tensor> = { cell: draw(2, hidden).mul(0), memory };
      const [logits, weights] = functionalCall(decoder, values, read, state) as unknown as [Tensor, Tensor];
      return logits.square().sum().add(weights.square().sum());
    };
    expect(run).toPassGradcheck([draw(2, 3, keyDim), ...parameters.map(([, { shape }]) => draw(...shape))], {
      maxEntries: 200,
    });
  });

  test("reads what it finds likeliest where there is no teacher", () => {
    const keys = draw(2, 4, keyDim);
    const free = decoder.forward(ints(symbols), decoder.start(keys), { teacherForcing: 0 })[0];
    const greedy = greedyDecode(
      (read, state: AttentionState<Tensor>) => decoder.step(read, state),
      [0, 2],
      decoder.start(keys),
      { maxLength: 3 },
    );
    expect(free.argmax({ axis: -1 }).toArray()).toEqual(greedy.map((each) => [...each.symbols]));
    const some = new Set(
      Array.from({ length: 20 }, () =>
        String(decoder.forward(ints(symbols), decoder.start(keys), { teacherForcing: 0.5 })[0].toArray()),
      ),
    );
    expect(some.size).toBeGreaterThan(1);
  });

  test("refuses what does not fit", () => {
    const state = decoder.start(draw(2, 4, keyDim));
    expect(() => decoder.forward(ints([[0, 1]]), state)).toThrow(
      "the symbols are [1, 2]; they must be [N, T] with the N 2 of the memory and T above 0",
    );
    expect(() => decoder.forward(ints(symbols), state, { teacherForcing: 2 })).toThrow(
      "2; it must be from 0 to 1",
    );
    expect(() => decoder.forward(ints([[0], [-1]]), state)).toThrow(
      "embed (Embedding): element 1 of x is -1",
    );
    expect(() => decoder.start(draw(2, 4, 3))).toThrow(
      "the keys are [2, 4, 3]; they must be [N, S, keyDim] with the keyDim 4 of the attention",
    );
    const Decoder = kind === "luong" ? LuongDecoder : BahdanauDecoder;
    expect(() => new Decoder(5, 3, (size) => new RNNCell(size, 4), new DotAttention(3))).toThrow(
      "the cell's hiddenSize is 4 and the attention's queryDim is 3; they must be the same",
    );
  });
});

describe("EncoderDecoder", () => {
  const model = (bidirectional: boolean) =>
    new EncoderDecoder(
      new Embedding(6, 3, options),
      new GRU(3, 2, { bidirectional, batchFirst: true, layers: 2, ...options }),
      new BahdanauDecoder(
        count,
        dimension,
        (size) => new LSTMCell(size, 3, options),
        new AdditiveAttention(3, bidirectional ? 4 : 2, 4, options),
        options,
      ),
      options,
    );

  test.each([true, false])("starts from the encoder's ends, bidirectional %s", (bidirectional) => {
    const net = model(bidirectional);
    const source = ints([
      [1, 2, 3],
      [4, 5, 0],
    ]);
    const { cell, memory } = net.encode(source);
    const [outputs] = net.encoder.forward(net.embed.forward(source));
    expect(memory.keys.toArray()).toEqual(outputs.toArray());
    const rows = outputs.toArray() as number[][][];
    const state = net.stateDict();
    const ends = rows.map((row) => (bidirectional ? [...row[2]!.slice(0, 2), ...row[0]!.slice(2)] : row[2]!));
    [cell.h, cell.c].forEach((part, i) => {
      const w = state.get(`bridges.${i}.weight`)!.toArray() as number[][];
      const b = state.get(`bridges.${i}.bias`)!.toArray() as number[];
      const wanted = ends.flatMap((end) => plus(times(w, end), b).map(Math.tanh));
      expectClose(part, { shape: [2, 3], data: wanted }, `part ${i}`);
    });
  });

  test("reads sources of different lengths as each by itself", () => {
    const net = model(true);
    const target = ints([
      [0, 1, 2],
      [0, 3, 4],
    ]);
    const source = [
      [1, 2, 3, 4],
      [5, 4, 0, 0],
    ];
    const lengths = [4, 2];
    const [logits, weights] = net.forward(ints(source), target, { lengths });
    const [, counted] = net.forward(ints(source), target, { lengths: tensor(lengths, { dtype: "int32" }) });
    expect(counted.toArray()).toEqual(weights.toArray());
    lengths.forEach((length, n) => {
      const [own, ownWeights] = net.forward(ints([source[n]!.slice(0, length)]), target.narrow(0, n, 1));
      expectClose(
        logits.narrow(0, n, 1),
        { shape: own.shape as number[], data: [...own.toTypedArray()] },
        "logits",
      );
      const padded = (ownWeights.toArray() as number[][][])[0]!.flatMap((row) => [
        ...row,
        ...source[n]!.slice(length).map(() => 0),
      ]);
      expectClose(weights.narrow(0, n, 1), { shape: [1, 3, 4], data: padded }, "weights");
    });
  });

  test("is searched with its state", () => {
    const net = model(true);
    const source = [
      [1, 2, 3, 4],
      [5, 4, 0, 0],
      [2, 1, 0, 0],
    ];
    const lengths = [4, 2, 1];
    const found = beamSearch(net.step, [0, 0, 0], net.encode(ints(source), { lengths }), {
      end: 1,
      maxLength: 4,
      beams: 3,
    });
    found.forEach((each, n) => {
      const alone = net.encode(ints([source[n]!.slice(0, lengths[n])]));
      const [wanted] = beamSearch(net.step, [0], alone, { end: 1, maxLength: 4, beams: 3 });
      expect(each.map(({ symbols }) => symbols)).toEqual(wanted!.map(({ symbols }) => symbols));
    });
  });

  test("has gradients everywhere", () => {
    const net = model(true);
    const [logits] = net.forward(ints([[1, 2, 3]]), ints([[0, 1]]));
    crossEntropy(logits.flatten(0, 1), tensor([1, 2], { dtype: "int32" })).backward();
    for (const [name, { grad }] of net.namedParameters())
      expect(grad!.abs().sum().item(), name).toBeGreaterThan(0);
  });

  test("refuses what does not fit", () => {
    const decoder = make.luong();
    const embed = new Embedding(6, 3);
    expect(() => new EncoderDecoder(embed, new GRU(3, 4), decoder)).toThrow("the encoder must be batchFirst");
    expect(() => new EncoderDecoder(embed, new LSTM(3, 3, { batchFirst: true }), decoder)).toThrow(
      "EncoderDecoder: the embedding's dimension is 3, the encoder's inputSize 3 and its outputs' length 3, the attention's keyDim 4; the first two must be the same, and the last two",
    );
    const net = model(true);
    expect(() => net.forward(tensor([1], { dtype: "int32" }), ints([[0]]))).toThrow(
      "EncoderDecoder: the source is [1]; it must be [N, S]",
    );
    expect(() => net.forward(ints([[1, 2]]), ints([[0], [1]]))).toThrow(
      "decoder (BahdanauDecoder): the symbols are [2, 1]; they must be [N, T] with the N 1",
    );
    expect(() => net.forward(ints([[1, 2]]), ints([[0]]), { lengths: [3] })).toThrow(
      "encoder (GRU): the length",
    );
    expect(String(new LuongDecoder(5, 3, (size) => new GRUCell(size, 2), new DotAttention(2)))).toContain(
      "LuongDecoder(",
    );
  });
});
