/** What linear constraints on weights share. */
import {
  ArgumentError,
  abs,
  amax,
  assign,
  borrowGradient,
  concat,
  GradientError,
  noGrad,
  type Tensor,
  zeros,
} from "@wengert/autograd";
import type { Parameter } from "../module.js";

/** Anything that updates parameters by their gradients. */
export interface Updates {
  step(): void;
}

/**
 * A linear constraint on weights w: those of some parameters, one after another and flattened, `[n]`.
 *
 * It holds under every optimizer: `step` replaces the gradients by ones that keep to it, has the optimizer take its step,
 * and puts the weights back where its rule (Adam divides each number by another) or rounding has led them away, to the nearest
 * that obey. So does, with an optimizer that asks for the gradients more than once, `projectGradients` at the end of what
 * computes them.
 *
 * ```ts
 * const tied = new TiedWeights([left.weight, right.weight]);
 * loss.backward();
 * tied.step(optimizer);
 * ```
 *
 * It is computed in float64. Nothing is changed before one of these methods is called: `projectWeights` has it hold from the
 * start.
 *
 * @throws ArgumentError if there are no parameters, or one is given twice
 */
export abstract class WeightConstraint {
  readonly parameters: readonly Parameter[];
  /** n, how many weights there are. */
  readonly size: number;

  constructor(parameters: Iterable<Parameter>) {
    this.parameters = [...parameters];
    this.size = this.parameters.reduce((sum, { size }) => sum + size, 0);
    if (this.parameters.length === 0 || new Set(this.parameters).size < this.parameters.length)
      throw new ArgumentError(
        `${new.target.name}: there are ${this.parameters.length} parameters; give one or more, each once`,
      );
  }

  /** The weights nearest to `w` that obey: [n] from [n], float64. */
  protected abstract nearest(w: Tensor): Tensor;

  /** What stands for the gradient `g`, and changes no weights but together: [n] from [n], float64. */
  protected abstract along(g: Tensor): Tensor;

  /** Moves the weights to the nearest that obey. */
  projectWeights(): void {
    noGrad(() => {
      const parts = this.split(this.nearest(this.weights()));
      this.parameters.forEach((parameter, i) => assign(parameter, parts[i]!));
    });
  }

  /**
   * Puts gradients that keep to the constraint in the place of those of the parameters; for a parameter that has none, it
   * counts as 0.
   *
   * @throws GradientError if none has a gradient, ArgumentError if a parameter is frozen
   */
  projectGradients(): void {
    const { name } = this.constructor;
    const frozen = this.parameters.findIndex(({ requiresGrad }) => !requiresGrad);
    if (frozen >= 0)
      throw new ArgumentError(
        `${name}: parameter ${frozen} is frozen; all that a constraint connects must be trained`,
      );
    if (this.parameters.every((parameter) => borrowGradient(parameter) === null))
      throw new GradientError(`${name}: no parameter has a gradient; call backward() first`);
    noGrad(() => {
      const gradients = this.parameters.map(({ grad, shape }) => grad ?? zeros(shape));
      const parts = this.split(this.along(flat(gradients)));
      this.parameters.forEach((parameter, i) => {
        parameter.grad = parts[i]!;
      });
    });
  }

  /** A step of `optimizer` that keeps to the constraint. */
  step(optimizer: Updates): void {
    this.projectGradients();
    optimizer.step();
    this.projectWeights();
  }

  /** By how much the weight that is farthest from obeying does not. */
  violation(): number {
    return noGrad(() => {
      const w = this.weights();
      return amax(abs(w.sub(this.nearest(w)))).item();
    });
  }

  private weights(): Tensor {
    return flat(this.parameters);
  }

  /** The parts of [n] in the shapes and dtypes of the parameters. */
  private split(all: Tensor): readonly Tensor[] {
    let start = 0;
    return this.parameters.map(({ size, shape, dtype }) => {
      const part = all.narrow(0, start, size).reshape(shape).to(dtype);
      start += size;
      return part;
    });
  }
}

function flat(tensors: readonly Tensor[]): Tensor {
  return concat(tensors.map((each) => each.flatten().to("float64")));
}
