/** Products of matrices in memory: those of rows and columns, and of more. */
import { blockDepth, multiplyMatrices, type Problem, panelRoom } from "./blocks.js";

// Where one row meets y, rows of y of so many bytes and more are read whole.
const longRow = 512;

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
