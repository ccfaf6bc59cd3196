import { Generator, manualSeed, ones, setDefaultDtype, type Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  crossEntropy,
  Dropout,
  Embedding,
  init,
  Linear,
  LSTM,
  mse,
  RNNCell,
  shapesOnly,
} from "../src/index.js";

const numbers = (x: Tensor): number[] => [...x.toTypedArray()];
const largest = (x: Tensor): number => Math.max(...numbers(x).map((each) => Math.abs(each)));

describe("initial values", () => {
  test("are the same for the same seed", () => {
    const make = () => new LSTM(3, 4, { generator: new Generator(7) }).stateDict();
    const again = make();
    for (const [name, value] of make()) expect(again.get(name)!.toArray()).toEqual(value.toArray());
    manualSeed(5);
    const first = new Linear(3, 4).weight.toArray();
    manualSeed(5);
    expect(new Linear(3, 4).weight.toArray()).toEqual(first);
  });

  test("fill the ranges of PyTorch's", () => {
    const generator = new Generator(1);
    const bounds: [Tensor, number][] = [
      [new Linear(16, 200, { generator }).weight, 1 / 4],
      [new Linear(16, 500, { generator }).bias!, 1 / 4],
      [new RNNCell(100, 25, { generator }).weightIh, 1 / 5],
      [new RNNCell(100, 25, { generator }).weightHh, 1 / 5],
      [new LSTM(50, 100, { generator }).parameters()[3]!, 1 / 10],
      [init.uniform([500], { low: -3, high: 3, generator }), 3],
      [init.xavierUniform([20, 30, 2], { generator }), Math.sqrt(6 / (60 + 40))],
      [init.kaimingUniform([20, 30, 2], { generator }), Math.sqrt(2) * Math.sqrt(3 / 60)],
      [init.kaimingUniform([20, 30], { gain: 1, generator }), Math.sqrt(3 / 30)],
    ];
    for (const [x, bound] of bounds) {
      expect(largest(x)).toBeLessThanOrEqual(bound);
      expect(largest(x)).toBeGreaterThan(0.98 * bound);
      expect(Math.abs(x.mean().item())).toBeLessThan(0.1 * bound);
    }
    const table = new Embedding(100, 50, { generator }).weight;
    expect(Math.abs(table.mean().item())).toBeLessThan(0.05);
    expect(table.square().mean().item()).toBeCloseTo(1, 1);
    expect(init.normal([5000], { mean: 3, std: 0.5, generator }).mean().item()).toBeCloseTo(3, 1);
  });

  test("keep what an LSTM remembers, where a forget bias is given", () => {
    const options = { layers: 2, bidirectional: true, dtype: "float64" } as const;
    const make = (more: object): LSTM => new LSTM(3, 4, { ...options, generator: new Generator(6), ...more });
    const [plain, open] = [make({}).stateDict(), make({ forgetBias: 1.5 }).stateDict()];
    for (const [name, tensor] of open) {
      const [found, before] = [[...tensor.toTypedArray()], [...plain.get(name)!.toTypedArray()]];
      // Rows H to 2H are those of the forget gate.
      if (name.startsWith("bias")) before.fill(name.startsWith("bias_ih") ? 1.5 : 0, 4, 8);
      expect(found, name).toEqual(before);
    }
    expect(shapesOnly(() => make({ forgetBias: 1 })).parameterCount()).toBe(make({}).parameterCount());
    expect(() => make({ forgetBias: 1, coupled: true })).toThrow(
      "LSTMCell: forgetBias is 1, but there is no forget gate where gates are coupled; leave it out",
    );
    expect(() => make({ forgetBias: 1, bias: false })).toThrow("forgetBias is 1, but there is no bias");
  });

  test("have the dtype that is asked for", () => {
    expect(new LSTM(2, 3, { dtype: "float64" }).parameters().map(({ dtype }) => dtype)).toEqual(
      Array(4).fill("float64"),
    );
    setDefaultDtype("float64");
    expect(new Linear(2, 3).weight.dtype).toBe("float64");
    setDefaultDtype("float32");
    expect(init.zeros([2], { dtype: "float64" }).dtype).toBe("float64");
    expect(init.constant([2], 3).toArray()).toEqual([3, 3]);
  });

  test("of no fans are refused", () => {
    expect(() => init.xavierUniform([3])).toThrow(
      "xavierUniform: the shape is [3]; it must have two axes or more, [out, in, ...]",
    );
  });
});

describe("Dropout", () => {
  const x = ones([1000]);

  test("drops and scales in training, seeded", () => {
    const make = () => new Dropout(0.25, { generator: new Generator(2) });
    const y = make().forward(x);
    expect(make().forward(x).toArray()).toEqual(y.toArray());
    expect(new Set(numbers(y))).toEqual(new Set([0, Math.fround(1 / 0.75)]));
    expect(numbers(y).filter((each) => each === 0).length).toBeGreaterThan(200);
    expect(numbers(y).filter((each) => each === 0).length).toBeLessThan(300);
  });

  test("does nothing else", () => {
    expect(new Dropout(0.5).eval().forward(x)).toBe(x);
    expect(() => new Dropout(-1)).toThrow("Dropout: the dropout probability is -1");
  });
});

describe("losses refuse", () => {
  const logits = ones([2, 3]);
  const classes = (...labels: number[]) => tensor(labels, { dtype: "int32" });

  test("what broadcasting would hide", () => {
    expect(() => mse(ones([2, 1]), ones([2]))).toThrow(
      "mseLoss: x is [2, 1] and y is [2]; they must be the same",
    );
    expect(() => crossEntropy(logits, classes(1))).toThrow(
      "crossEntropy: x is [2, 3] and y is [1]; x must be [N, C, ...] and y the same without C, [2]",
    );
    expect(() => crossEntropy(logits, classes(1, 2), { weight: ones([2]) })).toThrow(
      "crossEntropy: the weight is [2]; for 3 classes it must be [3]",
    );
  });

  test("targets that are no classes", () => {
    expect(() => crossEntropy(logits, classes(0, 3))).toThrow(
      "crossEntropy: element 1 of y is 3; there are 3 classes, it must be from 0 to 2, or -100 to be ignored",
    );
    expect(() => crossEntropy(logits, classes(-1, 0))).toThrow("element 0 of y is -1");
    expect(() => crossEntropy(logits, ones([2]))).toThrow(
      'crossEntropy: y is float32; classes are integers, convert them with to("int32")',
    );
    expect(() => crossEntropy(logits, classes(0, 0), { labelSmoothing: 2 })).toThrow("labelSmoothing is 2");
  });

  test("nothing else: bytes are classes too", () => {
    expect(crossEntropy(logits, tensor([0, 2], { dtype: "uint8" })).item()).toBeCloseTo(1.0986123, 6);
  });
});
