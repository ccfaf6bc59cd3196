/** Weights are shared with PyTorch by files; scripts/safetensors/weights.py wrote the fixtures, with PyTorch's own writer. */
import { readFileSync } from "node:fs";
import {
  decodeSafetensors,
  encodeSafetensors,
  expand,
  ones,
  type Shape,
  type Tensor,
  tensor,
  zeros,
} from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import * as nn from "../src/index.js";
import { type FixtureTensor, load } from "./support.js";

const read = (path: string): Buffer => readFileSync(new URL(`fixtures/${path}`, import.meta.url));
const json = (path: string): unknown => JSON.parse(read(path).toString());

/** A translator whose decoder attends after its step. */
const luong = (
  attention: nn.Attention,
  [source, target]: number[],
  dimension: number,
  hidden: number,
): nn.Module =>
  new nn.EncoderDecoder(
    new nn.Embedding(source!, dimension),
    new nn.LSTM(dimension, hidden, { layers: 2, batchFirst: true }),
    new nn.LuongDecoder(target!, dimension, (size) => new nn.LSTMCell(size, hidden), attention),
  );

/** One whose decoder attends before it. */
const bahdanau = ([source, target]: number[], dimension: number, hidden: number): nn.Module =>
  new nn.EncoderDecoder(
    new nn.Embedding(source!, dimension),
    new nn.GRU(dimension, hidden, { bidirectional: true, batchFirst: true }),
    new nn.BahdanauDecoder(
      target!,
      dimension,
      (size) => new nn.GRUCell(size, hidden),
      new nn.AdditiveAttention(hidden, 2 * hidden, hidden),
    ),
  );

const full: Record<string, () => nn.Module> = {
  "LeNet-5": () => new nn.LeNet5(),
  LeNet: () => new nn.LeNet(),
  CifarNet: () => new nn.CifarNet(),
  AlexNet: () => new nn.AlexNet(),
  "VGG-16": () => new nn.VGG(16),
  "VGG-19": () => new nn.VGG(19),
  "VGG-16 with batch norm": () => new nn.VGG(16, { batchNorm: true }),
  "ResNet-18": () => new nn.ResNet(18),
  "ResNet-34": () => new nn.ResNet(34),
  "ResNet-50": () => new nn.ResNet(50),
  "ResNet-101": () => new nn.ResNet(101),
  "ResNet-152": () => new nn.ResNet(152),
  TextCNN: () => new nn.TextCNN(20_000, 300, 2),
  RNN: () => new nn.RNN(128, 512, { layers: 2, bidirectional: true }),
  LSTM: () => new nn.LSTM(128, 512, { layers: 3, batchFirst: true }),
  GRU: () => new nn.GRU(128, 512, { layers: 2, bidirectional: true, bias: false }),
  Transformer: () => new nn.Transformer(),
  TransformerEncoder: () =>
    new nn.TransformerEncoder(() => new nn.TransformerEncoderLayer(512, 8), 6, {
      norm: new nn.LayerNorm(512),
    }),
  TransformerDecoder: () => new nn.TransformerDecoder(() => new nn.TransformerDecoderLayer(512, 8), 6),
  MultiheadAttention: () => new nn.MultiheadAttention(512, 8, { kdim: 256, vdim: 128, addBiasKv: true }),
  Bahdanau: () => bahdanau([10_000, 8000], 256, 512),
  Luong: () => luong(new nn.GeneralAttention(512, 512), [10_000, 8000], 256, 512),
  LuongConcat: () => luong(new nn.ConcatAttention(512, 512, 512), [10_000, 8000], 256, 512),
  MLP: () => new nn.MLP([784, 1000, 1000, 10]),
  Autoencoder: () => new nn.Autoencoder(784, 256),
  TiedAutoencoder: () => new nn.Autoencoder(784, 256, { tied: true }),
  StackedAutoencoder: () =>
    new nn.StackedAutoencoder([
      new nn.Autoencoder(784, 1000),
      new nn.Autoencoder(1000, 500),
      new nn.Autoencoder(500, 250),
      new nn.Autoencoder(250, 30),
    ]),
  VariationalAutoencoder: () => new nn.VariationalAutoencoder(784, [500, 250], 20),
  GaussianVariationalAutoencoder: () =>
    new nn.VariationalAutoencoder(784, [500, 250], 20, { likelihood: "gaussian" }),
  MUT1: () => new nn.MUT1(128, 256, { layers: 2, project: true }),
  MUT2: () => new nn.MUT2(128, 256, { layers: 2, project: true }),
  MUT3: () => new nn.MUT3(128, 256, { layers: 2 }),
  MultiplicativeRNN: () => new nn.MultiplicativeRNN(128, 256, { layers: 2 }),
  "LSTM with peepholes": () => new nn.LSTM(128, 256, { layers: 2, peepholes: true }),
  "GRU with reset before": () => new nn.GRU(128, 256, { layers: 2, resetAfter: false }),
  Reservoir: () => new nn.Reservoir(128, 256, { layers: 2 }),
};

describe("at full size", () => {
  const names = Object.entries(json("names.json") as Record<string, Record<string, Shape>>);

  test("all architectures are known", () => {
    expect(names.map(([name]) => name)).toEqual(Object.keys(full));
  });

  test.each(names)("%s has PyTorch's names and shapes", (name, shapes) => {
    const model = nn.shapesOnly(full[name]);
    // Nothing is given, so that everything is missing: the names without the numbers.
    expect(model.loadStateDict([], { strict: false }).missing.toSorted()).toEqual(
      Object.keys(shapes).toSorted(),
    );
    const state = Object.entries(shapes).map(([key, shape]): [string, Tensor] => {
      const dtype = key.endsWith("num_batches_tracked") ? "int32" : "float32";
      return [key, expand(zeros([], { dtype }), shape)];
    });
    // All of them fit: what is refused is to write numbers where none are. Only buffers have some.
    if (model.parameters().length === 0) model.loadStateDict(state);
    else expect(() => model.loadStateDict(state)).toThrow("one number stands in several places");
    const turned = state.map(([key, value], i): [string, Tensor] => [key, i === 0 ? ones([7, 7]) : value]);
    expect(() => model.loadStateDict(turned)).toThrow(
      `${state[0][0]}: its shape is [7, 7]; the module has [${state[0][1].shape.join(", ")}]`,
    );
  });
});

