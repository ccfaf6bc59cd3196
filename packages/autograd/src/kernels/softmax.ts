/**
 * softmax, logSoftmax and logSumExp along axes of any strided view: the maximum m of a row, the sum S of eˣ⁻ᵐ, then
 * eˣ⁻ᵐ·(1/S), (x − m) − log S or m + log S. What of eˣ⁻ᵐ would not be a normal number is 0.
 *
 * S is added up in runs of 32 terms: those that stand a vector apart (four terms in float32, two in float64) from left to
 * right in the dtype. The four sums, or two, of a run are added to running sums of float64 in their order, the first to
 * the even one, the second to the odd one, and so on; after 4096 terms even + odd is the block, and blocks are added from
 * left to right. 1/S and S are rounded to the dtype once. The order depends on the length of a row alone: dense rows and
 * columns that have room in memory are done in one loop, all else in passes over pieces, with the same bits.
 *
 * Rows with NaN or +∞, and rows of −∞ only, are NaN; their logSumExp is NaN, +∞ and −∞, as in PyTorch.
 */
import { bytesOf, type FloatDType, isFloat } from "../dtype.js";
import { internal } from "../errors.js";
import { sizeOf } from "../shape.js";
import type { View } from "../storage.js";
import { withDense } from "./gather.js";
import { arrayOf, beginKernel, finishOutput, place, placedBytes, placeOutput, room } from "./memory.js";
import { accumulatorKernel } from "./reduction/accumulate.js";
import { type Box, boxResults, makeBox, type Part, type Piece, pieceElements } from "./reduction/box.js";
import { type Layout, layoutOf } from "./reduction/layout.js";
import { forEachPiece } from "./reduction/pieces.js";
import { Results } from "./reduction/results.js";
import { Source } from "./reduction/staging.js";
import { softmaxLoops } from "./softmax/loops.js";
import { blockTerms, runTerms } from "./softmax/totals.js";
import { stripColumns } from "./softmax/whole-columns.js";

/**
 * eˣ / Σ eˣ along `axis`.
 *
 * @param x float32 or float64
 * @param out dense, of the shape and dtype of `x`
 */
export function softmax(x: View, out: View, axis: number): void {
  withDense(x, (dense) => run("softmax", dense, out, [axis]));
}

/** x − log Σ eˣ along `axis`, as {@link softmax}. */
export function logSoftmax(x: View, out: View, axis: number): void {
  withDense(x, (dense) => run("logSoftmax", dense, out, [axis]));
}

/**
 * log Σ eˣ over `axes`, rising; −∞ for the sum of nothing.
 *
 * @param x float32 or float64
 * @param out dense over the kept axes in order, with or without places of length 1 for the others
 */
export function logSumExp(x: View, out: View, axes: readonly number[]): void {
  run("logSumExp", x, out, axes);
}

type Kind = "softmax" | "logSoftmax" | "logSumExp";

// The terms are met three times.
const [maximumPass, totalPass, resultPass] = [0, 1, 2];

function run(kind: Kind, x: View, out: View, axes: readonly number[]): void {
  const { dtype } = x.data;
  if (!isFloat(dtype)) throw internal(`${kind} of ${dtype}`);
  if (sizeOf(x.shape) === 0) {
    // Only logSumExp has results then, if it has any.
    out.data.writable.fill(Number.NEGATIVE_INFINITY, out.offset, out.offset + sizeOf(out.shape));
    return;
  }
  const layout = layoutOf(x, axes, kind !== "logSumExp");
  beginKernel();
  if (layout.dense && runWhole(kind, dtype, x, out, layout)) return;
  const rows = new Rows(kind, dtype, out, layout);
  forEachPiece(x, layout, blockTerms, runTerms, {
    passes: kind === "logSumExp" ? resultPass : resultPass + 1,
    revisits: true,
    begin: (box) => rows.begin(box),
    piece: (box, piece, pass) => rows.piece(box, piece, pass),
    endPart: (box, part, pass) => rows.endPart(box, part, pass),
    endPass: (box, pass) => rows.endPass(box, pass),
  });
}

/**
 * Does dense rows or columns in one loop, where they and all results have room at a time, and says whether they have.
 * The loops need no passes then that come back to what has left the cache.
 */
function runWhole(
  kind: Kind,
  dtype: FloatDType,
  x: View,
  out: View,
  { columns: columnar, kept, length }: Layout,
): boolean {
  if (columnar && (kind === "logSumExp" || length > blockTerms)) return false;
  const columns = columnar ? kept.at(-1)!.length : 1;
  // A line is a row, or the terms of a whole row of columns.
  const line = length * columns;
  const lines = sizeOf(x.shape) / line;
  const results = sizeOf(out.shape);
  const most = Math.max(line, pieceElements);
  if (2 * placedBytes(dtype, most) + placedBytes(dtype, results) + stripBytes > room()) return false;
  const bytes = bytesOf[dtype];
  const source = new Source(x, most);
  const target = placeOutput(out, results);
  const atOnce = source.isResident ? lines : Math.max(1, Math.floor(pieceElements / line));
  const loops = softmaxLoops(dtype);
  const maxima = columnar ? place(dtype, stripColumns) : 0;
  const running = columnar ? place("float64", 2 * stripColumns) : 0;
  for (let first = 0; first < lines; first += atOnce) {
    const count = Math.min(atOnce, lines - first);
    const address = source.bringDense(x.offset + first * line, count * line) * bytes;
    const to = target + first * (results / lines) * bytes;
    if (columnar) {
      const loop = kind === "softmax" ? loops.softmaxColumns : loops.logSoftmaxColumns;
      loop(address, count, length, columns, to, maxima, running);
    } else loops[`${kind}Rows`](address, count, length, to);
  }
  finishOutput(out, target, results);
  return true;
}

