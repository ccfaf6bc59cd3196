/**
 * erf, erfc: x + x·p(x²) near 0. Elsewhere erfc a = e^−a²·q(t)/(1 + 2a) for t = (a − c)/(a + c): q differs from a
 * constant by little on all of the range. p and q are minimax; for erfc, whose error would be that of four factors,
 * square, exponential, product and quotient are carried in two parts.
 */
import {
  call,
  compare,
  difference,
  type Expression,
  negative,
  primitive,
  product,
  quotient,
  type ScalarFunction,
  select,
  sum,
  type Term,
} from "../expression.js";
import { exp, expm1OfSmall, remainderByLn2 } from "./exponential.js";
import {
  atMost,
  type FloatType,
  formats,
  LOG2_E,
  polynomialByPairs,
  powerOfTwo,
  powerOfTwoInHalves,
  roundToInteger,
  twoProduct,
  twoSquare,
  withSign,
} from "./format.js";

type ByType<T> = Readonly<Record<FloatType, T>>;

// biome-ignore format: columns of coefficients
const nearCoefficients: ByType<readonly number[]> = {
  f32: [
    7.806903886375949e-5, -0.0007997853099368513, 0.005187162198126316, -0.026853347197175026,
    0.11283578723669052, -0.3761262595653534, 0.12837916612625122,
  ],
  f64: [
    1.435446970095546e-10, -1.6460226788170718e-9, 1.6009087098066367e-8, -1.655605131120812e-7,
    1.6480911600436328e-6, -1.4926869328555211e-5, 0.0001205538556128271, -0.0008548328514915228,
    0.005223977652268016, -0.026866170647981753, 0.11283791670970815, -0.3761263890318409,
    0.1283791670955126,
  ],
};

interface Far {
  /** c, chosen so that the number nearest to q(0) is all but equal to it. */
  readonly center: number;
  readonly constant: number;
  readonly coefficients: readonly number[];
  /** From these sizes on erf rounds to 1, and the power of two in erfc is 0. */
  readonly limits: readonly [number, number];
}

// biome-ignore format: columns of coefficients
const fars: ByType<Far> = {
  f32: {
    center: 3.2265625,
    constant: 1.248016357421875,
    coefficients: [
      -0.0011513784993439913, 0.00025590058066882193, 0.009426414966583252, -0.03580239787697792,
      0.07919866591691971, -0.11917655915021896, 0.11502760648727417, -0.02919870987534523,
      -0.13840635120868683,
    ],
    limits: [4, 13.27],
  },
  f64: {
    center: 2.865478515625,
    constant: 1.256091838229384,
    coefficients: [
      -2.442975305285564e-9, 4.3175754474960685e-8, 9.814478425847619e-9, -3.0879506076713777e-7,
      -1.8755268234958553e-7, 1.4914139084133562e-6, 1.8362094737943285e-6, -6.875335013614281e-6,
      -0.000012784124575942044, 0.00003642339706870071, 0.00007639544130532098, -0.00025027051898366374,
      -0.00035768487260925974, 0.002148186055555016, -0.0006187543672988478, -0.016533525432299787,
      0.060205644966042214, -0.11743622688342194, 0.13805408351941678, -0.059861191490815514,
      -0.1331589732897628,
    ],
    limits: [6, 37.66],
  },
};

/** q(t) − q(0). */
function curve(type: FloatType, a: Expression): Expression {
  const { center, coefficients } = fars[type];
  const t = quotient(difference(a, center), sum(a, center));
  return product(t, polynomialByPairs(t, coefficients));
}

export const erfFunction: ScalarFunction = {
  name: "erf",
  lower: (type, x) => {
    const size = primitive("abs", x!);
    const near = sum(size, product(size, polynomialByPairs(product(size, size), nearCoefficients[type])));
    const a = atMost(size, fars[type].limits[0]);
    const exponent = negative(product(a, a));
    const n = roundToInteger(type, product(exponent, LOG2_E), formats[type].bias);
    const { r } = remainderByLn2(type, exponent, n.number);
    const gauss = product(sum(expm1OfSmall(type, r), 1), powerOfTwo(type, n.integer));
    const ratio = quotient(sum(curve(type, a), fars[type].constant), sum(sum(a, a), 1));
    return withSign(type, select(compare("lt", size, 1), near, difference(1, product(gauss, ratio))), x!);
  },
  derivatives: ([x]) => [product(1.1283791670955126, exp(negative(product(x!, x!))))],
};

/** The error function, 2/√π·∫₀ˣ e^−t² dt. erf(±0) = ±0, erf(±∞) = ±1. */
export function erf(x: Term): Expression {
  return call(erfFunction, x);
}

/** erfc of a >= 1/2. */
function erfcOfLarge(type: FloatType, a: Expression): Expression {
  const [square, squareTail] = twoSquare(type, a);
  const exponent = negative(square);
  const n = roundToInteger(type, product(exponent, LOG2_E), 2 * formats[type].bias);
  const { r, lost } = remainderByLn2(type, exponent, n.number);
  const f = expm1OfSmall(type, r, lost);
  const gauss = sum(f, 1);
  const gaussTail = difference(difference(f, difference(gauss, 1)), product(gauss, squareTail));

  const bend = curve(type, a);
  const { constant } = fars[type];
  const q = sum(bend, constant);
  const qTail = difference(bend, difference(q, constant));
  const [numerator, lostByProduct] = twoProduct(type, gauss, q);
  const numeratorTail = sum(lostByProduct, sum(product(gauss, qTail), product(gaussTail, q)));

  const twice = sum(a, a);
  const denominator = sum(twice, 1);
  const denominatorTail = sum(difference(twice, denominator), 1);
  const ratio = quotient(numerator, denominator);
  const [back, backTail] = twoProduct(type, ratio, denominator);
  const remainder = sum(
    difference(difference(numerator, back), backTail),
    difference(numeratorTail, product(ratio, denominatorTail)),
  );
  const [scale, rest] = powerOfTwoInHalves(type, n.integer);
  return product(product(sum(ratio, quotient(remainder, denominator)), scale), rest);
}

export const erfcFunction: ScalarFunction = {
  name: "erfc",
  lower: (type, x) => {
    const size = primitive("abs", x!);
    const head = difference(1, x!);
    const lost = difference(difference(1, head), x!);
    const p = polynomialByPairs(product(size, size), nearCoefficients[type]);
    const near = sum(head, difference(lost, product(x!, p)));
    const far = erfcOfLarge(type, atMost(size, fars[type].limits[1]));
    return select(compare("lt", size, 0.5), near, select(compare("lt", x!, 0), difference(2, far), far));
  },
  derivatives: ([x]) => [product(-1.1283791670955126, exp(negative(product(x!, x!))))],
};

/** 1 − erf x, accurate where that is small. erfc(−∞) = 2, erfc(∞) = 0. */
export function erfc(x: Term): Expression {
  return call(erfcFunction, x);
}
