/** Numbers in decimal, from the bytes of a cell. */
import type { CsvCells } from "./csv-cells.js";

const [zero, plus, minus, point] = [0x30, 0x2b, 0x2d, 0x2e];

/** 10⁰ … 10²²: all that are float64s. */
const powersOfTen: readonly number[] = Array.from({ length: 23 }, (_, i) => Number(`1e${i}`));

/** The largest number that takes a digit more without passing 2⁵³. */
const mostBefore = 900719925474098;

/**
 * The number in a cell, the float64 next to it: digits with a sign, a point and an exponent if there are any, or nan, inf,
 * infinity. Undefined where there is none.
 */
export function decimalIn(cells: CsvCells): number | undefined {
  return simpleDecimal(cells.bytes, cells.from, cells.to) ?? decimalOf(cells.text());
}

/**
 * A number of few digits. Both the digits as an integer below 2⁵³ and the power of ten are float64s then, so their product
 * or quotient, rounded once, is the nearest one (Clinger 1990, "How to read floating point numbers accurately").
 */
function simpleDecimal(bytes: Uint8Array, from: number, to: number): number | undefined {
  const sign = bytes[from];
  let at = sign === minus || sign === plus ? from + 1 : from;
  let digits = 0;
  let scale = 0;
  let count = 0;
  let isFraction = false;
  for (; at < to; at++) {
    const digit = bytes[at]! - zero;
    if (digit >= 0 && digit <= 9) {
      if (digits > mostBefore) return undefined;
      digits = digits * 10 + digit;
      count++;
      if (isFraction) scale--;
    } else if (bytes[at] === point && !isFraction) isFraction = true;
    else break;
  }
  if (count === 0) return undefined;
  if (at < to) {
    if ((bytes[at]! | 0x20) !== 0x65) return undefined;
    const exponent = integerIn(bytes, at + 1, to);
    if (exponent === undefined) return undefined;
    scale += exponent;
  }
  if (scale < -22 || scale > 22) return undefined;
  const size = scale < 0 ? digits / powersOfTen[-scale]! : digits * powersOfTen[scale]!;
  return sign === minus ? -size : size;
}

const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const special: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
};

/** The number that a whole text is, as {@link decimalIn}. */
export function decimalOf(text: string): number | undefined {
  if (decimal.test(text)) return Number(text);
  const sign = text.startsWith("-") ? -1 : 1;
  const word = text.replace(/^[+-]/, "").toLowerCase();
  return Object.hasOwn(special, word) ? sign * special[word]! : undefined;
}

/** The integer in bytes: a sign if there is one, then digits, of a number below 2⁵³. */
export function integerIn(bytes: Uint8Array, from: number, to: number): number | undefined {
  const sign = bytes[from];
  const first = sign === minus || sign === plus ? from + 1 : from;
  let size = 0;
  for (let at = first; at < to; at++) {
    const digit = bytes[at]! - zero;
    if (digit < 0 || digit > 9 || size > mostBefore) return undefined;
    size = size * 10 + digit;
  }
  if (first >= to) return undefined;
  return sign === minus ? -size : size;
}
