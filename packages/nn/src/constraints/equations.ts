/** Weights that solve linear equations. */
import {
  ArgumentError,
  abs,
  amax,
  noGrad,
  pinverse,
  ShapeError,
  type Tensor,
  zeros,
} from "@wengert/autograd";
import type { Parameter } from "../module.js";
import { WeightConstraint } from "./constraint.js";

/**
 * C w = d, by orthogonal projection:
 *
 *   w ← w − C⁺ (C w − d)      the nearest weights that obey
 *   g ← g − C⁺ C g            the part of the gradient along which C w does not change
 *
 * C: [m, n], of any rank   d: [m], 0 by default   C⁺: [n, m], the pseudoinverse
 *
 * w1 = w2 is C = [1, −1]; that four weights sum to 1 is C = [1, 1, 1, 1] and d = [1]. Rosen 1960, "The gradient projection
 * method for nonlinear programming, part I: linear constraints".
 *
 * @throws ShapeError if C or d have other shapes, ArgumentError if no weights obey
 */
export class LinearEquations extends WeightConstraint {
  private readonly c: Tensor;
  private readonly d: Tensor;
  private readonly inverse: Tensor;

  constructor(parameters: Iterable<Parameter>, c: Tensor, d?: Tensor) {
    super(parameters);
    const rows = c.shape[0]!;
    if (c.rank !== 2 || rows === 0 || c.shape[1] !== this.size)
      throw new ShapeError(
        `LinearEquations: C is [${c.shape.join(", ")}]; it must be [equations, ${this.size}], one or more, a column for each weight`,
      );
    if (d !== undefined && (d.rank !== 1 || d.shape[0] !== rows))
      throw new ShapeError(
        `LinearEquations: d is [${d.shape.join(", ")}]; it must be [${rows}], a number for each row of C`,
      );
    this.c = c.detach().to("float64");
    this.d = d?.detach().to("float64") ?? zeros([rows], { dtype: "float64" });
    this.inverse = noGrad(() => pinverse(this.c));
    const missed = noGrad(() => amax(abs(this.c.matmul(this.inverse.matmul(this.d)).sub(this.d))).item());
    if (!(missed <= 1e-8 * (1 + amax(abs(this.d)).item())))
      throw new ArgumentError(
        `LinearEquations: the equations contradict one another, by ${missed.toPrecision(3)} at the least`,
      );
  }

  protected override nearest(w: Tensor): Tensor {
    return w.sub(this.inverse.matmul(this.c.matmul(w).sub(this.d)));
  }

  protected override along(g: Tensor): Tensor {
    return g.sub(this.inverse.matmul(this.c.matmul(g)));
  }
}
