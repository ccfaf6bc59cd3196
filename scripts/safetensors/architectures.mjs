// The architectures that are exchanged with PyTorch, at full size.
import { Generator, randint, randn } from "../../packages/autograd/dist/index.js";
import * as nn from "../../packages/nn/dist/index.js";

const generator = new Generator(1);
const options = { generator };
const image = (...shape) => [randn(shape, options)];
const symbols = (count, ...shape) => [randint(0, count, shape, options)];
const encoded = { normFirst: true, activation: "gelu", batchFirst: true, ...options };
const twoLayers = { layers: 2, ...options };

/** By the names of architectures.py: what makes the model, and what to give it. */
export const architectures = {
  "LeNet-5": [() => new nn.LeNet5(options), image(2, 1, 32, 32)],
  LeNet: [() => new nn.LeNet(options), image(2, 1, 28, 28)],
  CifarNet: [() => new nn.CifarNet(options), image(2, 3, 32, 32)],
  AlexNet: [() => new nn.AlexNet(options), image(1, 3, 224, 224)],
  "VGG-16": [() => new nn.VGG(16, options), image(1, 3, 224, 224)],
  "VGG-19": [() => new nn.VGG(19, options), image(1, 3, 224, 224)],
  "VGG-16 with batch norm": [() => new nn.VGG(16, { batchNorm: true, ...options }), image(1, 3, 224, 224)],
  "ResNet-18": [() => new nn.ResNet(18, options), image(1, 3, 224, 224)],
  "ResNet-34": [() => new nn.ResNet(34, options), image(1, 3, 224, 224)],
  "ResNet-50": [() => new nn.ResNet(50, options), image(1, 3, 224, 224)],
  "ResNet-101": [() => new nn.ResNet(101, options), image(1, 3, 224, 224)],
  "ResNet-152": [() => new nn.ResNet(152, options), image(1, 3, 224, 224)],
  TextCNN: [() => new nn.TextCNN(20_000, 300, 2, options), symbols(20_000, 4, 50)],
  RNN: [() => new nn.RNN(128, 512, { layers: 2, bidirectional: true, ...options }), image(20, 4, 128)],
  LSTM: [() => new nn.LSTM(128, 512, { layers: 3, batchFirst: true, ...options }), image(4, 20, 128)],
  GRU: [
    () => new nn.GRU(128, 512, { layers: 2, bidirectional: true, bias: false, ...options }),
    image(20, 4, 128),
  ],
  Transformer: [() => new nn.Transformer(512, 8, options), [...image(10, 2, 512), ...image(9, 2, 512)]],
  TransformerEncoder: [
    () =>
      new nn.TransformerEncoder(() => new nn.TransformerEncoderLayer(512, 8, encoded), 6, {
        norm: new nn.LayerNorm(512),
      }),
    image(2, 10, 512),
  ],
  TransformerDecoder: [
    () => new nn.TransformerDecoder(() => new nn.TransformerDecoderLayer(512, 8, options), 6),
    [...image(9, 2, 512), ...image(10, 2, 512)],
  ],
  MultiheadAttention: [
    () => new nn.MultiheadAttention(512, 8, { kdim: 256, vdim: 128, addBiasKv: true, ...options }),
    [...image(9, 2, 512), ...image(10, 2, 256), ...image(10, 2, 128)],
  ],
  Bahdanau: [
    () =>
      new nn.EncoderDecoder(
        new nn.Embedding(10_000, 256, options),
        new nn.GRU(256, 512, { bidirectional: true, batchFirst: true, ...options }),
        new nn.BahdanauDecoder(
          8000,
          256,
          (size) => new nn.GRUCell(size, 512, options),
          new nn.AdditiveAttention(512, 1024, 512, options),
          options,
        ),
        options,
      ),
    [...symbols(10_000, 2, 10), ...symbols(8000, 2, 9)],
  ],
  Luong: [
    () => luong(new nn.GeneralAttention(512, 512, options)),
    [...symbols(10_000, 2, 10), ...symbols(8000, 2, 9)],
  ],
  LuongConcat: [
    () => luong(new nn.ConcatAttention(512, 512, 512, options)),
    [...symbols(10_000, 2, 10), ...symbols(8000, 2, 9)],
  ],
  MLP: [() => new nn.MLP([784, 1000, 1000, 10], options), image(4, 784)],
  Autoencoder: [() => new nn.Autoencoder(784, 256, options), image(4, 784)],
  TiedAutoencoder: [() => new nn.Autoencoder(784, 256, { tied: true, ...options }), image(4, 784)],
  StackedAutoencoder: [
    () =>
      new nn.StackedAutoencoder([
        new nn.Autoencoder(784, 1000, options),
        new nn.Autoencoder(1000, 500, options),
        new nn.Autoencoder(500, 250, options),
        new nn.Autoencoder(250, 30, options),
      ]),
    image(4, 784),
  ],
  VariationalAutoencoder: [() => new nn.VariationalAutoencoder(784, [500, 250], 20, options), image(4, 784)],
  GaussianVariationalAutoencoder: [
    () => new nn.VariationalAutoencoder(784, [500, 250], 20, { likelihood: "gaussian", ...options }),
    image(4, 784),
  ],
  MUT1: [() => new nn.MUT1(128, 256, { project: true, ...twoLayers }), image(20, 4, 128)],
  MUT2: [() => new nn.MUT2(128, 256, { project: true, ...twoLayers }), image(20, 4, 128)],
  MUT3: [() => new nn.MUT3(128, 256, twoLayers), image(20, 4, 128)],
  MultiplicativeRNN: [() => new nn.MultiplicativeRNN(128, 256, twoLayers), image(20, 4, 128)],
  "LSTM with peepholes": [() => new nn.LSTM(128, 256, { peepholes: true, ...twoLayers }), image(20, 4, 128)],
  "GRU with reset before": [
    () => new nn.GRU(128, 256, { resetAfter: false, ...twoLayers }),
    image(20, 4, 128),
  ],
  Reservoir: [() => new nn.Reservoir(128, 256, { leak: 0.3, ...twoLayers }), image(20, 4, 128)],
};

/** Two layers of LSTM, and an attention to them. */
function luong(attention) {
  return new nn.EncoderDecoder(
    new nn.Embedding(10_000, 256, options),
    new nn.LSTM(256, 512, { batchFirst: true, ...twoLayers }),
    new nn.LuongDecoder(8000, 256, (size) => new nn.LSTMCell(size, 512, options), attention, options),
    options,
  );
}
