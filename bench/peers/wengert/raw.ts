import type { Workload } from "../../workloads.js";
import type { Inputs, Program } from "../serve.js";

export const rawKinds: Readonly<Record<string, (workload: Workload, inputs: Inputs) => Program>> = {};
