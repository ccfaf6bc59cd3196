// Reading TypeScript as a syntax tree.
import { parseSync } from "oxc-parser";

/** The tree of a file. */
export function parse(file, text) {
  const { program, errors } = parseSync(file, text);
  if (errors.length > 0) throw new SyntaxError(`${file}: ${errors[0].message}`);
  return program;
}

const isNode = (value) => typeof value === "object" && value !== null && typeof value.type === "string";

/** The children of a node that mean something when the program runs: no types, and no names of properties. */
function childrenOf(node) {
  return Object.entries(node).flatMap(([key, value]) => {
    if (key === "key" && !node.computed) return [];
    const nodes = Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [];
    return nodes.filter(({ type }) => !type.startsWith("TS") || "expression" in node || isWrapper(type));
  });
}

/** Expressions that TypeScript adds: `x!`, `x as T`, `x satisfies T`. */
const isWrapper = (type) => ["TSNonNullExpression", "TSAsExpression", "TSSatisfiesExpression"].includes(type);

/** Without what TypeScript has put around it. */
export const bare = (node) => (isWrapper(node.type) ? bare(node.expression) : node);

/** Calls `visit(node, ancestors)` for `root` and all below it; the nearest ancestor comes last. */
export function walk(root, visit, ancestors = []) {
  visit(root, ancestors);
  const below = [...ancestors, root];
  for (const child of childrenOf(root)) walk(child, visit, below);
}

/** The name of a property in an object, where it is written plainly. */
export const keyOf = ({ type, key, computed }) => (type === "Property" && !computed ? key.name : undefined);
