/** Where a sweep begins, and with what. */
import { GradientError, ShapeError } from "../errors.js";
import type { Slot, Tensor } from "../graph.js";
import { to } from "../ops/elementwise.js";
import { reshape } from "../ops/layout.js";
import { sameShape, show } from "../shape.js";
import { scalar } from "../tape.js";

/** Where the cotangent of a result begins its way. */
export function slotOf(name: string, result: Tensor): Slot {
  if (result.slot === null)
    throw new GradientError(
      `${name}: the result requires no gradient: no tensor it was computed from does, or it was computed in noGrad; set requiresGrad on a leaf first`,
    );
  return result.slot;
}

/** The cotangent of `result`: what is given, or 1 for one number. */
export function seed(name: string, result: Tensor, gradient: Tensor | undefined): Tensor {
  if (gradient === undefined) {
    if (result.size !== 1)
      throw new GradientError(
        `${name}: the result is ${show(result.shape)}; give its cotangent as \`gradient\`, or reduce it to one number, as with sum()`,
      );
    return reshape(scalar(1, result.dtype), result.shape);
  }
  if (!sameShape(gradient.shape, result.shape))
    throw new ShapeError(
      `${name}: the gradient is ${show(gradient.shape)} and the result ${show(result.shape)}; they must be the same`,
    );
  // Whoever gives it may read it again.
  gradient.view.data.handOut();
  return to(gradient, result.dtype);
}
