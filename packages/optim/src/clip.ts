/** Bounds on gradients, applied between `backward()` and `step()`. */
import {
  ArgumentError,
  abs,
  add,
  amax,
  apply,
  applyInto,
  borrowGradient,
  clampOp,
  contiguous,
  type ElementwiseOp,
  elementwise,
  expression,
  GradientError,
  maximum,
  mulOp,
  noGrad,
  pow,
  sqrt,
  square,
  sum,
  type Tensor,
  tensor,
  to,
} from "@wengert/autograd";
import { complete } from "./optimizer/checks.js";
import { listParameters, type ParameterSource } from "./optimizer/parameters.js";

export interface ClipGradNormOptions {
  /** q, 2 by default; Infinity means the largest absolute value. */
  readonly normType?: number;
  /**
   * Whether a norm that is not finite is an error, true by default. Differs: PyTorch lets it pass, and all parameters
   * become NaN. To know the norm it must be read back, which a recorded step cannot do: there say false.
   */
  readonly errorIfNonfinite?: boolean;
}

/**
 * Scales all gradients, in place, so that their norm together is at most `maxNorm`:
 *
 *   n = (Σ |g|^q)^(1/q)
 *   g' = g · min(1, maxNorm / (n + 1e-6))
 *
 * Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks", algorithm 1; the 1e-6 is
 * PyTorch's.
 *
 * @returns the norm before, 0-d
 * @throws GradientError if the norm is not finite; the gradients are then what they were
 */
export function clipGradNorm(
  params: ParameterSource,
  maxNorm: number,
  options: ClipGradNormOptions = {},
): Tensor {
  const defaults = { normType: 2, errorIfNonfinite: true };
  const { normType, errorIfNonfinite } = complete("clipGradNorm", options, defaults);
  if (typeof normType !== "number" || !(normType > 0))
    throw new ArgumentError(`clipGradNorm: normType is ${normType}; it must be more than 0`);
  checkBound("clipGradNorm: maxNorm", maxNorm);
  return noGrad(() => {
    const gradients = denseGradients("clipGradNorm", params);
    const norm = normType === Infinity ? largest(gradients) : normOf(gradients, normType);
    if (errorIfNonfinite && !Number.isFinite(norm.item()))
      throw new GradientError(
        `clipGradNorm: the norm of the gradients is ${norm.item()}: a gradient is infinite or NaN; look for it in the .grad of the parameters, or let it pass with errorIfNonfinite: false`,
      );
    const scale = apply(scaleOp, [norm, tensor(maxNorm, { dtype: norm.dtype })], undefined);
    for (const g of gradients) applyInto(mulOp, [g, to(scale, g.dtype)], [g], undefined);
    return norm;
  });
}

const scaleOp: ElementwiseOp = elementwise("clipGradNorm.scale", ["norm", "max"], (norm, max) =>
  expression.primitive("min", 1, expression.quotient(max, expression.sum(norm, 1e-6))),
);

function normOf(gradients: readonly Tensor[], q: number): Tensor {
  const total = (power: (g: Tensor) => Tensor): Tensor =>
    gradients.map((g) => sum(power(g))).reduce(add, tensor(0));
  if (q === 2) return sqrt(total(square));
  if (q === 1) return total(abs);
  return pow(
    total((g) => pow(abs(g), q)),
    1 / q,
  );
}

function largest(gradients: readonly Tensor[]): Tensor {
  return gradients
    .filter((g) => g.size > 0)
    .map((g) => amax(abs(g)))
    .reduce(maximum, tensor(0));
}

/**
 * Holds every element of every gradient, in place, within ±`max`. It changes the direction; `clipGradNorm` keeps it.
 */
export function clipGradValue(params: ParameterSource, max: number): void {
  checkBound("clipGradValue: the bound", max);
  noGrad(() => {
    for (const g of denseGradients("clipGradValue", params)) {
      const bound = (value: number): Tensor => tensor(value, { dtype: g.dtype });
      applyInto(clampOp, [g, bound(-max), bound(max)], [g], undefined);
    }
  });
}

/** The gradients there are, each on dense numbers that can be written to. */
function denseGradients(name: string, params: ParameterSource): Tensor[] {
  return listParameters(name, params).flatMap((param) => {
    const given = borrowGradient(param);
    if (given === null) return [];
    const grad = contiguous(given);
    if (grad !== given) param.grad = grad;
    return [grad];
  });
}

function checkBound(what: string, value: number): void {
  if (!(value >= 0)) throw new ArgumentError(`${what} is ${value}; it must be 0 or more`);
}
