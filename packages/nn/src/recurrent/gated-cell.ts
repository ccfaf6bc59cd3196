/** Cells with the weights of PyTorch's: one matrix for the input, one for the state, rows of all gates in each. */
import { add, linear, type Tensor } from "@wengert/autograd";
import { type InitOptions, inverseRoot } from "../init.js";
import { Parameter } from "../module.js";
import { Cell } from "./cell.js";

export interface CellOptions extends InitOptions {
  /** Whether there are biases, true by default. */
  readonly bias?: boolean;
}

/** A cell whose gates are rows of two matrices. They start uniform within ±1/√hiddenSize, as PyTorch's. */
export abstract class GatedCell<State> extends Cell<State> {
  readonly weightIh: Parameter; // [gates · H, D]
  readonly weightHh: Parameter; // [gates · H, H]
  readonly biasIh: Parameter | undefined; // [gates · H]
  readonly biasHh: Parameter | undefined; // [gates · H]

  constructor(
    gates: number,
    inputSize: number,
    hiddenSize: number,
    { bias = true, ...options }: CellOptions,
  ) {
    super(inputSize, hiddenSize, options);
    const start = (...shape: number[]): Parameter => new Parameter(inverseRoot(shape, hiddenSize, options));
    const rows = gates * hiddenSize;
    this.weightIh = start(rows, inputSize);
    this.weightHh = start(rows, hiddenSize);
    this.biasIh = bias ? start(rows) : undefined;
    this.biasHh = bias ? start(rows) : undefined;
  }

  /**
   * x Wihᵀ + bih + bhh
   *
   * @param x [..., D]
   * @returns [..., gates · H]
   */
  override project(x: Tensor): Tensor {
    const { biasIh, biasHh } = this;
    return linear(x, this.weightIh, biasIh && biasHh && add(biasIh, biasHh));
  }

  protected override describe(): string {
    return `${super.describe()}${this.biasIh === undefined ? ", bias=false" : ""}`;
  }
}
