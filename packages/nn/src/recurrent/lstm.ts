/** The long short-term memory, one step and whole sequences. */
import {
  ArgumentError,
  applyMany,
  concat,
  type ElementwiseOp,
  elementwise,
  expression,
  full,
  functions,
  linear,
  narrow,
  reshape,
  type Tensor,
} from "@wengert/autograd";
import { inverseRoot } from "../init.js";
import { Parameter, restart } from "../module.js";
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
  /**
   * What bih + bhh of the forget gate is at first, by default as random as other biases. From 1 on the state is kept until
   * the gate has learnt otherwise, and so are gradients: Gers et al. 2000; Jozefowicz et al. 2015.
   */
  readonly forgetBias?: number | undefined;
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
 * All weights start uniform within ±1/√H, peepholes and biases too.
 *
 * Hochreiter & Schmidhuber 1997, "Long short-term memory"; the forget gate: Gers et al. 2000; peepholes: Gers et al.
 * 2002, "Learning precise timing with LSTM recurrent networks"; coupled gates: Greff et al. 2017, "LSTM: a search space
 * odyssey".
 *
 * @throws ArgumentError for a `forgetBias` where there is no forget gate, or no bias
 */
export class LSTMCell extends GatedCell<LSTMState> {
  readonly coupled: boolean;
  readonly weightPeephole: Parameter | undefined; // [3, H], or [2, H]

  constructor(
    inputSize: number,
    hiddenSize: number,
    { peepholes = false, coupled = false, forgetBias, ...options }: LSTMCellOptions = {},
  ) {
    super(coupled ? 3 : 4, inputSize, hiddenSize, options);
    this.coupled = coupled;
    if (forgetBias !== undefined) this.startForgetting(forgetBias);
    this.weightPeephole = peepholes
      ? new Parameter(inverseRoot([coupled ? 2 : 3, hiddenSize], hiddenSize, options))
      : undefined;
  }

  /** Has the bias of the forget gate start with `value`: in bih, with 0 in bhh. */
  private startForgetting(value: number): void {
    const { coupled, hiddenSize: size, dtype } = this;
    if (coupled || this.biasIh === undefined)
      throw new ArgumentError(
        `LSTMCell: forgetBias is ${value}, but there is no ${coupled ? "forget gate where gates are coupled" : "bias"}; leave it out`,
      );
    const starts = [
      [this.biasIh, value],
      [this.biasHh, 0],
    ] as const;
    for (const [bias, start] of starts)
      restart(bias, () => {
        const [before, after] = [narrow(bias!, 0, 0, size), narrow(bias!, 0, 2 * size, 2 * size)];
        return concat([before, full([size], start, { dtype }), after]);
      });
  }

  override step(projected: Tensor, { h, c }: LSTMState): LSTMState {
    const gates = linear(h, this.weightHh, projected);
    const { weightPeephole: peepholes } = this;
    const [op, inputs] =
      peepholes === undefined
        ? [this.coupled ? coupled : plain, [gates, c]]
        : [this.coupled ? coupledPeeping : peeping, [gates, c, reshape(peepholes, [-1])]];
    const [nextH, nextC] = applyMany(op, inputs, undefined) as [Tensor, Tensor];
    return { h: nextH, c: nextC };
  }

  override start(batch: number): LSTMState {
    return { h: this.zeros(batch), c: this.zeros(batch) };
  }

  override output({ h }: LSTMState): Tensor {
    return h;
  }
}

// What is between two products is one op, forward and back.
type Expression = expression.Expression;
const { difference, product, sum } = expression;
const { sigmoid, tanh } = functions;

const gates = { name: "gates", chunks: ["i", "f", "g", "o"] };
const coupledGates = { name: "gates", chunks: ["i", "g", "o"] };

/** The state after a step; what the output gate is may depend on the new c. */
function stateAfter(
  kept: Expression,
  written: Expression,
  opened: (nextC: Expression) => Expression,
): Readonly<Record<keyof LSTMState, Expression>> {
  const nextC = sum(kept, written);
  return { h: product(sigmoid(opened(nextC)), tanh(nextC)), c: nextC };
}

const plain: ElementwiseOp = elementwise("lstm", [gates, "c"], (i, f, g, o, c) =>
  stateAfter(product(sigmoid(f), c), product(sigmoid(i), tanh(g)), () => o),
);
const coupled: ElementwiseOp = elementwise("lstm.coupled", [coupledGates, "c"], (i, g, o, c) =>
  stateAfter(product(difference(1, sigmoid(i)), c), product(sigmoid(i), tanh(g)), () => o),
);
const peeping: ElementwiseOp = elementwise(
  "lstm.peephole",
  [gates, "c", { name: "p", chunks: ["pi", "pf", "po"] }],
  (i, f, g, o, c, pi, pf, po) =>
    stateAfter(
      product(sigmoid(sum(f, product(pf, c))), c),
      product(sigmoid(sum(i, product(pi, c))), tanh(g)),
      (nextC) => sum(o, product(po, nextC)),
    ),
);
const coupledPeeping: ElementwiseOp = elementwise(
  "lstm.coupledPeephole",
  [coupledGates, "c", { name: "p", chunks: ["pi", "po"] }],
  (i, g, o, c, pi, po) => {
    const write = sigmoid(sum(i, product(pi, c)));
    return stateAfter(product(difference(1, write), c), product(write, tanh(g)), (nextC) =>
      sum(o, product(po, nextC)),
    );
  },
);

export interface LSTMOptions extends RecurrentOptions, LSTMCellOptions {}

/**
 * Cells of long short-term memory run over sequences, layer by layer; see {@link LSTMCell} for the equations and
 * {@link Recurrent} for the shapes.
 */
export class LSTM extends Recurrent<LSTMState> {
  constructor(
    inputSize: number,
    hiddenSize: number,
    { peepholes = false, coupled = false, forgetBias, ...options }: LSTMOptions = {},
  ) {
    super(
      inputSize,
      hiddenSize,
      (size, rest) => new LSTMCell(size, hiddenSize, { ...rest, peepholes, coupled, forgetBias }),
      options,
    );
  }
}
