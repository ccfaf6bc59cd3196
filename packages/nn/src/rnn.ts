/** The simple recurrent network, one step and whole sequences. */
import { add, linear, relu, stack, type Tensor, tanh } from "@wengert/autograd";
import { Cell, type CellOptions, checkState } from "./cell.js";
import { Recurrent, type RecurrentOptions } from "./recurrent.js";

export interface RNNCellOptions extends CellOptions {
  /** `"tanh"` by default. */
  readonly nonlinearity?: "tanh" | "relu";
}

/**
 * One step of a simple recurrent network.
 *
 *   h' = tanh(x Wihᵀ + bih + bhh + h Whhᵀ)        or relu(…)
 *
 * x: [N, D]   h: [N, H]   Wih: [H, D]   Whh: [H, H]
 *
 * Elman 1990, "Finding structure in time".
 */
export class RNNCell extends Cell<Tensor> {
  readonly nonlinearity: "tanh" | "relu";

  constructor(
    inputSize: number,
    hiddenSize: number,
    { nonlinearity = "tanh", ...options }: RNNCellOptions = {},
  ) {
    super(1, inputSize, hiddenSize, options);
    this.nonlinearity = nonlinearity;
  }

  forward(x: Tensor, h?: Tensor): Tensor {
    const projected = this.project(x);
    if (h !== undefined)
      checkState("h", h, [...projected.shape.slice(0, 1), this.hiddenSize], "[N, hiddenSize]");
    return this.step(projected, h ?? this.start(projected.shape[0] ?? 1));
  }

  override step(projected: Tensor, h: Tensor): Tensor {
    const sum = add(projected, linear(h, this.weightHh));
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
 * Simple recurrent cells run over sequences, layer by layer; see {@link RNNCell} for the equation.
 *
 * x: [T, N, D], or [N, T, D] with `batchFirst`   y: the same with H   h: [layers, N, H]
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

  /**
   * @param h the state before the first step, zeros by default
   * @returns the outputs of the last layer at every step, and the state after the last
   */
  forward(x: Tensor, h?: Tensor): [y: Tensor, h: Tensor] {
    const [y, last] = this.run(x, h && this.statesOf("h", h, x));
    return [y, stack(last)];
  }
}
