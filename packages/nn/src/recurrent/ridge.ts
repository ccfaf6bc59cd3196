/** The read-out of a reservoir: linear, and found in one go. */
import {
  ArgumentError,
  add,
  eye,
  Generator,
  linear,
  matmul,
  mean,
  mul,
  noGrad,
  ShapeError,
  solve,
  sub,
  type Tensor,
  to,
  transpose,
} from "@wengert/autograd";
import { Linear } from "../linear.js";
import { show } from "./state.js";

export interface RidgeOptions {
  /** By how much large weights are held back; 1e-6 by default. */
  readonly alpha?: number;
  /** Whether there is a bias, true by default. It is not held back. */
  readonly bias?: boolean;
}

/**
 * The linear layer that makes of states what is wanted, with the least squared error: ridge regression, in closed form.
 *
 *   W, b = arg min Σ |x Wᵀ + b − y|² + α |W|²
 *   Wᵀ = (XᵀX + α 1)⁻¹ XᵀY,   b = mean(y) − mean(x) Wᵀ
 *
 * where the rows of X and Y are the x and y, less their means if there is a b. It is computed in float64. The first states
 * of a reservoir, which depend on where it started, are best left out (`narrow`).
 *
 * x: [..., F]   y: [..., O]   W: [O, F]
 *
 * Hoerl & Kennard 1970, "Ridge regression"; for reservoirs: Lukoševičius & Jaeger 2009.
 *
 * @throws ShapeError if x and y do not belong together; ArgumentError for a negative alpha; LinearAlgebraError if the
 *   equations have no one solution, as may be with an alpha of 0
 */
export function ridgeReadOut(x: Tensor, y: Tensor, { alpha = 1e-6, bias = true }: RidgeOptions = {}): Linear {
  if (x.shape.length < 1 || y.shape.length < 1 || show(x.shape.slice(0, -1)) !== show(y.shape.slice(0, -1)))
    throw new ShapeError(
      `ridgeReadOut: x is ${show(x.shape)} and y is ${show(y.shape)}; they must be [..., F] and [..., O], the same but for the last axis`,
    );
  if (!(alpha >= 0)) throw new ArgumentError(`ridgeReadOut: alpha is ${alpha}; it must not be negative`);
  const [features, outputs] = [x.shape.at(-1) as number, y.shape.at(-1) as number];
  return noGrad(() => {
    const [xs, ys] = [to(x, "float64").reshape([-1, features]), to(y, "float64").reshape([-1, outputs])];
    const [meanX, meanY] = [mean(xs, { axis: 0 }), mean(ys, { axis: 0 })];
    const [X, Y] = bias ? [sub(xs, meanX), sub(ys, meanY)] : [xs, ys];
    const gram = add(matmul(transpose(X), X), mul(alpha, eye(features, features, { dtype: "float64" })));
    const W = transpose(solve(gram, matmul(transpose(X), Y)));
    // A generator of its own, because what it draws is overwritten.
    const layer = new Linear(features, outputs, { bias, dtype: "float64", generator: new Generator(0) });
    layer.weight.assign(W);
    layer.bias?.assign(sub(meanY, linear(meanX, W)));
    return layer;
  });
}
