/** Random functions of a tensor: draws from a distribution that it gives, and dropout. */

import { defineOp } from "../definition.js";
import { isFloat } from "../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import { constant, product, select } from "../expression/expression.js";
import type { Op, Tensor } from "../graph.js";
import * as kernels from "../kernels/multinomial.js";
import * as random from "../kernels/random.js";
import { defaultGenerator } from "../random.js";
import { normalizeAxis, type Shape, show } from "../shape.js";
import { apply } from "../tape.js";
import {
  applyElementwise,
  type ElementwiseOp,
  elementwise,
  type TensorLike,
} from "./elementwise/elementwise-op.js";
import { add, div, mul, sub, to, where } from "./elementwise.js";
import { oneHot } from "./indexing.js";
import { permute } from "./layout.js";
import { checkProbability } from "./random/probability.js";
import { bernoulli, exponential, type RandomOptions } from "./random.js";
import { argmax, softmax } from "./reductions.js";
import { log } from "./transcendental.js";

export interface MultinomialOptions extends Pick<RandomOptions, "generator"> {
  /** Whether a category may be drawn again; false by default. */
  readonly replacement?: boolean;
}

/**
 * Draws `count` categories by weight: from weights `[C]` indices `[count]`, from `[N, C]` for each row `[N, count]`, int32.
 * Weights need not sum to 1. Without replacement the draws follow one another, each from the categories that are left.
 *
 * @throws ShapeError if the weights have another rank, DTypeError if they are no floats, ArgumentError if the count is no
 *   integer above 0 or more than there are categories above 0, or if weights are negative, not finite, or all 0
 */
export function multinomial(
  probabilities: Tensor,
  count: number,
  { replacement = false, generator = defaultGenerator }: MultinomialOptions = {},
): Tensor {
  const { shape, dtype } = probabilities;
  const options = { count, replacement };
  const [{ shape: drawn }] = inferMultinomial({ shape, dtype }, options);
  const perRow = replacement ? count : shape.at(-1)!;
  const rows = drawn.length === 1 ? 1 : drawn[0];
  return apply(multinomialOp, [probabilities, generator.draw(random.blocks(rows * perRow))], options);
}

interface Draws {
  readonly count: number;
  readonly replacement: boolean;
}

function inferMultinomial(
  { shape, dtype }: { readonly shape: Shape; readonly dtype: Tensor["dtype"] },
  { count, replacement }: Draws,
): readonly [{ readonly shape: Shape; readonly dtype: "int32" }] {
  if (!isFloat(dtype))
    throw new DTypeError(`multinomial: the weights are ${dtype}; they must be float32 or float64`);
  if (shape.length !== 1 && shape.length !== 2)
    throw new ShapeError(
      `multinomial: the weights are ${show(shape)}; give [categories], or [rows, categories]`,
    );
  if (!Number.isInteger(count) || count < 1)
    throw new ArgumentError(`multinomial: the count is ${count}; it must be an integer, 1 or more`);
  const categories = shape.at(-1)!;
  if (categories === 0)
    throw new ShapeError(`multinomial: the weights are ${show(shape)}; there must be a category to draw`);
  if (!replacement && count > categories)
    throw new ArgumentError(
      `multinomial: the count is ${count}, and the weights ${show(shape)} have ${categories} categories; draw fewer, or with replacement`,
    );
  return [{ shape: [...shape.slice(0, -1), count], dtype: "int32" }];
}

export const multinomialOp: Op<Draws> = defineOp({
  name: "multinomial",
  inputs: ["probabilities", "state"],
  infer: ([probabilities], options: Draws) => inferMultinomial(probabilities, options),
  kernel: ([probabilities, state], [out], { replacement }) =>
    kernels.multinomial(probabilities, state, out, replacement),
  vjp: { probabilities: null, state: null },
});

/**
 * The values of `hard`, with derivatives as if they were those of `soft`: how to learn through a choice (the
 * straight-through estimator, Bengio et al. 2013). The two broadcast.
 */
export function straightThrough(hard: TensorLike, soft: TensorLike): Tensor {
  return applyElementwise(straightThroughOp, [hard, soft]);
}
export const straightThroughOp: ElementwiseOp = elementwise(
  "straightThrough",
  ["hard", "soft"],
  (hard) => hard,
  {
    pullback: (g) => [constant(0), g],
    pushforward: ([, t]) => t,
  },
);

export interface GumbelSoftmaxOptions extends Pick<RandomOptions, "generator"> {
  /** The nearer to 0, the nearer to a choice; 1 by default. */
  readonly temperature?: number;
  /** Whether to give the choice itself, 1 at the largest and 0 elsewhere, with the derivatives of the soft one. */
  readonly hard?: boolean;
  /** The last by default. */
  readonly axis?: number;
}

/**
 * A differentiable choice among logits: `softmax((logits + G) / temperature)` with `G = −log E`, E exponential. The largest
 * is at a place as often as `softmax(logits)` says. Jang et al. 2017, Maddison et al. 2017.
 *
 * @throws DTypeError if the logits are no floats, ArgumentError if the temperature is not above 0
 */
