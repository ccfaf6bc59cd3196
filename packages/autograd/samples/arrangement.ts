/** Samples of the ops in ops/arrangement.ts. */
import type * as family from "../src/ops/arrangement.js";
import type { HelpersOfFamily, SamplesOfFamily } from "./sample.js";

export const samples: SamplesOfFamily<typeof family> = {};

export const helpers: HelpersOfFamily<typeof family> = {};
