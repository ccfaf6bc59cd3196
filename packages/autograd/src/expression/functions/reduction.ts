/**
 * The remainder of a number by π/2, for sin, cos and tan of every finite number.
 *
 * Up to `limit`, Cody and Waite's way: n·π/2 is subtracted in four parts, so short that their products with n are
 * exact, and the one subtraction that rounds before the last is made good. Beyond, Payne and Hanek's: x/2π modulo 1
 * from those bits of 1/2π that matter for the exponent of x.
 */
import {
  compare,
  constant,
  difference,
  type Expression,
  primitive,
  product,
  select,
  sum,
} from "../expression.js";
import { type FloatType, roundToInteger, twoSum, upperHalf } from "./format.js";

/** x = quadrant·π/2 + rest + tail with |rest| <= π/4; the quadrant stands in the low two bits. */
export interface Remainder {
  readonly quadrant: Expression;
  readonly rest: Expression;
  /** What rounding the rest lost. */
  readonly tail: Expression;
}

/** Up to here, the few parts of π/2 suffice. */
export const limit: Readonly<Record<FloatType, number>> = { f32: 8192, f64: 1048576 };

// Subtracting `exact` rounds nothing: the sum of the rest is smaller than an ulp of what is left.
const halfPi: Readonly<
  Record<FloatType, { exact: readonly number[]; rounded: number; rest: readonly [number, ...number[]] }>
> = {
  f32: {
    exact: [1.5703125, 0.0004837512969970703],
    rounded: 7.549533620476723e-8,
    rest: [2.5633440682570896e-12],
  },
  f64: {
    exact: [1.5707963267341256],
    rounded: 6.077100506303966e-11,
    rest: [2.0222662487111665e-21, 8.4784276603689e-32],
  },
};

/** The remainder of 0 <= `x` <= limit. */
export function smallRemainder(type: FloatType, x: Expression): Remainder {
  const n = roundToInteger(type, product(x, 0.6366197723675814));
  const { exact, rounded, rest } = halfPi[type];
  const before = exact.reduce((r, part) => difference(r, product(n.number, part)), x);
  const step = product(n.number, rounded);
  const after = difference(before, step);
  const lost = difference(difference(before, after), step);
  const [next, ...last] = rest;
  const start = { rest: after, tail: constant(0) as Expression };
  const subtract = ({ rest: r, tail }: typeof start, part: Expression): typeof start => {
    const result = difference(r, part);
    return { rest: result, tail: sum(difference(difference(r, result), part), tail) };
  };
  const first = subtract(start, difference(product(n.number, next), lost));
  return { quadrant: n.integer, ...last.map((part) => product(n.number, part)).reduce(subtract, first) };
}

/** The first 1248 bits of 1/2π. */
const inverseTwoPi = BigInt(
  "0x28be60db9391054a7f09d5f47d4d377036d8a5664f10e4107f9458eaf7aef1586dc91b8e909374" +
    "b801924bba827464873f877ac72c4a69cfba208d7d4baed1213a671c09ad17df904e64758e60d4" +
    "ce7d272117e2ef7e4a0ec7fe25fff7816603fbcbc462d6829b47db4d9fb3c9f2c26dd3d18fd9a7" +
    "97fa8b5d49eeb1faf97c5ecf41ce7de294a4ba9afed7ec47e357421580cc11bf1edaeafc33ef08",
);

interface Window {
  /** Bits of a piece of 1/2π: half of what a number holds. */
  readonly bits: number;
  /** 2^-bits and 2^bits. */
  readonly unit: number;
  readonly base: number;
  /** From here on all numbers are integers. */
  readonly integer: number;
  /** By how many pieces to shift: powers of two that add up to any shift that occurs. */
  readonly shifts: readonly number[];
  /** 2π in two parts, the first of half the bits. */
  readonly twoPi: readonly [number, number];
}

