/** Samples of the ops in ops/identity.ts. */
import type { Tensor } from "../src/graph.js";
import * as ops from "../src/ops/identity.js";
import {
  type AnyOpSamples,
  type HelpersOfFamily,
  type NoOptions,
  type SamplesOfFamily,
  samplesOf,
  shapesOf,
} from "./sample.js";

function identity(call: (x: Tensor) => Tensor, own: Partial<AnyOpSamples> = {}): AnyOpSamples {
  return samplesOf<[Tensor], NoOptions>({
    call: ([x]) => call(x),
    domains: [{ low: -2, high: 2 }],
    ...shapesOf((x) => ({ inputs: [x] })),
    broadcast: { notApplicable: "one operand" },
    shared: { notApplicable: "one operand" },
    options: {},
    numbers: { notApplicable: "takes tensors only" },
    special: [
      {
        inputs: [{ shape: [4], values: [Number.NaN, Infinity, -Infinity, -0] }],
        kink: "there are no differences of infinite numbers",
      },
    ],
    integers: [
      { inputs: [{ shape: [3], dtype: "int32" }] },
      { inputs: [{ shape: [3], dtype: "uint8" }] },
      { inputs: [{ shape: [3], dtype: "bool" }] },
    ],
    errors: { notApplicable: "takes every tensor" },
    ...own,
  });
}

export const samples: SamplesOfFamily<typeof ops> = {
  alias: identity((x) => ops.alias(x)),
  detach: identity((x) => ops.detach(x), { withoutGradcheck: "cutting derivatives off is what it is for" }),
};

export const helpers: HelpersOfFamily<typeof ops> = {};
