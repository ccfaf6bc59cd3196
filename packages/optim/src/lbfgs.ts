/** L-BFGS. */
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
  stack,
  sub,
  sum,
  type Tensor,
  tensor,
  unbind,
} from "@wengert/autograd";
import { type Closure, FlatParameters } from "./line-search/flat-parameters.js";
import { strongWolfe } from "./line-search/strong-wolfe.js";
import { negative } from "./optimizer/checks.js";
import { GroupOptions, type ParamGroup } from "./optimizer/param-group.js";
import { listParameters, type ParameterSource } from "./optimizer/parameters.js";
import type { OptimizerStateDict } from "./optimizer.js";

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
  /** A step ends when loss or parameters change less, 1e-9 by default. */
  readonly toleranceChange?: number;
  /** Of how many iterations the changes are kept, 100 by default. */
  readonly historySize?: number;
  /** Null by default: iterations go all of the length `lr`. */
  readonly lineSearchFn?: "strong_wolfe" | null;
}

type Options = Required<LBFGSOptions>;

/** What is known of the curvature: changes of gradient y and of parameters s, and 1 / yᵀs of each. */
interface Memory {
  readonly iterations: number;
  readonly direction: Tensor;
  readonly t: number;
  readonly grad: Tensor;
  readonly y: readonly Tensor[];
  readonly s: readonly Tensor[];
  readonly ro: readonly number[];
  readonly scale: number;
}

/**
 * The limited-memory BFGS method: p' = p − t H ∇f, where H is made from the last changes of gradients and parameters.
 * For losses without noise: all data in one batch.
 *
 * Liu & Nocedal 1989, "On the limited memory BFGS method for large scale optimization"; Nocedal & Wright 2006, "Numerical
 * optimization", algorithms 7.4 and 7.5. Steps and stopping rules are PyTorch's.
 */
export class LBFGS {
  /** One group: the curvature is that of all parameters together. */
  readonly paramGroups: readonly [ParamGroup<Options>];
  private readonly options: GroupOptions<Options, never>;
  private readonly flat: FlatParameters;
  private memory: Memory | undefined;

  constructor(params: ParameterSource, given: LBFGSOptions = {}) {
    const list = listParameters("LBFGS", params);
    if (list.length === 0)
      throw new ArgumentError("LBFGS: there are no parameters; give a module, or a list of tensors");
    const defaults: Options = {
      lr: 1,
      maxIter: 20,
      maxEval: null,
      toleranceGrad: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearchFn: null,
    };
    this.options = new GroupOptions<Options, never>(list, given, {
      name: "LBFGS",
      defaults,
      objection: ({ lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize }) =>
        negative({ lr, toleranceGrad, toleranceChange }) ??
        notCounts({ maxIter, historySize, maxEval: maxEval ?? 1 }),
      numbers: () => ({}),
    });
    this.paramGroups = [this.options.group];
    this.flat = new FlatParameters("LBFGS", list);
  }

  zeroGrad(): void {
    for (const param of this.flat.params) param.grad = null;
  }

  /**
   * Up to `maxIter` iterations. On an error parameters and memory are what they were before.
   *
   * @param closure computes the loss and its gradients: `optimizer.zeroGrad(); const loss = …; loss.backward(); return loss;`
   * @returns the loss before
   * @throws GradientError if the loss or a gradient is not finite, or there is no gradient
   */
  step(closure: Closure): number {
    const before = noGrad(() => this.flat.snapshot());
    try {
      return noGrad(() => this.iterate(closure));
    } catch (error) {
      this.flat.restore(before);
      throw error;
    }
  }

  private iterate(closure: Closure): number {
    const [{ lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn }] =
      this.paramGroups;
    const most = maxEval ?? Math.floor((maxIter * 5) / 4);
    const first = this.flat.evaluate(closure);
    let { loss, grad } = first;
    let evaluations = 1;
    let { memory } = this;
    if (largest(grad) > toleranceGrad)
      for (let i = 1; i <= maxIter; i++) {
        memory = remember(memory, grad, historySize);
        const { direction, iterations } = memory;
        const t = iterations === 1 ? Math.min(1, 1 / sum(abs(grad)).item()) * lr : lr;
        memory = { ...memory, t };
        const slope = dot(grad, direction).item();
        if (slope > -toleranceChange) break;
        const previous = loss;
        const start = this.flat.snapshot();
        if (lineSearchFn === null) {
          this.flat.moveFrom(start, direction, t);
          // The next step begins with an evaluation.
          if (i < maxIter) {
            ({ loss, grad } = this.flat.evaluate(closure));
            evaluations++;
          }
        } else {
          const found = strongWolfe(
            (length) => {
              evaluations++;
              return this.flat.evaluateAt(closure, start, direction, length);
            },
            { t: 0, loss, grad, slope },
            { first: t, largest: largest(direction), toleranceChange },
          );
          this.flat.moveFrom(start, direction, found.t);
          ({ loss, grad } = found);
          memory = { ...memory, t: found.t };
        }
        if (evaluations >= most || largest(grad) <= toleranceGrad) break;
        if (largest(direction) * memory.t <= toleranceChange || Math.abs(loss - previous) < toleranceChange)
          break;
      }
    this.memory = memory;
    return first.loss;
  }

