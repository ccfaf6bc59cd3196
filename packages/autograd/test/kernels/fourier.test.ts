/** The Fourier transform of each length, against sums; its roots of unity, against series in long integers. */
import { describe, expect, test } from "vitest";
import { planOf, remembered, smoothLength } from "../../src/kernels/fourier/plan.js";
import { rootsOfUnity } from "../../src/kernels/fourier/roots.js";
import { words } from "./views.js";

// Fixed point with 160 bits behind the point.
const bits = 160n;
const one = 1n << bits;

/** 16·atan(1/5) − 4·atan(1/239), Machin's formula. */
function pi(): bigint {
  const inverseTangent = (x: bigint): bigint => {
    let sum = 0n;
    let power = one / x;
    for (let k = 1n; power !== 0n; k += 2n) {
      sum += k % 4n === 1n ? power / k : -power / k;
      power /= x * x;
    }
    return sum;
  };
  return 16n * inverseTangent(5n) - 4n * inverseTangent(239n);
}

/** cos and sin of an angle in fixed point, by their series. */
function cosSin(angle: bigint): readonly [bigint, bigint] {
  const sums: [bigint, bigint] = [0n, 0n];
  let term = one;
  for (let k = 0n; term !== 0n; k++) {
    const sign = k % 4n < 2n ? 1n : -1n;
    sums[k % 2n === 0n ? 0 : 1] += sign * term;
    term = (term * angle) / one / (k + 1n);
  }
  return sums;
}

/** How far a float64 is from a number in fixed point, in units of 2⁻⁵³. */
function errorOf(found: number, exact: bigint): number {
  // Those numbers are multiples of 2⁻¹²⁰, unless they are too small to matter.
  const scaled =
    BigInt(Math.trunc(found * 0x40000000 * 0x40000000 * 0x40000000 * 0x40000000)) << (bits - 120n);
  return Number(scaled - exact) / Number(1n << (bits - 53n));
}

describe("roots of unity", () => {
  test("are about as exact as float64 allows", () => {
    const turn = 2n * pi();
    let worst = 0;
    let squares = 0;
    let count = 0;
    for (const n of [1, 2, 3, 5, 7, 8, 12, 24, 97, 360, 1000, 4099, 65537, 1_000_003]) {
      const roots = rootsOfUnity(n);
      const step = Math.max(1, Math.floor(n / 61));
      for (let k = 0; k < n; k += step) {
        const [cosine, sine] = cosSin((turn * BigInt(k)) / BigInt(n));
        for (const error of [errorOf(roots[2 * k], cosine), errorOf(roots[2 * k + 1], -sine)]) {
          worst = Math.max(worst, Math.abs(error));
          squares += error * error;
          count++;
        }
      }
    }
    // In units of the last place of numbers from ½ to 1. Rounding alone is up to 0.5, and 0.26 in root mean square; the
    // rounding of the angle and the sine and cosine themselves add to it.
    expect(worst).toBeGreaterThan(0.45);
    expect(worst).toBeLessThan(1.2);
    expect(Math.sqrt(squares / count)).toBeLessThan(0.32);
  });

  test("have the symmetries of the circle, in all bits", () => {
    for (const n of [8, 24, 40, 1000]) {
      const roots = rootsOfUnity(n);
      const at = (k: number): readonly [number, number] => [roots[2 * k], roots[2 * k + 1]];
      expect(at(n / 4).map(Math.abs)).toEqual([0, 1]);
      expect(Math.abs(at(n / 8)[0])).toBe(Math.abs(at(n / 8)[1]));
      for (let k = 1; k < n; k++) {
        const [real, imaginary] = at(k);
        expect(at(n - k)).toEqual([real, 0 - imaginary]);
        expect(at((k + n / 2) % n)).toEqual([0 - real, 0 - imaginary]);
        expect(at((k + n / 4) % n)).toEqual([imaginary, 0 - real]);
      }
    }
  });

  test("are as many as are wanted", () => {
    expect(rootsOfUnity(10, 3)).toEqual(rootsOfUnity(10).slice(0, 6));
  });
});

/** Σ_j x_j·e^(−2πi·jk/n) */
function slowTransform(x: Float64Array): Float64Array {
  const n = x.length / 2;
  const out = new Float64Array(x.length);
  const angle = (k: number): number => (2 * Math.PI * k) / n;
  for (let k = 0; k < n; k++)
    for (let j = 0; j < n; j++) {
      const c = Math.cos(angle((j * k) % n));
      const s = Math.sin(angle((j * k) % n));
      out[2 * k] += x[2 * j] * c + x[2 * j + 1] * s;
      out[2 * k + 1] += x[2 * j + 1] * c - x[2 * j] * s;
    }
  return out;
}

const norm = (x: Float64Array): number => Math.sqrt(x.reduce((sum, each) => sum + each * each, 0));

function drawnNumbers(n: number): Float64Array {
  const next = words(n);
  return Float64Array.from({ length: 2 * n }, () => next() / 0x80000000 - 1);
}

function transformed(x: Float64Array): Float64Array {
  const plan = planOf(x.length / 2);
  const data = new Float64Array(plan.bufferLength);
  data.set(x);
  return plan.run(data, new Float64Array(plan.bufferLength)).slice(0, x.length);
}

describe("plans", () => {
  test("transform each length", () => {
    const lengths = Array.from({ length: 130 }, (_, i) => i + 1);
    for (const n of [...lengths, 210, 243, 256, 289, 361, 37 * 8, 41 * 9, 31 * 31, 600, 1009, 1024]) {
      const x = drawnNumbers(n);
      const expected = slowTransform(x);
      const error = norm(transformed(x).map((each, i) => each - expected[i])) / norm(expected);
      expect(error, `n = ${n}`).toBeLessThan(n > 500 ? 1e-13 : 2e-14);
    }
  });

  test("invert themselves to the last digits, of any length", () => {
    for (const n of [2 ** 16, 3 ** 9, 5 ** 6, 10007, 65537, 2 * 50021]) {
      const x = drawnNumbers(n);
      // The transform of the transform is the sequence backwards, n times.
      const back = transformed(transformed(x)).map((each) => each / n);
      const expected = x.map((_, i) => x[2 * ((n - (i >> 1)) % n) + (i & 1)]);
      const error = norm(back.map((each, i) => each - expected[i])) / norm(x);
      expect(error, `n = ${n}`).toBeLessThan(2e-15);
    }
  });

  test("are found for the next smooth length", () => {
    const smooth = (n: number): boolean => {
      let rest = n;
      for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime;
      return rest === 1;
    };
    for (let n = 1; n < 700; n++) {
      let expected = n;
      while (!smooth(expected)) expected++;
      expect(smoothLength(n)).toBe(expected);
    }
  });

  test("are remembered, and the oldest forgotten when they are long", () => {
    const made: number[] = [];
    const get = remembered((n) => made.push(n));
    const long = 0x60000;
    for (const n of [long, 8, long, long + 1, 8, long + 2, long + 1, long, 0x200000, long]) get(n);
    expect(made).toEqual([long, 8, long + 1, long + 2, long, 0x200000, long]);
  });
});
