/** Samples of the ops in ops/statistics.ts. */
import type * as family from "../src/ops/statistics.js";
import type { HelpersOfFamily, SamplesOfFamily } from "./sample.js";

export const samples: SamplesOfFamily<typeof family> = {};

export const helpers: HelpersOfFamily<typeof family> = {};
