import { Generator, ones, randn, type Tensor, tensor, trace, zeros } from "@wengert/autograd";
import "@wengert/autograd/vitest";
import { describe, expect, test } from "vitest";
import { crossEntropy, detachState, LSTM, LSTMCell, type LSTMState, RNN, RNNCell } from "../../src/index.js";

const generator = new Generator(3);

test("a sequence read in pieces gives what it gives as a whole", () => {
  const lstm = new LSTM(2, 3, { layers: 2, batchFirst: true, generator });
  const x = randn([4, 6, 2], { generator });
  const [whole, last] = lstm.forward(x);
  const [first, state] = lstm.forward(x.narrow(1, 0, 4));
  const [second, end] = lstm.forward(x.narrow(1, 4, 2), state);
  expect([whole.shape, last.h.shape, last.c.shape]).toEqual([
    [4, 6, 3],
    [2, 4, 3],
    [2, 4, 3],
  ]);
  expect(whole.narrow(1, 0, 4).toArray()).toEqual(first.toArray());
  expect(whole.narrow(1, 4, 2).toArray()).toEqual(second.toArray());
  expect(end.c.toArray()).toEqual(last.c.toArray());
});

test("the step of an LSTM has right gradients, to second order", () => {
  const cell = new LSTMCell(2, 3, { generator, dtype: "float64" });
  const step = (projected: Tensor, h: Tensor, c: Tensor): Tensor[] => {
    const next = cell.step(projected, { h, c });
    return [next.h, next.c];
  };
  const inputs = [
    [2, 12],
    [2, 3],
    [2, 3],
  ].map((shape) => randn(shape, { generator, dtype: "float64" })) as [Tensor, Tensor, Tensor];
  expect(step).toPassGradcheck(inputs);
  expect(step).toPassGradgradcheck(inputs);
});

test("batch first and time first are the same numbers", () => {
  const first = new RNN(2, 3, { layers: 2, batchFirst: true, generator });
  const second = new RNN(2, 3, { layers: 2, generator });
  second.loadStateDict(first.stateDict());
  const x = randn([4, 6, 2], { generator });
  const [y, h] = first.forward(x);
  const [z, k] = second.forward(x.transpose(0, 1));
  expect(z.transpose(0, 1).toArray()).toEqual(y.toArray());
  expect(k.toArray()).toEqual(h.toArray());
});

describe("detachState", () => {
  test("cuts the gradient between pieces", () => {
    const lstm = new LSTM(1, 2, { generator });
    const x = ones([2, 1, 1], { requiresGrad: true });
    const [, state] = lstm.forward(x);
    const connected = lstm.forward(ones([1, 1, 1]), state)[0];
    connected.sum().backward({ retainGraph: true });
    expect(x.grad).not.toBeNull();
    x.grad = null;
    const cut: LSTMState = detachState(state);
    expect(cut.h.toArray()).toEqual(state.h.toArray());
    lstm
      .forward(ones([1, 1, 1]), cut)[0]
      .sum()
      .backward();
    expect(x.grad).toBeNull();
  });

  test("takes tensors, objects and arrays", () => {
    const h = ones([1], { requiresGrad: true }).mul(2);
    expect(detachState(h).requiresGrad).toBe(false);
    const nested: { parts: [Tensor, { c: Tensor }]; step: number } = { parts: [h, { c: h }], step: 3 };
    const cut = detachState(nested);
    expect([cut.parts[0].requiresGrad, cut.parts[1].c.requiresGrad, cut.step]).toEqual([false, false, 3]);
  });
});

describe("dropout between layers", () => {
  const x = ones([3, 2, 2]);

  test("is seeded, and off when evaluating", () => {
    const make = () => new LSTM(2, 8, { layers: 2, dropout: 0.5, generator: new Generator(1) });
    const lstm = make();
    const [y] = lstm.forward(x);
    expect(make().forward(x)[0].toArray()).toEqual(y.toArray());
    expect(lstm.forward(x)[0].toArray()).not.toEqual(y.toArray());
    lstm.eval();
    expect(lstm.forward(x)[0].toArray()).toEqual(lstm.forward(x)[0].toArray());
  });

  test("leaves the outputs of the last layer alone", () => {
    const rnn = new RNN(2, 8, { dropout: 0.9, generator: new Generator(1) });
    expect(rnn.forward(x)[0].toArray()).toEqual(rnn.eval().forward(x)[0].toArray());
  });
});

test("training is recorded without a gap", () => {
  const lstm = new LSTM(2, 3, { layers: 2, dropout: 0.5, generator });
  const y = tensor([0, 2, 1, 0], { dtype: "int32" });
  const taken = trace(() => crossEntropy(lstm.forward(ones([2, 2, 2]))[0].flatten(0, 1), y).backward());
  expect(taken.steps.filter(({ kind }) => kind === "draw")).toHaveLength(1);
  expect(taken.steps.filter(({ kind }) => kind === "barrier")).toEqual([]);
});

test("errors say what would fit", () => {
  const lstm = new LSTM(2, 3, { layers: 2 });
  const state = { h: zeros([2, 4, 3]), c: zeros([2, 1, 3]) };
  expect(() => lstm.forward(ones([5, 4, 1, 2]))).toThrow(
    "LSTM: x is [5, 4, 1, 2]; it must be [T, N, inputSize] or [T, inputSize] with T above 0 and the inputSize 2",
  );
  expect(() => new LSTM(2, 3, { batchFirst: true }).forward(ones([2]))).toThrow(
    "LSTM: x is [2]; it must be [N, T, inputSize] or [T, inputSize]",
  );
  expect(() => lstm.forward(ones([0, 4, 2]))).toThrow("x is [0, 4, 2]");
  expect(() => lstm.forward(ones([5, 4, 3]))).toThrow("the inputSize 2");
  expect(() => lstm.forward(ones([5, 4, 2]), state)).toThrow(
    "LSTM: c of the state is [2, 1, 3]; it must be [2, 4, 3]: [layers, N, hiddenSize]",
  );
  expect(() => new RNNCell(2, 3).forward(ones([4, 2]), zeros([1, 3]))).toThrow(
    "RNNCell: h of the state is [1, 3]; it must be [4, 3]",
  );
  expect(() => new RNN(2, 3, { bidirectional: true }).forward(ones([5, 4, 2]), zeros([1, 4, 3]))).toThrow(
    "RNN: h of the state is [1, 4, 3]; it must be [2, 4, 3]: [2 · layers, N, hiddenSize]",
  );
  expect(() => lstm.forward(ones([5, 2]), state)).toThrow(
    "LSTM: h of the state is [2, 4, 3]; it must be [2, 3]: [layers, hiddenSize]",
  );
  expect(() => lstm.forward(ones([5, 4, 2]), { h: state.h } as LSTMState)).toThrow(
    "LSTM: the state has no tensor c",
  );
  expect(() => new RNNCell(2, 3).forward(ones([4, 3]))).toThrow(
    "RNNCell: x is [4, 3]; it must be [N, inputSize] or [inputSize] with the inputSize 2",
  );
  expect(() => new LSTMCell(2, 3).forward(ones([2]), { h: zeros([3]), c: zeros([1]) })).toThrow(
    "LSTMCell: c of the state is [1]; it must be [3]: [hiddenSize]",
  );
  expect(() => new RNN(2, 3, { layers: 0 })).toThrow("RNN: there are 0 layers");
  expect(() => new RNN(2, 3, { dropout: 1.5 })).toThrow(
    "RNN: the dropout probability is 1.5; it must be from 0 to 1",
  );
});
