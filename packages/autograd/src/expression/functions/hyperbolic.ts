/**
 * tanh: |x| = n·(ln 2)/2 + r; with t = tanh r, an odd polynomial, and s = 2^−n,
 *
 *   tanh |x| = (1 − s) + s·((3 − s)·t − (1 − s)) / ((1 + s) + (1 − s)·t)
 *
 * which is t itself for n = 0, and a small correction of 1 − s for large n.
 */
import {
  call,
  difference,
  type Expression,
  polynomial,
  primitive,
  product,
  quotient,
  type ScalarFunction,
  sum,
  type Term,
} from "../expression.js";
import { atMost, type FloatType, formats, powerOfTwo, roundToNegative, withSign } from "./format.js";

const HALF_LN2 = 0.34657359027997264;
const TWO_LOG2_E = 2.8853900817779268;

// biome-ignore format: columns of coefficients
const tanhCoefficients: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [-0.0510290265083313, 0.1332111954689026, -0.3333318829536438],
  f64: [
    0.0005180190252930144, -0.0014463617715025886, 0.0035914499766076962, -0.008863207264854851,
    0.02186948784912367, -0.05396825395903222, 0.1333333333332738, -0.3333333333333332,
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
    const t = sum(r, product(r, product(u, polynomial(u, tanhCoefficients[type]))));
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
