/** Element-wise ops. Inputs broadcast; derivatives follow from the expressions. */
import { boundOf, isFloat } from "../dtype.js";
import {
  both,
  compare,
  constant,
  difference,
  type Expression,
  either,
  not as negation,
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

// Arithmetic

/** `x + y`. */
export function add(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(addOp, [x, y]);
}
export const addOp: ElementwiseOp = elementwise("add", ["x", "y"], (x, y) => plus(x, y));

/** `x − y`. */
export function sub(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(subOp, [x, y]);
}
export const subOp: ElementwiseOp = elementwise("sub", ["x", "y"], (x, y) => difference(x, y));

/** `x · y`, element by element. */
export function mul(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(mulOp, [x, y]);
}
export const mulOp: ElementwiseOp = elementwise("mul", ["x", "y"], (x, y) => product(x, y));

/** `x / y`: a true division, of integers too. */
export function div(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(divOp, [x, y]);
}
export const divOp: ElementwiseOp = elementwise("div", ["x", "y"], (x, y) => quotient(x, y));

/** `−x`. */
export function neg(x: Tensor): Tensor {
  return apply(negOp, [x], undefined);
}
export const negOp: ElementwiseOp = elementwise("neg", ["x"], (x) => negative(x));

/** `x²`. */
export function square(x: Tensor): Tensor {
  return apply(squareOp, [x], undefined);
}
export const squareOp: ElementwiseOp = elementwise("square", ["x"], (x) => product(x, x));

/** `√x`; NaN below 0. The derivative at 0 is +∞. */
export function sqrt(x: Tensor): Tensor {
  return apply(sqrtOp, [x], undefined);
}
export const sqrtOp: ElementwiseOp = elementwise("sqrt", ["x"], (x) => primitive("sqrt", x));

/** `1 / √x`; ∞ at 0, NaN below. */
export function rsqrt(x: Tensor): Tensor {
  return apply(rsqrtOp, [x], undefined);
}
export const rsqrtOp: ElementwiseOp = elementwise("rsqrt", ["x"], (x) => quotient(1, primitive("sqrt", x)), {
  pullback: (g, _, out) => [product(product(-0.5, g), product(out, product(out, out)))],
});

/** `1 / x`. */
export function reciprocal(x: Tensor): Tensor {
  return apply(reciprocalOp, [x], undefined);
}
export const reciprocalOp: ElementwiseOp = elementwise("reciprocal", ["x"], (x) => quotient(1, x));

/**
 * `xʸ`, with C's rules for special values: `x⁰ = 1`, a negative base wants an integer exponent, else NaN. Integers give
 * the default float.
 *
 * The derivative by `y` at `x = 0` is 0 for `y ≥ 0`, as in PyTorch.
 */
export function pow(x: TensorLike, y: TensorLike): Tensor {
  if (typeof x !== "number" && isFloat(x.dtype)) {
    if (y === 2) return square(x);
    if (y === 0.5) return sqrt(x);
    if (y === -1) return reciprocal(x);
  }
  return applyElementwise(powOp, [x, y]);
}
export const powOp: ElementwiseOp = elementwise("pow", ["x", "y"], (x, y) => functions.pow(x, y), {
  pullback: (g, [x, y], out) => {
    const power = functions.pow(x, difference(y, 1));
    // x⁰ is constant; but only where 0 · ∞ would say otherwise, or the derivative by y of this one would be lost.
    const constantInX = both(compare("eq", y, 0), negation(compare("lt", primitive("abs", power), Infinity)));
    const constantInY = both(compare("eq", x, 0), compare("ge", y, 0));
    const byBase = product(g, product(y, power));
    const byExponent = product(g, product(out, functions.log(x)));
    return [select(constantInX, constant(0), byBase), select(constantInY, constant(0), byExponent)];
  },
});

/** `√(x² + y²)`, without overflow on the way. The gradient at (0, 0) is NaN. */
export function hypot(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(hypotOp, [x, y]);
}
export const hypotOp: ElementwiseOp = elementwise(
  "hypot",
  ["x", "y"],
  (x, y) => {
    const [across, up] = [primitive("abs", x), primitive("abs", y)];
    const large = primitive("max", across, up);
    const ratio = quotient(primitive("min", across, up), large);
    const length = product(large, primitive("sqrt", plus(1, product(ratio, ratio))));
    const infinite = either(compare("eq", across, Infinity), compare("eq", up, Infinity));
    return select(infinite, Infinity, select(compare("eq", large, 0), 0, length));
  },
  {
    pullback: (g, [x, y], out) => [product(g, quotient(x, out)), product(g, quotient(y, out))],
    pushforward: ([dx, dy], [x, y], out) =>
      plus(product(quotient(x, out), dx), product(quotient(y, out), dy)),
  },
);

/** `|x|`. The derivative at 0 is 0. */
export function abs(x: Tensor): Tensor {
  return apply(absOp, [x], undefined);
}
export const absOp: ElementwiseOp = elementwise("abs", ["x"], (x) => primitive("abs", x));

/** The sign of `x`: −1, 0 or 1, and NaN for NaN. The derivative is 0. */
export function sign(x: Tensor): Tensor {
  return apply(signOp, [x], undefined);
}
export const signOp: ElementwiseOp = elementwise(
  "sign",
  ["x"],
  (x) => select(compare("gt", x, 0), constant(1), select(compare("lt", x, 0), constant(-1), x)),
  { pullback: () => [constant(0)], pushforward: () => constant(0) },
);

/** The larger of `x` and `y`; NaN where either is NaN. Equal operands share the gradient. */
export function maximum(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(maximumOp, [x, y]);
}
export const maximumOp: ElementwiseOp = elementwise("maximum", ["x", "y"], (x, y) => primitive("max", x, y));

/** The smaller of `x` and `y`; NaN where either is NaN. Equal operands share the gradient. */
export function minimum(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(minimumOp, [x, y]);
}
export const minimumOp: ElementwiseOp = elementwise("minimum", ["x", "y"], (x, y) => primitive("min", x, y));

/** `x` held within `min` and `max`, either of which may be left out. The gradient passes where `min ≤ x ≤ max`. */
export function clamp(x: Tensor, { min, max }: ClampOptions): Tensor {
  return applyElementwise(clampOp, [
    x,
    boundOf(x.dtype, min ?? -Infinity),
    boundOf(x.dtype, max ?? Infinity),
  ]);
}
export interface ClampOptions {
  readonly min?: number;
  readonly max?: number;
}
export const clampOp: ElementwiseOp = elementwise(
  "clamp",
  ["x", "min", "max"],
  (x, min, max) => primitive("min", primitive("max", x, min), max),
  {
    // Where min is above max the result is max, whatever x is.
    pullback: (g, [x, min, max]) => [
      select(both(compare("ge", x, min), compare("le", x, max)), g, constant(0)),
      select(both(compare("lt", x, min), compare("lt", min, max)), g, constant(0)),
      select(either(compare("gt", x, max), compare("lt", max, min)), g, constant(0)),
    ],
    pushforward: ([t, tMin, tMax], [x, min, max]) => {
      const inside = select(both(compare("ge", x, min), compare("le", x, max)), t, constant(0));
      const atMin = select(compare("lt", min, max), tMin, constant(0));
      const unlessMax = select(compare("lt", x, min), atMin, inside);
      return select(either(compare("gt", x, max), compare("lt", max, min)), tMax, unlessMax);
    },
  },
);

/** `x + weight · (y − x)`. */
export function lerp(x: TensorLike, y: TensorLike, weight: TensorLike): Tensor {
  return applyElementwise(lerpOp, [x, y, weight]);
}
export const lerpOp: ElementwiseOp = elementwise("lerp", ["x", "y", "weight"], (x, y, weight) =>
  plus(x, product(weight, difference(y, x))),
);

// Choice and comparison

/** `condition ? x : y`, element by element. A condition of numbers holds where it is not 0. */
export function where(condition: Tensor, x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(whereOp, [condition, x, y]);
}
export const whereOp: ElementwiseOp = elementwise(
  "where",
  ["condition", "x", "y"],
  (condition, x, y) => select(condition, x, y),
  { masks: ["condition"] },
);

/** `x = y` as bool. */
export function equal(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(equalOp, [x, y]);
}
export const equalOp: ElementwiseOp = elementwise("equal", ["x", "y"], (x, y) => compare("eq", x, y));

/** `x ≠ y` as bool; true where either is NaN. */
export function notEqual(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(notEqualOp, [x, y]);
}
export const notEqualOp: ElementwiseOp = elementwise("notEqual", ["x", "y"], (x, y) => compare("ne", x, y));

/** `x < y` as bool. */
export function less(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(lessOp, [x, y]);
}
export const lessOp: ElementwiseOp = elementwise("less", ["x", "y"], (x, y) => compare("lt", x, y));

/** `x ≤ y` as bool. */
export function lessEqual(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(lessEqualOp, [x, y]);
}
export const lessEqualOp: ElementwiseOp = elementwise("lessEqual", ["x", "y"], (x, y) => compare("le", x, y));

/** `x > y` as bool. */
export function greater(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(greaterOp, [x, y]);
}
export const greaterOp: ElementwiseOp = elementwise("greater", ["x", "y"], (x, y) => compare("gt", x, y));

/** `x ≥ y` as bool. */
export function greaterEqual(x: TensorLike, y: TensorLike): Tensor {
  return applyElementwise(greaterEqualOp, [x, y]);
}
export const greaterEqualOp: ElementwiseOp = elementwise("greaterEqual", ["x", "y"], (x, y) =>
  compare("ge", x, y),
);

/** `x and y` as bool; numbers are true where they are not 0. */
export function logicalAnd(x: Tensor, y: Tensor): Tensor {
  return apply(logicalAndOp, [x, y], undefined);
}
export const logicalAndOp: ElementwiseOp = logical("logicalAnd", ["x", "y"], both);

/** `x or y` as bool. */
export function logicalOr(x: Tensor, y: Tensor): Tensor {
  return apply(logicalOrOp, [x, y], undefined);
}
export const logicalOrOp: ElementwiseOp = logical("logicalOr", ["x", "y"], either);

/** `x or y`, but not both, as bool. */
export function logicalXor(x: Tensor, y: Tensor): Tensor {
  return apply(logicalXorOp, [x, y], undefined);
}
export const logicalXorOp: ElementwiseOp = logical("logicalXor", ["x", "y"], (x, y) =>
  both(either(x, y), negation(both(x, y))),
);

/** `not x` as bool. */
export function logicalNot(x: Tensor): Tensor {
  return apply(logicalNotOp, [x], undefined);
}
export const logicalNotOp: ElementwiseOp = logical("logicalNot", ["x"], negation);

function logical(
  name: string,
  inputs: string[],
  build: (...inputs: [Expression, Expression]) => Expression,
): ElementwiseOp {
  return elementwise(name, inputs, (x, y) => build(x, y), { masks: inputs });
}

// What is no number

export interface NanToNumOptions {
  /** What stands for NaN. 0 by default. */
  readonly nan?: number;
  /** What stands for ∞. The greatest finite number of the dtype by default. */
  readonly posInf?: number;
  /** What stands for −∞. The least finite number of the dtype by default. */
  readonly negInf?: number;
}

/** `x` with numbers for what is none. There the derivative is 0; integers stay as they are. */
export function nanToNum(x: Tensor, { nan = 0, posInf, negInf }: NanToNumOptions = {}): Tensor {
  if (!isFloat(x.dtype)) return applyElementwise(nanToNumOp, [x, 0, 0, 0]);
  const greatest = x.dtype === "float32" ? 3.4028234663852886e38 : Number.MAX_VALUE;
  return applyElementwise(nanToNumOp, [x, nan, posInf ?? greatest, negInf ?? -greatest]);
}
export const nanToNumOp: ElementwiseOp = elementwise(
  "nanToNum",
  ["x", "nan", "posInf", "negInf"],
  (x, nan, posInf, negInf) =>
    select(
      // Without the constant ∞, which integers lack.
      compare("eq", difference(x, x), 0),
      x,
      select(compare("ne", x, x), nan, select(compare("gt", x, 0), posInf, negInf)),
    ),
);

/** Whether `x` is neither infinite nor NaN, as bool. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: its name in PyTorch, and that of what it does
export function isFinite(x: Tensor): Tensor {
  return apply(isFiniteOp, [x], undefined);
}
export const isFiniteOp: ElementwiseOp = elementwise("isFinite", ["x"], (x) =>
  compare("eq", difference(x, x), 0),
);

/** Whether `x` is NaN, as bool. */
// biome-ignore lint/suspicious/noShadowRestrictedNames: its name in PyTorch, and that of what it does
export function isNaN(x: Tensor): Tensor {
  return apply(isNaNOp, [x], undefined);
}
export const isNaNOp: ElementwiseOp = elementwise("isNaN", ["x"], (x) => compare("ne", x, x));

// Copies and conversions

export * from "./elementwise/copies.js";
