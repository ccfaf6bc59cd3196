// `npm test`: set-up, types, lint, tests. Whatever happens, the last line is `N passed, N failed`, alone; a check that
// fails counts as one failure. Arguments go to vitest: `npm test -- packages/nn`, `npm test -- -t softmax`.
import { spawnSync } from "node:child_process";

/** Runs a command; returns whether it succeeded. */
function run(command, ...args) {
  // npm is a .cmd file on Windows, hence the shell; all arguments are constants.
  return (
    spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"], shell: process.platform === "win32" })
      .status === 0
  );
}

/** Runs the tests; counts what passed and what failed. A file that could not be loaded is a failure too. */
async function runTests(args) {
  const { parseCLI, startVitest } = await import("vitest/node"); // not there before the set-up
  const { filter, options } = parseCLI(["vitest", "run", ...args]);
  const vitest = await startVitest("test", filter, options);
  const tally = { passed: 0, failed: vitest.state.getUnhandledErrors().length };
  for (const module of vitest.state.getTestModules()) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === "passed") tally.passed += 1;
      else if (state !== "skipped") failedHere += 1; // "failed", or "pending": begun and never ended
    }
    // A hook or an import may fail while no test does.
    tally.failed += Math.max(failedHere, module.ok() ? 0 : 1);
  }
  await vitest.close();
  return tally;
}

let tally = { passed: 0, failed: 0 };
let failedChecks = 0;
if (run("node", "scripts/setup.mjs", "--no-build")) {
  run("node", "scripts/doc-examples.mjs");
  for (const check of ["typecheck", "lint"]) {
    if (!run("npm", "run", "--silent", check)) {
      failedChecks += 1;
      console.error(`\n\`npm run ${check}\` failed\n`);
    }
  }
  try {
    tally = await runTests(process.argv.slice(2));
  } catch (error) {
    failedChecks += 1; // an option or a configuration that vitest refuses
    console.error(error);
  }
} else failedChecks += 1;

const failed = tally.failed + failedChecks;
console.log(`${tally.passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || tally.passed === 0 ? 1 : 0;
