/** k-max pooling: the k largest numbers of a whole sequence or plane, in their order. */

import { defineOp } from "../../definition.js";
import { ArgumentError, ShapeError } from "../../errors.js";
import type { Op, Tensor } from "../../graph.js";
import { largestInOrder } from "../../kernels/pooling/largest.js";
import { show, sizeOf } from "../../shape.js";
import { apply, applyMany } from "../../tape.js";
import { gather, scatterZerosOp } from "../indexing.js";
import { flatPlanes } from "./planes.js";
import { checkPlanes } from "./windows.js";

interface Largest {
  readonly k: number;
}

/** The k largest numbers along the last axis, in their order, and where they are. */
export const kMaxPoolOp: Op<Largest> = defineOp({
  name: "kMaxPool",
  inputs: ["x"],
  outputs: ["values", "indices"],
  infer: ([{ shape, dtype }], { k }: Largest) => {
    const chosen = shape.with(-1, k);
    return [
      { shape: chosen, dtype },
      { shape: chosen, dtype: "int32" },
    ];
  },
  kernel: ([x], [values, indices]) => largestInOrder(x, values, indices),
  saves: ["indices"],
  vjp: {
    x: ({ g_values, indices }, _, [{ shape }]) =>
      apply(scatterZerosOp, [indices, g_values], { axis: shape.length - 1, shape }),
  },
  jvp: { x: ({ t, indices }) => [gather(t, indices, { axis: -1 }), null] },
});

function kMaxPool(name: string, count: number, x: Tensor, k: number): Tensor {
  checkPlanes(name, x.shape, count);
  const size = sizeOf(x.shape.slice(-count));
  if (!Number.isInteger(k) || k < 1)
    throw new ArgumentError(`${name}: k is ${k}; it must be an integer, 1 or more`);
  if (k > size)
    throw new ShapeError(
      `${name}: k is ${k}, and each channel of x, which is ${show(x.shape)}, has ${size} numbers; k must be at most that`,
    );
  return applyMany(kMaxPoolOp, [flatPlanes(x, count)], { k })[0];
}

/**
 * The `k` largest numbers of each sequence, in the order in which they stand (Kalchbrenner, Grefenstette and Blunsom, 2014,
 * section 3.2).
 *
 * NaN counts as largest, and of equals the first are taken. The gradient goes to the numbers taken.
 *
 * @param x [N, C, L] or [C, L]
 * @param k from 1 to L
 * @returns [N, C, k] or [C, k]
 * @throws ShapeError if `x` has other axes, is empty along the last, or has fewer than `k`; ArgumentError if `k` is not
 *   a positive integer
 */
export function kMaxPool1d(x: Tensor, k: number): Tensor {
  return kMaxPool("kMaxPool1d", 1, x, k);
}

/**
 * The `k` largest numbers of each plane, in row-major order: `kMaxPool1d` of the flattened plane.
 *
 * @param x [N, C, H, W] or [C, H, W]
 * @param k from 1 to H·W
 * @returns [N, C, k] or [C, k]
 */
export function kMaxPool2d(x: Tensor, k: number): Tensor {
  return kMaxPool("kMaxPool2d", 2, x, k);
}
