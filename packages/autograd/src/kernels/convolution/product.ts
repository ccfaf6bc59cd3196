/** Products of dense rows with windows, which two tables describe. */
import { blockDepth } from "../matmul/blocks.js";
import { panelBytes } from "../matmul/pack.js";
import { heap } from "../memory.js";
import type { Kernels } from "./kernels.js";
import type { Plan } from "./operands.js";
import { originBytes, rowEntryBytes } from "./pack-windows.js";

export const panelPlan: Plan<"panel"> = { panel: originBytes + blockDepth * panelBytes };

// Up to so many rows are faster without packing.
const fewRows = 8;

// So many rows of a block's depth, or more of less, stay in the second-level cache while panels pass by.
const blockRows = 128;

/** A product of dense rows of `x` with a matrix that is described by tables. The steps are in bytes. */
export interface Product {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly x: number;
  readonly xStep: number;
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
  const { rows, columns, depth, x, xStep, columnTable, rowTable, origin, out, outStep, accumulate, bias } =
    product;
  if (rows <= fewRows && product.denseColumns) {
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
  const height = Math.max(blockRows, Math.floor((blockRows * blockDepth) / depth));
  for (let row = 0; row < rows; row += height)
    for (let k = 0; k < depth; k += blockDepth)
      kernels.tilesOfWindows(
        Math.min(height, rows - row),
        columns,
        Math.min(blockDepth, depth - k),
        x + row * xStep + k * bytes,
        xStep,
        columnTable,
        rowTable + k * rowEntryBytes,
        out + row * outStep,
        outStep,
        panel,
        accumulate || k > 0 ? 1 : 0,
      );
  if (bias !== 0) kernels.addBias(rows, columns, bias, out, outStep);
}
