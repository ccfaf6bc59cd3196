/**
 * asin, acos, atan, atan2: odd polynomials, minimax for relative error, of an argument made small by
 *
 *   asin a = π/2 − 2·asin √((1 − a)/2)         for a > 1/2
 *   atan(y/x) = j·π/4 + atan t                 t = y/x, (y − x)/(y + x) or −x/y for j = 0, 1, 2
 */
import {
  bits,
  both,
  call,
  compare,
  constant,
  difference,
  type Expression,
  negative,
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
import { type FloatType, formats, polynomialByPairs, withSign } from "./format.js";

type ByType<T> = Readonly<Record<FloatType, T>>;

/** π/2 in two parts, each as near as it can be. */
const halfPi: ByType<readonly [number, number]> = {
  f32: [1.5707963705062866, -4.371139000186241e-8],
  f64: [1.5707963267948966, 6.123233995736766e-17],
};

/** π/4 in two parts, the first with two bits to spare: up to four times it is exact. */
const quarterPi: ByType<readonly [number, number]> = {
  f32: [0.785398006439209, 1.5695823932524066e-7],
  f64: [0.7853981633974483, 3.061616997868383e-17],
};

// biome-ignore format: columns of coefficients
const asinCoefficients: ByType<readonly number[]> = {
  f32: [
    0.03770151361823082, 0.0143125019967556, 0.031839463859796524, 0.04451335594058037,
    0.07500521838665009, 0.16666659712791443,
  ],
  f64: [
    0.0327540709156895, -0.021194514675675825, 0.02184181571050181, 0.003652775318150505,
    0.010794013578184901, 0.011396539010583562, 0.013981100017094105, 0.017351589645342464,
    0.022372216175814086, 0.030381942667852824, 0.04464285717539116, 0.07499999999970049,
    0.16666666666666763,
  ],
};

// biome-ignore format: columns of coefficients
const atanCoefficients: ByType<readonly number[]> = {
  f32: [
    -0.017102938145399094, 0.05061083659529686, -0.08249633759260178, 0.10953464359045029,
    -0.14269399642944336, 0.1999918520450592, -0.33333319425582886,
  ],
  f64: [
    0.001383622091262427, -0.006714320962442694, 0.016228925471047668, -0.026865101973209973,
    0.03563629385036059, -0.042042738573734154, 0.047257965330177544, -0.052562518635540734,
    0.05881358829749069, -0.06666560738548465, 0.07692299545669504, -0.09090908655444022,
    0.11111111095831895, -0.14285714285393103, 0.19999999999996562, -0.3333333333333332,
  ],
};

/** asin s = s + curve, for s = |x|, or s = √((1 − |x|)/2) where |x| is large. */
function asinOfSmall(
  type: FloatType,
  size: Expression,
): { large: Expression; s: Expression; curve: Expression } {
  const large = compare("gt", size, 0.5);
  const folded = product(difference(1, size), 0.5);
  const u = select(large, folded, product(size, size));
  const s = select(large, primitive("sqrt", folded), size);
  return { large, s, curve: product(s, product(u, polynomialByPairs(u, asinCoefficients[type]))) };
}

export const asinFunction: ScalarFunction = {
  name: "asin",
  lower: (type, x) => {
    const { large, s, curve } = asinOfSmall(type, primitive("abs", x!));
    const [first, second] = halfPi[type];
    const twice = product(s, 2);
    const head = difference(first, twice);
    const lost = sum(difference(difference(first, head), twice), second);
    const folded = difference(head, difference(product(curve, 2), lost));
    return withSign(type, select(large, folded, sum(s, curve)), x!);
  },
  derivatives: ([x]) => [quotient(1, primitive("sqrt", product(difference(1, x!), sum(x!, 1))))],
};

/** The inverse sine, in [−π/2, π/2]. asin(±0) = ±0, NaN outside [−1, 1]. */
export function asin(x: Term): Expression {
  return call(asinFunction, x);
}

export const acosFunction: ScalarFunction = {
  name: "acos",
  lower: (type, x) => {
    const { large, s, curve } = asinOfSmall(type, primitive("abs", x!));
    const [first, second] = halfPi[type];
    const below = product(difference(first, sum(s, difference(curve, second))), 2);
    const above = product(sum(s, curve), 2);
    const signed = (y: Expression): Expression =>
      bits.toNumber(bits.xor(bits.of(y), bits.and(bits.of(x!), bits.constant(formats[type].sign))));
    const middle = difference(first, difference(x!, difference(second, signed(curve))));
    return select(large, select(compare("lt", x!, 0), below, above), middle);
  },
  derivatives: ([x]) => [quotient(-1, primitive("sqrt", product(difference(1, x!), sum(x!, 1))))],
};

/** The inverse cosine, in [0, π]. NaN outside [−1, 1]. */
export function acos(x: Term): Expression {
  return call(acosFunction, x);
}

/** The angle of the point (x, y) for x, y >= 0, or of (−x, y) where the bits of `mirror` are those of −0. */
function angle(type: FloatType, y: Expression, x: Expression, mirror?: Expression): Expression {
  const low = compare("lt", y, product(x, 2 / 3));
  const high = compare("lt", x, product(y, 2 / 3));
  const numerator = select(low, y, select(high, negative(x), difference(y, x)));
  const denominator = select(low, x, select(high, y, sum(y, x)));
  const eighths = select(low, 0, select(high, constant(2), constant(1)));
  const ratio = quotient(numerator, denominator);
  const t = mirror ? bits.toNumber(bits.xor(bits.of(ratio), mirror)) : ratio;
  const j = mirror ? select(bits.eq(mirror, bits.constant(0)), eighths, difference(4, eighths)) : eighths;
  const u = product(t, t);
  const curve = product(t, product(u, polynomialByPairs(u, atanCoefficients[type])));
  const [first, second] = quarterPi[type];
  return sum(product(j, first), sum(t, sum(curve, product(j, second))));
}

export const atanFunction: ScalarFunction = {
  name: "atan",
  lower: (type, x) => withSign(type, angle(type, primitive("abs", x!), constant(1)), x!),
  derivatives: ([x]) => [quotient(1, sum(product(x!, x!), 1))],
};

/** The inverse tangent. atan(±0) = ±0, atan(±∞) = ±π/2. */
export function atan(x: Term): Expression {
  return call(atanFunction, x);
}

/** Up to here the sum of two numbers is finite. */
const summable: ByType<number> = { f32: 8.507059173023462e37, f64: 4.49423283715579e307 };

export const atan2Function: ScalarFunction = {
  name: "atan2",
  lower: (type, y, x) => {
    const up = primitive("abs", y!);
    const across = primitive("abs", x!);
    const mirror = bits.and(bits.of(x!), bits.constant(formats[type].sign));
    const larger = select(compare("gt", up, across), up, across);
    const usual = both(compare("gt", larger, 0), compare("lt", larger, summable[type]));
    // Another point in the same direction: of two infinities, of an infinity and a number, of numbers near overflow.
    const infinite = (a: Expression): Expression => compare("eq", a, Infinity);
    const other = (a: Expression, b: Expression): Expression =>
      select(infinite(a), 1, select(infinite(b), 0, product(a, 0.25)));
    const right = select(compare("eq", larger, 0), 1, other(across, up));
    const defined = both(compare("eq", x!, x!), compare("eq", y!, y!));
    const special = select(defined, angle(type, other(up, across), right, mirror), NaN);
    return withSign(type, rarely(not(usual), special, angle(type, up, across, mirror)), y!);
  },
  derivatives: ([y, x]) => {
    const square = sum(product(x!, x!), product(y!, y!));
    return [quotient(x!, square), negative(quotient(y!, square))];
  },
};

/**
 * The angle of the point (`x`, `y`), in [−π, π], with the sign of `y`: 0 or π for y = ±0 by the sign of x, also of ±0;
 * ±π/4 and ±3π/4 for two infinities.
 */
export function atan2(y: Term, x: Term): Expression {
  return call(atan2Function, y, x);
}
