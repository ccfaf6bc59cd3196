/** What reductions over any axes have in common: their options made whole, and the way back to the shape before. */
import type { Spec, Tensor } from "../../graph.js";
import { type Axes, normalizeAxes, reducedShape, type Shape, sizeOf } from "../../shape.js";
import { expand, reshape } from "../layout.js";

export interface ReduceOptions {
  /** One axis, several, or (left out) all of them. */
  readonly axis?: Axes;
  /** Whether they stay, with length 1. False by default. */
  readonly keepDims?: boolean;
}

/** The axes of a reduction, rising. */
export interface Reduction {
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

/** @throws ShapeError if there is no such axis, or one is named twice */
export function reduction(name: string, x: Spec, { axis, keepDims = false }: ReduceOptions): Reduction {
  return { axes: normalizeAxes(name, axis, x.shape), keepDims };
}

/** How many elements each result is made of. */
export function countOf(shape: Shape, axes: readonly number[]): number {
  return sizeOf(axes.map((axis) => shape[axis]));
}

/** A reduced tensor that broadcasts to the original. */
export function aligned(reduced: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return reshape(reduced, reducedShape(shape, axes, true));
}

/** A reduced tensor read in the shape of the original. */
export function restored(reduced: Tensor, shape: Shape, axes: readonly number[]): Tensor {
  return expand(aligned(reduced, shape, axes), shape);
}
