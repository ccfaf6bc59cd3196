/** Numbers about numbers, in float64 and in order. */
import { matmul, noGrad, type Shape, tensor } from "@wengert/autograd";

export type Numbers = ArrayLike<number>;

/** √Σ x², which neither overflows nor loses what is small: gradients that explode are what is looked for. */
export function norm(parts: readonly Numbers[]): number {
  let largest = 0;
  for (const part of parts)
    for (let i = 0; i < part.length; i++) {
      const size = Math.abs(part[i] as number);
      if (Number.isNaN(size)) return Number.NaN;
      if (size > largest) largest = size;
    }
  if (largest === 0 || largest === Infinity) return largest;
  let sum = 0;
  for (const part of parts)
    for (let i = 0; i < part.length; i++) {
      const scaled = (part[i] as number) / largest;
      sum += scaled * scaled;
    }
  return largest * Math.sqrt(sum);
}

export function meanAndDeviation(values: Numbers): { readonly mean: number; readonly deviation: number } {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const away = (values[i] as number) - mean;
    squares += away * away;
  }
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/** The part of `values` that `holds` says yes to; NaN if there are none. */
export function partOf(values: Numbers, holds: (value: number) => boolean): number {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (holds(values[i] as number)) count++;
  return count / values.length;
}

/** The values of each unit: of each index along `axis`. */
export function byUnit(values: Numbers, shape: Shape, axis: number): Float64Array[] {
  const count = shape[axis] as number;
  const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
  const each = count === 0 ? 0 : values.length / count;
  return Array.from({ length: count }, (_, unit) => {
    const own = new Float64Array(each);
    for (let i = 0, at = unit * inner; i < each; at += count * inner)
      for (let k = 0; k < inner; k++) own[i++] = values[at + k] as number;
    return own;
  });
}

/** How alike units are, by Pearson's correlation r over all examples and places. */
export interface Correlation {
  /** The mean of |r| over all pairs of different units that vary. */
  readonly mean: number;
  /** The largest |r|, and which pair has it. */
  readonly largest: number;
  readonly pair: readonly [unit: number, unit: number];
}

/** Null where fewer than two units vary. */
export function correlationOf(units: readonly Float64Array[]): Correlation | null {
  const varying = units.flatMap((values, unit) => {
    const { mean, deviation } = meanAndDeviation(values);
    return deviation > 0 && deviation < Infinity ? [{ values, unit, mean, deviation }] : [];
  });
  const count = varying.length;
  if (count < 2) return null;
  const length = units[0]!.length;
  const standard = new Float64Array(count * length);
  varying.forEach(({ values, mean, deviation }, row) => {
    const scale = deviation * Math.sqrt(length);
    for (let i = 0; i < length; i++) standard[row * length + i] = ((values[i] as number) - mean) / scale;
  });
  const z = tensor(standard, { shape: [count, length], dtype: "float64" });
  const r = noGrad(() => matmul(z, z.transpose(0, 1))).toTypedArray();
  let [sum, largest, pair] = [0, -1, [0, 0] as [number, number]];
  for (let i = 0; i < count; i++)
    for (let j = i + 1; j < count; j++) {
      const size = Math.min(Math.abs(r[i * count + j] as number), 1);
      sum += size;
      if (size > largest) [largest, pair] = [size, [varying[i]!.unit, varying[j]!.unit]];
    }
  return { mean: sum / ((count * (count - 1)) / 2), largest, pair };
}
