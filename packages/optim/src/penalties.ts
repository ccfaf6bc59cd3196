/** Penalties on large weights, to be added to a loss. */
import { ArgumentError, abs, add, mul, square, sum, type Tensor } from "@wengert/autograd";
import { listParameters, type ParameterSource } from "./optimizer/parameters.js";

/**
 * `weight · Σ |p|`, 0-d. Its gradient is `weight · sign(p)`, and 0 at 0.
 *
 * @throws ArgumentError if there are no parameters, or `weight` is negative
 */
export function l1Penalty(params: ParameterSource, weight: number): Tensor {
  return penalty("l1Penalty", params, weight, abs);
}

/**
 * `weight · Σ p²`, 0-d. Its gradient is `2 weight p`: under plain gradient descent, half of what `weightDecay` says.
 *
 * @throws ArgumentError if there are no parameters, or `weight` is negative
 */
export function l2Penalty(params: ParameterSource, weight: number): Tensor {
  return penalty("l2Penalty", params, weight, square);
}

function penalty(name: string, params: ParameterSource, weight: number, of: (x: Tensor) => Tensor): Tensor {
  if (!(weight >= 0 && weight < Infinity))
    throw new ArgumentError(`${name}: weight is ${weight}; it must be 0 or more`);
  const terms = listParameters(name, params).map((param) => sum(of(param)));
  if (terms.length === 0)
    throw new ArgumentError(`${name}: there are no parameters; give a module, or a list of tensors`);
  return mul(terms.reduce(add), weight);
}
