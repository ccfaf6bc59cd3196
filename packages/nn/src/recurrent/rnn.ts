/** The simple recurrent network, one step and whole sequences. */
import { linear, relu, type Tensor, tanh } from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import { type CellOptions, GatedCell } from "./gated-cell.js";
import { Recurrent, type RecurrentOptions } from "./layer.js";

export interface RNNCellOptions extends CellOptions {
  /** `"tanh"` by default. */
  readonly nonlinearity?: "tanh" | "relu";
}

/**
 * One step of a simple recurrent network.
 *
 *   h' = tanh(x Wihᵀ + bih + bhh + h Whhᵀ)        or relu(…)
 *
 * x: [N, D]   h: [N, H]   Wih: [H, D]   Whh: [H, H]   starting uniform within ±1/√H, biases too
 *
 * Elman 1990, "Finding structure in time".
 *
 * @throws ArgumentError for another nonlinearity
 */
export class RNNCell extends GatedCell<Tensor> {
  readonly nonlinearity: "tanh" | "relu";

  constructor(
    inputSize: number,
    hiddenSize: number,
    { nonlinearity = "tanh", ...options }: RNNCellOptions = {},
  ) {
    super(1, inputSize, hiddenSize, options);
    checkChoice("RNNCell", "the nonlinearity", nonlinearity, ["tanh", "relu"]);
    this.nonlinearity = nonlinearity;
  }

  override step(projected: Tensor, h: Tensor): Tensor {
    const sum = linear(h, this.weightHh, projected);
    return this.nonlinearity === "tanh" ? tanh(sum) : relu(sum);
  }

  override start(batch: number): Tensor {
    return this.zeros(batch);
  }

  override output(h: Tensor): Tensor {
    return h;
  }
}

export interface RNNOptions extends RecurrentOptions, RNNCellOptions {}

/**
 * Simple recurrent cells run over sequences, layer by layer; see {@link RNNCell} for the equation and {@link Recurrent}
 * for the shapes.
 */
export class RNN extends Recurrent<Tensor> {
  constructor(inputSize: number, hiddenSize: number, { nonlinearity = "tanh", ...options }: RNNOptions = {}) {
    super(
      inputSize,
      hiddenSize,
      (size, rest) => new RNNCell(size, hiddenSize, { ...rest, nonlinearity }),
      options,
    );
  }
}
