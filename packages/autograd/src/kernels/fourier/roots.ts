/** The roots of unity. All other numbers of a Fourier transform are sums and products, so its accuracy is theirs. */
import { input } from "../../expression/expression.js";
import { cos, sin } from "../../expression/functions/index.js";
import { ElementwiseKernel } from "../elementwise.js";

const computing = (build: typeof sin): ElementwiseKernel =>
  new ElementwiseKernel({
    roots: [build(input(0))],
    type: "f64",
    inputs: ["float64"],
    outputs: ["float64"],
    masks: [false],
  });
const sine = computing(sin);
const cosine = computing(cos);

// 2π in three parts: a multiple of each of the first two by an integer below 2²⁶ is exact.
const turn = [6.283185303211212, 3.968374295837407e-9, 2.2884754904439327e-17] as const;

/** Sets `table[2k]` and `table[2k + 1]` to the real and imaginary part of e^(−2πi·k/n) for `at` ≤ 2k. */
function setRoot(table: Float64Array, at: number, k: number, n: number): void {
  // By symmetries of the circle to an angle of at most π/4, in integers: nothing is rounded.
  const half = 2 * k > n;
  const below = half ? n - k : k;
  const left = 4 * below > n;
  // Quarters are told by twice the index, because half of an odd n is no integer.
  const twice = left ? n - 2 * below : 2 * below;
  const steep = 4 * twice > n;
  const [count, of] = steep ? [n - 2 * twice, 4 * n] : [twice, 2 * n];
  const [x, y] = unitVector(count, of);
  const [real, imaginary] = steep ? [y, x] : [x, y];
  // A difference, because there is no −0 on a circle.
  table[at] = left ? 0 - real : real;
  table[at + 1] = half ? imaginary : 0 - imaginary;
}

/** The cosine and the sine of 2π·k/n, for an angle of at most π/4 that is rounded once. */
function unitVector(k: number, n: number): readonly [number, number] {
  const [first, second, third] = turn;
  // The angle as a float32, whose product with n is exact, and what is left of it.
  const near = Math.fround((first * k) / n);
  const angle = near + (first * k - near * n + second * k + third * k) / n;
  return [cosine.scalar(angle), sine.scalar(angle)];
}

/** e^(−2πi·k/n) for k from 0 to `count` − 1, real and imaginary parts in turn. */
export function rootsOfUnity(n: number, count: number = n): Float64Array<ArrayBuffer> {
  const table = new Float64Array(2 * count);
  for (let k = 0; k < count; k++) setRoot(table, 2 * k, k % n, n);
  return table;
}
