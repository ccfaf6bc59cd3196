/** Samples of the ops in ops/selection.ts. */
import type * as family from "../src/ops/selection.js";
import type { HelpersOfFamily, SamplesOfFamily } from "./sample.js";

export const samples: SamplesOfFamily<typeof family> = {};

export const helpers: HelpersOfFamily<typeof family> = {};
