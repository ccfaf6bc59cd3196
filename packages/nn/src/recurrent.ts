/** What recurrent layers share: the weights of a cell, and the loop over layers and steps. */
import {
  ArgumentError,
  add,
  defaultGenerator,
  dropout,
  type Generator,
  linear,
  type Shape,
  ShapeError,
  stack,
  type Tensor,
  unbind,
  zeros,
} from "@wengert/autograd";
import { checkProbability } from "./dropout.js";
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

export interface RecurrentOptions extends CellOptions {
  /** The number of cells, each over the outputs of the one before; 1 by default. */
  readonly layers?: number;
  /** Whether sequences are [N, T, ...] rather than [T, N, ...]; false by default. */
  readonly batchFirst?: boolean;
  /** The part of the outputs of every layer but the last that is dropped in training; 0 by default. */
  readonly dropout?: number;
}

/** Cells above one another, run over sequences. */
export abstract class Recurrent<State> extends Module {
  readonly cells: readonly Cell<State>[];
  readonly batchFirst: boolean;
  readonly dropout: number;
  private readonly generator: Generator;

  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    cell: (inputSize: number, options: CellOptions) => Cell<State>,
    { layers = 1, batchFirst = false, dropout: probability = 0, ...options }: RecurrentOptions,
  ) {
    super();
    if (!Number.isInteger(layers) || layers < 1)
      throw new ArgumentError(
        `${new.target.name}: there are ${layers} layers; the number must be a positive integer`,
      );
    checkProbability(new.target.name, probability);
    this.cells = Array.from({ length: layers }, (_, k) => cell(k === 0 ? inputSize : hiddenSize, options));
    this.batchFirst = batchFirst;
    this.dropout = probability;
    this.generator = options.generator ?? defaultGenerator;
  }

  /**
   * Runs every cell over the steps of what the one below it put out.
   *
   * @param states one for each cell, zeros if left out
   * @returns the outputs of the last cell, and the last state of each
   */
  protected run(x: Tensor, states?: readonly State[]): [y: Tensor, last: State[]] {
    const axis = this.batchFirst ? 1 : 0;
    const batch = this.batchOf(x);
    let y = x;
    const last = this.cells.map((cell, k) => {
      let state = states?.[k] ?? cell.start(batch);
      if (k > 0) y = dropout(y, this.dropout, { training: this.training, generator: this.generator });
      const outputs = unbind(cell.project(y), { axis }).map((projected) => {
        state = cell.step(projected, state);
        return cell.output(state);
      });
      y = stack(outputs, { axis });
      return state;
    });
    return [y, last];
  }

  private batchOf({ shape }: Tensor): number {
    const [steps, batch] = this.batchFirst ? [shape[1], shape[0]] : shape;
    if (
      shape.length !== 3 ||
      steps === undefined ||
      batch === undefined ||
      steps === 0 ||
      shape[2] !== this.inputSize
    )
      throw new ShapeError(
        `x is ${show(shape)}; it must be ${this.batchFirst ? "[N, T, inputSize]" : "[T, N, inputSize]"} with T above 0 and the inputSize ${this.inputSize}`,
      );
    return batch;
  }

  /** The states of the cells, from `part` [layers, N, H] of the state of all. */
  protected statesOf(part: string, h: Tensor, x: Tensor): Tensor[] {
    checkState(part, h, [this.cells.length, this.batchOf(x), this.hiddenSize], "[layers, N, hiddenSize]");
    return unbind(h);
  }

  protected override diskName(path: string): string {
    return path.replace(/^cells\.(\d+)\.(.*)$/, "$2_l$1");
  }

  protected override describe(): string {
    const { cells, batchFirst, dropout: probability } = this;
    const options = [
      cells.length > 1 && `layers=${cells.length}`,
      batchFirst && "batchFirst=true",
      probability > 0 && `dropout=${probability}`,
    ];
    return [this.inputSize, this.hiddenSize, ...options.filter((each) => each !== false)].join(", ");
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
