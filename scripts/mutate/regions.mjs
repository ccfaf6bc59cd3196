// Where the derivative rules are: the parts of a source file in which a fault is one of a rule.
import { dirname, join } from "node:path/posix";
import { bare, keyOf, walk } from "./syntax.mjs";

const ruleKeys = new Set(["vjp", "jvp", "pullback", "pushforward", "derivatives"]);
const listKeys = new Set(["saves", "savedFor", "linear"]);

/** What is mutated in a file: the keys that hold rules, or these functions. By the end of the path. */
const functionsByFile = [
  ["expression/differentiate.ts", ["pull", "push", "pullback", "pushforward"]],
  ["src/backward.ts", ["toSpec", "sumTo"]],
];

/** The functions on the top level of a file, by name. */
function functionsOf(program) {
  const found = new Map();
  for (const statement of program.body) {
    const exported = statement.type === "ExportNamedDeclaration";
    const declaration = exported ? statement.declaration : statement;
    if (declaration?.type === "FunctionDeclaration")
      found.set(declaration.id.name, { exported, node: declaration });
    if (declaration?.type !== "VariableDeclaration") continue;
    for (const { id, init } of declaration.declarations)
      if (init?.type === "ArrowFunctionExpression") found.set(id.name, { exported, node: init });
  }
  return found;
}

/** What a name imported from another file stands for: `{ from, name }` by local name. */
export function importsOf(program) {
  const found = new Map();
  for (const { type, source, specifiers } of program.body)
    if (type === "ImportDeclaration")
      for (const { type: kind, local, imported } of specifiers)
        found.set(local.name, { from: source.value, name: kind === "ImportSpecifier" ? imported.name : "*" });
  return found;
}

/** Whether an import is of the same family of ops: "./scans/previous.js" in ops/scans.ts, or any in ops/losses/labels.ts. */
function isPart(file, from) {
  const [, family, below] = /ops\/([^/.]+)(\/)?/.exec(file) ?? [];
  return below ? from.startsWith("./") : from.startsWith(`./${family}/`);
}

/**
 * The nodes below which the rules of a file lie, and its lists of what is saved or linear.
 *
 * A rule's private helpers belong to it: functions of the file that are not exported, and those in other files of
 * the family, which are returned as `helpers`, file → names.
 *
 * @param wanted functions that rules in other files use
 */
export function regionsOf(file, program, wanted = []) {
  const functions = functionsOf(program);
  const imports = importsOf(program);
  const regions = [];
  const lists = [];
  const helpers = new Map();
  const taken = new Set();

  const take = (name) => {
    const { node } = functions.get(name);
    if (taken.has(name)) return;
    taken.add(name);
    addRegion(node.body);
  };
  const addRegion = (root) => {
    regions.push(root);
    walk(root, ({ type, name }) => {
      if (type !== "Identifier") return;
      if (functions.get(name)?.exported === false) take(name);
      const { from, name: imported } = imports.get(name) ?? {};
      if (from === undefined || !isPart(file, from)) return;
      const target = join(dirname(file), from).replace(/\.js$/, ".ts");
      helpers.set(target, new Set([...(helpers.get(target) ?? []), imported]));
    });
  };

  const [, names] = functionsByFile.find(([path]) => file.endsWith(path)) ?? [];
  for (const name of names ?? wanted) if (functions.has(name)) take(name);
  if (names === undefined)
    walk(program, (node) => {
      const key = keyOf(node);
      if (ruleKeys.has(key)) addRegion(node.value);
      if (!listKeys.has(key)) return;
      const value = bare(node.value);
      const arrays =
        value.type === "ObjectExpression" ? value.properties.map((each) => bare(each.value)) : [value];
      lists.push(...arrays.filter(isListOfNames));
    });
  return { regions: outermost(regions), lists, helpers };
}

const isListOfNames = ({ type, elements }) =>
  type === "ArrayExpression" &&
  elements.every((each) => (each.type === "Literal" ? typeof each.value === "string" : isListOfNames(each)));

/** Of nodes that may lie in one another, the outer ones, in order. */
function outermost(nodes) {
  const inOrder = [...nodes].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept = [];
  for (const node of inOrder) if (kept.length === 0 || node.start >= kept.at(-1).end) kept.push(node);
  return kept;
}
