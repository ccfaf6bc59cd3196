// The order of files, checked: a file imports only from files above it in the list of its package, so that the house
// can be read from the top down and no cycle can grow. Imports of types count. A file that no entry names is an error:
// whoever adds a file decides where it stands.
//
//   node scripts/layers.mjs [root of the repository]
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path/posix";
import { parseSync, Visitor } from "oxc-parser";

/**
 * By package: its files from the bottom of the house to the top, without `.ts`, and what may be imported from outside.
 * "name" is name.ts, or all files of the folder name, which may import one another but not in a circle. A `*` stands
 * for any name. The first entry that fits a file is its place.
 */
const packages = {
  autograd: {
    files: [
      // What everything may know: no tensor yet.
      "errors",
      "shape",
      "dtype",
      "memory",
      "storage",
      // From bytes to loops: an engine that knows no tensor, and could serve another library.
      "wasm",
      "expression*",
      "functions",
      "kernels",
      // What a tensor and an operation are, then recording. They name no operation: operations are data to them.
      "graph",
      "definition",
      "tape",
      "in-place",
      "confine",
      "trace",
      "random",
      "create",
      "read",
      // Families, each with the folder of its pieces, in the order in which derivative rules need one another.
      "ops/identity",
      "ops/elementwise",
      "ops/activations",
      "ops/transcendental",
      "ops/rounding",
      "ops/layout",
      // Before the reductions, whose maximum sends its gradient to an index.
      "ops/indexing",
      "ops/arrangement",
      "ops/selection",
      "ops/reductions",
      // A product has its gradient from cumulative products.
      "ops/scans",
      "ops/statistics",
      "ops/sorting",
      "ops/contraction",
      "ops/products",
      "ops/linear-algebra",
      "ops/decompositions",
      "ops/windows",
      "ops/convolution",
      "ops/local-convolution",
      "ops/fourier",
      "ops/pooling",
      "ops/interpolation",
      "ops/normalisation",
      // Before attention, which drops weights at random.
      "ops/random",
      "ops/sampling",
      "ops/attention",
      "ops/losses",
      "ops/table",
      "ops/functions",
      // What is done with a recorded program; it meets operations only through the graph and the table.
      "backward",
      "transforms",
      "inspect",
      // Methods of tensors, and of generators.
      "methods",
      "draws",
      "serialize",
      "gradcheck",
      "opcheck",
      "index",
      // Entry points of their own, below index so that it cannot draw them in: they need Node, or vitest.
      "node",
      "vitest",
    ],
    outside: {
      // One file touches ndarray, so that where numbers lie can change in one place.
      ndarray: ["storage"],
      // Everything else runs in browsers too.
      "node:*": ["node"],
      vitest: ["vitest"],
    },
  },
  nn: {
    files: [
      "choice",
      "module",
      "init",
      "*",
      "sequential",
      "losses",
      "attention",
      "autoencoders",
      "models",
      "discreet",
      "index",
    ],
    outside: { "@wengert/autograd": ["*"] },
  },
  optim: {
    files: ["optimizer", "*", "index"],
    outside: { "@wengert/autograd": ["*"] },
  },
  datasets: {
    files: [
      // What a batch is, what a data set is, and what is done with any.
      "arrays",
      "collate",
      "dataset",
      "streams",
      "samplers",
      "splits",
      "padding",
      "loader",
      // Bytes and text to tensors, and back.
      "formats",
      "text",
      // What is made or read of data sets that have a name.
      "*",
      "sources",
      "sets",
      "transforms",
      "synthetic",
      "index",
      // Entry points of their own, below index so that it cannot draw them in: one makes code of text, as ndarray-ops
      // does, which strict pages forbid; one needs Node.
      "preprocess",
      "node",
    ],
    outside: {
      "@wengert/autograd": ["*"],
      fflate: ["formats"],
      "fast-png": ["formats"],
      "gl-matrix": ["transforms", "synthetic"],
      ndarray: ["preprocess"],
      "ndarray-ops": ["preprocess"],
      // Everything else runs in browsers too.
      "node:*": ["node"],
    },
  },
};

/** Examples are what a stranger could have written: they know the packages by their public names alone. */
const strangers = ["examples"];

const pattern = (entry) => new RegExp(`^${entry.replaceAll("*", "[^/]*")}(/|$)`);

/** The index in `entries` of the place of `file`, or -1. A name that stands in full goes before one with a `*`. */
function placeOf(file, entries) {
  const inFull = entries.findIndex((entry) => !entry.includes("*") && pattern(entry).test(file));
  return inFull >= 0 ? inFull : entries.findIndex((entry) => pattern(entry).test(file));
}

