/**
 * Discrete Fourier transforms of one length, X_k = Σ_j x_j·e^(−2πi·jk/n), in float64. A length whose prime factors are
 * at most 31 is done in passes, one for each factor (4, 2, 3, 5 and any odd one); for others Bluestein's algorithm
 * (1970) makes a convolution of it, of a length that has small factors. Both take n log n steps. The order of
 * summation depends on the length alone.
 */
import { type Pass, runPass } from "./passes.js";
import { rootsOfUnity } from "./roots.js";

/** What transforms sequences of one length. */
export interface Plan {
  /** How many numbers each of the two buffers must hold: at least two for each element. */
  readonly bufferLength: number;
  /** Transforms the first n complex numbers of `data`; returns the buffer in which the result lies. */
  run(data: Float64Array, other: Float64Array): Float64Array;
}

const largestRadix = 31;

/** The radices for a length, or undefined where a prime factor is too large. */
function radicesOf(n: number): number[] | undefined {
  const radices: number[] = [];
  let rest = n;
  for (let radix = 4; rest > 1; ) {
    if (rest % radix === 0) {
      radices.push(radix);
      rest /= radix;
    } else if (radix === largestRadix) return undefined;
    else radix = radix === 4 ? 2 : radix === 2 ? 3 : radix + 2;
  }
  return radices;
}

class MixedRadixPlan implements Plan {
  readonly bufferLength: number;
  private readonly passes: readonly Pass[];

  constructor(n: number, radices: readonly number[]) {
    this.bufferLength = 2 * n;
    const all = rootsOfUnity(n);
    let groups = 1;
    this.passes = radices.map((radix) => {
      const inner = n / (groups * radix);
      const twiddles = new Float64Array(2 * (radix - 1) * inner);
      for (let i = 0, w = 0; i < inner; i++)
        for (let j = 1; j < radix; j++, w += 2) {
          const at = 2 * i * j * groups;
          twiddles[w] = all[at];
          twiddles[w + 1] = all[at + 1];
        }
      const pass = { radix, groups, inner, twiddles, roots: radix > 5 ? rootsOfUnity(radix) : undefined };
      groups *= radix;
      return pass;
    });
  }

  run(data: Float64Array, other: Float64Array): Float64Array {
    let from = data;
    let to = other;
    for (const pass of this.passes) {
      runPass(pass, from, to);
      [from, to] = [to, from];
    }
    return from;
  }
}

/** The least length of at least `n` with no other prime factors than 2, 3 and 5. */
export function smoothLength(n: number): number {
  let best = Number.POSITIVE_INFINITY;
  for (let fives = 1; fives < best; fives *= 5)
    for (let threes = fives; threes < best; threes *= 3) {
      let length = threes;
      while (length < n) length *= 2;
      best = Math.min(best, length);
    }
  return best;
}

/**
 * With c_j = e^(−πi·j²/n), jk = (j² + k² − (k − j)²)/2 gives X_k = c_k·Σ_j (x_j·c_j)·c̄_(k−j): a convolution.
 */
class BluesteinPlan implements Plan {
  readonly bufferLength: number;
  /** c_j */
  private readonly chirp: Float64Array;
  /** The transform of c̄, divided by the length. */
  private readonly filter: Float64Array;
  private readonly inner: Plan;

  constructor(private readonly n: number) {
    const length = smoothLength(2 * n - 1);
    this.inner = planOf(length);
    this.bufferLength = 2 * length;
    const roots = rootsOfUnity(2 * n);
    this.chirp = new Float64Array(2 * n);
    const filter = new Float64Array(2 * length);
    for (let j = 0, square = 0; j < n; square = (square + 2 * j + 1) % (2 * n), j++) {
      const r = roots[2 * square];
      const m = roots[2 * square + 1];
      this.chirp[2 * j] = r;
      this.chirp[2 * j + 1] = m;
      for (const at of j === 0 ? [0] : [j, length - j]) {
        filter[2 * at] = r / length;
        filter[2 * at + 1] = -m / length;
      }
    }
    this.filter = this.inner.run(filter, new Float64Array(2 * length));
  }

  run(data: Float64Array, other: Float64Array): Float64Array {
    const { n, chirp, filter, inner, bufferLength } = this;
    multiply(data, chirp, 2 * n);
    data.fill(0, 2 * n, bufferLength);
    const spectrum = inner.run(data, other);
    // Backwards by exchange of real and imaginary parts, before and after.
    for (let i = 0; i < bufferLength; i += 2) {
      const r = spectrum[i];
      const m = spectrum[i + 1];
      const wr = filter[i];
      const wi = filter[i + 1];
      spectrum[i] = r * wi + m * wr;
      spectrum[i + 1] = r * wr - m * wi;
    }
    const result = inner.run(spectrum, spectrum === data ? other : data);
    for (let i = 0; i < 2 * n; i += 2) {
      const m = result[i];
      const r = result[i + 1];
      const wr = chirp[i];
      const wi = chirp[i + 1];
      result[i] = r * wr - m * wi;
      result[i + 1] = r * wi + m * wr;
    }
    return result;
  }
}

/** Multiplies the first `length` / 2 complex numbers of `x` by those of `y`. */
function multiply(x: Float64Array, y: Float64Array, length: number): void {
  for (let i = 0; i < length; i += 2) {
    const r = x[i];
    const m = x[i + 1];
    const wr = y[i];
    const wi = y[i + 1];
    x[i] = r * wr - m * wi;
    x[i + 1] = r * wi + m * wr;
  }
}

/** What is kept of things that are slow to make, by length: the latest, for at most this many elements together. */
const kept = 0x100000;

/** `make(n)`, remembered for the lengths that were asked for last. */
export function remembered<Made>(make: (n: number) => Made): (n: number) => Made {
  const made = new Map<number, Made>();
  let total = 0;
  return (n) => {
    let found = made.get(n);
    if (found === undefined) {
      found = make(n);
      total += n;
    } else made.delete(n);
    made.set(n, found);
    for (const oldest of made.keys()) {
      if (total <= kept || oldest === n) break;
      made.delete(oldest);
      total -= oldest;
    }
    return found;
  };
}

/** The plan for sequences of `n` complex numbers, at least 1. */
export const planOf: (n: number) => Plan = remembered((n): Plan => {
  const radices = radicesOf(n);
  return radices === undefined ? new BluesteinPlan(n) : new MixedRadixPlan(n, radices);
});
