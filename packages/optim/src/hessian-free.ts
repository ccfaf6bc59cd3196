/** Hessian-free optimisation. */
import {
  add,
  clone,
  defaultGenerator,
  dot,
  type FloatDType,
  type Generator,
  mul,
  neg,
  onesLike,
  pow,
  type Tensor,
  tensor,
  zeros,
  zerosLike,
} from "@wengert/autograd";
import { conjugateGradients, type Iterate } from "./hessian-free/conjugate-gradients.js";
import { search, takeBack } from "./hessian-free/length.js";
import type { Objective } from "./hessian-free/objective.js";
import { Surface } from "./hessian-free/surface.js";
import { notCounts } from "./optimizer/checks.js";
import type { ParameterSource } from "./optimizer/parameters.js";
import { largest } from "./vector/flat-parameters.js";
import { type ReadPart, VectorOptimizer } from "./vector/vector-optimizer.js";

/** The defaults are Martens', but for λ, which depends on the problem, and the sampling. */
export interface HessianFreeOptions {
  /** λ, 1 by default: how strong the damping is at first. Every step changes it, here as in `paramGroups[0]`. */
  readonly damping?: number;
  /** μ, 0 by default: how strong structural damping is beside the other. */
  readonly structuralDamping?: number;
  /** Iterations of conjugate gradients in a step at most, 250 by default. */
  readonly maxIterations?: number;
  /** ε, 5e-4 by default: of the progress at which conjugate gradients stop. */
  readonly tolerance?: number;
  /** ζ, 0.95 by default: what conjugate gradients start from is so much of what they came to in the step before. */
  readonly warmStart?: number;
  /**
   * From how many draws of random signs the preconditioner is estimated, each a backward pass; 8 by default. `"all"` for
   * the exact one, with a pass for each case; 0 for none.
   */
  readonly preconditionerSamples?: number | "all";
  /** α, 0.75 by default: the power that makes the preconditioner of its diagonal. */
  readonly preconditionerExponent?: number;
  /** w, 0 by default: of a penalty ½ w ‖p‖² on all parameters, with its curvature. */
  readonly weightDecay?: number;
}

type Options = Required<HessianFreeOptions>;

interface Memory {
  /** What conjugate gradients came to in the last step, before any was taken back. */
  readonly solution: Tensor;
}

/** What a step did. */
export interface HessianFreeReport {
  /** The loss before, and after. */
  readonly loss: number;
  readonly next: number;
  /** How far it went along the direction; 0 where no length would have made the loss smaller, and nothing was changed. */
  readonly length: number;
  /** ρ, the change of the loss over what the quadratic model foretold. */
  readonly ratio: number;
  /** Iterations of conjugate gradients, and how many of them were not taken back. */
  readonly iterations: number;
  readonly kept: number;
  /** Losses computed: over the cases of the curvature, and over all. */
  readonly trials: number;
  readonly evaluations: number;
}

/**
 * Hessian-free optimisation: Newton's method on the Gauss-Newton matrix G, with steps from conjugate gradients, which need
 * products G v and never G. For losses that other methods make little of: deep networks, and recurrent ones over many
 * steps. In each step, at parameters p with gradient g:
 *
 *   B = G + λ (I + μ S)                   S: the Gauss-Newton matrix of the distance of hidden states from what they are
 *   M = (diag(Σ ∇fᵢ²) / N + λ)^α
 *   d ≈ −B⁻¹ g                            by conjugate gradients preconditioned by M, from ζ times what they came to last
 *   d ← an earlier iterate, as long as the loss is smaller there
 *   ρ = (f(p + d) − f(p)) / (gᵀd + ½ dᵀG d)
 *   λ' = 3/2 λ if ρ < 1/4, 2/3 λ if ρ > 3/4
 *   p' = p + 0.8ⁿ d                       with the least n ≤ 60 at which f(p') ≤ f(p) + 0.01 · 0.8ⁿ gᵀd, or p' = p
 *
 * ```ts
 * const optimizer = new HessianFree(model);
 * optimizer.step({
 *   outputs: () => model.forward(x),
 *   losses: (logits) => crossEntropy(logits, y, { reduction: "none" }),
 * });
 * ```
 *
 * G v is computed by forward over reverse mode, at the cost of about two gradients. Everything is kept in vectors of the
 * length of the parameters.
 *
 * Martens 2010, "Deep learning via Hessian-free optimization", algorithm 2 and section 4; Martens & Sutskever 2011,
 * "Learning recurrent neural networks with Hessian-free optimization", section 4 (structural damping). They compute
 * diag(Σ ∇fᵢ²) exactly for the networks of their time; for any model it is the mean of (Σ ±∇fᵢ)² over random signs, after
 * Chapelle & Erhan 2011, "Improved preconditioner for Hessian free optimization".
 */
export class HessianFree extends VectorOptimizer<Options, Memory> {
  private readonly generator: Generator;

