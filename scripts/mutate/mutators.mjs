// The faults: each mutator looks at one node of a rule and says by what text it could be replaced.
import { importsOf, regionsOf } from "./regions.mjs";
import { keyOf, parse, walk } from "./syntax.mjs";

// Functions over tensors and over expressions by one vocabulary. In a mutant `$m.tensors` and `$m.expressions` stand
// for what the file may not have imported.
const words = {
  tensors: { add: "add", sub: "sub", mul: "mul", div: "div", neg: "neg", where: "where" },
  expressions: {
    sum: "add",
    difference: "sub",
    product: "mul",
    quotient: "div",
    negative: "neg",
    select: "where",
    compare: "compare",
    pow: "pow",
  },
};
const opposite = {
  tensors: { add: "sub", sub: "add" },
  expressions: { add: "difference", sub: "sum" },
};

/** What a call does, by the name that it calls: `{ word, kind }`. */
function meaningOf(call, imports) {
  const { callee } = call;
  if (callee.type !== "Identifier") return undefined;
  const { from = "", name = callee.name } = imports.get(callee.name) ?? {};
  const kind = from.endsWith("expression.js") ? "expressions" : "tensors";
  const known = words[kind];
  return { kind, word: Object.hasOwn(known, name) ? known[name] : kind === "tensors" ? name : undefined };
}

/** Calls that lay the same numbers out in another way. */
const moves = new Set(["transpose", "permute", "flip", "roll", "backwards", "previous", "moveAxis"]);
const asymmetric = new Set(["sub", "div", "pow", "matmul", "outer"]);
const boundary = { gt: "ge", ge: "gt", lt: "le", le: "lt" };
const boundaryOps = {
  greater: "greaterEqual",
  greaterEqual: "greater",
  less: "lessEqual",
  lessEqual: "less",
};
const arithmetic = { "+": "-", "-": "+", "*": "/", "/": "*" };

const isNumber = (node) =>
  (node.type === "Literal" && typeof node.value === "number") ||
  (node.type === "UnaryExpression" && node.operator === "-" && isNumber(node.argument));
const numberIn = (node) => (node.type === "Literal" ? node.value : -numberIn(node.argument));

/** By name, functions from a node to the texts that could stand in its place. */
const mutators = {
  "flip a sign": (node, { call, text }) => {
    const { word, kind } = call ?? {};
    if (word === "neg") return [text(node.arguments[0])];
    const other = opposite[kind]?.[word];
    return other === undefined ? [] : [`$m.${kind}.${other}(${node.arguments.map(text).join(", ")})`];
  },

  "drop a factor": (node, { call, text }) => {
    const [a, b] = node.arguments ?? [];
    if (call?.word === "mul") return [a, b].filter((each) => !isNumber(each)).map(text);
    return call?.word === "div" && !isNumber(a) ? [text(a)] : [];
  },

  "drop a term": (node, { call, text }) => {
    const [a, b] = node.arguments ?? [];
    if (call?.word === "add") return [a, b].filter((each) => !isNumber(each)).map(text);
    return call?.word === "sub" && !isNumber(a) ? [text(a)] : [];
  },

  "swap operands": (node, { call, text }) => {
    const [a, b, c] = node.arguments?.map(text) ?? [];
    const name = node.callee && text(node.callee);
    if (call?.word === "where") return [`${name}(${a}, ${c}, ${b})`];
    if (asymmetric.has(call?.word)) return [`${name}(${b}, ${a})`];
    // "eq" and "ne" are the same either way.
    return call?.word === "compare" && node.arguments[0].value in boundary
      ? [`${name}(${a}, ${c}, ${b})`]
      : [];
  },

  // What a rule that is one op reads: `{ op, operands: ({ g, y }) => [g, transpose(y)] }`.
  "swap what an op reads": (node, { ancestors, text }) => {
    if (node.type !== "ArrayExpression" || node.elements.length !== 2) return [];
    const [owner, arrow] = ancestors.slice(-2);
    const isOperands = arrow?.type === "ArrowFunctionExpression" && keyOf(owner) === "operands";
    const [a, b] = node.elements.map(text);
    return isOperands ? [`[${b}, ${a}]`] : [];
  },

  "leave out a move": (node, { call, text }) =>
    moves.has(call?.word) && node.arguments.length > 0 ? [text(node.arguments[0])] : [],

  "move a boundary": (node, { call, text }) => {
    if (call?.word === "compare") {
      const [relation, ...rest] = node.arguments;
      const other = boundary[relation.value];
      return other ? [`${text(node.callee)}("${other}", ${rest.map(text).join(", ")})`] : [];
    }
    const other = call?.kind === "tensors" ? boundaryOps[call.word] : undefined;
    return other ? [`$m.tensors.${other}(${node.arguments.map(text).join(", ")})`] : [];
  },

  "change a constant": (node, { ancestors, meaning }) => {
    const parent = ancestors.at(-1);
    if (!isNumber(node) || (parent && isNumber(parent))) return [];
    const value = numberIn(node);
    if (parent && keyOf(parent) === "axis" && value < 0) return [String(value - 1)];
    if (value < 0) return [String(-value)];
    // A 1 that keeps the branch that is not taken finite: another number would do as well, but not 0.
    if (value === 1 && meaning(parent)?.word === "where") return ["0"];
    return [value === 1 ? "2" : "1"];
  },

  "turn a flag": (node) =>
    node.type === "Literal" && typeof node.value === "boolean" ? [String(!node.value)] : [],

  "turn a condition": (node, { text }) => {
    if (node.type === "ConditionalExpression")
      return [`${text(node.test)} ? ${text(node.alternate)} : ${text(node.consequent)}`];
    return node.type === "UnaryExpression" && node.operator === "!" ? [text(node.argument)] : [];
  },

  "turn arithmetic": (node, { text }) =>
    node.type === "BinaryExpression" && arithmetic[node.operator]
      ? [`${text(node.left)} ${arithmetic[node.operator]} ${text(node.right)}`]
      : [],
};

