/** Comparisons that say what differs, and where. */
import type { DType } from "../../src/dtype.js";
import type { Tensor } from "../../src/graph.js";
import { toTypedArray } from "../../src/read.js";
import { type Shape, sameShape, show } from "../../src/shape.js";

/** What may differ: `absolute + relative · |expected|`. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

export const tolerances: Readonly<Record<"float64" | "float32" | "exact", Tolerance>> = {
  float64: { relative: 1e-12, absolute: 1e-12 },
  float32: { relative: 1.3e-6, absolute: 1e-5 },
  exact: { relative: 0, absolute: 0 },
};

export function toleranceFor(dtype: DType): Tolerance {
  return dtype === "float64" || dtype === "float32" ? tolerances[dtype] : tolerances.exact;
}

export interface Expected {
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
}

/** What is wrong with `actual`, or undefined. NaN equals NaN, and 0 equals −0. */
export function difference(
  actual: Tensor,
  expected: Expected,
  { relative, absolute }: Tolerance,
): string | undefined {
  if (!sameShape(actual.shape, expected.shape))
    return `the shape is ${show(actual.shape)}, not ${show(expected.shape)}`;
  const values = toTypedArray(actual);
  for (let i = 0; i < values.length; i++) {
    const [a, e] = [values[i], expected.values[i]];
    if (a === e || (Number.isNaN(a) && Number.isNaN(e))) continue;
    if (!(Math.abs(a - e) <= absolute + relative * Math.abs(e))) return `element ${i} is ${a}, not ${e}`;
  }
  return undefined;
}

/** Where the bits of `actual` differ from those of `expected`, or undefined. All NaN are the same. */
export function bitDifference(actual: Tensor, expected: Tensor): string | undefined {
  if (!sameShape(actual.shape, expected.shape))
    return `the shape is ${show(actual.shape)}, not ${show(expected.shape)}`;
  if (actual.dtype !== expected.dtype) return `the dtype is ${actual.dtype}, not ${expected.dtype}`;
  const [a, e] = [toTypedArray(actual), toTypedArray(expected)];
  const at = a.findIndex((value, i) => !Object.is(value, e[i]));
  return at < 0 ? undefined : `element ${at} is ${a[at]}, not ${e[at]}`;
}
