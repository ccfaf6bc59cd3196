/** Networks of full layers, ready made. */
import { ArgumentError, max, relu, sigmoid, type Tensor } from "@wengert/autograd";
import { Dropout } from "./dropout.js";
import { Linear, type LinearOptions } from "./linear.js";
import { Module } from "./module.js";

export interface MLPOptions extends LinearOptions {
  /** After every layer but the last; relu by default. */
  readonly activation?: (x: Tensor) => Tensor;
  /** The part of what each activation gives that is dropped in training; 0 by default. */
  readonly dropout?: number;
}

/**
 * A multilayer perceptron: `Linear` layers from size to size, an activation f between each two.
 *
 *   y = Wₙ f(… f(W₁ x + b₁) …) + bₙ
 *
 * x: [..., sizes[0]]   y: [..., sizes[last]]   Wᵢ: [sizes[i], sizes[i − 1]]   starting as `Linear` does
 *
 * Rumelhart, Hinton & Williams 1986, "Learning representations by back-propagating errors".
 *
 * @throws ArgumentError for fewer than two sizes
 */
export class MLP extends Module {
  readonly layers: readonly Linear[];
  readonly dropout: Dropout;
  private readonly activation: (x: Tensor) => Tensor;

  constructor(
    readonly sizes: readonly number[],
    { activation = relu, dropout = 0, ...options }: MLPOptions = {},
  ) {
    super();
    if (sizes.length < 2)
      throw new ArgumentError(`MLP: the sizes are [${sizes.join(", ")}]; there must be two or more`);
    this.layers = sizes.slice(1).map((size, i) => new Linear(sizes[i]!, size, options));
    this.dropout = new Dropout(dropout, options);
    this.activation = activation;
  }

  forward(x: Tensor): Tensor {
    return this.layers.reduce(
      (y, layer, i) => layer.forward(i === 0 ? y : this.dropout.forward(this.activation(y))),
      x,
    );
  }
}

/**
 *   p = σ(w·x + b)
 *
 * x: [N, features]   p: [N, 1]
 *
 * `score`, without the sigmoid, is what `binaryCrossEntropyWithLogits` wants for training. Weight and bias start as those
 * of `Linear`.
 *
 * Cox 1958, "The regression analysis of binary sequences".
 */
export class LogisticRegression extends Module {
  readonly linear: Linear;

  constructor(features: number, options: LinearOptions = {}) {
    super();
    this.linear = new Linear(features, 1, options);
  }

  /** The logits `w·x + b`. */
  score(x: Tensor): Tensor {
    return this.linear.forward(x);
  }

  forward(x: Tensor): Tensor {
    return sigmoid(this.score(x));
  }
}

/**
 * The largest of several affine maps, for each output: a convex function that is learned piece by piece.
 *
 *   y_o = max_k (x·W_ok + b_ok)
 *
 * x: [..., inFeatures]   y: [..., outFeatures]   W: [outFeatures · pieces, inFeatures], starting as that of `Linear`
 *
 * Goodfellow et al. 2013, "Maxout networks", section 3.
 */
export class Maxout extends Module {
  readonly linear: Linear;

  constructor(
    inFeatures: number,
    readonly outFeatures: number,
    readonly pieces: number,
    options: LinearOptions = {},
  ) {
    super();
    this.linear = new Linear(inFeatures, outFeatures * pieces, options);
  }

  forward(x: Tensor): Tensor {
    const maps = this.linear.forward(x);
    return max(maps.reshape([...maps.shape.slice(0, -1), this.outFeatures, this.pieces]), { axis: -1 })
      .values;
  }
}
