/** Samples of the ops in ops/losses.ts. */
import type * as family from "../src/ops/losses.js";
import * as binary from "./losses/binary.js";
import * as classes from "./losses/classes.js";
import * as distances from "./losses/distances.js";
import * as distributions from "./losses/distributions.js";
import * as regression from "./losses/regression.js";
import type { HelpersOfFamily, SamplesOfFamily } from "./sample.js";

export const samples: SamplesOfFamily<typeof family> = {
  ...regression.samples,
  ...binary.samples,
  ...classes.samples,
  ...distributions.samples,
  ...distances.samples,
};

export const helpers: HelpersOfFamily<typeof family> = {
  ...regression.helpers,
  ...binary.helpers,
  ...classes.helpers,
  ...distributions.helpers,
  ...distances.helpers,
};
