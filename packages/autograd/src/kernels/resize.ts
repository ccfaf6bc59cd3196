/**
 * Resizing along one axis. Each result is a weighted sum of one, two or four neighbours (taps), in float64 from the
 * lowest on, rounded once. In the adjoint what meets at one place is added in order, each sum rounded to the dtype.
 */
import { sizeOf } from "../shape.js";
import type { View } from "../storage.js";
import { readDense } from "./copy.js";

/** How the numbers between places are made. */
export type Interpolation = "nearest" | "nearest-exact" | "linear" | "cubic";

/** A change of the length of one axis. */
export interface Resize {
  readonly axis: number;
  /** The length before. */
  readonly from: number;
  /** The length after. */
  readonly to: number;
  readonly mode: Interpolation;
  /** Whether first and last places stay; else places stand for cells between which is no gap. */
  readonly alignCorners: boolean;
  /** The length of a new cell in old ones, where it is not `from / to`. */
  readonly scale: number | null;
}

/** For each result in turn, `count` places and what they weigh. */
interface Taps {
  readonly count: number;
  readonly places: Int32Array;
  readonly weights: Float64Array;
}

function tapsOf(resize: Resize): Taps {
  const { from, to, mode } = resize;
  const count = mode === "cubic" ? 4 : mode === "linear" ? 2 : 1;
  const taps = { count, places: new Int32Array(to * count), weights: new Float64Array(to * count) };
  for (let i = 0; i < to; i++) {
    const source = sourceOf(i, resize);
    const first = Math.floor(source);
    const part = source - first;
    const weights = mode === "cubic" ? cubicWeights(part) : mode === "linear" ? [1 - part, part] : [1];
    const start = mode === "cubic" ? first - 1 : first;
    for (const [k, weight] of weights.entries()) {
      // Beyond the ends the last place is repeated.
      taps.places[i * count + k] = Math.min(from - 1, Math.max(0, start + k));
      taps.weights[i * count + k] = weight;
    }
  }
  return taps;
}

/** Where result `i` lies, in places of the source. */
function sourceOf(i: number, { from, to, mode, alignCorners, scale }: Resize): number {
  // As quotients of integers, places that are whole come out so.
  if (mode === "nearest") return scale === null ? Math.floor((i * from) / to) : i * scale;
  if (mode === "nearest-exact") return scale === null ? ((2 * i + 1) * from) / (2 * to) : (i + 0.5) * scale;
  if (alignCorners) return to === 1 ? 0 : (i * (from - 1)) / (to - 1);
  // A scale that changes no length changes nothing, in PyTorch too.
  if (mode === "linear" && from === to) return i;
  const source = (scale ?? from / to) * (i + 0.5) - 0.5;
  return mode === "cubic" ? source : Math.max(0, source);
}

/** The weights of four neighbours at distance `t` behind the second, by cubic convolution (Keys, 1981) with a = −0.75. */
function cubicWeights(t: number): readonly number[] {
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

const a = -0.75;
const near = (t: number): number => ((a + 2) * t - (a + 3)) * t * t + 1;
const far = (t: number): number => ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;

/** The axis, flattened: `outer` times a plane of `length` rows of `inner` numbers. */
function flattened({ shape }: View, axis: number): { readonly outer: number; readonly inner: number } {
  return { outer: sizeOf(shape.slice(0, axis)), inner: sizeOf(shape.slice(axis + 1)) };
}

/**
 * @param x of the length `from` along the axis
 * @param out dense, of the length `to` along the axis
 */
export function resizeAxis(x: View, out: View, resize: Resize): void {
  const { outer, inner } = flattened(x, resize.axis);
  const { from, to } = resize;
  const { count, places, weights } = tapsOf(resize);
  const numbers = readDense(x);
  const results = out.data.writable;
  let target = out.offset;
  if (inner === 1) {
    for (let start = 0; start < outer * from; start += from)
      for (let i = 0, k = 0; i < to; i++) {
        let sum = 0;
        for (const end = k + count; k < end; k++) sum += weights[k] * numbers[start + places[k]];
        results[target++] = sum;
      }
    return;
  }
  const sums = new Float64Array(inner);
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < to; i++) {
      // A line of results, a tap after the other: longer loops than one result after the other.
      sums.fill(0);
      for (let k = i * count; k < (i + 1) * count; k++) {
        const weight = weights[k];
        const source = (o * from + places[k]) * inner;
        for (let j = 0; j < inner; j++) sums[j] += weight * numbers[source + j];
      }
      for (let j = 0; j < inner; j++) results[target++] = sums[j];
    }
}

/**
 * The adjoint of {@link resizeAxis}.
 *
 * @param x of the length `to` along the axis
 * @param out dense and zeroed, of the length `from` along the axis
 */
export function resizeAxisAdjoint(x: View, out: View, resize: Resize): void {
  const { outer, inner } = flattened(x, resize.axis);
  const { from, to } = resize;
  const { count, places, weights } = tapsOf(resize);
  const numbers = readDense(x);
  const results = out.data.writable;
  if (inner === 1) {
    let source = 0;
    for (let start = out.offset; start < out.offset + outer * from; start += from)
      for (let i = 0, k = 0; i < to; i++, source++)
        for (const end = k + count; k < end; k++) results[start + places[k]] += weights[k] * numbers[source];
    return;
  }
  let source = 0;
  for (let o = 0; o < outer; o++)
    for (let i = 0; i < to; i++, source += inner)
      for (let k = i * count; k < (i + 1) * count; k++) {
        const weight = weights[k];
        const target = out.offset + (o * from + places[k]) * inner;
        for (let j = 0; j < inner; j++) results[target + j] += weight * numbers[source + j];
      }
}
