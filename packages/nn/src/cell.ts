/** What the cells of recurrent layers share: their weights, and the part of a step that needs no state. */
import { add, linear, type Shape, ShapeError, type Tensor, zeros } from "@wengert/autograd";
import { type InitOptions, inverseRoot } from "./init.js";
import { Module, Parameter } from "./module.js";

export interface CellOptions extends InitOptions {
  /** Whether there are biases, true by default. */
  readonly bias?: boolean;
}

/** One step of a recurrence. The weights start uniform within ±1/√hiddenSize, as PyTorch's. */
export abstract class Cell<State> extends Module {
  readonly weightIh: Parameter; // [gates · H, D]
  readonly weightHh: Parameter; // [gates · H, H]
  readonly biasIh: Parameter | undefined; // [gates · H]
  readonly biasHh: Parameter | undefined; // [gates · H]

  constructor(
    gates: number,
    readonly inputSize: number,
    readonly hiddenSize: number,
    { bias = true, ...options }: CellOptions,
  ) {
    super();
    const start = (...shape: number[]): Parameter => new Parameter(inverseRoot(shape, hiddenSize, options));
    const rows = gates * hiddenSize;
    this.weightIh = start(rows, inputSize);
    this.weightHh = start(rows, hiddenSize);
    this.biasIh = bias ? start(rows) : undefined;
    this.biasHh = bias ? start(rows) : undefined;
  }

  /**
   * x Wihᵀ + bih + bhh, the part of a step that does not need the state: of one step, or of all in one product.
   *
   * @param x [..., D]
   * @returns [..., gates · H]
   */
  project(x: Tensor): Tensor {
    const { biasIh, biasHh } = this;
    return linear(x, this.weightIh, biasIh && biasHh && add(biasIh, biasHh));
  }

  /**
   * The rest of a step.
   *
   * @param projected [N, gates · H]
   * @returns the next state
   */
  abstract step(projected: Tensor, state: State): State;

  /** The state before the first step, where none is given. */
  abstract start(batch: number): State;

  /** The part of a state that is the output of its step: [N, H]. */
  abstract output(state: State): Tensor;

  /** A state's part that is zero: [batch, H]. */
  protected zeros(batch: number): Tensor {
    return zeros([batch, this.hiddenSize], { dtype: this.weightHh.dtype });
  }

  protected override diskName(path: string): string {
    return path.replace(
      /^(weight|bias)(Ih|Hh)$/,
      (_, kind: string, from: string) => `${kind}_${from.toLowerCase()}`,
    );
  }

  protected override describe(): string {
    return `${this.inputSize}, ${this.hiddenSize}${this.biasIh === undefined ? ", bias=false" : ""}`;
  }
}

/** @throws ShapeError if `part` of a state is not `wanted`; it would broadcast unnoticed */
export function checkState(part: string, { shape }: Tensor, wanted: Shape, form: string): void {
  if (shape.length !== wanted.length || shape.some((length, i) => length !== wanted[i]))
    throw new ShapeError(`${part} of the state is ${show(shape)}; it must be ${show(wanted)}: ${form}`);
}

function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}
