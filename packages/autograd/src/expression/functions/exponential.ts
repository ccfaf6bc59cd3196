/**
 * exp, expm1, sigmoid: x = n·ln 2 + r with |r| <= ln 2 / 2; e^x = 2^n·e^r, and e^r = 1 + (r + r²·q(r)) with a
 * minimax q. n·ln 2 is subtracted in two parts, the first so short that its product with n is exact.
 */
import {
  call,
  compare,
  difference,
  type Expression,
  product,
  quotient,
  rarely,
  type ScalarFunction,
  sum,
  type Term,
} from "../expression.js";
import {
  atLeast,
  atMost,
  type FloatType,
  formats,
  LOG2_E,
  ln2,
  polynomialByPairs,
  powerOfTwo,
  powerOfTwoInHalves,
  roundToInteger,
  roundToNegative,
  withSign,
} from "./format.js";

// biome-ignore format: columns of coefficients
const coefficients: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [0.0013942227233201265, 0.008368855342268944, 0.041666384786367416, 0.1666651964187622, 0.5],
  f64: [
    2.0910379587712036e-9, 2.5113023879483225e-8, 2.755728584883911e-7, 2.7557231925389967e-6,
    2.4801587313668627e-5, 0.00019841269899435306, 0.001388888888888831, 0.008333333333315755,
    0.041666666666666664, 0.16666666666666685, 0.5,
  ],
};

/**
 * Beyond these e^x is 0 or infinite all the same. The first is far beyond: there 2^n is a product of zeros, while
 * underflow by multiplication takes a processor a hundred cycles, and e^−∞ is common in masks.
 */
const range: Readonly<Record<FloatType, readonly [number, number]>> = { f32: [-176, 89], f64: [-1418, 710] };

/** The remainder of `x` by ln 2, given the quotient `n`, and what rounding it lost. */
export function remainderByLn2(
  type: FloatType,
  x: Expression,
  n: Expression,
): { r: Expression; lost: Expression } {
  const [first, second] = ln2[type];
  const high = difference(x, product(n, first));
  const low = product(n, second);
  const r = difference(high, low);
  return { r, lost: difference(difference(high, r), low) };
}

/** e^r − 1 for such a remainder; `lost` is added where the accuracy is needed. */
export function expm1OfSmall(type: FloatType, r: Expression, lost?: Expression): Expression {
  const square = product(r, r);
  const curve = product(square, polynomialByPairs(r, coefficients[type]));
  return sum(r, lost ? sum(curve, lost) : curve);
}

export const expFunction: ScalarFunction = {
  name: "exp",
  lower: (type, x) => {
    const [low, high] = range[type];
    const limited = atLeast(atMost(x!, high), low);
    const n = roundToInteger(type, product(limited, LOG2_E), 2 * formats[type].bias);
    const [scale, rest] = powerOfTwoInHalves(type, n.integer);
    const { r } = remainderByLn2(type, limited, n.number);
    return product(product(sum(expm1OfSmall(type, r), 1), scale), rest);
  },
  derivatives: (_, out) => [out],
};

/** e^x. exp(−∞) = 0, exp(±0) = 1, exp(∞) = ∞. */
export function exp(x: Term): Expression {
  return call(expFunction, x);
}

/** From here on down, 2^n as it is made of the bits of n is a 0: there is no underflow on the way. */
const zeroFrom: Readonly<Record<FloatType, number>> = { f32: -88.03, f64: -709.1 };

const fallingExpFunction: ScalarFunction = {
  name: "fallingExp",
  lower: (type, x) => {
    const limited = atLeast(x!, zeroFrom[type]);
    const n = roundToInteger(type, product(limited, LOG2_E), formats[type].bias);
    const { r } = remainderByLn2(type, limited, n.number);
    return product(sum(expm1OfSmall(type, r), 1), powerOfTwo(type, n.integer));
  },
  derivatives: (_, out) => [out],
};

/**
 * e^x for x <= 0, in fewer steps, with the bits of {@link exp} where that is a normal number; 0 from where it is hardly
 * one any more. NaN stays.
 */
export function fallingExp(x: Term): Expression {
  return call(fallingExpFunction, x);
}

/** Below, e^x − 1 rounds to −1; above, it rounds to e^x. */
const expm1Range: Readonly<Record<FloatType, readonly [number, number]>> = {
  f32: [-18, 88],
  f64: [-38, 709],
};

export const expm1Function: ScalarFunction = {
  name: "expm1",
  lower: (type, x) => {
    const [low, high] = expm1Range[type];
    const limited = atLeast(x!, low);
    const n = roundToInteger(type, product(limited, LOG2_E), formats[type].bias);
    const { r, lost } = remainderByLn2(type, limited, n.number);
    const scale = powerOfTwo(type, n.integer);
    const common = sum(difference(scale, 1), product(scale, expm1OfSmall(type, r, lost)));
    // The sign of the result is that of x, also for −0.
    return rarely(compare("gt", x!, high), exp(x!), withSign(type, common, x!));
  },
  derivatives: (_, out) => [sum(out, 1)],
};

/** e^x − 1, accurate near 0. expm1(±0) = ±0, expm1(−∞) = −1, expm1(∞) = ∞. */
export function expm1(x: Term): Expression {
  return call(expm1Function, x);
}

/**
 * Where the sigmoid is 0, and where it has long been 1; c = 2^−lift keeps c·e^−x a normal number in between, so that the
 * one quotient rounds what is subnormal.
 */
const sigmoidRange: Readonly<Record<FloatType, { low: number; high: number; lift: number; c: number }>> = {
  f32: { low: -104.5, high: 60, lift: 24, c: 5.9604644775390625e-8 },
  f64: { low: -746, high: 600, lift: 54, c: 5.551115123125783e-17 },
};

export const sigmoidFunction: ScalarFunction = {
  name: "sigmoid",
  lower: (type, x) => {
    // c/(c + c·e^−x), where c·e^−x = s·(1 + f) with s a power of two.
    const { low, high, lift, c } = sigmoidRange[type];
    const limited = atLeast(atMost(x!, high), low);
    const n = roundToNegative(type, product(limited, LOG2_E), formats[type].bias - lift);
    const [first, second] = ln2[type];
    const minus = sum(difference(product(n.number, first), limited), product(n.number, second));
    const s = powerOfTwo(type, n.integer);
    const head = sum(s, c);
    const lost = difference(c, difference(head, s));
    return quotient(c, sum(head, sum(product(s, expm1OfSmall(type, minus)), lost)));
  },
  derivatives: (_, out) => [product(out, difference(1, out))],
};

/** 1/(1 + e^−x). sigmoid(−∞) = 0, sigmoid(∞) = 1. */
export function sigmoid(x: Term): Expression {
  return call(sigmoidFunction, x);
}