  /** Copies of the memory, and the options. The names of its parts are not PyTorch's, which keeps lists. */
  stateDict(): OptimizerStateDict {
    const { memory } = this;
    const { params: _, ...options } = this.paramGroups[0];
    const state = new Map<string, Tensor>();
    if (memory)
      noGrad(() => {
        const { iterations, t, scale, ro } = memory;
        state.set("0.numbers", tensor([iterations, t, scale], { dtype: "float64" }));
        state.set("0.direction", clone(memory.direction)).set("0.grad", clone(memory.grad));
        if (ro.length > 0) {
          state.set("0.y", stack(memory.y)).set("0.s", stack(memory.s));
          state.set("0.ro", tensor(ro, { dtype: "float64" }));
        }
      });
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
    const memory = state.size === 0 ? undefined : noGrad(() => memoryFrom(state, this.flat));
    this.options.set(options);
    this.memory = memory;
  }
}

function memoryFrom(state: ReadonlyMap<string, Tensor>, flat: FlatParameters): Memory {
  const { length, dtype } = flat;
  const [iterations, t, scale] = flat.partOf(state, "numbers", [3], "float64").toTypedArray();
  const count = state.get("0.ro")?.size ?? 0;
  const rows = (name: string): Tensor[] =>
    count > 0 ? unbind(flat.partOf(state, name, [count, length], dtype)) : [];
  return {
    iterations: iterations!,
    t: t!,
    scale: scale!,
    direction: flat.partOf(state, "direction", [length], dtype),
    grad: flat.partOf(state, "grad", [length], dtype),
    y: rows("y"),
    s: rows("s"),
    ro: count > 0 ? [...flat.partOf(state, "ro", [count], "float64").toTypedArray()] : [],
  };
}

/** Takes the last step into the memory, and finds the direction of the next. */
function remember(memory: Memory | undefined, grad: Tensor, historySize: number): Memory {
  if (memory === undefined)
    return { iterations: 1, direction: neg(grad), t: 0, grad, y: [], s: [], ro: [], scale: 1 };
  let { y, s, ro, scale } = memory;
  const newY = sub(grad, memory.grad);
  const newS = mul(memory.direction, memory.t);
  const ys = dot(newY, newS).item();
  // Otherwise H would not be positive definite.
  if (ys > 1e-10) {
    const last = historySize - 1;
    const kept = <T>(all: readonly T[]): readonly T[] => all.slice(Math.max(0, all.length - last));
    [y, s, ro] = [
      [...kept(y), newY],
      [...kept(s), newS],
      [...kept(ro), 1 / ys],
    ];
    scale = ys / dot(newY, newY).item();
  }
  return {
    iterations: memory.iterations + 1,
    direction: descend(grad, y, s, ro, scale),
    t: 0,
    grad,
    y,
    s,
    ro,
    scale,
  };
}

/** −H ∇f, by the two loops of algorithm 7.4. */
function descend(
  grad: Tensor,
  y: readonly Tensor[],
  s: readonly Tensor[],
  ro: readonly number[],
  scale: number,
): Tensor {
  const alpha: number[] = [];
  let q = neg(grad);
  for (let i = y.length - 1; i >= 0; i--) {
    alpha[i] = dot(s[i]!, q).item() * ro[i]!;
    q = add(q, mul(y[i]!, -alpha[i]!));
  }
  let r = mul(q, scale);
  for (let i = 0; i < y.length; i++) {
    const beta = dot(y[i]!, r).item() * ro[i]!;
    r = add(r, mul(s[i]!, alpha[i]! - beta));
  }
  return r;
}

function largest(x: Tensor): number {
  return amax(abs(x)).item();
}

function notCounts(options: Readonly<Record<string, number>>): string | undefined {
  const wrong = Object.entries(options).find(([, value]) => !Number.isInteger(value) || value < 1);
  return wrong && `${wrong[0]} is ${wrong[1]}; it must be a whole number, 1 or more`;
}
