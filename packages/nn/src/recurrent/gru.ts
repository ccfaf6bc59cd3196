/** The gated recurrent unit, one step and whole sequences. */
import {
  apply,
  applyMany,
  type ElementwiseOp,
  elementwise,
  expression,
  functions,
  linear,
  slice,
  split,
  type Tensor,
} from "@wengert/autograd";
import { type CellOptions, GatedCell } from "./gated-cell.js";
import { Recurrent, type RecurrentOptions } from "./layer.js";

export interface GRUCellOptions extends CellOptions {
  /** Whether the reset gate acts after the product with h, as in PyTorch: true by default. */
  readonly resetAfter?: boolean;
}

/**
 * One step of a gated recurrent unit. With the rows of the weights in the order r, z, n:
 *
 *   r = σ(x Wirᵀ + bir + h Whrᵀ + bhr)
 *   z = σ(x Wizᵀ + biz + h Whzᵀ + bhz)
 *   n = tanh(x Winᵀ + bin + r (h Whnᵀ + bhn))        or, unless `resetAfter`,
 *   n = tanh(x Winᵀ + bin + (r h) Whnᵀ + bhn)
 *   h' = (1 − z) n + z h
 *
 * x: [N, D]   h: [N, H]   Wih: [3H, D]   Whh: [3H, H]   starting uniform within ±1/√H, biases too
 *
 * Cho et al. 2014, "Learning phrase representations using RNN encoder-decoder for statistical machine translation", has
 * the second n; the first, which needs one product less, is PyTorch's.
 */
export class GRUCell extends GatedCell<Tensor> {
  readonly resetAfter: boolean;

  constructor(inputSize: number, hiddenSize: number, { resetAfter = true, ...options }: GRUCellOptions = {}) {
    super(3, inputSize, hiddenSize, options);
    this.resetAfter = resetAfter;
  }

  /**
   * x Wihᵀ + bih, and unless `resetAfter` bhh
   *
   * @param x [..., D]
   * @returns [..., 3H]
   */
  override project(x: Tensor): Tensor {
    return this.resetAfter ? linear(x, this.weightIh, this.biasIh) : super.project(x);
  }

  override step(projected: Tensor, h: Tensor): Tensor {
    const { hiddenSize, weightHh, biasHh } = this;
    if (this.resetAfter) return apply(resetAfter, [projected, linear(h, weightHh, biasHh), h], undefined);
    const [xGates, xn] = split(projected, [2 * hiddenSize, hiddenSize], { axis: -1 }) as [Tensor, Tensor];
    const gates = linear(h, slice(weightHh, { end: 2 * hiddenSize }), xGates);
    const [kept, z] = applyMany(reset, [gates, h], undefined) as [Tensor, Tensor];
    const n = linear(kept, slice(weightHh, { start: 2 * hiddenSize }), xn);
    return apply(mix, [z, n, h], undefined);
  }

  override start(batch: number): Tensor {
    return this.zeros(batch);
  }

  override output(h: Tensor): Tensor {
    return h;
  }
}

// What is between two products is one op, as in the LSTM.
type Expression = expression.Expression;
const { difference, product, sum } = expression;
const { sigmoid, tanh } = functions;

const mixed = (z: Expression, n: Expression, h: Expression): Expression =>
  sum(product(difference(1, z), n), product(z, h));

const resetAfter: ElementwiseOp = elementwise(
  "gru",
  [{ name: "x", chunks: ["xr", "xz", "xn"] }, { name: "gates", chunks: ["hr", "hz", "hn"] }, "h"],
  (xr, xz, xn, hr, hz, hn, h) =>
    mixed(sigmoid(sum(xz, hz)), tanh(sum(xn, product(sigmoid(sum(xr, hr)), hn))), h),
);
const reset: ElementwiseOp = elementwise(
  "gru.reset",
  [{ name: "gates", chunks: ["r", "z"] }, "h"],
  (r, z, h) => ({ kept: product(sigmoid(r), h), z: sigmoid(z) }),
);
const mix: ElementwiseOp = elementwise("gru.h", ["z", "n", "h"], (z, n, h) => mixed(z, tanh(n), h));

export interface GRUOptions extends RecurrentOptions, GRUCellOptions {}

/**
 * Gated recurrent units run over sequences, layer by layer; see {@link GRUCell} for the equations and {@link Recurrent}
 * for the shapes.
 */
export class GRU extends Recurrent<Tensor> {
  constructor(inputSize: number, hiddenSize: number, { resetAfter = true, ...options }: GRUOptions = {}) {
    super(
      inputSize,
      hiddenSize,
      (size, rest) => new GRUCell(size, hiddenSize, { ...rest, resetAfter }),
      options,
    );
  }
}
