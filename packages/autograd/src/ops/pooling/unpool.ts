/** The partial inverse of max pooling: numbers go back to where the maxima were. */

import { defineOp } from "../../definition.js";
import { DTypeError, ShapeError } from "../../errors.js";
import type { Op, Tensor } from "../../graph.js";
import { placeInPlanes } from "../../kernels/pooling/unpool.js";
import { sameShape, show, sizeOf } from "../../shape.js";
import { applyMany } from "../../tape.js";
import { where } from "../elementwise.js";
import { gather } from "../indexing.js";
import { reshape } from "../layout.js";
import { type PerAxis, perAxis } from "../windows/window-axes.js";
import { flatPlanes } from "./planes.js";
import { checkPlanes } from "./windows.js";

interface Plane {
  /** The number of places. */
  readonly size: number;
}

/** Rows of zeros with numbers in places of them, and whether each number stayed: the last of several does. */
export const maxUnpoolOp: Op<Plane> = defineOp({
  name: "maxUnpool",
  inputs: ["x", "indices"],
  outputs: ["out", "kept"],
  infer: ([{ shape, dtype }, indices], { size }: Plane) => {
    if (indices.dtype !== "int32")
      throw new DTypeError(
        `maxUnpool: the indices are ${indices.dtype}; they must be int32, as max pooling gives them`,
      );
    if (!sameShape(shape, indices.shape))
      throw new ShapeError(
        `maxUnpool: x is ${show(shape)} and the indices are ${show(indices.shape)}; they must have the same shape`,
      );
    return [
      { shape: shape.with(-1, size), dtype },
      { shape, dtype: "bool" },
    ];
  },
  kernel: ([x, indices], [out, kept]) => placeInPlanes(indices, x, out, kept),
  saves: ["indices", "kept"],
  vjp: {
    x: ({ g_out, indices, kept }) => where(kept, gather(g_out, indices, { axis: -1 }), 0),
    indices: null,
  },
  jvp: {
    x: ({ t, indices }, plane) => [applyMany(maxUnpoolOp, [t, indices], plane)[0], null],
  },
});

export interface MaxUnpoolOptions {
  /** Those of the pooling. By default the kernel size. */
  readonly stride?: PerAxis;
  /** That of the pooling. 0 by default. */
  readonly padding?: PerAxis;
  /** The lengths of the axes that were pooled: several give the same result. By default the shortest that was filled. */
  readonly outputSize?: readonly number[];
}

function maxUnpool(
  name: string,
  count: number,
  x: Tensor,
  indices: Tensor,
  kernelSize: PerAxis,
  { stride = kernelSize, padding = 0, outputSize }: MaxUnpoolOptions,
): Tensor {
  checkPlanes(name, x.shape, count);
  const kernel = perAxis(name, "kernelSize", kernelSize, count, 1);
  const step = perAxis(name, "stride", stride, count, 1);
  const pad = perAxis(name, "padding", padding, count, 0);
  const lead = x.shape.slice(0, -count);
  const usual = x.shape.slice(-count).map((length, i) => (length - 1) * step[i] - 2 * pad[i] + kernel[i]);
  const size = outputSize === undefined ? usual : perAxis(name, "outputSize", outputSize, count, 1);
  const wrong = size.findIndex(
    (length, i) => length < 1 || (outputSize !== undefined && Math.abs(length - usual[i]) >= step[i]),
  );
  if (wrong >= 0)
    throw new ShapeError(
      `${name}: x, which is ${show(x.shape)}, cannot come from a plane of ${show(size)}; axis ${wrong - count} must be more than ${Math.max(0, usual[wrong] - step[wrong])} and less than ${usual[wrong] + step[wrong]}`,
    );
  const [out] = applyMany(maxUnpoolOp, [flatPlanes(x, count), flatPlanes(indices, count)], {
    size: sizeOf(size),
  });
  return reshape(out, [...lead, ...size]);
}

/**
 * Zeros with the numbers of `x` at the places `indices` of each channel (Zeiler and Fergus, 2014).
 *
 * Where windows overlap, several numbers may go to one place: the last stays, and the gradient goes to it alone.
 *
 * @param x [N, C, L] or [C, L]
 * @param indices int32, of the shape of `x`, as `maxPool1dWithIndices` gives them
 * @throws ShapeError if the shapes do not fit or an index is out of range, DTypeError for indices that are not int32
 */
export function maxUnpool1d(
  x: Tensor,
  indices: Tensor,
  kernelSize: PerAxis,
  options: MaxUnpoolOptions = {},
): Tensor {
  return maxUnpool("maxUnpool1d", 1, x, indices, kernelSize, options);
}

/**
 * Zeros with the numbers of `x` at places of each plane, as `maxUnpool1d`.
 *
 * @param x [N, C, H, W] or [C, H, W]
 */
export function maxUnpool2d(
  x: Tensor,
  indices: Tensor,
  kernelSize: PerAxis,
  options: MaxUnpoolOptions = {},
): Tensor {
  return maxUnpool("maxUnpool2d", 2, x, indices, kernelSize, options);
}

/**
 * Zeros with the numbers of `x` at places of each volume, as `maxUnpool1d`.
 *
 * @param x [N, C, D, H, W] or [C, D, H, W]
 */
export function maxUnpool3d(
  x: Tensor,
  indices: Tensor,
  kernelSize: PerAxis,
  options: MaxUnpoolOptions = {},
): Tensor {
  return maxUnpool("maxUnpool3d", 3, x, indices, kernelSize, options);
}
