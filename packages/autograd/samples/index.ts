/** All samples, by the name of the op or function. */
import type { Family } from "../src/ops/table.js";
import * as activations from "./activations.js";
import * as arrangement from "./arrangement.js";
import * as attention from "./attention.js";
import * as contraction from "./contraction.js";
import * as convolution from "./convolution.js";
import * as decompositions from "./decompositions.js";
import * as elementwise from "./elementwise.js";
import * as fourier from "./fourier.js";
import * as identity from "./identity.js";
import * as indexing from "./indexing.js";
import * as interpolation from "./interpolation.js";
import * as layout from "./layout.js";
import * as linearAlgebra from "./linear-algebra.js";
import * as localConvolution from "./local-convolution.js";
import * as losses from "./losses.js";
import * as normalisation from "./normalisation.js";
import * as pooling from "./pooling.js";
import * as products from "./products.js";
import * as random from "./random.js";
import * as reductions from "./reductions.js";
import * as rounding from "./rounding.js";
import type { AnyHelperSamples, AnyOpSamples } from "./sample.js";
import * as sampling from "./sampling.js";
import * as scans from "./scans.js";
import * as selection from "./selection.js";
import * as sorting from "./sorting.js";
import * as statistics from "./statistics.js";
import * as transcendental from "./transcendental.js";
import * as windows from "./windows.js";

interface FamilySamples {
  readonly samples: Readonly<Record<string, AnyOpSamples>>;
  readonly helpers: Readonly<Record<string, AnyHelperSamples>>;
}

/** The samples of each family of ops. */
export const families: Readonly<Record<Family, FamilySamples>> = {
  identity,
  elementwise,
  activations,
  transcendental,
  rounding,
  layout,
  arrangement,
  indexing,
  selection,
  reductions,
  statistics,
  scans,
  sorting,
  contraction,
  products,
  "linear-algebra": linearAlgebra,
  decompositions,
  windows,
  convolution,
  "local-convolution": localConvolution,
  fourier,
  pooling,
  interpolation,
  normalisation,
  attention,
  losses,
  random,
  sampling,
};

/** The samples of every op. */
export const opSamples: ReadonlyMap<string, AnyOpSamples> = new Map(
  Object.values(families).flatMap(({ samples }) => Object.entries(samples)),
);

/** The samples of every public function that is made of ops. */
export const helperSamples: ReadonlyMap<string, AnyHelperSamples> = new Map(
  Object.values(families).flatMap(({ helpers }) => Object.entries(helpers)),
);
