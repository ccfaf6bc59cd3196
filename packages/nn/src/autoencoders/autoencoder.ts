/** One hidden layer that keeps what is needed to make the input again. */
import {
  ArgumentError,
  binaryCrossEntropyWithLogits,
  mseLoss,
  sigmoid,
  type Tensor,
} from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import { Linear, type LinearOptions } from "../linear.js";
import { Module } from "../module.js";
import { Identity } from "../plumbing.js";
import { TransposedLinear } from "../sharing.js";
import { perExample } from "./batch.js";

export interface AutoencoderOptions extends LinearOptions {
  /** Whether the decoder has the encoder's weight, W' = Wᵀ, instead of its own; false by default. */
  readonly tied?: boolean;
  /** s, of the code; sigmoid by default. */
  readonly activation?: (x: Tensor) => Tensor;
  /** What makes the reconstruction of what the decoder computes: s', sigmoid by default, or nothing. */
  readonly output?: "sigmoid" | "linear";
  /** How far a reconstruction is from x: the cross entropy by default, or for linear output the squared error. */
  readonly error?: "crossEntropy" | "squared";
  /** What is done to x in training, such as `MaskingNoise`; nothing by default. */
  readonly corruption?: Module & { forward(x: Tensor): Tensor };
  /** A penalty on the codes of the examples, 0-d, such as `(h) => klSparsity(h).mul(3)`; none by default. */
  readonly sparsity?: ((h: Tensor) => Tensor) | undefined;
}

/**
 * Learns a code for examples by restoring them from it.
 *
 *   x̃ = corrupt(x)           in training, else x
 *   h = s(W x̃ + b)           the code
 *   x̂ = s'(W' h + b')        W' = Wᵀ if tied
 *
 *   loss = mean over the examples of L(x̂, x) + sparsity(h)
 *   L(x̂, x) = −Σ_j (x_j log x̂_j + (1 − x_j) log (1 − x̂_j))      "crossEntropy": x from 0 to 1
 *           = ½ Σ_j (x̂_j − x_j)²                                "squared"
 *
 * x: [..., inFeatures]   h: [..., codeFeatures]   W: [codeFeatures, inFeatures]   W': [inFeatures, codeFeatures]
 *
 * With `corruption` it is a denoising autoencoder, in which the clean x is what is restored: Vincent et al. 2010, "Stacked
 * denoising autoencoders", section 3. With `klSparsity`, sigmoid output and squared error it is that of Ng 2011, "Sparse
 * autoencoder", to whose loss ½ λ Σ W² is added by a weight decay of λ on the two weights. Cross entropy is computed from
 * the logits.
 *
 * Weights and biases start as those of `Linear`. In files they are `encoder.weight`, `encoder.bias`, `decoder.weight` (not
 * if tied) and `decoder.bias`.
 *
 * @throws ArgumentError for the cross entropy of linear output, and for other words
 */
export class Autoencoder extends Module {
  readonly encoder: Linear;
  readonly decoder: Linear | TransposedLinear;
  readonly corruption: Module & { forward(x: Tensor): Tensor };
  readonly output: "sigmoid" | "linear";
  readonly error: "crossEntropy" | "squared";
  readonly activation: (x: Tensor) => Tensor;
  private readonly sparsity: ((h: Tensor) => Tensor) | undefined;

  constructor(
    readonly inFeatures: number,
    readonly codeFeatures: number,
    {
      tied = false,
      activation = sigmoid,
      output = "sigmoid",
      error = output === "linear" ? "squared" : "crossEntropy",
      corruption = new Identity(),
      sparsity,
      ...options
    }: AutoencoderOptions = {},
  ) {
    super();
    checkChoice("Autoencoder", "the output", output, ["sigmoid", "linear"]);
    checkChoice("Autoencoder", "the error", error, ["crossEntropy", "squared"]);
    if (output === "linear" && error === "crossEntropy")
      throw new ArgumentError(
        "Autoencoder: linear output has no cross entropy; give sigmoid output, or squared error",
      );
    this.encoder = new Linear(inFeatures, codeFeatures, options);
    this.decoder = tied
      ? new TransposedLinear(this.encoder, options)
      : new Linear(codeFeatures, inFeatures, options);
    this.corruption = corruption;
    this.output = output;
    this.error = error;
    this.activation = activation;
    this.sparsity = sparsity;
  }

  /** h of x, which is not corrupted here. */
  encode(x: Tensor): Tensor {
    return this.activation(this.encoder.forward(x));
  }

  /** x̂ of h. */
  decode(h: Tensor): Tensor {
    const score = this.decoder.forward(h);
    return this.output === "sigmoid" ? sigmoid(score) : score;
  }

  forward(x: Tensor): Tensor {
    return this.decode(this.encode(this.corruption.forward(x)));
  }

  /** The mean over the examples of L(x̂, x), x̂ being made of h: 0-d. */
  reconstructionLoss(h: Tensor, x: Tensor): Tensor {
    const reduction = "none";
    if (this.error === "squared")
      return perExample("Autoencoder", mseLoss(this.decode(h), x, { reduction })).mul(0.5);
    const score = this.decoder.forward(h);
    return perExample("Autoencoder", binaryCrossEntropyWithLogits(score, x, { reduction }));
  }

  /** What to descend: the reconstruction loss of the corrupted x, and the penalty on its code. 0-d. */
  loss(x: Tensor): Tensor {
    const h = this.encode(this.corruption.forward(x));
    const loss = this.reconstructionLoss(h, x);
    return this.sparsity === undefined ? loss : loss.add(this.sparsity(h));
  }

  protected override describe(): string {
    return `${this.inFeatures}, ${this.codeFeatures}, output=${this.output}, error=${this.error}`;
  }
}
