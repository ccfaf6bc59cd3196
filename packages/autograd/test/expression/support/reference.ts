/** What each function should give: in double precision for float32, as a sum of two doubles for float64. */
import {
  add,
  atan2,
  type DD,
  dd,
  divide,
  erfcOfLarge,
  erfOfSmall,
  exp,
  expm1,
  exponentOf,
  halfPi,
  ln2,
  ln10,
  log,
  log1p,
  multiply,
  negate,
  type Scaled,
  scale,
  sinCos,
  squareRoot,
  subtract,
  twoOverRootPi,
  twoProduct,
} from "./double-double.js";

/** A double where that is exact to many digits (0, ∞ or NaN included), or more digits. */
export type Exact = number | DD | Scaled;

const one = dd(1);
const isTiny = (x: number): boolean => Math.abs(x) < 2 ** -500;
const sumOf = (x: number, y: number): DD => add(dd(x), dd(y));
const copySign = (value: Exact, x: number): Exact => {
  if (x >= 0) return value;
  if (typeof value === "number") return -value;
  return "exponent" in value ? { ...value, value: negate(value.value) } : negate(value);
};

/** An odd function that is x itself to more than double precision near 0. */
const odd =
  (f: (x: number) => Exact) =>
  (x: number): Exact =>
    Number.isNaN(x) ? NaN : isTiny(x) ? x : copySign(f(Math.abs(x)), x);

/** NaN for NaN and for infinities. */
const periodic =
  (f: (x: number) => Exact) =>
  (x: number): Exact =>
    Number.isFinite(x) ? f(x) : NaN;

function exponential(x: number): Exact {
  if (Number.isNaN(x)) return NaN;
  return x > 720 ? Infinity : x < -800 ? 0 : exp(dd(x));
}

function logarithm(x: number): Exact {
  if (!(x > 0)) return x === 0 ? -Infinity : NaN;
  return x === Infinity ? x : log(dd(x));
}

/** (e^x + sign·e^−x)/2 of x > 0. */
function halfOfSum(x: number, sign: 1 | -1): Exact {
  if (x > 720) return Infinity;
  const { value, exponent } = exp(dd(x));
  if (x > 50) return { value: scale(value, 0.5), exponent };
  const power = scale(value, 2 ** exponent);
  return scale(add(power, divide(dd(sign), power)), 0.5);
}

/** asinh or acosh of a large x. */
const logOfTwice = (x: number): Exact => (x === Infinity ? x : add(log(dd(x)), ln2));

function erfc(x: number): Exact {
  if (Number.isNaN(x)) return NaN;
  if (x < 0) return x < -7 ? 2 : subtract(dd(2), plain(erfc(-x)));
  if (x < 2) return x < 2 ** -200 ? 1 : subtract(one, erfOfSmall(x));
  return x > 30 ? 0 : erfcOfLarge(x);
}

/** A result of ordinary size as a sum of two. */
function plain(x: Exact): DD {
  if (typeof x === "number") return dd(x);
  return "exponent" in x ? scale(x.value, 2 ** x.exponent) : x;
}

export const exact: Readonly<Record<string, (x: number) => Exact>> = {
  exp: exponential,
  expm1: (x) => {
    if (Number.isNaN(x)) return NaN;
    if (isTiny(x)) return x;
    return x > 300 ? exponential(x) : x < -300 ? -1 : expm1(dd(x));
  },
  sigmoid: (x) => {
    if (Number.isNaN(x)) return NaN;
    if (x < -60) return exponential(x);
    const power = plain(exp(dd(-Math.min(x, 120))));
    return divide(one, add(one, power));
  },
  softplus: (x) => {
    if (Number.isNaN(x)) return NaN;
    if (x > 80) return x;
    return x < -80 ? exponential(x) : log1p(plain(exp(dd(x))));
  },
  log: logarithm,
  log2: (x) => {
    const natural = logarithm(x);
    return typeof natural === "number" ? natural : divide(natural as DD, ln2);
  },
  log10: (x) => {
    const natural = logarithm(x);
    return typeof natural === "number" ? natural : divide(natural as DD, ln10);
  },
  log1p: (x) => {
    if (isTiny(x)) return x;
    if (!(x > -1)) return x === -1 ? -Infinity : NaN;
    return x === Infinity ? x : x > 2 ** 900 ? log(dd(x)) : log1p(dd(x));
  },
  sin: periodic((x) => (isTiny(x) ? x : sinCos(x).sin)),
  cos: periodic((x) => (isTiny(x) ? 1 : sinCos(x).cos)),
  tan: periodic((x) => {
    if (isTiny(x)) return x;
    const { sin, cos } = sinCos(x);
    return divide(sin, cos);
  }),
  asin: odd((x) => (x > 1 ? NaN : atan2(dd(x), squareRoot(multiply(sumOf(1, -x), sumOf(1, x)))))),
  acos: (x) => (Math.abs(x) <= 1 ? atan2(squareRoot(multiply(sumOf(1, -x), sumOf(1, x))), dd(x)) : NaN),
  atan: odd((x) => {
    if (x < 2 ** 60) return atan2(dd(x), one);
    return subtract(halfPi, x > 2 ** 500 ? dd(0) : divide(one, dd(x)));
  }),
  sinh: odd((x) => {
    if (x > 1) return halfOfSum(x, -1);
    const power = expm1(dd(x));
    return scale(add(power, divide(power, add(power, one))), 0.5);
  }),
  cosh: (x) => (Number.isNaN(x) ? NaN : halfOfSum(Math.abs(x), 1)),
  tanh: odd((x) => {
    if (x > 60) return 1;
    const power = expm1(dd(2 * x));
    return divide(power, add(power, dd(2)));
  }),
  asinh: odd((x) => {
    if (x > 2 ** 100) return logOfTwice(x);
    const square = twoProduct(x, x);
    return log1p(add(dd(x), divide(square, add(one, squareRoot(add(one, square))))));
  }),
  acosh: (x) => {
    if (!(x >= 1)) return NaN;
    if (x > 2 ** 100) return logOfTwice(x);
    const rest = sumOf(x, -1);
    return log1p(add(rest, squareRoot(multiply(rest, add(rest, dd(2))))));
  },
  atanh: odd((x) => {
    if (x >= 1) return x === 1 ? Infinity : NaN;
    return scale(log1p(divide(dd(2 * x), sumOf(1, -x))), 0.5);
  }),
  erf: (x) => {
    if (x === 0) return x;
    if (isTiny(x)) return { value: multiply(dd(x * 2 ** 600), twoOverRootPi), exponent: -600 };
    return odd((a) => (a < 2 ? erfOfSmall(a) : a > 7 ? 1 : subtract(one, plain(erfcOfLarge(a)))))(x);
  },
  erfc,
};

