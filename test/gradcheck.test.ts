import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { namesByFamily } from "../scripts/gradcheck/verdict.js";
import { walk } from "../scripts/gradcheck/walk.js";

/** What `npm run gradcheck` says of these words. */
function said(words: readonly string[], isTTY = false): { readonly ok: boolean; readonly text: string } {
  const written: string[] = [];
  const ok = walk(words, { isTTY, write: (text) => written.push(text) });
  return { ok, text: written.join("") };
}

describe("npm run gradcheck", () => {
  test("has a line for each op, and says why where nothing was compared", () => {
    const { ok, text } = said(["neg", "floor", "equal", "oneHot", "rand", "neg"]);
    expect(ok).toBe(true);
    expect(text.split("\n").slice(2)).toEqual([
      "        samples    first   second  forward",
      expect.stringMatching(/^neg {10}\d\d( +\d\.\de[+-]\d+){3}$/),
      expect.stringMatching(
        /^floor {8}\d\d {3}0\.0e\+0 {8}- {3}0\.0e\+0 {2}no derivative: it is constant between its jumps$/,
      ),
      "equal   no derivative: its results are no floats",
      "oneHot  no derivative: its inputs are no floats",
      "rand    not checked: it has no gradient",
      expect.stringMatching(/^5 ops and functions, \d\d samples, .* s: all agree$/),
      "",
    ]);
  });

  test("says why an op has no second derivative", () => {
    const { ok, text } = said(["spectralRadius"]);
    expect(ok).toBe(true);
    expect(text).toMatch(
      /^spectralRadius +\d\d +\d\.\de-\d+ {8}- +\d\.\de-\d+ {2}no second derivative: that of the projector/m,
    );
  });

  test("takes families, too", { timeout: 30_000 }, () => {
    const { ok, text } = said(["rounding"]);
    expect(ok).toBe(true);
    for (const name of namesByFamily.get("rounding")!) expect(text).toContain(`\n${name} `);
  });

  test("tells near names where one is unknown, and checks nothing", () => {
    expect(said(["mul", "matmull", "poolin"])).toEqual({
      ok: false,
      text: [
        "gradcheck: no op, function or family is called matmull; is it matmul?\n",
        "gradcheck: no op, function or family is called poolin; is it pooling?\n",
      ].join(""),
    });
    expect(said(["quux"]).text).toMatch(/; there are the families identity, .*, and the names of/);
  });

  test("shows a terminal what is being checked, and takes it away", () => {
    const { text } = said(["equal"], true);
    expect(text).toContain("\nequal … 1 of 1\r              \requal  no derivative");
  });

  const run = (...flags: string[]) =>
    spawnSync(process.execPath, flags, {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      encoding: "utf8",
    });

  test("ends well where all is right", { timeout: 60_000 }, () => {
    const { status, stdout, stderr } = run("scripts/gradcheck.mjs", "neg", "equal");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^neg .*\nequal .*\n2 ops and functions, .*: all agree$/m);
  });

  test("ends badly where a rule is wrong", { timeout: 60_000 }, () => {
    const planted = `
      import { gradcheck, withSources } from "./scripts/gradcheck.mjs";
      await withSources(async (load) => {
        const { opTable } = await load("packages/autograd/src/ops/table.ts");
        const { op } = opTable.get("linear");
        op.rules = [({ g }) => g, ...op.rules.slice(1)];
        await gradcheck(load, ["neg", "linear"]);
      });
    `;
    const { status, stdout } = run("--input-type=module", "-e", planted);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^neg .*\nlinear {2}WRONG\n {2}linear\/[\s\S]*\n2 ops and functions, .*: WRONG: linear$/m,
    );
  });
});
