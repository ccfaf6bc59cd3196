/** Samples of the ops in ops/fourier.ts. */
import type * as family from "../src/ops/fourier.js";
import type { HelpersOfFamily, SamplesOfFamily } from "./sample.js";

export const samples: SamplesOfFamily<typeof family> = {};

export const helpers: HelpersOfFamily<typeof family> = {};
