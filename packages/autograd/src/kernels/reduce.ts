/**
 * Reductions: sums (also of squares), products and extremes along axes of any strided view.
 *
 * The order in which the terms of a sum or product are combined depends on the shape alone. Axes of length 1 do not
 * count. A reduced axis joins the run of the reduced axis to its right if that run has fewer than 128 terms, and starts
 * one of its own otherwise; runs are reduced one after the other, the innermost first. In a run, terms are taken in
 * row-major order, in blocks of 4096. In a block, even-placed and odd-placed terms are combined apart: each eight of
 * them as ((a∘b)∘(c∘d))∘((e∘f)∘(g∘h)), then into a running result that starts at 0 (1 for products), from left to
 * right; terms that do not fill such eights, of both, follow one by one. Even ∘ odd is the block, and blocks are
 * combined from left to right. Floats are combined in float64 and rounded once, at the end; integers wrap around, so
 * their order is of no account.
 */
import { type DType, isFloat } from "../dtype.js";
import { sizeOf } from "../shape.js";
import { allocateView, type View } from "../storage.js";
import { arrayOf, beginKernel, place } from "./memory.js";
import { accumulatorKernel, blockTerms, type Combination, groupTerms } from "./reduction/accumulate.js";
import { boxResults } from "./reduction/box.js";
import { type Extreme, extremeKernel } from "./reduction/extreme.js";
import { layoutOf, stagesOf } from "./reduction/layout.js";
import { forEachPiece } from "./reduction/pieces.js";
import { Results } from "./reduction/results.js";

/**
 * The sum of `x` over `axes`, rising: floats to the same dtype, or to float64, others to int32.
 *
 * @param out dense over the kept axes in order, with or without places of length 1 for the others
 */
export function sum(x: View, out: View, axes: readonly number[]): void {
  accumulate("sum", x, out, axes);
}

/** The product of `x` over `axes`, as {@link sum}. */
export function prod(x: View, out: View, axes: readonly number[]): void {
  accumulate("prod", x, out, axes);
}

/** The sum of the squares of floats over `axes`, as {@link sum}; `out` may be float64 for any. */
export function sumOfSquares(x: View, out: View, axes: readonly number[]): void {
  accumulate("squares", x, out, axes);
}

function accumulate(combination: Combination, x: View, out: View, axes: readonly number[]): void {
  if (sizeOf(x.shape) === 0) {
    out.data.writable.fill(combination === "prod" ? 1 : 0, out.offset, out.offset + sizeOf(out.shape));
    return;
  }
  if (sizeOf(x.shape) === 1) {
    out.data.set(out.offset, ofOne(combination, x));
    return;
  }
  const partial = isFloat(x.data.dtype) ? "float64" : "int32";
  inStages(x, out, axes, partial, (operand, result, stage) =>
    // What a first stage leaves to the next is squared already.
    accumulateStage(combination === "squares" && operand !== x ? "sum" : combination, operand, result, stage),
  );
}

/** The sum of one number is it and 0, which makes 0 of -0. */
function ofOne(combination: Combination, { data, offset }: View): number {
  const x = data.get(offset);
  return combination === "prod" ? x : combination === "squares" ? x * x : 0 + x;
}

/** Reduces one run of axes after the other; what one stage leaves to the next is of dtype `partial`. */
function inStages(
  x: View,
  out: View,
  axes: readonly number[],
  partial: DType,
  reduce: (operand: View, result: View, stage: readonly number[]) => void,
): void {
  const stages = stagesOf(x.shape, axes);
  let operand = x;
  for (const stage of stages.slice(0, -1)) {
    // Reduced axes stay as places of length 1, so that the next stage's axes keep their numbers.
    const shape = operand.shape.map((length, axis) => (stage.includes(axis) ? 1 : length));
    const result = allocateView(partial, shape);
    reduce(operand, result, stage);
    operand = result;
  }
  reduce(operand, out, stages.at(-1) ?? []);
}

function accumulateStage(combination: Combination, x: View, out: View, axes: readonly number[]): void {
  const kernel = accumulatorKernel(x.data.dtype, combination);
  const layout = layoutOf(x, axes);
  beginKernel();
  const results = new Results(kernel.dtype, out);
  const numbers = arrayOf(kernel.dtype);
  const bytes = kernel.dtype === "float64" ? 8 : 4;
  const totals = place(kernel.dtype, boxResults);
  const running = layout.columns ? place(kernel.dtype, boxResults * kernel.classes) : 0;
  const start = (address: number, size: number): void => {
    numbers.fill(kernel.identity, address / bytes, address / bytes + size);
  };
  forEachPiece(x, layout, blockTerms, groupTerms, {
    passes: 1,
    revisits: false,
    begin: ({ lines, pitch }) => {
      start(totals, lines * pitch);
      if (layout.columns) start(running, lines * pitch * kernel.classes);
    },
    piece: ({ columns, pitch }, { address, line, lines, lineStep, terms, termStep }) => {
      const at = line * pitch * bytes;
      if (layout.columns)
        kernel.columns(address, lines, lineStep, terms, termStep, columns, running + at * kernel.classes);
      else kernel.rows(address, lines, lineStep, terms, totals + at);
    },
    endPart: ({ lines, columns }, { endsBlock }) => {
      if (layout.columns && endsBlock) kernel.endBlock(lines, columns, running, totals);
    },
    endPass: (box) => results.store(totals, box),
  });
}

/**
 * The largest (or smallest) element along `axis` and, where wanted, its index: the first of equals. NaN beats every
 * number, as in PyTorch.
 *
 * @param axis of length 1 or more
 * @param values dense over the other axes in order, of the dtype of `x`
 * @param indices int32, of the same shape
 */
export function extreme(x: View, values: View, indices: View | null, axis: number, kind: Extreme): void {
  if (sizeOf(x.shape) > 0) extremeStage(x, values, indices, [axis], kind);
}

/** The largest (or smallest) element over `axes`, rising, none of them empty. */
export function extremeOver(x: View, values: View, axes: readonly number[], kind: Extreme): void {
  if (sizeOf(x.shape) === 0) return;
  inStages(x, values, axes, x.data.dtype, (operand, result, stage) =>
    extremeStage(operand, result, null, stage, kind),
  );
}

function extremeStage(
  x: View,
  values: View,
  indices: View | null,
  axes: readonly number[],
  kind: Extreme,
): void {
  const kernel = extremeKernel(x.data.dtype, kind);
  const layout = layoutOf(x, axes);
  beginKernel();
  const bestResults = new Results(kernel.dtype, values);
  // An index is as wide as its value; the low half comes first.
  const foundResults = indices === null ? null : new Results("int32", indices, kernel.bytes / 4);
  const best = place(kernel.dtype, boxResults);
  const found = place(kernel.dtype, boxResults);
  forEachPiece(x, layout, layout.length, 1, {
    passes: 1,
    // Columns are met one after the other, each from its first term to its last.
    revisits: layout.columns,
    begin: () => {},
    piece: ({ columns, pitch }, { address, line, lines, lineStep, term, terms, termStep }) => {
      const at = line * pitch * kernel.bytes;
      if (layout.columns)
        kernel.columns(address, lines, lineStep, term, terms, best + at, found + at, columns, termStep);
      else kernel.rows(address, lines, lineStep, term, terms, best + at, found + at);
    },
    endPart: () => {},
    endPass: (box) => {
      bestResults.store(best, box);
      foundResults?.store(found, box);
    },
  });
}
