/** Ops that reduce axes. `axis` may be one axis, several, or left out for all; `keepDims` leaves a length of 1. */

import { defineOp } from "../definition.js";
import { isFloat } from "../dtype.js";
import { ShapeError } from "../errors.js";
import type { Op, Tensor } from "../graph.js";
import * as kernels from "../kernels/reduce.js";
import * as softmaxKernels from "../kernels/softmax.js";
import { type AlongAxis, normalizeAxis, reducedShape, show } from "../shape.js";
import { apply, applyMany } from "../tape.js";
import { floating } from "./elementwise/floating.js";
import { div, equal, mul, sub, to } from "./elementwise.js";
import { gather, scatterZerosOp } from "./indexing.js";
import { flatten, reshape } from "./layout.js";
import { countOf, type ReduceOptions, type Reduction, reduction, restored } from "./reductions/over-axes.js";
import { exp } from "./transcendental.js";

export type { ReduceOptions } from "./reductions/over-axes.js";

// Sums

/**
 * The sum. Integers and bools give int32. The sum of nothing is 0.
 *
 * @throws ShapeError if there is no such axis
 */
export function sum(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(sumOp, [x], reduction("sum", x, options));
}
export const sumOp: Op<Reduction> = defineOp({
  name: "sum",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axes, keepDims }: Reduction) => [
    { shape: reducedShape(shape, axes, keepDims), dtype: isFloat(dtype) ? dtype : "int32" },
  ],
  kernel: ([x], [out], { axes }) => kernels.sum(x, out, axes),
  linear: ["x"],
  vjp: { x: ({ g }, { axes }, [{ shape }]) => restored(g, shape, axes) },
});

/** The mean. Integers give the default float; the mean of nothing is NaN. */
export function mean(x: Tensor, options: ReduceOptions = {}): Tensor {
  const { axes } = reduction("mean", x, options);
  return div(sum(floating(x), options), countOf(x.shape, axes));
}

// Extremes

/** The extreme values along an axis and where they are. */
export interface Extreme {
  readonly values: Tensor;
  /** int32 */
  readonly indices: Tensor;
}

export interface AxisReduceOptions {
  /** By default the last; `argmax` and `argmin` then take the flattened tensor. */
  readonly axis?: number;
  readonly keepDims?: boolean;
}

/**
 * The largest elements along an axis, and their indices: the first where several are equal. NaN counts as largest.
 * The gradient goes to the element at the index alone; `amax` shares it, and without an axis reduces them all.
 *
 * @throws ShapeError if the axis is empty
 */
export function max(x: Tensor, options: AxisReduceOptions = {}): Extreme {
  return extreme(maxOp, x, options);
}
export const maxOp: Op<AlongAxis> = extremeOp("max");

/** The smallest elements along an axis, as `max`. NaN counts as smallest. */
export function min(x: Tensor, options: AxisReduceOptions = {}): Extreme {
  return extreme(minOp, x, options);
}
export const minOp: Op<AlongAxis> = extremeOp("min");

function extremeOp(name: "max" | "min"): Op<AlongAxis> {
  return defineOp({
    name,
    inputs: ["x"],
    outputs: ["values", "indices"],
    infer: ([{ shape, dtype }], { axis }: AlongAxis) => {
      if (shape[axis] === 0)
        throw new ShapeError(
          `${name}: axis ${axis} of ${show(shape)} is empty; there is no ${name} of nothing`,
        );
      const reduced = shape.with(axis, 1);
      return [
        { shape: reduced, dtype },
        { shape: reduced, dtype: "int32" },
      ];
    },
    kernel: ([x], [values, indices], { axis }) => kernels.extreme(x, values, indices, axis, name),
    saves: ["indices"],
    vjp: {
      x: ({ g_values, indices }, { axis }, [{ shape }]) =>
        apply(scatterZerosOp, [indices, g_values], { axis, shape }),
    },
    jvp: { x: ({ t, indices }, { axis }) => [gather(t, indices, { axis }), null] },
  });
}

function extreme(op: Op<AlongAxis>, x: Tensor, { axis = -1, keepDims = false }: AxisReduceOptions): Extreme {
  const at = normalizeAxis(op.name, axis, x.rank, x.shape);
  const [values, indices] = applyMany(op, [x], { axis: at });
  if (keepDims) return { values, indices };
  const shape = reducedShape(x.shape, [at], false);
  return { values: reshape(values, shape), indices: reshape(indices, shape) };
}

/** The indices of the largest elements along an axis (int32), or in the flattened tensor where none is given. */
export function argmax(x: Tensor, options: AxisReduceOptions = {}): Tensor {
  return argExtreme(maxOp, x, options);
}

/** The indices of the smallest elements, as `argmax`. */
export function argmin(x: Tensor, options: AxisReduceOptions = {}): Tensor {
  return argExtreme(minOp, x, options);
}

function argExtreme(op: Op<AlongAxis>, x: Tensor, { axis, keepDims = false }: AxisReduceOptions): Tensor {
  if (axis !== undefined) return extreme(op, x, { axis, keepDims }).indices;
  const { indices } = extreme(op, flatten(x), { axis: 0 });
  return keepDims
    ? reshape(
        indices,
        x.shape.map(() => 1),
      )
    : indices;
}

