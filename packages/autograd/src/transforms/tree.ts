/** Trees: tensors in nested arrays and plain objects, as functions take and return them. */
import { ArgumentError } from "../errors.js";
import { Tensor } from "../graph.js";

/** A tensor, or an array or plain object of trees. */
export type Tree = Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** A tree of the form of `T` with a `Leaf` in the place of each tensor. */
export type MapTree<T, Leaf> = T extends Tensor
  ? Leaf
  : T extends readonly unknown[]
    ? { -readonly [K in keyof T]: MapTree<T[K], Leaf> }
    : T extends object
      ? { -readonly [K in keyof T]: MapTree<T[K], Leaf> }
      : never;

/** A tree of the same form with other tensors. */
export type Like<T> = MapTree<T, Tensor>;

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** `tree` with each tensor replaced; `path` tells where it stands, such as `[0].weight`. */
export function mapTree<Leaf>(
  name: string,
  tree: unknown,
  replace: (x: Tensor, path: string) => Leaf,
  path = "",
): unknown {
  if (tree instanceof Tensor) return replace(tree, path);
  if (Array.isArray(tree)) return tree.map((each, i) => mapTree(name, each, replace, `${path}[${i}]`));
  if (isPlain(tree))
    return Object.fromEntries(
      Object.entries(tree).map(([key, each]) => [key, mapTree(name, each, replace, `${path}.${key}`)]),
    );
  throw new ArgumentError(
    `${name}: found ${kindOf(tree)}${path === "" ? "" : ` at ${path}`}; it must be a tensor, or an array or plain object of tensors`,
  );
}

/** The tensors of a tree in order. */
export function leavesOf(name: string, tree: unknown): Tensor[] {
  const found: Tensor[] = [];
  mapTree(name, tree, (x) => found.push(x));
  return found;
}

/**
 * The tensors of `tree`, in the order in which `form` has its own: by key and index, whatever the order of keys.
 *
 * @param what is paired, as an error says: `tangents`
 */
export function leavesLike(name: string, what: string, tree: unknown, form: unknown, path = ""): Tensor[] {
  const place = path === "" ? "" : ` at ${path}`;
  if (form instanceof Tensor) {
    if (!(tree instanceof Tensor))
      throw new ArgumentError(
        `${name}: the ${what} have ${kindOf(tree)}${place} where there is a tensor; give them in the same form`,
      );
    return [tree];
  }
  const wanted = Object.entries(form as object);
  const sameKind = Array.isArray(form) ? Array.isArray(tree) : isPlain(tree);
  if (!sameKind)
    throw new ArgumentError(
      `${name}: the ${what} have ${kindOf(tree)}${place} where there is ${kindOf(form)}; give them in the same form`,
    );
  const given = new Map<string, unknown>(Object.entries(tree as object));
  const missing = wanted.map(([key]) => key).filter((key) => !given.has(key));
  const extra = [...given.keys()].filter((key) => !Object.hasOwn(form as object, key));
  if (missing.length > 0 || extra.length > 0) {
    const faults = [
      ...(missing.length > 0 ? [`lack ${missing.join(", ")}`] : []),
      ...(extra.length > 0 ? [`have ${extra.join(", ")} besides`] : []),
    ];
    throw new ArgumentError(
      `${name}: the ${what}${place} ${faults.join(" and ")}; give them in the same form`,
    );
  }
  return wanted.flatMap(([key, each]) =>
    leavesLike(name, what, given.get(key), each, Array.isArray(form) ? `${path}[${key}]` : `${path}.${key}`),
  );
}

function kindOf(value: unknown): string {
  if (value instanceof Tensor) return "a tensor";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  return isPlain(value) ? "an object" : value.constructor.name;
}

/** `tree` with the tensors `leaves` in the place of its own. */
export function withLeaves<T>(name: string, tree: T, leaves: readonly Tensor[]): Like<T> {
  let next = 0;
  return mapTree(name, tree, () => leaves[next++]) as Like<T>;
}
