/** What must be true of gradients before the first parameter is changed. */
import { GradientError, ShapeError, sum, type Tensor } from "@wengert/autograd";

/**
 * @throws GradientError if there is no gradient at all, or with `finite` one that is not; ShapeError if one is of another
 *   shape or dtype than its parameter, over which it would broadcast
 */
export function checkGradients(name: string, params: readonly Tensor[], finite: boolean): void {
  if (params.every(({ grad }) => grad === null))
    throw new GradientError(
      `${name}.step: no parameter has a gradient; call backward() on a loss that was computed from them`,
    );
  for (const [i, { shape, dtype, grad }] of params.entries()) {
    if (grad === null) continue;
    if (String(grad.shape) !== String(shape) || grad.dtype !== dtype)
      throw new ShapeError(
        `${name}: a parameter is ${dtype} [${shape.join(", ")}] and its grad ${grad.dtype} [${grad.shape.join(", ")}]; they must be the same`,
      );
    if (finite)
      checkFinite(
        name,
        `the gradient of parameter ${i}`,
        grad,
        ", and errorIfNonfinite: false lets them pass",
      );
  }
}

/**
 * @param what has these numbers, as the error says
 * @param advice what else can be done
 * @throws GradientError if one is infinite or NaN
 */
export function checkFinite(name: string, what: string, grad: Tensor, advice = ""): void {
  if (Number.isFinite(sum(grad).item())) return;
  // The sum of finite numbers may overflow.
  const count = [...grad.toTypedArray()].filter((each) => !Number.isFinite(each)).length;
  if (count > 0)
    throw new GradientError(
      `${name}.step: nothing was updated: ${what}, [${grad.shape.join(", ")}], has ${count} of ${grad.size} numbers infinite or NaN; detectAnomaly finds where they come from${advice}`,
    );
}
