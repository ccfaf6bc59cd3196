// Runs tests over instrumented sources, in this process and without loading anything twice.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as vitest from "vitest";
import { createViteServer } from "vitest/node";
import { instrument } from "./instrument.mjs";
import { makeSwitchboard } from "./switchboard.mjs";

const standIn = fileURLToPath(new URL("vitest.mjs", import.meta.url));

/** The tests of a group, with what is to run before and after each. */
function* testsIn({ tests, before, after }, outer = { title: "", before: [], after: [] }) {
  const here = { before: [...outer.before, ...before], after: [...after, ...outer.after] };
  for (const { name, run, ...inner } of tests) {
    const title = `${outer.title}${name}`;
    if (run) yield { title, run, ...here };
    else yield* testsIn(inner, { title: `${title} > `, ...here });
  }
}

/**
 * Loads test files over sources with mutants in them; nothing is written anywhere.
 *
 * @param root the folder that all paths start from
 * @param files by path, what mutantsOf found in it
 * @param tests paths of test files
 * @param vocabulary paths of the modules that mutants may take functions from
 */
export async function makeBench({ root, files, tests, vocabulary }) {
  const $m = makeSwitchboard();
  globalThis.$m = $m;
  globalThis.$vitest = vitest; // which the stand-in could not import: it would find itself
  const plugin = {
    name: "mutants",
    enforce: "pre",
    resolveId: (name) => (name === "vitest" ? standIn : undefined),
    transform(_code, id) {
      const file = relative(root, id);
      const found = files.get(file);
      // The text on disk, which is what the places of mutants refer to.
      return found === undefined ? undefined : instrument(file, readFileSync(id, "utf8"), found);
    },
  };
  const server = await createViteServer({
    root,
    configFile: false,
    appType: "custom",
    logLevel: "error",
    plugins: [plugin],
    ssr: { noExternal: ["vitest"] }, // or nobody would be asked where it is
    server: { middlewareMode: true, watch: null, ws: false, hmr: false, fs: { strict: false } },
    optimizeDeps: { noDiscovery: true },
  });
  const load = (path) => server.ssrLoadModule(`/${path}`);
  const groups = new Map();
  const { takeGroups } = await server.ssrLoadModule(standIn);
  for (const test of tests) {
    await load(test);
    for (const group of takeGroups()) {
      const name = `${test} > ${group.name}`;
      groups.set(groups.has(name) ? `${name} (${groups.size})` : name, group);
    }
  }
  for (const [word, path] of Object.entries(vocabulary)) $m[word] = await load(path);

  /** Runs the tests of a group until `stop` says that it has seen enough of what fails. */
  async function run(name, { onTest, stop, skip = [] }) {
    const group = groups.get(name);
    for (const { title, run, before, after } of testsIn(group)) {
      // A test on the top level is a group of its own.
      const full = title === group.name ? name : `${name} > ${title}`;
      if (skip.includes(full)) continue;
      onTest();
      try {
        for (const each of before) await each();
        await run();
      } catch (error) {
        const [line] = String(error?.message ?? error).split("\n");
        if (stop({ test: full, problem: line.slice(0, 200) })) return;
      } finally {
        for (const each of after) await each();
      }
    }
  }

  return {
    groups: [...groups.keys()],

    /**
     * Runs groups as they are, and tells of each how long it took, which mutants it met, and which of its tests fail
     * without any.
     */
    async record(names, onTest = () => {}) {
      const found = [];
      for (const name of names) {
        $m.activate(undefined);
        const start = performance.now();
        const failing = [];
        $m.record(true);
        await run(name, { onTest, stop: (failure) => void failing.push(failure) });
        found.push({ name, failing, hits: [...$m.record(false)], ms: performance.now() - start });
      }
      return found;
    },

    /** Runs groups with a mutant, without the tests in `skip`, until one fails. Returns that, or undefined. */
    async tryOut(id, names, skip = [], onTest = () => {}) {
      let caught;
      const stop = (failure) => {
        caught = failure;
        return true;
      };
      $m.activate(id);
      try {
        for (const name of names) {
          await run(name, { onTest, stop, skip });
          if (caught) break;
        }
        return caught;
      } finally {
        $m.activate(undefined);
      }
    },

    close: () => server.close(),
  };
}
