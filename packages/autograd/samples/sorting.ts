/** Samples of the ops in ops/sorting.ts. */
import type * as family from "../src/ops/sorting.js";
import type { HelpersOfFamily, SamplesOfFamily } from "./sample.js";

export const samples: SamplesOfFamily<typeof family> = {};

export const helpers: HelpersOfFamily<typeof family> = {};
