/**
 * Activation functions; `tanh` is among the transcendental functions.
 *
 * Integers give the default float, where not said otherwise. Rules that are written out here keep their digits, or do
 * not overflow, where the derived ones would.
 */
import { boundOf } from "../dtype.js";
import { ArgumentError } from "../errors.js";
import {
  both,
  compare,
  constant,
  difference,
  type Expression,
  either,
  negative,
  sum as plus,
  primitive,
  product,
  quotient,
  select,
} from "../expression/expression.js";
import * as functions from "../expression/functions/index.js";
import type { Tensor } from "../graph.js";
import { apply } from "../tape.js";
import {
  applyElementwise,
  type ElementwiseOp,
  elementwise,
  type TensorLike,
} from "./elementwise/elementwise-op.js";

// Smooth

/** `σ(x) = 1 / (1 + e⁻ˣ)`. */
export function sigmoid(x: Tensor): Tensor {
  return apply(sigmoidOp, [x], undefined);
}
export const sigmoidOp: ElementwiseOp = elementwise("sigmoid", ["x"], (x) => functions.sigmoid(x));

/** `log σ(x) = −log(1 + e⁻ˣ)`, which does not underflow. */
export function logSigmoid(x: Tensor): Tensor {
  return apply(logSigmoidOp, [x], undefined);
}
export const logSigmoidOp: ElementwiseOp = elementwise(
  "logSigmoid",
  ["x"],
  (x) => negative(functions.softplus(negative(x))),
  { pullback: (g, [x]) => [product(g, functions.sigmoid(negative(x)))] },
);

export interface SoftplusOptions {
  /** 1 by default. */
  readonly beta?: number;
  /** Where `beta · x` is above, the result is `x`. 20 by default. */
  readonly threshold?: number;
}

/** `log(1 + e^(beta · x)) / beta`. Dugas et al. 2000. */
export function softplus(x: Tensor, { beta = 1, threshold = 20 }: SoftplusOptions = {}): Tensor {
  return applyElementwise(softplusOp, [x, beta, threshold]);
}
export const softplusOp: ElementwiseOp = elementwise(
  "softplus",
  ["x", "beta", "threshold"],
  (x, beta, threshold) => {
    const scaled = product(x, beta);
    return select(compare("gt", scaled, threshold), x, quotient(functions.softplus(scaled), beta));
  },
  {
    pullback: (g, [x, beta, threshold], out) => {
      const scaled = product(x, beta);
      const linear = compare("gt", scaled, threshold);
      const slope = functions.sigmoid(scaled);
      const byBeta = quotient(difference(product(x, slope), out), beta);
      return [
        select(linear, g, product(g, slope)),
        select(linear, constant(0), product(g, byBeta)),
        constant(0),
      ];
    },
    // Not through the quotient, which for a small beta is 0 / 0.
    pushforward: ([dx, dBeta], [x, beta, threshold], out) => {
      const scaled = product(x, beta);
      const share = functions.sigmoid(scaled);
      const change = quotient(product(dBeta, difference(product(share, x), out)), beta);
      return select(compare("gt", scaled, threshold), dx, plus(product(share, dx), change));
    },
  },
);

/** `x / (1 + |x|)`. Glorot & Bengio 2010. */
export function softsign(x: Tensor): Tensor {
  return apply(softsignOp, [x], undefined);
}
export const softsignOp: ElementwiseOp = elementwise(
  "softsign",
  ["x"],
  (x) => quotient(x, plus(1, primitive("abs", x))),
  {
    pullback: (g, [x]) => {
      const size = plus(1, primitive("abs", x));
      return [quotient(quotient(g, size), size)];
    },
    pushforward: ([dx], [x]) => {
      const share = quotient(1, plus(1, primitive("abs", x)));
      return product(dx, product(share, share));
    },
  },
);

export interface GeluOptions {
  /** `"none"`, the default, for the exact function; `"tanh"` for the approximation that GPT-2 was trained with. */
  readonly approximate?: "none" | "tanh";
}

