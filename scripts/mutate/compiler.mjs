// Whether the compiler refuses a mutant: what a rule reads must be saved.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const library = "packages/autograd";

/** A copy of the library elsewhere, in which mutants may be written; `body(refuses)` gets a function of a mutant. */
export function withCompiler(root, body) {
  const house = mkdtempSync(join(tmpdir(), "wengert-mutants-"));
  try {
    mkdirSync(join(house, library), { recursive: true });
    for (const path of [
      "tsconfig.base.json",
      "types",
      ...["src", "tsconfig.json", "package.json"].map((each) => `${library}/${each}`),
    ])
      cpSync(join(root, path), join(house, path), { recursive: true });
    for (const path of ["node_modules", `${library}/node_modules`])
      symlinkSync(join(root, path), join(house, path), "junction");
    return body(({ file, start, end, code }) => {
      const source = readFileSync(join(root, file), "utf8");
      writeFileSync(join(house, file), source.slice(0, start) + code + source.slice(end));
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const { status } = spawnSync(process.execPath, [tsc, "--noEmit", "-p", library], { cwd: house });
      writeFileSync(join(house, file), source);
      return status !== 0;
    });
  } finally {
    rmSync(house, { recursive: true });
  }
}
