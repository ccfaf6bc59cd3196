/**
 * Runs the workloads side by side: every peer on one core, in turn, round after round, so that what else the machine
 * does falls on all of them. Prints medians and the ratio to each peer, round by round.
 *
 *   npm run bench -- [--only W3,W1-scalar] [--quick] [--json FILE]
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: { only: { type: "string" }, quick: { type: "boolean", default: false }, json: { type: "string" } },
});
const folder = fileURLToPath(new URL("..", import.meta.url));
const workloads = JSON.parse(readFileSync(`${folder}workloads.json`, "utf8")) as Record<
  string,
  { title: string }
>;
const rounds = options.quick ? 3 : 9;
const seconds = options.quick ? 0.3 : 1;

interface Answer {
  readonly ms: number[];
  readonly losses: number[];
}

class Peer {
  private readonly child: ChildProcess;
  private readonly answers: AsyncIterator<string>;
  private readonly lines: Interface;

  constructor(
    readonly name: string,
    command: readonly [string, ...string[]],
  ) {
    // A process pinned to one core pays for its garbage collector and compiler itself.
    const pinned = spawnSync("taskset", ["-c", "0", "true"]).status === 0;
    const [program, ...args] = pinned ? (["taskset", "-c", "0", ...command] as const) : command;
    // PyTorch may use what the processor has, whatever this machine presets.
    const { OPENBLAS_CORETYPE: _core, OPENBLAS_L2_SIZE: _size, ...env } = process.env;
    this.child = spawn(program, args, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...env, OMP_NUM_THREADS: "1" },
    });
    if (this.child.stdout === null) throw new Error(`${name} has no output`);
    this.lines = createInterface(this.child.stdout);
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  async run(workload: string, duration: number): Promise<Answer> {
    this.child.stdin?.write(`${JSON.stringify({ workload, seconds: duration })}\n`);
    const { value, done } = await this.answers.next();
    if (done === true) throw new Error(`${this.name} ended on ${workload}`);
    return JSON.parse(value as string) as Answer;
  }

  stop(): void {
    this.child.stdin?.end();
    this.lines.close();
  }
}

function summary(numbers: readonly number[]): { median: number; min: number; max: number } {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (i: number): number => sorted[i] ?? Number.NaN;
  return { median: at(sorted.length >> 1), min: at(0), max: at(sorted.length - 1) };
}

function median(numbers: readonly number[]): number {
  return summary(numbers).median;
}

const python = ["python3", "/usr/bin/python3"].find(
  (each) => spawnSync(each, ["-c", "import torch"]).status === 0,
);
const wengert = new Peer("wengert", [
  process.execPath,
  fileURLToPath(new URL("peers/wengert.js", import.meta.url)),
]);
const peers = python === undefined ? [] : [new Peer("torch", [python, `${folder}peers/torch_peer.py`])];
if (python === undefined)
  console.log("PyTorch is not installed (python3 -c 'import torch'): measuring Wengert alone.");

const names = options.only?.split(",") ?? Object.keys(workloads);
const rows: unknown[] = [];
const line = (...cells: string[]): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(12) : cell.padStart(16))).join("");
console.log(line("workload", "wengert ms", "peer", "its ms", "ratio", "spread"));
for (const name of names) {
  // Warm-up: compilers and caches, and the first losses, which must agree or somebody computes something else.
  const ours = await wengert.run(name, 2 * seconds);
  const theirs = await Promise.all(peers.map((peer) => peer.run(name, 2 * seconds)));
  theirs.forEach(({ losses }, i) =>
    losses.forEach((loss, step) => {
      const own = ours.losses[step] ?? Number.NaN;
      if (!(Math.abs(loss - own) <= 1e-4 * Math.abs(loss)))
        throw new Error(
          `${name}: loss ${step} is ${own}, ${peers[i]?.name}'s is ${loss}; they do not compute the same`,
        );
    }),
  );
  const times: { own: number; peers: number[] }[] = [];
  for (let round = 0; round < rounds; round++) {
    const own = median((await wengert.run(name, seconds)).ms);
    const others: number[] = [];
    for (const peer of peers) others.push(median((await peer.run(name, seconds)).ms));
    times.push({ own, peers: others });
  }
  const own = summary(times.map((each) => each.own));
  rows.push({ workload: name, peer: "wengert", ms: own });
  if (peers.length === 0) console.log(line(name, own.median.toFixed(3)));
  peers.forEach((peer, i) => {
    const ms = summary(times.map((each) => each.peers[i] ?? Number.NaN));
    const ratio = summary(times.map((each) => each.own / (each.peers[i] ?? Number.NaN)));
    rows.push({ workload: name, peer: peer.name, ms, ratio });
    const spread = `${ratio.min.toFixed(2)}-${ratio.max.toFixed(2)}`;
    console.log(
      line(name, own.median.toFixed(3), peer.name, ms.median.toFixed(3), ratio.median.toFixed(2), spread),
    );
  });
}
wengert.stop();
for (const peer of peers) peer.stop();
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
