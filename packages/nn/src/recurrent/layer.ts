/** Cells run over sequences: above one another, and in both directions. */
import {
  ArgumentError,
  concat,
  defaultGenerator,
  dropout,
  expand,
  type Generator,
  ShapeError,
  select,
  squeeze,
  stack,
  type Tensor,
  unsqueeze,
} from "@wengert/autograd";
import { checkProbability } from "../dropout.js";
import { Module, Parameter } from "../module.js";
import type { Cell } from "./cell.js";
import type { CellOptions } from "./gated-cell.js";
import { paddingOf } from "./lengths.js";
import { checkState, mapStates, show } from "./state.js";
import { type UnrollOptions, walk } from "./unroll.js";

export interface RecurrentOptions extends CellOptions {
  /** The number of layers, each over the outputs of the one before; 1 by default. */
  readonly layers?: number;
  /** Whether each layer has a second cell, which reads from the last step to the first; false by default. */
  readonly bidirectional?: boolean;
  /** Whether sequences are [N, T, ...] rather than [T, N, ...]; false by default. */
  readonly batchFirst?: boolean;
  /** The part of the outputs of every layer but the last that is dropped in training; 0 by default. */
  readonly dropout?: number;
  /** Whether the state before the first step is trained, where none is given; false by default. It starts as the cell's. */
  readonly learnInitialState?: boolean;
}

export interface SequenceOptions extends UnrollOptions {
  /**
   * The numbers of steps of the N sequences, by default all that there are. The state of a sequence stays as it is at its
   * end, outputs beyond are 0, and what x holds there has no effect, as with PyTorch's packed sequences; no order of
   * lengths is asked for, and a length may be 0.
   */
  readonly lengths?: readonly number[] | Tensor;
}

/**
 * Any cell run over sequences. With f the step of a cell, for each layer
 *
 *   →hₜ = f(xₜ, →hₜ₋₁)   ←hₜ = f'(xₜ, ←hₜ₊₁)   yₜ = [→hₜ, ←hₜ]
 *
 * without the second where it is not `bidirectional`; y, or what dropout leaves of it, is the x of the next layer.
 *
 * x: [T, N, D], or [N, T, D] with `batchFirst`, or [T, D]   y: the same with H, or 2H if bidirectional
 * state: as the cell's, with a first axis [layers, ...], or [2 · layers, ...] with the directions of a layer in turn
 *
 * A learned initial state is `h0_l0`, `h0_l0_reverse` and so on in files, with the name of the part for `h`.
 *
 * Schuster & Paliwal 1997, "Bidirectional recurrent neural networks".
 */
export class Recurrent<State> extends Module {
  readonly cells: readonly Cell<State>[];
  readonly bidirectional: boolean;
  readonly batchFirst: boolean;
  readonly dropout: number;
  /** One for each cell, without the axis N. */
  readonly initialStates: readonly State[] | undefined;
  private readonly generator: Generator;

