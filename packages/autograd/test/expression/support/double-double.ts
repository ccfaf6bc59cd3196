/**
 * Numbers of some 106 bits as unevaluated sums of two doubles (Dekker 1971), and elementary functions of them by
 * series: slow, and built on nothing of the library, so that they can judge it. Errors stay below 2^-90.
 */
export type DD = readonly [high: number, low: number];

export const dd = (x: number): DD => [x, 0];

function twoSum(a: number, b: number): DD {
  const s = a + b;
  const part = s - a;
  return [s, a - (s - part) + (b - part)];
}

function fastTwoSum(a: number, b: number): DD {
  const s = a + b;
  return [s, b - (s - a)];
}

export function twoProduct(a: number, b: number): DD {
  const p = a * b;
  const ca = 134217729 * a;
  const cb = 134217729 * b;
  const a1 = ca - (ca - a);
  const b1 = cb - (cb - b);
  const a2 = a - a1;
  const b2 = b - b1;
  return [p, a1 * b1 - p + a1 * b2 + a2 * b1 + a2 * b2];
}

export function add(x: DD, y: DD): DD {
  const [s, e] = twoSum(x[0], y[0]);
  const [t, f] = twoSum(x[1], y[1]);
  const [u, g] = fastTwoSum(s, e + t);
  return fastTwoSum(u, g + f);
}

export const negate = (x: DD): DD => [-x[0], -x[1]];
export const subtract = (x: DD, y: DD): DD => add(x, negate(y));

export function multiply(x: DD, y: DD): DD {
  const [p, e] = twoProduct(x[0], y[0]);
  return fastTwoSum(p, e + (x[0] * y[1] + x[1] * y[0]));
}

/** `x·c` for a power of two `c`, and wherever else that is exact. */
export const scale = (x: DD, c: number): DD => [x[0] * c, x[1] * c];

export function divide(x: DD, y: DD): DD {
  const q1 = x[0] / y[0];
  const r = subtract(x, multiply(y, dd(q1)));
  const q2 = r[0] / y[0];
  const q3 = subtract(r, multiply(y, dd(q2)))[0] / y[0];
  return add(fastTwoSum(q1, q2), dd(q3));
}

export function squareRoot(x: DD): DD {
  const r = Math.sqrt(x[0]);
  if (r === 0 || r === Infinity) return dd(r);
  const rest = subtract(x, twoProduct(r, r));
  return fastTwoSum(r, rest[0] / (2 * r));
}

/** The number of which these are the digits, 50 of them behind the point. */
const decimal = (text: string): DD => {
  const bits = (BigInt(text) << 200n) / 10n ** 50n;
  const first = Number(bits);
  return [first / 2 ** 200, Number(bits - BigInt(first)) / 2 ** 200];
};
export const ln2 = decimal("69314718055994530941723212145817656807550013436026");
export const ln10 = decimal("230258509299404568401799145468436420760110148862877");
export const halfPi = decimal("157079632679489661923132169163975144209858469968755");
export const twoOverRootPi = decimal("112837916709551257389615890312154517168810125865800");
const one = dd(1);

