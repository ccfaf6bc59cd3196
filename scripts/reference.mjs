// Writes docs/ops.md, the list of all ops, from the sources: what each family exports, how it is called, and the first
// sentence of its documentation.
//
//   node scripts/reference.mjs            writes
//   node scripts/reference.mjs --check    exits 1 if what is there is not what would be written
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

const folder = new URL("../packages/autograd/src/ops/", import.meta.url);
const target = new URL("../docs/ops.md", import.meta.url);

/** A source file: its text, its declarations and its comments. */
function parse(file) {
  const text = readFileSync(new URL(`${file}.ts`, folder), "utf8");
  const { program, comments } = parseSync(`${file}.ts`, text);
  return { text, body: program.body, comments };
}

/** The text of a documentation comment, its lines joined. */
function textOf({ value }) {
  return value
    .split("\n")
    .map((line) => line.replace(/^\s*\*+ ?/, "").trim())
    .join("\n")
    .replace(/\n@[\s\S]*$/, "")
    .replace(/^@[\s\S]*$/, "")
    .trim();
}

/** Up to the first full stop that ends a sentence. */
function firstSentence(text) {
  const line = text.split("\n\n")[0].replaceAll("\n", " ");
  const end = /[.:](?=\s+[A-Z`−(])|\.$/.exec(line.replace(/`[^`]*`/g, (code) => "·".repeat(code.length)));
  return end === null ? line : line.slice(0, end.index + 1).replace(/:$/, ".");
}

/** The documentation that ends where `start` begins, but for remarks to a linter in between. */
function commentBefore({ text, comments }, start) {
  let at = start;
  for (const comment of comments.toReversed()) {
    if (comment.end > at) continue;
    if (text.slice(comment.end, at).trim() !== "") return undefined;
    if (comment.value.startsWith("*")) return comment;
    at = comment.start;
  }
  return undefined;
}

/** `conv2d(x, weight, { bias, stride })`, without types. */
function callOf(name, params, text) {
  const show = (param) => {
    if (param.type === "AssignmentPattern") return show(param.left);
    if (param.type === "RestElement") return `...${show(param.argument)}`;
    if (param.type === "ObjectPattern") return optionNames(param, text);
    return param.name;
  };
  return `${name}(${params.map(show).join(", ")})`;
}

function optionNames({ properties }) {
  const names = properties.flatMap((each) => (each.type === "RestElement" ? ["…"] : [each.key.name]));
  return `{ ${names.join(", ")} }`;
}

/** The functions of a file and of those it passes on, in their order. */
function functionsOf(file) {
  const source = parse(file);
  const found = new Map();
  for (const statement of source.body) {
    if (statement.type === "ExportAllDeclaration")
      for (const [name, each] of functionsOf(statement.source.value.replace(/^\.\/|\.js$/g, "")))
        found.set(name, each);
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : null;
    if (declaration?.type !== "FunctionDeclaration" && declaration?.type !== "TSDeclareFunction") continue;
    const { name } = declaration.id;
    // Of several signatures the first is the one that is documented.
    if (found.has(name)) continue;
    const comment = commentBefore(source, statement.start);
    const summary = comment === undefined ? "" : firstSentence(textOf(comment));
    found.set(name, { call: callOf(name, declaration.params, source.text), summary });
  }
  return found;
}

function reference() {
  const table = parse("table");
  const order = [...table.text.matchAll(/^ {2}\| "([\w-]+)"/gm)].map(([, family]) => family);
  const lines = [
    "# The ops",
    "",
    "Every function on tensors, by family. Written by `node scripts/reference.mjs` from the documentation in",
    "`packages/autograd/src/ops`, where each has its equation, shapes, options and errors in full. Functions of one tensor",
    "are methods too: `x.softmax()`.",
  ];
  for (const family of order) {
    const functions = functionsOf(family);
    if (functions.size === 0) continue;
    const source = parse(family);
    const [first] = source.comments;
    lines.push("", `## ${family}`, "", textOf(first).split("\n\n")[0].replaceAll("\n", " "), "");
    lines.push("| | |", "| --- | --- |");
    for (const { call, summary } of functions.values())
      lines.push(`| \`${call}\` | ${summary.replaceAll("|", "\\|")} |`);
  }
  return `${lines.join("\n")}\n`;
}

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== reference()) {
    console.error("docs/ops.md is not what the sources say; run node scripts/reference.mjs");
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, reference());
  console.log(`wrote ${fileURLToPath(target)}`);
}
