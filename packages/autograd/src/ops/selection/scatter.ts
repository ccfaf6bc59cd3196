/** Ops that write or combine values at indices along an axis. */
import { onesLike, zerosLike } from "../../create.js";
import { defineOp } from "../../definition.js";
import { boundOf, isFloat } from "../../dtype.js";
import { ArgumentError, DTypeError } from "../../errors.js";
import type { Op, Spec, Tensor } from "../../graph.js";
import { copy } from "../../kernels/copy.js";
import * as kernels from "../../kernels/select.js";
import { type AlongAxis, normalizeAxis, type Shape, sizeOf } from "../../shape.js";
import { apply, applyMany, scalar } from "../../tape.js";
import { pad } from "../arrangement/padding.js";
import type { TensorLike } from "../elementwise/elementwise-op.js";
import { filling } from "../elementwise/filling.js";
import { div, equal, maximum, mul, to, where } from "../elementwise.js";
import { checkAlong, checkIndices, checkValues } from "../indexing/indices.js";
import { gather, scatterAdd } from "../indexing.js";
import { type AxisOptions, expand, flatten, reshape, slice } from "../layout.js";
import { floorDivide } from "../rounding.js";

function checkOperands(name: string, [x, indices, values]: readonly Spec[], axis: number): void {
  checkIndices(name, indices);
  checkAlong(name, x.shape, indices.shape, axis);
  checkValues(name, x, indices.shape, values);
}

/** The values for each index: a number is the same for all. */
function valuesFor(name: string, x: Tensor, indices: Tensor, values: TensorLike): Tensor {
  const filled = filling(name, values, x.dtype);
  return typeof values === "number" ? expand(filled, indices.shape) : filled;
}

/**
 * `x` with `values` written at `indices`: for axis 0 `out[indices[i][j]][j] = values[i][j]`. Where several values go to
 * one place, the last in row-major order stays, and it alone gets the gradient.
 *
 * @param indices int32 or uint8, as many axes as `x`, none longer than in `x` but for `axis`; negative ones count from
 *   the end
 * @param values of the shape of `indices`, or a number
 * @throws ShapeError if an index is out of range or the shapes do not fit, DTypeError for indices that are no integers
 *   and for values that `x` cannot hold
 */
export function scatter(
  x: Tensor,
  indices: Tensor,
  values: TensorLike,
  { axis = 0 }: AxisOptions = {},
): Tensor {
  const at = normalizeAxis("scatter", axis, x.rank, x.shape);
  return apply(scatterOp, [x, indices, valuesFor("scatter", x, indices, values)], { axis: at });
}
export const scatterOp: Op<AlongAxis> = defineOp({
  name: "scatter",
  inputs: ["x", "indices", "values"],
  infer: (specs, { axis }: AlongAxis) => {
    checkOperands("scatter", specs, axis);
    return [specs[0]];
  },
  kernel: ([x, indices, values], [out], { axis }) => {
    copy(x, out);
    kernels.scatter(out, indices, values, axis);
  },
  linear: [["x", "values"]],
  saves: ["indices"],
  vjp: {
    x: ({ g, indices }, { axis }) => scatter(g, indices, 0, { axis }),
    indices: null,
    values: ({ g, indices }, { axis }) =>
      where(apply(lastWritersOp, [indices], { axis, shape: g.shape }), gather(g, indices, { axis }), 0),
  },
});

/** Whether each index is the last of those that point to its place, as bool: the value there is the one that stays. */
export const lastWritersOp: Op<AlongAxis & { readonly shape: Shape }> = defineOp({
  name: "lastWriters",
  inputs: ["indices"],
  infer: ([{ shape }], _: AlongAxis & { readonly shape: Shape }) => [{ shape, dtype: "bool" }],
  kernel: ([indices], [out], { axis, shape }) => kernels.lastWriters(shape, indices, out, axis),
  vjp: { indices: null },
});

// Combining

export interface ScatterReduceOptions {
  /** By default the first. */
  readonly axis?: number;
  /** How the values at one place are combined. */
  readonly reduce: "sum" | "prod" | "mean" | "amax" | "amin";
  /** Whether what `x` holds there is one of them, `true` by default. Places that no index points to stay as they are. */
  readonly includeSelf?: boolean;
}

/**
 * `x` with `values` combined at `indices`, see {@link scatter}. Among equal extremes the gradient is shared; the mean
 * of integers is rounded down.
 *
 * @throws ShapeError if an index is out of range or the shapes do not fit, DTypeError for indices that are no integers
 *   and for truth values, ArgumentError for an unknown reduction
 */
