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
  mul,
  select,
  type Tensor,
} from "@wengert/autograd";
import { inverseRoot } from "../init.js";
import { Parameter } from "../module.js";
import { type CellOptions, GatedCell } from "./gated-cell.js";
import { Recurrent, type RecurrentOptions } from "./layer.js";

/** The output h and the cell state c, each [N, H]; of a layered {@link LSTM} [layers, N, H]. */
export interface LSTMState {
  readonly h: Tensor;
  readonly c: Tensor;
}

export interface LSTMCellOptions extends CellOptions {
  /** Whether gates see the cell state, false by default. */
  readonly peepholes?: boolean;
  /** Whether what is forgotten is what is written, f = 1 − i, without a gate of its own; false by default. */
  readonly coupled?: boolean;
}

/**
 * One step of a long short-term memory.
 *
 *   i, f, g, o = split(x Wihᵀ + bih + bhh + h Whhᵀ)
 *   c' = σ(f) c + σ(i) tanh(g)
 *   h' = σ(o) tanh(c')
 *
 * With `peepholes` the gates see the cell state, each element its own, before these: i += pi c, f += pf c, o += po c'.
 * If `coupled`, there is no f:
 *
 *   i, g, o = split(x Wihᵀ + bih + bhh + h Whhᵀ)
 *   c' = (1 − σ(i)) c + σ(i) tanh(g)
 *
 * x: [N, D]   h, c: [N, H]   Wih: [4H, D]   Whh: [4H, H]   (3H if coupled)   p = pi, pf, po: [3, H] (pi, po: [2, H])
 *
 * The peepholes start uniform within ±1/√H, as all weights.
 *
 * Hochreiter & Schmidhuber 1997, "Long short-term memory"; the forget gate: Gers et al. 2000; peepholes: Gers et al.
 * 2002, "Learning precise timing with LSTM recurrent networks"; coupled gates: Greff et al. 2017, "LSTM: a search space
 * odyssey".
 */
export class LSTMCell extends GatedCell<LSTMState> {
  readonly coupled: boolean;
  readonly weightPeephole: Parameter | undefined; // [3, H], or [2, H]

  constructor(
    inputSize: number,
    hiddenSize: number,
    { peepholes = false, coupled = false, ...options }: LSTMCellOptions = {},
  ) {
    super(coupled ? 3 : 4, inputSize, hiddenSize, options);
    this.coupled = coupled;
    this.weightPeephole = peepholes
      ? new Parameter(inverseRoot([coupled ? 2 : 3, hiddenSize], hiddenSize, options))
      : undefined;
  }

  override step(projected: Tensor, { h, c }: LSTMState): LSTMState {
    const gates = add(projected, linear(h, this.weightHh));
    if (this.coupled) {
      const [i, g, o] = chunk(gates, 3, { axis: -1 }) as [Tensor, Tensor, Tensor];
      const nextC = apply(exchange, [this.peep(i, 0, c), g, c], undefined);
      return { h: apply(reveal, [this.peep(o, 1, nextC), nextC], undefined), c: nextC };
    }
    const [i, f, g, o] = chunk(gates, 4, { axis: -1 }) as [Tensor, Tensor, Tensor, Tensor];
    const nextC = apply(remember, [this.peep(i, 0, c), this.peep(f, 1, c), g, c], undefined);
    return { h: apply(reveal, [this.peep(o, 2, nextC), nextC], undefined), c: nextC };
  }

  private peep(gate: Tensor, row: number, c: Tensor): Tensor {
    return this.weightPeephole === undefined ? gate : add(gate, mul(select(this.weightPeephole, row), c));
  }

  override start(batch: number): LSTMState {
    return { h: this.zeros(batch), c: this.zeros(batch) };
  }

  override output({ h }: LSTMState): Tensor {
    return h;
  }
}

// Each of these equations as one op: as nine they would take a quarter more time in small networks.
const { difference, product, sum } = expression;
const { sigmoid, tanh } = functions;
const remember: ElementwiseOp = elementwise("lstm.c", ["i", "f", "g", "c"], (i, f, g, c) =>
  sum(product(sigmoid(f), c), product(sigmoid(i), tanh(g))),
);
const exchange: ElementwiseOp = elementwise("lstm.coupledC", ["i", "g", "c"], (i, g, c) =>
  sum(product(difference(1, sigmoid(i)), c), product(sigmoid(i), tanh(g))),
);
const reveal: ElementwiseOp = elementwise("lstm.h", ["o", "c"], (o, c) => product(sigmoid(o), tanh(c)));

export interface LSTMOptions extends RecurrentOptions, LSTMCellOptions {}

/**
 * Cells of long short-term memory run over sequences, layer by layer; see {@link LSTMCell} for the equations and
 * {@link Recurrent} for the shapes.
 */
export class LSTM extends Recurrent<LSTMState> {
  constructor(
    inputSize: number,
    hiddenSize: number,
    { peepholes = false, coupled = false, ...options }: LSTMOptions = {},
  ) {
    super(
      inputSize,
      hiddenSize,
      (size, rest) => new LSTMCell(size, hiddenSize, { ...rest, peepholes, coupled }),
      options,
    );
  }
}
