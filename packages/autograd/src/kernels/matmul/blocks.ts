/** Products of matrices, none of them a row or a column: in which blocks they are computed, and from which side. */
import type { Kernels, Tiles } from "./kernels.js";
import { panelBytes, panelVectors, transposedStep, vectorBytes } from "./pack.js";

/** So many k are summed before they are added to the rest (see matmul.ts): a panel of them is half a first-level cache. */
export const blockDepth = 256;

// So many rows of x meet so many columns of y before the next: a block of either, `blockDepth` deep, is a small part of
// the second-level cache.
const blockRows = 128;
const blockColumns = 256;

// Up to so many rows read y as it lies.
const fewRows = 4;

// The transposed product is made in blocks of so many rows and columns.
const stagedRows = 256;
const stagedColumns = 64;

/** Bytes of a panel of y. Scratch memory begins with room for one. */
export const panelRoom: number = blockDepth * panelBytes;

/** Behind the panel lies a transposed block of x, or one of the output, which is smaller. */
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

/** One product of matrices at these addresses, of at least two rows and two columns. */
export function multiplyMatrices(problem: Problem, x: number, y: number, out: number): void {
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
  const { kernels, bytes, rows, columns, depth, xRow, xColumn, yRow, yColumn, scratch, accumulate } = problem;
  const transposedX = scratch + panelRoom;
  const outRow = columns * bytes;
  const denseX = xColumn === bytes || depth === 1;
  const denseY = yColumn === bytes;
  for (let column = 0; column < columns; column += blockColumns) {
    const width = Math.min(blockColumns, columns - column);
    for (let k = 0; k < depth; k += blockDepth) {
      const thickness = Math.min(blockDepth, depth - k);
      const add = accumulate || k > 0;
      const yBlock = y + column * yColumn + k * yRow;
      if (denseY) bringNear(kernels, yBlock, yRow, thickness, width * bytes);
      else bringNear(kernels, yBlock, yColumn, width, thickness * bytes);
      for (let row = 0; row < rows; row += blockRows) {
        const height = Math.min(blockRows, rows - row);
        const target = out + row * outRow + column * bytes;
        let xBlock = x + row * xRow + k * xColumn;
        let xStep = xRow;
        if (denseX) bringNear(kernels, xBlock, xRow, height, thickness * bytes);
        else {
          xStep = transposedStep(thickness, bytes);
          kernels.transpose(xBlock, xColumn, thickness, height, transposedX, xStep);
          xBlock = transposedX;
        }
        if (add) bringNear(kernels, target, outRow, height, width * bytes);
        tiles(height, width, thickness, xBlock, xStep, yBlock, yStep, target, outRow, scratch, add ? 1 : 0);
      }
    }
  }
}

// Blocks of fewer bytes are read in a moment.
const smallBlock = 16 * 1024;

/**
 * Reads a block in the order in which it lies. Processors foresee that, so the block comes from afar many times faster
 * than in the order in which panels and tiles read it, and costs one or two in a hundred where it is near.
 */
function bringNear(kernels: Kernels, address: number, step: number, lines: number, bytes: number): void {
  if (lines * bytes >= smallBlock) kernels.touch(address, step, lines, bytes);
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
        bringNear(kernels, yBlock, yColumn, width, thickness * bytes);
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
          !accumulate && k > 0 ? 1 : 0,
        );
        if (accumulate) kernels.storeTransposed(staged, stagedStep, width, height, target, outRow, 1);
      }
      if (!accumulate) kernels.storeTransposed(staged, stagedStep, width, height, target, outRow, 0);
    }
  }
}
