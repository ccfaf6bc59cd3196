/** Words that types forbid, which without types would be taken for others. */
import { ArgumentError, ones } from "@wengert/autograd";
import { expect, test } from "vitest";
import * as nn from "../src/index.js";

const wrong = "other" as never;

test.each<[string, () => unknown, string]>([
  [
    "RNN",
    () => new nn.RNN(3, 4, { nonlinearity: wrong }),
    'RNNCell: the nonlinearity is "other"; it must be "tanh" or "relu"',
  ],
  [
    "LeNet",
    () => new nn.LeNet({ pooling: wrong }),
    'LeNet: the pooling is "other"; it must be "average" or "max"',
  ],
  ["VGG", () => new nn.VGG(12 as never), "VGG: the depth is 12; it must be 11, 13, 16 or 19"],
  ["ResNet", () => new nn.ResNet(20 as never), "ResNet: the depth is 20; it must be 18, 34, 50, 101 or 152"],
  [
    "Conv2d",
    () => new nn.Conv2d(1, 1, 3, { paddingMode: wrong }),
    'Conv2d: the padding mode is "other"; it must be "zeros"',
  ],
  [
    "output",
    () => new nn.Autoencoder(3, 2, { output: wrong }),
    'Autoencoder: the output is "other"; it must be "sigmoid"',
  ],
  [
    "error",
    () => new nn.Autoencoder(3, 2, { error: wrong }),
    'Autoencoder: the error is "other"; it must be "crossEntropy"',
  ],
  [
    "likelihood",
    () => new nn.VariationalAutoencoder(3, 2, 1, { likelihood: wrong }),
    'VariationalAutoencoder: the likelihood is "other"',
  ],
  [
    "transformers",
    () => new nn.TransformerDecoderLayer(4, 2, { activation: wrong }),
    'TransformerDecoderLayer: the activation is "other"; it must be "relu" or "gelu"',
  ],
  [
    "spans",
    () => new nn.LinearSpan([new nn.Parameter(ones([2]))], ones([2, 1]), { gradient: wrong }),
    'LinearSpan: the gradient is "other"',
  ],
  [
    "ties",
    () => new nn.TiedWeights([new nn.Parameter(ones([2]))], { gradient: wrong }),
    'TiedWeights: the gradient is "other"',
  ],
  [
    "BLEU",
    () => new nn.Bleu({ smoothing: wrong }),
    'Bleu: the smoothing is "other"; it must be "none", "epsilon" or "addOne"',
  ],
  [
    "averages",
    () => new nn.ConfusionMatrix(3).precision({ average: wrong }),
    'the average is "other"; it must be "binary"',
  ],
  ["gains", () => nn.init.gainOf(wrong), 'gainOf: the nonlinearity is "other"'],
  ["slopes", () => nn.init.inverseSlope(wrong), 'inverseSlope: the nonlinearity is "other"'],
  [
    "fans",
    () => nn.init.kaimingNormal([2, 3], { fan: wrong }),
    'kaimingNormal: the fan is "other"; it must be "in", "out" or "average"',
  ],
])("%s", (_, run, message) => {
  expect(run).toThrow(ArgumentError);
  expect(run).toThrow(message);
});
