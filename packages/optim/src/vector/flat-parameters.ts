/** All parameters as one vector. */
import {
  ArgumentError,
  abs,
  amax,
  applyInto,
  assign,
  clone,
  concat,
  dot,
  type ElementwiseOp,
  elementwise,
  enableGrad,
  expression,
  GradientError,
  narrow,
  noGrad,
  reshape,
  type Tensor,
  tensor,
  zerosLike,
} from "@wengert/autograd";
import { checkFiniteGradients, checkGradients } from "../optimizer/gradients.js";
import { checkSizes } from "../optimizer/load.js";
import type { OptimizerStateDict } from "../optimizer.js";
import type { LinePoint } from "./strong-wolfe.js";

/** What computes the loss anew and its gradients: `zeroGrad`, `backward` and the loss. */
export type Closure = () => Tensor | number;

/** A loss, and its gradient as one vector. */
export interface Evaluation {
  readonly loss: number;
  readonly grad: Tensor;
}

const along: ElementwiseOp = elementwise(
  "FlatParameters.moveFrom",
  ["start", "direction", "t"],
  (start, direction, t) => expression.sum(start, expression.product(direction, t)),
);

/** The largest absolute value. */
export function largest(x: Tensor): number {
  return amax(abs(x)).item();
}

/** Parameters, their gradients and steps along directions. Every vector has their dtype. */
export class FlatParameters {
  readonly length: number;
  readonly dtype: Tensor["dtype"];

  /** @throws ArgumentError if the dtypes differ */
  constructor(
    private readonly name: string,
    readonly params: readonly Tensor[],
  ) {
    this.length = params.reduce((all, { size }) => all + size, 0);
    this.dtype = params[0]!.dtype;
    if (new Set(params.map(({ dtype }) => dtype)).size > 1)
      throw new ArgumentError(`${name}: the parameters are float32 and float64; they must be of one dtype`);
  }

  /** @throws GradientError if loss or gradients are not finite */
  evaluate(closure: Closure): Evaluation {
    const loss = this.lossOf(closure);
    if (!Number.isFinite(loss))
      throw new GradientError(`${this.name}.step: the loss is ${loss}; nothing was updated`);
    checkGradients(this.name, this.params);
    checkFiniteGradients(this.name, this.params);
    return { loss, grad: this.gradient() };
  }

  /** A point of the line `start + t direction`. Where loss or slope is not finite, the loss counts as infinite. */
  evaluateAt(closure: Closure, start: readonly Tensor[], direction: Tensor, t: number): LinePoint {
    this.moveFrom(start, direction, t);
    const loss = this.lossOf(closure);
    const beyond: LinePoint = { t, loss: Infinity, grad: direction, slope: NaN };
    if (!Number.isFinite(loss)) return beyond;
    checkGradients(this.name, this.params);
    const grad = this.gradient();
    const slope = dot(grad, direction).item();
    return Number.isFinite(slope) ? { t, loss, grad, slope } : beyond;
  }

  snapshot(): Tensor[] {
    return this.params.map((param) => clone(param));
  }

  /** Sets the parameters to `start + t direction`. */
  moveFrom(start: readonly Tensor[], direction: Tensor, t: number): void {
    const length = tensor(t, { dtype: this.dtype });
    for (const [i, part] of this.split(direction).entries())
      applyInto(along, [start[i]!, part, length], [this.params[i]!], undefined);
  }

  /** A vector in parts of the shapes of the parameters. */
  split(vector: Tensor): Tensor[] {
    let offset = 0;
    return this.params.map(({ size, shape }) => {
      const part = reshape(narrow(vector, 0, offset, size), shape);
      offset += size;
      return part;
    });
  }

  /** One vector of parts of the shapes of the parameters. */
  join(parts: readonly Tensor[]): Tensor {
    return concat(parts.map((part) => reshape(part, [part.size])));
  }

  restore(values: readonly Tensor[]): void {
    noGrad(() => {
      for (const [i, param] of this.params.entries()) assign(param, values[i]!);
    });
  }

  /** The options of the only group of a snapshot, if it is of so many parameters. */
  optionsIn(snapshot: OptimizerStateDict): object {
    checkSizes(this.name, snapshot, [this]);
    const { params: _, ...options } = snapshot.paramGroups[0]!;
    return options;
  }

  /** A copy of a part of a snapshot. */
  partOf(
    state: ReadonlyMap<string, Tensor>,
    part: string,
    shape: readonly number[],
    dtype: Tensor["dtype"],
  ): Tensor {
    const found = state.get(`0.${part}`);
    if (found === undefined || String(found.shape) !== String(shape) || found.dtype !== dtype)
      throw new ArgumentError(
        `${this.name}.loadStateDict: 0.${part} is ${found ? `${found.dtype} [${found.shape.join(", ")}]` : "missing"}; the optimizer has ${dtype} [${shape.join(", ")}]`,
      );
    return noGrad(() => clone(found));
  }

  private lossOf(closure: Closure): number {
    const loss = enableGrad(closure);
    return typeof loss === "number" ? loss : loss.item();
  }

  private gradient(): Tensor {
    return this.join(this.params.map((param) => param.grad ?? zerosLike(param)));
  }
}
