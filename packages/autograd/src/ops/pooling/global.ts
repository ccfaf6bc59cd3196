/** Pooling of whole planes. */
import { ShapeError } from "../../errors.js";
import type { Tensor } from "../../graph.js";
import { type Shape, show } from "../../shape.js";
import { flatten, reshape } from "../layout.js";
import { max, mean } from "../reductions.js";
import { refuseEmpty } from "./windows.js";

export interface GlobalPoolOptions {
  /** Whether the spatial axes stay, with length 1. False by default. */
  readonly keepDims?: boolean;
}

function checkImages(name: string, x: Shape): readonly number[] {
  if (x.length < 3)
    throw new ShapeError(
      `${name}: x is ${show(x)}, with ${x.length} axes; it must be [N, C, …] with at least one spatial axis`,
    );
  refuseEmpty(name, x, x.length - 2);
  return x.map((_, i) => i).slice(2);
}

/**
 * The mean of each channel over all spatial axes.
 *
 * @param x [N, C, L], [N, C, H, W] …; always with a batch axis
 * @returns [N, C], or [N, C, 1, …] with `keepDims`
 * @throws ShapeError if there is no spatial axis, or one is empty
 */
export function globalAvgPool(x: Tensor, { keepDims = false }: GlobalPoolOptions = {}): Tensor {
  return mean(x, { axis: checkImages("globalAvgPool", x.shape), keepDims });
}

/**
 * The largest number of each channel over all spatial axes. The gradient goes to the first of equals; NaN counts as
 * largest.
 *
 * @param x [N, C, L], [N, C, H, W] …; always with a batch axis
 * @returns [N, C], or [N, C, 1, …] with `keepDims`
 * @throws ShapeError if there is no spatial axis, or one is empty
 */
export function globalMaxPool(x: Tensor, { keepDims = false }: GlobalPoolOptions = {}): Tensor {
  const spatial = checkImages("globalMaxPool", x.shape);
  const { values } = max(flatten(x, 2), { axis: -1 });
  return keepDims ? reshape(values, [...values.shape, ...spatial.map(() => 1)]) : values;
}
