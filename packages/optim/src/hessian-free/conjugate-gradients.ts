/** Linear conjugate gradients. */
import {
  applyInto,
  clone,
  div,
  dot,
  type ElementwiseOp,
  elementwise,
  expression,
  type FloatDType,
  GradientError,
  sub,
  type Tensor,
  tensor,
} from "@wengert/autograd";

const { difference, product: times, sum } = expression;

export interface ConjugateGradientsOptions {
  /** Where to begin. */
  readonly start: Tensor;
  /** The diagonal of a matrix M near A, all above 0. */
  readonly preconditioner: Tensor;
  /** Iterations at most. */
  readonly maxIterations: number;
  /** ε of the relative progress at which to stop. */
  readonly tolerance: number;
}

/** A solution that was met on the way, better from one to the next. */
export interface Iterate {
  /** How many iterations it took. */
  readonly iteration: number;
  readonly x: Tensor;
}

/** Iterates are kept at the iterations ⌈1.3ʲ⌉, so that there are few of them. */
const growth = 1.3;

/**
 * Solves A x = b for a positive definite A by preconditioned conjugate gradients, which make φ(x) = ½ xᵀA x − xᵀb smaller
 * with every iteration:
 *
 *   r = b − A x   y = M⁻¹ r   d = y                 at first
 *   α = rᵀy / dᵀA d
 *   x' = x + α d   r' = r − α A d   y' = M⁻¹ r'
 *   d' = y' + (r'ᵀy' / rᵀy) d
 *
 * It stops after iteration i once φ(xᵢ) < 0 and (φ(xᵢ) − φ(xᵢ₋ₖ)) / φ(xᵢ) < k ε, with k = max(10, i / 10): when the last k
 * iterations made little of the progress of all. It stops, too, where r is 0, and where dᵀA d is not above 0, which no
 * positive definite matrix has.
 *
 * Martens 2010, "Deep learning via Hessian-free optimization", algorithm 2 and sections 4.4 and 4.6.
 *
 * @param product A v
 * @returns iterates at ⌈1.3ʲ⌉, and the last one; with no iteration the start alone
 * @throws GradientError if A has numbers that are infinite or NaN
 */
export function conjugateGradients(
  product: (v: Tensor) => Tensor,
  b: Tensor,
  { start, preconditioner, maxIterations, tolerance }: ConjugateGradientsOptions,
): Iterate[] {
  const dtype = b.dtype as FloatDType;
  const x = clone(start);
  const r = sub(b, product(x));
  let y = div(r, preconditioner);
  const d = clone(y);
  let fall = dot(r, y).item();
  checkNumber("the residual rᵀM⁻¹r", fall, 0);
  // A x = b − r
  const value = (): number => -0.5 * (dot(x, b).item() + dot(x, r).item());
  const values = [value()];
  const kept: Iterate[] = [];
  let next = growth;
  let i = 0;
  while (i < maxIterations && fall > 0) {
    const change = product(d);
    const curvature = dot(d, change).item();
    if (!Number.isFinite(curvature))
      throw new GradientError(
        `conjugate gradients: the curvature dᵀA d is ${curvature} after ${i} iterations`,
      );
    if (curvature <= 0) break;
    const alpha = tensor(fall / curvature, { dtype });
    applyInto(advance, [x, r, d, change, alpha], [x, r], undefined);
    i++;
    values.push(value());
    if (i >= next) {
      kept.push({ iteration: i, x: clone(x) });
      while (i >= next) next *= growth;
    }
    if (slow(values, tolerance)) break;
    y = div(r, preconditioner);
    const before = fall;
    fall = dot(r, y).item();
    checkNumber("the residual rᵀM⁻¹r", fall, i);
    applyInto(turn, [y, d, tensor(fall / before, { dtype })], [d], undefined);
  }
  if (kept.at(-1)?.iteration !== i) kept.push({ iteration: i, x });
  return kept;
}

function checkNumber(what: string, value: number, iterations: number): void {
  if (!Number.isFinite(value))
    throw new GradientError(`conjugate gradients: ${what} is ${value} after ${iterations} iterations`);
}

function slow(values: readonly number[], tolerance: number): boolean {
  const i = values.length - 1;
  const k = Math.max(10, Math.floor(i / 10));
  const now = values[i]!;
  return i > k && now < 0 && (now - values[i - k]!) / now < k * tolerance;
}

const advance: ElementwiseOp = elementwise(
  "conjugateGradients.advance",
  ["x", "r", "d", "change", "alpha"],
  (x, r, d, change, alpha) => ({
    x: sum(x, times(alpha, d)),
    r: difference(r, times(alpha, change)),
  }),
);
const turn: ElementwiseOp = elementwise("conjugateGradients.turn", ["y", "d", "beta"], (y, d, beta) =>
  sum(y, times(beta, d)),
);
