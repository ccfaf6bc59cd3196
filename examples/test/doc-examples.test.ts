import { readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

// Written by scripts/doc-examples.mjs, which `npm test` runs first.
const folder = new URL("doc-examples/", import.meta.url);
const files = readdirSync(folder);

beforeAll(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterAll(() => {
  vi.restoreAllMocks();
});

test.each(files)("the examples of %s run", async (file) => {
  await expect(import(new URL(file, folder).href)).resolves.toBeDefined();
});
