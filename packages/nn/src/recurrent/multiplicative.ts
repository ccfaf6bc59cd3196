/** The multiplicative recurrent network, one step and whole sequences. */
import { ArgumentError, concat, linear, mul, split, type Tensor, tanh } from "@wengert/autograd";
import { inverseRoot } from "../init.js";
import { Parameter } from "../module.js";
import { SimpleCell } from "./cell.js";
import type { CellOptions } from "./gated-cell.js";
import { Recurrent, type RecurrentOptions } from "./layer.js";

export interface MultiplicativeRNNCellOptions extends CellOptions {
  /** F, the rank of the matrices that inputs choose; H by default. */
  readonly factors?: number;
}

/**
 * One step of a multiplicative recurrent network: the input chooses the matrix from state to state, Wfhᵀ diag(x Wfxᵀ) Whfᵀ,
 * a factored 3-way connection.
 *
 *   f = (x Wfxᵀ) (h Wfhᵀ)
 *   h' = tanh(f Whfᵀ + x Whxᵀ + bh)
 *
 * x: [N, D]   h: [N, H]   f: [N, F]   Wfx: [F, D]   Wfh: [F, H]   Whf: [H, F]   Whx: [H, D]
 *
 * The weights start uniform within ±1/√H, as those of other cells; the paper draws them so that the scale is right for
 * Hessian-free optimisation.
 *
 * Sutskever, Martens & Hinton 2011, "Generating text with recurrent neural networks", equations 6 and 7.
 */
export class MultiplicativeRNNCell extends SimpleCell {
  readonly factors: number;
  readonly weightFx: Parameter; // [F, D]
  readonly weightFh: Parameter; // [F, H]
  readonly weightHf: Parameter; // [H, F]
  readonly weightHx: Parameter; // [H, D]
  readonly biasH: Parameter | undefined; // [H]

  /** @throws ArgumentError if `factors` is no positive integer */
  constructor(
    inputSize: number,
    hiddenSize: number,
    { factors = hiddenSize, bias = true, ...options }: MultiplicativeRNNCellOptions = {},
  ) {
    super(inputSize, hiddenSize, options);
    if (!Number.isInteger(factors) || factors < 1)
      throw new ArgumentError(
        `MultiplicativeRNNCell: there are ${factors} factors; the number must be a positive integer`,
      );
    const start = (...shape: number[]): Parameter => new Parameter(inverseRoot(shape, hiddenSize, options));
    this.factors = factors;
    this.weightFx = start(factors, inputSize);
    this.weightFh = start(factors, hiddenSize);
    this.weightHf = start(hiddenSize, factors);
    this.weightHx = start(hiddenSize, inputSize);
    this.biasH = bias ? start(hiddenSize) : undefined;
  }

  /** x Wfxᵀ and x Whxᵀ + bh, one after the other: [..., F + H]. */
  override project(x: Tensor): Tensor {
    return concat([linear(x, this.weightFx), linear(x, this.weightHx, this.biasH)], { axis: -1 });
  }

  override step(projected: Tensor, h: Tensor): Tensor {
    const { factors, hiddenSize } = this;
    const [xf, xh] = split(projected, [factors, hiddenSize], { axis: -1 }) as [Tensor, Tensor];
    const f = mul(xf, linear(h, this.weightFh));
    return tanh(linear(f, this.weightHf, xh));
  }

  protected override describe(): string {
    return `${super.describe()}, factors=${this.factors}`;
  }
}

export interface MultiplicativeRNNOptions extends RecurrentOptions, MultiplicativeRNNCellOptions {}

/**
 * Multiplicative recurrent cells run over sequences, layer by layer; see {@link MultiplicativeRNNCell} for the equations
 * and {@link Recurrent} for the shapes.
 */
export class MultiplicativeRNN extends Recurrent<Tensor> {
  constructor(
    inputSize: number,
    hiddenSize: number,
    { factors = hiddenSize, ...options }: MultiplicativeRNNOptions = {},
  ) {
    super(
      inputSize,
      hiddenSize,
      (size, rest) => new MultiplicativeRNNCell(size, hiddenSize, { ...rest, factors }),
      options,
    );
  }
}
