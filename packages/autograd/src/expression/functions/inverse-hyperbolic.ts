/**
 * asinh, acosh: log(|x| + √(x² ± 1)), where the square, the root and the sum are carried in two parts; asinh of
 * |x| < 1/2 is an odd polynomial.
 *
 * atanh: log((1 + x)/(1 − x))/2; with 2^k near that quotient, it is k·(ln 2)/2 + artanh s, an odd polynomial, for
 * s = ((1 + x) − 2^k·(1 − x))/((1 + x) + 2^k·(1 − x)), which is x itself for k = 0.
 */
import {
  bits,
  both,
  call,
  compare,
  difference,
  type Expression,
  not,
  primitive,
  product,
  quotient,
  rarely,
  type ScalarFunction,
  select,
  sum,
  type Term,
} from "../expression.js";
import {
  atLeast,
  type FloatType,
  formats,
  ln2,
  polynomialByPairs,
  splitExponent,
  twoSquare,
  twoSum,
  withSign,
} from "./format.js";
import { log, logOfSum } from "./logarithm.js";

type ByType<T> = Readonly<Record<FloatType, T>>;

// biome-ignore format: columns of coefficients
const asinhCoefficients: ByType<readonly number[]> = {
  f32: [
    0.009240329265594482, -0.020039141178131104, 0.03003118373453617, -0.04461586847901344,
    0.07499906420707703, -0.1666666567325592,
  ],
  f64: [
    0.001714526321854209, -0.004742504741402487, 0.007462534298754332, -0.009533072514643848,
    0.011512749478313839, -0.01396019872229847, 0.017352383816981155, -0.022372138170489757,
    0.030381943709618345, -0.04464285712770097, 0.07499999999984318, -0.1666666666666661,
  ],
};

/** From here on √(x² ± 1) rounds to x. */
const large: ByType<number> = { f32: 16384, f64: 536870912 };

/** log(x + √(x² + one)) for x of no great size. */
function logWithRoot(type: FloatType, x: Expression, one: 1 | -1): Expression {
  const [square, lost] = twoSquare(type, x);
  const [total, lostToo] = twoSum(square, { node: "constant", kind: "number", value: one });
  const rest = sum(lost, lostToo);
  const radicand = sum(total, rest);
  const below = sum(difference(total, radicand), rest);
  const root = primitive("sqrt", radicand);
  const [again, lostAgain] = twoSquare(type, root);
  const missing = sum(difference(difference(radicand, again), lostAgain), below);
  const rootTail = quotient(missing, atLeast(product(root, 2), formats[type].smallest));
  const [u, tail] = twoSum(x, root);
  return logOfSum(type, u, sum(tail, rootTail));
}

export const asinhFunction: ScalarFunction = {
  name: "asinh",
  lower: (type, x) => {
    const size = primitive("abs", x!);
    const u = product(size, size);
    const near = sum(size, product(size, product(u, polynomialByPairs(u, asinhCoefficients[type]))));
    const common = select(compare("lt", size, 0.5), near, logWithRoot(type, size, 1));
    const far = sum(log(size), 0.6931471805599453);
    return withSign(type, rarely(compare("gt", size, large[type]), far, common), x!);
  },
  derivatives: ([x]) => [quotient(1, primitive("sqrt", sum(product(x!, x!), 1)))],
};

/** The inverse hyperbolic sine. asinh(±0) = ±0, asinh(±∞) = ±∞. */
export function asinh(x: Term): Expression {
  return call(asinhFunction, x);
}

export const acoshFunction: ScalarFunction = {
  name: "acosh",
  lower: (type, x) => {
    const far = sum(log(x!), 0.6931471805599453);
    const usual = both(compare("ge", x!, 1), compare("le", x!, large[type]));
    return rarely(not(usual), select(compare("gt", x!, 1), far, NaN), logWithRoot(type, x!, -1));
  },
  derivatives: ([x]) => [
    quotient(1, product(primitive("sqrt", difference(x!, 1)), primitive("sqrt", sum(x!, 1)))),
  ],
};

/** The inverse hyperbolic cosine, not negative. acosh(∞) = ∞, NaN below 1. */
export function acosh(x: Term): Expression {
  return call(acoshFunction, x);
}

// biome-ignore format: columns of coefficients
const atanhCoefficients: ByType<readonly number[]> = {
  f32: [
    0.12074887752532959, 0.10732309520244598, 0.14306898415088654, 0.19999489188194275,
    0.3333333730697632,
  ],
  f64: [
    0.08293230138546599, 0.04281272642955298, 0.0602880300458567, 0.06653397928388596,
    0.07693069947992952, 0.09090881264364299, 0.11111111736965844, 0.14285714277648953,
    0.20000000000051343, 0.3333333333333322,
  ],
};

export const atanhFunction: ScalarFunction = {
  name: "atanh",
  lower: (type, x) => {
    const size = primitive("abs", x!);
    const up = sum(size, 1);
    const upTail = difference(size, difference(up, 1));
    const down = difference(1, size);
    const downTail = difference(difference(1, down), size);
    // Where k turns from 0 to 1 accuracy is lost by cancellation: the later the better.
    const ratio = product(quotient(up, down), 0.72);
    const { exponent, fraction } = splitExponent(type, ratio);
    const power = bits.toNumber(
      bits.add(bits.sub(bits.of(ratio), bits.of(fraction)), bits.constant(formats[type].one)),
    );
    const scaled = product(down, power);
    const numerator = sum(difference(up, scaled), difference(upTail, product(downTail, power)));
    const s = quotient(numerator, sum(up, scaled));
    const z = product(s, s);
    const [first, second] = ln2[type];
    const tail = sum(
      product(s, product(z, polynomialByPairs(z, atanhCoefficients[type]))),
      product(exponent, second / 2),
    );
    const common = sum(product(exponent, first / 2), sum(s, tail));
    const outside = select(compare("eq", size, 1), Infinity, NaN);
    return withSign(type, rarely(not(compare("lt", size, 1)), outside, common), x!);
  },
  derivatives: ([x]) => [quotient(1, product(difference(1, x!), sum(x!, 1)))],
};

/** The inverse hyperbolic tangent. atanh(±0) = ±0, atanh(±1) = ±∞, NaN outside [−1, 1]. */
export function atanh(x: Term): Expression {
  return call(atanhFunction, x);
}
