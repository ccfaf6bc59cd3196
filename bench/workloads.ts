/** The workloads: read from workloads.json, with the raw kernels of W6 written out. */
import { readFileSync } from "node:fs";
import { type RawSpec, rawWorkloads } from "./raw-workloads.js";
import type { Workload } from "./workload.js";

/** All workloads by name, in order. */
export function readWorkloads(folder: string): ReadonlyMap<string, Workload> {
  const { W6, ...training } = JSON.parse(readFileSync(`${folder}workloads.json`, "utf8")) as Record<
    string,
    Workload
  > & { W6: RawSpec };
  return new Map([...Object.entries(training), ...rawWorkloads(W6)]);
}
