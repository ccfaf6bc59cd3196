/** Ops that choose elements by index or mask, or put others in their place. */

import { defineOp } from "../definition.js";
import { ShapeError } from "../errors.js";
import type { Op, Tensor } from "../graph.js";
import * as kernels from "../kernels/select.js";
import { broadcast, show, sizeOf } from "../shape.js";
import { apply } from "../tape.js";
import type { TensorLike } from "./elementwise/elementwise-op.js";
import { filling } from "./elementwise/filling.js";
import { where } from "./elementwise.js";
import { checkIndices } from "./indexing/indices.js";
import { scatterZerosOp } from "./indexing.js";
import { expand, flatten, narrow, reshape } from "./layout.js";
import { scatter } from "./selection/scatter.js";

export * from "./selection/parts.js";
export * from "./selection/scatter.js";

/**
 * The elements at `indices` of the tensor read in row-major order: `out[i] = flatten(x)[indices[i]]`.
 *
 * @param indices any shape, int32 or uint8; negative ones count from the end
 * @returns the shape of `indices`
 * @throws ShapeError if an index is out of range, DTypeError for indices that are no integers
 */
export function take(x: Tensor, indices: Tensor): Tensor {
  return apply(takeOp, [x, indices], undefined);
}
export const takeOp: Op<undefined> = defineOp({
  name: "take",
  inputs: ["x", "indices"],
  infer: ([x, indices]) => {
    checkIndices("take", indices);
    return [{ shape: indices.shape, dtype: x.dtype }];
  },
  kernel: ([x, indices], [out]) => kernels.take(x, indices, out),
  linear: ["x"],
  saves: ["indices"],
  vjp: {
    x: ({ g, indices }, _, [{ shape }]) => {
      const flat = apply(scatterZerosOp, [flatten(indices), flatten(g)], { axis: 0, shape: [sizeOf(shape)] });
      return reshape(flat, shape);
    },
    indices: null,
  },
});

// Masks

/**
 * `value` where the mask holds, else `x`. The two broadcast; a mask of numbers holds where it is not 0.
 *
 * @param value a number or a 0-d tensor
 * @throws ShapeError if the shapes do not fit, DTypeError if `x` cannot hold the value
 */
export function maskedFill(x: Tensor, mask: Tensor, value: TensorLike): Tensor {
  if (typeof value !== "number" && value.rank > 0)
    throw new ShapeError(
      `maskedFill: the value is ${show(value.shape)}; it must be a number or 0-d, see where and maskedScatter`,
    );
  broadcast("maskedFill", [x.shape, mask.shape]);
  return where(mask, filling("maskedFill", value, x.dtype), x);
}

/**
 * The elements where the mask holds, in row-major order. The two broadcast; a mask of numbers holds where it is not 0.
 *
 * @returns [K], where K is their number. It belongs to the program: a trace that is replayed with another K throws.
 * @throws ShapeError if the shapes do not fit
 */
export function maskedSelect(x: Tensor, mask: Tensor): Tensor {
  const shape = broadcast("maskedSelect", [x.shape, mask.shape]);
  return take(expand(x, shape), placesIn(expand(mask, shape)));
}

/**
 * `x` with the elements where the mask holds replaced, in row-major order, by those of `source`.
 *
 * @param source at least as many elements as the mask has; more are not used. A trace that is replayed with another
 *   number of them in the mask throws.
 * @throws ShapeError if the shapes do not fit or there are too few elements, DTypeError if `x` cannot hold them
 */
export function maskedScatter(x: Tensor, mask: Tensor, source: Tensor): Tensor {
  const shape = broadcast("maskedScatter", [x.shape, mask.shape]);
  const places = placesIn(expand(mask, shape));
  if (source.size < places.size)
    throw new ShapeError(
      `maskedScatter: the mask holds at ${places.size} elements, and the source ${show(source.shape)} has ${source.size}; it needs as many at least`,
    );
  const values = narrow(flatten(filling("maskedScatter", source, x.dtype)), 0, 0, places.size);
  return reshape(scatter(flatten(expand(x, shape)), places, values), shape);
}

/** Where in row-major order the elements of a mask hold. */
function placesIn(mask: Tensor): Tensor {
  return flatten(nonzero(flatten(mask)));
}

/**
 * The indices of the elements that are not 0, in row-major order. NaN is not 0.
 *
 * @returns [K, number of axes], int32 (PyTorch: int64), where K is their number. It belongs to the program: a trace
 *   that is replayed with another K throws.
 */
export function nonzero(x: Tensor): Tensor {
  return apply(nonzeroOp, [x], { count: kernels.countNonzero(x.view) });
}
export const nonzeroOp: Op<{ readonly count: number }> = defineOp({
  name: "nonzero",
  inputs: ["x"],
  infer: ([{ shape }], { count }: { readonly count: number }) => [
    { shape: [count, shape.length], dtype: "int32" },
  ],
  kernel: ([x], [out], { count }) => {
    const found = kernels.countNonzero(x);
    if (found !== count)
      throw new ShapeError(
        `nonzero: ${found} elements of ${show(x.shape)} are not 0, and the program was recorded with ${count}; record it anew, the shapes depend on it`,
      );
    kernels.nonzero(x, out);
  },
  vjp: { x: null },
});
