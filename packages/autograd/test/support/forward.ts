/** Whether forward and reverse rules tell the same. */
import { forwardError as errorOf } from "../../src/opcheck.js";
import { build, type Case } from "./cases.js";

/** By how much `⟨J v, u⟩` and `⟨v, Jᵀ u⟩` differ for a case; null where they are not finite. */
function forwardError(each: Case): number | null {
  const { tensors, call } = build(each, "float64");
  const error = errorOf((...xs) => call(xs), tensors);
  return Number.isFinite(error) ? error : null;
}

/** How far forward and reverse rules are apart, and what is wrong with that. */
export function checkForward(each: Case): {
  readonly error: number | null;
  readonly problem: string | undefined;
} {
  const error = forwardError(each);
  const mayOverflow = each.category === "special" || each.sample.kink !== undefined;
  if (error === null)
    return { error, problem: mayOverflow ? undefined : "its tangents or gradients are not finite" };
  return { error, problem: error <= 1e-10 ? undefined : `⟨Jv, u⟩ and ⟨v, Jᵀu⟩ differ by ${error}` };
}
