/** Errors inside a `forward` are told which module of the model they come from. */
import { type ModuleLike, modulesBelow } from "./walk.js";

/** Where an error came from: the innermost module, and what the error said there. */
interface Origin {
  readonly module: ModuleLike;
  readonly message: string;
}

const origins = new WeakMap<Error, Origin>();
const prepared = new WeakSet<object>();

/**
 * Lets the `forward` methods of a class, and of those it extends, name their module in errors. Once for a class: a call
 * costs what an ordinary call inside `try` does, and a module need not know where in a model it stands.
 */
export function nameErrorsOf(prototype: object): void {
  for (
    let each: object | null = prototype;
    each !== null && !prepared.has(each);
    each = Object.getPrototypeOf(each) as object | null
  ) {
    prepared.add(each);
    const method = Object.getOwnPropertyDescriptor(each, "forward");
    if (typeof method?.value === "function")
      Object.defineProperty(each, "forward", { ...method, value: naming(method.value as Forward) });
  }
}

type Forward = (this: ModuleLike, ...inputs: unknown[]) => unknown;

function naming(forward: Forward): Forward {
  return function (...inputs) {
    try {
      return forward.apply(this, inputs);
    } catch (error) {
      if (error instanceof Error && Object.hasOwn(error, "message")) addPath(error, this);
      throw error;
    }
  };
}

/** Says the path from `outer` on. Called for each module from the inside out, so the last to write is the outermost. */
function addPath(error: Error, outer: ModuleLike): void {
  const origin = origins.get(error) ?? { module: outer, message: error.message };
  origins.set(error, origin);
  const { module, message } = origin;
  for (const [path, each] of modulesBelow(outer)) {
    if (each !== module) continue;
    const { name } = module.constructor;
    rename(error, `${path === "" ? name : `${path} (${name})`}: ${message}`);
    return;
  }
}

function rename(error: Error, message: string): void {
  // V8 copies the message into the stack, and the stack is what an uncaught error prints.
  if (error.stack !== undefined) error.stack = error.stack.replace(error.message, () => message);
  error.message = message;
}
