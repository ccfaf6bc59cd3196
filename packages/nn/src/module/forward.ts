/** What goes on in a `forward` is known by its module: errors say the path to it, and so does the tape. */
import { enterScope, leaveScope, reveal, type ScopeNaming } from "@wengert/autograd";
import { runForward } from "./discreet.js";
import { hasHooks, withHooks } from "./hooks.js";
import { type ModuleLike, pathOf } from "./walk.js";

/** Where an error came from: the innermost module, and what the error said there. */
interface Origin {
  readonly module: ModuleLike;
  readonly message: string;
}

const origins = new WeakMap<Error, Origin>();
const prepared = new WeakSet<object>();

/**
 * Lets the `forward` methods of a class, and of those it extends, tell their module to errors and the tape. Once for a class: a call
 * costs what an ordinary call inside `try` does, and a module need not know where in a model it stands.
 */
export function tellModuleIn(prototype: object): void {
  for (
    let each: object | null = prototype;
    each !== null && !prepared.has(each);
    each = Object.getPrototypeOf(each) as object | null
  ) {
    prepared.add(each);
    const method = Object.getOwnPropertyDescriptor(each, "forward");
    if (typeof method?.value === "function")
      Object.defineProperty(each, "forward", { ...method, value: telling(each, method.value as Forward) });
  }
}

type Forward = (this: ModuleLike, ...inputs: unknown[]) => unknown;

function telling(owner: object, forward: Forward): Forward {
  return function (...inputs) {
    const outer = enterScope(this, names);
    try {
      if (!hasHooks(this)) return runForward(this, owner, inputs, () => forward.apply(this, inputs));
      // Hooks may keep what they see.
      return reveal(inputs, () => withHooks(this, inputs, (given) => forward.apply(this, [...given])));
    } catch (error) {
      if (error instanceof Error && Object.hasOwn(error, "message")) addPath(error, this);
      throw error;
    } finally {
      leaveScope(outer);
    }
  };
}

/** How a tape calls modules and their parameters. */
const names: ScopeNaming = {
  kind: (module) => module.constructor.name,
  nameOf: (part, module) => pathOf(part, module as ModuleLike),
};

/** Says the path from `outer` on. Called for each module from the inside out, so the last to write is the outermost. */
function addPath(error: Error, outer: ModuleLike): void {
  const origin = origins.get(error) ?? { module: outer, message: error.message };
  origins.set(error, origin);
  const { module, message } = origin;
  const path = pathOf(module, outer);
  if (path === undefined) return;
  const { name } = module.constructor;
  rename(error, `${path === "" ? name : `${path} (${name})`}: ${message}`);
}

function rename(error: Error, message: string): void {
  // V8 copies the message into the stack, and the stack is what an uncaught error prints.
  if (error.stack !== undefined) error.stack = error.stack.replace(error.message, () => message);
  error.message = message;
}
