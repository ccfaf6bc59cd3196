// Would the packages work for somebody who installs them? publint and attw look at the packed files as a stranger's
// Node and TypeScript would see them; knip finds files, exports and dependencies that nothing uses.
// Not part of `npm test`: slow, and of use before a release only.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

const commands = readdirSync("packages").flatMap((name) => [
  // npm packs: pnpm need not be on the path.
  ["publint", `packages/${name}`, "--strict", "--pack", "npm"],
  // The packages are ES modules only, as their documentation says.
  ["attw", "--pack", `packages/${name}`, "--profile", "esm-only"],
]);
commands.push(["knip"]);

let failed = 0;
for (const [tool, ...args] of commands) {
  console.log(`\n> ${tool} ${args.join(" ")}`);
  // The tools are .cmd files on Windows, hence the shell; all arguments are constants.
  const { status } = spawnSync(tool, args, { stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) failed += 1;
}
process.exitCode = failed > 0 ? 1 : 0;
