/** An autoencoder whose codes are distributions. */
import {
  ArgumentError,
  binaryCrossEntropyWithLogits,
  defaultGenerator,
  type Generator,
  randn,
  sigmoid,
  type Tensor,
  tanh,
} from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import { Linear, type LinearOptions } from "../linear.js";
import { MLP } from "../mlp.js";
import { Module } from "../module.js";
import {
  type DiagonalGaussian,
  GaussianHead,
  gaussianKl,
  gaussianLogDensity,
  sampleGaussian,
} from "./gaussian.js";

export interface VariationalAutoencoderOptions extends LinearOptions {
  /** p(x | z), bernoulli by default. */
  readonly likelihood?: "bernoulli" | "gaussian";
  /** β, the weight of the divergence from the prior; 1 by default, which makes the loss a bound. */
  readonly beta?: number;
  /** After every hidden layer; tanh by default. */
  readonly activation?: (x: Tensor) => Tensor;
}

/** The terms of the bound, each [...] for x [..., inFeatures]. */
export interface VariationalTerms {
  /** E[log p(x | z)], by the draws. */
  readonly logLikelihood: Tensor;
  /** KL(q(z | x) ‖ p(z)), exact. */
  readonly divergence: Tensor;
}

/**
 * Learns a distribution of x by way of latent numbers z, p(z) = N(0, 1), and with it q(z | x) ≈ p(z | x).
 *
 *   h = encoder(x)                  q(z | x) = N(μ, σ²),   μ = W₁ h + b₁,   log σ² = W₂ h + b₂
 *   z = μ + σ ε,   ε ~ N(0, 1)      h' = decoder(z)
 *   p(x | z) = Π_j Bernoulli(x_j; σ(W₃ h' + b₃)_j)                       "bernoulli": x from 0 to 1
 *            = N(x; W₃ h' + b₃, diag e^(W₄ h' + b₄))                     "gaussian"
 *
 *   loss = mean over x of −E_q[log p(x | z)] + β KL(q(z | x) ‖ p(z))
 *
 * x: [..., inFeatures]   z: [..., latentFeatures]. Encoder and decoder are layers with an activation after each, of the sizes
 * `hidden`, in the decoder the other way round.
 *
 * Kingma & Welling 2013, "Auto-encoding variational Bayes", equation 10 and appendices B and C; β: Higgins et al. 2017,
 * "β-VAE". Weights start as those of `Linear`.
 *
 * @throws ArgumentError if there is no hidden layer, another likelihood is asked for, or β is negative
 */
export class VariationalAutoencoder extends Module {
  readonly encoder: MLP;
  readonly posterior: GaussianHead;
  readonly decoder: MLP;
  readonly output: Linear | GaussianHead;
  /** β. It may be set between steps: rising from 0 it keeps the codes in use while the decoder is poor. */
  beta: number;
  private readonly activation: (x: Tensor) => Tensor;
  private readonly generator: Generator;

  constructor(
    readonly inFeatures: number,
    hidden: number | readonly number[],
    readonly latentFeatures: number,
    { likelihood = "bernoulli", beta = 1, activation = tanh, ...options }: VariationalAutoencoderOptions = {},
  ) {
    super();
    checkChoice("VariationalAutoencoder", "the likelihood", likelihood, ["bernoulli", "gaussian"]);
    const sizes = typeof hidden === "number" ? [hidden] : hidden;
    if (sizes.length === 0)
      throw new ArgumentError("VariationalAutoencoder: there are no hidden layers; give one size or more");
    if (!(beta >= 0 && beta < Infinity))
      throw new ArgumentError(`VariationalAutoencoder: beta is ${beta}; it must be 0 or more`);
    const layers = { activation, ...options };
    this.encoder = new MLP([inFeatures, ...sizes], layers);
    this.posterior = new GaussianHead(sizes.at(-1)!, latentFeatures, options);
    this.decoder = new MLP([latentFeatures, ...sizes.toReversed()], layers);
    const Output = likelihood === "bernoulli" ? Linear : GaussianHead;
    this.output = new Output(sizes[0]!, inFeatures, options);
    this.beta = beta;
    this.activation = activation;
    this.generator = options.generator ?? defaultGenerator;
  }

  /** q(z | x). */
  encode(x: Tensor): DiagonalGaussian {
    return this.posterior.forward(this.activation(this.encoder.forward(x)));
  }

  /** The mean of p(x | z). */
  decode(z: Tensor): Tensor {
    const h = this.hidden(z);
    return this.output instanceof GaussianHead
      ? this.output.forward(h).mean
      : sigmoid(this.output.forward(h));
  }

  /** x̂, the mean of p(x | z): of a z that is drawn in training, and of the mean of q(z | x) else. */
  forward(x: Tensor): Tensor {
    const posterior = this.encode(x);
    return this.decode(this.training ? this.sample(posterior) : posterior.mean);
  }

  /**
   * The terms of the bound: log p(x) ≥ logLikelihood − divergence in the mean over draws.
   *
   * @param options `samples`: how many z are drawn for each x, 1 by default
   * @throws ArgumentError if that is no integer above 0
   */
  terms(x: Tensor, { samples = 1 }: { readonly samples?: number } = {}): VariationalTerms {
    if (!Number.isInteger(samples) || samples < 1)
      throw new ArgumentError(
        `VariationalAutoencoder: there are ${samples} samples; give an integer above 0`,
      );
    const posterior = this.encode(x);
    const draws = Array.from({ length: samples }, () => this.logLikelihood(x, this.sample(posterior)));
    return {
      logLikelihood: draws.reduce((sum, each) => sum.add(each)).div(samples),
      divergence: gaussianKl(posterior),
    };
  }

  /** What to descend: the mean over x of −logLikelihood + β · divergence, 0-d. */
  loss(x: Tensor, options: { readonly samples?: number } = {}): Tensor {
    const { logLikelihood, divergence } = this.terms(x, options);
    return divergence.mul(this.beta).sub(logLikelihood).mean();
  }

  /** Means of p(x | z) for z drawn from the prior: [count, inFeatures]. */
  generate(count: number): Tensor {
    const { dtype } = this.posterior.mean.weight;
    const z = randn([count, this.latentFeatures], { dtype, generator: this.generator });
    return this.decode(z);
  }

  /** log p(x | z): [...]. */
  private logLikelihood(x: Tensor, z: Tensor): Tensor {
    const h = this.hidden(z);
    if (this.output instanceof GaussianHead) return gaussianLogDensity(x, this.output.forward(h));
    const errors = binaryCrossEntropyWithLogits(this.output.forward(h), x, { reduction: "none" });
    return errors.sum({ axis: -1 }).neg();
  }

  private hidden(z: Tensor): Tensor {
    return this.activation(this.decoder.forward(z));
  }

  private sample(posterior: DiagonalGaussian): Tensor {
    return sampleGaussian(posterior, { generator: this.generator });
  }

  protected override describe(): string {
    return `beta=${this.beta}`;
  }
}
