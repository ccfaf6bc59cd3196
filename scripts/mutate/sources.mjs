// The files of the library that hold derivative rules, and the tests that should notice faults in them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path/posix";
import { mutantsOf } from "./mutators.mjs";

const source = "packages/autograd/src";

/** All TypeScript files below a folder, as paths from `root`. */
function filesBelow(root, folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts"))
    .sort();
}

/** What may hold mutants. */
export function sourceFiles(root) {
  return [
    ...filesBelow(root, `${source}/ops`),
    `${source}/expression/differentiate.ts`,
    ...filesBelow(root, `${source}/expression/functions`),
    `${source}/backward.ts`,
  ];
}

/** The walk over the op table, then everything else that runs rules in this process. */
export function testFiles(root) {
  const folder = "packages/autograd/test";
  // No rule is run by these, or only by way of files, other processes or a memory of another size.
  const others = /\/(kernels|serialize|inspect|setup|support)\/|(memory|node|serialize|storage)\.test\.ts$/;
  const all = filesBelow(root, folder).filter((path) => path.endsWith(".test.ts") && !others.test(path));
  const first = `${folder}/op-table.test.ts`;
  return [first, ...all.filter((path) => path !== first)];
}

export const vocabulary = {
  tensors: `${source}/ops/elementwise.ts`,
  expressions: `${source}/expression/expression.ts`,
};

/** By path, what mutantsOf finds in each file. */
export function findMutants(root, paths) {
  const find = (path, wanted) => mutantsOf(path, readFileSync(join(root, path), "utf8"), wanted);
  const found = new Map(paths.map((path) => [path, find(path)]));
  const helpers = new Map();
  for (const each of found.values())
    for (const [path, names] of each.helpers)
      helpers.set(path, new Set([...names, ...(helpers.get(path) ?? [])]));
  for (const [path, names] of helpers) if (found.has(path)) found.set(path, find(path, [...names]));
  return found;
}

/** What a file is called in reports: the family of ops, or the name of the file. */
export function familyOf(path) {
  const [, family] = /\/ops\/([^/.]+)/.exec(path) ?? [];
  return family ?? /([^/]+)\.ts$/.exec(path.replace(/functions\/.*/, "functions.ts"))[1];
}
