/** Penalties on large weights, to be added to a loss. */
import { ArgumentError, abs, add, mul, square, sum, type Tensor } from "@wengert/autograd";
import { checkKnown } from "./optimizer/checks.js";
import { listParameters, type ParameterSource } from "./optimizer/parameters.js";

export interface PenaltyOptions {
  /**
   * Which parameters of a module count, by name: those that a pattern matches, or that a function says yes to. All by default.
   */
  readonly which?: RegExp | ((name: string, parameter: Tensor) => boolean);
}

/**
 * `weight · Σ |p|`, 0-d. Its gradient is `weight · sign(p)`, and 0 at 0.
 *
 * ```ts
 * const loss = crossEntropy(model.forward(x), y).add(l1Penalty(model, 1e-4, { which: /weight$/ }));
 * ```
 *
 * @param params a module, or a list of tensors
 * @throws ArgumentError if there are no parameters or none of them is chosen, `weight` is negative, or they have no names to choose by
 */
export function l1Penalty(params: ParameterSource, weight: number, options: PenaltyOptions = {}): Tensor {
  return penalty("l1Penalty", params, weight, options, abs);
}

/**
 * `weight · Σ p²`, 0-d. Its gradient is `2 weight p`: under plain gradient descent, half of what `weightDecay` says.
 *
 * @param params a module, or a list of tensors
 * @throws as {@link l1Penalty}
 */
export function l2Penalty(params: ParameterSource, weight: number, options: PenaltyOptions = {}): Tensor {
  return penalty("l2Penalty", params, weight, options, square);
}

function penalty(
  name: string,
  params: ParameterSource,
  weight: number,
  options: PenaltyOptions,
  of: (x: Tensor) => Tensor,
): Tensor {
  checkKnown(name, options, ["which"]);
  const { which } = options;
  if (!(weight >= 0 && weight < Infinity))
    throw new ArgumentError(`${name}: weight is ${weight}; it must be 0 or more`);
  const chosen = which === undefined ? params : choose(name, params, which);
  const terms = listParameters(name, chosen).map((param) => sum(of(param)));
  if (terms.length === 0)
    throw new ArgumentError(
      which === undefined
        ? `${name}: there are no parameters; give a module, or a list of tensors`
        : `${name}: of the parameters \`which\` chooses none`,
    );
  return mul(terms.reduce(add), weight);
}

function choose(
  name: string,
  params: ParameterSource,
  which: NonNullable<PenaltyOptions["which"]>,
): Tensor[] {
  if (!("namedParameters" in params))
    throw new ArgumentError(
      `${name}: \`which\` chooses by name, and a list of tensors has none; give a module`,
    );
  // With search, a pattern that is global has no memory.
  const wanted = which instanceof RegExp ? (path: string) => path.search(which) >= 0 : which;
  return [...params.namedParameters()].flatMap(([path, parameter]) =>
    wanted(path, parameter) ? [parameter] : [],
  );
}
