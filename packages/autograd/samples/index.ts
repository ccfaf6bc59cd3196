/** All samples, by the name of the op or function. */
import type { Family } from "../src/ops/table.js";
import * as activations from "./activations.js";
import * as contraction from "./contraction.js";
import * as elementwise from "./elementwise.js";
import * as indexing from "./indexing.js";
import * as layout from "./layout.js";
import * as random from "./random.js";
import * as reductions from "./reductions.js";
import type { AnyHelperSamples, AnyOpSamples } from "./sample.js";
import * as transcendental from "./transcendental.js";

interface FamilySamples {
  readonly samples: Readonly<Record<string, AnyOpSamples>>;
  readonly helpers: Readonly<Record<string, AnyHelperSamples>>;
}

/** The samples of each family of ops. */
export const families: Readonly<Record<Family, FamilySamples>> = {
  elementwise,
  activations,
  transcendental,
  layout,
  indexing,
  reductions,
  contraction,
  random,
};

/** The samples of every op. */
export const opSamples: ReadonlyMap<string, AnyOpSamples> = new Map(
  Object.values(families).flatMap(({ samples }) => Object.entries(samples)),
);

/** The samples of every public function that is made of ops. */
export const helperSamples: ReadonlyMap<string, AnyHelperSamples> = new Map(
  Object.values(families).flatMap(({ helpers }) => Object.entries(helpers)),
);
