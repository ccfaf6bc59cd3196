/** A convolutional network that reads sentences. */
import { concat, kMaxPool1d, relu, type Tensor } from "@wengert/autograd";
import { Conv1d } from "../convolution/index.js";
import { Dropout } from "../dropout.js";
import { Embedding } from "../embedding.js";
import type { InitOptions } from "../init.js";
import { Linear } from "../linear.js";
import { Module } from "../module.js";
import { forLayers } from "./options.js";

export interface TextCNNOptions extends InitOptions {
  /** How many words each kind of filter sees: 3, 4 and 5 by default. */
  readonly widths?: readonly number[];
  /** How many filters of each kind there are, 100 by default. */
  readonly maps?: number;
  /** How many numbers are kept of each filter: the largest over time, 1 by default. */
  readonly k?: number;
  /** 0.5 by default. */
  readonly dropout?: number;
}

/**
 * Filters over word vectors, the largest value of each over time, and one full layer. Kim 2014, "Convolutional neural
 * networks for sentence classification"; with `k` above 1 the pooling of Kalchbrenner, Grefenstette & Blunsom 2014.
 *
 *   y = W · dropout([max_t relu(conv₃(e)), max_t relu(conv₄(e)), …]) + b
 *
 * The word vectors are parameters of `embed`: load others there, and `embed.freeze()` holds them, the paper's
 * CNN-static. (Its bound of 3 on the norm of the rows of W is for the training to keep.)
 *
 * x: [N, T], word numbers, T at least the largest width   y: [N, classes], logits
 */
export class TextCNN extends Module {
  readonly embed: Embedding;
  readonly filters: readonly Conv1d[];
  readonly dropout: Dropout;
  readonly head: Linear;
  readonly k: number;

  constructor(
    words: number,
    dimension: number,
    classes: number,
    { widths = [3, 4, 5], maps = 100, k = 1, dropout = 0.5, ...rest }: TextCNNOptions = {},
  ) {
    super();
    const made = forLayers(rest);
    this.embed = new Embedding(words, dimension, made);
    this.filters = widths.map((width) => new Conv1d(dimension, maps, width, made));
    this.dropout = new Dropout(dropout, rest);
    this.head = new Linear(widths.length * maps * k, classes, made);
    this.k = k;
  }

  forward(x: Tensor): Tensor {
    const vectors = this.embed.forward(x).transpose(1, 2); // [N, D, T]
    const features = this.filters.map((filter) =>
      kMaxPool1d(relu(filter.forward(vectors)), this.k).flatten(1),
    );
    return this.head.forward(this.dropout.forward(concat(features, { axis: 1 })));
  }
}
