/** Products of dense rows with windows, which two tables describe. */
import { bytesOf, type DType } from "../../dtype.js";
import { blockDepth } from "../matmul/blocks.js";
import { kernelsFor as matmulKernelsFor } from "../matmul/kernels.js";
import { pairStep, panelBytes } from "../matmul/pack.js";
import { heap } from "../memory.js";
import type { Kernels } from "./kernels.js";
import type { Plan } from "./operands.js";
import { originBytes, rowEntryBytes } from "./pack-windows.js";

export const panelPlan: Plan<"panel"> = { panel: originBytes + blockDepth * panelBytes };

// Up to so many rows are faster without packing.
const fewRows = 8;

// So many rows of a block's depth, or more of less, stay in the second-level cache while panels pass by.
const blockRows = 128;

// Against so many columns and more, rows are read in pairs.
const manyColumns = 32;

/** A matrix whose rows are to be read in pairs. The steps are in bytes, and one of them is that of an element. */
interface Paired {
  readonly rows: number;
  readonly depth: number;
  readonly x: number;
  readonly xRow: number;
  readonly xColumn: number;
}

/** Whether a product of so many rows with so many columns reads the rows in pairs. */
export function arePaired(rows: number, columns: number): boolean {
  return rows > fewRows && columns >= manyColumns;
}

/** The bytes of the pairs of so many rows. */
export function pairsBytes(rows: number, depth: number, bytes: number): number {
  return Math.ceil(depth / blockDepth) * blockOfPairs(rows, depth, bytes);
}

/** The bytes from pair to pair. */
export function stepOfPairs(depth: number, bytes: number): number {
  return pairStep(Math.min(depth, blockDepth), bytes);
}

const blockOfPairs = (rows: number, depth: number, bytes: number): number =>
  Math.ceil(rows / 2) * stepOfPairs(depth, bytes);

/** Copies rows in pairs (see `emitPairRows`) to the target, one block of their depth after another. */
export function pairRows(dtype: DType, { rows, depth, x, xRow, xColumn }: Paired, target: number): void {
  const { pairRows, pairColumns } = matmulKernelsFor(dtype);
  const bytes = bytesOf[dtype];
  const step = stepOfPairs(depth, bytes);
  for (let k = 0; k < depth; k += blockDepth) {
    const [from, to] = [x + k * xColumn, target + (k / blockDepth) * blockOfPairs(rows, depth, bytes)];
    const thickness = Math.min(blockDepth, depth - k);
    if (xColumn === bytes) pairRows(from, xRow, rows, thickness, to, step);
    else pairColumns(from, xColumn, rows, thickness, to, step);
  }
}

/** A product of dense rows of `x` with a matrix that is described by tables. The steps are in bytes. */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly x: number;
  readonly xStep: number;
  /** Whether x is made of pairs of all rows, by {@link pairRows}. */
  readonly paired: boolean;
  readonly columnTable: number;
  readonly rowTable: number;
  /** The address from which the tables count. */
  readonly origin: number;
  readonly out: number;
  readonly outStep: number;
  /** Of the plan. */
  readonly panel: number;
  readonly accumulate: boolean;
  /** A number for each row, which is added last; 0 if there are none. */
  readonly bias: number;
  /** Whether neighbouring columns mostly lie one after another, so that few rows are faster without packing. */
  readonly denseColumns: boolean;
}

/** Computes a product, with the order of summation of matmul.ts. */
export function multiplyWindows(kernels: Kernels, bytes: number, product: Product): void {
  const { rows, columns, depth, x, xStep, paired, columnTable, rowTable, origin, out, outStep } = product;
  const { accumulate, bias } = product;
  if (!paired && rows <= fewRows && product.denseColumns) {
    for (let k = 0; k < depth; k += blockDepth)
      kernels.fewRowsOfWindows(
        rows,
        columns,
        Math.min(blockDepth, depth - k),
        x + k * bytes,
        xStep,
        columnTable,
        rowTable + k * rowEntryBytes,
        origin,
        out,
        outStep,
        accumulate || k > 0 ? 1 : 0,
        k + blockDepth < depth ? 0 : bias,
      );
    return;
  }
  const panel = product.panel + originBytes;
  heap().int32[product.panel / 4] = origin;
  const tiles = paired ? kernels.pairsWithWindows : kernels.tilesOfWindows;
  const block = paired ? blockOfPairs(rows, depth, bytes) : blockDepth * bytes;
  // An even number: it begins with a pair.
  const height = 2 * Math.floor(Math.max(blockRows, (blockRows * blockDepth) / depth) / 2);
  for (let row = 0; row < rows; row += height)
    for (let k = 0; k < depth; k += blockDepth)
      tiles(
        Math.min(height, rows - row),
        columns,
        Math.min(blockDepth, depth - k),
        x + (paired ? row / 2 : row) * xStep + (k / blockDepth) * block,
        xStep,
        columnTable,
        rowTable + k * rowEntryBytes,
        out + row * outStep,
        outStep,
        panel,
        0,
        accumulate || k > 0 ? 1 : 0,
      );
  if (bias !== 0) kernels.addBias(rows, columns, bias, out, outStep);
}
