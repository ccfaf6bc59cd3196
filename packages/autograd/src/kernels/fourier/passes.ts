/**
 * One pass of a mixed-radix transform (Stockham's, so that nothing need be put in order afterwards): out of sequences
 * of length L at every step of a larger one it makes a radix times as long ones. Complex numbers are two numbers of
 * an array, one after the other.
 *
 * A pass reads element i of part j of group k at `from[i + inner·(j + radix·k)]` and writes to
 * `to[i + inner·(k + groups·j)]`, times `twiddles[(radix − 1)·i + j − 1]` for j > 0.
 */
export interface Pass {
  readonly radix: number;
  /** How many sequences are done already: the product of the radices before. */
  readonly groups: number;
  /** The product of the radices to come. */
  readonly inner: number;
  readonly twiddles: Float64Array;
  /** The roots of unity of a radix that has no code of its own. */
  readonly roots: Float64Array | undefined;
}

type PassFunction = (pass: Pass, from: Float64Array, to: Float64Array) => void;

export function runPass(pass: Pass, from: Float64Array, to: Float64Array): void {
  (ownCode[pass.radix] ?? radixOdd)(pass, from, to);
}

function radix2({ groups, inner, twiddles }: Pass, from: Float64Array, to: Float64Array): void {
  const step = 2 * inner;
  const far = step * groups;
  for (let k = 0; k < groups; k++) {
    let read = 2 * step * k;
    let write = step * k;
    for (let i = 0; i < inner; i++, read += 2, write += 2) {
      const ar = from[read];
      const ai = from[read + 1];
      const br = from[read + step];
      const bi = from[read + step + 1];
      to[write] = ar + br;
      to[write + 1] = ai + bi;
      const wr = twiddles[2 * i];
      const wi = twiddles[2 * i + 1];
      const r = ar - br;
      const m = ai - bi;
      to[write + far] = r * wr - m * wi;
      to[write + far + 1] = r * wi + m * wr;
    }
  }
}

const half = 0.5;
const sin60 = 0.8660254037844386;

function radix3({ groups, inner, twiddles }: Pass, from: Float64Array, to: Float64Array): void {
  const step = 2 * inner;
  const far = step * groups;
  for (let k = 0; k < groups; k++) {
    let read = 3 * step * k;
    let write = step * k;
    let w = 0;
    for (let i = 0; i < inner; i++, read += 2, write += 2, w += 4) {
      const ar = from[read];
      const ai = from[read + 1];
      const br = from[read + step];
      const bi = from[read + step + 1];
      const cr = from[read + 2 * step];
      const ci = from[read + 2 * step + 1];
      const sr = br + cr;
      const si = bi + ci;
      const dr = sin60 * (br - cr);
      const di = sin60 * (bi - ci);
      to[write] = ar + sr;
      to[write + 1] = ai + si;
      const mr = ar - half * sr;
      const mi = ai - half * si;
      store(to, write + far, mr + di, mi - dr, twiddles, w);
      store(to, write + 2 * far, mr - di, mi + dr, twiddles, w + 2);
    }
  }
}

/** Sets the complex number at `at` to (r + i·m) times the twiddle at `w`. */
function store(to: Float64Array, at: number, r: number, m: number, twiddles: Float64Array, w: number): void {
  const wr = twiddles[w];
  const wi = twiddles[w + 1];
  to[at] = r * wr - m * wi;
  to[at + 1] = r * wi + m * wr;
}

function radix4({ groups, inner, twiddles }: Pass, from: Float64Array, to: Float64Array): void {
  const step = 2 * inner;
  const far = step * groups;
  for (let k = 0; k < groups; k++) {
    let read = 4 * step * k;
    let write = step * k;
    let w = 0;
    for (let i = 0; i < inner; i++, read += 2, write += 2, w += 6) {
      const ar = from[read];
      const ai = from[read + 1];
      const br = from[read + step];
      const bi = from[read + step + 1];
      const cr = from[read + 2 * step];
      const ci = from[read + 2 * step + 1];
      const dr = from[read + 3 * step];
      const di = from[read + 3 * step + 1];
      const evenR = ar + cr;
      const evenI = ai + ci;
      const oddR = br + dr;
      const oddI = bi + di;
      const r = ar - cr;
      const m = ai - ci;
      // (b − d) turned by −i.
      const turnedR = bi - di;
      const turnedI = dr - br;
      to[write] = evenR + oddR;
      to[write + 1] = evenI + oddI;
      store(to, write + far, r + turnedR, m + turnedI, twiddles, w);
      store(to, write + 2 * far, evenR - oddR, evenI - oddI, twiddles, w + 2);
      store(to, write + 3 * far, r - turnedR, m - turnedI, twiddles, w + 4);
    }
  }
}

