/** The workloads: read from workloads.json, with the raw kernels of W6 written out. */
import { readFileSync } from "node:fs";

/** What a tensor holds before the first step: one number, numbers in ±within, or integers from 0 to below. */
export type Filling = {
  readonly shape: readonly number[];
} & ({ readonly fill: number } | { readonly within: number } | { readonly below: number });

export interface OptimizerSpec {
  readonly name: "sgd" | "adam" | "adagrad";
  readonly lr: number;
  readonly momentum?: number;
  readonly eps?: number;
}

/** What every peer is told of a workload. */
export interface Workload {
  readonly title: string;
  /** The name of the function that makes it, in each peer. */
  readonly kind: string;
  /** What is trained, in the order in which the optimizer has it. */
  readonly parameters: Readonly<Record<string, Filling>>;
  /** What a step reads; there are `batches` of each, taken in turn. */
  readonly data: Readonly<Record<string, Filling>>;
  readonly batches: number;
  readonly optimizer?: OptimizerSpec;
  readonly ops?: number;
  readonly clip?: number;
}

/** All workloads by name, in order. */
export function readWorkloads(folder: string): ReadonlyMap<string, Workload> {
  const written = JSON.parse(readFileSync(`${folder}workloads.json`, "utf8")) as Record<string, Workload>;
  return new Map(Object.entries(written));
}
