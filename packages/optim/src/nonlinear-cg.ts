/** Nonlinear conjugate gradients. */
import {
  ArgumentError,
  abs,
  add,
  amax,
  clone,
  dot,
  mul,
  neg,
  noGrad,
  sub,
  type Tensor,
  tensor,
} from "@wengert/autograd";
import { type Closure, FlatParameters } from "./line-search/flat-parameters.js";
import { strongWolfe } from "./line-search/strong-wolfe.js";
import { negative } from "./optimizer/checks.js";
import { GroupOptions, type ParamGroup } from "./optimizer/param-group.js";
import { listParameters, type ParameterSource } from "./optimizer/parameters.js";
import type { OptimizerStateDict } from "./optimizer.js";

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
export class NonlinearCG {
  readonly paramGroups: readonly [ParamGroup<Options>];
  private readonly options: GroupOptions<Options, never>;
  private readonly flat: FlatParameters;
  private memory: Memory | undefined;

  constructor(params: ParameterSource, given: NonlinearCGOptions = {}) {
    const list = listParameters("NonlinearCG", params);
    if (list.length === 0)
      throw new ArgumentError("NonlinearCG: there are no parameters; give a module, or a list of tensors");
    this.options = new GroupOptions<Options, never>(list, given, {
      name: "NonlinearCG",
      defaults: { lr: 1, curvature: 0.1, toleranceGrad: 1e-7, toleranceChange: 1e-9 },
      objection: ({ curvature, ...rest }) =>
        negative(rest) ??
        (curvature > 0 && curvature < 0.5
          ? undefined
          : `curvature is ${curvature}; it must be more than 0, and less than 0.5`),
      numbers: () => ({}),
    });
    this.paramGroups = [this.options.group];
    this.flat = new FlatParameters("NonlinearCG", list);
  }

  zeroGrad(): void {
    for (const param of this.flat.params) param.grad = null;
  }

  /**
   * One line search. On an error parameters and memory are what they were before.
   *
   * @param closure computes the loss and its gradients: `optimizer.zeroGrad(); const loss = …; loss.backward(); return loss;`
   * @returns the loss before
   * @throws GradientError if the loss or a gradient is not finite, or there is no gradient
   */
  step(closure: Closure): number {
    const before = noGrad(() => this.flat.snapshot());
    try {
      return noGrad(() => this.search(closure, before));
    } catch (error) {
      this.flat.restore(before);
      throw error;
    }
  }

  private search(closure: Closure, start: readonly Tensor[]): number {
    const [{ lr, curvature, toleranceGrad, toleranceChange }] = this.paramGroups;
    const { loss, grad } = this.flat.evaluate(closure);
    if (amax(abs(grad)).item() <= toleranceGrad) return loss;
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
      { first, largest: amax(abs(direction)).item(), toleranceChange, curvature },
    );
    this.flat.moveFrom(start, direction, found.t);
    // A search that found nothing says nothing of how long the next way is.
    this.memory = found.t > 0 ? { direction, grad, progress: found.t * slope } : undefined;
    return loss;
  }

  /** Copies of direction and gradient of the last step, and the options. */
  stateDict(): OptimizerStateDict {
    const { params: _, ...options } = this.paramGroups[0];
    const state = new Map<string, Tensor>();
    if (this.memory) {
      const { direction, grad, progress } = this.memory;
      noGrad(() => {
        state.set("0.direction", clone(direction)).set("0.grad", clone(grad));
        state.set("0.progress", tensor(progress, { dtype: "float64" }));
      });
    }
    return { state, paramGroups: [{ ...options, params: this.flat.params.map((_param, i) => i) }] };
  }

  /**
   * Takes over a snapshot; all of it, or on an error nothing.
   *
   * @throws ArgumentError if it does not fit
   */
  loadStateDict(snapshot: OptimizerStateDict): void {
    const options = this.options.checked(this.flat.optionsIn(snapshot) as Partial<Options>);
    const { state } = snapshot;
    const { length, dtype } = this.flat;
    const memory =
      state.size === 0
        ? undefined
        : {
            direction: this.flat.partOf(state, "direction", [length], dtype),
            grad: this.flat.partOf(state, "grad", [length], dtype),
            progress: this.flat.partOf(state, "progress", [], "float64").item(),
          };
    this.options.set(options);
    this.memory = memory;
  }
}

function conjugate(grad: Tensor, { direction, grad: before }: Memory): Tensor {
  const beta = dot(grad, sub(grad, before)).item() / dot(before, before).item();
  return add(neg(grad), mul(direction, Math.max(0, beta)));
}
