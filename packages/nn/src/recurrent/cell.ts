/** What is run over a sequence: one step of a recurrence. */
import {
  defaultDtype,
  type FloatDType,
  ShapeError,
  squeeze,
  type Tensor,
  unsqueeze,
  zeros,
} from "@wengert/autograd";
import type { InitOptions } from "../init.js";
import { Module } from "../module.js";
import { checkState, mapStates, show } from "./state.js";

/**
 * One step of a recurrence. A cell of one's own is a class with a `step`: layers over each other, both directions,
 * sequences of different lengths, truncation and checkpoints are `Recurrent`'s, for every cell.
 *
 * The state is a tensor, or tensors in objects and arrays, each with the batch as its first axis. {@link SimpleCell} is the
 * base of cells whose state is h alone.
 *
 * ```ts
 * class LeakyCell extends SimpleCell {
 *   readonly weightHh: Parameter = new Parameter(init.inverseRoot([this.hiddenSize, this.hiddenSize], this.hiddenSize));
 *
 *   override step(x: Tensor, h: Tensor): Tensor {
 *     return h.mul(0.5).add(x.add(linear(h, this.weightHh)).tanh());
 *   }
 * }
 * const network = new Recurrent(8, 8, (size) => new LeakyCell(size, 8), { layers: 2, learnInitialState: true });
 * ```
 *
 * Parameters are called in files as PyTorch would: `weightIh` is `weight_ih`.
 */
export abstract class Cell<State> extends Module {
  private floats: FloatDType;

  /**
   * @param inputSize D, the length of the last axis of inputs
   * @param hiddenSize H, the length of the last axis of outputs
   */
  constructor(
    readonly inputSize: number,
    readonly hiddenSize: number,
    { dtype = defaultDtype() }: Pick<InitOptions, "dtype"> = {},
  ) {
    super();
    this.floats = dtype;
  }

  /** That of weights and states. */
  get dtype(): FloatDType {
    return this.floats;
  }

  protected override converted(dtype: FloatDType): void {
    this.floats = dtype;
  }

  /**
   * One step from an input.
   *
   * @param x [N, D], or [D] with a state without N
   * @param state before the step, by default what {@link start} gives
   * @returns the state after it
   * @throws ShapeError for other shapes
   */
  forward(x: Tensor, state?: State): State {
    const { shape } = x;
    if (shape.length < 1 || shape.length > 2 || shape.at(-1) !== this.inputSize)
      throw new ShapeError(
        `x is ${show(shape)}; it must be [N, inputSize] or [inputSize] with the inputSize ${this.inputSize}`,
      );
    if (shape.length === 1) return this.single(x, state);
    const before = this.start(shape[0] as number);
    if (state !== undefined) checkState(state, before, (wanted) => wanted, "[N, hiddenSize]");
    return this.step(this.project(x), state ?? before);
  }

  private single(x: Tensor, state: State | undefined): State {
    const before = this.start(1);
    if (state !== undefined) checkState(state, before, (wanted) => wanted.slice(1), "[hiddenSize]");
    const batch = state === undefined ? before : mapStates([state], ([part]) => unsqueeze(part, 0));
    return mapStates([this.step(this.project(unsqueeze(x, 0)), batch)], ([part]) => squeeze(part, 0));
  }

  /**
   * The part of a step that does not need the state: of one step, or of all in one product. By default x itself.
   *
   * @param x [..., D]
   */
  project(x: Tensor): Tensor {
    return x;
  }

  /**
   * The rest of a step.
   *
   * @param projected what {@link project} made of the input [N, D]
   * @returns the next state
   */
  abstract step(projected: Tensor, state: State): State;

  /** The state before the first step, where none is given. */
  abstract start(batch: number): State;

  /** The part of a state that is the output of its step: [N, H]. */
  abstract output(state: State): Tensor;

  /** A state's part that is zero: [batch, H]. */
  protected zeros(batch: number): Tensor {
    return zeros([batch, this.hiddenSize], { dtype: this.dtype });
  }

  protected override diskName(path: string): string {
    return path.includes(".") ? path : path.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }

  protected override describe(): string {
    return `${this.inputSize}, ${this.hiddenSize}`;
  }
}

/** A cell whose state is h, [N, H], zero at first, and what it puts out. Only its {@link Cell.step} is to be written. */
export abstract class SimpleCell extends Cell<Tensor> {
  override start(batch: number): Tensor {
    return this.zeros(batch);
  }

  override output(h: Tensor): Tensor {
    return h;
  }
}