const windows: Readonly<Record<FloatType, Window>> = {
  f32: {
    bits: 12,
    unit: 1 / 4096,
    base: 4096,
    integer: 8388608,
    shifts: [8, 4, 2, 1],
    twoPi: [6.28125, 0.0019353071693331003],
  },
  f64: {
    bits: 26,
    unit: 1 / 67108864,
    base: 67108864,
    integer: 4503599627370496,
    shifts: [32, 16, 8, 4, 2, 1],
    twoPi: [6.283185243606567, 6.357301909411278e-8],
  },
};

/** Pieces that are read: the remainder of no number is so small that it needs more. */
const PIECES = 8;

/**
 * The pieces of 1/2π that matter for `x`, and `x` divided by the power of two that was left out. Earlier pieces give
 * whole turns, for what is left of `x` is an integer if any was left out.
 */
function align(x: Expression, window: Window): { scaled: Expression; pieces: readonly Expression[] } {
  const count = Math.floor(1248 / window.bits);
  let pieces: Expression[] = Array.from({ length: count }, (_, i) => {
    const piece = (inverseTwoPi >> BigInt(1248 - window.bits * (i + 1))) & (BigInt(window.base) - 1n);
    return constant(Number(piece));
  });
  let scaled = x;
  for (const shift of window.shifts) {
    let [down, up] = [1, 1];
    for (let i = 0; i < shift; i++) [down, up] = [down * window.unit, up * window.base];
    const far = compare("ge", scaled, up * window.integer);
    // Later shifts come to shift − 1 at most.
    pieces = pieces
      .slice(0, shift - 1 + PIECES)
      .map((piece, i) => (pieces[i + shift] === undefined ? piece : select(far, pieces[i + shift]!, piece)));
    scaled = select(far, product(scaled, down), scaled);
  }
  return { scaled, pieces };
}

/** The remainder of `x` > limit; not a number for ∞. */
export function largeRemainder(type: FloatType, x: Expression): Remainder {
  const window = windows[type];
  const { scaled, pieces } = align(x, window);
  const high = upperHalf(type, scaled);
  const low = difference(scaled, high);
  // Each product is exact. From highs[3] and lows[2] on they are below half a turn.
  let unit = 1;
  const highs: Expression[] = [];
  const lows: Expression[] = [];
  for (const piece of pieces) {
    unit *= window.unit;
    const value = product(piece, unit);
    highs.push(product(high, value));
    lows.push(product(low, value));
  }
  let turns: Expression = constant(0);
  let lost: Expression[] = [];
  const include = (part: Expression): void => {
    const [total, error] = twoSum(turns, part);
    turns = total;
    lost.push(error);
  };
  const withoutWhole = (x_: Expression): Expression => difference(x_, primitive("nearest", x_));
  turns = withoutWhole(highs[0]!);
  for (const part of [lows[0]!, highs[1]!, lows[1]!, highs[2]!]) include(withoutWhole(part));
  for (const part of [lows[2]!, highs[3]!]) include(part);
  const quadrant = roundToInteger(type, product(turns, 4));
  turns = difference(turns, product(quadrant.number, 0.25));
  const before = lost.reduce((x, y) => sum(x, y));
  lost = [];
  for (const part of [lows[3]!, highs[4]!, before, lows[4]!, highs[5]!]) include(part);
  const rest = [...lost, lows[5]!, highs[6]!, lows[6]!, highs[7]!, lows[7]!].reduce((x, y) => sum(x, y));
  const total = sum(turns, rest);
  const less = sum(difference(turns, total), rest);
  const [first, second] = window.twoPi;
  const totalHigh = upperHalf(type, total);
  const small = sum(
    product(difference(total, totalHigh), first),
    sum(product(total, second), product(less, first)),
  );
  const large = product(totalHigh, first);
  const remainder = sum(large, small);
  return { quadrant: quadrant.integer, rest: remainder, tail: sum(difference(large, remainder), small) };
}
