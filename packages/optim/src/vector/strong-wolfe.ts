/** A line search for the strong Wolfe conditions. */
import type { Tensor } from "@wengert/autograd";

/** A point on the line x + t d. */
export interface LinePoint {
  readonly t: number;
  readonly loss: number;
  readonly grad: Tensor;
  /** ∇fᵀ d */
  readonly slope: number;
}

export interface StrongWolfeOptions {
  /** Where to look first. */
  readonly first: number;
  /** The largest element of d, so that a small bracket can be told. */
  readonly largest: number;
  /** A bracket that changes no parameter by more is not divided, 1e-9 by default. */
  readonly toleranceChange?: number;
  /** c₁ of sufficient decrease, 1e-4 by default. */
  readonly decrease?: number;
  /** c₂ of curvature, 0.9 by default. */
  readonly curvature?: number;
}

const mostSteps = 25;

/**
 * Looks along a line for a point at which f(t) ≤ f(0) + c₁ t f'(0) and |f'(t)| ≤ c₂ |f'(0)|: a bracket first, then cubic
 * interpolation within it. Nocedal & Wright 2006, "Numerical optimization", algorithms 3.5 and 3.6, in the form of
 * Schmidt's minFunc and PyTorch. A loss that is not finite counts as infinitely large.
 *
 * @returns the point, or if none is found in 25 steps the lowest
 */
export function strongWolfe(
  at: (t: number) => LinePoint,
  start: LinePoint,
  { first, largest, toleranceChange = 1e-9, decrease = 1e-4, curvature = 0.9 }: StrongWolfeOptions,
): LinePoint {
  const tooHigh = ({ t, loss }: LinePoint): boolean => loss > start.loss + decrease * t * start.slope;
  const flat = ({ slope }: LinePoint): boolean => Math.abs(slope) <= -curvature * start.slope;

  let steps = 0;
  let previous = start;
  let point = at(first);
  let bracket: [LinePoint, LinePoint] | undefined;
  while (bracket === undefined && steps < mostSteps) {
    if (tooHigh(point) || (steps > 1 && point.loss >= previous.loss)) bracket = [previous, point];
    else if (flat(point)) return point;
    else if (point.slope >= 0) bracket = [previous, point];
    else {
      const t = cubicMinimum(previous, point, point.t + 0.01 * (point.t - previous.t), point.t * 10);
      [previous, point] = [point, at(t)];
      steps++;
    }
  }
  return zoom(bracket ?? [start, point]);

  function zoom(ends: [LinePoint, LinePoint]): LinePoint {
    let stalled = false;
    let low: 0 | 1 = ends[0].loss <= ends[1].loss ? 0 : 1;
    while (steps < mostSteps && Math.abs(ends[1].t - ends[0].t) * largest >= toleranceChange) {
      const [from, to] = [Math.min(ends[0].t, ends[1].t), Math.max(ends[0].t, ends[1].t)];
      let t: number = cubicMinimum(ends[0], ends[1], from, to);
      const margin = 0.1 * (to - from);
      // Twice in a row so near to an end there would be no progress.
      const near = Math.min(to - t, t - from) < margin;
      const move: boolean = near && (stalled || t >= to || t <= from);
      if (move) t = Math.abs(t - to) < Math.abs(t - from) ? to - margin : from + margin;
      stalled = near && !move;

      const found = at(t);
      steps++;
      const high = low === 0 ? 1 : 0;
      if (tooHigh(found) || found.loss >= ends[low].loss) {
        ends[high] = found;
        low = ends[0].loss <= ends[1].loss ? 0 : 1;
      } else {
        if (flat(found)) return found;
        if (found.slope * (ends[high].t - ends[low].t) >= 0) ends[high] = ends[low];
        ends[low] = found;
      }
    }
    return ends[low];
  }
}

/** Where the cubic through two points with their slopes is least, held within bounds; their middle if it is nowhere. */
function cubicMinimum(x: LinePoint, y: LinePoint, lowest: number, highest: number): number {
  const d1 = x.slope + y.slope - (3 * (x.loss - y.loss)) / (x.t - y.t);
  const square = d1 * d1 - x.slope * y.slope;
  if (!(square >= 0 && square < Infinity)) return (lowest + highest) / 2;
  const d2 = Math.sqrt(square);
  const [a, b] = x.t <= y.t ? [x, y] : [y, x];
  const t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
  return Math.min(Math.max(t, lowest), highest);
}