  /**
   * @param cell makes a cell of the given input size, called for each layer and direction
   * @throws ArgumentError if the number of layers or the probability of dropout cannot be one
   */
  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    cell: (inputSize: number, options: CellOptions) => Cell<State>,
    {
      layers = 1,
      bidirectional = false,
      batchFirst = false,
      dropout: probability = 0,
      learnInitialState = false,
      ...options
    }: RecurrentOptions = {},
  ) {
    super();
    if (!Number.isInteger(layers) || layers < 1)
      throw new ArgumentError(
        `${new.target.name}: there are ${layers} layers; the number must be a positive integer`,
      );
    checkProbability(new.target.name, probability);
    const directions = bidirectional ? 2 : 1;
    this.cells = Array.from({ length: layers * directions }, (_, k) =>
      cell(k < directions ? inputSize : directions * hiddenSize, options),
    );
    this.bidirectional = bidirectional;
    this.batchFirst = batchFirst;
    this.dropout = probability;
    this.initialStates = learnInitialState
      ? this.cells.map((each) => mapStates([each.start(1)], ([part]) => new Parameter(select(part, 0))))
      : undefined;
    this.generator = options.generator ?? defaultGenerator;
  }

  /**
   * @param state before the first step, by default what was learned, or what the cell starts from: zeros
   * @returns the outputs of the last layer at every step, and the state after the last step of each cell
   * @throws ShapeError for other shapes; ArgumentError if an option cannot be what it is
   */
  forward(x: Tensor, state?: State, options: SequenceOptions = {}): [y: Tensor, state: State] {
    const single = x.shape.length === 2;
    const [steps, batch] = this.batchFirst && !single ? [x.shape[1], x.shape[0]] : x.shape;
    if ((!single && x.shape.length !== 3) || steps === 0 || x.shape.at(-1) !== this.inputSize)
      throw new ShapeError(
        `x is ${show(x.shape)}; it must be ${this.batchFirst ? "[N, T, inputSize]" : "[T, N, inputSize]"} or [T, inputSize] with T above 0 and the inputSize ${this.inputSize}`,
      );
    if (state !== undefined) this.check(state, single ? undefined : (batch as number));
    if (!single) return this.run(x, state, options);
    if (options.lengths !== undefined)
      throw new ArgumentError(`x is ${show(x.shape)}, one sequence; lengths are for batches of sequences`);
    const axis = this.batchFirst ? 0 : 1;
    const batched = state && mapStates([state], ([part]) => unsqueeze(part, 1));
    const [y, last] = this.run(unsqueeze(x, axis), batched, options);
    return [squeeze(y, axis), mapStates([last], ([part]) => squeeze(part, 1))];
  }

  private run(
    x: Tensor,
    state: State | undefined,
    { lengths, ...options }: SequenceOptions,
  ): [y: Tensor, state: State] {
    const axis = this.batchFirst ? 1 : 0;
    const padding = lengths && paddingOf(x, lengths, axis);
    const before = this.statesBefore(state, x.shape[1 - axis] as number);
    let y = padding ? padding.cleared : x;
    const last: State[] = [];
    const directions = this.bidirectional ? 2 : 1;
    for (let k = 0; k < this.cells.length; k += directions) {
      if (k > 0) y = dropout(y, this.dropout, { training: this.training, generator: this.generator });
      const outputs = this.cells.slice(k, k + directions).map((cell, reverse) => {
        const run = { ...options, axis, reverse: reverse === 1, present: padding?.present };
        const [steps, end] = walk(cell, y, before[k + reverse] as State, run);
        last.push(end);
        return stack(steps, { axis });
      });
      y = outputs.length === 1 ? (outputs[0] as Tensor) : concat(outputs, { axis: -1 });
    }
    return [y, mapStates(last as [State, ...State[]], (parts) => stack(parts))];
  }

  /** One for each cell, of a batch. */
  private statesBefore(state: State | undefined, batch: number): State[] {
    if (state !== undefined) return this.cells.map((_, k) => mapStates([state], ([part]) => select(part, k)));
    if (this.initialStates === undefined) return this.cells.map((cell) => cell.start(batch));
    return this.initialStates.map((learned) =>
      mapStates([learned], ([part]) => expand(part, [batch, ...part.shape])),
    );
  }

  private check(state: State, batch: number | undefined): void {
    const { cells } = this;
    const form = (cells[0] as Cell<State>).start(batch ?? 1);
    const layers = this.bidirectional ? "2 · layers" : "layers";
    if (batch === undefined)
      checkState(state, form, ([, ...rest]) => [cells.length, ...rest], `[${layers}, hiddenSize]`);
    else checkState(state, form, (shape) => [cells.length, ...shape], `[${layers}, N, hiddenSize]`);
  }

  protected override diskName(path: string): string {
    const [, cell, initial, rest] = /^(?:cells\.(\d+)\.|initialStates\.(\d+)\.?)(.*)$/.exec(path) ?? [];
    if (rest === undefined) return path;
    const name = cell === undefined ? `${rest === "" ? "h" : rest}0` : rest;
    const index = Number(cell ?? initial);
    if (!this.bidirectional) return `${name}_l${index}`;
    return `${name}_l${Math.trunc(index / 2)}${index % 2 === 1 ? "_reverse" : ""}`;
  }

  protected override describe(): string {
    const { cells, bidirectional, batchFirst, dropout: probability } = this;
    const layers = cells.length / (bidirectional ? 2 : 1);
    const options = [
      layers > 1 && `layers=${layers}`,
      bidirectional && "bidirectional=true",
      batchFirst && "batchFirst=true",
      probability > 0 && `dropout=${probability}`,
      this.initialStates !== undefined && "learnInitialState=true",
    ];
    return [this.inputSize, this.hiddenSize, ...options.filter((each) => each !== false)].join(", ");
  }
}
