/** Whether forward and reverse rules tell the same: `⟨J v, u⟩ = ⟨v, Jᵀ u⟩`. Neither is made from the other. */
import { isFloat } from "../../src/dtype.js";
import type { Tensor } from "../../src/graph.js";
import { toTypedArray } from "../../src/read.js";
import { jvp } from "../../src/transforms/forward.js";
import { build, type Case, cotangent } from "./cases.js";
import { gradientsOf } from "./walk.js";

/** The terms of a product of two tensors. */
function terms(x: Tensor, y: Tensor): number[] {
  const [a, b] = [toTypedArray(x), toTypedArray(y)];
  return Array.from(a, (value, i) => (value === 0 || b[i] === 0 ? 0 : value * b[i]));
}

const total = (numbers: readonly number[]): number => numbers.reduce((sum, each) => sum + each, 0);

/** By how much the two products differ, relative to their largest part; null where they are not finite. */
export function forwardError(each: Case): number | null {
  const built = build(each, "float64", { gradient: true });
  const { tensors, leaves, call } = built;
  const gradients = gradientsOf(built, call());
  const vs = leaves.map((leaf, k) => cotangent(leaf.shape, leaf.dtype, k + 5));
  const { tangent } = jvp(
    (...xs: Tensor[]) => {
      const moved = new Map(leaves.map((leaf, k) => [leaf, xs[k]]));
      return call(tensors.map((x) => moved.get(x) ?? x));
    },
    leaves,
    vs,
  );
  const forward = tangent.flatMap((t, j) =>
    isFloat(t.dtype) ? terms(t, cotangent(t.shape, t.dtype, j)) : [],
  );
  const reverse = gradients.flatMap((gradient, k) => (gradient === null ? [] : terms(gradient, vs[k])));
  const scale = Math.max(1, ...[...forward, ...reverse].map(Math.abs));
  const error = Math.abs(total(forward) - total(reverse)) / scale;
  return Number.isFinite(error) ? error : null;
}
