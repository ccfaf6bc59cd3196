/** What Hessian-free optimisation descends. */
import type { Tensor } from "@wengert/autograd";

/**
 * A loss, in the parts that its Gauss-Newton matrix is made of. Each is called several times in a step and must give the
 * same for the same parameters: no dropout.
 */
export interface Objective<Out> {
  /** Runs the model on the cases: all that `losses` and `hidden` read, a tensor or tensors in nested arrays and objects. */
  readonly outputs: () => Out;
  /** The loss of each of the N cases, [N], convex in the outputs. The mean of them is descended. */
  readonly losses: (outputs: Out) => Tensor;
  /** The hidden states that structural damping keeps from changing much, all steps of all cases. */
  readonly hidden?: (outputs: Out) => Tensor | readonly Tensor[];
  /**
   * How far hidden states are from what they were, summed over all; convex in `now`, and 0 with no slope where they are
   * the same. By default ½ ‖now − before‖².
   */
  readonly distance?: (now: Tensor, before: Tensor) => Tensor;
}
