/** Every op there is, gathered from the families: what tests, docs and a compiler walk. */
import type { Op } from "../graph.js";
import * as activations from "./activations.js";
import * as contraction from "./contraction.js";
import * as elementwise from "./elementwise.js";
import * as indexing from "./indexing.js";
import * as layout from "./layout.js";
import * as random from "./random.js";
import * as reductions from "./reductions.js";
import * as transcendental from "./transcendental.js";

/** The name of a family of ops. */
export type Family =
  | "elementwise"
  | "activations"
  | "transcendental"
  | "layout"
  | "indexing"
  | "reductions"
  | "contraction"
  | "random";

const families: Readonly<Record<Family, object>> = {
  elementwise,
  activations,
  transcendental,
  layout,
  indexing,
  reductions,
  contraction,
  random,
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