export function gumbelSoftmax(
  logits: Tensor,
  { temperature = 1, hard = false, axis = -1, ...options }: GumbelSoftmaxOptions = {},
): Tensor {
  const { shape, rank, dtype } = logits;
  if (!isFloat(dtype))
    throw new DTypeError(`gumbelSoftmax: the logits are ${dtype}; they must be float32 or float64`);
  if (!(temperature > 0))
    throw new ArgumentError(`gumbelSoftmax: the temperature is ${temperature}; it must be above 0`);
  const at = normalizeAxis("gumbelSoftmax", axis, rank, shape);
  // In float64 whatever the logits are, so that both dtypes choose the same.
  const noise = to(log(exponential(shape, { ...options, dtype: "float64" })), dtype);
  const soft = softmax(div(sub(logits, noise), temperature), { axis: at });
  if (!hard) return soft;
  const chosen = oneHot(argmax(soft, { axis: at }), shape[at], { dtype });
  const axes = shape.map((_, i) => (i < at ? i : i === at ? rank - 1 : i - 1));
  return straightThrough(permute(chosen, axes), soft);
}

export interface DropoutOptions extends Pick<RandomOptions, "generator"> {
  /** Whether to drop at all, true by default. */
  readonly training?: boolean;
}

/** Drops what shares an element of `mask`, a shape that broadcasts to that of `x`. */
function drop(
  name: string,
  x: Tensor,
  mask: Shape,
  probability: number,
  { training = true, ...options }: DropoutOptions,
): Tensor {
  checkProbability(name, probability);
  if (!training || probability === 0) return x;
  const keep = bernoulli(mask, 1 - probability, options);
  return applyElementwise(dropOp, [x, keep, probability === 1 ? 0 : 1 / (1 - probability)]);
}
export const dropOp: ElementwiseOp = elementwise(
  "drop",
  ["x", "keep", "scale"],
  (x, keep, scale) => select(keep, product(x, scale), constant(0)),
  {
    masks: ["keep"],
    // Not 0 · scale for what was dropped, which is NaN for an infinite scale.
    pullback: (g, [x, keep, scale]) => [
      select(keep, product(g, scale), constant(0)),
      constant(0),
      select(keep, product(g, x), constant(0)),
    ],
  },
);

/**
 * Zeroes elements with the given probability and scales the rest by `1 / (1 − p)`, so that the mean stays.
 * Srivastava et al. 2014; returns `x` itself outside of training.
 *
 * @throws ArgumentError if the probability is not from 0 to 1
 */
export function dropout(x: Tensor, probability: number, options: DropoutOptions = {}): Tensor {
  return drop("dropout", x, x.shape, probability, options);
}

/** The shape of a mask with one element for each channel of `x`, whose last `spatial` axes are dropped together. */
function channels(name: string, { shape, rank }: Tensor, spatial: number, form: string): Shape {
  if (rank !== spatial + 1 && rank !== spatial + 2)
    throw new ShapeError(`${name}: the input is ${show(shape)}; it must be [C, ${form}] or [N, C, ${form}]`);
  return shape.map((length, axis) => (axis < rank - spatial ? length : 1));
}

/**
 * As `dropout`, of whole channels of `x` [C, T] or [N, C, T]. Tompson et al. 2015.
 *
 * @throws ShapeError for another rank, ArgumentError if the probability is not from 0 to 1
 */
export function dropout1d(x: Tensor, probability: number, options: DropoutOptions = {}): Tensor {
  return drop("dropout1d", x, channels("dropout1d", x, 1, "T"), probability, options);
}

/**
 * As `dropout`, of whole channels of `x` [C, H, W] or [N, C, H, W]. (PyTorch reads three axes as [N, C, T].)
 *
 * @throws as `dropout1d`
 */
export function dropout2d(x: Tensor, probability: number, options: DropoutOptions = {}): Tensor {
  return drop("dropout2d", x, channels("dropout2d", x, 2, "H, W"), probability, options);
}

/**
 * As `dropout`, of whole channels of `x` [C, D, H, W] or [N, C, D, H, W].
 *
 * @throws as `dropout1d`
 */
export function dropout3d(x: Tensor, probability: number, options: DropoutOptions = {}): Tensor {
  return drop("dropout3d", x, channels("dropout3d", x, 3, "D, H, W"), probability, options);
}

/**
 * Dropout that keeps mean 0 and variance 1, for nets of `selu`: dropped elements become `α' = −λα`, the limit of selu at −∞,
 * and then all of them `a·x + b` with `a = (q + α'²·q·p)^(−½)`, `b = −a·p·α'`, `q = 1 − p`. Klambauer et al. 2017. With
 * p = 1 all become 0.
 *
 * @throws ArgumentError if the probability is not from 0 to 1
 */
export function alphaDropout(
  x: Tensor,
  probability: number,
  { training = true, ...options }: DropoutOptions = {},
): Tensor {
  checkProbability("alphaDropout", probability);
  if (!training || probability === 0) return x;
  const kept = 1 - probability;
  const keep = bernoulli(x.shape, kept, options);
  if (kept === 0) return applyElementwise(dropOp, [x, keep, 0]);
  const scale = 1 / Math.sqrt(kept + dropped * dropped * kept * probability);
  return add(mul(where(keep, x, dropped), scale), -scale * probability * dropped);
}
// −λα of selu, as in activations.ts.
const dropped = -1.7580993408473766;
