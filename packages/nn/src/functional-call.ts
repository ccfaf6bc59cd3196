/** A module as a function of its parameters. */
import { ArgumentError, ShapeError, type Tensor, withSubstitutes } from "@wengert/autograd";
import type { Module } from "./module.js";

/** A module with the method that is called. */
type Callable<Inputs extends readonly unknown[], Out> = Module & { forward(...inputs: Inputs): Out };

/**
 * `module.forward(...inputs)` with other tensors in the place of its parameters and buffers: what makes a module fit
 * `grad`, `hvp` and the other transforms.
 *
 * ```ts
 * const loss = (parameters: Record<string, Tensor>): Tensor =>
 *   crossEntropy(functionalCall(model, parameters, x), y);
 * const gradient = grad(loss)(Object.fromEntries(model.namedParameters()));
 * ```
 *
 * @param tensors by the names of `namedParameters()` and `namedBuffers()`; what is left out keeps its values. A shared
 *   parameter has one name, its first, and is replaced wherever it is used
 * @throws ArgumentError for a name that the module does not have, ShapeError for another shape or dtype
 */
export function functionalCall<Inputs extends readonly unknown[], Out>(
  module: Callable<Inputs, Out>,
  tensors: Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>,
  ...inputs: Inputs
): Out {
  const own = new Map<string, Tensor>([...module.namedParameters(), ...module.namedBuffers()]);
  const given: readonly (readonly [string, Tensor])[] =
    tensors instanceof Map ? [...(tensors as ReadonlyMap<string, Tensor>)] : Object.entries(tensors);
  const unknown = given.filter(([name]) => !own.has(name)).map(([name]) => name);
  if (unknown.length > 0)
    throw new ArgumentError(
      `functionalCall: the module has no parameter or buffer ${unknown.join(", ")}; it has ${[...own.keys()].join(", ")}`,
    );
  for (const [name, value] of given) {
    const { shape, dtype } = own.get(name)!;
    if (value.dtype !== dtype || value.shape.join() !== shape.join())
      throw new ShapeError(
        `functionalCall: ${name} is given as ${value.dtype} [${value.shape.join(", ")}], the module's is ${dtype} [${shape.join(", ")}]; they must be the same`,
      );
  }
  return withSubstitutes(
    given.map(([name, value]) => [own.get(name)!, value]),
    () => module.forward(...inputs),
  );
}
