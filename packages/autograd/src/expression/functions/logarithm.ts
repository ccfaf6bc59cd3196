/**
 * log, log2, log10, log1p: x = 2^k·(1 + f) with √½ <= 1 + f < √2, and with s = f/(2 + f)
 *
 *   log(1 + f) = 2·artanh s = f − f²/2 + s·(f²/2 + s²·p(s²))
 *
 * where p is minimax. k·ln 2 is added in two parts, the first so short that its product with k is exact.
 */
import {
  bits,
  both,
  call,
  compare,
  difference,
  type Expression,
  not,
  product,
  quotient,
  rarely,
  type ScalarFunction,
  select,
  sum,
  type Term,
} from "../expression.js";
import {
  type FloatType,
  formats,
  isPositiveNormal,
  LOG2_E,
  ln2,
  polynomialByPairs,
  splitExponent,
  upperHalf,
  withSign,
} from "./format.js";

// biome-ignore format: columns of coefficients
const coefficients: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [0.2987212836742401, 0.39977553486824036, 0.6666677594184875],
  f64: [
    0.13237528684785954, 0.13251858519604384, 0.15387000962092612, 0.1818177810028424,
    0.22222222609783943, 0.28571428569395985, 0.40000000000004954, 0.6666666666666666,
  ],
};

/** x = 2^k·(1 + f), and log(1 + f) = f − half + tail where the last is small. */
interface Pieces {
  readonly k: Expression;
  readonly f: Expression;
  readonly half: Expression;
  readonly tail: Expression;
}

function piecesOf(type: FloatType, k: Expression, f: Expression): Pieces {
  const s = quotient(f, sum(f, 2));
  const z = product(s, s);
  const half = product(product(f, 0.5), f);
  return { k, f, half, tail: product(s, sum(half, product(z, polynomialByPairs(z, coefficients[type])))) };
}

function naturalLog(type: FloatType, { k, f, half, tail }: Pieces): Expression {
  const [first, second] = ln2[type];
  return difference(product(k, first), difference(difference(half, sum(tail, product(k, second))), f));
}

/** The logarithm of a number by what gives it from the pieces of a positive normal one. */
function lowerLog(
  type: FloatType,
  x: Expression,
  logOf: (type: FloatType, pieces: Pieces) => Expression,
): Expression {
  const { lift, liftExponent } = formats[type];
  const logOfNormal = (y: Expression, shift: number): Expression => {
    const { exponent, fraction } = splitExponent(type, y);
    return logOf(type, piecesOf(type, sum(exponent, shift), difference(fraction, 1)));
  };
  const notNormal = select(
    compare("gt", x, 0),
    select(compare("lt", x, Infinity), logOfNormal(product(x, lift), -liftExponent), x),
    select(compare("eq", x, 0), -Infinity, NaN),
  );
  return rarely(not(isPositiveNormal(type, x)), notNormal, logOfNormal(x, 0));
}

export const logFunction: ScalarFunction = {
  name: "log",
  lower: (type, x) => lowerLog(type, x!, naturalLog),
  derivatives: ([x]) => [quotient(1, x!)],
};

/** The natural logarithm. log(±0) = −∞, log(∞) = ∞, NaN below 0. */
export function log(x: Term): Expression {
  return call(logFunction, x);
}

interface Base {
  /** 1/log of the base, and log 2 to the base: the first of the two parts has a product that is exact. */
  readonly inverse: readonly [number, number];
  readonly two: readonly [number, number];
}

/** Twice rounded, log x · (1/log base) would miss the bound, and log2 would miss the integers. */
function logTo(bases: Readonly<Record<FloatType, Base>>): (type: FloatType, pieces: Pieces) => Expression {
  return (type, { k, f, half, tail }) => {
    const { inverse, two } = bases[type];
    const high = upperHalf(type, difference(f, half));
    const low = sum(difference(difference(f, high), half), tail);
    const large = product(high, inverse[0]);
    const small = sum(product(sum(low, high), inverse[1]), product(low, inverse[0]));
    const whole = product(k, two[0]);
    const result = sum(whole, large);
    const lost = sum(difference(whole, result), large);
    return sum(result, sum(sum(small, product(k, two[1])), lost));
  };
}

const binary = logTo({
  f32: { inverse: [1.4423828125, 0.00031222838896340733], two: [1, 0] },
  f64: { inverse: [1.4426950216293335, 1.9259629911266175e-8], two: [1, 0] },
});

export const log2Function: ScalarFunction = {
  name: "log2",
  lower: (type, x) => lowerLog(type, x!, binary),
  derivatives: ([x]) => [quotient(LOG2_E, x!)],
};

/** The logarithm to base 2: exact for powers of two. Special values as of `log`. */
export function log2(x: Term): Expression {
  return call(log2Function, x);
}

const decimal = logTo({
  f32: { inverse: [0.4342041015625, 0.00009038034075182765], two: [0.301025390625, 0.000004605038981195214] },
  f64: {
    inverse: [0.4342944771051407, 4.798111141615973e-9],
    two: [0.30102999566383914, 1.42050232272661e-13],
  },
});

export const log10Function: ScalarFunction = {
  name: "log10",
  lower: (type, x) => lowerLog(type, x!, decimal),
  derivatives: ([x]) => [quotient(0.4342944819032518, x!)],
};

/** The logarithm to base 10. Special values as of `log`. */
export function log10(x: Term): Expression {
  return call(log10Function, x);
}

/** log(u + lost) for a positive normal `u` and what was lost when it was rounded; 1/u must be normal too. */
export function logOfSum(type: FloatType, u: Expression, lost: Expression): Expression {
  const { exponent, fraction } = splitExponent(type, u);
  const inverse = bits.toNumber(
    bits.add(bits.sub(bits.of(fraction), bits.of(u)), bits.constant(formats[type].one)),
  );
  // Where u is near 1 this is u − 1 + lost without any rounding but the last.
  return naturalLog(type, piecesOf(type, exponent, sum(difference(fraction, 1), product(lost, inverse))));
}

/** From here on 1 + x rounds to x; 2^−k as `logOfSum` makes it is still a normal number. */
const logOfSumLimit: Readonly<Record<FloatType, number>> = {
  f32: 1.8446744073709552e19,
  f64: 1.157920892373162e77,
};

export const log1pFunction: ScalarFunction = {
  name: "log1p",
  lower: (type, x) => {
    const u = sum(x!, 1);
    const back = difference(u, 1);
    const lost = sum(difference(x!, back), difference(1, difference(u, back)));
    const common = withSign(type, logOfSum(type, u, lost), x!);
    const special = select(compare("gt", u, 0), log(x!), select(compare("eq", u, 0), -Infinity, NaN));
    return rarely(not(both(compare("gt", u, 0), compare("lt", u, logOfSumLimit[type]))), special, common);
  },
  derivatives: ([x]) => [quotient(1, sum(x!, 1))],
};

/** log(1 + x), accurate near 0. log1p(±0) = ±0, log1p(−1) = −∞, log1p(∞) = ∞, NaN below −1. */
export function log1p(x: Term): Expression {
  return call(log1pFunction, x);
}
