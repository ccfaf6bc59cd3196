/**
 * The derivatives of element-wise ops forward and in reverse, element by element: at kinks, poles and far out, where a
 * sum over many elements would say little.
 */
import { expect, test } from "vitest";
import { gradients } from "../src/backward.js";
import { onesLike, tensor } from "../src/create.js";
import type { Tensor } from "../src/graph.js";
import { ElementwiseOp } from "../src/ops/elementwise/elementwise-op.js";
import { opTable } from "../src/ops/table.js";
import { toTypedArray } from "../src/read.js";
import { applyMany } from "../src/tape.js";
import { jvp } from "../src/transforms/forward.js";

const finite = [0, -0, 1, -1, 0.5, -0.5, 3, -3, 6, 20, -20, 40, -40, 1e200, -1e200];
const others = [2e-310, -2e-310, 1e-200, -1e-200, 0.25, -2.75, 710, -710, Infinity, -Infinity, NaN];

/**
 * Every choice of one value for each input. Of several inputs each is finite: what is not chosen of them is multiplied
 * by 0 in reverse, and 0 · ∞ is NaN.
 */
function combinations(count: number): number[][] {
  const few = finite.filter((value) => Math.abs(value) < 20);
  const values = count === 1 ? [...finite, ...others] : count === 2 ? finite : few;
  let rows: number[][] = [[]];
  for (let k = 0; k < count; k++) rows = rows.flatMap((row) => values.map((value) => [...row, value]));
  return rows;
}

const differ = (x: number, y: number): boolean =>
  !Object.is(x, y) && x !== y && !(Math.abs(x - y) <= 1e-11 * Math.max(Math.abs(x), Math.abs(y)));

/** A cotangent other than 1, by which it matters to multiply. */
const halves = (out: Tensor): Tensor => tensor(new Float64Array(out.size).fill(0.5));

const ops = [...opTable.values()].flatMap(({ op }) => (op instanceof ElementwiseOp ? [op] : []));

test.each(ops.map((op) => [op.name, op] as const))(
  "%s has the same derivative forward and in reverse",
  (_, op) => {
    const rows = combinations(op.inputs.length);
    const inputs = op.inputs.map((_name, k) =>
      tensor(new Float64Array(rows.map((row) => row[k])), { requiresGrad: true }),
    );
    const problems = inputs.flatMap((x, k) => {
      const f = (moved: Tensor): readonly Tensor[] =>
        applyMany(
          op,
          inputs.map((each, i) => (i === k ? moved : each)),
          undefined,
        );
      const { tangent } = jvp(f, [x], [onesLike(x)]);
      return f(x).flatMap((out, j) => {
        if (out.dtype !== "float64") return [];
        const forward = toTypedArray(tangent[j]);
        const [gradient] = out.slot === null ? [null] : gradients(out, [x], { gradient: halves(out) });
        const reverse = gradient === null ? new Float64Array(rows.length) : toTypedArray(gradient);
        return rows.flatMap((row, i) =>
          differ(forward[i] / 2, reverse[i])
            ? [
                `by ${op.inputs[k]} at ${row.join(", ")}: forward ${forward[i]}, half of it in reverse ${reverse[i]}`,
              ]
            : [],
        );
      });
    });
    expect(problems.length, problems.slice(0, 12).join("\n")).toBe(0);
  },
);
