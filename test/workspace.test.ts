// What the repository promises about itself: it installs from any registry, on Node 20.19, and the rules of the house
// are really enforced.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import semver from "semver";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly packageManager?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifest = (...folder: string[]) =>
  JSON.parse(readFileSync(join(root, ...folder, "package.json"), "utf8")) as Manifest;

const libraries = readdirSync(join(root, "packages"));
const folders = [".", "examples", "bench", ...libraries.map((name) => join("packages", name))];

/** The packages that are installed here, each once. */
function installed(): Manifest[] {
  const store = join("node_modules", ".pnpm");
  return readdirSync(join(root, store)).flatMap((entry) => {
    // A package lies in a folder of its own, beside links to what it depends on.
    const [, scope, name] = /^(?:(@[^+]+)\+)?([^@]+)@/.exec(entry) ?? [];
    if (name === undefined) return []; // pnpm's own files
    return [manifest(store, entry, "node_modules", scope ?? "", name)];
  });
}

describe("installing", () => {
  test("the lock file names no registry", () => {
    const lines = readFileSync(join(root, "pnpm-lock.yaml"), "utf8").split("\n");
    expect(lines.filter((line) => /:\/\/|tarball:|registry/.test(line))).toEqual([]);
  });

  // Corepack and newer majors of pnpm act on the field, and then fail (see scripts/setup.mjs).
  test.each(folders)("%s has no packageManager field", (folder) => {
    expect(manifest(folder).packageManager).toBeUndefined();
  });

  test("every installed package runs on Node 20.19", () => {
    const packages = installed();
    expect(packages.length).toBeGreaterThan(50);
    const refusing = packages.filter(({ engines }) => !semver.satisfies("20.19.0", engines?.["node"] ?? "*"));
    expect(refusing.map(({ name, version, engines }) => `${name}@${version}: ${engines?.["node"]}`)).toEqual(
      [],
    );
  });
});

describe("dependencies", () => {
  test("autograd needs ndarray alone", () => {
    expect(Object.keys(manifest("packages", "autograd").dependencies ?? {})).toEqual(["ndarray"]);
  });

  test.each(["nn", "optim"])("%s needs autograd alone", (name) => {
    expect(Object.keys(manifest("packages", name).dependencies ?? {})).toEqual(["@wengert/autograd"]);
  });

  test("datasets needs libraries for images, compression, affine maps and preprocessing besides", () => {
    expect(Object.keys(manifest("packages", "datasets").dependencies ?? {})).toEqual([
      "@types/ndarray",
      "@wengert/autograd",
      "fast-png",
      "fflate",
      "gl-matrix",
      "ndarray",
      "ndarray-ops",
    ]);
  });
});
