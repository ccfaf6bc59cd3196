/**
 * Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"): a bijection of counters of four
 * 32-bit words, chosen by a key of two, that makes consecutive counters into independent words. Emitted for four
 * counters at a time: vector j holds word j of each.
 */
import type { Fn, Local } from "../../wasm/builder.js";
import { i32x4, type Vector, v128 } from "../../wasm/lanes.js";
import { constantVector, simd } from "../../wasm/values.js";

const multipliers = [0xd2511f53, 0xcd9e8d57] as const;
const keySteps = [0x9e3779b9, 0xbb67ae85] as const;
const rounds = 10;

/** Four vectors, one for each word of four counters. */
export type Words = readonly [Vector, Vector, Vector, Vector];

/** Word `from` (0: low, 1: high) of each 64-bit lane of `x`, then of `y`. */
export function halves(x: Vector, y: Vector, from: 0 | 1): Vector {
  return v128.shuffle(
    x,
    y,
    Array.from({ length: 16 }, (_, i) => (i >> 2) * 8 + from * 4 + (i & 3)),
  );
}

/** The 64-bit products of unsigned lanes: those of the two low lanes, and those of the two high lanes. */
export function wideProducts(f: Fn, x: Vector, y: Vector): readonly [Local<"v128">, Local<"v128">] {
  return [f.let(simd("v128", 0xde, [x, y])), f.let(simd("v128", 0xdf, [x, y]))];
}

/** Where `x` is below `y` as unsigned 32-bit numbers. */
export function lessUnsigned(x: Vector, y: Vector): Vector {
  return simd("v128", 0x3a, [x, y]);
}

/** The words that Philox makes of four counters. */
export function emitPhilox(f: Fn, counters: Words, key: readonly [Vector, Vector]): Words {
  let [x0, x1, x2, x3] = counters;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round++) {
    const p = wideProducts(f, x0, i32x4.const(multipliers[0]));
    const q = wideProducts(f, x2, i32x4.const(multipliers[1]));
    const next: Words = [
      f.let(v128.xor(v128.xor(halves(...q, 1), x1), k0)),
      f.let(halves(...q, 0)),
      f.let(v128.xor(v128.xor(halves(...p, 1), x3), k1)),
      f.let(halves(...p, 0)),
    ];
    [x0, x1, x2, x3] = next;
    if (round < rounds - 1) {
      k0 = f.let(i32x4.add(k0, i32x4.const(keySteps[0])));
      k1 = f.let(i32x4.add(k1, i32x4.const(keySteps[1])));
    }
  }
  return [x0, x1, x2, x3];
}

/** Adds `steps`, below 2³² in each lane, to four 128-bit counters whose words lie in `counters`. */
export function emitAdvance(f: Fn, counters: readonly Local<"v128">[], steps: Vector): void {
  const [first, ...others] = counters;
  f.set(first, i32x4.add(first, steps));
  const carry = f.let(lessUnsigned(first, steps));
  for (const word of others) {
    // A set lane is −1.
    f.set(word, i32x4.sub(word, carry));
    f.set(carry, v128.and(carry, i32x4.eq(word, i32x4.const(0))));
  }
}

/** The counters that follow on one another in the lanes: 0, 1, 2, 3. */
export const laneNumbers: Vector = Array.from({ length: 3 }, (_, i) => i + 1).reduce(
  (ramp, lane) => i32x4.replace(ramp, lane, lane),
  constantVector("i32", 0),
);

/** Turns word j of four counters in vector j into the four words of counter j in vector j; and back. */
export function transpose(f: Fn, [a, b, c, d]: Words): Words {
  const low = (x: Vector, y: Vector) => f.let(v128.shuffle(x, y, words(0, 4, 1, 5)));
  const high = (x: Vector, y: Vector) => f.let(v128.shuffle(x, y, words(2, 6, 3, 7)));
  const [ab, cd, AB, CD] = [low(a, b), low(c, d), high(a, b), high(c, d)];
  return [
    v128.shuffle(ab, cd, words(0, 1, 4, 5)),
    v128.shuffle(ab, cd, words(2, 3, 6, 7)),
    v128.shuffle(AB, CD, words(0, 1, 4, 5)),
    v128.shuffle(AB, CD, words(2, 3, 6, 7)),
  ];
}

/** The bytes of words 0–3 of one vector and 4–7 of another, as `v128.shuffle` takes them. */
export function words(...places: number[]): number[] {
  return places.flatMap((place) => [0, 1, 2, 3].map((byte) => 4 * place + byte));
}
