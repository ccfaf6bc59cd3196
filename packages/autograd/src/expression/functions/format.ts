/** The two binary formats in which functions are computed, and work on their fields. */
import {
  bits,
  both,
  compare,
  constant,
  difference,
  type Expression,
  polynomial,
  product,
  select,
  sum,
} from "../expression.js";

/** A floating-point type of expressions. */
export type FloatType = "f32" | "f64";

interface Format {
  /** Bits of the fraction. */
  readonly fraction: number;
  /** What the exponent field of 1 holds. */
  readonly bias: number;
  /** Adding it rounds a number of small size to an integer, which then stands in the low bits of the sum. */
  readonly magic: number;
  /** The bits of 1. */
  readonly one: bigint;
  /** The bits of √½. */
  readonly rootHalf: bigint;
  /** The smallest normal number. */
  readonly smallest: number;
  /** 2^liftExponent, which makes subnormal numbers normal. */
  readonly lift: number;
  readonly liftExponent: number;
  /** Clears the lower half of a fraction: what is left has a product with its like that is exact. */
  readonly upperHalf: bigint;
  /** The bits of −0. */
  readonly sign: bigint;
}

export const formats: Readonly<Record<FloatType, Format>> = {
  f32: {
    fraction: 23,
    bias: 127,
    magic: 12582912,
    one: 0x3f800000n,
    rootHalf: 0x3f3504f3n,
    smallest: 1.1754943508222875e-38,
    lift: 16777216,
    liftExponent: 24,
    upperHalf: -0x1000n,
    sign: 0x80000000n,
  },
  f64: {
    fraction: 52,
    bias: 1023,
    magic: 6755399441055744,
    one: 0x3ff0000000000000n,
    rootHalf: 0x3fe6a09e667f3bcdn,
    smallest: 2.2250738585072014e-308,
    lift: 18014398509481984,
    liftExponent: 54,
    upperHalf: -0x8000000n,
    sign: 0x8000000000000000n,
  },
};

/** ln 2 in two parts: the first short enough that an exponent times it is exact. */
export const ln2: Readonly<Record<FloatType, readonly [number, number]>> = {
  f32: [0.693145751953125, 1.4286067653302226e-6],
  f64: [0.6931471805601177, -1.7239444525614835e-13],
};

export const LOG2_E = 1.4426950408889634;

/**
 * `x` rounded to the nearest integer: as a number, and, plus `bias`, in the low bits of an integer.
 * A bias that is due in any case costs nothing here.
 */
export function roundToInteger(
  type: FloatType,
  x: Expression,
  bias = 0,
): { number: Expression; integer: Expression } {
  const magic = formats[type].magic + bias;
  const shifted = sum(x, magic);
  return { number: difference(shifted, magic), integer: bits.of(shifted) };
}

/** As `roundToInteger`, with the negative of the integer, plus `bias`, in the low bits. */
export function roundToNegative(
  type: FloatType,
  x: Expression,
  bias: number,
): { number: Expression; integer: Expression } {
  const magic = formats[type].magic + bias;
  const shifted = difference(magic, x);
  return { number: difference(magic, shifted), integer: bits.of(shifted) };
}

/** 2^n where the low bits of `biased` are n plus the bias of the format; it must be a normal number. */
export function powerOfTwo(type: FloatType, biased: Expression): Expression {
  return bits.toNumber(bits.shl(biased, formats[type].fraction));
}

/**
 * 2^n as a product of two factors, for n from −2·bias to 2·bias, where the low bits of `biased` are n plus twice the
 * bias. So a number can be scaled with one rounding to where 2^n is not a normal number any more.
 */
export function powerOfTwoInHalves(type: FloatType, biased: Expression): [Expression, Expression] {
  const { fraction } = formats[type];
  const half = bits.shl(bits.shrU(biased, 1), fraction);
  return [bits.toNumber(half), bits.toNumber(bits.sub(bits.shl(biased, fraction), half))];
}

