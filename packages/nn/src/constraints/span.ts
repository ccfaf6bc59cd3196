/** Weights that are made of fewer numbers. */
import { noGrad, pinverse, ShapeError, type Tensor } from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import type { Parameter } from "../module.js";
import { WeightConstraint } from "./constraint.js";

export interface SpanOptions {
  /**
   * Whose gradient is followed: that of the weights, projected, or that of the latent numbers z, as gradient descent on
   * these would move the weights. "weights" by default.
   */
  readonly gradient?: "weights" | "latent";
}

/**
 * w = A z, for some z:
 *
 *   w ← A A⁺ w      the nearest weights that obey
 *   g ← A A⁺ g      "weights": the part of the gradient within the span of A
 *   g ← A Aᵀ g      "latent": ∂L/∂z = Aᵀ g, and what it moves
 *
 * A: [n, k], of any rank   z: [k]   A⁺: [k, n], the pseudoinverse
 *
 * @throws ShapeError if A has another shape, ArgumentError for another gradient
 */
export class LinearSpan extends WeightConstraint {
  private readonly a: Tensor;
  private readonly inverse: Tensor;
  private readonly back: Tensor;

  constructor(parameters: Iterable<Parameter>, a: Tensor, { gradient = "weights" }: SpanOptions = {}) {
    super(parameters);
    if (a.rank !== 2 || a.shape[0] !== this.size)
      throw new ShapeError(
        `LinearSpan: A is [${a.shape.join(", ")}]; it must be [${this.size}, latent], a row for each weight`,
      );
    checkChoice("LinearSpan", "the gradient", gradient, ["weights", "latent"]);
    this.a = a.detach().to("float64");
    this.inverse = noGrad(() => pinverse(this.a));
    this.back = gradient === "latent" ? this.a.transpose() : this.inverse;
  }

  protected override nearest(w: Tensor): Tensor {
    return this.a.matmul(this.inverse.matmul(w));
  }

  protected override along(g: Tensor): Tensor {
    return this.a.matmul(this.back.matmul(g));
  }
}
