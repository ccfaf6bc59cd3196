/** An objective as a function of all parameters: values, gradients and curvature, and no matrix. */
import {
  ArgumentError,
  add,
  detach,
  div,
  type FloatDType,
  full,
  type Generator,
  GradientError,
  ggnvp,
  less,
  mean,
  mul,
  oneHot,
  rand,
  ShapeError,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  vjp,
  where,
  withSubstitutes,
} from "@wengert/autograd";
import { checkFinite } from "../optimizer/gradients.js";
import type { Evaluation, FlatParameters } from "../vector/flat-parameters.js";
import type { Objective } from "./objective.js";

/** How the curvature is damped. */
export interface Damping {
  /** λ */
  readonly damping: number;
  /** μ */
  readonly structural: number;
}

/** What of a model its curvature is seen through. */
interface Seen<Out> {
  readonly outputs: Out;
  readonly hidden: readonly Tensor[];
}

/** An objective as a function of a vector of all parameters, around where they are. */
export class Surface<Out> {
  private readonly values: Tensor[];

  constructor(
    private readonly name: string,
    private readonly flat: FlatParameters,
    private readonly objective: Objective<Out>,
    private readonly weightDecay: number,
  ) {
    // Not the parameters themselves, which stand for others while the model runs.
    this.values = flat.params.map((param) => detach(param));
  }

  /** The loss with the parameters moved by `t change`; Infinity where it is not finite. */
  lossAt(change: Tensor, t = 1): number {
    const moved = this.flat.split(change).map((part, i) => add(this.values[i]!, mul(part, t)));
    const loss = this.withPenalty(this.lossesAt(moved), moved);
    return Number.isFinite(loss) ? loss : Infinity;
  }

  /** @throws GradientError if the loss or the gradient is not finite, or the loss not computed from the parameters */
  gradient(): Evaluation {
    const { losses, pull } = this.record();
    const loss = this.withPenalty(losses, this.values);
    if (!Number.isFinite(loss))
      throw new GradientError(`${this.name}.step: the loss is ${loss}; nothing was updated`);
    const count = losses.size;
    const own = pull(full([count], 1 / count, { dtype: losses.dtype as FloatDType }));
    checkFinite(this.name, "the gradient of all parameters", own);
    return { loss, grad: add(own, mul(this.flat.join(this.values), this.weightDecay)) };
  }

  /**
   * (G + w I + λ (I + μ S)) v, G being the Gauss-Newton matrix of the losses, S that of the distance of hidden states and
   * w the weight decay.
   *
   * @throws ArgumentError if there is a μ and nothing hidden
   */
  product(v: Tensor, { damping, structural }: Damping): Tensor {
    const { outputs, losses, hidden, distance = halfSquare } = this.objective;
    if (structural !== 0 && hidden === undefined)
      throw new ArgumentError(
        `${this.name}.step: structuralDamping is ${structural} and the objective has no hidden; give the hidden states that it is to damp`,
      );
    const see = (values: readonly Tensor[]): Seen<Out> =>
      this.at(values, () => {
        const made = outputs();
        const states = hidden === undefined || structural === 0 ? [] : hidden(made);
        return { outputs: made, hidden: Array.isArray(states) ? states : [states] } as Seen<Out>;
      });
    const loss = (seen: Seen<Out>): Tensor => {
      const each = losses(seen.outputs);
      const strength = (damping * structural) / each.size;
      return seen.hidden.reduce(
        (all, state) => add(all, mul(distance(state, detach(state)), strength)),
        mean(each),
      );
    };
    const curved = ggnvp(see, loss, this.values, this.flat.split(v));
    return add(this.flat.join(curved), mul(v, damping + this.weightDecay));
  }

  /**
   * The mean over the cases of the squares of their gradients, the diagonal of the empirical Fisher matrix: case by case,
   * or as the squares of Σ ±∇fᵢ / √N with random signs, whose mean it is.
   *
   * @param samples how many draws of signs the mean is taken of, or `"all"` for a backward pass for each case
   */
  squaredGradients(samples: number | "all", generator: Generator): Tensor {
    const { losses, pull } = this.record();
    const dtype = losses.dtype as FloatDType;
    const count = losses.size;
    const all = samples === "all" || samples >= count;
    const passes = all ? count : samples;
    const weights = (i: number): Tensor =>
      all
        ? oneHot(tensor(i, { dtype: "int32" }), count, { dtype })
        : where(less(rand([count], { generator }), 0.5), tensor(-1, { dtype }), tensor(1, { dtype }));
    let total = square(pull(weights(0)));
    for (let i = 1; i < passes; i++) total = add(total, square(pull(weights(i))));
    return div(total, all ? count : count * passes);
  }

  /** The losses, and the way from their cotangents to the vector of parameters. */
  private record(): { readonly losses: Tensor; readonly pull: (cotangent: Tensor) => Tensor } {
    const { value, pullback } = vjp(
      (values: readonly Tensor[]) => {
        const losses = this.lossesAt(values);
        if (losses.slot === null)
          throw new GradientError(
            `${this.name}.step: the losses were not computed from the parameters; outputs must run the model`,
          );
        return losses;
      },
      [this.values],
    );
    return { losses: value, pull: (cotangent) => this.flat.join(pullback(cotangent)[0]!) };
  }

  private lossesAt(values: readonly Tensor[]): Tensor {
    const { outputs, losses } = this.objective;
    const each = this.at(values, () => losses(outputs()));
    if (each.rank !== 1 || each.size === 0)
      throw new ShapeError(
        `${this.name}.step: the losses are [${each.shape.join(", ")}]; they must be [N], one for each case`,
      );
    return each;
  }

  private at<T>(values: readonly Tensor[], body: () => T): T {
    return withSubstitutes(
      this.flat.params.map((param, i) => [param, values[i]!] as const),
      body,
    );
  }

  private withPenalty(losses: Tensor, values: readonly Tensor[]): number {
    const loss = mean(losses).item();
    if (this.weightDecay === 0) return loss;
    return loss + 0.5 * this.weightDecay * sum(square(this.flat.join(values))).item();
  }
}

function halfSquare(now: Tensor, before: Tensor): Tensor {
  return mul(sum(square(sub(now, before))), 0.5);
}
