/** Transcendental functions: exponential, logarithms, trigonometric, hyperbolic, the error function. */
import { type Expression, product } from "../expression/expression.js";
import * as functions from "../expression/functions/index.js";
import { normalQuantile as quantile } from "../expression/functions/normal-quantile.js";
import type { Tensor } from "../graph.js";
import { apply } from "../tape.js";
import {
  applyElementwise,
  type ElementwiseOp,
  elementwise,
  type TensorLike,
} from "./elementwise/elementwise-op.js";

/** `eˣ`. */
export function exp(x: Tensor): Tensor {
  return apply(expOp, [x], undefined);
}
export const expOp: ElementwiseOp = elementwise("exp", ["x"], (x) => functions.exp(x));

/** `eˣ − 1`, accurate near 0. */
export function expm1(x: Tensor): Tensor {
  return apply(expm1Op, [x], undefined);
}
export const expm1Op: ElementwiseOp = elementwise("expm1", ["x"], (x) => functions.expm1(x));

/** The natural logarithm; −∞ at 0, NaN below. */
export function log(x: Tensor): Tensor {
  return apply(logOp, [x], undefined);
}
export const logOp: ElementwiseOp = elementwise("log", ["x"], (x) => functions.log(x));

/** `log(1 + x)`, accurate near 0; −∞ at −1, NaN below. */
export function log1p(x: Tensor): Tensor {
  return apply(log1pOp, [x], undefined);
}
export const log1pOp: ElementwiseOp = elementwise("log1p", ["x"], (x) => functions.log1p(x));

/** The logarithm to base 2, exact for powers of two; −∞ at 0, NaN below. */
export function log2(x: Tensor): Tensor {
  return apply(log2Op, [x], undefined);
}
export const log2Op: ElementwiseOp = elementwise("log2", ["x"], (x) => functions.log2(x));

/** The logarithm to base 10; −∞ at 0, NaN below. */
export function log10(x: Tensor): Tensor {
  return apply(log10Op, [x], undefined);
}
export const log10Op: ElementwiseOp = elementwise("log10", ["x"], (x) => functions.log10(x));

/** The sine. */
export function sin(x: Tensor): Tensor {
  return apply(sinOp, [x], undefined);
}
export const sinOp: ElementwiseOp = elementwise("sin", ["x"], (x) => functions.sin(x));

/** The cosine. */
export function cos(x: Tensor): Tensor {
  return apply(cosOp, [x], undefined);
}
export const cosOp: ElementwiseOp = elementwise("cos", ["x"], (x) => functions.cos(x));

/** The tangent. */
export function tan(x: Tensor): Tensor {
  return apply(tanOp, [x], undefined);
}
export const tanOp: ElementwiseOp = elementwise("tan", ["x"], (x) => functions.tan(x));

/** The inverse sine, in [−π/2, π/2]; NaN outside [−1, 1]. The derivative at ±1 is ∞. */
export function asin(x: Tensor): Tensor {
  return apply(asinOp, [x], undefined);
}
export const asinOp: ElementwiseOp = elementwise("asin", ["x"], (x) => functions.asin(x));

/** The inverse cosine, in [0, π]; NaN outside [−1, 1]. The derivative at ±1 is −∞. */
export function acos(x: Tensor): Tensor {
  return apply(acosOp, [x], undefined);
}
export const acosOp: ElementwiseOp = elementwise("acos", ["x"], (x) => functions.acos(x));

/** The inverse tangent, in [−π/2, π/2]. */
export function atan(x: Tensor): Tensor {
  return apply(atanOp, [x], undefined);
}
export const atanOp: ElementwiseOp = elementwise("atan", ["x"], (x) => functions.atan(x));

/** The angle of the point `(x, y)`, in [−π, π]: `y` comes first, as in C. The gradient at the origin is NaN. */
export function atan2(y: TensorLike, x: TensorLike): Tensor {
  return applyElementwise(atan2Op, [y, x]);
}
export const atan2Op: ElementwiseOp = elementwise("atan2", ["y", "x"], (y, x) => functions.atan2(y, x));

/** The hyperbolic sine. */
export function sinh(x: Tensor): Tensor {
  return apply(sinhOp, [x], undefined);
}
export const sinhOp: ElementwiseOp = elementwise("sinh", ["x"], (x) => functions.sinh(x));

/** The hyperbolic cosine. */
export function cosh(x: Tensor): Tensor {
  return apply(coshOp, [x], undefined);
}
export const coshOp: ElementwiseOp = elementwise("cosh", ["x"], (x) => functions.cosh(x));

/** The hyperbolic tangent. */
export function tanh(x: Tensor): Tensor {
  return apply(tanhOp, [x], undefined);
}
export const tanhOp: ElementwiseOp = elementwise("tanh", ["x"], (x) => functions.tanh(x));

/** The inverse hyperbolic sine. */
export function asinh(x: Tensor): Tensor {
  return apply(asinhOp, [x], undefined);
}
export const asinhOp: ElementwiseOp = elementwise("asinh", ["x"], (x) => functions.asinh(x));

/** The inverse hyperbolic cosine, not negative; NaN below 1. The derivative at 1 is ∞. */
export function acosh(x: Tensor): Tensor {
  return apply(acoshOp, [x], undefined);
}
export const acoshOp: ElementwiseOp = elementwise("acosh", ["x"], (x) => functions.acosh(x));

/** The inverse hyperbolic tangent; ±∞ at ±1, NaN outside [−1, 1]. */
export function atanh(x: Tensor): Tensor {
  return apply(atanhOp, [x], undefined);
}
export const atanhOp: ElementwiseOp = elementwise("atanh", ["x"], (x) => functions.atanh(x));

/** The error function, `2/√π · ∫₀ˣ e^(−t²) dt`. */
export function erf(x: Tensor): Tensor {
  return apply(erfOp, [x], undefined);
}
export const erfOp: ElementwiseOp = elementwise("erf", ["x"], (x) => functions.erf(x));

/** `1 − erf x`, accurate where that is small. */
export function erfc(x: Tensor): Tensor {
  return apply(erfcOp, [x], undefined);
}
export const erfcOp: ElementwiseOp = elementwise("erfc", ["x"], (x) => functions.erfc(x));

/**
 * The quantile function of the normal distribution, `Φ⁻¹(p)`: where it is below `out` with the probability `p`. −∞ at 0,
 * ∞ at 1, NaN outside. PyTorch calls it `ndtri`.
 */
export function normalQuantile(p: Tensor): Tensor {
  return apply(normalQuantileOp, [p], undefined);
}
// 1 / φ(z), φ being the density of the normal distribution.
const overDensity = (z: Expression): Expression =>
  product(Math.sqrt(2 * Math.PI), functions.exp(product(0.5, product(z, z))));
export const normalQuantileOp: ElementwiseOp = elementwise("normalQuantile", ["p"], (p) => quantile(p), {
  pullback: (g, _, z) => [product(g, overDensity(z))],
  pushforward: ([t], _, z) => product(overDensity(z), t),
});
