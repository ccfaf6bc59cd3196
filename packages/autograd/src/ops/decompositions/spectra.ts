/** What decompositions into values and vectors have in common: how the values change, and how the vectors turn. */
import { eye } from "../../create.js";
import { defineOp } from "../../definition.js";
import type { Op, Tensor } from "../../graph.js";
import { copy } from "../../kernels/copy.js";
import { tril, triu } from "../arrangement/diagonals.js";
import { matmul } from "../contraction.js";
import { add, div, mul } from "../elementwise.js";
import { transpose, unsqueeze } from "../layout.js";
import { sum } from "../reductions.js";

/**
 * An op that returns `values` and knows how they change with A: as `leftᵀ dA right`, taken on the diagonal. Equal values
 * have this derivative too, while that of their vectors is infinite: so they come by an op of their own.
 */
export function spectrumOp(name: string): Op {
  return defineOp({
    name,
    inputs: ["a", "left", "right", "values"],
    infer: ([, , , values]) => [values],
    kernel: ([, , , values], [out]) => copy(values, out),
    saves: ["left", "right"],
    vjp: {
      a: ({ g, left, right }) => matmul(mul(left, unsqueeze(g, -2)), transpose(right)),
      left: null,
      right: null,
      values: null,
    },
    jvp: { a: ({ t, left, right }) => sum(mul(left, matmul(t, right)), { axis: -2 }) },
  });
}

/** `x / gaps` beside the diagonal, where there is no gap; 0 on it. */
export function acrossGaps(x: Tensor, gaps: Tensor): Tensor {
  const n = x.shape.at(-1)!;
  const beside = add(tril(x, { offset: -1 }), triu(x, { offset: 1 }));
  return div(beside, add(gaps, eye(n, n, { dtype: gaps.dtype })));
}
