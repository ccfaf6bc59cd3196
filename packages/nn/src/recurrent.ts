/** Cells run over sequences. */
import {
  ArgumentError,
  defaultGenerator,
  dropout,
  type Generator,
  ShapeError,
  stack,
  type Tensor,
  unbind,
} from "@wengert/autograd";
import { type Cell, type CellOptions, checkState } from "./cell.js";
import { checkProbability } from "./dropout.js";
import { Module } from "./module.js";

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
        `x is [${shape.join(", ")}]; it must be ${this.batchFirst ? "[N, T, inputSize]" : "[T, N, inputSize]"} with T above 0 and the inputSize ${this.inputSize}`,
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