/** The mutators that leave names out of lists, by the key of the list. */
const listMutators = {
  saves: "drop a saved value",
  savedFor: "drop a saved value",
  linear: "drop a linear input",
};

export const mutatorNames = [...Object.keys(mutators), ...new Set(Object.values(listMutators))];

/** `list` without each of its names in turn, as text. */
function withoutEach(list, text) {
  const join = (elements) => `[${elements.join(", ")}]`;
  const parts = list.elements.map(text);
  return list.elements.flatMap((each, i) =>
    each.type === "ArrayExpression"
      ? withoutEach(each, text).map((shorter) => join(parts.with(i, shorter)))
      : [join(parts.toSpliced(i, 1))],
  );
}

/** The name of the declaration on the top level that a node lies in. */
function entryOf(program, { start }) {
  const statement = program.body.find((each) => each.start <= start && start < each.end);
  const declaration = statement?.declaration ?? statement;
  return declaration?.id?.name ?? declaration?.declarations?.[0].id.name ?? "";
}

/**
 * All mutants of one file, in the order of their places: `{ id, file, line, entry, mutator, start, end, code }`, where
 * `code` stands in the place of the text from `start` to `end`; and `helpers`, see regionsOf.
 */
export function mutantsOf(file, source, wanted) {
  const program = parse(file, source);
  const imports = importsOf(program);
  const { regions, lists, helpers } = regionsOf(file, program, wanted);
  const text = ({ start, end }) => source.slice(start, end);
  const meaning = (node) => (node?.type === "CallExpression" ? meaningOf(node, imports) : undefined);
  const found = [];
  const note = (node, mutator, code) => {
    if (code === text(node)) return;
    const line = source.slice(0, node.start).split("\n").length;
    const entry = entryOf(program, node);
    found.push({ file, line, entry, mutator, start: node.start, end: node.end, code });
  };
  for (const region of regions)
    walk(region, (node, ancestors) => {
      const call = meaning(node);
      for (const [name, mutate] of Object.entries(mutators))
        for (const code of mutate(node, { call, ancestors, text, meaning })) note(node, name, code);
    });
  const isList = new Set(lists);
  walk(program, (node, ancestors) => {
    if (!isList.has(node)) return;
    const key = ancestors.map(keyOf).findLast((each) => each in listMutators);
    for (const code of withoutEach(node, text)) note(node, listMutators[key], code);
  });
  found.sort((a, b) => a.start - b.start || b.end - a.end);
  return { mutants: found.map((each, i) => ({ id: `${file}#${i}`, ...each })), lists, helpers };
}

/** A mutant as a person reads it. */
export function show({ mutator, start, end, code }, source) {
  const plain = (part) => part.replaceAll(/\$m\.\w+\./g, "").replaceAll(/\s+/g, " ");
  return `${mutator}: ${plain(source.slice(start, end))} → ${plain(code)}`;
}
