/** Each architecture learns a tiny set by heart. */
import { Generator, randn, relu, type Tensor as T, type Tensor, tensor } from "@wengert/autograd";
import { expect, test } from "vitest";
import {
  crossEntropy,
  Embedding,
  GRU,
  Linear,
  LSTM,
  LSTMCell,
  Module,
  MUT1,
  MUT2,
  MUT3,
  MultiplicativeRNN,
  mse,
  RNN,
  Sequential,
} from "../src/index.js";
import { descend } from "./descend.js";

test("a network of linear layers: points to values", () => {
  const generator = new Generator(1);
  const model = new Sequential(new Linear(2, 32, { generator }), relu, new Linear(32, 1, { generator }));
  const [x, y] = [randn([8, 2], { generator }), randn([8, 1], { generator })];
  expect(descend(model, () => mse(model.forward(x), y), { lr: 0.02, steps: 200 })).toBeLessThan(1e-3);
});

/** Says which character follows which, where that takes a memory: each occurs with different ones after it. */
class Reader<State> extends Module {
  readonly embed: Embedding;
  readonly head: Linear;

  constructor(
    readonly body: Module & { forward: (x: T, state?: State) => [T, State] },
    generator: Generator,
  ) {
    super();
    this.embed = new Embedding(4, 8, { generator });
    this.head = new Linear(16, 4, { generator });
  }

  forward(x: Tensor): Tensor {
    const [y] = this.body.forward(this.embed.forward(x));
    return this.head.forward(y).flatten(0, 1);
  }
}

const text = [0, 1, 0, 2, 1, 1, 3, 0, 3, 3, 2, 0];
const x = tensor([text.slice(0, -1)], { dtype: "int32" });
const y = tensor(text.slice(1), { dtype: "int32" });

test.each([
  ["RNN", (generator: Generator) => new RNN(8, 16, { batchFirst: true, generator })],
  [
    "RNN, relu",
    (generator: Generator) => new RNN(8, 16, { batchFirst: true, nonlinearity: "relu" as const, generator }),
  ],
  ["LSTM", (generator: Generator) => new LSTM(8, 16, { batchFirst: true, generator })],
  [
    "LSTM of two layers",
    (generator: Generator) => new LSTM(8, 16, { batchFirst: true, layers: 2, generator }),
  ],
  [
    "LSTM with peepholes and coupled gates",
    (generator: Generator) =>
      new LSTM(8, 16, { batchFirst: true, peepholes: true, coupled: true, generator }),
  ],
  [
    "GRU with a learned initial state",
    (generator: Generator) => new GRU(8, 16, { batchFirst: true, learnInitialState: true, generator }),
  ],
  [
    "GRU with reset before",
    (generator: Generator) => new GRU(8, 16, { batchFirst: true, resetAfter: false, generator }),
  ],
  ["MUT1", (generator: Generator) => new MUT1(8, 16, { batchFirst: true, project: true, generator })],
  ["MUT2", (generator: Generator) => new MUT2(8, 16, { batchFirst: true, project: true, generator })],
  ["MUT3", (generator: Generator) => new MUT3(8, 16, { batchFirst: true, generator })],
  [
    "multiplicative RNN",
    (generator: Generator) => new MultiplicativeRNN(8, 16, { batchFirst: true, generator }),
  ],
])("%s: a sequence", (_, make) => {
  const generator = new Generator(2);
  const model = new Reader(make(generator) as never, generator);
  expect(descend(model, () => crossEntropy(model.forward(x), y), { lr: 0.02, steps: 80 })).toBeLessThan(0.01);
});

test("LSTMCell in a loop of one's own: the sign of the first input", () => {
  const generator = new Generator(4);
  class Memory extends Module {
    readonly cell = new LSTMCell(1, 8, { generator });
    readonly head = new Linear(8, 1, { generator });

    forward(steps: readonly Tensor[]): Tensor {
      let state = this.cell.forward(steps[0]!);
      for (const step of steps.slice(1)) state = this.cell.forward(step, state);
      return this.head.forward(state.h);
    }
  }
  const model = new Memory();
  const steps = randn([5, 6, 1], { generator }).unbind();
  const target = steps[0]!.sign();
  expect(descend(model, () => mse(model.forward(steps), target), { lr: 0.02, steps: 80 })).toBeLessThan(0.01);
});
