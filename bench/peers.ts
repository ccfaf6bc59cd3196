/** Who takes part, and how each is started. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Command, Peer } from "./peer.js";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const sources = here("../peers/");

/** The first Python that has `module`. */
function pythonWith(module: string): string | undefined {
  return ["python3", "/usr/bin/python3"].find(
    (each) => spawnSync(each, ["-c", `import ${module}`]).status === 0,
  );
}

/** Installs the packages of peers/package.json, once. They are not part of the workspace: they are 70 MB. */
function installed(): boolean {
  const lock = readFileSync(`${sources}package-lock.json`, "utf8");
  const stamp = `${sources}node_modules/.installed`;
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lock) return true;
  console.log("installing the peers in bench/peers");
  const { status } = spawnSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: sources,
    stdio: ["ignore", "ignore", "inherit"],
    shell: process.platform === "win32", // npm is a .cmd file there; all arguments are constants
  });
  if (status === 0) writeFileSync(stamp, lock);
  return status === 0;
}

interface Candidate {
  readonly name: string;
  readonly command: () => Command | undefined;
  /** Why there is no command. */
  readonly missing: string;
  readonly kinds?: readonly string[];
}

const python = (module: string, ...args: readonly [string, ...string[]]) => {
  return (): Command | undefined => {
    const program = pythonWith(module);
    // -B: leave no compiled files among the sources.
    return program === undefined ? undefined : [program, "-B", `${sources}${args[0]}`, ...args.slice(1)];
  };
};
const script = (...args: readonly [string, ...string[]]) => {
  return (): Command | undefined =>
    installed() ? [process.execPath, `${sources}${args[0]}`, ...args.slice(1)] : undefined;
};
const noTorch = "PyTorch is not installed (python3 -c 'import torch')";
const noPackage = "the packages of bench/peers could not be installed";

const wengert = [process.execPath, here("peers/wengert.js")] as const;

const candidates: readonly Candidate[] = [
  { name: "wengert-loop", command: () => [...wengert, "loop"], missing: "", kinds: ["minCharRnn"] },
  { name: "torch", command: python("torch", "torch_peer.py"), missing: noTorch },
  {
    name: "torch-nn",
    command: python("torch", "torch_peer.py", "nn"),
    missing: noTorch,
    kinds: ["minCharRnn", "lstm"],
  },
  {
    name: "numpy",
    command: python("numpy", "numpy_peer.py"),
    missing: "NumPy is not installed (python3 -c 'import numpy')",
    kinds: ["minCharRnn"],
  },
  { name: "tfjs-cpu", command: script("tfjs.mjs", "cpu"), missing: noPackage },
  { name: "tfjs-wasm", command: script("tfjs.mjs", "wasm"), missing: noPackage },
  { name: "jax-eager", command: script("jax.mjs", "eager"), missing: noPackage },
  { name: "jax-jit", command: script("jax.mjs", "jit"), missing: noPackage },
];

/** Whether `wanted` means `name`: by its whole name, or what stands before a hyphen of it. */
export function means(wanted: string, name: string): boolean {
  return name === wanted || name.startsWith(`${wanted}-`);
}

/** The peers that `wanted` names, all by default. Says of those that are not there why. */
export function choosePeers(wanted: readonly string[] | undefined): Peer[] {
  const stranger = wanted?.find((each) => !candidates.some(({ name }) => means(each, name)));
  if (stranger !== undefined)
    throw new Error(
      `no peer is called ${stranger}; there are ${candidates.map(({ name }) => name).join(", ")}`,
    );
  const absent = new Set<string>();
  const peers = candidates
    .filter(({ name }) => wanted?.some((each) => means(each, name)) ?? true)
    .flatMap(({ name, command, missing, kinds }) => {
      const found = absent.has(missing) ? undefined : command();
      if (found === undefined && !absent.has(missing)) console.log(missing);
      if (found === undefined) absent.add(missing);
      return found === undefined ? [] : [new Peer(name, found, kinds)];
    });
  return peers;
}

export function wengertPeer(): Peer {
  return new Peer("wengert", wengert);
}