const stripBytes = placedBytes("float64", 3 * stripColumns);

/** The numbers of a box in memory, and what is done with them in each pass. */
class Rows {
  private readonly bytes: number;
  private readonly loops: ReturnType<typeof softmaxLoops>;
  private readonly results: Results;
  private readonly maxima: number;
  private readonly running: number;
  private readonly totals: number;
  /** What results are made with: 1/S or log S. */
  private readonly rounded: number;
  private readonly made: number;
  /** Whether eˣ⁻ᵐ is kept from the second pass to the third: rows are whole then. */
  private readonly keeps: boolean;

  constructor(
    private readonly kind: Kind,
    private readonly dtype: FloatDType,
    out: View,
    private readonly layout: Layout,
  ) {
    this.bytes = bytesOf[dtype];
    this.loops = softmaxLoops(dtype);
    this.results = new Results(dtype, out);
    this.maxima = place(dtype, boxResults);
    this.running = layout.columns ? place("float64", 2 * boxResults) : 0;
    this.totals = place("float64", boxResults);
    this.rounded = place(dtype, boxResults);
    this.made = place(dtype, pieceElements);
    this.keeps = kind === "softmax" && !layout.columns && layout.length <= pieceElements;
  }

  begin({ lines, pitch }: Box): void {
    const { dtype, bytes, maxima, totals, running, layout } = this;
    const count = lines * pitch;
    arrayOf(dtype).fill(Number.NEGATIVE_INFINITY, maxima / bytes, maxima / bytes + count);
    const float64 = arrayOf("float64");
    float64.fill(0, totals / 8, totals / 8 + count);
    if (layout.columns) float64.fill(0, running / 8, running / 8 + 2 * count);
  }

  piece(
    { pitch, columns }: Box,
    { address, line, lines, lineStep, terms, termStep }: Piece,
    pass: number,
  ): void {
    const { bytes, loops, layout, kind } = this;
    const at = line * pitch;
    const maxima = this.maxima + at * bytes;
    const rounded = this.rounded + at * bytes;
    const made = this.made + line * terms * columns * bytes;
    if (layout.columns) {
      if (pass === maximumPass)
        loops.columnMaximum(address, lines, lineStep, terms, termStep, columns, maxima);
      else if (pass === totalPass)
        loops.columnTotal(address, lines, lineStep, terms, termStep, columns, maxima, this.running + 16 * at);
      else {
        const loop = kind === "softmax" ? loops.columnSoftmax : loops.columnLogSoftmax;
        loop(address, lines, lineStep, terms, termStep, columns, maxima, rounded, made);
      }
    } else if (pass === maximumPass) loops.rowMaximum(address, lines, lineStep, terms, maxima);
    else if (pass === totalPass) {
      const loop = this.keeps ? loops.rowExponentials : loops.rowTotal;
      loop(address, lines, lineStep, terms, maxima, this.totals + 8 * at, made);
    } else if (this.keeps) loops.rowScale(made, lines, terms, rounded);
    else {
      const loop = kind === "softmax" ? loops.rowSoftmax : loops.rowLogSoftmax;
      loop(address, lines, lineStep, terms, maxima, rounded, made);
    }
  }

  endPart(box: Box, { term, terms, endsBlock }: Part, pass: number): void {
    const { layout, running, totals } = this;
    if (pass === totalPass && layout.columns && endsBlock)
      accumulatorKernel("float64", "sum").endBlock(box.lines, box.columns, running, totals);
    if (pass !== resultPass) return;
    const lineAxes = layout.columns ? box.kept.slice(0, -1) : box.kept;
    const columnAxes = layout.columns ? box.kept.slice(-1) : [];
    const kept = [...lineAxes, { length: terms, stride: 0, out: layout.termOut }, ...columnAxes];
    const part = makeBox(kept, layout.columns, box.out + term * layout.termOut);
    this.results.store(this.made, { ...part, pitch: box.columns });
  }

  endPass(box: Box, pass: number): void {
    const { loops, kind, maxima, totals, rounded } = this;
    const count = box.lines * box.pitch;
    const vectors = Math.ceil((count * this.bytes) / 16);
    if (pass === maximumPass) {
      if (kind === "logSumExp") this.makeFinite(count);
    } else if (pass === totalPass) {
      if (kind === "softmax") loops.inverses(vectors, totals, rounded);
      else if (kind === "logSoftmax") loops.logarithms(vectors, totals, rounded);
      else {
        loops.logSums(vectors, totals, rounded, maxima);
        this.results.store(rounded, box);
      }
    }
  }

  /** An infinite maximum shifts nothing in logSumExp: eˣ is 0 or ∞ by itself, and its logarithm what it should be. */
  private makeFinite(count: number): void {
    const numbers = arrayOf(this.dtype);
    const first = this.maxima / this.bytes;
    for (let i = first; i < first + count; i++) if (Math.abs(numbers[i]) === Infinity) numbers[i] = 0;
  }
}
