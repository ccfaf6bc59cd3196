/** Sequences from sequences, by recurrent networks with attention. */
import {
  ArgumentError,
  arange,
  concat,
  greaterEqual,
  ShapeError,
  select,
  Tensor,
  tanh,
  tensor,
  unsqueeze,
} from "@wengert/autograd";
import type { Embedding } from "../embedding.js";
import type { InitOptions } from "../init.js";
import { Linear } from "../linear.js";
import { Module } from "../module.js";
import type { Cell } from "../recurrent/cell.js";
import type { Recurrent } from "../recurrent/layer.js";
import { mapStates, show } from "../recurrent/state.js";
import type { AttentionState, RecurrentDecoder, TeacherOptions } from "./recurrent-decoder.js";

export interface EncodeOptions {
  /** The numbers of symbols of the N sources, by default all that there are. */
  readonly lengths?: readonly number[] | Tensor | undefined;
}

/**
 * Reads a source, and writes a target while attending to what it read:
 *
 *   h₁ … h_S = encoder(embed(source))
 *   s₀ = tanh(W h + b)                   for each part of the decoder's state, h being the encoder's last outputs
 *   logits = decoder(target, s₀, h₁ … h_S)
 *
 * source: [N, S], symbols   target: [N, T], symbols   logits: [N, T, count]   α: [N, T, S]
 * W: [H, K], with K the length of the encoder's outputs   (`bridges.0` and so on)
 *
 * The target is what the decoder reads: a symbol to start with, then what is to be written but for its last (the
 * teacher's answers); the logits are of what is to be written. To write without a teacher, give `encode(source)` and
 * `step` to one of the functions that decode.
 *
 * ```ts
 * const model = new EncoderDecoder(
 *   new Embedding(30, 16),
 *   new GRU(16, 32, { bidirectional: true, batchFirst: true }),
 *   new BahdanauDecoder(40, 16, (size) => new GRUCell(size, 32), new AdditiveAttention(32, 64, 32)),
 * );
 * const [logits, alignment] = model.forward(source, target);
 * const [found] = beamSearch(model.step, [start], model.encode(source), { end, maxLength: 20 });
 * ```
 *
 * Sutskever, Vinyals & Le 2014, "Sequence to sequence learning with neural networks"; Bahdanau, Cho & Bengio 2015, from
 * which s₀ is (there of the backward outputs alone).
 *
 * @throws ArgumentError if the encoder is not `batchFirst`, or sizes do not fit
 */
export class EncoderDecoder<State> extends Module {
  readonly bridges: readonly Linear[];

  constructor(
    readonly embed: Embedding,
    readonly encoder: Recurrent<unknown>,
    readonly decoder: RecurrentDecoder<State>,
    options: InitOptions = {},
  ) {
    super();
    const outputs = encoder.hiddenSize * (encoder.bidirectional ? 2 : 1);
    const sizes = `the embedding's dimension is ${embed.dimension}, the encoder's inputSize ${encoder.inputSize} and its outputs' length ${outputs}, the attention's keyDim ${decoder.attention.keyDim}`;
    if (embed.dimension !== encoder.inputSize || outputs !== decoder.attention.keyDim)
      throw new ArgumentError(`EncoderDecoder: ${sizes}; the first two must be the same, and the last two`);
    if (!encoder.batchFirst) throw new ArgumentError("EncoderDecoder: the encoder must be batchFirst");
    const bridges: Linear[] = [];
    mapStates([decoder.cell.start(1)], ([part]) => {
      bridges.push(new Linear(outputs, part.shape[1] as number, options));
      return part;
    });
    this.bridges = bridges;
  }

  /**
   * Reads a source.
   *
   * @returns the decoder's state before the first step
   * @throws ShapeError for another shape; ArgumentError if a symbol or a length is none
   */
  encode(source: Tensor, { lengths }: EncodeOptions = {}): AttentionState<State> {
    if (source.rank !== 2) throw new ShapeError(`the source is ${show(source.shape)}; it must be [N, S]`);
    const x = this.embed.forward(source);
    const [keys, states] = this.encoder.forward(x, undefined, lengths && { lengths });
    const { cells, bidirectional } = this.encoder;
    const directions = bidirectional ? [cells.length - 2, cells.length - 1] : [cells.length - 1];
    const last = concat(
      directions.map((k) =>
        (cells[k] as Cell<unknown>).output(mapStates([states], ([part]) => select(part, k))),
      ),
      { axis: 1 },
    );
    let next = 0;
    const cell = mapStates([this.decoder.cell.start(1)], () =>
      tanh((this.bridges[next++] as Linear).forward(last)),
    );
    return this.decoder.start(keys, { cell, padding: lengths && paddingAfter(lengths, keys) });
  }

  /** As the functions that decode want it, see {@link RecurrentDecoder.step}. */
  readonly step: RecurrentDecoder<State>["step"] = (symbols, state) => this.decoder.step(symbols, state);

  forward(
    source: Tensor,
    target: Tensor,
    { lengths, ...options }: EncodeOptions & TeacherOptions = {},
  ): [logits: Tensor, weights: Tensor] {
    const [logits, weights] = this.decoder.forward(target, this.encode(source, { lengths }), options);
    return [logits, weights];
  }
}

/** [N, S], true beyond the ends. */
function paddingAfter(lengths: readonly number[] | Tensor, { shape }: Tensor): Tensor {
  const all = lengths instanceof Tensor ? lengths : tensor(lengths, { dtype: "int32" });
  return greaterEqual(arange(shape[1] as number), unsqueeze(all, 1));
}
