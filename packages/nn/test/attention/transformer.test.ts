/** Attention and transformers beyond what PyTorch has: caches, positions, queries without keys, refusals. */
import {
  causalMask,
  full,
  Generator,
  jvp,
  ones,
  randn,
  type Tensor,
  tensor,
  trace,
  where,
  zeros,
} from "@wengert/autograd";
import "@wengert/autograd/vitest";
import { describe, expect, test } from "vitest";
import {
  Embedding,
  functionalCall,
  LayerNorm,
  LearnedEncoding,
  MultiheadAttention,
  SinusoidalEncoding,
  shapesOnly,
  sinusoids,
  Transformer,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from "../../src/index.js";
import { expectClose } from "../support.js";

const generator = new Generator(21);
const options = { generator, dtype: "float64" } as const;
const draw = (...shape: number[]): Tensor => randn(shape, options);
const same = (actual: Tensor, wanted: Tensor, what: string): void =>
  expectClose(actual, { shape: [...wanted.shape], data: [...wanted.toTypedArray()] }, what);

describe("MultiheadAttention", () => {
  test("without asking for weights gives the same", () => {
    const module = new MultiheadAttention(4, 2, { ...options, addBiasKv: true, addZeroAttn: true });
    const [query, key] = [draw(3, 2, 4), draw(5, 2, 4)];
    const masks = {
      isCausal: true,
      keyPaddingMask: tensor([0, 0, 1, 0, 0, 1, 0, 0, 0, 1], { shape: [2, 5], dtype: "bool" }),
    };
    const [y, weights] = module.forward(query, key, key, masks);
    same(module.forward(query, key, key, { ...masks, needWeights: false })[0], y, "y");
    expect(weights!.shape).toEqual([2, 3, 7]);
    same(weights!.sum({ axis: -1 }), ones([2, 3], options), "sum of weights");
  });

  test("takes a causal mask either way", () => {
    const module = new MultiheadAttention(4, 2, options);
    const x = draw(3, 2, 4);
    const [y] = module.forward(x, x, x, { isCausal: true });
    same(module.forward(x, x, x, { attnMask: causalMask(3).logicalNot() })[0], y, "y");
  });

  test.each([true, false])(
    "gives 0 for queries without keys, and finite gradients (weights: %s)",
    (needWeights) => {
      const module = new MultiheadAttention(4, 2, options);
      for (const attnMask of [
        ones([2, 2], { dtype: "bool" }),
        full([2, 2], Number.NEGATIVE_INFINITY, options),
      ]) {
        const x = draw(2, 1, 4);
        x.requiresGrad = true;
        const [y, weights] = module.forward(x, x, x, { attnMask, needWeights });
        same(y, zeros([2, 1, 4], options), "y"); // the bias of outProj is 0
        if (needWeights) same(weights!, zeros([1, 2, 2], options), "weights");
        y.sum().backward();
        same(x.grad!, zeros([2, 1, 4], options), "gradient");
      }
    },
  );

  test("takes masks of either kind, and any two together", () => {
    const module = new MultiheadAttention(4, 2, options);
    const x = draw(3, 2, 4);
    const [padding, unseen] = [
      tensor([0, 0, 1, 0, 1, 0], { shape: [2, 3], dtype: "bool" }),
      causalMask(3).logicalNot(),
    ];
    const added = (mask: Tensor): Tensor => where(mask, Number.NEGATIVE_INFINITY, zeros(mask.shape, options));
    const [wanted] = module.forward(x, x, x, { keyPaddingMask: padding, attnMask: unseen });
    for (const keyPaddingMask of [padding, added(padding)])
      for (const attnMask of [unseen, added(unseen)])
        same(module.forward(x, x, x, { keyPaddingMask, attnMask })[0], wanted, "y");
  });

  test("drops weights in training alone", () => {
    const module = new MultiheadAttention(4, 2, { ...options, dropout: 0.5 });
    const x = draw(6, 1, 4);
    const weights = module.forward(x, x, x, { averageAttnWeights: false })[1]!;
    const kept = [...weights.toTypedArray()].filter((each) => each !== 0).length;
    expect(kept).toBeGreaterThan(15);
    expect(kept).toBeLessThan(57);
    expect(module.forward(x, x, x, { needWeights: false })[0].toArray()).not.toEqual(
      module.forward(x, x, x, { needWeights: false })[0].toArray(),
    );
    module.eval();
    same(module.forward(x, x, x)[1]!.sum({ axis: -1 }), ones([1, 6], options), "sum of weights");
  });

  test("starts as PyTorch's", () => {
    const module = new MultiheadAttention(64, 4, { addBiasKv: true, generator });
    const largest = (x: Tensor): number => x.abs().amax().item();
    const bounds: [Tensor, number][] = [
      [module.inProjWeight!, Math.sqrt(6 / (4 * 64))],
      [module.outProj.weight, 1 / 8],
    ];
    for (const [x, bound] of bounds) {
      expect(largest(x)).toBeLessThanOrEqual(bound);
      expect(largest(x)).toBeGreaterThan(0.98 * bound);
    }
    expect(largest(module.inProjBias!) + largest(module.outProj.bias!)).toBe(0);
    expect(module.biasK!.square().mean().sqrt().item()).toBeCloseTo(1 / 8, 1);
    const whole = new Transformer(32, 2, {
      numEncoderLayers: 1,
      numDecoderLayers: 1,
      dimFeedforward: 8,
      generator,
    });
    expect(largest(whole.decoder.layers[0]!.multiheadAttn.outProj.weight)).toBeGreaterThan(
      0.98 * Math.sqrt(6 / 64),
    );
    expect(largest(whole.encoder.layers[0]!.linear1.weight)).toBeGreaterThan(0.95 * Math.sqrt(6 / 40));
  });

  test("refuses what does not fit, and says what would", () => {
    expect(() => new MultiheadAttention(4, 3)).toThrow("there are 3 heads for an embedDim of 4");
    const module = new MultiheadAttention(4, 2, { ...options, kdim: 3, batchFirst: true });
    const [q, k, v] = [draw(2, 3, 4), draw(2, 5, 3), draw(2, 5, 4)];
    expect(() => module.forward(q, v, v)).toThrow(
      "MultiheadAttention: query is [2, 3, 4], key is [2, 5, 4] and value is [2, 5, 4]; they must be [N, L, 4], [N, S, 3] and [N, S, 4], all with or all without N",
    );
    expect(() => module.forward(q, k, draw(1, 5, 4))).toThrow("N, axis 0, is 2, 2 and 1");
    expect(() => module.forward(q, k, draw(2, 4, 4))).toThrow(
      "S, axis 1, is 5 of the keys and 4 of the values",
    );
    expect(() => module.forward(q, k, v, { attnMask: ones([5, 3], { dtype: "bool" }) })).toThrow(
      "attnMask is [5, 3]; it must be [3, 5] or [4, 3, 5]: [L, S] or [N · numHeads, L, S]",
    );
    expect(() => module.forward(q, k, v, { keyPaddingMask: ones([1, 5], { dtype: "bool" }) })).toThrow(
      "keyPaddingMask is [1, 5]; it must be [2, 5]: [N, S]",
    );
    expect(() => module.forward(q, k, v, { attnMask: ones([3, 5]) })).toThrow("attnMask is float32");
    expect(() => module.forward(q, k, v.to("float32"))).toThrow(
      "query is float64, key is float64 and value is float32",
    );
  });
});

describe("step by step, transformers compute what they do all at once", () => {
  const small = { ...options, dimFeedforward: 5, dropout: 0 };

  test.each([true, false])("encoder, batchFirst %s", (batchFirst) => {
    const layer = () => new TransformerEncoderLayer(4, 2, { ...small, batchFirst, normFirst: batchFirst });
    const module = new TransformerEncoder(layer, 2, { norm: new LayerNorm(4, options) });
    const x = batchFirst ? draw(2, 3, 4) : draw(3, 2, 4);
    const axis = batchFirst ? 1 : 0;
    const whole = module.forward(x, { srcIsCausal: true });
    let past: Parameters<typeof module.step>[1];
    for (let t = 0; t < 3; t++) {
      const [y, next] = module.step(x.select(t, { axis }), past);
      same(y, whole.select(t, { axis }), `position ${t}`);
      past = next;
    }
  });

  test.each([true, false])("decoder, batchFirst %s", (batchFirst) => {
    const layer = () => new TransformerDecoderLayer(4, 2, { ...small, batchFirst, normFirst: !batchFirst });
    const module = new TransformerDecoder(layer, 2);
    const axis = batchFirst ? 1 : 0;
    const [x, memory] = batchFirst ? [draw(2, 3, 4), draw(2, 5, 4)] : [draw(3, 2, 4), draw(5, 2, 4)];
    const memoryKeyPaddingMask = tensor([0, 0, 0, 0, 0, 0, 0, 0, 1, 1], { shape: [2, 5], dtype: "bool" });
    const whole = module.forward(x, memory, { tgtIsCausal: true, memoryKeyPaddingMask });
    let cache = module.start(memory, { memoryKeyPaddingMask });
    for (let t = 0; t < 3; t++) {
      const [y, next] = module.step(x.select(t, { axis }), cache);
      same(y, whole.select(t, { axis }), `position ${t}`);
      cache = next;
    }
    expect(() =>
      module.start(memory, { memoryKeyPaddingMask: memoryKeyPaddingMask.narrow(0, 0, 1) }),
    ).toThrow("memoryKeyPaddingMask is [1, 5]; it must be [2, 5]");
    expect(() => module.step(draw(2, 3), cache)).toThrow("tgt is [2, 3]; one position must be [N, dModel]");
  });
});

describe("transformers", () => {
  test("of the paper's size have PyTorch's number of parameters", () => {
    const model = shapesOnly(() => new Transformer());
    expect(model.parameterCount()).toBe(44_140_544);
    expect(model.parameters()).toHaveLength(184);
  });

  test("have second derivatives", () => {
    const module = new MultiheadAttention(2, 1, { ...options, batchFirst: true });
    const mask = { keyPaddingMask: tensor([0, 0, 1], { shape: [1, 3], dtype: "bool" }) };
    const run = (query: Tensor, key: Tensor): Tensor => module.forward(query, key, key, mask)[0];
    expect(run).toPassGradgradcheck([draw(1, 2, 2), draw(1, 3, 2)]);
  });

  const model = new Transformer(4, 2, {
    ...options,
    numEncoderLayers: 2,
    numDecoderLayers: 1,
    dimFeedforward: 3,
  });

  test("refuse wrong shapes where they come in", () => {
    expect(() => model.forward(draw(3, 2, 4), draw(3, 1, 4))).toThrow(
      "Transformer: src is [3, 2, 4] and tgt is [3, 1, 4]; they must be [S, N, dModel] and [T, N, dModel] with the same N",
    );
    expect(() => model.forward(draw(3, 2, 5), draw(3, 2, 4))).toThrow(
      "encoder.layers.0 (TransformerEncoderLayer): src is [3, 2, 5]; it must be [T, N, dModel] or [T, dModel] with the dModel 4",
    );
    expect(() => model.forward(draw(3, 2, 4), draw(3, 2, 5))).toThrow(
      "decoder.layers.0 (TransformerDecoderLayer): tgt is [3, 2, 5]",
    );
    const masks = { srcMask: ones([2, 2], { dtype: "bool" }) };
    expect(() => model.forward(draw(3, 2, 4), draw(3, 2, 4), masks)).toThrow(
      "encoder.layers.0.selfAttn (MultiheadAttention): attnMask is [2, 2]; it must be [3, 3] or [4, 3, 3]",
    );
    expect(() => new TransformerEncoder(() => model.encoder.layers[0]!, 0)).toThrow("there are 0 layers");
  });

  test("take an activation of one's own, and drop in training alone", () => {
    const layer = new TransformerEncoderLayer(4, 2, {
      ...options,
      activation: (x) => x.tanh(),
      dimFeedforward: 3,
    });
    const x = draw(3, 4);
    expect(layer.forward(x).toArray()).not.toEqual(layer.forward(x).toArray());
    layer.eval();
    expect(layer.forward(x).toArray()).toEqual(layer.forward(x).toArray());
    const relu = new TransformerEncoderLayer(4, 2, { ...options, dimFeedforward: 3 }).eval();
    relu.loadStateDict(layer.stateDict());
    expect(relu.forward(x).toArray()).not.toEqual(layer.forward(x).toArray());
  });
});

describe("positions", () => {
  test("are waves", () => {
    const [length, dimension, offset] = [4, 5, 2];
    const p = sinusoids(length, dimension, { offset, dtype: "float64" }).toArray() as number[][];
    for (let t = 0; t < length; t++)
      for (let i = 0; i < dimension; i++) {
        const angle = (t + offset) / 10000 ** ((i - (i % 2)) / dimension);
        expect(p[t]![i]).toBeCloseTo(i % 2 === 0 ? Math.sin(angle) : Math.cos(angle), 13);
      }
    expect(sinusoids(0, 4).shape).toEqual([0, 4]);
    expect(sinusoids(2, 4).dtype).toBe("float32");
    expect(() => sinusoids(2.5, 4)).toThrow("sinusoids: the length is 2.5");
  });

  test.each([
    ["waves", (batchFirst: boolean) => new SinusoidalEncoding(3, { batchFirst })],
    ["learned", (batchFirst: boolean) => new LearnedEncoding(6, 3, { ...options, batchFirst })],
  ])("are added in every layout, and from any position on: %s", (_, make) => {
    const [first, last] = [make(true), make(false)];
    last.loadStateDict(first.stateDict());
    const x = draw(2, 4, 3);
    const y = first.forward(x);
    same(last.forward(x.transpose(0, 1)).transpose(0, 1), y, "[T, N, D]");
    same(last.forward(x.select(1)), y.select(1), "[T, D]");
    same(first.forward(x.narrow(1, 2, 2), { offset: 2 }), y.narrow(1, 2, 2), "offset");
    expect(() => first.forward(draw(2, 4, 2))).toThrow("x is [2, 4, 2]; it must be [N, T, 3] or [T, 3]");
  });

  test("that are learned are as many as there are", () => {
    const positions = new LearnedEncoding(3, 2, options);
    expect(positions.weight.std().item()).toBeLessThan(0.06);
    expect(() => positions.forward(draw(3, 2), { offset: 1 })).toThrow(
      "LearnedEncoding: x is [3, 2] from position 1 on; there are positions from 0 to 2",
    );
    expect((w: Tensor, x: Tensor) => functionalCall(positions, { weight: w }, x)).toPassGradcheck([
      draw(3, 2),
      draw(2, 1, 2),
    ]);
    expect(new SinusoidalEncoding(2, { dropout: 1 }).forward(draw(3, 2)).toArray()).toEqual(
      zeros([3, 2]).toArray(),
    );
  });
});

describe("Embedding", () => {
  const symbols = (...xs: number[]): Tensor => tensor(xs, { dtype: "int32" });

  test("refuses what is no symbol, negative numbers too", () => {
    const embed = new Embedding(4, 2);
    expect(() => embed.forward(symbols(0, -1))).toThrow(
      "Embedding: element 1 of x is -1; there are 4 symbols, it must be from 0 to 3",
    );
    expect(() => embed.forward(symbols(0, 4))).toThrow("element 1 of x is 4");
    expect(() => embed.forward(tensor([0.5]))).toThrow("float32");
    expect(() => new Embedding(4, 2, { paddingIdx: 4 })).toThrow("paddingIdx is 4");
    expect(() => new Embedding(4, 2, { maxNorm: 0 })).toThrow("maxNorm is 0; it must be above 0");
    expect(String(new Embedding(4, 2, { paddingIdx: -1, maxNorm: 2 }))).toBe(
      "Embedding(4, 2, paddingIdx=3, maxNorm=2)",
    );
  });

  test("starts the padding with 0, and draws the others as without it", () => {
    const make = (more: object) =>
      new Embedding(3, 2, { generator: new Generator(1), ...more }).weight.toArray() as number[][];
    const [first, , third] = make({});
    expect(make({ paddingIdx: 1 })).toEqual([first, [0, 0], third]);
  });

  test("shortens vectors without a derivative, in either mode", () => {
    const embed = new Embedding(3, 2, { maxNorm: 1, ...options });
    const lookUp = (weight: Tensor): Tensor => functionalCall(embed, { weight }, symbols(0, 2, 2));
    const [weight, tangent] = [draw(3, 2).mul(9), draw(3, 2)];
    const long = weight.indexSelect(symbols(0, 2, 2)).norm({ axis: -1 });
    const { value: y, tangent: moved } = jvp(lookUp, [weight], [tangent]);
    same(moved, tangent.indexSelect(symbols(0, 2, 2)), "tangent");
    same(y.norm({ axis: -1 }), long.div(long.add(1e-7)), "norms");
    expect(lookUp(weight).toArray()).toEqual(y.toArray());
  });

  test("is recorded whole: nothing is read on the way", () => {
    const embed = new Embedding(4, 2, { paddingIdx: 0, maxNorm: 1, scaleGradByFreq: true });
    const { steps } = trace(() =>
      embed
        .forward(symbols(0, 1, 1))
        .sum()
        .backward(),
    );
    expect(steps.length).toBeGreaterThan(5);
    expect(steps.filter(({ kind }) => kind === "barrier")).toEqual([]);
  });
});