/** `value`, which is positive or has the sign of `x` already, with the sign of `x`. */
export function withSign(type: FloatType, value: Expression, x: Expression): Expression {
  const sign = bits.and(bits.of(x), bits.constant(formats[type].sign));
  return bits.toNumber(bits.or(bits.of(value), sign));
}

/** The lesser of `x` and the constant `limit`; NaN stays. */
export function atMost(x: Expression, limit: number): Expression {
  return select(compare("gt", x, limit), limit, x);
}

/** The greater of `x` and the constant `limit`; NaN stays. */
export function atLeast(x: Expression, limit: number): Expression {
  return select(compare("lt", x, limit), limit, x);
}

/** `x` as 2^exponent · fraction with √½ <= fraction < √2; `x` must be positive and normal. */
export function splitExponent(
  type: FloatType,
  x: Expression,
): { exponent: Expression; fraction: Expression } {
  const format = formats[type];
  const pattern = bits.of(x);
  const field = bits.constant(BigInt.asIntN(64, -1n << BigInt(format.fraction)));
  if (type === "f32") {
    const shifted = bits.sub(pattern, bits.constant(format.rootHalf));
    const exponent = bits.convert(bits.shrS(shifted, format.fraction));
    return { exponent, fraction: bits.toNumber(bits.sub(pattern, bits.and(shifted, field))) };
  }
  // No instruction turns 64-bit integers into numbers: the exponent becomes the low bits of 2^52.
  const shifted = bits.add(pattern, bits.constant(format.one - format.rootHalf));
  const biased = bits.or(bits.shrU(shifted, format.fraction), bits.constant(0x4330000000000000n));
  const fraction = bits.add(bits.sub(pattern, bits.and(shifted, field)), bits.constant(format.one));
  return {
    exponent: difference(bits.toNumber(biased), 4503599627370496 + format.bias),
    fraction: bits.toNumber(fraction),
  };
}

/** Whether `x` is none of negative, zero, subnormal, infinite and NaN. */
export function isPositiveNormal(type: FloatType, x: Expression): Expression {
  return both(compare("ge", x, formats[type].smallest), compare("lt", x, Infinity));
}

/** `x` without the lower half of its fraction. */
export function upperHalf(type: FloatType, x: Expression): Expression {
  return bits.toNumber(bits.and(bits.of(x), bits.constant(formats[type].upperHalf)));
}

/** `x + y` rounded, and what the rounding lost. */
export function twoSum(x: Expression, y: Expression): [Expression, Expression] {
  const s = sum(x, y);
  const part = difference(s, x);
  return [s, sum(difference(x, difference(s, part)), difference(y, part))];
}

/** `x²` rounded, and what the rounding lost. */
export function twoSquare(type: FloatType, x: Expression): [Expression, Expression] {
  const high = upperHalf(type, x);
  const low = difference(x, high);
  const square = product(x, x);
  const rest = sum(difference(product(high, high), square), product(product(high, low), 2));
  return [square, sum(rest, product(low, low))];
}

/** `x·y` rounded, and what the rounding lost. */
export function twoProduct(type: FloatType, x: Expression, y: Expression): [Expression, Expression] {
  const [xHigh, yHigh] = [upperHalf(type, x), upperHalf(type, y)];
  const [xLow, yLow] = [difference(x, xHigh), difference(y, yHigh)];
  const result = product(x, y);
  const rest = sum(
    difference(product(xHigh, yHigh), result),
    sum(product(xHigh, yLow), product(xLow, yHigh)),
  );
  return [result, sum(rest, product(xLow, yLow))];
}

/**
 * The same as `polynomial`; a long one by Horner's rule in x² over pairs of coefficients, whose steps wait for one
 * another half as long.
 */
export function polynomialByPairs(x: Expression, coefficients: readonly number[]): Expression {
  if (coefficients.length < 5) return polynomial(x, coefficients);
  const square = product(x, x);
  const pairs: Expression[] = [];
  for (let i = coefficients.length - 1; i >= 0; i -= 2) {
    const low = constant(coefficients[i]);
    pairs.unshift(i > 0 ? sum(product(x, coefficients[i - 1]), low) : low);
  }
  return pairs.reduce((total, pair) => sum(product(total, square), pair));
}
