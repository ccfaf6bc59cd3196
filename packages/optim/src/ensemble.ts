/** Ensembles: several models for one. */
import { ArgumentError, add, mul, type Tensor } from "@wengert/autograd";
import { checkKnown } from "./optimizer/checks.js";

/** What computes a prediction. */
export type Member<Inputs extends readonly unknown[]> =
  | ((...inputs: Inputs) => Tensor)
  | { forward(...inputs: Inputs): Tensor };

export interface EnsembleOptions {
  /** What is made of a prediction before it is averaged, such as softmax of logits; by default nothing. */
  readonly transform?: (prediction: Tensor) => Tensor;
  /** How much each member counts; by default all alike. They are divided by their sum. */
  readonly weights?: readonly number[];
}

/**
 * A function that averages the predictions of `members`: Σ wₖ fₖ(x) / Σ wₖ.
 *
 * Hansen & Salamon 1990, "Neural network ensembles". Of classifiers, average the probabilities: logits of different models
 * have different scales.
 *
 * @throws ArgumentError if there are no members, or weights are not one each, not negative, of a positive sum
 */
export function ensemble<Inputs extends readonly unknown[]>(
  members: readonly Member<Inputs>[],
  options: EnsembleOptions = {},
): (...inputs: Inputs) => Tensor {
  checkKnown("ensemble", options, ["transform", "weights"]);
  const { transform = (prediction) => prediction, weights = members.map(() => 1) } = options;
  if (members.length === 0) throw new ArgumentError("ensemble: there are no members; give one or more");
  const total = weights.reduce((all, each) => all + each, 0);
  if (
    weights.length !== members.length ||
    !weights.every((each) => each >= 0) ||
    !(total > 0 && total < Infinity)
  )
    throw new ArgumentError(
      `ensemble: weights are ${weights.join(", ")}; there must be ${members.length}, 0 or more, and not all 0`,
    );
  return (...inputs) =>
    members
      .map((member, k) => {
        const made = typeof member === "function" ? member(...inputs) : member.forward(...inputs);
        return mul(transform(made), weights[k]! / total);
      })
      .reduce(add);
}
