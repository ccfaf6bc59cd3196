/**
 * sin, cos, tan: x = q·π/2 + r with |r| <= π/4, and by the quadrant q ± the sine or the cosine of r, or the tangent
 * or its reciprocal. sin r = r + r³·p(r²), cos r = 1 − (r²/2 − r⁴·p(r²)), tan r = r + r³·p(r²): each p is minimax.
 */
import {
  bits,
  call,
  compare,
  difference,
  type Expression,
  negative,
  primitive,
  product,
  quotient,
  rarely,
  type ScalarFunction,
  select,
  sum,
  type Term,
} from "../expression.js";
import { type FloatType, formats, polynomialByPairs, upperHalf } from "./format.js";
import { largeRemainder, limit, type Remainder, smallRemainder } from "./reduction.js";

// biome-ignore format: columns of coefficients
const sinCoefficients: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [-0.00019518405315466225, 0.008332190103828907, -0.16666655242443085],
  f64: [
    1.5896675880225544e-10, -2.5050756612752444e-8, 2.755731368693971e-6, -0.00019841269829811695,
    0.008333333333322453, -0.16666666666666632,
  ],
};

// biome-ignore format: columns of coefficients
const cosCoefficients: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [2.443067387503106e-5, -0.00138873013202101, 0.04166664555668831],
  f64: [
    -1.1359801234609127e-11, 2.0875727042774408e-9, -2.7557314387400813e-7, 2.480158728963622e-5,
    -0.0013888888888874441, 0.0416666666666666,
  ],
};

function sinCos(type: FloatType, r: Expression): { sine: Expression; cosine: Expression } {
  const u = product(r, r);
  const sine = sum(r, product(r, product(u, polynomialByPairs(u, sinCoefficients[type]))));
  const drop = difference(
    product(u, 0.5),
    product(product(u, u), polynomialByPairs(u, cosCoefficients[type])),
  );
  return { sine, cosine: difference(1, drop) };
}

function isOdd(quadrant: Expression): Expression {
  return bits.eq(bits.and(quadrant, bits.constant(1)), bits.constant(1));
}

/** ± sin or cos of the rest, whichever is the sine of the whole, times the sign of `signed`. */
function sineOf(type: FloatType, { quadrant, rest }: Remainder, signed?: Expression): Expression {
  const { sine, cosine } = sinCos(type, rest);
  const turned = bits.shl(quadrant, formats[type].fraction === 23 ? 30 : 62);
  const sign = bits.and(
    signed ? bits.xor(turned, bits.of(signed)) : turned,
    bits.constant(formats[type].sign),
  );
  return bits.toNumber(bits.xor(bits.of(select(isOdd(quadrant), cosine, sine)), sign));
}

export const sinFunction: ScalarFunction = {
  name: "sin",
  lower: (type, x) => {
    const size = primitive("abs", x!);
    const far = compare("gt", size, limit[type]);
    return rarely(
      far,
      sineOf(type, largeRemainder(type, size), x!),
      sineOf(type, smallRemainder(type, size), x!),
    );
  },
  derivatives: ([x]) => [cos(x!)],
};

/** The sine. sin(±0) = ±0, sin(±∞) is NaN. */
export function sin(x: Term): Expression {
  return call(sinFunction, x);
}

function quarterOn(remainder: Remainder): Remainder {
  return { ...remainder, quadrant: bits.add(remainder.quadrant, bits.constant(1)) };
}

export const cosFunction: ScalarFunction = {
  name: "cos",
  lower: (type, x) => {
    const size = primitive("abs", x!);
    const far = compare("gt", size, limit[type]);
    return rarely(
      far,
      sineOf(type, quarterOn(largeRemainder(type, size))),
      sineOf(type, quarterOn(smallRemainder(type, size))),
    );
  },
  derivatives: ([x]) => [negative(sin(x!))],
};

/** The cosine. cos(±∞) is NaN. */
export function cos(x: Term): Expression {
  return call(cosFunction, x);
}

// biome-ignore format: columns of coefficients
const tanCoefficients: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [
    0.0043803551234304905, 8.387913840124384e-5, 0.010837693698704243, 0.021282771602272987,
    0.05405944585800171, 0.1333267241716385, 0.33333349227905273,
  ],
  f64: [
    2.0959991847551255e-5, -4.527768074937035e-5, 9.01933446555905e-5, -2.7190253774574084e-5,
    0.0001370944923165319, 0.00022210430306455431, 0.0005951579701911724, 0.0014547358524546212,
    0.0035922927132685323, 0.008863218761915578, 0.021869489637533313, 0.053968253925478514,
    0.1333333333341711, 0.3333333333333276,
  ],
};

function tangentOf(type: FloatType, { quadrant, rest, tail }: Remainder, signed: Expression): Expression {
  const u = product(rest, rest);
  const curve = product(rest, product(u, polynomialByPairs(u, tanCoefficients[type])));
  const small = sum(curve, product(tail, sum(u, 1)));
  const tangent = sum(rest, small);
  // −1/(rest + small), and the division's remainder divided once more.
  const high = upperHalf(type, tangent);
  const low = difference(small, difference(high, rest));
  const inverse = quotient(-1, tangent);
  const head = upperHalf(type, inverse);
  const remainder = sum(sum(product(head, high), 1), product(head, low));
  const value = select(isOdd(quadrant), sum(head, product(inverse, remainder)), tangent);
  const sign = bits.and(bits.of(signed), bits.constant(formats[type].sign));
  return bits.toNumber(bits.xor(bits.of(value), sign));
}

export const tanFunction: ScalarFunction = {
  name: "tan",
  lower: (type, x) => {
    const size = primitive("abs", x!);
    const far = compare("gt", size, limit[type]);
    return rarely(
      far,
      tangentOf(type, largeRemainder(type, size), x!),
      tangentOf(type, smallRemainder(type, size), x!),
    );
  },
  derivatives: (_, out) => [sum(product(out, out), 1)],
};

/** The tangent. tan(±0) = ±0, tan(±∞) is NaN. */
export function tan(x: Term): Expression {
  return call(tanFunction, x);
}
