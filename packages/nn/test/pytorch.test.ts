/** Modules and losses against what PyTorch computes; scripts/fixtures/nn.py wrote the fixtures. */
import { readFileSync } from "node:fs";
import { relu, Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import {
  crossEntropy,
  Embedding,
  Linear,
  LSTM,
  LSTMCell,
  type Module,
  mse,
  nllLoss,
  type Reduction,
  RNN,
  RNNCell,
  Sequential,
} from "../src/index.js";
import { expectClose, type FixtureTensor, load } from "./support.js";

interface ModuleCase {
  readonly name: string;
  readonly state: Record<string, FixtureTensor>;
  readonly inputs: FixtureTensor[];
  readonly outputs: FixtureTensor[];
  readonly cotangents: FixtureTensor[];
  readonly inputGrads: FixtureTensor[];
  readonly grads: Record<string, FixtureTensor>;
}

interface LossCase {
  readonly loss: "crossEntropy" | "nllLoss" | "mse";
  readonly options: {
    reduction: Reduction;
    labelSmoothing?: number;
    ignoreIndex?: number;
    weight?: number[];
  };
  readonly x: FixtureTensor;
  readonly y: FixtureTensor;
  readonly value: FixtureTensor;
  readonly cotangent: FixtureTensor | null;
  readonly grad: FixtureTensor;
}

const file = new URL("fixtures/modules.json", import.meta.url);
const fixtures = JSON.parse(readFileSync(file, "utf8")) as { modules: ModuleCase[]; losses: LossCase[] };

const dtype = "float64";
type Run = (...inputs: Tensor[]) => unknown;

/** A module and how it is called with the inputs of its case. */
function of<M extends Module>(module: M, run: (module: M) => Run): { module: Module; run: Run } {
  return { module, run: run(module) };
}
const plain = (module: Module & { forward: (x: Tensor) => Tensor }) => of(module, (m) => (x) => m.forward(x));
const recurrent = (module: RNN | RNNCell) => of(module, (m) => (x, h) => m.forward(x!, h));
const memory = (module: LSTM | LSTMCell) => of(module, (m) => (x, h, c) => m.forward(x!, h && c && { h, c }));

const modules: Record<string, () => { module: Module; run: Run }> = {
  Linear: () => plain(new Linear(3, 4, { dtype })),
  "Linear without bias, more axes": () => plain(new Linear(3, 2, { bias: false, dtype })),
  Embedding: () => plain(new Embedding(5, 3, { dtype })),
  Sequential: () => plain(new Sequential(new Linear(3, 4, { dtype }), relu, new Linear(4, 2, { dtype }))),
  RNNCell: () => recurrent(new RNNCell(3, 2, { dtype })),
  "RNNCell, no state": () => recurrent(new RNNCell(3, 2, { dtype })),
  "RNNCell relu without bias": () =>
    recurrent(new RNNCell(3, 2, { bias: false, nonlinearity: "relu", dtype })),
  LSTMCell: () => memory(new LSTMCell(3, 2, { dtype })),
  "LSTMCell without bias, no state": () => memory(new LSTMCell(3, 2, { bias: false, dtype })),
  RNN: () => recurrent(new RNN(3, 2, { dtype })),
  "RNN of two layers, relu": () => recurrent(new RNN(3, 2, { layers: 2, nonlinearity: "relu", dtype })),
  "RNN of three layers, batch first, without bias": () =>
    recurrent(new RNN(2, 3, { layers: 3, batchFirst: true, bias: false, dtype })),
  LSTM: () => memory(new LSTM(3, 2, { dtype })),
  "LSTM of two layers": () => memory(new LSTM(3, 2, { layers: 2, dtype })),
  "LSTM of two layers, batch first, without bias": () =>
    memory(new LSTM(2, 3, { layers: 2, batchFirst: true, bias: false, dtype })),
};

function tensorsIn(x: unknown): Tensor[] {
  if (x instanceof Tensor) return [x];
  return Object.values(x as object).flatMap((each) => tensorsIn(each));
}

describe("modules", () => {
  test.each(fixtures.modules)("$name", ({ name, state, inputs, outputs, cotangents, inputGrads, grads }) => {
    const { module, run } = modules[name]!();
    expect([...module.stateDict().keys()]).toEqual(Object.keys(state));
    module.loadStateDict(Object.entries(state).map(([key, value]) => [key, load(value)]));

    const xs = inputs.map((input) => load(input));
    const leaves = xs.filter((x) => x.dtype === dtype);
    for (const leaf of leaves) leaf.requiresGrad = true;
    const made = tensorsIn(run(...xs));
    expect(made).toHaveLength(outputs.length);
    made.forEach((out, i) => expectClose(out, outputs[i]!, `output ${i}`));

    made
      .map((out, i) => out.mul(load(cotangents[i]!)).sum())
      .reduce((a, b) => a.add(b))
      .backward();
    leaves.forEach((leaf, i) => expectClose(leaf.grad, inputGrads[i]!, `gradient of input ${i}`));
    // Parameters come in the order of their names in files.
    module.parameters().forEach((parameter, i) => {
      const [key, wanted] = Object.entries(grads)[i]!;
      expectClose(parameter.grad, wanted, `gradient of ${key}`);
    });
  });
});

describe("losses", () => {
  test.each(
    fixtures.losses.map(
      (each) => [`${each.loss} [${each.x.shape}] ${JSON.stringify(each.options)}`, each] as const,
    ),
  )("%s", (_, { loss, options: { weight, ...options }, x: given, y: target, value, cotangent, grad }) => {
    const x = load(given);
    x.requiresGrad = true;
    const y = load(target);
    const losses = { crossEntropy, nllLoss, mse };
    const made = losses[loss](x, y, { ...options, ...(weight && { weight: tensor(weight, { dtype }) }) });
    expectClose(made, value, "value");
    made.backward(cotangent === null ? {} : { gradient: load(cotangent) });
    expectClose(x.grad, grad, "gradient");
  });
});
