/** The network: from a character to a vector, through the recurrent layer, to what the next character may be. */
import type { Tensor } from "@wengert/autograd";
import { Dropout, Embedding, Linear, LSTM, type LSTMState, Module, RNN } from "@wengert/nn";
import type { Options } from "./options.js";

/** What the recurrent layer carries on: h and c of an LSTM, h of a simple network. */
export type State = LSTMState | Tensor;

interface RecurrentLayer extends Module {
  forward(x: Tensor, state?: State): [y: Tensor, state: State];
}

export class CharModel extends Module {
  readonly embed: Embedding;
  readonly rnn: RecurrentLayer;
  readonly drop: Dropout;
  readonly head: Linear;

  constructor(
    vocab: number,
    {
      cell,
      embedding,
      hidden,
      layers,
      dropout,
    }: Pick<Options, "cell" | "embedding" | "hidden" | "layers" | "dropout">,
  ) {
    super();
    const Layer = cell === "lstm" ? LSTM : RNN;
    this.embed = new Embedding(vocab, embedding);
    this.rnn = new Layer(embedding, hidden, { layers, dropout, batchFirst: true });
    this.drop = new Dropout(dropout);
    this.head = new Linear(hidden, vocab);
  }

  /** x: integers [N, T]   logits: [N, T, vocab] */
  forward(x: Tensor, state?: State): [logits: Tensor, next: State] {
    const [y, next] = this.rnn.forward(this.embed.forward(x), state);
    return [this.head.forward(this.drop.forward(y)), next];
  }
}