const cos72 = 0.30901699437494745;
const sin72 = 0.9510565162951535;
const cos36 = 0.8090169943749475;
const sin36 = 0.5877852522924731;

function radix5({ groups, inner, twiddles }: Pass, from: Float64Array, to: Float64Array): void {
  const step = 2 * inner;
  const far = step * groups;
  for (let k = 0; k < groups; k++) {
    let read = 5 * step * k;
    let write = step * k;
    let w = 0;
    for (let i = 0; i < inner; i++, read += 2, write += 2, w += 8) {
      const ar = from[read];
      const ai = from[read + 1];
      const br = from[read + step];
      const bi = from[read + step + 1];
      const cr = from[read + 2 * step];
      const ci = from[read + 2 * step + 1];
      const dr = from[read + 3 * step];
      const di = from[read + 3 * step + 1];
      const er = from[read + 4 * step];
      const ei = from[read + 4 * step + 1];
      const beR = br + er;
      const beI = bi + ei;
      const cdR = cr + dr;
      const cdI = ci + di;
      const xr = br - er;
      const xi = bi - ei;
      const yr = cr - dr;
      const yi = ci - di;
      to[write] = ar + beR + cdR;
      to[write + 1] = ai + beI + cdI;
      const firstR = ar + cos72 * beR - cos36 * cdR;
      const firstI = ai + cos72 * beI - cos36 * cdI;
      const secondR = ar - cos36 * beR + cos72 * cdR;
      const secondI = ai - cos36 * beI + cos72 * cdI;
      const pr = sin72 * xr + sin36 * yr;
      const pi = sin72 * xi + sin36 * yi;
      const qr = sin36 * xr - sin72 * yr;
      const qi = sin36 * xi - sin72 * yi;
      store(to, write + far, firstR + pi, firstI - pr, twiddles, w);
      store(to, write + 2 * far, secondR + qi, secondI - qr, twiddles, w + 2);
      store(to, write + 3 * far, secondR - qi, secondI + qr, twiddles, w + 4);
      store(to, write + 4 * far, firstR - pi, firstI + pr, twiddles, w + 6);
    }
  }
}

/** Any odd radix p, in p² steps: elements j and p − j go by their sum, with cosines, and their difference, with sines. */
function radixOdd(
  { radix, groups, inner, twiddles, roots = new Float64Array() }: Pass,
  from: Float64Array,
  to: Float64Array,
): void {
  const step = 2 * inner;
  const far = step * groups;
  const pairs = (radix - 1) / 2;
  const sums = new Float64Array(2 * pairs);
  const differences = new Float64Array(2 * pairs);
  for (let k = 0; k < groups; k++) {
    for (let i = 0; i < inner; i++) {
      const read = radix * step * k + 2 * i;
      const write = step * k + 2 * i;
      const ar = from[read];
      const ai = from[read + 1];
      let totalR = ar;
      let totalI = ai;
      for (let j = 0; j < pairs; j++) {
        const low = read + (j + 1) * step;
        const high = read + (radix - 1 - j) * step;
        totalR += sums[2 * j] = from[low] + from[high];
        totalI += sums[2 * j + 1] = from[low + 1] + from[high + 1];
        differences[2 * j] = from[low] - from[high];
        differences[2 * j + 1] = from[low + 1] - from[high + 1];
      }
      to[write] = totalR;
      to[write + 1] = totalI;
      for (let q = 1; q <= pairs; q++) {
        let r = ar;
        let m = ai;
        let pr = 0;
        let pi = 0;
        let at = 0;
        for (let j = 0; j < 2 * pairs; j += 2) {
          at += q;
          if (at >= radix) at -= radix;
          const c = roots[2 * at];
          const s = roots[2 * at + 1];
          r += c * sums[j];
          m += c * sums[j + 1];
          pr += s * differences[j];
          pi += s * differences[j + 1];
        }
        const w = 2 * (radix - 1) * i + 2 * (q - 1);
        // The roots turn backwards, so that their sines have the sign already.
        store(to, write + q * far, r - pi, m + pr, twiddles, w);
        store(to, write + (radix - q) * far, r + pi, m - pr, twiddles, w + 2 * (radix - 2 * q));
      }
    }
  }
}

/** By radix. */
const ownCode: Readonly<Record<number, PassFunction>> = { 2: radix2, 3: radix3, 4: radix4, 5: radix5 };
