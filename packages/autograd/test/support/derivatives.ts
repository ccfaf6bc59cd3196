/** The derivatives of a case, held against finite differences: for the tests, and for `npm run gradcheck`. */
import { isFloat } from "../../src/dtype.js";
import { type GradcheckReport, gradcheck, gradgradcheck } from "../../src/gradcheck.js";
import type { Tensor } from "../../src/graph.js";
import { build, type Case } from "./cases.js";

/** Why nothing was compared. */
export interface Skipped {
  readonly skipped: "no input is a float" | "no result is a float" | "the gradient is 0" | "it is at a kink";
}

/** Finite differences tell the gradient of a smooth function to nine digits or so, and those of a sum of many to less. */
const tolerance = { eps: 1e-6, atol: 1e-7, rtol: 1e-6 };

/**
 * First derivatives held against differences of values, or second ones against differences of first ones. Results that
 * do not depend on the inputs, as far as the tape knows, must not change with them.
 */
export function checkDerivatives(each: Case, order: "first" | "second"): GradcheckReport | Skipped {
  const { tensors, leaves, call } = build(each, "float64", { gradient: true });
  if (leaves.length === 0) return { skipped: "no input is a float" };
  const outputs = call();
  if (!outputs.some(({ dtype }) => isFloat(dtype))) return { skipped: "no result is a float" };
  if (each.sample.kink !== undefined) return { skipped: "it is at a kink" };
  const f = (...xs: Tensor[]): readonly Tensor[] => call(xs);
  if (order === "first") return gradcheck(f, tensors, tolerance);
  if (outputs.every(({ slot }) => slot === null)) return { skipped: "the gradient is 0" };
  return gradgradcheck(f, tensors, { ...tolerance, maxEntries: 500 });
}