/**
 * `x · Φ(x)` with the distribution function Φ of the normal distribution, or about
 * `½x · (1 + tanh(√(2/π) · (x + 0.044715x³)))`. Hendrycks & Gimpel 2016.
 *
 * @throws ArgumentError if there is no such approximation
 */
export function gelu(x: Tensor, { approximate = "none" }: GeluOptions = {}): Tensor {
  if (!Object.hasOwn(geluOps, approximate))
    throw new ArgumentError(`gelu: approximate is ${String(approximate)}; use "none" or "tanh"`);
  return apply(geluOps[approximate], [x], undefined);
}
const ROOT_HALF = 0.7071067811865476;
/** 1/√(2π). */
const NORMAL_DENSITY = 0.3989422804014327;
/** 2√(2/π). */
const TANH_SCALE = 1.5957691216057308;
export const geluOps: Readonly<Record<"none" | "tanh", ElementwiseOp>> = {
  none: elementwise("geluNone", ["x"], (x) => product(x, normalDistribution(x)), {
    pullback: (g, [x]) => {
      const density = product(NORMAL_DENSITY, functions.exp(product(-0.5, product(x, x))));
      return [product(g, plus(normalDistribution(x), product(x, density)))];
    },
  }),
  // ½(1 + tanh u) is σ(2u), which keeps its digits where it is small.
  tanh: elementwise("geluTanh", ["x"], (x) => product(x, functions.sigmoid(twiceTanhArgument(x))), {
    pullback: (g, [x]) => [product(g, geluTanhSlope(x))],
    pushforward: ([dx], [x]) => product(geluTanhSlope(x), dx),
  }),
};

/** Φ, by erfc, which keeps its digits in the lower tail. */
function normalDistribution(x: Expression): Expression {
  return product(0.5, functions.erfc(product(x, -ROOT_HALF)));
}

function twiceTanhArgument(x: Expression): Expression {
  return product(product(TANH_SCALE, x), plus(1, product(0.044715, product(x, x))));
}

function geluTanhSlope(x: Expression): Expression {
  // From far before these bounds on the result is 0 or x; powers of x beyond would overflow.
  const near = primitive("max", primitive("min", x, 64), -64);
  const u = twiceTanhArgument(near);
  const slope = product(TANH_SCALE, plus(1, product(3 * 0.044715, product(near, near))));
  const bend = product(product(near, slope), functions.sigmoid(negative(u)));
  return product(functions.sigmoid(u), plus(1, bend));
}

/** `x · σ(x)`, also known as swish. Elfwing et al. 2017; Ramachandran et al. 2017. */
export function silu(x: Tensor): Tensor {
  return apply(siluOp, [x], undefined);
}
export const siluOp: ElementwiseOp = elementwise("silu", ["x"], (x) => product(x, functions.sigmoid(x)), {
  pullback: (g, [x]) => [
    product(g, product(functions.sigmoid(x), plus(1, product(x, functions.sigmoid(negative(x)))))),
  ],
});

/** `x · tanh(log(1 + eˣ))`. Misra 2019. */
export function mish(x: Tensor): Tensor {
  return apply(mishOp, [x], undefined);
}
export const mishOp: ElementwiseOp = elementwise(
  "mish",
  ["x"],
  (x) => product(x, functions.tanh(functions.softplus(x))),
  {
    pullback: (g, [x]) => {
      const t = functions.tanh(functions.softplus(x));
      const rest = product(functions.sigmoid(x), difference(1, product(t, t)));
      return [product(g, plus(t, product(x, rest)))];
    },
  },
);

/** `e^(−x²)`, a radial basis function. Broomhead & Lowe 1988. */
export function gaussian(x: Tensor): Tensor {
  return apply(gaussianOp, [x], undefined);
}
export const gaussianOp: ElementwiseOp = elementwise("gaussian", ["x"], (x) =>
  functions.exp(negative(product(x, x))),
);

// With a kink at 0

