/** Weights that are equal. */
import { ArgumentError, gather, noGrad, ShapeError, type Tensor, tensor, zeros } from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import type { Parameter } from "../module.js";
import { WeightConstraint } from "./constraint.js";
import type { SpanOptions } from "./span.js";

export interface TiesOptions extends SpanOptions {
  /**
   * Which weights are tied, for each parameter integers in its shape: those that have one number, in whichever parameter, are
   * equal. By default the parameters have one shape, and are equal element by element.
   */
  readonly labels?: Iterable<Tensor>;
}

/**
 * w_i = w_j for all weights that are tied. It is the span of the A that has a 1 in each row, in the column of the group:
 *
 *   w ← the mean of its group
 *   g ← the mean of its group      "weights"
 *   g ← the sum of its group       "latent"
 *
 * For w1 = w2 the sum, ∂L/∂w1 + ∂L/∂w2 for both, is what Hinton's lectures have ("Neural networks for machine learning",
 * 2012, lecture 5c), and what sharing one parameter gives; the mean is the same at a smaller step, so that a learning rate
 * that was good without ties still is. The tied weights have the same bits, from the first step on, after steps of an
 * optimizer that treats all elements alike also without `projectWeights`.
 *
 * To tie whole parameters, sharing one (`shareParameter`) takes less; this ties parts: the two halves of a symmetric matrix,
 * the taps of a filter.
 *
 * @throws ShapeError if there are no labels and the parameters differ in shape, or labels are in other shapes;
 *   ArgumentError if there are not as many labels as parameters, or they are no integers
 */
export class TiedWeights extends WeightConstraint {
  private readonly groups: Tensor; // [n], int32
  private readonly counts: Tensor; // [k]
  private readonly gradient: "weights" | "latent";

  constructor(parameters: Iterable<Parameter>, { labels, gradient = "weights" }: TiesOptions = {}) {
    super(parameters);
    checkChoice("TiedWeights", "the gradient", gradient, ["weights", "latent"]);
    this.gradient = gradient;
    const all = labels === undefined ? this.byElement() : this.byLabel([...labels]);
    const numbers = new Map<number, number>();
    for (const label of all) if (!numbers.has(label)) numbers.set(label, numbers.size);
    const groups = all.map((label) => numbers.get(label)!);
    const counts = new Array<number>(numbers.size).fill(0);
    for (const group of groups) counts[group]! += 1;
    this.groups = tensor(groups, { dtype: "int32" });
    this.counts = tensor(counts, { dtype: "float64" });
  }

  protected override nearest(w: Tensor): Tensor {
    return this.spread(this.sums(w).div(this.counts));
  }

  protected override along(g: Tensor): Tensor {
    return this.gradient === "latent" ? this.spread(this.sums(g)) : this.nearest(g);
  }

  /** Of each group: [k] from [n]. */
  private sums(x: Tensor): Tensor {
    return noGrad(() => zeros([this.counts.size], { dtype: "float64" }).indexAdd(this.groups, x));
  }

  /** To each weight what its group has: [n] from [k]. */
  private spread(x: Tensor): Tensor {
    return gather(x, this.groups, { axis: 0 });
  }

  private byElement(): readonly number[] {
    const [first, ...others] = this.parameters;
    const other = others.find(({ shape }) => shape.join() !== first!.shape.join());
    if (other !== undefined)
      throw new ShapeError(
        `TiedWeights: the parameters are [${first!.shape.join(", ")}] and [${other.shape.join(", ")}]; without labels they must have one shape`,
      );
    return Array.from({ length: this.size }, (_, i) => i % first!.size);
  }

  private byLabel(labels: readonly Tensor[]): readonly number[] {
    if (labels.length !== this.parameters.length)
      throw new ArgumentError(
        `TiedWeights: there are labels for ${labels.length} parameters, and ${this.parameters.length} parameters; give as many`,
      );
    this.parameters.forEach(({ shape }, i) => {
      if (labels[i]!.shape.join() !== shape.join())
        throw new ShapeError(
          `TiedWeights: the labels of parameter ${i} are [${labels[i]!.shape.join(", ")}]; they must be [${shape.join(", ")}], a number for each weight`,
        );
    });
    const all = labels.flatMap((each) => [...each.toTypedArray()]);
    const wrong = all.find((label) => !Number.isInteger(label));
    if (wrong !== undefined)
      throw new ArgumentError(`TiedWeights: a label is ${wrong}; labels must be integers`);
    return all;
  }
}
