/** The workloads by kind, as programs of Wengert. */

import type { Workload } from "../../workload.js";
import type { Inputs, Program } from "../serve.js";
import { rawKinds } from "./raw.js";
import { trainingKinds } from "./training.js";

const kinds: ReadonlyMap<string, (workload: Workload, inputs: Inputs) => Program> = new Map([
  ...Object.entries(trainingKinds),
  ...Object.entries(rawKinds),
]);

export function makeProgram(workload: Workload, inputs: Inputs): Program {
  const make = kinds.get(workload.kind);
  if (make === undefined) throw new Error(`no kind of workload is called ${workload.kind}`);
  return make(workload, inputs);
}
