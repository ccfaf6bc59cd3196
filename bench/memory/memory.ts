/** W7: how memory grows over many training steps. */
import { rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { outputOf } from "../peer.js";
import type { Workload } from "../workload.js";

/** Of one kind of memory: its growth in the second half of the steps, and what it came to. */
export interface Growth {
  readonly bytesPerStep: number;
  readonly bytes: number;
}

export interface MemoryRow {
  readonly workload: string;
  readonly peer: "wengert";
  readonly steps: number;
  readonly rss: Growth;
  readonly heapUsed: Growth;
  readonly arrayBuffers: Growth;
}

const watcher = fileURLToPath(new URL("watch.js", import.meta.url));

export function watchMemory(name: string, workload: Workload, inputs: string, steps: number): MemoryRow {
  const specification = `${inputs}.json`;
  writeFileSync(specification, JSON.stringify(workload));
  try {
    const text = outputOf([process.execPath, "--expose-gc", watcher, specification, inputs, String(steps)]);
    return { workload: name, peer: "wengert", ...(JSON.parse(text) as Omit<MemoryRow, "workload" | "peer">) };
  } finally {
    rmSync(specification);
  }
}