  /** @param options `generator`, by default the default one, is forked for the signs; its state is in the snapshot */
  constructor(
    params: ParameterSource,
    { generator = defaultGenerator, ...given }: HessianFreeOptions & { readonly generator?: Generator } = {},
  ) {
    super(params, given, {
      name: "HessianFree",
      defaults: {
        damping: 1,
        structuralDamping: 0,
        maxIterations: 250,
        tolerance: 5e-4,
        warmStart: 0.95,
        preconditionerSamples: 8,
        preconditionerExponent: 0.75,
        weightDecay: 0,
      },
      special: ["preconditionerSamples"],
      objection: ({ maxIterations, preconditionerSamples, warmStart, damping, weightDecay }) =>
        notCounts({ maxIterations }) ??
        (warmStart > 1 ? `warmStart is ${warmStart}; it must be from 0 to 1` : undefined) ??
        (preconditionerSamples === "all" || preconditionerSamples === 0
          ? undefined
          : notCounts({ preconditionerSamples })) ??
        (preconditionerSamples !== 0 && damping + weightDecay === 0
          ? "damping is 0; with a preconditioner, which would be 0 where gradients are, it must be more"
          : undefined),
    });
    this.generator = generator.fork("HessianFree");
    // So that there is something to save, the generator's state, before the first step too.
    this.memory = { solution: zeros([this.flat.length], { dtype: this.flat.dtype as FloatDType }) };
  }

  /**
   * One step. The gradient, ρ and the line search are over the cases of `objective`; the products, the preconditioner and
   * the taking back of iterates over those of `curvature`, which may be a part of them. It reads and leaves no `.grad`. On
   * an error nothing is changed.
   *
   * @throws GradientError if the loss, the gradient or the curvature is not finite, or the losses are not computed from the
   *   parameters; ShapeError if the losses are not [N]
   */
  step<Out>(objective: Objective<Out>, curvature: Objective<Out> = objective): HessianFreeReport {
    const before = this.generator.getState();
    try {
      return this.orBack((values) => this.descend(objective, curvature, values));
    } catch (error) {
      this.generator.setState(before);
      throw error;
    }
  }

  private descend<Out>(
    objective: Objective<Out>,
    curvature: Objective<Out>,
    values: readonly Tensor[],
  ): HessianFreeReport {
    const [group] = this.paramGroups;
    const whole = new Surface("HessianFree", this.flat, objective, group.weightDecay);
    const part =
      curvature === objective ? whole : new Surface("HessianFree", this.flat, curvature, group.weightDecay);
    const { loss, grad } = whole.gradient();
    if (largest(grad) === 0)
      return { loss, next: loss, length: 0, ratio: 0, iterations: 0, kept: 0, trials: 0, evaluations: 0 };
    const iterates = this.solve(part, grad);
    const { best, trials } = takeBack(part, iterates);

    const slope = dot(grad, best.x).item();
    const undamped = part.product(best.x, { damping: 0, structural: 0 });
    const foretold = slope + 0.5 * dot(best.x, undamped).item();
    const full = whole.lossAt(best.x);
    // Where the model foretells no descent it is trusted too far.
    const ratio = foretold < 0 ? (full - loss) / foretold : -Infinity;
    const { length, next, evaluations } = search(whole, best.x, { loss, full, slope });

    if (ratio < 1 / 4) group.damping *= 3 / 2;
    else if (ratio > 3 / 4) group.damping *= 2 / 3;
    this.flat.moveFrom(values, best.x, length);
    const last = iterates.at(-1)!;
    this.memory = { solution: last.x };
    const { iteration: iterations } = last;
    return { loss, next, length, ratio, iterations, kept: best.iteration, trials, evaluations };
  }

  /** −B⁻¹ g: what conjugate gradients meet on their way. */
  private solve<Out>(part: Surface<Out>, grad: Tensor): Iterate[] {
    const [group] = this.paramGroups;
    const { damping, structuralDamping: structural, maxIterations, tolerance, warmStart } = group;
    const { preconditionerSamples: samples, preconditionerExponent, weightDecay } = group;
    const preconditioner =
      samples === 0
        ? onesLike(grad)
        : pow(
            add(part.squaredGradients(samples, this.generator), damping + weightDecay),
            preconditionerExponent,
          );
    return conjugateGradients((v) => part.product(v, { damping, structural }), neg(grad), {
      start: this.memory ? mul(this.memory.solution, warmStart) : zerosLike(grad),
      preconditioner,
      maxIterations,
      tolerance,
    });
  }

  protected override *save({ solution }: Memory): Iterable<readonly [string, Tensor]> {
    const { key, counter } = this.generator.getState();
    yield ["solution", clone(solution)];
    yield ["generator", tensor([...key, counter], { dtype: "float64" })];
  }

  protected override load(part: ReadPart): Memory {
    const { length, dtype } = this.flat;
    const solution = part("solution", [length], dtype);
    const [first, second, counter] = part("generator", [3], "float64").toTypedArray();
    this.generator.setState({ key: [first!, second!], counter: counter! });
    return { solution };
  }
}
