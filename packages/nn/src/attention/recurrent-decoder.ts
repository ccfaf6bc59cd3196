/** Recurrent decoders that attend to what an encoder made of a source. */
import {
  ArgumentError,
  argmax,
  bernoulli,
  concat,
  defaultGenerator,
  type Generator,
  ShapeError,
  stack,
  type Tensor,
  tanh,
  unbind,
  where,
  zeros,
} from "@wengert/autograd";
import { checkProbability } from "../dropout.js";
import { Embedding, type EmbeddingOptions } from "../embedding.js";
import { Linear } from "../linear.js";
import { Module } from "../module.js";
import type { Cell } from "../recurrent/cell.js";
import { show } from "../recurrent/state.js";
import type { Attention } from "./score.js";

/** What a decoder attends to. */
export interface Memory {
  /** [N, S, K] */
  readonly keys: Tensor;
  /** What the attention's `projectKeys` made of them. */
  readonly projected: Tensor;
  /** The keys that are padding: bool, [N, S], true for those. */
  readonly padding: Tensor | undefined;
}

/** What a decoder keeps between steps, each tensor with N first: a state for the functions that decode. */
export interface AttentionState<State> {
  readonly cell: State;
  /** h̃ of {@link LuongDecoder}, [N, H]. */
  readonly attended?: Tensor | undefined;
  /** α of the last step, [N, S]. */
  readonly weights?: Tensor | undefined;
  readonly memory: Memory;
}

export interface TeacherOptions {
  /**
   * The probability with which a step reads the given symbol rather than the likeliest by the step before; 1 by default.
   * Bengio et al. 2015, "Scheduled sampling for sequence prediction with recurrent neural networks".
   */
  readonly teacherForcing?: number;
}

/**
 * A cell that reads symbols, attends, and says after each which may come next. A decoder of one's own is a class with a
 * `next`.
 *
 * symbols: [N, T]   logits: [N, T, count]   α: [N, T, S]
 */
export abstract class RecurrentDecoder<State> extends Module {
  readonly embed: Embedding;
  readonly cell: Cell<State>;
  private readonly generator: Generator;

  /**
   * @param count the number of symbols
   * @param dimension the length of their vectors
   * @param cell of the same hidden size as the attention's `queryDim`
   * @throws ArgumentError if it has another
   */
  constructor(
    readonly count: number,
    readonly dimension: number,
    cell: Cell<State>,
    readonly attention: Attention,
    options: EmbeddingOptions,
  ) {
    super();
    if (cell.hiddenSize !== attention.queryDim)
      throw new ArgumentError(
        `${new.target.name}: the cell's hiddenSize is ${cell.hiddenSize} and the attention's queryDim is ${attention.queryDim}; they must be the same`,
      );
    this.embed = new Embedding(count, dimension, options);
    this.cell = cell;
    this.generator = options.generator ?? defaultGenerator;
  }

  /**
   * The state before the first step.
   *
   * @param keys what is attended to, [N, S, K]
   * @param padding bool, [N, S], true for keys that are none
   * @param cell the cell's state, by default what it starts from
   * @throws ShapeError if the keys are others than the attention's
   */
  start(
    keys: Tensor,
    { padding, cell }: { readonly padding?: Tensor | undefined; readonly cell?: State } = {},
  ): AttentionState<State> {
    if (keys.rank !== 3 || keys.shape[2] !== this.attention.keyDim)
      throw new ShapeError(
        `the keys are ${show(keys.shape)}; they must be [N, S, keyDim] with the keyDim ${this.attention.keyDim} of the attention`,
      );
    const memory = { keys, projected: this.attention.projectKeys(keys), padding };
    return { cell: cell ?? this.cell.start(keys.shape[0] as number), memory };
  }

  /**
   * One step, as the functions that decode want it.
   *
   * @param symbols [N]
   * @returns the logits of the next symbols, [N, count], and the state for these
   */
  step(symbols: Tensor, state: AttentionState<State>): [logits: Tensor, state: AttentionState<State>] {
    return this.next(this.embed.forward(symbols), state);
  }

  /** {@link step} from the vectors of the symbols, [N, dimension]. */
  protected abstract next(
    x: Tensor,
    state: AttentionState<State>,
  ): [logits: Tensor, state: AttentionState<State>];

  /** The context of a query [N, H], and its weights. */
  protected attend(query: Tensor, { keys, projected, padding }: Memory): [context: Tensor, weights: Tensor] {
    return this.attention.forward(query, keys, { projected, keyPaddingMask: padding });
  }

