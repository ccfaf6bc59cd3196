/** Whether forward and reverse rules tell the same. */
import { forwardError as errorOf } from "../../src/opcheck.js";
import { build, type Case } from "./cases.js";

/** By how much `⟨J v, u⟩` and `⟨v, Jᵀ u⟩` differ for a case; null where they are not finite. */
export function forwardError(each: Case): number | null {
  const { tensors, call } = build(each, "float64");
  const error = errorOf((...xs) => call(xs), tensors);
  return Number.isFinite(error) ? error : null;
}
