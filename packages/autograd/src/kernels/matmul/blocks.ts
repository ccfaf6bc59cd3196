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

// So many rows of x are read two and two together before the next.
const groupRows = 1024;

/** Bytes of a panel of y. Scratch memory begins with room for those of a block. */
export const panelRoom: number = blockDepth * panelBytes;
const panelsRoom = (blockColumns * 8 * panelRoom) / panelBytes;

const packedRoom = Math.max(
  (groupRows / 2) * pairStep(blockDepth, 8),
  stagedRows * transposedStep(blockDepth, 8),
);

const stagedStep = (bytes: number): number => stagedColumns * bytes + 64;

/** Behind the panels lie packed rows of x, and a block of the output. */
export const scratchBytes: number = panelsRoom + packedRoom + stagedRows * stagedStep(8);

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
  const { kernels, bytes, rows, columns, xColumn, yColumn } = problem;
  const denseY = yColumn === bytes;
  if (!denseY && xColumn === bytes && transposedPays(problem)) multiplyTransposed(problem, x, y, out);
  else if (columns >= manyColumns && rows > fewRows) multiplyPairs(problem, x, y, out);
  else if (!denseY) multiplyTiles(problem, kernels.tilesOfPackedColumns, x, y, out);
  else multiplyTiles(problem, rows > fewRows ? kernels.tilesOfPackedRows : kernels.tilesOfRows, x, y, out);
}

function multiplyTiles(problem: Problem, tiles: Tiles, x: number, y: number, out: number): void {
  const { kernels, bytes, rows, columns, depth, xRow, xColumn, yRow, yColumn, scratch, accumulate } = problem;
  const packedX = scratch + panelsRoom;
  const outRow = columns * bytes;
  const denseX = xColumn === bytes || depth === 1;
  for (let column = 0; column < columns; column += blockColumns) {
    const width = Math.min(blockColumns, columns - column);
    for (let k = 0; k < depth; k += blockDepth) {
      const thickness = Math.min(blockDepth, depth - k);
      const add = accumulate || k > 0 ? 1 : 0;
      const yBlock = y + column * yColumn + k * yRow;
      bringRowsNear(problem, yBlock, thickness, width);
      for (let row = 0; row < rows; row += blockRows) {
        const height = Math.min(blockRows, rows - row);
        const target = out + row * outRow + column * bytes;
        let xBlock = x + row * xRow + k * xColumn;
        let xStep = xRow;
        if (denseX) bringNear(kernels, xBlock, xRow, height, thickness * bytes);
        else {
          xStep = transposedStep(thickness, bytes);
          kernels.transpose(xBlock, xColumn, thickness, height, packedX, xStep);
          xBlock = packedX;
        }
        const yStep = yColumn === bytes ? yRow : yColumn;
        tiles(height, width, thickness, xBlock, xStep, yBlock, yStep, target, outRow, scratch, 0, add);
      }
    }
  }
}

/**
 * A product of many rows and columns, rows of x two and two together. What is packed of y serves all rows of a group, what
 * is packed of x all columns: each is read from afar once, and from then on in the order in which it lies.
 */
function multiplyPairs(problem: Problem, x: number, y: number, out: number): void {
  const { kernels, bytes, rows, columns, depth, xRow, xColumn, yRow, yColumn, scratch, accumulate } = problem;
  const outRow = columns * bytes;
  const denseY = yColumn === bytes;
  const yStep = denseY ? yRow : yColumn;
  const packing = denseY ? kernels.pairsWithRows : kernels.pairsWithColumns;
  // What is read once is packed where the last was, which is near.
  const panelStep = rows > blockRows ? panelRoom : 0;
  const packedStep = columns > blockColumns ? (blockRows / 2) * pairStep(blockDepth, bytes) : 0;
  for (let group = 0; group < rows; group += groupRows) {
    const end = Math.min(group + groupRows, rows);
    for (let k = 0; k < depth; k += blockDepth) {
      const thickness = Math.min(blockDepth, depth - k);
      const xStep = pairStep(thickness, bytes);
      const add = accumulate || k > 0 ? 1 : 0;
      for (let column = 0; column < columns; column += blockColumns) {
        const width = Math.min(blockColumns, columns - column);
        const yBlock = y + column * yColumn + k * yRow;
        bringRowsNear(problem, yBlock, thickness, width);
        let packed = scratch + panelsRoom;
        for (let row = group; row < end; row += blockRows) {
          const height = Math.min(blockRows, end - row);
          const target = out + row * outRow + column * bytes;
          const tiles = row === group ? packing : kernels.pairsWithPanels;
          if (column === 0) packPairs(problem, x + row * xRow + k * xColumn, height, thickness, packed);
          tiles(
            height,
            width,
            thickness,
            packed,
            xStep,
            yBlock,
            yStep,
            target,
            outRow,
            scratch,
            panelStep,
            add,
          );
          packed += packedStep;
        }
      }
    }
  }
}

/** Packs a block of x, its rows two and two together. */
function packPairs(problem: Problem, block: number, rows: number, depth: number, packed: number): void {
  const { kernels, bytes, xRow, xColumn } = problem;
  const step = pairStep(depth, bytes);
  if (xColumn === bytes || problem.depth === 1) {
    bringNear(kernels, block, xRow, rows, depth * bytes);
    kernels.pairRows(block, xRow, rows, depth, packed, step);
  } else kernels.pairColumns(block, xColumn, rows, depth, packed, step);
}

/** Brings a block of y near, along its rows or its columns, whichever lie dense. */
function bringRowsNear(
  { kernels, bytes, yRow, yColumn }: Problem,
  address: number,
  rows: number,
  columns: number,
): void {
  if (yColumn === bytes) bringNear(kernels, address, yRow, rows, columns * bytes);
  else bringNear(kernels, address, yColumn, columns, rows * bytes);
}

// Blocks of fewer bytes are read in a moment.
const smallBlock = 16 * 1024;

/**
 * Reads a block in the order in which it lies. Processors foresee that, so the block comes from afar many times faster
 * than in the order in which panels and tiles read it, and costs one or two in a hundred where it is near.
 */
export function bringNear(
  kernels: Pick<Kernels, "touch">,
  address: number,
  step: number,
  lines: number,
  bytes: number,
): void {
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
  const packedY = scratch + panelsRoom;
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
          tiles(width, height, thickness, yBlock, yColumn, xBlock, xRow, staged, step, scratch, 0, add);
        } else {
          const yStep = pairStep(thickness, bytes);
          kernels.pairRows(yBlock, yColumn, width, thickness, packedY, yStep);
          const tiles = kernels.pairsWithColumns;
          tiles(width, height, thickness, packedY, yStep, xBlock, xRow, staged, step, scratch, 0, add);
        }
        if (accumulate) kernels.storeTransposed(staged, step, width, height, target, outRow, 1);
      }
      if (!accumulate) kernels.storeTransposed(staged, step, width, height, target, outRow, 0);
    }
  }
}
