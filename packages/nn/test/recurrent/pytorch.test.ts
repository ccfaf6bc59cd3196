/** Recurrent modules against what PyTorch computes; scripts/fixtures/recurrent.py wrote the fixtures. */
import { readFileSync } from "node:fs";
import { noGrad, Tensor, tensor } from "@wengert/autograd";
import { describe, expect, test } from "vitest";
import { GRU, GRUCell, LSTM, LSTMCell, type Module, RNN, RNNCell } from "../../src/index.js";
import { expectClose, type FixtureTensor } from "../support.js";

interface Results {
  readonly seed: number;
  readonly bias: boolean;
  readonly batched: boolean;
  readonly state: boolean;
  readonly outputs: FixtureTensor[];
  readonly inputGrads: FixtureTensor[];
  readonly grads: Record<string, FixtureTensor>;
}

interface LayerCase extends Results {
  readonly kind: keyof typeof layers;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly batchFirst: boolean;
  readonly lengths: number[] | null;
}

interface CellCase extends Results {
  readonly kind: keyof typeof cells;
}

const file = new URL("../fixtures/recurrent.json", import.meta.url);
const fixtures = JSON.parse(readFileSync(file, "utf8")) as { layers: LayerCase[]; cells: CellCase[] };

const dtype = "float64";
const [steps, batch, size, hidden] = [4, 3, 2, 2];
const tolerance = 1e-9;

/** The generator of the script. */
class Draws {
  constructor(private state: number) {}

  tensor(shape: readonly number[], requiresGrad = false): Tensor {
    const numbers = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
      this.state = (Math.imul(1664525, this.state) + 1013904223) >>> 0;
      return (this.state / 2 ** 32 - 0.5) * 1.8;
    });
    return tensor(numbers, { shape, dtype, requiresGrad });
  }
}

const layers = {
  RNN: RNN,
  "RNN relu": class extends RNN {
    constructor(inputSize: number, hiddenSize: number, options: object) {
      super(inputSize, hiddenSize, { ...options, nonlinearity: "relu" });
    }
  },
  LSTM: LSTM,
  GRU: GRU,
};
const cells = { RNNCell, LSTMCell, GRUCell };

function tensorsIn(x: unknown): Tensor[] {
  if (x instanceof Tensor) return [x];
  return Object.values(x as object).flatMap((each) => tensorsIn(each));
}

function fill(module: Module, { grads }: Results, draws: Draws): void {
  expect([...module.stateDict()].map(([name, { shape }]) => [name, shape])).toEqual(
    Object.entries(grads).map(([name, { shape }]) => [name, shape]),
  );
  noGrad(() => {
    for (const parameter of module.parameters()) parameter.assign(draws.tensor(parameter.shape));
  });
}

function compare(
  module: Module,
  { outputs, inputGrads, grads }: Results,
  draws: Draws,
  { leaves, made }: { leaves: Tensor[]; made: Tensor[] },
): void {
  expect(made).toHaveLength(outputs.length);
  made.forEach((out, i) => expectClose(out, outputs[i]!, `output ${i}`, tolerance));
  made
    .map((out) => out.mul(draws.tensor(out.shape)).sum())
    .reduce((a, b) => a.add(b))
    .backward();
  leaves.forEach((leaf, i) => expectClose(leaf.grad, inputGrads[i]!, `gradient of input ${i}`, tolerance));
  // Parameters come in the order of their names in files.
  module.parameters().forEach((parameter, i) => {
    const [name, wanted] = Object.entries(grads)[i]!;
    expectClose(parameter.grad, wanted, `gradient of ${name}`, tolerance);
  });
}

const named = <C extends Results>(all: C[]): [string, C][] =>
  all.map((each) => {
    const { outputs, inputGrads, grads, ...options } = each;
    return [JSON.stringify(options), each];
  });

describe("layers are PyTorch's", () => {
  test.each(named(fixtures.layers))("%s", (_, each) => {
    const { kind, seed, layers: count, bidirectional, batchFirst, lengths, bias, batched, state } = each;
    const draws = new Draws(seed);
    const module = new layers[kind](size, hidden, { layers: count, bidirectional, batchFirst, bias, dtype });
    fill(module, each, draws);
    const axes = batched ? [batch] : [];
    const x = draws.tensor([...(batchFirst ? [...axes, steps] : [steps, ...axes]), size], true);
    const shape = [count * (bidirectional ? 2 : 1), ...axes, hidden];
    const parts = (state ? (kind === "LSTM" ? ["h", "c"] : ["h"]) : []).map(() => draws.tensor(shape, true));
    const [h, c] = parts;
    const before = c === undefined ? h : { h, c };
    const made = (module as unknown as { forward: (...inputs: unknown[]) => unknown }).forward(
      x,
      before,
      lengths === null ? {} : { lengths },
    );
    compare(module, each, draws, { leaves: [x, ...parts], made: tensorsIn(made) });
  });
});

describe("cells are PyTorch's", () => {
  test.each(named(fixtures.cells))("%s", (_, each) => {
    const { kind, seed, bias, batched, state } = each;
    const draws = new Draws(seed);
    const module = new cells[kind](size, hidden, { bias, dtype });
    fill(module, each, draws);
    const axes = batched ? [batch] : [];
    const x = draws.tensor([...axes, size], true);
    const names = state ? (kind === "LSTMCell" ? ["h", "c"] : ["h"]) : [];
    const parts = names.map(() => draws.tensor([...axes, hidden], true));
    const [h, c] = parts;
    const made = (module as unknown as { forward: (...inputs: unknown[]) => unknown }).forward(
      x,
      c === undefined ? h : { h, c },
    );
    compare(module, each, draws, { leaves: [x, ...parts], made: tensorsIn(made) });
  });
});