/** `max(x, 0)`. The derivative at 0 is 0. */
export function relu(x: Tensor): Tensor {
  return apply(reluOp, [x], undefined);
}
// The rule reads the output, which the next layer keeps anyway; the input can be forgotten.
export const reluOp: ElementwiseOp = elementwise(
  "relu",
  ["x"],
  (x) => select(compare("le", x, 0), constant(0), x),
  {
    pullback: (g, _, out) => [select(compare("le", out, 0), constant(0), g)],
  },
);

export interface LeakyReluOptions {
  /** 0.01 by default. */
  readonly negativeSlope?: number;
}

/** `x` above 0, else `negativeSlope · x`. The derivative at 0 is `negativeSlope`. Maas et al. 2013. */
export function leakyRelu(x: Tensor, { negativeSlope = 0.01 }: LeakyReluOptions = {}): Tensor {
  return applyElementwise(leakyReluOp, [x, negativeSlope]);
}
export const leakyReluOp: ElementwiseOp = rectifier("leakyRelu", "negativeSlope");

/**
 * `x` above 0, else `weight · x`; both have gradients. The weight broadcasts as in every op: one for each channel of
 * images `[N, C, H, W]` has the shape `[C, 1, 1]`. The derivative at 0 is `weight`. He et al. 2015.
 */
export function prelu(x: Tensor, weight: TensorLike): Tensor {
  return applyElementwise(preluOp, [x, weight]);
}
export const preluOp: ElementwiseOp = rectifier("prelu", "weight");

function rectifier(name: string, slopeName: string): ElementwiseOp {
  return elementwise(
    name,
    ["x", slopeName],
    (x, slope) => select(compare("gt", x, 0), x, product(slope, x)),
    {
      pullback: (g, [x, slope]) => {
        const positive = compare("gt", x, 0);
        return [select(positive, g, product(g, slope)), select(positive, constant(0), product(g, x))];
      },
    },
  );
}

export interface EluOptions {
  /** 1 by default. */
  readonly alpha?: number;
}

/** `x` above 0, else `alpha · (eˣ − 1)`. The derivative at 0 is `alpha`. Clevert et al. 2015. */
export function elu(x: Tensor, { alpha = 1 }: EluOptions = {}): Tensor {
  return applyElementwise(eluOp, [x, alpha]);
}
export const eluOp: ElementwiseOp = elementwise(
  "elu",
  ["x", "alpha"],
  (x, alpha) => select(compare("gt", x, 0), x, product(alpha, functions.expm1(below(x)))),
  {
    pullback: (g, [x, alpha]) => {
      const positive = compare("gt", x, 0);
      return [
        select(positive, g, product(g, product(alpha, functions.exp(below(x))))),
        select(positive, constant(0), product(g, functions.expm1(below(x)))),
      ];
    },
    pushforward: ([dx, dAlpha], [x, alpha]) => {
      const falling = product(dx, product(functions.exp(below(x)), alpha));
      const change = product(dAlpha, functions.expm1(below(x)));
      return select(compare("gt", x, 0), dx, plus(falling, change));
    },
  },
);

/** `x` up to 0: the exponential of others would be infinite, and 0 · ∞ in derivatives NaN. */
function below(x: Expression): Expression {
  return select(compare("gt", x, 0), constant(0), x);
}

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

/**
 * `s · x` above 0, else `s · α · (eˣ − 1)`, with s ≈ 1.0507 and α ≈ 1.6733 for which layers keep mean 0 and variance 1.
 * The derivative at 0 is `s · α`. Klambauer et al. 2017.
 */
export function selu(x: Tensor): Tensor {
  return apply(seluOp, [x], undefined);
}
export const seluOp: ElementwiseOp = elementwise(
  "selu",
  ["x"],
  (x) =>
    select(
      compare("gt", x, 0),
      product(SELU_SCALE, x),
      product(SELU_SCALE * SELU_ALPHA, functions.expm1(below(x))),
    ),
  {
    pullback: (g, [x]) => [product(g, seluSlope(x))],
    pushforward: ([dx], [x]) => product(seluSlope(x), dx),
  },
);

