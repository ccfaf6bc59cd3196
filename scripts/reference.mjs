// Writes two lists of what the families of ops export, from the sources: docs/ops.md, with how each function is called and
// the first sentence of its documentation; and packages/autograd/src/ops/functions.ts, which passes on functions and types
// to the package's index, but not the ops, which are objects.
//
//   node scripts/reference.mjs            writes
//   node scripts/reference.mjs --check    exits 1 if what is there is not what would be written
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync } from "oxc-parser";

const folder = new URL("../packages/autograd/src/ops/", import.meta.url);

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
    .replaceAll(/\{@link (\w+)\}/g, "`$1`")
    .replace(/\n@[\s\S]*$/, "")
    .replace(/^@[\s\S]*$/, "")
    .trim();
}

/** Up to the first full stop that ends a sentence. */
function firstSentence(text) {
  const line = text.split("\n\n")[0].replaceAll("\n", " ");
  const end = /[.:](?=\s+[A-Z`−(])|[.:]$/.exec(line.replace(/`[^`]*`/g, (code) => "·".repeat(code.length)));
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

/** `conv2d(x, weight, { bias, stride })`, without types; `options` by what their type has. */
function callOf(name, params) {
  const show = (param) => {
    if (param.type === "AssignmentPattern") return show(param.left);
    if (param.type === "RestElement") return `...${show(param.argument)}`;
    if (param.type === "ObjectPattern") return optionNames(param);
    const type = param.typeAnnotation?.typeAnnotation.typeName?.name;
    const members = param.name === "options" ? interfaces.get(type) : undefined;
    return members === undefined ? param.name : `{ ${members.join(", ")} }`;
  };
  return `${name}(${params.map(show).join(", ")})`;
}

/** The names in each interface of the ops, with those of what it extends there. */
function allInterfaces() {
  const declared = new Map();
  for (const file of readdirSync(folder, { recursive: true }).filter((each) => each.endsWith(".ts")))
    for (const statement of parse(file.replaceAll("\\", "/").slice(0, -".ts".length)).body) {
      const declaration = statement.declaration ?? statement;
      if (declaration.type === "TSInterfaceDeclaration") declared.set(declaration.id.name, declaration);
    }
  const ofName = (name) => (declared.has(name) ? namesOf(declared.get(name)) : []);
  // An interface extends others, or `Pick` or `Omit` of them.
  const ofBase = ({ expression, typeArguments }) => {
    const [type, keys] = typeArguments?.params ?? [];
    if (!["Pick", "Omit"].includes(expression.name)) return ofName(expression.name);
    const listed = (keys.type === "TSUnionType" ? keys.types : [keys]).map(({ literal }) => literal?.value);
    const isPick = expression.name === "Pick";
    return ofName(type.typeName?.name).filter((name) => listed.includes(name) === isPick);
  };
  const namesOf = ({ extends: bases, body }) => [
    ...bases.flatMap(ofBase),
    ...body.body.flatMap(({ key }) => (key === undefined ? [] : [key.name])),
  ];
  return new Map([...declared].map(([name, each]) => [name, [...new Set(namesOf(each))]]));
}

const interfaces = allInterfaces();

function optionNames({ properties }) {
  const names = properties.flatMap((each) => (each.type === "RestElement" ? ["…"] : [each.key.name]));
  return `{ ${names.join(", ")} }`;
}

const fileOf = ({ source }, file) =>
  new URL(source.value.replace(/\.js$/, ""), new URL(file, folder)).pathname.slice(folder.pathname.length);

/** The functions and the names of the types that a file exports, also those it passes on, in their order. */
function exportsOf(file) {
  const source = parse(file);
  const functions = new Map();
  const types = new Set();
  const passOn = (statement, isMeant) => {
    const other = exportsOf(fileOf(statement, file));
    for (const [name, each] of other.functions) if (isMeant(name)) functions.set(name, each);
    for (const name of other.types) if (isMeant(name)) types.add(name);
  };
  for (const statement of source.body) {
    if (statement.type === "ExportAllDeclaration") passOn(statement, () => true);
    if (statement.type !== "ExportNamedDeclaration") continue;
    const { declaration, specifiers } = statement;
    const names = specifiers.map(({ exported }) => exported.name);
    // Types may come from below the ops.
    for (const { exported, exportKind } of specifiers)
      if (exportKind === "type" || statement.exportKind === "type") types.add(exported.name);
    if (statement.source !== null && statement.exportKind !== "type")
      passOn(statement, (name) => names.includes(name));
    if (declaration?.type === "TSInterfaceDeclaration" || declaration?.type === "TSTypeAliasDeclaration")
      types.add(declaration.id.name);
    if (declaration?.type !== "FunctionDeclaration" && declaration?.type !== "TSDeclareFunction") continue;
    const { name } = declaration.id;
    // Of several signatures the first is the one that is documented.
    if (functions.has(name)) continue;
    const comment = commentBefore(source, statement.start);
    const summary = comment === undefined ? "" : firstSentence(textOf(comment));
    functions.set(name, { call: callOf(name, declaration.params), summary });
  }
  return { functions, types };
}

const families = [...parse("table").text.matchAll(/^ {2}\| "([\w-]+)"/gm)].map(([, family]) => family);

function reference() {
  const lines = [
    "# The ops",
    "",
    "Every function on tensors, by family. Written by `node scripts/reference.mjs` from the documentation in",
    "`packages/autograd/src/ops`, where each has its equation, shapes, options and errors in full. Functions of one tensor",
    "are mostly methods too: `x.softmax()`. What is drawn are methods of generators: `generator.rand([2, 3])`.",
  ];
  for (const family of families) {
    const { functions } = exportsOf(family);
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

/** The text of functions.ts. */
function surface() {
  const lines = [
    "/**",
    " * The functions on tensors and their types, by family: what the families export, without the ops.",
    " *",
    " * Written by `node scripts/reference.mjs`.",
    " */",
  ];
  for (const family of families) {
    const { functions, types } = exportsOf(family);
    const names = [...functions.keys(), ...[...types].map((name) => `type ${name}`)];
    lines.push("export {", ...names.map((name) => `  ${name},`), `} from "./${family}.js";`);
  }
  return `${lines.join("\n")}\n`;
}

const written = new Map([
  [new URL("../docs/ops.md", import.meta.url), reference()],
  [new URL("functions.ts", folder), surface()],
]);
for (const [target, text] of written) {
  const path = fileURLToPath(target);
  if (!process.argv.includes("--check")) {
    writeFileSync(target, text);
    console.log(`wrote ${path}`);
  } else if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
    console.error(`${path} is not what the sources say; run node scripts/reference.mjs`);
    process.exitCode = 1;
  }
}
