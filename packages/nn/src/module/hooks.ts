/** Functions that look on when a module computes. */
import type { ModuleLike } from "./walk.js";

/** What is called after `forward`; what it returns, if anything, takes the place of the output. */
export type ForwardHook = (module: ModuleLike, inputs: readonly unknown[], output: unknown) => unknown;

/** What is called before `forward`; what it returns, if anything, takes the place of the inputs. */
export type ForwardPreHook = (
  module: ModuleLike,
  inputs: readonly unknown[],
) => readonly unknown[] | undefined;

interface Hooks {
  readonly before: Set<ForwardPreHook>;
  readonly after: Set<ForwardHook>;
}

// Beside the modules: most have none, and a field would be one more that is looked through for parts.
const hooks = new WeakMap<ModuleLike, Hooks>();
/** Modules whose hooks have been called for the `forward` that is under way: `super.forward` is not another one. */
const within = new Set<ModuleLike>();

/** @returns what takes the hook away again */
export function addForwardHook(module: ModuleLike, hook: ForwardHook): () => void {
  // A function of its own, so that one that is added twice is called twice.
  return add(hooksOf(module).after, (...args) => hook(...args));
}

/** @returns what takes the hook away again */
export function addForwardPreHook(module: ModuleLike, hook: ForwardPreHook): () => void {
  return add(hooksOf(module).before, (...args) => hook(...args));
}

function add<Hook>(all: Set<Hook>, hook: Hook): () => void {
  all.add(hook);
  return () => {
    all.delete(hook);
  };
}

function hooksOf(module: ModuleLike): Hooks {
  const own = hooks.get(module) ?? { before: new Set(), after: new Set() };
  hooks.set(module, own);
  return own;
}

/** Whether a `forward` of `module` that begins now is to be run by {@link withHooks}. */
export function hasHooks(module: ModuleLike): boolean {
  return hooks.has(module) && !within.has(module);
}

/** Runs `forward` with the hooks of `module` around it. */
export function withHooks(
  module: ModuleLike,
  inputs: readonly unknown[],
  forward: (inputs: readonly unknown[]) => unknown,
): unknown {
  const own = hooks.get(module);
  within.add(module);
  try {
    let given = inputs;
    for (const hook of own?.before ?? []) given = hook(module, given) ?? given;
    let output = forward(given);
    for (const hook of own?.after ?? []) output = hook(module, given, output) ?? output;
    return output;
  } finally {
    within.delete(module);
  }
}
