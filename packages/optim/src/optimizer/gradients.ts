/** What must be true of gradients before the first parameter is changed. */
import { borrowGradient, GradientError, ShapeError, sum, type Tensor } from "@wengert/autograd";

/**
 * @throws GradientError if there is no gradient at all; ShapeError if one is of another shape or dtype than its parameter,
 *   over which it would broadcast
 */
export function checkGradients(name: string, params: readonly Tensor[]): void {
  if (params.every((param) => borrowGradient(param) === null))
    throw new GradientError(
      `${name}.step: no parameter has a gradient; call backward() on a loss that was computed from them`,
    );
  for (const param of params) {
    const { shape, dtype } = param;
    const grad = borrowGradient(param);
    if (grad !== null && !(isSame(grad.shape, shape) && grad.dtype === dtype))
      throw new ShapeError(
        `${name}: a parameter is ${dtype} [${shape.join(", ")}] and its grad ${grad.dtype} [${grad.shape.join(", ")}]; they must be the same`,
      );
  }
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((size, i) => size === other[i]);
}

/**
 * @param advice what else can be done
 * @throws GradientError if a gradient is infinite or NaN
 */
export function checkFiniteGradients(name: string, params: readonly Tensor[], advice = ""): void {
  for (const [i, param] of params.entries()) {
    const grad = borrowGradient(param);
    if (grad !== null) checkFinite(name, `the gradient of parameter ${i}`, grad, advice);
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
