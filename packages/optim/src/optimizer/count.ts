/** Counting steps, as ops: a count that JavaScript kept would stand still in a record of a step. */
import {
  applyInto,
  type ElementwiseOp,
  elementwise,
  expression,
  type FloatDType,
  type Tensor,
  zeros,
} from "@wengert/autograd";

/** No steps yet. In the dtype of the parameter, as PyTorch has it: float32 counts to 2²⁴. */
export function startCount({ dtype }: Tensor): Tensor {
  return zeros([], { dtype });
}

/** Adds 1 to a count. */
export function increase(step: Tensor): void {
  applyInto(next, [step], [step], undefined);
}
const next: ElementwiseOp = elementwise("count", ["step"], (step) => expression.sum(step, 1));

/**
 * Ops that compute a number in float64 and give it in the dtype of a parameter: 1 − 0.999ᵗ, computed in float32, would be
 * wrong by 1e-5.
 */
export function factor(
  name: string,
  inputs: readonly string[],
  build: Parameters<typeof elementwise>[2],
): Readonly<Record<FloatDType, ElementwiseOp>> {
  return {
    float32: elementwise(name, inputs, build, { outputDtype: "float32" }),
    float64: elementwise(name, inputs, build, { outputDtype: "float64" }),
  };
}
