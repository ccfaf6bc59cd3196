/** What a module owns, found by looking through its fields. */
import type { Buffer, Parameter } from "./parameter.js";

/** Anything that is marked as a module. */
export interface ModuleLike {
  readonly "~part": "module";
}

export type Part<M extends ModuleLike> = Parameter | Buffer | M;

export function isParameter(x: Part<ModuleLike>): x is Parameter {
  return x["~part"] === "parameter";
}

export function isBuffer(x: Part<ModuleLike>): x is Buffer {
  return x["~part"] === "buffer";
}

export function isModule<M extends ModuleLike>(x: Part<M>): x is M {
  return x["~part"] === "module";
}

/** The parts in the fields of `owner`, in their order; those in arrays and plain objects by index or key: `layers.0`. */
export function* partsOf<M extends ModuleLike>(owner: M): Generator<[name: string, part: Part<M>]> {
  for (const [name, value] of Object.entries(owner)) yield* partsIn<M>(name, value, new Set());
}

function* partsIn<M extends ModuleLike>(
  name: string,
  value: unknown,
  above: ReadonlySet<unknown>,
): Generator<[string, Part<M>]> {
  if (typeof value !== "object" || value === null || above.has(value)) return;
  if ("~part" in value) yield [name, value as Part<M>];
  else if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) {
    const inside = new Set(above).add(value);
    for (const [key, each] of Object.entries(value)) yield* partsIn<M>(`${name}.${key}`, each, inside);
  }
}

/** Puts others in the place of parameters and buffers in the fields of `owner`. */
export function replaceTensors(
  owner: ModuleLike,
  replace: <Old extends Parameter | Buffer>(tensor: Old) => Old,
): void {
  const visit = (holder: object, above: ReadonlySet<unknown>): void => {
    for (const [key, value] of Object.entries(holder) as [string, unknown][]) {
      if (typeof value !== "object" || value === null || above.has(value)) continue;
      if ("~part" in value) {
        const part = value as Part<ModuleLike>;
        if (!isModule(part)) Object.assign(holder, { [key]: replace(part) });
      } else if (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype)
        visit(value, new Set(above).add(value));
    }
  };
  visit(owner, new Set());
}

/** `root` and all modules below it, each once, under the first name that leads to it: from the root on, it having none. */
export function* modulesBelow<M extends ModuleLike>(
  root: M,
  path = "",
  seen: Set<M> = new Set(),
): Generator<[path: string, module: M]> {
  if (seen.has(root)) return;
  seen.add(root);
  yield [path, root];
  for (const [name, each] of partsOf<M>(root))
    if (isModule(each)) yield* modulesBelow(each, join(path, name), seen);
}

/** `name` below `path`. */
export function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** Where a module, parameter or buffer lies in `root`, itself at `""`; undefined for what is no part of it. */
export function pathOf(part: object, root: ModuleLike): string | undefined {
  for (const [path, module] of modulesBelow(root)) {
    if (module === part) return path;
    for (const [name, each] of partsOf(module)) if (each === part) return join(path, name);
  }
  return undefined;
}
