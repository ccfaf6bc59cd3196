/** The derivatives of a case, held against finite differences: for the tests, and for `npm run gradcheck`. */
import { ones } from "../../src/create.js";
import { isFloat } from "../../src/dtype.js";
import { GradientError } from "../../src/errors.js";
import { type GradcheckReport, gradcheck, gradgradcheck } from "../../src/gradcheck.js";
import type { Tensor } from "../../src/graph.js";
import { add } from "../../src/ops/elementwise.js";
import { sum } from "../../src/ops/reductions.js";
import { jvp } from "../../src/transforms/forward.js";
import { grad } from "../../src/transforms/reverse.js";
import { build, type Case } from "./cases.js";

/** Why nothing was compared. */
export interface Skipped {
  readonly skipped:
    | "no input is a float"
    | "no result is a float"
    | "the gradient is 0"
    | "it is at a kink"
    | "it has no second derivative";
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
  if (each.samples.withoutSecondOrder !== undefined) return { skipped: "it has no second derivative" };
  return gradgradcheck(f, tensors, { ...tolerance, maxEntries: 500 });
}

type Function = (xs: readonly Tensor[]) => Tensor;

const total = (xs: readonly Tensor[]): Tensor => xs.map((x) => sum(x)).reduce((x, y) => add(x, y));
const reverse =
  (f: Function): Function =>
  (xs) =>
    total(grad(f)(xs));
const forward =
  (f: Function): Function =>
  (xs) =>
    jvp(f, [xs], [xs.map(({ shape, dtype }) => ones(shape, { dtype }))]).tangent;

/** The ways to a second derivative. */
export const secondOrders = {
  "reverse over reverse": (f) => reverse(reverse(f)),
  "reverse over forward": (f) => reverse(forward(f)),
  "forward over reverse": (f) => forward(reverse(f)),
  "forward over forward": (f) => forward(forward(f)),
} as const satisfies Readonly<Record<string, (f: Function) => Function>>;

/** What is wrong with the second derivatives of an op that has none: each way to them must end with an error. */
export function unrefused(each: Case): string[] {
  const { tensors, call } = build(each, "float64");
  return Object.entries(secondOrders).flatMap(([way, of]) => {
    try {
      of((xs) => total(call(xs)))(tensors);
    } catch (error) {
      if (error instanceof GradientError && error.message.includes(`${each.name} has no second derivative`))
        return [];
      throw error;
    }
    return [`${way} refuses nothing`];
  });
}
