/** Normalisations by what lies around: channels beside, or places nearby. */
import { ones } from "../../create.js";
import { defineOp } from "../../definition.js";
import { ArgumentError, ShapeError } from "../../errors.js";
import { input } from "../../expression/expression.js";
import { exp } from "../../expression/functions/index.js";
import { interpret } from "../../expression/interpret.js";
import type { Op, Tensor } from "../../graph.js";
import * as kernels from "../../kernels/sliding-sum.js";
import { normalizeAxis, show } from "../../shape.js";
import { apply } from "../../tape.js";
import { checkFloat } from "../elementwise/floating.js";
import { add, div, maximum, mul, pow, sqrt, square, sub } from "../elementwise.js";
import { mean } from "../reductions.js";

export interface SlidingSumOptions {
  readonly axis: number;
  readonly weights: readonly number[];
  /** How many of the weights come before the place that the sum is for; half of them by default, rounded down. */
  readonly before?: number;
}

interface Sliding {
  readonly axis: number;
  readonly weights: readonly number[];
  readonly before: number;
}

/**
 * Weighted sums over a window that slides along an axis: `out[i] = Σₖ weights[k] · x[i + k − before]`, where what lies
 * outside is 0.
 *
 * @throws ShapeError if there is no such axis, DTypeError for what is no float
 */
export function slidingSum(
  x: Tensor,
  { axis, weights, before = Math.floor(weights.length / 2) }: SlidingSumOptions,
): Tensor {
  const at = normalizeAxis("slidingSum", axis, x.rank, x.shape);
  if (!Number.isInteger(before))
    throw new ArgumentError(`slidingSum: before is ${before}; it must be an integer`);
  return apply(slidingSumOp, [x], { axis: at, weights, before });
}
export const slidingSumOp: Op<Sliding> = defineOp({
  name: "slidingSum",
  inputs: ["x"],
  infer: ([x]) => {
    checkFloat("slidingSum", x);
    return [x];
  },
  kernel: ([x], [out], { axis, weights, before }: Sliding) =>
    kernels.slidingSum(x, out, axis, weights, before),
  linear: ["x"],
  vjp: {
    x: ({ g }, { axis, weights, before }) =>
      slidingSum(g, { axis, weights: weights.toReversed(), before: weights.length - 1 - before }),
  },
});

export interface LocalResponseOptions {
  /** 1e-4 by default. */
  readonly alpha?: number;
  /** 0.75 by default. */
  readonly beta?: number;
  /** 1 by default. */
  readonly k?: number;
}

/**
 * `x / (k + alpha · s)^beta`, where s is the sum of `x²` over `size` neighbouring channels, divided by `size`; channels
 * that are not there count as 0. Krizhevsky, Sutskever & Hinton 2012, section 3.3, whose alpha is `alpha / size` here,
 * as in PyTorch.
 *
 * @param x [N, C, ...], with one axis or more after C
 * @throws ShapeError if there are fewer axes, ArgumentError if the size is no positive integer
 */
export function localResponseNorm(
  x: Tensor,
  size: number,
  { alpha = 1e-4, beta = 0.75, k = 1 }: LocalResponseOptions = {},
): Tensor {
  if (x.rank < 3) throw new ShapeError(`localResponseNorm: x is ${show(x.shape)}; it must be [N, C, L, ...]`);
  checkSize("localResponseNorm", size);
  checkFloat("localResponseNorm", x);
  const near = slidingSum(square(x), { axis: 1, weights: new Array<number>(size).fill(1 / size) });
  return mul(x, pow(add(mul(near, alpha), k), -beta));
}

export interface LocalContrastOptions {
  /** The width of the window, odd; 9 by default. */
  readonly size?: number;
  /** The standard deviation of the Gaussian, in places; a quarter of `size` by default. */
  readonly sigma?: number;
  /** The least deviation σ that is told from 0; 1e-4 by default. */
  readonly eps?: number;
}

/**
 * Subtractive, then divisive normalisation by a Gaussian window w over places and all channels:
 *
 *   v = x − Σ w · x        σ = √(Σ w · v²)        v / max(mean σ, σ)
 *
 * where the mean of σ is that of all places of an example. At the border the weights inside the picture are scaled to
 * sum to 1, and σ is at least `eps`. Jarrett, Kavukcuoglu, Ranzato & LeCun 2009, section 2.
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @throws ShapeError for other axes, ArgumentError if the size is not odd
 */
export function localContrastNorm(
  x: Tensor,
  { size = 9, sigma = size / 4, eps = 1e-4 }: LocalContrastOptions = {},
): Tensor {
  if (x.rank !== 3 && x.rank !== 4)
    throw new ShapeError(`localContrastNorm: x is ${show(x.shape)}; it must be [N, C, H, W] or [C, H, W]`);
  checkSize("localContrastNorm", size);
  if (size % 2 === 0)
    throw new ArgumentError(`localContrastNorm: the size is ${size}; a window with a middle has an odd one`);
  if (!(sigma > 0)) throw new ArgumentError(`localContrastNorm: sigma is ${sigma}; it must be positive`);
  checkFloat("localContrastNorm", x);
  const weights = gaussian(size, sigma);
  const window = (y: Tensor): Tensor =>
    slidingSum(slidingSum(y, { axis: -1, weights }), { axis: -2, weights });
  const inside = window(ones(x.shape.slice(-2), { dtype: x.dtype }));
  const around = (y: Tensor): Tensor => div(window(mean(y, { axis: -3, keepDims: true })), inside);
  const centered = sub(x, around(x));
  const deviation = sqrt(maximum(around(square(centered)), eps * eps));
  const typical = mean(deviation, { axis: [-2, -1], keepDims: true });
  return div(centered, maximum(typical, deviation));
}

const exponential = exp(input(0));

/** `size` weights of a Gaussian, which sum to 1. */
function gaussian(size: number, sigma: number): readonly number[] {
  const middle = (size - 1) / 2;
  const heights = Array.from({ length: size }, (_, i) => {
    const distance = (i - middle) / sigma;
    return interpret(exponential, "f64", [-0.5 * distance * distance]) as number;
  });
  const total = heights.reduce((sum, height) => sum + height, 0);
  return heights.map((height) => height / total);
}

function checkSize(name: string, size: number): void {
  if (!Number.isInteger(size) || size < 1)
    throw new ArgumentError(`${name}: the size is ${size}; it must be a positive integer`);
}
