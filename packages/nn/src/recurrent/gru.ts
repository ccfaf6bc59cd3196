/** The gated recurrent unit, one step and whole sequences. */
import {
  add,
  apply,
  chunk,
  type ElementwiseOp,
  elementwise,
  expression,
  functions,
  linear,
  slice,
  type Tensor,
  tanh,
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
 * x: [N, D]   h: [N, H]   Wih: [3H, D]   Whh: [3H, H]
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
   * x Wihᵀ + bih
   *
   * @param x [..., D]
   * @returns [..., 3H]
   */
  override project(x: Tensor): Tensor {
    return linear(x, this.weightIh, this.biasIh);
  }

  override step(projected: Tensor, h: Tensor): Tensor {
    const [xr, xz, xn] = chunk(projected, 3, { axis: -1 }) as [Tensor, Tensor, Tensor];
    if (this.resetAfter) {
      const gates = linear(h, this.weightHh, this.biasHh);
      const [hr, hz, hn] = chunk(gates, 3, { axis: -1 }) as [Tensor, Tensor, Tensor];
      const n = apply(resetAfter, [xr, hr, xn, hn], undefined);
      return apply(mix, [xz, hz, n, h], undefined);
    }
    const [hr, hz] = chunk(this.fromState(h, 0, 2), 2, { axis: -1 }) as [Tensor, Tensor];
    const hn = this.fromState(apply(reset, [xr, hr, h], undefined), 2, 3);
    return apply(mix, [xz, hz, tanh(add(xn, hn)), h], undefined);
  }

  /** h Wᵀ + b with the rows of some gates: r is 0, z is 1, n is 2. */
  private fromState(h: Tensor, from: number, to: number): Tensor {
    const rows = { start: from * this.hiddenSize, end: to * this.hiddenSize };
    return linear(h, slice(this.weightHh, rows), this.biasHh && slice(this.biasHh, rows));
  }

  override start(batch: number): Tensor {
    return this.zeros(batch);
  }

  override output(h: Tensor): Tensor {
    return h;
  }
}

// What is between two products as one op, as in the LSTM.
const { difference, product, sum } = expression;
const { sigmoid } = functions;
const reset: ElementwiseOp = elementwise("gru.reset", ["xr", "hr", "h"], (xr, hr, h) =>
  product(sigmoid(sum(xr, hr)), h),
);
const resetAfter: ElementwiseOp = elementwise("gru.n", ["xr", "hr", "xn", "hn"], (xr, hr, xn, hn) =>
  functions.tanh(sum(xn, product(sigmoid(sum(xr, hr)), hn))),
);
const mix: ElementwiseOp = elementwise("gru.h", ["xz", "hz", "n", "h"], (xz, hz, n, h) => {
  const z = sigmoid(sum(xz, hz));
  return sum(product(difference(1, z), n), product(z, h));
});

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