  /**
   * A step after each symbol, of which the first is what sequences start with.
   *
   * @throws ShapeError for other shapes; ArgumentError if a symbol is none
   */
  forward(
    symbols: Tensor,
    before: AttentionState<State>,
    { teacherForcing = 1 }: TeacherOptions = {},
  ): [logits: Tensor, weights: Tensor, state: AttentionState<State>] {
    const batch = before.memory.keys.shape[0];
    if (symbols.rank !== 2 || symbols.shape[0] !== batch || symbols.shape[1] === 0)
      throw new ShapeError(
        `the symbols are ${show(symbols.shape)}; they must be [N, T] with the N ${batch} of the memory and T above 0`,
      );
    checkProbability("teacherForcing", teacherForcing);
    const all: Tensor[] = [];
    const weights: Tensor[] = [];
    let state = before;
    for (const given of unbind(symbols, { axis: 1 })) {
      const previous = all.at(-1);
      const read = previous === undefined ? given : this.choose(given, previous, teacherForcing);
      const [logits, after] = this.step(read, state);
      all.push(logits);
      weights.push(after.weights as Tensor);
      state = after;
    }
    return [stack(all, { axis: 1 }), stack(weights, { axis: 1 }), state];
  }

  /** Of each pair one: the given symbol with the probability p, or the likeliest. */
  private choose(given: Tensor, logits: Tensor, p: number): Tensor {
    if (p === 1) return given;
    const { generator } = this;
    return where(bernoulli(given.shape, p, { generator }), given, argmax(logits, { axis: -1 }));
  }

  protected override describe(): string {
    return `${this.count}, ${this.dimension}`;
  }
}

/** Makes a cell for what a decoder reads at each step. */
export type MakeCell<State> = (inputSize: number) => Cell<State>;

/**
 * A decoder that attends from the state before the step. With f the cell and h its output
 *
 *   cₜ, αₜ = attention(hₜ₋₁, memory)
 *   sₜ = f([xₜ; cₜ], sₜ₋₁)
 *   logitsₜ = W [hₜ; cₜ; xₜ] + b
 *
 * x: [N, dimension], the vectors of the symbols   c: [N, K]   h: [N, H]   W: [count, H + K + dimension]
 *
 * Bahdanau, Cho & Bengio 2015, "Neural machine translation by jointly learning to align and translate", appendix A.2.2,
 * which has a maxout layer before the last.
 */
export class BahdanauDecoder<State> extends RecurrentDecoder<State> {
  readonly head: Linear;

  constructor(
    count: number,
    dimension: number,
    cell: MakeCell<State>,
    attention: Attention,
    options: EmbeddingOptions = {},
  ) {
    super(count, dimension, cell(dimension + attention.keyDim), attention, options);
    this.head = new Linear(this.cell.hiddenSize + attention.keyDim + dimension, count, options);
  }

  protected override next(
    x: Tensor,
    { cell, memory }: AttentionState<State>,
  ): [logits: Tensor, state: AttentionState<State>] {
    const [context, weights] = this.attend(this.cell.output(cell), memory);
    const after = this.cell.forward(concat([x, context], { axis: 1 }), cell);
    const read = concat([this.cell.output(after), context, x], { axis: 1 });
    return [this.head.forward(read), { cell: after, weights, memory }];
  }
}

/**
 * A decoder that attends from the state after the step, and feeds what it made of that into the next. With f the cell
 * and h its output
 *
 *   sₜ = f([xₜ; h̃ₜ₋₁], sₜ₋₁)
 *   cₜ, αₜ = attention(hₜ, memory)
 *   h̃ₜ = tanh(Wc [cₜ; hₜ])
 *   logitsₜ = Ws h̃ₜ + b
 *
 * x: [N, dimension], the vectors of the symbols   c: [N, K]   h, h̃: [N, H], h̃₀ = 0   Wc: [H, K + H]   Ws: [count, H]
 *
 * Luong, Pham & Manning 2015, "Effective approaches to attention-based neural machine translation", equations 5 and 6
 * and section 3.3.
 */
export class LuongDecoder<State> extends RecurrentDecoder<State> {
  readonly mix: Linear;
  readonly head: Linear;

  constructor(
    count: number,
    dimension: number,
    cell: MakeCell<State>,
    attention: Attention,
    options: EmbeddingOptions = {},
  ) {
    super(count, dimension, cell(dimension + attention.queryDim), attention, options);
    const { hiddenSize } = this.cell;
    this.mix = new Linear(attention.keyDim + hiddenSize, hiddenSize, { ...options, bias: false });
    this.head = new Linear(hiddenSize, count, options);
  }

  protected override next(
    x: Tensor,
    { cell, attended, memory }: AttentionState<State>,
  ): [logits: Tensor, state: AttentionState<State>] {
    const last = attended ?? zeros([x.shape[0] as number, this.cell.hiddenSize], { dtype: this.cell.dtype });
    const after = this.cell.forward(concat([x, last], { axis: 1 }), cell);
    const h = this.cell.output(after);
    const [context, weights] = this.attend(h, memory);
    const mixed = tanh(this.mix.forward(concat([context, h], { axis: 1 })));
    return [this.head.forward(mixed), { cell: after, attended: mixed, weights, memory }];
  }
}
