/** Every op there is, gathered from the families: what tests, docs and a compiler walk. */
import type { Op } from "../graph.js";
import * as activations from "./activations.js";
import * as arrangement from "./arrangement.js";
import * as attention from "./attention.js";
import * as contraction from "./contraction.js";
import * as convolution from "./convolution.js";
import * as decompositions from "./decompositions.js";
import { ElementwiseOp } from "./elementwise/elementwise-op.js";
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
import * as sampling from "./sampling.js";
import * as scans from "./scans.js";
import * as selection from "./selection.js";
import * as sorting from "./sorting.js";
import * as statistics from "./statistics.js";
import * as transcendental from "./transcendental.js";
import * as windows from "./windows.js";

/** The name of a family of ops. */
export type Family =
  | "identity"
  | "elementwise"
  | "activations"
  | "transcendental"
  | "rounding"
  | "layout"
  | "arrangement"
  | "indexing"
  | "selection"
  | "reductions"
  | "statistics"
  | "scans"
  | "sorting"
  | "contraction"
  | "products"
  | "linear-algebra"
  | "decompositions"
  | "windows"
  | "convolution"
  | "local-convolution"
  | "fourier"
  | "pooling"
  | "interpolation"
  | "normalisation"
  | "attention"
  | "losses"
  | "random"
  | "sampling";

/** What each family exports. */
export const families: Readonly<Record<Family, object>> = {
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

function isOp(value: unknown): value is Op<never> {
  return typeof value === "object" && value !== null && "rules" in value && "saves" in value;
}

/** The ops of each family by name. Whatever a family exports under a name that ends in `Op` or `Ops` is here. */
export const opTable: ReadonlyMap<string, { readonly family: Family; readonly op: Op<never> }> = new Map(
  Object.entries(families).flatMap(([family, exports]) =>
    Object.values(exports)
      .flatMap((value: unknown) =>
        isOp(value)
          ? [value]
          : typeof value === "object" && value !== null
            ? Object.values(value).filter(isOp)
            : [],
      )
      .map((op) => [op.name, { family: family as Family, op }] as const),
  ),
);

const own: ReadonlySet<unknown> = new Set([...opTable.values()].map(({ op }) => op));

/** Whether an op is one of the package, whose rules keep none of the tensors that they make. */
export function isOwn(op: Op): boolean {
  return op instanceof ElementwiseOp || own.has(op);
}
