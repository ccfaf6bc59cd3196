/**
 * pow: |x|^y = 2^(y·log2 |x|), where the logarithm carries half as many bits again as a number holds, for the product
 * is up to 2^10 and its error becomes a relative one. It is a sum of a number of half the bits, whose products are
 * exact, and of a full one: with x = 2^k·m and s = (m − 1)/(m + 1),
 *
 *   log2 m = 2/(3·ln 2) · s·(3 + s² + s⁴·p(s²))
 */
import {
  bits,
  both,
  call,
  compare,
  difference,
  type Expression,
  either,
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
  atMost,
  type FloatType,
  formats,
  polynomialByPairs,
  powerOfTwoInHalves,
  roundToInteger,
  splitExponent,
  upperHalf,
} from "./format.js";
import { log } from "./logarithm.js";

// biome-ignore format: columns of coefficients
const logCoefficients: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [0.3513021767139435, 0.4282061755657196, 0.6000022888183594],
  f64: [
    0.1799841910214791, 0.17510436471729734, 0.20004564479267556, 0.23076833007378889,
    0.2727272833920999, 0.33333333326029435, 0.428571428571688, 0.5999999999999996,
  ],
};

/** 2/(3·ln 2), and in two parts. */
const SCALE = 0.9617966939259756;
const scaleParts: Readonly<Record<FloatType, readonly [number, number]>> = {
  f32: [0.961669921875, 0.0001267720509756049],
  f64: [0.9617966860532761, 7.872699542894897e-9],
};

// biome-ignore format: columns of coefficients
const exp2Coefficients: Readonly<Record<FloatType, readonly number[]>> = {
  f32: [
    0.00015463311865460128, 0.0013391429092735052, 0.00961806159466505, 0.055503588169813156,
    0.24022650718688965, 0.6931471824645996,
  ],
  f64: [
    4.4602791431511433e-10, 7.073728523137301e-9, 1.0178021899920752e-7, 1.3215435857451393e-6,
    1.5252733947226978e-5, 0.00015403530455257474, 0.0013333558146257178, 0.009618129107596409,
    0.0555041086648226, 0.24022650695910122, 0.6931471805599453,
  ],
};

/** A sum of two numbers, the first of half the bits. */
type Parts = readonly [Expression, Expression];

/** log2 of a positive normal `x` times 2^`shift`. */
function log2InParts(type: FloatType, x: Expression, shift: number): Parts {
  const split = splitExponent(type, x);
  const k = sum(split.exponent, shift);
  const m = split.fraction;
  const f = difference(m, 1);
  const inverse = quotient(1, sum(m, 1));
  const s = product(f, inverse);
  const s1 = upperHalf(type, s);
  const d1 = upperHalf(type, sum(m, 1));
  const d2 = difference(m, difference(d1, 1));
  const s2 = product(inverse, difference(difference(f, product(s1, d1)), product(s1, d2)));
  const z = product(s, s);
  const square = product(s1, s1);
  const high = product(product(z, z), polynomialByPairs(z, logCoefficients[type]));
  const rest = sum(high, product(s2, sum(s1, s)));
  const t1 = upperHalf(type, sum(sum(square, 3), rest));
  const t2 = difference(rest, difference(difference(t1, 3), square));
  const u = product(s1, t1);
  const v = sum(product(s2, t1), product(t2, s));
  const p1 = upperHalf(type, sum(u, v));
  const p2 = difference(v, difference(p1, u));
  const [scale1, scale2] = scaleParts[type];
  const w = product(p1, scale1);
  const wTail = sum(product(p1, scale2), product(p2, SCALE));
  const log1 = upperHalf(type, sum(sum(w, wTail), k));
  return [log1, difference(wTail, difference(difference(log1, k), w))];
}

/** From these sizes on, the power of anything but 1 is 0 or infinite; products still stay finite. */
const largest: Readonly<Record<FloatType, { y: number; power: readonly [number, number] }>> = {
  f32: { y: 8589934592, power: [-254, 130] },
  f64: { y: 3.6893488147419103e19, power: [-2046, 1026] },
};

/** 2^(y·(log1 + log2)). */
function raise(type: FloatType, [log1, log2]: Parts, y: Expression): Expression {
  const limits = largest[type];
  const limited = atLeast(atMost(y, limits.y), -limits.y);
  const y1 = upperHalf(type, limited);
  const small = sum(product(difference(limited, y1), log1), product(limited, log2));
  const large = product(y1, log1);
  const power = atLeast(atMost(sum(small, large), limits.power[1]), limits.power[0]);
  const n = roundToInteger(type, power, 2 * formats[type].bias);
  // Only where the power was limited does the rest leave [−1, 1].
  const r = atLeast(atMost(sum(difference(large, n.number), small), 1), -1);
  const [scale, rest] = powerOfTwoInHalves(type, n.integer);
  return product(product(sum(product(r, polynomialByPairs(r, exp2Coefficients[type])), 1), scale), rest);
}

function lowerPow(type: FloatType, x: Expression, y: Expression): Expression {
  const format = formats[type];
  const size = primitive("abs", x);
  const half = product(y, 0.5);
  const whole = compare("eq", primitive("nearest", y), y);
  const odd = both(whole, compare("ne", primitive("nearest", half), half));
  const sign = bits.and(bits.of(x), bits.constant(format.sign));
  const signOfPower = select(odd, sign, bits.constant(0));
  const signed = (power: Expression): Expression => bits.toNumber(bits.or(bits.of(power), signOfPower));
  // A negative base wants an integer exponent; −0 and −∞ do not.
  const imaginary = both(compare("lt", x, 0), not(whole));

  const common = select(imaginary, NaN, signed(raise(type, log2InParts(type, size, 0), y)));

  const lifted = log2InParts(type, product(size, format.lift), -format.liftExponent);
  const subnormal = select(imaginary, NaN, signed(raise(type, lifted, y)));
  const rising = compare("gt", y, 0);
  const ofZero = signed(select(rising, 0, Infinity));
  const ofInfinity = signed(select(rising, Infinity, 0));
  const special = select(
    compare("eq", size, 0),
    ofZero,
    select(
      compare("eq", size, Infinity),
      ofInfinity,
      select(compare("lt", size, format.smallest), subnormal, NaN),
    ),
  );
  const isOne = either(compare("eq", y, 0), compare("eq", x, 1));
  const usual = both(
    both(compare("ge", size, format.smallest), compare("lt", size, Infinity)),
    compare("eq", y, y),
  );
  return rarely(not(usual), select(isOne, 1, select(compare("eq", y, y), special, NaN)), common);
}

export const powFunction: ScalarFunction = {
  name: "pow",
  lower: (type, x, y) => lowerPow(type, x!, y!),
  derivatives: ([x, y], out) => {
    const power = pow(x!, difference(y!, 1));
    // Not y·x^(y − 1) where that is 0·∞ or 0·NaN: x⁰ is constant, and so is 0^y about y > 0. Where it is a number it
    // stays, for its own derivative by y is not 0.
    const infinite = not(compare("lt", primitive("abs", power), Infinity));
    return [
      select(both(compare("eq", y!, 0), infinite), 0, product(y!, power)),
      select(both(compare("eq", x!, 0), compare("ge", y!, 0)), 0, product(out, log(x!))),
    ];
  },
};

/**
 * x^y, with C's rules: x⁰ = 1^y = 1 even for NaN; a negative base wants an integer exponent, else NaN; −0 and −∞ keep
 * their sign under odd exponents; (−1)^±∞ = 1.
 */
export function pow(x: Term, y: Term): Expression {
  return call(powFunction, x, y);
}
