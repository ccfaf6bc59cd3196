/** Products of matrices in memory: which function computes them, and in which blocks. */
import type { Kernels } from "./kernels.js";
import { panelBytes, transposedStep } from "./pack.js";

/** So many k are summed before they are added to the rest (see matmul.ts): a panel of them is half a first-level cache. */
export const blockDepth = 256;

// As many rows of x, so many k deep, stay in the second-level cache while the panels of y pass by.
const blockRows = 128;

// Of y so many bytes stay near the processor: measured with rows of 400 and 512 bytes.
const nearBytes = 48 * 1024;

// Where one row meets y, rows of y of so many bytes and more are read whole.
const longRow = 512;

// Room for a panel of y, or for the sums of a long row; and behind it for a transposed block of x.
const panelRoom: number = blockDepth * panelBytes;
export const scratchBytes: number = panelRoom + blockRows * transposedStep(blockDepth, 8);

/** A product of matrices in memory. The steps from element to element are in bytes. */
export interface Problem {
  readonly kernels: Kernels;
  readonly bytes: number;
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly xRow: number;
  readonly xColumn: number;
  readonly yRow: number;
  readonly yColumn: number;
  readonly scratch: number;
  readonly accumulate: boolean;
}

/** One product of matrices at these addresses. */
export function multiply(problem: Problem, x: number, y: number, out: number): void {
  const { kernels, bytes, rows, columns, depth, xRow, xColumn, yRow, yColumn, accumulate } = problem;
  if (rows === 1) multiplyRow(problem, columns, x, y, yRow, yColumn, out);
  // A matrix times a column: the transposed product, which has the same sums, is a row times a matrix.
  else if (columns === 1) multiplyRow(problem, rows, y, x, xColumn, xRow, out);
  else if (depth === 1 && yColumn === bytes)
    kernels.outer(rows, columns, x, xRow, y, out, columns * bytes, accumulate ? 1 : 0);
  else multiplyMatrices(problem, x, y, out);
}

/** One row times a matrix. */
function multiplyRow(
  { kernels, bytes, depth, scratch, accumulate }: Problem,
  columns: number,
  x: number,
  y: number,
  yRow: number,
  yColumn: number,
  out: number,
): void {
  const denseRows = yColumn === bytes || columns === 1;
  const widest = panelRoom / bytes;
  for (let k = 0; k < depth; k += blockDepth) {
    const thickness = Math.min(blockDepth, depth - k);
    const add = accumulate || k > 0 ? 1 : 0;
    const xFrom = x + k * bytes;
    const yFrom = y + k * yRow;
    if (!denseRows) kernels.rowTransposed(columns, thickness, xFrom, yFrom, yColumn, out, add);
    else if (columns * bytes < longRow) kernels.row(columns, thickness, xFrom, yFrom, yRow, out, add);
    else
      for (let column = 0; column < columns; column += widest) {
        const width = Math.min(widest, columns - column);
        const skip = column * bytes;
        kernels.longRow(width, thickness, xFrom, yFrom + skip, yRow, out + skip, add, scratch);
      }
  }
}

function multiplyMatrices(problem: Problem, x: number, y: number, out: number): void {
  const { kernels, bytes, rows, columns, depth, xRow, xColumn, yRow, yColumn, scratch, accumulate } = problem;
  const transposedX = scratch + panelRoom;
  const outRow = columns * bytes;
  const denseY = yColumn === bytes;
  const denseX = xColumn === bytes || depth === 1;
  const yStep = denseY ? yRow : yColumn;
  // Packing pays where y is read often and is not near the processor anyway.
  const pack = rows > 4 && Math.min(depth, blockDepth) * Math.abs(yRow) > nearBytes;
  const kernel = !denseY
    ? kernels.tilesOfPackedColumns
    : pack
      ? kernels.tilesOfPackedRows
      : kernels.tilesOfRows;
  for (let row = 0; row < rows; row += blockRows) {
    const height = Math.min(blockRows, rows - row);
    for (let k = 0; k < depth; k += blockDepth) {
      const thickness = Math.min(blockDepth, depth - k);
      let block = x + row * xRow + k * xColumn;
      let xStep = xRow;
      if (!denseX) {
        xStep = transposedStep(thickness, bytes);
        kernels.transpose(block, xColumn, thickness, height, transposedX, xStep);
        block = transposedX;
      }
      const add = accumulate || k > 0 ? 1 : 0;
      kernel(
        height,
        columns,
        thickness,
        block,
        xStep,
        y + k * yRow,
        yStep,
        out + row * outRow,
        outRow,
        scratch,
        add,
      );
    }
  }
}
