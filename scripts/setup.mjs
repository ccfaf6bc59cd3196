// One-command set-up: makes `npm start` and `npm test` work in a fresh clone with only Node and npm present.
// Needs no global pnpm and no corepack: installs what pnpm-lock.yaml names, then builds. When nothing changed, a run
// costs the incremental build alone.
//
//   node scripts/setup.mjs                     install if needed, build
//   node scripts/setup.mjs --no-build          install if needed
//   node scripts/setup.mjs --update-lockfile   after editing a package.json: write pnpm-lock.yaml anew
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

process.chdir(dirname(dirname(fileURLToPath(import.meta.url))));

// The newest pnpm that starts on Node 20 and is plain JavaScript. There is no `packageManager` field in package.json
// because corepack and newer pnpm majors act on it and then fail.
const pnpm = "pnpm@10.34.9";

// Deleted first when somebody clears up by hand; if one is missing the stamp below is not believed.
const landmarks = [
  "node_modules/.pnpm",
  "node_modules/typescript/bin/tsc",
  "node_modules/vitest/vitest.mjs",
  "packages/nn/node_modules/@wengert/autograd",
];
const stampFile = "node_modules/.setup-stamp";
const lockFile = ".setup-lock"; // not in node_modules: pnpm may replace that folder

function fail(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}

function run(command, args, { shell = false, env = {} } = {}) {
  const { error, status, signal } = spawnSync(command, args, {
    stdio: ["ignore", "inherit", "inherit"],
    shell,
    env: { ...process.env, ...env },
  });
  if (error) fail(`${command} could not be started: ${error.message}`);
  if (status !== 0) fail(`\`${command} ${args.join(" ")}\` ended with ${status ?? signal}`);
}

/** What is installed is right if it was installed from exactly these bytes. */
function stamp() {
  const hash = createHash("sha256").update(pnpm).update(process.platform).update(process.arch);
  for (const file of ["package.json", "pnpm-workspace.yaml", "pnpm-lock.yaml"])
    hash.update(readFileSync(file));
  return hash.digest("hex");
}

function installed() {
  return (
    existsSync(stampFile) &&
    readFileSync(stampFile, "utf8") === stamp() &&
    landmarks.every((path) => existsSync(path))
  );
}

function install(lockfileFlag) {
  run("npx", ["--yes", pnpm, "install", lockfileFlag, "--reporter=append-only"], {
    shell: process.platform === "win32", // npx is a .cmd file there; all arguments are constants
    env: {
      CI: "true", // pnpm must not ask before it replaces node_modules; without a terminal it would give up
      npm_config_manage_package_manager_versions: "false", // nor swap itself for another version
    },
  });
  writeFileSync(stampFile, stamp());
}

/** Whether the process that wrote the lock file is gone. */
function abandoned() {
  try {
    const holder = Number(readFileSync(lockFile, "utf8"));
    // The file exists for a moment before the number is in it.
    if (holder === 0) return Date.now() - statSync(lockFile).mtimeMs > 10_000;
    process.kill(holder, 0); // signal 0 only asks whether the process exists
    return false;
  } catch (error) {
    return error.code === "ESRCH"; // EPERM: alive, another user's. ENOENT: released just now
  }
}

/** Two set-ups at once (`npm start` in one terminal, `npm test` in another) would write the same files. */
function lock() {
  for (let told = false; ; ) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (abandoned()) rmSync(lockFile, { force: true });
    else {
      if (!told) console.error("setup: waiting for another set-up to end");
      told = true;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250); // sleep
    }
  }
  process.on("exit", () => rmSync(lockFile, { force: true })); // `fail` comes by here too
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
}

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19))
  fail(`Node 20.19 or newer is needed, this is ${process.version}`);

lock();
const option = process.argv[2];
if (option === "--update-lockfile") install("--no-frozen-lockfile");
else if (!installed()) install("--frozen-lockfile");
if (option === undefined) run(process.execPath, ["node_modules/typescript/bin/tsc", "-b"]);
