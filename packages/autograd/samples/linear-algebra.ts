/** Samples of the ops in ops/linear-algebra.ts. */
import type * as family from "../src/ops/linear-algebra.js";
import type { HelpersOfFamily, SamplesOfFamily } from "./sample.js";

export const samples: SamplesOfFamily<typeof family> = {};

export const helpers: HelpersOfFamily<typeof family> = {};
