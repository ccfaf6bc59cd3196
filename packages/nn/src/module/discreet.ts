/**
 * Modules that keep no tensor which their `forward` is given or makes, and show none but to other modules. What only the
 * graph needs of their results then costs no memory of the JavaScript heap, and no collection of garbage.
 */
import { confine, reveal } from "@wengert/autograd";
import type { ModuleLike } from "./walk.js";

type Promise = (module: never, inputs: readonly unknown[]) => boolean;

const promises = new WeakMap<object, Promise>();

/** A class, abstract or not. */
export interface ModuleClass<Instance> {
  readonly prototype: Instance;
}

/**
 * Promises it of the `forward` that a class has or inherits: one that a class below has in its place is another matter.
 *
 * @param where for which modules of the class, and which inputs, it holds; for all by default
 */
export function keepsNothing<Instance extends ModuleLike>(
  { prototype }: ModuleClass<Instance>,
  where: (module: Instance, inputs: readonly unknown[]) => boolean = () => true,
): void {
  let owner: object = prototype;
  while (!Object.hasOwn(owner, "forward")) owner = Object.getPrototypeOf(owner) as object;
  promises.set(owner, where);
}

/** Runs the `forward` of `owner`, a prototype, for `module`, with what it computes confined if that has been promised. */
export function runForward(
  module: ModuleLike,
  owner: object,
  inputs: readonly unknown[],
  forward: () => unknown,
): unknown {
  const promise = promises.get(owner);
  return promise?.(module as never, inputs) === true ? confine(forward) : reveal(inputs, forward);
}
