/** Derivatives of element-wise ops by what their public functions take as a number, where samples cannot go. */
import { expect, test } from "vitest";
import { tensor } from "../src/create.js";
import { gradcheck, gradgradcheck } from "../src/gradcheck.js";
import type { Tensor } from "../src/graph.js";
import { applyElementwise, type ElementwiseOp } from "../src/ops/elementwise/elementwise-op.js";
import { huberLossOp, smoothL1LossOp } from "../src/ops/losses.js";
import { dropOp } from "../src/ops/sampling.js";

const errors = [-2, -0.9, -0.3, 0.2, 0.7, 3];
const doubles = (...values: readonly number[]): Tensor => tensor(new Float64Array(values));
const kept = tensor([true, false, true, true, false, true]);

test.each<readonly [name: string, op: ElementwiseOp, inputs: readonly Tensor[]]>([
  ["huberLoss", huberLossOp, [doubles(...errors), doubles(0.1, 0, 0.1, 0, -0.1, 0), doubles(0.5)]],
  ["smoothL1Loss", smoothL1LossOp, [doubles(...errors), doubles(0.1, 0, 0.1, 0, -0.1, 0), doubles(0.5)]],
  ["drop", dropOp, [doubles(...errors), kept, doubles(1.25)]],
])("%s has the derivatives by its parameter that differences show", (_, op, inputs) => {
  const f = (...xs: Tensor[]): Tensor => applyElementwise(op, xs);
  for (const check of [gradcheck, gradgradcheck]) {
    const { ok, message } = check(f, inputs);
    expect(ok, message).toBe(true);
  }
});