function seluSlope(x: Expression): Expression {
  const falling = product(SELU_SCALE * SELU_ALPHA, functions.exp(below(x)));
  return select(compare("gt", x, 0), constant(SELU_SCALE), falling);
}

/** 1 where `x ≥ 0`, else 0: a hard limit. NaN for NaN. The derivative is 0. Integers stay integers. */
export function step(x: Tensor): Tensor {
  return apply(stepOp, [x], undefined);
}
export const stepOp: ElementwiseOp = elementwise(
  "step",
  ["x"],
  (x) => select(compare("ge", x, 0), constant(1), select(compare("lt", x, 0), constant(0), x)),
  { pullback: () => [constant(0)], pushforward: () => constant(0) },
);

// With bounds

export interface HardTanhOptions {
  /** −1 by default. */
  readonly min?: number;
  /** 1 by default. */
  readonly max?: number;
}

/** `x` held within `min` and `max`, as by `clamp`; but the derivative at both is 0. Integers stay integers. */
export function hardTanh(x: Tensor, { min = -1, max = 1 }: HardTanhOptions = {}): Tensor {
  return applyElementwise(hardTanhOp, [x, boundOf(x.dtype, min), boundOf(x.dtype, max)]);
}
export const hardTanhOp: ElementwiseOp = elementwise(
  "hardTanh",
  ["x", "min", "max"],
  (x, min, max) => primitive("min", primitive("max", x, min), max),
  {
    // Where min is above max the result is max, whatever x is.
    pullback: (g, [x, min, max]) => [
      select(either(compare("le", x, min), compare("ge", x, max)), constant(0), g),
      select(both(compare("le", x, min), compare("lt", min, max)), g, constant(0)),
      select(either(compare("ge", x, max), compare("le", max, min)), g, constant(0)),
    ],
    pushforward: ([t, tMin, tMax], [x, min, max]) => {
      const low = select(compare("lt", min, max), tMin, constant(0));
      const beside = select(compare("ge", x, max), constant(0), t);
      const high = select(either(compare("ge", x, max), compare("le", max, min)), tMax, constant(0));
      return plus(select(compare("le", x, min), low, beside), high);
    },
  },
);

/** `min(max(x + 3, 0), 6) / 6`. The derivative at ±3 is 0. Courbariaux et al. 2015. */
export function hardSigmoid(x: Tensor): Tensor {
  return apply(hardSigmoidOp, [x], undefined);
}
export const hardSigmoidOp: ElementwiseOp = elementwise(
  "hardSigmoid",
  ["x"],
  (x) => quotient(primitive("min", primitive("max", plus(x, 3), 0), 6), 6),
  {
    pullback: (g, [x]) => [
      select(both(compare("gt", x, -3), compare("lt", x, 3)), quotient(g, 6), constant(0)),
    ],
    pushforward: ([t], [x]) =>
      select(both(compare("gt", x, -3), compare("lt", x, 3)), quotient(t, 6), constant(0)),
  },
);

/** `x · min(max(x + 3, 0), 6) / 6`. The derivative at −3 is −½, at 3 it is 1½. Howard et al. 2019. */
export function hardSwish(x: Tensor): Tensor {
  return apply(hardSwishOp, [x], undefined);
}
export const hardSwishOp: ElementwiseOp = elementwise(
  "hardSwish",
  ["x"],
  (x) => quotient(product(x, primitive("min", primitive("max", plus(x, 3), 0), 6)), 6),
  {
    pullback: (g, [x]) => [
      select(
        compare("lt", x, -3),
        constant(0),
        select(compare("le", x, 3), product(g, plus(quotient(x, 3), 0.5)), g),
      ),
    ],
    pushforward: ([dx], [x]) => {
      const slope = quotient(plus(plus(x, x), 3), 6);
      const above = select(compare("le", x, 3), product(slope, dx), dx);
      return select(compare("lt", x, -3), constant(0), above);
    },
  },
);
