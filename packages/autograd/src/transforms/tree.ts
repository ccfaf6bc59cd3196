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
  const found = tree === null ? "null" : typeof tree === "object" ? tree.constructor.name : typeof tree;
  throw new ArgumentError(
    `${name}: found ${found}${path === "" ? "" : ` at ${path}`}; it must be a tensor, or an array or plain object of tensors`,
  );
}

/** The tensors of a tree in order. */
export function leavesOf(name: string, tree: unknown): Tensor[] {
  const found: Tensor[] = [];
  mapTree(name, tree, (x) => found.push(x));
  return found;
}

/** `tree` with the tensors `leaves` in the place of its own. */
export function withLeaves<T>(name: string, tree: T, leaves: readonly Tensor[]): Like<T> {
  let next = 0;
  return mapTree(name, tree, () => leaves[next++]) as Like<T>;
}
