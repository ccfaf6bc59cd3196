import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { decodeSafetensors } from "@wengert/autograd";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fileOf, sessions } from "./new-process/sessions.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "optim-"));
  for (const [name, make] of Object.entries(sessions)) {
    const session = make();
    session.run(50);
    writeFileSync(join(folder, fileOf(name, 50)), session.save());
  }
  const main = fileURLToPath(new URL("new-process/main.mjs", import.meta.url));
  execFileSync(process.execPath, [main, folder], { stdio: ["ignore", "ignore", "inherit"] });
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const contents = (file: Uint8Array) => {
  const { tensors, metadata } = decodeSafetensors(file);
  const numbers = [...tensors].map(([name, x]) => [name, x.dtype, x.toArray()] as const);
  return { numbers: numbers.sort(([a], [b]) => (a < b ? -1 : 1)), data: metadata.get("data") };
};

describe("a training that goes on in a new process ends with the same bits", () => {
  test.each(Object.entries(sessions))("%s", (name, make) => {
    const whole = make();
    whole.run(100);
    const resumed = contents(readFileSync(join(folder, fileOf(name, 100))));
    expect(resumed).toEqual(contents(whole.save()));
    const half = contents(readFileSync(join(folder, fileOf(name, 50))));
    expect(resumed.numbers).not.toEqual(half.numbers);
  });
});
