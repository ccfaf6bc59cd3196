/** Cumulative ops: each result along an axis is made of the one before it and the next element. */

import { defineOp } from "../definition.js";
import { defaultDtype, isFloat, promote } from "../dtype.js";
import { ArgumentError, DTypeError, ShapeError } from "../errors.js";
import { type Op, Tensor } from "../graph.js";
import * as kernels from "../kernels/scan.js";
import { type AlongAxis, broadcast, normalizeAxis, show } from "../shape.js";
import { apply, applyMany, scalar } from "../tape.js";
import type { TensorLike } from "./elementwise/elementwise-op.js";
import { floating } from "./elementwise/floating.js";
import { add, equal, isFinite as finite, mul, notEqual, sub, to, where } from "./elementwise.js";
import { detach } from "./identity.js";
import { gather, scatterZerosOp } from "./indexing.js";
import { type AxisOptions, concat, expand, narrow } from "./layout.js";
import type { Extreme } from "./reductions.js";
import { backwards, previous, type Scan } from "./scans/previous.js";
import { exp, log } from "./transcendental.js";

export interface ScanOptions {
  /** By default the last. */
  readonly axis?: number;
  /** Whether to start at the end. */
  readonly reverse?: boolean;
}

function scanOf(name: string, { shape }: Tensor, { axis = -1, reverse = false }: ScanOptions): Scan {
  return { axis: normalizeAxis(name, axis, shape.length, shape), reverse };
}

/**
 * The sums so far along an axis: `out[k] = x[0] + … + x[k]`, with `reverse` `x[k] + … + x[n − 1]`. Floats are added in
 * float64, one after the other, and rounded for each result. Integers and bools give int32.
 *
 * @param x any shape but 0-d
 * @throws ShapeError if there is no such axis
 */
export function cumsum(x: Tensor, options: ScanOptions = {}): Tensor {
  return apply(cumsumOp, [x], scanOf("cumsum", x, options));
}
export const cumsumOp: Op<Scan> = defineOp({
  name: "cumsum",
  inputs: ["x"],
  infer: ([{ shape, dtype }]) => [{ shape, dtype: isFloat(dtype) ? dtype : "int32" }],
  kernel: ([x], [out], { axis, reverse }: Scan) => kernels.cumsum(x, out, axis, reverse),
  linear: ["x"],
  vjp: { x: ({ g }, scan) => apply(cumsumOp, [g], backwards(scan)) },
});

/**
 * The linear recurrence `out[k] = factor[k] · out[k − 1] + x[k]` along an axis, with 0 before the first: `factor[0]` has
 * no effect. With a constant factor γ and `reverse` these are the discounted returns of rewards `x`.
 *
 * Both operands broadcast; integers become floats. Its derivatives are such recurrences again: of `x` in the other
 * direction, with each factor one place on (Blelloch 1990, section 1.4, has the scan).
 *
 * @throws ShapeError if they do not broadcast or there is no such axis
 */
export function linearRecurrence(factor: TensorLike, x: Tensor, options: ScanOptions = {}): Tensor {
  const tensor =
    factor instanceof Tensor ? factor : scalar(factor, isFloat(x.dtype) ? x.dtype : defaultDtype());
  const wider = promote(tensor.dtype, x.dtype);
  const dtype = isFloat(wider) ? wider : defaultDtype();
  const { axis = -1, reverse = false } = options;
  const shape = broadcast("linearRecurrence", [tensor.shape, x.shape]);
  return apply(linearRecurrenceOp, [to(tensor, dtype), to(x, dtype)], {
    axis: normalizeAxis("linearRecurrence", axis, shape.length, shape),
    reverse,
  });
}
export const linearRecurrenceOp: Op<Scan> = defineOp({
  name: "linearRecurrence",
  inputs: ["factor", "x"],
  infer: ([factor, x]) => {
    if (factor.dtype !== x.dtype || !isFloat(x.dtype))
      throw new DTypeError(
        `linearRecurrence: the factor is ${factor.dtype} and x is ${x.dtype}; they must be floats of one dtype`,
      );
    return [{ shape: broadcast("linearRecurrence", [factor.shape, x.shape]), dtype: x.dtype }];
  },
  kernel: ([factor, x], [out], { axis, reverse }: Scan) =>
    kernels.linearRecurrence(factor, x, out, axis, reverse),
  linear: ["x"],
  saves: ["factor", "out"],
  savedFor: { x: ["factor"] },
  vjp: {
    factor: ({ g, factor, out }, scan) => mul(recurrenceAdjoint(g, factor, scan), previous(out, scan, 0)),
    x: ({ g, factor }, scan) => recurrenceAdjoint(g, factor, scan),
  },
  jvp: {
    factor: ({ t, factor, out }, scan) =>
      apply(linearRecurrenceOp, [factor, mul(t, previous(out, scan, 0))], scan),
  },
});

/** `λ[k] = g[k] + factor[k + 1] · λ[k + 1]`. */
function recurrenceAdjoint(g: Tensor, factor: Tensor, scan: Scan): Tensor {
  const back = backwards(scan);
  return apply(linearRecurrenceOp, [previous(expand(factor, g.shape), back, 0), g], back);
}

/**
 * The products so far along an axis: `out[k] = x[0] · … · x[k]`, with `reverse` `x[k] · … · x[n − 1]`. Floats are
 * multiplied in float64, one after the other, and rounded for each result. Integers and bools give int32.
 *
 * The gradient is exact with any number of zeros, and to every order: it is a linear recurrence and divides by nothing.
 *
 * @param x any shape but 0-d
 * @throws ShapeError if there is no such axis
 */
