/** Whether forward and reverse rules tell the same. */
import { isFloat } from "../../src/dtype.js";
import type { Tensor } from "../../src/graph.js";
import { forwardError as errorOf } from "../../src/opcheck.js";
import { toTypedArray } from "../../src/read.js";
import { build, type Case, gradientsOf } from "./cases.js";

/** By how much `⟨J v, u⟩` and `⟨v, Jᵀ u⟩` differ for a case; null where they are not finite. */
function forwardError(each: Case): number | null {
  const { tensors, call } = build(each, "float64");
  const error = errorOf((...xs) => call(xs), tensors);
  return Number.isFinite(error) ? error : null;
}

const hasFiniteValues = (x: Tensor | null): boolean =>
  x === null || !isFloat(x.dtype) || toTypedArray(x).every((value) => Number.isFinite(value));

/** Whether results and gradients are finite, so that tangents must be, too. */
function isFiniteInReverse(each: Case): boolean {
  const built = build(each, "float64", { gradient: true });
  const outputs = built.call();
  return [...outputs, ...gradientsOf(built, outputs)].every(hasFiniteValues);
}

/** How far forward and reverse rules are apart, and what is wrong with that. */
export function checkForward(each: Case): {
  readonly error: number | null;
  readonly problem: string | undefined;
} {
  const error = forwardError(each);
  if (error !== null)
    return { error, problem: error <= 1e-10 ? undefined : `⟨Jv, u⟩ and ⟨v, Jᵀu⟩ differ by ${error}` };
  const mayOverflow = each.category === "special" || each.sample.kink !== undefined;
  if (mayOverflow && !isFiniteInReverse(each)) return { error, problem: undefined };
  return { error, problem: "its tangents or gradients are not finite" };
}