/**
 * The largest elements over axes. Where several are equal they share the gradient.
 *
 * @throws ShapeError if an axis is empty
 */
export function amax(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(amaxOp, [x], reduction("amax", x, options));
}
export const amaxOp: Op<Reduction> = sharedExtremeOp("amax", "max");

/** The smallest elements over axes, as `amax`. */
export function amin(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(aminOp, [x], reduction("amin", x, options));
}
export const aminOp: Op<Reduction> = sharedExtremeOp("amin", "min");

function sharedExtremeOp(name: string, kind: "max" | "min"): Op<Reduction> {
  return defineOp({
    name,
    inputs: ["x"],
    infer: ([{ shape, dtype }], { axes, keepDims }: Reduction) => {
      if (axes.some((axis) => shape[axis] === 0))
        throw new ShapeError(
          `${name}: ${show(shape)} is empty along the axes ${show(axes)}; there is no ${kind} of nothing`,
        );
      return [{ shape: reducedShape(shape, axes, keepDims), dtype }];
    },
    kernel: ([x], [out], { axes }) => kernels.extremeOver(x, out, axes, kind),
    saves: ["x", "out"],
    vjp: {
      x: ({ g, x, out }, { axes }) => {
        const chosen = to(equal(x, restored(out, x.shape, axes)), g.dtype);
        const count = sum(chosen, { axis: axes, keepDims: true });
        // A product, because a choice of 0 for the others would hide a NaN, which equals nothing.
        return mul(chosen, div(reshape(g, count.shape), count));
      },
    },
    jvp: {
      x: ({ t, x, out }, { axes, keepDims }) => {
        const chosen = to(equal(x, restored(out, x.shape, axes)), t.dtype);
        const reduced = { axis: axes, keepDims };
        return div(sum(mul(t, chosen), reduced), sum(chosen, reduced));
      },
    },
  });
}

// Softmax and its kin

/**
 * `log Σ eˣ`, computed without overflow: `m + log Σ eˣ⁻ᵐ` with the maximum m.
 */
export function logSumExp(x: Tensor, options: ReduceOptions = {}): Tensor {
  return apply(logSumExpOp, [floating(x)], reduction("logSumExp", x, options));
}
export const logSumExpOp: Op<Reduction> = defineOp({
  name: "logSumExp",
  inputs: ["x"],
  infer: ([{ shape, dtype }], { axes, keepDims }: Reduction) => [
    { shape: reducedShape(shape, axes, keepDims), dtype },
  ],
  kernel: ([x], [out], { axes }) => softmaxKernels.logSumExp(x, out, axes),
  saves: ["x", "out"],
  vjp: {
    x: ({ g, x, out }, { axes }) =>
      mul(restored(g, x.shape, axes), exp(sub(x, restored(out, x.shape, axes)))),
  },
  jvp: {
    x: ({ t, x, out }, { axes, keepDims }) => {
      const weight = exp(sub(x, restored(out, x.shape, axes)));
      return sum(mul(weight, t), { axis: axes, keepDims });
    },
  },
});

export interface SoftmaxOptions {
  /** By default the last. */
  readonly axis?: number;
}

/** `eˣ / Σ eˣ` along an axis, by default the last. */
export function softmax(x: Tensor, { axis = -1 }: SoftmaxOptions = {}): Tensor {
  return apply(softmaxOp, [floating(x)], { axis: normalizeAxis("softmax", axis, x.rank, x.shape) });
}
export const softmaxOp: Op<AlongAxis> = defineOp({
  name: "softmax",
  inputs: ["x"],
  infer: ([x]) => [x],
  kernel: ([x], [out], { axis }) => softmaxKernels.softmax(x, out, axis),
  saves: ["out"],
  vjp: { x: ({ g, out }, { axis }) => mul(out, sub(g, sum(mul(g, out), { axis, keepDims: true }))) },
  jvp: {
    x: ({ t, out }, { axis }) => sub(mul(t, out), mul(out, sum(mul(t, out), { axis, keepDims: true }))),
  },
});

/** `x − log Σ eˣ` along an axis, by default the last. */
export function logSoftmax(x: Tensor, { axis = -1 }: SoftmaxOptions = {}): Tensor {
  return apply(logSoftmaxOp, [floating(x)], { axis: normalizeAxis("logSoftmax", axis, x.rank, x.shape) });
}
export const logSoftmaxOp: Op<AlongAxis> = defineOp({
  name: "logSoftmax",
  inputs: ["x"],
  infer: ([x]) => [x],
  kernel: ([x], [out], { axis }) => softmaxKernels.logSoftmax(x, out, axis),
  saves: ["out"],
  vjp: { x: ({ g, out }, { axis }) => sub(g, mul(exp(out), sum(g, { axis, keepDims: true }))) },
  jvp: { x: ({ t, out }, { axis }) => sub(t, sum(mul(exp(out), t), { axis, keepDims: true })) },
});
