/** Nonlinear conjugate gradients. */
import { add, clone, dot, mul, neg, sub, type Tensor, tensor } from "@wengert/autograd";
import type { ParameterSource } from "./optimizer/parameters.js";
import { type Closure, largest } from "./vector/flat-parameters.js";
import { strongWolfe } from "./vector/strong-wolfe.js";
import { type ReadPart, VectorOptimizer } from "./vector/vector-optimizer.js";

export interface NonlinearCGOptions {
  /** The length that the first line search tries, as a part of 1 / ‖∇f‖; 1 by default. */
  readonly lr?: number;
  /** c₂ of the line search, 0.1 by default: it must look closer than L-BFGS does. */
  readonly curvature?: number;
  /** A step at which no element of the gradient is larger changes nothing, 1e-7 by default. */
  readonly toleranceGrad?: number;
  /** A bracket of the line search that is smaller is not divided, 1e-9 by default. */
  readonly toleranceChange?: number;
}

type Options = Required<NonlinearCGOptions>;

interface Memory {
  readonly direction: Tensor;
  readonly grad: Tensor;
  /** t of the last step times its slope, from which the next guess of t comes. */
  readonly progress: number;
}

/**
 * The nonlinear conjugate gradient method of Polak and Ribière, restarted where β would be negative:
 *
 *   β = max(0, gᵀ(g − g₀) / g₀ᵀg₀)
 *   d = −g + β d₀
 *   p' = p + t d                   t by a line search for the strong Wolfe conditions
 *
 * g₀ and d₀ being those of the last step. For losses without noise. Polak & Ribière 1969; Nocedal & Wright 2006,
 * "Numerical optimization", algorithm 5.4 and equation 5.45. It keeps two vectors, where L-BFGS keeps many.
 */
export class NonlinearCG extends VectorOptimizer<Options, Memory> {
  constructor(params: ParameterSource, given: NonlinearCGOptions = {}) {
    super(params, given, {
      name: "NonlinearCG",
      defaults: { lr: 1, curvature: 0.1, toleranceGrad: 1e-7, toleranceChange: 1e-9 },
      objection: ({ curvature }) =>
        curvature > 0 && curvature < 0.5
          ? undefined
          : `curvature is ${curvature}; it must be more than 0, and less than 0.5`,
    });
  }

  /**
   * One line search. On an error parameters and memory are what they were before.
   *
   * @param closure computes the loss and its gradients: `optimizer.zeroGrad(); const loss = …; loss.backward(); return loss;`
   * @returns the loss before
   * @throws GradientError if the loss or a gradient is not finite, or there is no gradient
   */
  step(closure: Closure): number {
    return this.orBack((start) => this.search(closure, start));
  }

  private search(closure: Closure, start: readonly Tensor[]): number {
    const [{ lr, curvature, toleranceGrad, toleranceChange }] = this.paramGroups;
    const { loss, grad } = this.flat.evaluate(closure);
    if (largest(grad) <= toleranceGrad) return loss;
    let direction = this.memory ? conjugate(grad, this.memory) : neg(grad);
    let slope = dot(grad, direction).item();
    if (slope >= 0) {
      direction = neg(grad);
      slope = -dot(grad, grad).item();
    }
    // As long a way down as the last one: Nocedal & Wright, equation 3.60.
    const first = this.memory ? this.memory.progress / slope : lr / Math.sqrt(-slope);
    const found = strongWolfe(
      (t) => this.flat.evaluateAt(closure, start, direction, t),
      { t: 0, loss, grad, slope },
      { first, largest: largest(direction), toleranceChange, curvature },
    );
    this.flat.moveFrom(start, direction, found.t);
    // A search that found nothing says nothing of how long the next way is.
    this.memory = found.t > 0 ? { direction, grad, progress: found.t * slope } : undefined;
    return loss;
  }

  protected override *save({ direction, grad, progress }: Memory): Iterable<readonly [string, Tensor]> {
    yield ["direction", clone(direction)];
    yield ["grad", clone(grad)];
    yield ["progress", tensor(progress, { dtype: "float64" })];
  }

  protected override load(part: ReadPart): Memory {
    const { length, dtype } = this.flat;
    return {
      direction: part("direction", [length], dtype),
      grad: part("grad", [length], dtype),
      progress: part("progress", [], "float64").item(),
    };
  }
}

function conjugate(grad: Tensor, { direction, grad: before }: Memory): Tensor {
  const beta = dot(grad, sub(grad, before)).item() / dot(before, before).item();
  return add(neg(grad), mul(direction, Math.max(0, beta)));
}