/** A number times a power of two, for results beyond the range in which two doubles have 106 bits. */
export interface Scaled {
  readonly value: DD;
  readonly exponent: number;
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
const inverseFactorials = Array.from({ length: 32 }, (_, i) => divide(one, dd(factorial(Math.min(i, 22)))));
for (let i = 23; i < 32; i++) inverseFactorials[i] = divide(inverseFactorials[i - 1], dd(i));

/** x = n·ln 2 + r: `n` and e^r − 1. */
function reducedExpm1(x: DD): { n: number; value: DD } {
  const n = Math.round(x[0] / ln2[0]);
  const r = scale(subtract(x, multiply(ln2, dd(n))), 1 / 256);
  let series = inverseFactorials[11];
  for (let i = 10; i >= 1; i--) series = add(multiply(series, r), inverseFactorials[i]);
  let value = multiply(series, r);
  for (let i = 0; i < 8; i++) value = add(scale(value, 2), multiply(value, value));
  return { n, value };
}

export function exp(x: DD): Scaled {
  const { n, value } = reducedExpm1(x);
  return { value: add(value, one), exponent: n };
}

/** For |x| < 700. */
export function expm1(x: DD): DD {
  const { n, value } = reducedExpm1(x);
  if (n === 0) return value;
  return add(scale(value, 2 ** n), add(dd(2 ** n), dd(-1)));
}

const oddInverses = Array.from({ length: 24 }, (_, i) => divide(one, dd(2 * i + 1)));

/** 2·artanh s for |s| < 0.18. */
function twiceArtanh(s: DD): DD {
  const z = multiply(s, s);
  let series = oddInverses[23];
  for (let i = 22; i >= 0; i--) series = add(multiply(series, z), oddInverses[i]);
  return scale(multiply(series, s), 2);
}

/** log(1 + x). */
export function log1p(x: DD): DD {
  return Math.abs(x[0]) < 0.25 ? twiceArtanh(divide(x, add(x, dd(2)))) : log(add(x, one));
}

const view = new DataView(new ArrayBuffer(8));

/** The exponent of a normal number. */
export function exponentOf(x: number): number {
  view.setFloat64(0, x);
  return ((view.getUint16(0) >> 4) & 0x7ff) - 1023;
}

export function log(x: DD): DD {
  const lift = x[0] < 2 ** -1000 ? 200 : 0;
  const lifted = scale(x, 2 ** lift);
  let k = exponentOf(lifted[0]);
  const half = scale(lifted, 2 ** -Math.trunc(k / 2));
  let m = scale(half, 2 ** -(k - Math.trunc(k / 2)));
  if (m[0] > Math.SQRT2) {
    m = scale(m, 0.5);
    k++;
  }
  const small = twiceArtanh(divide(subtract(m, one), add(m, one)));
  return k === lift ? small : add(multiply(ln2, dd(k - lift)), small);
}

/** sin and cos of |r| < 0.8. */
function sinCosOfSmall(r: DD): { sin: DD; cos: DD } {
  const z = negate(multiply(r, r));
  let sin = inverseFactorials[27];
  let cos = inverseFactorials[28];
  for (let i = 25; i >= 1; i -= 2) sin = add(multiply(sin, z), inverseFactorials[i]);
  for (let i = 26; i >= 0; i -= 2) cos = add(multiply(cos, z), inverseFactorials[i]);
  return { sin: multiply(sin, r), cos };
}

function turn({ sin, cos }: { sin: DD; cos: DD }, quadrant: number): { sin: DD; cos: DD } {
  if (quadrant === 0) return { sin, cos };
  return turn({ sin: cos, cos: negate(sin) }, quadrant - 1);
}

/** 2/π, 1300 bits of it, by Machin's formula for π. */
const twoOverPi = ((): bigint => {
  const unit = 1n << 1400n;
  const arctanOfInverse = (n: bigint): bigint => {
    let total = 0n;
    let power = unit / n;
    for (let i = 1n; power !== 0n; i += 2n, power = -power / (n * n)) total += power / i;
    return total;
  };
  const pi = 16n * arctanOfInverse(5n) - 4n * arctanOfInverse(239n);
  return (unit << 1301n) / pi;
})();

/** sin and cos of a double, reduced exactly. */
export function sinCos(x: number): { sin: DD; cos: DD } {
  if (Math.abs(x) < 0.78) return sinCosOfSmall(dd(x));
  const exponent = exponentOf(x) - 52;
  const mantissa = BigInt(x * 2 ** -exponent);
  // Of the product, the bits for quadrant 8 and above and those far below 2^-200 are cut off.
  const drop = Math.max(0, 1300 - exponent - 260);
  const places = BigInt(1300 - exponent - drop);
  const product = mantissa * (twoOverPi >> BigInt(drop));
  const quadrant = (product + (1n << (places - 1n))) >> places;
  const fraction = product - (quadrant << places);
  const first = Number(fraction);
  const unit = 2 ** -Number(places);
  const rest: DD = [first * unit, Number(fraction - BigInt(first)) * unit];
  return turn(sinCosOfSmall(multiply(rest, halfPi)), Number(BigInt.asUintN(2, quadrant)));
}

/** The angle of (x, y) by one Newton step from that in double. */
export function atan2(y: DD, x: DD): DD {
  const start = Math.atan2(y[0], x[0]);
  const quarters = Math.round(start / halfPi[0]);
  const rest = subtract(dd(start), multiply(halfPi, dd(quarters)));
  const { sin, cos } = turn(sinCosOfSmall(rest), quarters & 3);
  const across = subtract(multiply(y, cos), multiply(x, sin));
  const along = add(multiply(x, cos), multiply(y, sin));
  return add(dd(start), divide(across, along));
}

/** e^−x². */
function gauss(x: number): Scaled {
  return exp(negate(twoProduct(x, x)));
}

/** erf of 0 <= x < 3. */
export function erfOfSmall(x: number): DD {
  const square = scale(twoProduct(x, x), 2);
  let term = dd(x);
  let total = term;
  for (let n = 1; term[0] > total[0] * 2 ** -110; n++) {
    term = multiply(term, divide(square, dd(2 * n + 1)));
    total = add(total, term);
  }
  const { value, exponent } = gauss(x);
  return multiply(multiply(twoOverRootPi, total), scale(value, 2 ** exponent));
}

/** erfc of x >= 2 by its continued fraction, e^−x²/√π/(x + ½/(x + 1/(x + 3/2/(x + …. */
export function erfcOfLarge(x: number): Scaled {
  const terms = Math.ceil((37 / x) ** 2 / 2) + 20;
  let fraction = dd(x);
  for (let n = terms; n >= 1; n--) fraction = add(dd(x), divide(dd(n / 2), fraction));
  const { value, exponent } = gauss(x);
  return { value: divide(multiply(value, scale(twoOverRootPi, 0.5)), fraction), exponent };
}