export function cumprod(x: Tensor, options: ScanOptions = {}): Tensor {
  return apply(cumprodOp, [x], scanOf("cumprod", x, options));
}
export const cumprodOp: Op<Scan> = defineOp({
  name: "cumprod",
  inputs: ["x"],
  infer: ([{ shape, dtype }]) => [{ shape, dtype: isFloat(dtype) ? dtype : "int32" }],
  kernel: ([x], [out], { axis, reverse }: Scan) => kernels.cumprod(x, out, axis, reverse),
  saves: ["x", "out"],
  vjp: { x: ({ g, x, out }, scan) => mul(recurrenceAdjoint(g, x, scan), previous(out, scan, 1)) },
  jvp: {
    x: ({ t, x, out }, scan) => apply(linearRecurrenceOp, [x, mul(t, previous(out, scan, 1))], scan),
  },
});

// Extremes so far

/**
 * The largest elements so far along an axis (by default the last), and their indices: the last where several are
 * equal, as in PyTorch. After a NaN all are NaN. The gradient goes to the element at the index alone.
 *
 * @param x any shape but 0-d
 * @throws ShapeError if there is no such axis
 */
export function cummax(x: Tensor, options: AxisOptions = {}): Extreme {
  return runningExtreme(cummaxOp, x, options);
}
export const cummaxOp: Op<AlongAxis> = runningExtremeOp("max");

/** The smallest elements so far along an axis, as `cummax`. */
export function cummin(x: Tensor, options: AxisOptions = {}): Extreme {
  return runningExtreme(cumminOp, x, options);
}
export const cumminOp: Op<AlongAxis> = runningExtremeOp("min");

function runningExtremeOp(kind: "max" | "min"): Op<AlongAxis> {
  return defineOp({
    name: `cum${kind}`,
    inputs: ["x"],
    outputs: ["values", "indices"],
    infer: ([{ shape, dtype }]) => [
      { shape, dtype },
      { shape, dtype: "int32" },
    ],
    kernel: ([x], [values, indices], { axis }: AlongAxis) =>
      kernels.runningExtreme(x, indices, values, axis, kind),
    saves: ["indices"],
    vjp: {
      x: ({ g_values, indices }, { axis }, [{ shape }]) =>
        apply(scatterZerosOp, [indices, g_values], { axis, shape }),
    },
    jvp: { x: ({ t, indices }, { axis }) => [gather(t, indices, { axis }), null] },
  });
}

function runningExtreme(op: Op<AlongAxis>, x: Tensor, { axis = -1 }: AxisOptions): Extreme {
  const [values, indices] = applyMany(op, [x], { axis: normalizeAxis(op.name, axis, x.rank, x.shape) });
  return { values, indices };
}

/**
 * `log Σ eˣ` of the elements so far along an axis (by default the last), computed without overflow or underflow: sums
 * are kept relative to the largest element so far. Integers give the default float. The gradient of a result that is
 * −∞ is 0 (in PyTorch NaN).
 *
 * @param x any shape but 0-d
 * @throws ShapeError if there is no such axis
 */
export function logCumSumExp(x: Tensor, { axis = -1 }: AxisOptions = {}): Tensor {
  const scan = { axis: normalizeAxis("logCumSumExp", axis, x.rank, x.shape), reverse: false };
  const terms = floating(x);
  // The result does not depend on what the sums are relative to, so that carries no gradient.
  const largest = cummax(detach(terms), scan).values;
  const before = previous(largest, scan, Number.NEGATIVE_INFINITY);
  const shift = where(finite(largest), largest, 0);
  // Equal maxima may be infinite, and their difference NaN.
  const factor = exp(where(equal(before, largest), 0, sub(before, largest)));
  const sums = linearRecurrence(factor, exp(sub(terms, shift)), scan);
  const empty = equal(sums, 0);
  return where(empty, Number.NEGATIVE_INFINITY, add(shift, log(where(empty, 1, sums))));
}

export interface DiffOptions extends AxisOptions {
  /** How often differences are taken, by default once. */
  readonly n?: number;
  /** What stands before the first element along the axis. */
  readonly prepend?: Tensor;
  /** What stands behind the last element along the axis. */
  readonly append?: Tensor;
}

/**
 * Differences of neighbours along an axis (by default the last): `out[k] = x[k + 1] − x[k]`, `n` times over. The axis
 * becomes shorter by one each time. Of bools: whether neighbours differ.
 *
 * @param x any shape but 0-d
 * @throws ShapeError if there is no such axis, or what is put before or behind does not fit; ArgumentError if `n` is
 *   no count
 */
export function diff(x: Tensor, { axis = -1, n = 1, prepend, append }: DiffOptions = {}): Tensor {
  const at = normalizeAxis("diff", axis, x.rank, x.shape);
  if (!Number.isInteger(n) || n < 0)
    throw new ArgumentError(`diff: n is ${n}; it must be an integer, 0 or more`);
  const parts = [prepend, x, append].filter((part) => part !== undefined);
  for (const { shape } of parts)
    if (shape.length !== x.rank || shape.some((length, axis) => axis !== at && length !== x.shape[axis]))
      throw new ShapeError(
        `diff: cannot join ${show(shape)} and ${show(x.shape)} along axis ${at}; all other axes must be equal`,
      );
  let result = parts.length === 1 ? x : concat(parts, { axis: at });
  for (let i = 0; i < n && result.shape[at] > 0; i++) {
    const length = result.shape[at] - 1;
    const [later, earlier] = [narrow(result, at, 1, length), narrow(result, at, 0, length)];
    result = result.dtype === "bool" ? notEqual(later, earlier) : sub(later, earlier);
  }
  return result;
}
