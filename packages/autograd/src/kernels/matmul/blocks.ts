/** Products of matrices, none of them a row or a column: in which blocks they are computed, and from which side. */
import type { Kernels, Tiles } from "./kernels.js";
import { pairStep, panelBytes, panelVectors, transposedStep, vectorBytes } from "./pack.js";

/** So many k are summed before they are added to the rest (see matmul.ts): a panel of them is half a first-level cache. */
export const blockDepth = 256;

// So many rows of x meet so many columns of y before the next: a block of either, `blockDepth` deep, is a small part of
// the second-level cache.
const blockRows = 128;
const blockColumns = 256;

// Up to so many rows read y as it lies.
const fewRows = 4;

// Against so many columns and more, rows of x are read two and two together, which takes one pointer less.
const manyColumns = 32;

// The transposed product is made in blocks of so many rows and columns.
const stagedRows = 256;
const stagedColumns = 64;

/** Bytes of a panel of y. Scratch memory begins with room for one. */
export const panelRoom: number = blockDepth * panelBytes;

// For rows, or for pairs of them, which take less.
const packedRoom = stagedRows * transposedStep(blockDepth, 8);

const stagedStep = (bytes: number): number => stagedColumns * bytes + 64;

/** Behind the panel lie a packed block of x, and one of the output. */
export const scratchBytes: number = panelRoom + packedRoom + stagedRows * stagedStep(8);

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
  const { kernels, bytes, rows, columns, xColumn, yRow, yColumn } = problem;
  const paired = columns >= manyColumns && rows > fewRows;
  if (yColumn === bytes) {
    const tiles = rows > fewRows ? kernels.tilesOfPackedRows : kernels.tilesOfRows;
    multiplyTiles(problem, paired ? kernels.pairsWithRows : tiles, paired, x, y, yRow, out);
  } else if (xColumn === bytes && transposedPays(problem)) multiplyTransposed(problem, x, y, out);
  else {
    const tiles = paired ? kernels.pairsWithColumns : kernels.tilesOfPackedColumns;
    multiplyTiles(problem, tiles, paired, x, y, yColumn, out);
  }
}

function multiplyTiles(
  problem: Problem,
  tiles: Tiles,
  paired: boolean,
  x: number,
  y: number,
  yStep: number,
  out: number,
): void {
  const { kernels, bytes, rows, columns, depth, xRow, xColumn, yRow, yColumn, scratch, accumulate } = problem;
  const packedX = scratch + panelRoom;
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
        if (paired || !denseX) {
          xStep = paired ? pairStep(thickness, bytes) : transposedStep(thickness, bytes);
          if (!paired) kernels.transpose(xBlock, xColumn, thickness, height, packedX, xStep);
          else if (denseX) kernels.pairRows(xBlock, xRow, height, thickness, packedX, xStep);
          else kernels.pairColumns(xBlock, xColumn, height, thickness, packedX, xStep);
          xBlock = packedX;
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
  const packedY = scratch + panelRoom;
  const staged = packedY + packedRoom;
  const step = stagedStep(bytes);
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
        const add = !accumulate && k > 0 ? 1 : 0;
        bringNear(kernels, yBlock, yColumn, width, thickness * bytes);
        if (height < manyColumns) {
          const tiles = kernels.tilesOfPackedColumns;
          tiles(width, height, thickness, yBlock, yColumn, xBlock, xRow, staged, step, scratch, add);
        } else {
          const yStep = pairStep(thickness, bytes);
          kernels.pairRows(yBlock, yColumn, width, thickness, packedY, yStep);
          const tiles = kernels.pairsWithColumns;
          tiles(width, height, thickness, packedY, yStep, xBlock, xRow, staged, step, scratch, add);
        }
        if (accumulate) kernels.storeTransposed(staged, step, width, height, target, outRow, 1);
      }
      if (!accumulate) kernels.storeTransposed(staged, step, width, height, target, outRow, 0);
    }
  }
}
