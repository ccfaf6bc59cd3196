/** Samples of the ops in ops/attention.ts. */
import type * as family from "../src/ops/attention.js";
import type { HelpersOfFamily, SamplesOfFamily } from "./sample.js";

export const samples: SamplesOfFamily<typeof family> = {};

export const helpers: HelpersOfFamily<typeof family> = {};
