/** Recurrent modules against what PyTorch computes; scripts/fixtures/recurrent.py wrote the fixtures. */
import { readFileSync } from "node:fs";
import { describe, test } from "vitest";
import { GRU, GRUCell, LSTM, LSTMCell, RNN, RNNCell } from "../../src/index.js";
import { compare, Draws, fill, named, type Results, tensorsIn } from "../draws.js";

interface LayerCase extends Results {
  readonly bias: boolean;
  readonly batched: boolean;
  readonly state: boolean;
  readonly kind: keyof typeof layers;
  readonly layers: number;
  readonly bidirectional: boolean;
  readonly batchFirst: boolean;
  readonly lengths: number[] | null;
}

interface CellCase extends Results {
  readonly bias: boolean;
  readonly batched: boolean;
  readonly state: boolean;
  readonly kind: keyof typeof cells;
}

const file = new URL("../fixtures/recurrent.json", import.meta.url);
const fixtures = JSON.parse(readFileSync(file, "utf8")) as { layers: LayerCase[]; cells: CellCase[] };

const dtype = "float64";
const [steps, batch, size, hidden] = [4, 3, 2, 2];

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
