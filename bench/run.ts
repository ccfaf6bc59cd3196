/**
 * Runs the workloads side by side, and prints medians and the ratio of Wengert's time to each peer's.
 *
 *   npm run bench -- [--only W3,W6] [--quick] [--peers torch,jax] [--clock cpu] [--json FILE]
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { contest, type Effort, type Row } from "./contest.js";
import { writeInputs } from "./inputs.js";
import { type Growth, type MemoryRow, watchMemory } from "./memory/memory.js";
import { pinned } from "./peer.js";
import { choosePeers, means, wengertPeer } from "./peers.js";
import type { Summary } from "./statistics.js";
import { readWorkloads } from "./workloads.js";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    peers: { type: "string" },
    clock: { type: "string", default: "wall" },
    json: { type: "string" },
  },
});
const { clock } = options;
if (clock !== "wall" && clock !== "cpu") throw new Error(`the clock is ${clock}; it must be wall or cpu`);
const effort: Effort = options.quick
  ? { rounds: 3, seconds: 0.3, budget: 10, patience: 60, clock }
  : { rounds: 9, seconds: 1, budget: 60, patience: 300, clock };

const list = (text: string | undefined): string[] | undefined =>
  text?.split(",").filter((each) => each !== "");
const all = readWorkloads(fileURLToPath(new URL("..", import.meta.url)));
const only = list(options.only) ?? [...all.keys()];
const stranger = only.find((each) => ![...all.keys()].some((name) => means(each, name)));
if (stranger !== undefined)
  throw new Error(`no workload is called ${stranger}; there are ${[...all.keys()].join(", ")}`);
const names = [...all.keys()].filter((name) => only.some((each) => means(each, name)));

const number = (x: number): string => (x >= 100 ? x.toFixed(0) : x.toPrecision(3));
const spread = ({ min, max }: Summary): string => `${number(min)} – ${number(max)}`;
const line = (...cells: readonly string[]): string =>
  cells.map((cell, i) => (i < 2 ? cell.padEnd(i === 0 ? 30 : 10) : cell.padStart(i % 2 ? 16 : 9))).join(" ");

function show({ workload, peer, ms, ratio, rounds, share, rate, error }: Row): void {
  if (ms === undefined) console.log(`${line(workload, peer)} ${error}`);
  else {
    const cells = [workload, peer, number(ms.median), spread(ms)];
    cells.push(ratio === undefined ? "" : number(ratio.median), ratio === undefined ? "" : spread(ratio));
    const notes = [];
    if (rate !== undefined) {
      const percent = ((100 * rate.value) / rate.ceiling).toFixed(0);
      notes.push(`${number(rate.value)} ${rate.unit}, ${percent} % of ${number(rate.ceiling)}`);
    }
    if (rounds !== effort.rounds) notes.push(`${rounds} of ${effort.rounds} rounds`);
    if (share !== undefined && share < 0.9) notes.push(`had ${(100 * share).toFixed(0)} % of its core`);
    console.log(line(...cells), notes.join(", "));
  }
}

function showMemory({ workload, peer, steps, rss, heapUsed, arrayBuffers }: MemoryRow): void {
  const text = (name: string, { bytes, bytesPerStep }: Growth): string =>
    `${name} ${(bytes / 1e6).toFixed(1)} MB, ${bytesPerStep >= 0 ? "+" : ""}${bytesPerStep.toFixed(0)} B a step`;
  const parts = [text("RSS", rss), text("heap", heapUsed), text("array buffers", arrayBuffers)];
  console.log(`${line(workload, peer)} over ${steps} steps: ${parts.join("; ")}`);
}

const load = (): string =>
  loadavg()
    .map((each) => each.toFixed(1))
    .join(" ");
const peers = choosePeers(list(options.peers));
const wengert = wengertPeer();
const folder = mkdtempSync(join(tmpdir(), "wengert-bench-"));
console.log(
  `${cpus()[0]?.model ?? "unknown processor"}, ${pinned ? "one core" : "not pinned to a core"}, ${clock} time, load ${load()}`,
);
const warnings = new Map<string, string[]>();
for (const peer of [wengert, ...peers])
  try {
    const { about, warning } = await peer.about(effort.patience);
    console.log(`${peer.name}: ${about}`);
    if (warning) warnings.set(warning, [...(warnings.get(warning) ?? []), peer.name]);
  } catch (error) {
    console.log(`${peer.name}: ${error instanceof Error ? error.message : String(error)}`);
  }
for (const [warning, of] of warnings) console.log(`Warning: ${of.join(", ")}: ${warning}`);
console.log(line("workload", "peer", "ms", "min – max", "ratio", "min – max"));
const rows: (Row | MemoryRow)[] = [];
const inputsOf = (name: string): string => join(folder, `${name}.safetensors`);

/** What is known is written at once: a later workload may take long, or be interrupted. */
function finish(name: string, found: readonly (Row | MemoryRow)[]): void {
  rows.push(...found);
  rmSync(inputsOf(name));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`);
}

try {
  for (const name of names) {
    const workload = all.get(name);
    if (workload === undefined) continue;
    const inputs = inputsOf(name);
    writeInputs(inputs, workload);
    if (workload.memory !== undefined) {
      const { steps } = workload.memory;
      const row = watchMemory(name, workload, inputs, options.quick ? steps / 10 : steps);
      showMemory(row);
      finish(name, [row]);
      continue;
    }
    const able = peers.filter(
      ({ name, kinds }) =>
        (kinds?.includes(workload.kind) ?? true) && (workload.peers?.some((each) => each === name) ?? true),
    );
    const found = await contest(name, workload, inputs, wengert, able, effort);
    for (const row of found) show(row);
    finish(name, found);
  }
} finally {
  for (const peer of [wengert, ...peers]) peer.stop();
  rmSync(folder, { recursive: true, force: true });
}
console.log(`load ${load()}`);