/** x^y for x > 0, both finite. */
export function exactPower(x: number, y: number): Exact {
  const power = multiply(log(dd(x)), dd(y));
  return power[0] > 720 ? Infinity : power[0] < -800 ? 0 : exp(power);
}

/** The angle of (x, y) for positive normal x and y. */
export function exactAngle(y: number, x: number): Exact {
  const exponent = exponentOf(y) - exponentOf(x);
  if (exponent > 500) return halfPi;
  const unitY = dd(timesPowerOfTwo(y, -exponentOf(y)));
  const unitX = dd(timesPowerOfTwo(x, -exponentOf(x)));
  return exponent < -500
    ? { value: divide(unitY, unitX), exponent }
    : atan2(scale(unitY, 2 ** exponent), unitX);
}

/** The same in double precision, for those that JavaScript has; enough to judge float32. */
export const inDouble: Readonly<Record<string, (x: number) => number>> = {
  exp: Math.exp,
  expm1: Math.expm1,
  sigmoid: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  log: Math.log,
  log2: Math.log2,
  log10: Math.log10,
  log1p: Math.log1p,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: Math.asin,
  acos: Math.acos,
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  tanh: Math.tanh,
  asinh: Math.asinh,
  acosh: Math.acosh,
  atanh: Math.atanh,
};

/** `x·2^n`, rounded at most once. */
function timesPowerOfTwo(x: number, n: number): number {
  const half = Math.trunc(n / 2);
  return x * 2 ** half * 2 ** (n - half);
}

/**
 * The error of the float64 number `x` as an approximation of `y`, in units in the last place of `y`. Zeros of the
 * wrong sign, and NaN or infinities that are not due, are infinitely wrong.
 */
export function ulps64(x: number, y: Exact): number {
  if (typeof y === "number") {
    if (Object.is(x, y)) return 0;
    if (y === 0 || !Number.isFinite(y)) return Infinity;
    return ulps64(x, dd(y));
  }
  if (!("exponent" in y)) return ulps64(x, { value: y, exponent: 0 });
  const [high, low] = y.value;
  if (high === 0) return ulps64(x, 0);
  if (Number.isNaN(x) || Object.is(Math.sign(x), -Math.sign(high))) return Infinity;
  if (x === 0 && Object.is(x, 0) !== high > 0) return Infinity;
  const unit = 2 ** Math.max(exponentOf(high) - 52, -1074 - y.exponent);
  // Where the exact result would round to the largest number or to infinity, infinity stands for 2^1024.
  if (!Number.isFinite(x) && timesPowerOfTwo(Math.abs(high), y.exponent) === Infinity) return 0;
  const scaled = Number.isFinite(x)
    ? timesPowerOfTwo(x, -y.exponent)
    : timesPowerOfTwo(Math.sign(x) * 2, 1023 - y.exponent);
  return Math.abs(scaled - high - low) / unit;
}

/** The same for the float32 number `x`, of which `y` is a much better approximation. */
export function ulps32(x: number, y: number): number {
  if (Object.is(x, y) || (Number.isNaN(x) && Number.isNaN(y))) return 0;
  if (!Number.isFinite(y) || Number.isNaN(x) || Object.is(Math.sign(x), -Math.sign(y))) return Infinity;
  if (x === 0 ? Object.is(x, 0) !== y > 0 : y === 0) return Infinity;
  if (!Number.isFinite(x) && Math.abs(y) >= 2 ** 128) return 0;
  const unit = 2 ** Math.max(exponentOf(y) - 23, -149);
  return Math.abs((Number.isFinite(x) ? x : Math.sign(x) * 2 ** 128) - y) / unit;
}
