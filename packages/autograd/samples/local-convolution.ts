/** Samples of the ops in ops/local-convolution.ts. */
import type * as family from "../src/ops/local-convolution.js";
import type { HelpersOfFamily, SamplesOfFamily } from "./sample.js";

export const samples: SamplesOfFamily<typeof family> = {};

export const helpers: HelpersOfFamily<typeof family> = {};
