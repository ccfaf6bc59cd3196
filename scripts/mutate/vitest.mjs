// Stands in for "vitest" where tests are run again and again without being loaded again: it only collects them.
// What they expect is asked of vitest itself.
import { format } from "node:util";

export const { expect, expectTypeOf, vi } = globalThis.$vitest;

const collected = { groups: [], stack: [] };

/** A group is what stands on the top level of a file: a `describe`, or a test. Returns those of the files loaded since. */
export function takeGroups() {
  return collected.groups.splice(0);
}

const inner = () => collected.stack.at(-1);

function enter(name, body) {
  const group = { name, tests: [], before: [], after: [] };
  if (inner() === undefined) collected.groups.push(group);
  else inner().tests.push(group);
  collected.stack.push(group);
  body?.();
  collected.stack.pop();
}

function add(name, ...rest) {
  const run = rest.find((each) => typeof each === "function");
  if (inner() === undefined) enter(name, () => inner().tests.push({ name, run }));
  else inner().tests.push({ name, run });
}

/** `"%s of %i"` or `"$name"` with what a row holds. */
function titled(name, row) {
  const values = Array.isArray(row) ? row : [row];
  const named = name.replaceAll(/\$(\w+)/g, (whole, key) => String(row?.[key] ?? whole));
  const count = (named.match(/%[sdifjo]/g) ?? []).length;
  return format(named, ...values.slice(0, count));
}

const each =
  (one) =>
  (table) =>
  (name, ...rest) => {
    for (const row of table) {
      const body = rest.find((part) => typeof part === "function");
      one(titled(name, row), () => (Array.isArray(row) ? body(...row) : body(row)));
    }
  };

const nothing = Object.assign(() => {}, { each: () => () => {} });

function makeApi(one) {
  const api = (...parameters) => one(...parameters);
  api.each = each(one);
  api.skip = nothing;
  api.runIf = (condition) => (condition ? api : nothing);
  api.skipIf = (condition) => (condition ? nothing : api);
  return api;
}

export const describe = makeApi(enter);
export const test = makeApi(add);
export { test as it };

const around = (key) => (run) => inner()?.[key].push(run);
export const beforeEach = around("before");
export const afterEach = around("after");
// Once, in its place among the tests.
const once = (name) => (run) => inner()?.tests.push({ name, run });
export const beforeAll = once("beforeAll");
export const afterAll = once("afterAll");
