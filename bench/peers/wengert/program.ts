/** The workloads by kind, as programs of Wengert. */

import type { Workload } from "../../workload.js";
import type { Inputs, Program } from "../serve.js";
import { rawKinds } from "./raw.js";
import { steppedKinds, trainingKinds } from "./training.js";

type Make = (workload: Workload, inputs: Inputs) => Program;

const choosing =
  (...all: readonly Readonly<Record<string, Make>>[]) =>
  (workload: Workload, inputs: Inputs): Program => {
    const make = new Map(all.flatMap((kinds) => Object.entries(kinds))).get(workload.kind);
    if (make === undefined) throw new Error(`no kind of workload is called ${workload.kind}`);
    return make(workload, inputs);
  };

export const makeProgram: Make = choosing(trainingKinds, rawKinds);

/** With steps of recurrent networks in single operations. */
export const makeSteppedProgram: Make = choosing(steppedKinds);
