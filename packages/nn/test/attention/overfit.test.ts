/** Each architecture with attention learns a tiny set by heart, and then writes it. */
import { Generator, type Tensor, tensor, zeros } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  AdditiveAttention,
  type Attention,
  BahdanauDecoder,
  beamSearch,
  ConcatAttention,
  crossEntropy,
  type DecoderCache,
  DotAttention,
  Embedding,
  EncoderDecoder,
  GeneralAttention,
  GRU,
  GRUCell,
  greedyDecode,
  type KeyValues,
  LayerNorm,
  LearnedEncoding,
  Linear,
  LSTMCell,
  LuongDecoder,
  Module,
  SinusoidalEncoding,
  Transformer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from "../../src/index.js";
import { descend } from "../descend.js";

const ints = (rows: readonly (readonly number[])[]): Tensor =>
  tensor(rows.flat(), { shape: [rows.length, rows[0]!.length], dtype: "int32" });

// To be turned round; 0 begins a target, 1 ends it.
const source = [
  [2, 3, 4],
  [4, 2, 2],
  [3, 4, 2],
];
const reversed = source.map((each) => each.toReversed());
const [x, read, wanted] = [
  ints(source),
  ints(reversed.map((each) => [0, ...each])),
  ints(reversed.map((each) => [...each, 1])).flatten(),
];
const limits = { end: 1, maxLength: 8 };

describe("recurrent networks turn sequences round", () => {
  const hidden = 12;
  const kinds: [string, (generator: Generator) => EncoderDecoder<unknown>][] = [
    ["additive attention before the step", (generator) => make("bahdanau", generator, additive)],
    ["dot", (generator) => make("luong", generator, () => new DotAttention(hidden))],
    ["general", (generator) => make("luong", generator, (g) => new GeneralAttention(hidden, hidden, g))],
    ["concat", (generator) => make("luong", generator, (g) => new ConcatAttention(hidden, hidden, 12, g))],
  ];
  const additive = (options: { generator: Generator }): Attention =>
    new AdditiveAttention(hidden, hidden, 12, options);

  function make(
    kind: "bahdanau" | "luong",
    generator: Generator,
    attention: (options: { generator: Generator }) => Attention,
  ): EncoderDecoder<unknown> {
    const options = { generator };
    const decoder =
      kind === "bahdanau"
        ? new BahdanauDecoder(6, 8, (size) => new GRUCell(size, hidden, options), attention(options), options)
        : new LuongDecoder(6, 8, (size) => new LSTMCell(size, hidden, options), attention(options), options);
    const encoder = new GRU(8, hidden / 2, { bidirectional: true, batchFirst: true, ...options });
    return new EncoderDecoder<unknown>(new Embedding(6, 8, options), encoder, decoder as never, options);
  }

  test.each(kinds)("%s", (_, build) => {
    const model = build(new Generator(1));
    const loss = (): Tensor => crossEntropy(model.forward(x, read)[0].flatten(0, 1), wanted);
    expect(descend(model, loss, { lr: 0.03, steps: 40 })).toBeLessThan(0.02);
    const found = greedyDecode(model.step, [0, 0, 0], model.encode(x), limits);
    expect(found.map(({ symbols }) => symbols)).toEqual(reversed);
    const searched = beamSearch(model.step, [0, 0, 0], model.encode(x), { ...limits, beams: 3 });
    expect(searched.map(([best]) => best!.symbols)).toEqual(reversed);
  });
});

test("a transformer turns sequences round", () => {
  const options = { generator: new Generator(2), batchFirst: true };
  class Reverser extends Module {
    readonly embed = new Embedding(6, 16, options);
    readonly positions = new SinusoidalEncoding(16, options);
    readonly body = new Transformer(16, 2, {
      numEncoderLayers: 1,
      numDecoderLayers: 1,
      dimFeedforward: 24,
      dropout: 0,
      ...options,
    });
    readonly head = new Linear(16, 6, options);

    place(symbols: Tensor, offset = 0): Tensor {
      return this.positions.forward(this.embed.forward(symbols), { offset });
    }

    forward(src: Tensor, tgt: Tensor): Tensor {
      return this.head.forward(this.body.forward(this.place(src), this.place(tgt), { tgtIsCausal: true }));
    }

    encode(src: Tensor): { cache: DecoderCache; written: Tensor } {
      const memory = this.body.encoder.forward(this.place(src));
      return { cache: this.body.decoder.start(memory), written: zeros([src.shape[0]!, 0]) };
    }

    readonly step = (
      symbols: Tensor,
      { cache, written }: { cache: DecoderCache; written: Tensor },
    ): [Tensor, { cache: DecoderCache; written: Tensor }] => {
      const x = this.place(symbols.unsqueeze(1), written.shape[1]!).select(0, { axis: 1 });
      const [y, next] = this.body.decoder.step(x, cache);
      return [
        this.head.forward(y),
        { cache: next, written: zeros([written.shape[0]!, written.shape[1]! + 1]) },
      ];
    };
  }
  const model = new Reverser();
  const loss = (): Tensor => crossEntropy(model.forward(x, read).flatten(0, 1), wanted);
  expect(descend(model, loss, { lr: 0.007, steps: 40 })).toBeLessThan(0.02);
  const found = beamSearch(model.step, [0, 0, 0], model.encode(x), { ...limits, beams: 2 });
  expect(found.map(([best]) => best!.symbols)).toEqual(reversed);
});

test("a causal encoder learns a text, and writes it with a cache", () => {
  const options = { generator: new Generator(3), batchFirst: true };
  const layer = (): TransformerEncoderLayer =>
    new TransformerEncoderLayer(16, 2, {
      dimFeedforward: 24,
      dropout: 0,
      activation: "gelu",
      normFirst: true,
      ...options,
    });
  class Writer extends Module {
    readonly embed = new Embedding(4, 16, options);
    readonly positions = new LearnedEncoding(12, 16, options);
    readonly body = new TransformerEncoder(layer, 2, { norm: new LayerNorm(16) });
    readonly head = new Linear(16, 4, options);

    forward(symbols: Tensor): Tensor {
      const x = this.positions.forward(this.embed.forward(symbols));
      return this.head.forward(this.body.forward(x, { srcIsCausal: true }));
    }
  }
  const text = [0, 1, 0, 2, 1, 1, 3, 0, 3, 3, 2, 0];
  const [x, y] = [ints([text.slice(0, -1)]), tensor(text.slice(1), { dtype: "int32" })];
  const model = new Writer();
  const loss = (): Tensor => crossEntropy(model.forward(x).flatten(0, 1), y);
  expect(descend(model, loss, { lr: 0.007, steps: 40 })).toBeLessThan(0.02);

  type Past = readonly KeyValues[] | undefined;
  let offset = 0;
  const step = (symbols: Tensor, past: Past): [Tensor, Past] => {
    const x = model.positions.forward(model.embed.forward(symbols.unsqueeze(0)), { offset: offset++ });
    const [made, next] = model.body.step(x.select(0), past);
    return [model.head.forward(made), next];
  };
  const [found] = greedyDecode<Past>(step, [0], undefined, { maxLength: 11 });
  expect(found!.symbols).toEqual(text.slice(1));
});
