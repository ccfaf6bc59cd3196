/** L-BFGS. */
import { abs, dot, sum, type Tensor } from "@wengert/autograd";
import { loadMemory, type Memory, remember, saveMemory } from "./lbfgs/history.js";
import { notCounts } from "./optimizer/checks.js";
import type { ParameterSource } from "./optimizer/parameters.js";
import { type Closure, type Evaluation, largest } from "./vector/flat-parameters.js";
import { strongWolfe } from "./vector/strong-wolfe.js";
import { type ReadPart, VectorOptimizer } from "./vector/vector-optimizer.js";

/** The defaults are PyTorch's. */
export interface LBFGSOptions {
  /** The length of a step, or of the first that a line search tries; 1 by default. */
  readonly lr?: number;
  /** Iterations in a step, 20 by default. */
  readonly maxIter?: number;
  /** How many evaluations of the loss in a step, after which no iteration begins; 5/4 of `maxIter` where it is null, by default. */
  readonly maxEval?: number | null;
  /** A step ends when no element of the gradient is larger, 1e-7 by default. */
  readonly toleranceGrad?: number;
  /** A step ends when loss or parameters change less, 1e-9 by default; the line search keeps to 1e-9. */
  readonly toleranceChange?: number;
  /** Of how many iterations the changes are kept, 100 by default. */
  readonly historySize?: number;
  /** Null by default: iterations go all of the length `lr`. */
  readonly lineSearchFn?: "strong_wolfe" | null;
}

type Options = Required<LBFGSOptions>;

/**
 * The limited-memory BFGS method: p' = p − t H ∇f, where H is made from the last changes of gradients and parameters.
 * For losses without noise: all data in one batch.
 *
 * Liu & Nocedal 1989, "On the limited memory BFGS method for large scale optimization"; Nocedal & Wright 2006, "Numerical
 * optimization", algorithms 7.4 and 7.5. Steps and stopping rules are PyTorch's.
 */
export class LBFGS extends VectorOptimizer<Options, Memory> {
  constructor(params: ParameterSource, given: LBFGSOptions = {}) {
    super(params, given, {
      name: "LBFGS",
      defaults: {
        lr: 1,
        maxIter: 20,
        maxEval: null,
        toleranceGrad: 1e-7,
        toleranceChange: 1e-9,
        historySize: 100,
        lineSearchFn: null,
      },
      special: ["maxEval", "lineSearchFn"],
      objection: ({ maxIter, maxEval, historySize, lineSearchFn }) =>
        notCounts({ maxIter, historySize, maxEval: maxEval ?? 1 }) ??
        (lineSearchFn === null || lineSearchFn === "strong_wolfe"
          ? undefined
          : `lineSearchFn is ${JSON.stringify(lineSearchFn)}; it must be "strong_wolfe" or null`),
    });
  }

  /**
   * Up to `maxIter` iterations. On an error parameters and memory are what they were before.
   *
   * @param closure computes the loss and its gradients: `optimizer.zeroGrad(); const loss = …; loss.backward(); return loss;`
   * @returns the loss before
   * @throws GradientError if the loss or a gradient is not finite, or there is no gradient
   */
  step(closure: Closure): number {
    return this.orBack(() => this.iterate(closure));
  }

  private iterate(closure: Closure): number {
    const [{ lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize }] = this.paramGroups;
    const most = maxEval ?? Math.floor((maxIter * 5) / 4);
    const first = this.flat.evaluate(closure);
    let { memory } = this;
    let [now, evaluations]: [Evaluation, number] = [first, 1];
    if (largest(now.grad) > toleranceGrad)
      for (let i = 1; i <= maxIter; i++) {
        memory = remember(memory, now.grad, historySize);
        const { direction, iterations } = memory;
        const t = iterations === 1 ? Math.min(1, 1 / sum(abs(now.grad)).item()) * lr : lr;
        memory = { ...memory, t };
        const slope = dot(now.grad, direction).item();
        if (slope > -toleranceChange) break;
        const moved = this.move(closure, now, { direction, slope, t, isLast: i === maxIter });
        const change = Math.abs(moved.now.loss - now.loss);
        ({ now } = moved);
        evaluations += moved.evaluations;
        memory = { ...memory, t: moved.t };
        if (evaluations >= most || largest(now.grad) <= toleranceGrad) break;
        if (largest(direction) * moved.t <= toleranceChange || change < toleranceChange) break;
      }
    this.memory = memory;
    return first.loss;
  }

  /** Goes along a direction: as far as a line search finds, or all of `t`. */
  private move(closure: Closure, now: Evaluation, { direction, slope, t, isLast }: Line): Moved {
    const [{ lineSearchFn }] = this.paramGroups;
    const start = this.flat.snapshot();
    if (lineSearchFn === null) {
      this.flat.moveFrom(start, direction, t);
      // The next step begins with an evaluation.
      return isLast ? { now, t, evaluations: 0 } : { now: this.flat.evaluate(closure), t, evaluations: 1 };
    }
    let evaluations = 0;
    const found = strongWolfe(
      (length) => {
        evaluations++;
        return this.flat.evaluateAt(closure, start, direction, length);
      },
      { ...now, t: 0, slope },
      { first: t, largest: largest(direction) },
    );
    this.flat.moveFrom(start, direction, found.t);
    return { now: found, t: found.t, evaluations };
  }

  protected override save(memory: Memory): Iterable<readonly [string, Tensor]> {
    return saveMemory(memory);
  }

  protected override load(part: ReadPart, saved: ReadonlyMap<string, Tensor>): Memory {
    return loadMemory(part, this.flat, saved.get("0.ro")?.size ?? 0);
  }
}

/** A direction, and how far to go along it. */
interface Line {
  readonly direction: Tensor;
  readonly slope: number;
  readonly t: number;
  /** Whether no iteration follows in this step. */
  readonly isLast: boolean;
}

interface Moved {
  readonly now: Evaluation;
  readonly t: number;
  readonly evaluations: number;
}
