/** Products of matrices in memory: which function computes them, and in which blocks. */
import type { Kernels, Tiles } from "./kernels.js";
import { panelBytes, panelVectors, transposedStep, vectorBytes } from "./pack.js";

/** So many k are summed before they are added to the rest (see matmul.ts): a panel of them is half a first-level cache. */
export const blockDepth = 256;

// As many rows of x, so many k deep, stay in the second-level cache while the panels of y pass by.
const blockRows = 128;

// Where one row meets y, rows of y of so many bytes and more are read whole.
const longRow = 512;

// Up to so many rows read y as it lies.
const fewRows = 4;

// The transposed product is made in blocks of so many rows and columns.
const stagedRows = 256;
const stagedColumns = 64;

// Room for a panel of y, or for the sums of a long row; and behind it for a transposed block of x, or one of the
// output, which is smaller.
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
  const { kernels, bytes, rows, xColumn, yRow, yColumn } = problem;
  if (yColumn === bytes) {
    const tiles = rows > fewRows ? kernels.tilesOfPackedRows : kernels.tilesOfRows;
    multiplyTiles(problem, tiles, x, y, yRow, out);
  } else if (xColumn === bytes && transposedPays(problem)) multiplyTransposed(problem, x, y, out);
  else multiplyTiles(problem, kernels.tilesOfPackedColumns, x, y, yColumn, out);
}

function multiplyTiles(
  problem: Problem,
  tiles: Tiles,
  x: number,
  y: number,
  yStep: number,
  out: number,
): void {
  const { kernels, bytes, rows, columns, depth, xRow, xColumn, yRow, scratch, accumulate } = problem;
  const transposedX = scratch + panelRoom;
  const outRow = columns * bytes;
  const denseX = xColumn === bytes || depth === 1;
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
      tiles(
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
        accumulate || k > 0 ? 1 : 0,
      );
    }
  }
}

/**
 * Whether a product of dense rows with dense columns is faster transposed: that packs x instead of y, again for every
 * block of columns, and transposes the output.
 */
function transposedPays({ bytes, rows, columns, depth }: Problem): boolean {
  const packings = Math.ceil(columns / stagedRows);
  const plain = rows * tiled(columns, bytes) + moving * columns;
  const transposed =
    columns * tiled(rows, bytes) + moving * rows * packings + (moving * rows * columns) / depth;
  return transposed < plain;
}

// Packing an element, or transposing it, takes as long as so many multiplications in a tile.
const moving = 3;

// A last panel of 1, 2, 3 or 4 vectors takes as long as so many of whole panels: narrow tiles wait for their additions.
const lastPanel = [0, 1.6, 2.2, 3.3, 4];

/** How many columns of whole panels take as long as so many columns. */
function tiled(columns: number, bytes: number): number {
  const lanes = vectorBytes / bytes;
  const rest = columns % (panelVectors * lanes);
  return columns - rest + lastPanel[Math.ceil(rest / lanes)] * lanes;
}

/** The transposed product yᵀ · xᵀ, block by block, for operands of which xᵀ and y have dense columns. */
function multiplyTransposed(problem: Problem, x: number, y: number, out: number): void {
  const { kernels, bytes, rows, columns, depth, xRow, xColumn, yRow, yColumn, scratch, accumulate } = problem;
  const staged = scratch + panelRoom;
  const stagedStep = stagedColumns * bytes + 64;
  const outRow = columns * bytes;
  for (let column = 0; column < columns; column += stagedRows) {
    const width = Math.min(stagedRows, columns - column);
    for (let row = 0; row < rows; row += stagedColumns) {
      const height = Math.min(stagedColumns, rows - row);
      const target = out + row * outRow + column * bytes;
      for (let k = 0; k < depth; k += blockDepth) {
        const thickness = Math.min(blockDepth, depth - k);
        const yBlock = y + column * yColumn + k * yRow;
        const xBlock = x + row * xRow + k * xColumn;
        const sum = !accumulate && k > 0 ? 1 : 0;
        kernels.tilesOfPackedColumns(
          width,
          height,
          thickness,
          yBlock,
          yColumn,
          xBlock,
          xRow,
          staged,
          stagedStep,
          scratch,
          sum,
        );
        if (accumulate) kernels.storeTransposed(staged, stagedStep, width, height, target, outRow, 1);
      }
      if (!accumulate) kernels.storeTransposed(staged, stagedStep, width, height, target, outRow, 0);
    }
  }
}
