/** The ways to name what is to be trained. */
import { ArgumentError, GradientError, isFloat, Tensor } from "@wengert/autograd";

/** A module, or anything else that names its parameters. */
export interface HasParameters {
  namedParameters(): Iterable<readonly [name: string, parameter: Tensor]>;
}

/** What has parameters, or a list of them. */
export type ParameterSource = HasParameters | Iterable<Tensor>;

/**
 * @throws ArgumentError for what is no tensor of floats, or is listed twice; GradientError for a tensor that was computed: its
 *   values come from others, which are to be trained instead
 */
export function listParameters(name: string, given: ParameterSource): Tensor[] {
  refuseNothing(name, given);
  const parameters =
    "namedParameters" in given
      ? Array.from(given.namedParameters(), ([, parameter]) => parameter)
      : [...given];
  for (const [i, parameter] of parameters.entries()) {
    if (!(parameter instanceof Tensor))
      throw new ArgumentError(`${name}: parameter ${i} is no tensor; give a module, or a list of tensors`);
    if (!isFloat(parameter.dtype))
      throw new ArgumentError(
        `${name}: parameter ${i}, [${parameter.shape.join(", ")}], is ${parameter.dtype}; only floats can be trained`,
      );
    if (!parameter.isLeaf)
      throw new GradientError(
        `${name}: parameter ${i}, [${parameter.shape.join(", ")}], was computed from others; give those, or use detach() and set requiresGrad`,
      );
  }
  if (new Set(parameters).size !== parameters.length)
    throw new ArgumentError(`${name}: a parameter is listed twice; it would be changed twice`);
  return parameters;
}

/** @throws ArgumentError for what has no parameters at all */
export function refuseNothing(name: string, given: unknown): void {
  if (typeof given !== "object" || given === null)
    throw new ArgumentError(
      `${name}: the parameters are ${String(given)}; give a module, or a list of tensors`,
    );
}
