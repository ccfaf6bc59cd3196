/** Attention, transformers and embeddings against PyTorch's; scripts/fixtures/attention.py wrote the fixtures. */
import { readFileSync } from "node:fs";
import { type Tensor, tensor } from "@wengert/autograd";
import { describe, test } from "vitest";
import {
  Embedding,
  LayerNorm,
  type Module,
  MultiheadAttention,
  Transformer,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from "../../src/index.js";
import { compare, Draws, fill, named, type Results, tensorsIn } from "../draws.js";
import { expectClose, type FixtureTensor } from "../support.js";

type Mask = "bool" | "float" | "bool heads" | "float heads" | "causal" | null;

interface Layout extends Results {
  readonly batchFirst: boolean;
  readonly batched: boolean;
}

interface MultiheadCase extends Layout {
  readonly other: boolean;
  readonly bias: boolean;
  readonly addBiasKv: boolean;
  readonly addZeroAttn: boolean;
  readonly attnMask: Mask;
  readonly padding: boolean;
  readonly needWeights: boolean;
  readonly average: boolean;
  readonly same: boolean;
}

interface LayerCase extends Layout {
  readonly activation: "relu" | "gelu";
  readonly normFirst: boolean;
  readonly padding: boolean;
  readonly layers: number;
}

interface EncoderCase extends LayerCase {
  readonly srcMask: Mask;
}

interface DecoderCase extends LayerCase {
  readonly tgtMask: Mask;
  readonly memoryMask: Mask;
}

interface EmbeddingCase extends Results {
  readonly paddingIdx: number | null;
  readonly maxNorm: number | null;
  readonly normType: number;
  readonly scaleGradByFreq: boolean;
  readonly weight: FixtureTensor;
}

const file = new URL("../fixtures/attention.json", import.meta.url);
const fixtures = JSON.parse(readFileSync(file, "utf8")) as {
  multihead: MultiheadCase[];
  encoders: EncoderCase[];
  decoders: DecoderCase[];
  transformers: (Layout & { readonly normFirst: boolean })[];
  embeddings: EmbeddingCase[];
};

const dtype = "float64";
const [batch, target, source, size, heads, hidden] = [2, 2, 3, 4, 2, 3];

const grid = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>(
    (rows, length) => rows.flatMap((row) => Array.from({ length }, (_, i) => [...row, i])),
    [[]],
  );
const bools = (shape: readonly number[], holds: (place: number[]) => boolean): Tensor =>
  tensor(
    grid(shape).map((place) => (holds(place) ? 1 : 0)),
    { shape, dtype: "bool" },
  );

/** Of the script; a causal mask is asked for otherwise. */
function maskOf(
  kind: Mask,
  draws: Draws,
  queries: number,
  keys: number,
  batched: boolean,
): Tensor | undefined {
  if (kind === null || kind === "causal") return undefined;
  const shape = kind.endsWith("heads") ? [(batched ? batch : 1) * heads, queries, keys] : [queries, keys];
  if (kind.startsWith("float")) return draws.tensor(shape);
  return bools(
    shape,
    (place) => place.reduce((sum, at, axis) => sum + (axis + 1) * at, 0) % 3 === 2 && place.at(-1)! > 0,
  );
}

function paddingOf(wanted: boolean, keys: number, batched: boolean): Tensor | undefined {
  if (!wanted) return undefined;
  const last = bools([batch, keys], ([n, j]) => n! > 0 && j === keys - 1);
  return batched ? last : last.select(1);
}

const shapeOf = ({ batchFirst, batched }: Layout, length: number, last: number): number[] => {
  if (!batched) return [length, last];
  return batchFirst ? [batch, length, last] : [length, batch, last];
};

describe("MultiheadAttention", () => {
  test.each(named(fixtures.multihead))("%s", (_, each) => {
    const { seed, batched, batchFirst, other, bias, addBiasKv, addZeroAttn, same, attnMask } = each;
    const draws = new Draws(seed);
    const [kdim, vdim] = other ? [3, 5] : [size, size];
    const options = { bias, addBiasKv, addZeroAttn, kdim, vdim, batchFirst, dtype } as const;
    const module = new MultiheadAttention(size, heads, options);
    fill(module, each, draws);
    const keys = same ? target : source;
    const query = draws.tensor(shapeOf(each, target, size), true);
    const leaves = [query];
    if (!same) leaves.push(...[kdim, vdim].map((last) => draws.tensor(shapeOf(each, keys, last), true)));
    const [, key = query, value = query] = leaves;
    const made = module.forward(query, key, value, {
      attnMask: maskOf(attnMask, draws, target, keys, batched),
      keyPaddingMask: paddingOf(each.padding, keys, batched),
      isCausal: attnMask === "causal",
      needWeights: each.needWeights,
      averageAttnWeights: each.average,
    });
    const outputs = made.filter((part) => part !== undefined);
    compare(module, each, draws, { leaves, made: outputs });
  });
});

const made = ({ activation, normFirst, batchFirst }: Omit<LayerCase, keyof Results>): object => ({
  dimFeedforward: hidden,
  dropout: 0,
  activation,
  layerNormEps: 0.01,
  normFirst,
  batchFirst,
  dtype,
});
const normOf = ({ normFirst }: LayerCase): { norm: LayerNorm | undefined } => ({
  norm: normFirst ? new LayerNorm(size, { dtype }) : undefined,
});

describe("TransformerEncoder", () => {
  test.each(named(fixtures.encoders))("%s", (_, each) => {
    const draws = new Draws(each.seed);
    const layer = () => new TransformerEncoderLayer(size, heads, made(each));
    const module = each.layers === 0 ? layer() : new TransformerEncoder(layer, each.layers, normOf(each));
    fill(module, each, draws);
    const src = draws.tensor(shapeOf(each, source, size), true);
    const y = module.forward(src, {
      srcMask: maskOf(each.srcMask, draws, source, source, each.batched),
      srcKeyPaddingMask: paddingOf(each.padding, source, each.batched),
      srcIsCausal: each.srcMask === "causal",
    });
    compare(module, each, draws, { leaves: [src], made: [y] });
  });
});

describe("TransformerDecoder", () => {
  test.each(named(fixtures.decoders))("%s", (_, each) => {
    const draws = new Draws(each.seed);
    const layer = () => new TransformerDecoderLayer(size, heads, made(each));
    const module = each.layers === 0 ? layer() : new TransformerDecoder(layer, each.layers, normOf(each));
    fill(module, each, draws);
    const tgt = draws.tensor(shapeOf(each, target, size), true);
    const memory = draws.tensor(shapeOf(each, source, size), true);
    const y = module.forward(tgt, memory, {
      tgtMask: maskOf(each.tgtMask, draws, target, target, each.batched),
      memoryMask: maskOf(each.memoryMask, draws, target, source, each.batched),
      tgtKeyPaddingMask: paddingOf(each.padding, target, each.batched),
      memoryKeyPaddingMask: paddingOf(each.padding, source, each.batched),
      tgtIsCausal: each.tgtMask === "causal",
      memoryIsCausal: each.memoryMask === "causal",
    });
    compare(module, each, draws, { leaves: [tgt, memory], made: [y] });
  });
});

describe("Transformer", () => {
  test.each(named(fixtures.transformers))("%s", (_, each) => {
    const draws = new Draws(each.seed);
    const options = { ...made({ ...each, activation: "gelu", padding: false, layers: 0 }) };
    const module = new Transformer(size, heads, { ...options, numEncoderLayers: 1, numDecoderLayers: 2 });
    fill(module, each, draws);
    const src = draws.tensor(shapeOf(each, source, size), true);
    const tgt = draws.tensor(shapeOf(each, target, size), true);
    const y = module.forward(src, tgt, { tgtIsCausal: true });
    compare(module, each, draws, { leaves: [src, tgt], made: [y] });
  });
});

describe("Embedding", () => {
  test.each(named(fixtures.embeddings))("%s", (_, each) => {
    const { paddingIdx, maxNorm, ...rest } = each;
    const draws = new Draws(each.seed);
    const module: Module & { forward(x: Tensor): Tensor } = new Embedding(5, 3, {
      ...(paddingIdx !== null && { paddingIdx }),
      ...(maxNorm !== null && { maxNorm }),
      normType: rest.normType,
      scaleGradByFreq: rest.scaleGradByFreq,
      dtype,
    });
    fill(module, each, draws);
    const y = module.forward(tensor([1, 3, 1, 4, 1, 3], { shape: [2, 3], dtype: "int32" }));
    compare(module, each, draws, { leaves: [], made: tensorsIn(y) });
    expectClose(module.parameters()[0]!, each.weight, "weight after the look-up", 1e-9);
  });
});