/** All TypeScript files below `folder`, as paths from there. */
function typescriptFiles(folder) {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) {
      if (entry.name === "dist" || entry.name === "node_modules") return [];
      return typescriptFiles(join(folder, entry.name)).map((file) => `${entry.name}/${file}`);
    }
    return entry.name.endsWith(".ts") ? [entry.name] : [];
  });
  return files.sort();
}

/** What the file at `path` imports: import, export from, import(), types by import("…"). */
function importsOf(path) {
  const text = readFileSync(path, "utf8");
  const { program, errors } = parseSync(path, text);
  if (errors.length > 0) throw new SyntaxError(`${path}: ${errors[0].message}`);
  const found = [];
  const note = ({ source }) => {
    if (!source) return; // export { x }
    const line = text.slice(0, source.start).split("\n").length;
    found.push({ specifier: source.value ?? "a computed name", line });
  };
  new Visitor({
    ImportDeclaration: note,
    ExportNamedDeclaration: note,
    ExportAllDeclaration: note,
    ImportExpression: note,
    TSImportType: note,
  }).visit(program);
  return found;
}

/** A circle in `edges` (file → the files it imports), as the list of its files, or undefined. */
function findCircle(edges) {
  const done = new Set();
  function walk(file, trail) {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return undefined;
    done.add(file);
    for (const next of edges.get(file) ?? []) {
      const circle = walk(next, [...trail, file]);
      if (circle) return circle;
    }
    return undefined;
  }
  for (const file of edges.keys()) {
    const circle = walk(file, []);
    if (circle) return circle;
  }
  return undefined;
}

/** Why `file` (at `place` in the list) may not import `specifier`, or undefined if it may. */
function objection(file, place, specifier, { files, outside }) {
  if (!specifier.startsWith(".")) {
    const rule = Object.keys(outside).find((module) =>
      module.endsWith("*") ? specifier.startsWith(module.slice(0, -1)) : specifier === module,
    );
    if (rule === undefined)
      return "which this package may not use (packages know one another by public names only)";
    if (placeOf(file, outside[rule]) < 0) return `which only ${outside[rule].join(", ")} may import`;
    return undefined;
  }
  const target = targetOf(file, specifier);
  if (target.startsWith("..")) return "which lies outside src";
  const targetPlace = placeOf(target, files);
  if (targetPlace < 0) return "which stands in no list";
  if (targetPlace > place) return `but ${files[targetPlace]} stands below ${files[place]} in the list`;
  return undefined;
}

/** The file, without extension, that a relative `specifier` in `file` means. */
const targetOf = (file, specifier) => normalize(join(dirname(file), specifier)).replace(/\.[jt]s$/, "");

/** Everything that is wrong below `root`, one line each. */
function check(root) {
  const problems = [];

  for (const [name, rules] of Object.entries(packages)) {
    const source = `packages/${name}/src`;
    const edges = new Map(); // a circle can only lie within one entry, where the list gives no order
    for (const path of typescriptFiles(join(root, source))) {
      const file = path.slice(0, -".ts".length);
      const place = placeOf(file, rules.files);
      if (place < 0) {
        problems.push(`${source}/${path}: stands in no list; give it a place in scripts/layers.mjs`);
        continue;
      }
      const neighbours = [];
      for (const { specifier, line } of importsOf(join(root, source, path))) {
        const reason = objection(file, place, specifier, rules);
        if (reason) problems.push(`${source}/${path}:${line}: imports ${specifier}, ${reason}`);
        else if (specifier.startsWith(".")) neighbours.push(targetOf(file, specifier));
      }
      edges.set(file, neighbours);
    }
    const circle = findCircle(edges);
    if (circle) problems.push(`${source}: these files import one another in a circle: ${circle.join(" → ")}`);
  }

  for (const folder of strangers) {
    for (const path of typescriptFiles(join(root, folder))) {
      for (const { specifier, line } of importsOf(join(root, folder, path))) {
        const deep = /^@wengert\/[^/]+\/(dist|src)\b/.test(specifier);
        const leaves = specifier.startsWith(".") && targetOf(path, specifier).startsWith("..");
        if (deep || leaves)
          problems.push(`${folder}/${path}:${line}: imports ${specifier}, which no stranger could`);
      }
    }
  }
  return problems;
}

const problems = check(process.argv[2] ?? ".");
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
