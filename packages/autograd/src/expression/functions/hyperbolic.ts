/**
 * sinh, cosh: (e^|x| ∓ e^−|x|)/2 with e^|x| in two parts, or for sinh of |x| < 1 an odd polynomial.
 *
 * tanh: |x| = n·(ln 2)/2 + r; with t = tanh r, an odd polynomial, and s = 2^−n,
 *
 *   tanh |x| = (1 − s) + s·((3 − s)·t − (1 − s)) / ((1 + s) + (1 − s)·t)
 *
 * which is t itself for n = 0, and a small correction of 1 − s for large n.
 */
import {
  bits,
  call,
  compare,
  difference,
  type Expression,
  primitive,
  product,
  quotient,
  type ScalarFunction,
  select,
  sum,
  type Term,
} from "../expression.js";
import { expm1OfSmall, remainderByLn2 } from "./exponential.js";
import {
  atMost,
  type FloatType,
  formats,
  LOG2_E,
  polynomialByPairs,
  powerOfTwo,
  powerOfTwoInHalves,
  roundToInteger,
  roundToNegative,
  withSign,
} from "./format.js";

const HALF_LN2 = 0.34657359027997264;
const TWO_LOG2_E = 2.8853900817779268;

// biome-ignore format: columns of coefficients
const sinhCoefficients: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [2.782322098937584e-6, 0.00019842886831611395, 0.00833331048488617, 0.1666666716337204],
  f64: [
    7.776628099145517e-13, 1.6056658513006245e-10, 2.5052131004176548e-8, 2.755731910673786e-6,
    0.00019841269841593432, 0.008333333333332912, 0.16666666666666669,
  ],
};

/** From the first on e^−|x| is too small to matter, from the second on the result is infinite. */
const range: Readonly<Record<FloatType, readonly [number, number]>> = { f32: [20, 90], f64: [40, 711] };

/** (e^size + sign·e^−size)/2; with the sign −, for size >= 1. */
function halfOfSum(type: FloatType, size: Expression, sign: 1 | -1): Expression {
  const [alone, end] = range[type];
  const { bias, fraction } = formats[type];
  const limited = atMost(size, end);
  const n = roundToInteger(type, product(limited, LOG2_E), 2 * bias);
  const { r, lost } = remainderByLn2(type, limited, n.number);
  const f = expm1OfSmall(type, r, lost);
  const head = sum(f, 1);
  const tail = difference(f, difference(head, 1));
  // 2^−n, by which e^−size differs from the inverse of the head once more.
  const one = bits.constant(BigInt(3 * bias) << BigInt(fraction));
  const s = bits.toNumber(bits.sub(one, bits.shl(n.integer, fraction)));
  const inverse = select(compare("gt", size, alone), 0, product(quotient(sign, head), product(s, s)));
  const total = sum(head, inverse);
  const small = sum(sum(difference(head, total), inverse), tail);
  const [scale, rest] = powerOfTwoInHalves(type, n.integer);
  return product(product(product(sum(total, small), 0.5), scale), rest);
}

export const sinhFunction: ScalarFunction = {
  name: "sinh",
  lower: (type, x) => {
    const size = primitive("abs", x!);
    const u = product(size, size);
    const near = sum(size, product(size, product(u, polynomialByPairs(u, sinhCoefficients[type]))));
    return withSign(type, select(compare("lt", size, 1), near, halfOfSum(type, size, -1)), x!);
  },
  derivatives: ([x]) => [cosh(x!)],
};

/** The hyperbolic sine. sinh(±0) = ±0, sinh(±∞) = ±∞. */
export function sinh(x: Term): Expression {
  return call(sinhFunction, x);
}

export const coshFunction: ScalarFunction = {
  name: "cosh",
  lower: (type, x) => halfOfSum(type, primitive("abs", x!), 1),
  derivatives: ([x]) => [sinh(x!)],
};

/** The hyperbolic cosine. cosh(±∞) = ∞. */
export function cosh(x: Term): Expression {
  return call(coshFunction, x);
}

// biome-ignore format: columns of coefficients
const tanhCoefficients: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [-0.05101623013615608, 0.13320979475975037, -0.3333318531513214],
  f64: [
    0.0005180032564146593, -0.0014463570512976988, 0.00359144941205916, -0.00886320723047204,
    0.021869487848008233, -0.053968253959014216, 0.13333333333327368, -0.3333333333333332,
  ],
};

export const tanhFunction: ScalarFunction = {
  name: "tanh",
  lower: (type, x) => {
    // From this size on tanh rounds to 1.
    const size = atMost(primitive("abs", x!), type === "f32" ? 10 : 20);
    // Where n turns from 0 to 1 accuracy is lost by cancellation: the later the better.
    const n = roundToNegative(type, difference(product(size, TWO_LOG2_E), 0.25), formats[type].bias);
    // One part of (ln 2)/2 is enough: an error of r is reduced by the derivative of tanh.
    const r = difference(size, product(n.number, HALF_LN2));
    const u = product(r, r);
    const t = sum(r, product(r, product(u, polynomialByPairs(u, tanhCoefficients[type]))));
    const s = powerOfTwo(type, n.integer);
    const rest = difference(1, s);
    const numerator = product(s, difference(product(difference(3, s), t), rest));
    const denominator = sum(sum(1, s), product(rest, t));
    return withSign(type, sum(rest, quotient(numerator, denominator)), x!);
  },
  derivatives: (_, out) => [difference(1, product(out, out))],
};

/** The hyperbolic tangent. tanh(±0) = ±0, tanh(±∞) = ±1. */
export function tanh(x: Term): Expression {
  return call(tanhFunction, x);
}
