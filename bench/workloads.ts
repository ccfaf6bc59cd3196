/** The workloads: read from workloads.json, with the raw kernels of W6 written out. */
import { readFileSync } from "node:fs";
import { type RawSpec, rawWorkloads } from "./raw-workloads.js";
import type { Workload } from "./workload.js";

/** What workloads.json says of W7: workloads whose memory is watched. */
interface MemorySpec {
  readonly of: readonly string[];
  readonly steps: number;
}

/** All workloads by name, in order. */
export function readWorkloads(folder: string): ReadonlyMap<string, Workload> {
  const { W6, W7, ...training } = JSON.parse(readFileSync(`${folder}workloads.json`, "utf8")) as Record<
    string,
    Workload
  > & { W6: RawSpec; W7: MemorySpec };
  const watched = W7.of.map((name): [string, Workload] => {
    const workload = training[name];
    if (workload === undefined) throw new Error(`W7: no workload is called ${name}`);
    return [`W7-${name}`, { ...workload, memory: { steps: W7.steps } }];
  });
  return new Map([...Object.entries(training), ...rawWorkloads(W6), ...watched]);
}
