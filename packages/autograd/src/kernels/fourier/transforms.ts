/**
 * Fourier transforms along one axis of a tensor, each line of numbers by itself, computed in float64 and rounded once.
 * A complex tensor is a real one with a last axis of length 2: the real part, then the imaginary one.
 */
import type { NumberArray } from "../../dtype.js";
import { sizeOf } from "../../shape.js";
import type { View } from "../../storage.js";
import { collapse } from "../loops.js";
import { type Plan, planOf, remembered } from "./plan.js";
import { rootsOfUnity } from "./roots.js";

/** The lines of a tensor along one axis. */
interface Lines {
  readonly view: View;
  readonly axis: number;
  readonly isComplex: boolean;
}

/** Does the work of one line: reads from element `from` on, and writes from element `to` on. */
type Transform = (from: number, to: number) => void;

function forEachLine(x: Lines, out: Lines, transform: Transform): void {
  const [from, to] = [x, out].map(({ view, axis, isComplex }) => {
    const end = view.shape.length - (isComplex ? 1 : 0);
    const others = (list: readonly number[]): number[] => list.slice(0, end).toSpliced(axis, 1);
    return { shape: others(view.shape), stride: others(view.stride), offset: view.offset };
  });
  const lines = sizeOf(from.shape);
  const { shape, strides } = collapse(from.shape, [from.stride, to.stride]);
  const index = new Array<number>(shape.length).fill(0);
  let read = from.offset;
  let write = to.offset;
  for (let line = 0; line < lines; line++) {
    transform(read, write);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      read += strides[0][axis];
      write += strides[1][axis];
      if (++index[axis] < shape[axis]) break;
      read -= strides[0][axis] * shape[axis];
      write -= strides[1][axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

/** The steps from one element of a line to the next, and from its real part to its imaginary one. */
function stepsOf({ view: { shape, stride }, axis }: Lines): readonly [next: number, imaginary: number] {
  return [stride[axis], stride[shape.length - 1]];
}

function buffersFor(plan: Plan): readonly [Float64Array, Float64Array] {
  return [new Float64Array(plan.bufferLength), new Float64Array(plan.bufferLength)];
}

export interface ComplexOptions {
  readonly axis: number;
  /** With e^(+2πi·jk/n) in the place of e^(−2πi·jk/n). */
  readonly inverse: boolean;
  readonly scale: number;
}

/** `X_k = scale·Σ_j x_j·e^(∓2πi·jk/n)` of complex lines. */
export function complexTransform(x: View, out: View, { axis, inverse, scale }: ComplexOptions): void {
  const n = x.shape[axis];
  if (sizeOf(x.shape) === 0) return;
  const plan = planOf(n);
  const [data, other] = buffersFor(plan);
  const numbers = x.data.data;
  const results = out.data.writable;
  const source: Lines = { view: x, axis, isComplex: true };
  const target: Lines = { view: out, axis, isComplex: true };
  const [next, imaginary] = stepsOf(source);
  const [outNext, outImaginary] = stepsOf(target);
  // The transform with the other sign is this one with real and imaginary parts exchanged, before and after.
  const real = inverse ? 1 : 0;
  forEachLine(source, target, (from, to) => {
    for (let j = 0; j < n; j++) {
      data[2 * j + real] = numbers[from + j * next];
      data[2 * j + 1 - real] = numbers[from + j * next + imaginary];
    }
    const result = plan.run(data, other);
    for (let k = 0; k < n; k++) {
      results[to + k * outNext] = scale * result[2 * k + real];
      results[to + k * outNext + outImaginary] = scale * result[2 * k + 1 - real];
    }
  });
}

export interface RealOptions {
  readonly axis: number;
  /** The length of the real lines; the complex ones have ⌊n/2⌋ + 1 elements. */
  readonly n: number;
  readonly scale: number;
  /** The factor of the frequencies that stand for two, k and n − k: of all but 0 and, where n is even, n/2. */
  readonly weight: number;
}

// An even number of real numbers is half as many complex ones, and the roots of unity tell their transform apart.
const halfRoots = remembered((n) => rootsOfUnity(n, Math.floor(n / 4) + 1));

/**
 * `X_k = scale·w_k·Σ_j x_j·e^(−2πi·jk/n)` of real lines, for 0 ≤ k ≤ n/2, where w_k is `weight` for the frequencies that
 * stand for two, else 1.
 */
export function realTransform(x: View, out: View, options: RealOptions): void {
  const { axis, n, scale, weight } = options;
  if (sizeOf(out.shape) === 0) return;
  const source: Lines = { view: x, axis, isComplex: false };
  const target: Lines = { view: out, axis, isComplex: true };
  const numbers = x.data.data;
  const results: NumberArray = out.data.writable;
  const next = x.stride[axis];
  const [outNext, imaginary] = stepsOf(target);
  const inner = scale * weight;
  if (n % 2 === 1) {
    const plan = planOf(n);
    const [data, other] = buffersFor(plan);
    forEachLine(source, target, (from, to) => {
      for (let j = 0; j < n; j++) {
        data[2 * j] = numbers[from + j * next];
        data[2 * j + 1] = 0;
      }
      const result = plan.run(data, other);
      results[to] = scale * result[0];
      for (let k = 1; 2 * k < n; k++) {
        results[to + k * outNext] = inner * result[2 * k];
        results[to + k * outNext + imaginary] = inner * result[2 * k + 1];
      }
    });
    return;
  }
  const half = n / 2;
  const plan = planOf(half);
  const roots = halfRoots(n);
  const [data, other] = buffersFor(plan);
  forEachLine(source, target, (from, to) => {
    for (let j = 0; j < n; j++) data[j] = numbers[from + j * next];
    const z = plan.run(data, other);
    results[to] = scale * (z[0] + z[1]);
    results[to + half * outNext] = scale * (z[0] - z[1]);
    for (let k = 1; 2 * k <= half; k++) {
      const mirror = 2 * (half - k);
      // Twice the transforms of the even elements, and of the odd ones turned by their root.
      const evenR = z[2 * k] + z[mirror];
      const evenI = z[2 * k + 1] - z[mirror + 1];
      const r = z[2 * k + 1] + z[mirror + 1];
      const m = z[mirror] - z[2 * k];
      const oddR = r * roots[2 * k] - m * roots[2 * k + 1];
      const oddI = r * roots[2 * k + 1] + m * roots[2 * k];
      const low = to + k * outNext;
      const high = to + (half - k) * outNext;
      results[low] = inner * (0.5 * (evenR + oddR));
      results[low + imaginary] = inner * (0.5 * (evenI + oddI));
      results[high] = inner * (0.5 * (evenR - oddR));
      results[high + imaginary] = inner * (0.5 * (oddI - evenI));
    }
  });
}

/**
 * `y_j = scale·Re Σ_k w_k·X_k·e^(+2πi·jk/n)` over 0 ≤ k ≤ n/2, with the weights of `realTransform`, whose adjoint it is:
 * with a weight of 2, the inverse transform up to the factor n.
 */
export function inverseRealTransform(x: View, out: View, options: RealOptions): void {
  const { axis, n, scale, weight } = options;
  if (sizeOf(out.shape) === 0) return;
  const source: Lines = { view: x, axis, isComplex: true };
  const target: Lines = { view: out, axis, isComplex: false };
  const numbers = x.data.data;
  const results: NumberArray = out.data.writable;
  const [next, imaginary] = stepsOf(source);
  const outNext = out.stride[axis];
  // Both k and n − k are summed below, each with half of the weight.
  const inner = 0.5 * weight;
  if (n % 2 === 1) {
    const plan = planOf(n);
    const [data, other] = buffersFor(plan);
    forEachLine(source, target, (from, to) => {
      data[0] = numbers[from];
      data[1] = 0;
      for (let k = 1; 2 * k < n; k++) {
        const r = inner * numbers[from + k * next];
        const m = inner * numbers[from + k * next + imaginary];
        // The conjugate of what the backward transform would take: the result is real.
        data[2 * k] = r;
        data[2 * k + 1] = -m;
        data[2 * (n - k)] = r;
        data[2 * (n - k) + 1] = m;
      }
      const result = plan.run(data, other);
      for (let j = 0; j < n; j++) results[to + j * outNext] = scale * result[2 * j];
    });
    return;
  }
  const half = n / 2;
  const plan = planOf(half);
  const roots = halfRoots(n);
  const [data, other] = buffersFor(plan);
  forEachLine(source, target, (from, to) => {
    const first = numbers[from];
    const last = numbers[from + half * next];
    // Real and imaginary parts are exchanged, here and in the result: that makes the transform a backward one.
    data[1] = first + last;
    data[0] = first - last;
    for (let k = 1; 2 * k <= half; k++) {
      const low = from + k * next;
      const high = from + (half - k) * next;
      const lowR = inner * numbers[low];
      const lowI = inner * numbers[low + imaginary];
      const highR = inner * numbers[high];
      const highI = inner * numbers[high + imaginary];
      const evenR = lowR + highR;
      const evenI = lowI - highI;
      const r = lowR - highR;
      const m = lowI + highI;
      // Turned by the root of +k, and then by i.
      const oddR = r * roots[2 * k] + m * roots[2 * k + 1];
      const oddI = m * roots[2 * k] - r * roots[2 * k + 1];
      data[2 * k + 1] = evenR - oddI;
      data[2 * k] = evenI + oddR;
      data[2 * (half - k) + 1] = evenR + oddI;
      data[2 * (half - k)] = oddR - evenI;
    }
    const z = plan.run(data, other);
    for (let j = 0; j < half; j++) {
      results[to + 2 * j * outNext] = scale * z[2 * j + 1];
      results[to + (2 * j + 1) * outNext] = scale * z[2 * j];
    }
  });
}