interface Computed {
  readonly name: string;
  readonly inputs: FixtureTensor[];
  readonly output: FixtureTensor;
}

type Any = nn.Module & { forward(...inputs: never[]): unknown };

const small: Record<string, () => nn.Module> = {
  "ResNet-18": () => new nn.ResNet(18, { width: 1, classes: 3 }),
  "ResNet-50": () => new nn.ResNet(50, { width: 1, classes: 3 }),
  TextCNN: () => new nn.TextCNN(11, 4, 3, { widths: [2, 3], maps: 3 }),
  RNN: () => new nn.RNN(3, 4, { layers: 2, nonlinearity: "relu" }),
  LSTM: () => new nn.LSTM(3, 4, { layers: 2, bidirectional: true }),
  GRU: () => new nn.GRU(3, 4, { batchFirst: true, bias: false }),
  Transformer: () =>
    new nn.Transformer(4, 2, { numEncoderLayers: 1, numDecoderLayers: 2, dimFeedforward: 8 }),
  MultiheadAttention: () => new nn.MultiheadAttention(4, 2, { kdim: 3, vdim: 5, addBiasKv: true }),
  Bahdanau: () => bahdanau([7, 5], 3, 2),
  Luong: () => luong(new nn.GeneralAttention(2, 2), [7, 5], 3, 2),
  TiedAutoencoder: () => new nn.Autoencoder(5, 3, { tied: true }),
  StackedAutoencoder: () => new nn.StackedAutoencoder([new nn.Autoencoder(5, 4), new nn.Autoencoder(4, 2)]),
  VariationalAutoencoder: () => new nn.VariationalAutoencoder(5, [4, 3], 2),
  MUT1: () => new nn.MUT1(3, 2, { layers: 2, project: true }),
};

describe("a file of PyTorch's", () => {
  const cases = json("weights/computed.json") as Computed[];
  const bytesOf = (name: string): Uint8Array => read(`weights/${name.toLowerCase()}.safetensors`);

  test.each(cases)(
    "is loaded strictly, computes the same, and is written again byte for byte: $name",
    ({ name, inputs, output }) => {
      const bytes = bytesOf(name);
      const model = small[name]() as Any;
      expect(model.loadStateDict(decodeSafetensors(bytes).tensors)).toEqual({ missing: [], unexpected: [] });
      const given = inputs.map((each) => (each.dtype === undefined ? load(each).to("float32") : load(each)));
      const out = model.eval().forward(...(given as never[]));
      const y = (Array.isArray(out) ? out[0] : out) as Tensor;
      expect(y.shape).toEqual(output.shape);
      y.toTypedArray().forEach((each, i) => {
        expect(Math.abs(each - output.data[i]), `element ${i}`).toBeLessThan(
          1e-5 * (1 + Math.abs(output.data[i])),
        );
      });
      expect(encodeSafetensors(model.stateDict())).toEqual(new Uint8Array(bytes));
    },
  );

  test("has counts in int64, which stay so", () => {
    const { tensors } = decodeSafetensors(bytesOf("ResNet-18"));
    expect(tensors.get("bn1.num_batches_tracked")).toMatchObject({ dtype: "int32" });
    expect(tensors.get("bn1.num_batches_tracked")!.item()).toBe(3);
    const norm = new nn.BatchNorm1d(2);
    for (let batch = 0; batch < 5; batch++)
      norm.forward(
        tensor([
          [1, 2],
          [3, 5],
        ]),
      );
    const bytes = encodeSafetensors(norm.stateDict());
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as Record<
      string,
      unknown
    >;
    expect(header["num_batches_tracked"]).toEqual({ dtype: "I64", shape: [], data_offsets: [0, 8] });
    expect(new DataView(bytes.buffer).getBigInt64(8 + length, true)).toBe(5n);
    const other = new nn.BatchNorm1d(2);
    other.loadStateDict(decodeSafetensors(bytes).tensors);
    expect(other.stateDict().get("num_batches_tracked")!.item()).toBe(5);
    expect(encodeSafetensors(other.stateDict())).toEqual(bytes);
  });

  test("that does not fit is refused with everything that is wrong, and nothing is loaded", () => {
    const model = new nn.ResNet(18, { width: 1, classes: 4 });
    const before = encodeSafetensors(model.stateDict());
    const { tensors } = decodeSafetensors(bytesOf("ResNet-18"));
    tensors.delete("bn1.weight");
    tensors.delete("layer4.1.conv2.weight");
    tensors.set("head.weight", ones([1]));
    tensors.set("bn1.num_batches_tracked", ones([]));
    expect(() => model.loadStateDict(tensors)).toThrow(
      [
        "loadStateDict: nothing was loaded, the tensors do not fit the module:",
        "  bn1.weight: is missing",
        "  layer4.1.conv2.weight: is missing",
        "  head.weight: the module has no such tensor",
        "  bn1.num_batches_tracked: it is float32; the module has int32",
        "  fc.weight: its shape is [3, 8]; the module has [4, 8]",
        "  fc.bias: its shape is [3]; the module has [4]",
      ].join("\n"),
    );
    expect(encodeSafetensors(model.stateDict())).toEqual(before);
  });
});
