/** Normal distributions of independent numbers, by mean and log variance. */
import { exp, randnLike, square, type Tensor } from "@wengert/autograd";
import type { InitOptions } from "../init.js";
import { Linear, type LinearOptions } from "../linear.js";
import { Module } from "../module.js";

/** N(mean, diag e^logVariance): both [..., features]. */
export interface DiagonalGaussian {
  readonly mean: Tensor;
  readonly logVariance: Tensor;
}

/**
 * The parameters of a normal distribution, affine in h:
 *
 *   μ = W₁ h + b₁,   log σ² = W₂ h + b₂
 *
 * h: [..., inFeatures]   μ, log σ²: [..., outFeatures]
 *
 * Kingma & Welling 2013, "Auto-encoding variational Bayes", appendix C.2. Starts as two `Linear`.
 */
export class GaussianHead extends Module {
  readonly mean: Linear;
  readonly logVariance: Linear;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    options: LinearOptions = {},
  ) {
    super();
    this.mean = new Linear(inFeatures, outFeatures, options);
    this.logVariance = new Linear(inFeatures, outFeatures, options);
  }

  forward(h: Tensor): DiagonalGaussian {
    return { mean: this.mean.forward(h), logVariance: this.logVariance.forward(h) };
  }

  protected override describe(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}`;
  }
}

/**
 * A draw through which gradients reach the distribution:
 *
 *   z = μ + σ ε,   ε ~ N(0, 1)
 *
 * Kingma & Welling 2013, section 2.4.
 */
export function sampleGaussian(
  { mean, logVariance }: DiagonalGaussian,
  options: Pick<InitOptions, "generator"> = {},
): Tensor {
  return mean.add(exp(logVariance.mul(0.5)).mul(randnLike(mean, options)));
}

/**
 *   KL(N(μ, σ²) ‖ N(0, 1)) = ½ Σ_j (μ_j² + σ_j² − log σ_j² − 1)
 *
 * μ, log σ²: [..., features]   result: [...]. Kingma & Welling 2013, appendix B.
 */
export function gaussianKl({ mean, logVariance }: DiagonalGaussian): Tensor {
  return square(mean).add(exp(logVariance)).sub(logVariance).sub(1).sum({ axis: -1 }).mul(0.5);
}

const logTwoPi = 1.8378770664093453;

/**
 *   log N(x; μ, σ²) = −½ Σ_j (log 2π + log σ_j² + (x_j − μ_j)² / σ_j²)
 *
 * x, μ, log σ²: [..., features]   result: [...]
 */
export function gaussianLogDensity(x: Tensor, { mean, logVariance }: DiagonalGaussian): Tensor {
  const distances = square(x.sub(mean)).mul(exp(logVariance.neg()));
  return distances.add(logVariance).add(logTwoPi).sum({ axis: -1 }).mul(-0.5);
}
