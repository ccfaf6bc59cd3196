/** What follows a normalisation: a learned scale and shift. */
import { ShapeError } from "../../errors.js";
import { sum as plus, product } from "../../expression/expression.js";
import type { Spec, Tensor } from "../../graph.js";
import { type Shape, sameShape, show } from "../../shape.js";
import { applyElementwise, type ElementwiseOp, elementwise } from "../elementwise/elementwise-op.js";
import { add, mul } from "../elementwise.js";
import { reshape } from "../layout.js";

/** A learned map of what was normalised: `x̂ · weight + bias`. */
export interface AffineOptions {
  readonly weight?: Tensor | undefined;
  readonly bias?: Tensor | undefined;
}

export const scaleShiftOp: ElementwiseOp = elementwise(
  "scaleShift",
  ["x", "scale", "shift"],
  (x, scale, shift) => plus(product(x, scale), shift),
);

/** `x · scale + shift` with what there is of both. */
export function scaleShift(x: Tensor, scale: Tensor | undefined, shift: Tensor | undefined): Tensor {
  if (scale === undefined) return shift === undefined ? x : add(x, shift);
  return shift === undefined ? mul(x, scale) : applyElementwise(scaleShiftOp, [x, scale, shift]);
}

/**
 * `x` by the map of `options`, whose tensors have the shape `own` and are read as `placed`.
 *
 * @throws ShapeError if they have another, in the name of the op `name`
 */
export function affine(
  name: string,
  x: Tensor,
  { weight, bias }: AffineOptions,
  own: Shape,
  placed: Shape,
): Tensor {
  return scaleShift(
    x,
    placedAs(name, "weight", weight, x, own, placed),
    placedAs(name, "bias", bias, x, own, placed),
  );
}

/** A tensor of numbers for channels or features, read so that it broadcasts to `x`. */
export function placedAs(
  name: string,
  part: string,
  values: Tensor | undefined,
  x: Spec,
  own: Shape,
  placed: Shape,
): Tensor | undefined {
  if (values === undefined) return undefined;
  if (!sameShape(values.shape, own))
    throw new ShapeError(
      `${name}: the ${part} is ${show(values.shape)} and x is ${show(x.shape)}; the ${part} must be ${show(own)}`,
    );
  return sameShape(own, placed) ? values : reshape(values, placed);
}
