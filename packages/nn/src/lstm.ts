/** The long short-term memory, one step and whole sequences. */
import {
  add,
  apply,
  chunk,
  type ElementwiseOp,
  elementwise,
  expression,
  functions,
  linear,
  stack,
  type Tensor,
} from "@wengert/autograd";
import { Cell, type CellOptions, checkState } from "./cell.js";
import { Recurrent, type RecurrentOptions } from "./recurrent.js";

/** The output h and the cell state c, each [N, H]; of a layered {@link LSTM} [layers, N, H]. */
export interface LSTMState {
  readonly h: Tensor;
  readonly c: Tensor;
}

/**
 * One step of a long short-term memory.
 *
 *   i, f, g, o = split(x Wihᵀ + bih + bhh + h Whhᵀ)
 *   c' = σ(f) c + σ(i) tanh(g)
 *   h' = σ(o) tanh(c')
 *
 * x: [N, D]   h, c: [N, H]   Wih: [4H, D]   Whh: [4H, H]
 *
 * Hochreiter & Schmidhuber 1997, "Long short-term memory"; the forget gate: Gers et al. 2000.
 */
export class LSTMCell extends Cell<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: CellOptions = {}) {
    super(4, inputSize, hiddenSize, options);
  }

  forward(x: Tensor, state?: LSTMState): LSTMState {
    const projected = this.project(x);
    const [batch = 1] = projected.shape;
    for (const part of ["h", "c"] as const)
      if (state !== undefined) checkState(part, state[part], [batch, this.hiddenSize], "[N, hiddenSize]");
    return this.step(projected, state ?? this.start(batch));
  }

  override step(projected: Tensor, { h, c }: LSTMState): LSTMState {
    const [i, f, g, o] = chunk(add(projected, linear(h, this.weightHh)), 4, { axis: -1 }) as [
      Tensor,
      Tensor,
      Tensor,
      Tensor,
    ];
    const nextC = apply(remember, [i, f, g, c], undefined);
    return { h: apply(reveal, [o, nextC], undefined), c: nextC };
  }

  override start(batch: number): LSTMState {
    return { h: this.zeros(batch), c: this.zeros(batch) };
  }

  override output({ h }: LSTMState): Tensor {
    return h;
  }
}

// Each of these equations as one op: as nine they would take a quarter more time in small networks.
const { product, sum } = expression;
const { sigmoid, tanh } = functions;
const remember: ElementwiseOp = elementwise("lstm.c", ["i", "f", "g", "c"], (i, f, g, c) =>
  sum(product(sigmoid(f), c), product(sigmoid(i), tanh(g))),
);
const reveal: ElementwiseOp = elementwise("lstm.h", ["o", "c"], (o, c) => product(sigmoid(o), tanh(c)));

/**
 * Cells of long short-term memory run over sequences, layer by layer; see {@link LSTMCell} for the equations.
 *
 * x: [T, N, D], or [N, T, D] with `batchFirst`   y: the same with H   h, c: [layers, N, H]
 */
export class LSTM extends Recurrent<LSTMState> {
  constructor(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}) {
    super(inputSize, hiddenSize, (size, rest) => new LSTMCell(size, hiddenSize, rest), options);
  }

  /**
   * @param state before the first step, zeros by default
   * @returns the outputs of the last layer at every step, and the state after the last
   */
  forward(x: Tensor, state?: LSTMState): [y: Tensor, state: LSTMState] {
    const [y, last] = this.run(x, state && this.split(state, x));
    return [y, { h: stack(last.map(({ h }) => h)), c: stack(last.map(({ c }) => c)) }];
  }

  private split({ h, c }: LSTMState, x: Tensor): LSTMState[] {
    const cs = this.statesOf("c", c, x);
    return this.statesOf("h", h, x).map((each, k) => ({ h: each, c: cs[k] as Tensor }));
  }
}
