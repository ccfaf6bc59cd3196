/** Models of another dtype compute in it, whatever they make by the way: states, noise, positions. */
import { Generator, randn, Tensor, zeros } from "@wengert/autograd";
import { expect, test } from "vitest";
import * as nn from "../src/index.js";

const generator = new Generator(23);
const draw = (...shape: number[]): Tensor => randn(shape, { generator, dtype: "float64" });
const symbols = (...shape: number[]): Tensor => zeros(shape, { dtype: "int32" });
const sequence = draw(5, 2, 3);

type Any = nn.Module & { forward(...inputs: never[]): unknown };

const translator = (): nn.EncoderDecoder<nn.LSTMState> =>
  new nn.EncoderDecoder(
    new nn.Embedding(9, 2, { paddingIdx: 0, maxNorm: 1, scaleGradByFreq: true }),
    new nn.GRU(2, 3, { batchFirst: true }),
    new nn.LuongDecoder(9, 2, (size) => new nn.LSTMCell(size, 3), new nn.DotAttention(3)),
  );

test.each<[string, Any, ...Tensor[]]>([
  ["RNN", new nn.RNN(3, 4), sequence],
  ["LSTM", new nn.LSTM(3, 4, { layers: 2, bidirectional: true }), sequence],
  ["LSTM from a learned state", new nn.LSTM(3, 4, { learnInitialState: true }), sequence],
  ["GRU", new nn.GRU(3, 4, { resetAfter: false }), sequence],
  ["MUT1", new nn.MUT1(3, 3), sequence],
  ["MUT2", new nn.MUT2(3, 4, { project: true }), sequence],
  ["MUT3", new nn.MUT3(3, 4), sequence],
  ["MultiplicativeRNN", new nn.MultiplicativeRNN(3, 4), sequence],
  ["Reservoir", new nn.Reservoir(3, 4), sequence],
  ["LSTMCell", new nn.LSTMCell(3, 4), draw(2, 3)],
  ["WindowedReadOut", new nn.WindowedReadOut(3, 2, 2, { learnDecay: true }), sequence],
  ["EncoderDecoder", translator(), symbols(2, 4), symbols(2, 3)],
  [
    "MultiheadAttention",
    new nn.MultiheadAttention(3, 1, { addBiasKv: true, addZeroAttn: true }),
    ...Array<Tensor>(3).fill(sequence),
  ],
  ["TransformerEncoderLayer", new nn.TransformerEncoderLayer(3, 1, { dimFeedforward: 4 }), sequence],
  ["SinusoidalEncoding", new nn.SinusoidalEncoding(3, { dropout: 0.5 }), sequence],
  ["BatchNorm1d", new nn.BatchNorm1d(3), draw(5, 3)],
  [
    "Autoencoder",
    new nn.Autoencoder(3, 2, { tied: true, corruption: new nn.SaltAndPepperNoise(0.5) }),
    draw(5, 3),
  ],
  ["VariationalAutoencoder", new nn.VariationalAutoencoder(3, 4, 2, { likelihood: "gaussian" }), draw(5, 3)],
  ["LeNet5", new nn.LeNet5(), draw(1, 1, 32, 32)],
  ["HebbianAssociator", new nn.HebbianAssociator(3, 2), draw(5, 3)],
  ["RReLU", new nn.RReLU(), draw(5, 3)],
])("%s", (_, module, ...inputs) => {
  const made = tensorsIn(module.to("float64").forward(...(inputs as never[])));
  expect(made.map(({ dtype }) => dtype)).toEqual(made.map(() => "float64"));
  const loss = made.map((each) => each.sum()).reduce((a, b) => a.add(b));
  if (!loss.requiresGrad) return;
  loss.backward();
  for (const { grad } of module.parameters()) expect(grad?.dtype ?? "float64").toBe("float64");
});

function tensorsIn(x: unknown): Tensor[] {
  if (x instanceof Tensor) return [x];
  return typeof x === "object" && x !== null ? Object.values(x).flatMap(tensorsIn) : [];
}
