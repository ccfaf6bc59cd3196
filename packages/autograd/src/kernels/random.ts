/**
 * Random numbers as pure functions of a key and a counter. A state is six 32-bit words: the two of the key, then the
 * four of the counter, the lowest first. Counter + b makes block b of four words w0 … w3 (Philox 4x32-10), and
 * element i is made of words of its own:
 *
 *                        block    words
 *   uniform  float32     ⌊i/4⌋    w(i mod 4): its top 24 bits · 2⁻²⁴
 *            float64     ⌊i/2⌋    u: the top 53 bits of w0 + 2³²·w1 (even i) or w2 + 2³²·w3 (odd i), · 2⁻⁵³
 *   normal   float32     ⌊i/4⌋    a pair (even i: cosine, odd i: sine) of w0, w1 or of w2, w3:
 *                                 √(−2 log r)·cos θ with r = (w + ½)·2⁻³² of the first, θ = π·w·2⁻³¹ of the second,
 *                                 read as signed; both rounded to float32
 *            float64     ⌊i/2⌋    the pair of w0 + 2³²·w1 and w2 + 2³²·w3: r = (top 53 bits + 1)·2⁻⁵³,
 *                                 θ = 2π·(top 53 bits · 2⁻⁵³ − ½)
 *   exponential          as uniform: −log r, r = (w + ½)·2⁻³² for float32, (top 53 bits + ½)·2⁻⁵³ for float64; from
 *                                 r = ½ on −log1p(−(1 − r)), 1 − r being made of the complement of the word
 *   integers             ⌊i/2⌋    low + ⌊u·(high − low)·2⁻⁶⁴⌋, u = w0 + 2³²·w1 or w2 + 2³²·w3: no value is more
 *                                 likely than another by more than 2⁻⁶⁴
 *   bernoulli            ⌊i/4⌋    w(i mod 4) < p·2³²
 *
 * so an element depends neither on how many there are nor on the pieces in which they are made. Where one op is done
 * the next begins `blocks` further, the same for all dtypes.
 */
import { ArgumentError } from "../errors.js";
import { indexOf, show, sizeOf } from "../shape.js";
import { allocateView, type View } from "../storage.js";
import { numbersOf } from "./copy.js";
import { arrayOf, beginKernel, copyOut, finishOutput, place, placeOutput } from "./memory.js";
import { type Draw, fillOf, forms } from "./random/draws.js";

/** The blocks that `size` elements of any kind take from a generator: one for two elements. */
export function blocks(size: number): number {
  return Math.ceil(size / 2);
}

// A multiple of what four counters make; the numbers stay in the second-level cache until they are copied out.
const pieceElements = 16384;

// Loops here, for iterators take as long as a hundred numbers do.
function wordsOf({ data, stride, offset }: View): Int32Array {
  const { data: numbers } = data;
  const words = new Int32Array(6);
  for (let i = 0; i < 6; i++) words[i] = numbers[offset + i * stride[0]];
  return words;
}

/** The state whose counter is `steps` further; `steps` is below 2⁵³. */
function advanced(state: Int32Array, steps: number): Int32Array {
  const result = state.slice();
  let carry = steps;
  for (let i = 2; carry > 0 && i < 6; i++) {
    const sum = (result[i] >>> 0) + (carry % 0x100000000);
    result[i] = sum;
    carry = Math.floor(carry / 0x100000000) + (sum >= 0x100000000 ? 1 : 0);
  }
  return result;
}