export function scatterReduce(
  x: Tensor,
  indices: Tensor,
  values: Tensor,
  { axis = 0, reduce, includeSelf = true }: ScatterReduceOptions,
): Tensor {
  if (!["sum", "prod", "mean", "amax", "amin"].includes(reduce))
    throw new ArgumentError(
      `scatterReduce: there is no reduction ${String(reduce)}; use "sum", "prod", "mean", "amax" or "amin"`,
    );
  const at = normalizeAxis("scatterReduce", axis, x.rank, x.shape);
  checkOperands("scatterReduce", [x, indices, values], at);
  if (x.dtype === "bool")
    throw new DTypeError("scatterReduce: truth values cannot be combined; convert them with to()");
  const along = { axis: at };
  const neutral = { sum: 0, prod: 1, mean: 0, amax: -Infinity, amin: Infinity }[reduce];
  const base = includeSelf ? x : scatter(x, indices, boundOf(x.dtype, neutral), along);
  if (reduce === "amax" || reduce === "amin")
    return apply(reduce === "amax" ? scatterMaxOp : scatterMinOp, [base, indices, values], along);
  if (reduce === "prod") return mul(base, productsAt(x.shape, indices, values, at));
  const total = scatterAdd(base, indices, values, along);
  if (reduce === "sum") return total;
  const one = expand(scalar(1, x.dtype), indices.shape);
  const counts = scatterAdd(includeSelf ? onesLike(x) : zerosLike(x), indices, one, along);
  return isFloat(x.dtype) ? div(total, maximum(counts, 1)) : floorDivide(total, maximum(counts, 1));
}

/**
 * The product of the values at each place, 1 where there are none. Values of one place, set side by side, are
 * multiplied over distances that double: no division, so the gradient is exact where factors are 0.
 */
function productsAt(shape: Shape, indices: Tensor, values: Tensor, axis: number): Tensor {
  const [order, places] = applyMany(groupByPlaceOp, [indices], { axis, shape });
  const count = values.size;
  let products = gather(flatten(values), order);
  for (let distance = 1; distance < count; distance *= 2) {
    const beside = slice(places, { end: count - distance });
    const together = pad(equal(slice(places, { start: distance }), beside), [distance, 0]);
    const before = pad(slice(products, { end: count - distance }), [distance, 0]);
    products = mul(products, where(together, before, 1));
  }
  const ones = expand(scalar(1, values.dtype), [sizeOf(shape)]);
  return reshape(scatter(ones, places, products), shape);
}

/** Positions of indices, flattened, in the order of the places they point to; and those places, flattened too. */
export const groupByPlaceOp: Op<AlongAxis & { readonly shape: Shape }> = defineOp({
  name: "groupByPlace",
  inputs: ["indices"],
  outputs: ["order", "places"],
  infer: ([indices], _: AlongAxis & { readonly shape: Shape }) => {
    const size = sizeOf(indices.shape);
    return [
      { shape: [size], dtype: "int32" },
      { shape: [size], dtype: "int32" },
    ];
  },
  kernel: ([indices], [order, places], { axis, shape }) =>
    kernels.groupByPlace(shape, indices, order, places, axis),
  vjp: { indices: null },
});

/** The largest of `x` and the values at each place. */
export const scatterMaxOp: Op<AlongAxis> = scatterExtremeOp("scatterMax", "max");

/** The smallest of `x` and the values at each place. */
export const scatterMinOp: Op<AlongAxis> = scatterExtremeOp("scatterMin", "min");

function scatterExtremeOp(name: string, kind: "max" | "min"): Op<AlongAxis> {
  // Which operands are the extreme at their place, and how many there are at each.
  const shares = (
    { x, indices, values, out }: Readonly<Record<"x" | "indices" | "values" | "out", Tensor>>,
    along: AlongAxis,
  ): { own: Tensor; others: Tensor; count: Tensor } => {
    const own = to(equal(x, out), out.dtype);
    const others = to(equal(values, gather(out, indices, along)), out.dtype);
    return { own, others, count: scatterAdd(own, indices, others, along) };
  };
  return defineOp({
    name,
    inputs: ["x", "indices", "values"],
    infer: (specs, { axis }: AlongAxis) => {
      checkOperands("scatterReduce", specs, axis);
      return [specs[0]];
    },
    kernel: ([x, indices, values], [out], { axis }) => {
      copy(x, out);
      kernels.scatterExtreme(out, indices, values, axis, kind);
    },
    saves: ["x", "indices", "values", "out"],
    vjp: {
      x: ({ g, ...saved }, along) => {
        const { own, count } = shares(saved, along);
        return mul(own, div(g, count));
      },
      indices: null,
      values: ({ g, ...saved }, along) => {
        const { others, count } = shares(saved, along);
        return mul(others, gather(div(g, count), saved.indices, along));
      },
    },
    jvp: {
      x: ({ t, ...known }, along) => {
        const { own, count } = shares(known, along);
        return div(mul(t, own), count);
      },
      values: ({ t, ...known }, along) => {
        const { others, count } = shares(known, along);
        return div(scatterAdd(zerosLike(known.x), known.indices, mul(t, others), along), count);
      },
    },
  });
}
