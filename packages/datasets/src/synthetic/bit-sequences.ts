/** Sequences of bits: what a network with a state does in a few steps, and one without cannot. */
import { ArgumentError, type Tensor, tensor } from "@wengert/autograd";
import { checkIntegers } from "../requirements.js";
import { label } from "./fields.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

export interface BinaryAdditionOptions extends GeneratedOptions {
  /** The number of binary digits of an addend, 8 by default. */
  readonly bits?: number;
}

/**
 * Binary addition (G. Cottrell, F.-S. Tsung: Learning simple arithmetic procedures. Cognitive Science Society 1989): two
 * numbers go in digit by digit, the lowest first, and their sum comes out. Pairs of x [T, 2] and y [T, 1], zeros and ones,
 * float32, T = bits + 1: at step t column i of x has digit 2ᵗ of addend i (0 at the last step), and y that of the sum.
 * Addends are uniform on 0 to 2^bits − 1. {@link binaryNumber} reads them.
 *
 * @throws ArgumentError if `bits` is not an integer, 1 or more
 */
export function binaryAddition({
  bits = 8,
  ...options
}: BinaryAdditionOptions = {}): GeneratedDataset<[x: Tensor, y: Tensor]> {
  checkIntegers("binaryAddition", { bits }, 1);
  return new GeneratedDataset("binaryAddition", options, (draws) => {
    const addends = new Float32Array(2 * (bits + 1));
    const total = new Float32Array(bits + 1);
    let carry = 0;
    for (let t = 0; t <= bits; t++) {
      const a = t < bits ? draws.integer(0, 2) : 0;
      const b = t < bits ? draws.integer(0, 2) : 0;
      addends.set([a, b], 2 * t);
      const digits = a + b + carry;
      total[t] = digits % 2;
      carry = Math.floor(digits / 2);
    }
    return [tensor(addends, { shape: [bits + 1, 2] }), tensor(total, { shape: [bits + 1, 1] })];
  });
}

/** The number whose binary digits these are, the lowest first, each at ½ or more counting as 1; exact below 2⁵³. */
export function binaryNumber(digits: Iterable<number>): number {
  let value = 0;
  let place = 1;
  for (const digit of digits) {
    if (digit >= 0.5) value += place;
    place *= 2;
  }
  return value;
}

export interface ParityOptions extends GeneratedOptions {
  /** T, the number of bits; 10 by default. */
  readonly length?: number;
  /** What is asked: after each step whether the ones so far are odd (`"running"`), or at the end only (`"last"`, the default). */
  readonly target?: "last" | "running";
}

/**
 * Parity (M. Minsky, S. Papert: Perceptrons. 1969): is the number of ones odd? x [T, 1] float32, uniform zeros and ones.
 * y is the class 0 (even) or 1 (odd), a 0-d int32; running, the class after each step, [T] int32.
 *
 * @throws ArgumentError if `length` is not an integer, 1 or more, or `target` is another
 */
export function parity({
  length = 10,
  target = "last",
  ...options
}: ParityOptions = {}): GeneratedDataset<[x: Tensor, y: Tensor]> {
  checkIntegers("parity", { length }, 1);
  if (target !== "last" && target !== "running")
    throw new ArgumentError(
      `parity: the target is ${JSON.stringify(target)}; it must be "last" or "running"`,
    );
  return new GeneratedDataset("parity", options, (draws) => {
    const bits = Float32Array.from({ length }, () => draws.integer(0, 2));
    const running = new Int32Array(length);
    let odd = 0;
    for (let t = 0; t < length; t++) {
      odd ^= bits[t]!;
      running[t] = odd;
    }
    return [tensor(bits, { shape: [length, 1] }), target === "last" ? label(odd) : tensor(running)];
  });
}