/** Fills `out`; `first` and `second` are what the draw is told (see `Fill`). */
function fill(draw: Draw, state: View, out: View, first = 0, second = 0): void {
  const { perBlock, dtype } = forms[draw];
  const run = fillOf(draw);
  const words = wordsOf(state);
  const size = sizeOf(out.shape);
  // Nothing goes beyond the end: they may be made where they stay.
  if (size <= pieceElements && size % (4 * perBlock) === 0 && out.data.dtype === dtype) {
    if (size === 0) return;
    beginKernel();
    const address = placeOutput(out, size);
    run(address, size / perBlock, words, first, second);
    finishOutput(out, address, size);
    return;
  }
  for (let done = 0; done < size; done += pieceElements) {
    const length = Math.min(pieceElements, size - done);
    beginKernel();
    const address = place(dtype, length + 4 * perBlock);
    run(address, Math.ceil(length / perBlock), advanced(words, done / perBlock), first, second);
    copyOut(dtype, address, out.data.writable, out.offset + done, length);
  }
}

/** The words themselves, as int32: four for each block. */
export function words(state: View, out: View): void {
  fill("words", state, out);
}

/** Uniform numbers from 0 (included) to 1 (excluded), float32 or float64. */
export function uniform(state: View, out: View): void {
  fill(out.data.dtype === "float64" ? "uniform64" : "uniform32", state, out);
}

/** Normal numbers of mean 0 and variance 1, float32 or float64. */
export function normal(state: View, out: View): void {
  fill(out.data.dtype === "float64" ? "normal64" : "normal32", state, out);
}

/** Exponential numbers of rate 1, above 0, float32 or float64. */
export function exponential(state: View, out: View): void {
  fill(out.data.dtype === "float64" ? "exponential64" : "exponential32", state, out);
}

/** Integers from `low` (included) to `high` (excluded), which lie in the range of int32 and at most 2³² − 1 apart. */
export function integers(state: View, out: View, low: number, high: number): void {
  fill("integers", state, out, low, high - low);
}

/** Words below it, of the 2³² that there are, make a true. */
function thresholdOf(p: number): number {
  return Math.floor(p * 0x100000000 + 0.5);
}

/** True with probability `p`, to a precision of 2⁻³³. */
export function bernoulli(state: View, out: View, p: number): void {
  const threshold = thresholdOf(p);
  if (threshold < 0x100000000) fill("bernoulli", state, out, threshold);
  else out.data.writable.fill(1, out.offset, out.offset + sizeOf(out.shape));
}

/**
 * True with the probability that stands at its place, from the words that `bernoulli` takes.
 *
 * @throws ArgumentError if one is not from 0 to 1
 */
export function bernoulliEach(probabilities: View, state: View, out: View): void {
  const numbers = numbersOf(probabilities);
  const made = allocateView("int32", [numbers.length]);
  words(state, made);
  const drawn = made.data.data;
  const results = out.data.writable;
  for (let i = 0; i < numbers.length; i++) {
    const p = numbers[i];
    if (!(p >= 0 && p <= 1))
      throw new ArgumentError(
        `bernoulli: the probability at ${show(indexOf(i, out.shape))} of ${show(out.shape)} is ${p}; it must be from 0 to 1`,
      );
    results[out.offset + i] = drawn[made.offset + i] >>> 0 < thresholdOf(p) ? 1 : 0;
  }
}

/** The integers from 0 to n − 1 in random order (Fisher–Yates, from the end; step k takes float64 uniform k). */
export function permutation(state: View, out: View): void {
  const size = sizeOf(out.shape);
  const { offset } = out;
  const numbers = out.data.writable;
  for (let i = 0; i < size; i++) numbers[offset + i] = i;
  const run = fillOf("uniform64");
  const start = wordsOf(state);
  for (let done = 0; done < size - 1; done += pieceElements) {
    const length = Math.min(pieceElements, size - 1 - done);
    beginKernel();
    const address = place("float64", length + 8);
    run(address, Math.ceil(length / 2), advanced(start, done / 2), 0, 0);
    const draws = arrayOf("float64");
    for (let k = 0; k < length; k++) {
      const last = size - 1 - done - k;
      const chosen = Math.floor(draws[address / 8 + k] * (last + 1));
      const held = numbers[offset + last];
      numbers[offset + last] = numbers[offset + chosen];
      numbers[offset + chosen] = held;
    }
  }
}
