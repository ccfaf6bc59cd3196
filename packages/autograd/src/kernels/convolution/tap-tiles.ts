/** The gradient of the weight: numbers of windows, read where they lie, times panels of the output's gradient. */
import type { Local, ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, v128 } from "../../wasm/lanes.js";
import { i32, select } from "../../wasm/values.js";
import { panelBytes, panelVectors, vectorBytes } from "../matmul/pack.js";
import { addStored, storeRow } from "../matmul/store.js";
import { rowEntryBytes } from "./pack-windows.js";

/** Rows of a tile that is 1, 2, 3 or 4 vectors wide: eight sums stay in registers. */
const tileRows = [4, 4, 2, 2] as const;

const parameters = {
  rows: "i32",
  columns: "i32",
  depth: "i32",
  rowTable: "i32",
  depthTable: "i32",
  origin: "i32",
  panel: "i32",
  out: "i32",
  outStep: "i32",
  add: "i32",
} as const;

/**
 * `tilesOfTaps(rows, columns, depth, rowTable, depthTable, origin, panel, out, outStep, add)`: out = x · y, or
 * out += x · y where `add` is not zero. Element (r, k) of x lies at the origin + rowTable[r] + depthTable[k]; y is a
 * panel, of which `columns` columns are used. No length is zero.
 */
export function emitTilesOfTaps(module: ModuleBuilder, lanes: Lanes): void {
  module.export(
    "tilesOfTaps",
    parameters,
    null,
    (f, { rows, columns, depth, rowTable, depthTable, origin, panel, out, outStep, add }) => {
      const end = f.let(i32.add(panel, i32.mul(depth, panelBytes)));
      const read = f.local("i32");
      const entry = f.local("i32");
      const offset = f.local("i32");
      const column = f.local("v128");
      const sums = Array.from({ length: 8 }, () => f.local("v128"));

      /** `first` and what follows it, `step` apart. Past the last row it is repeated. */
      const following = (
        first: Local<"i32">,
        step: Local<"i32"> | number,
        height: number,
      ): Local<"i32">[] => {
        const pointers = [f.let(i32.add(first, 0))];
        for (let r = 1; r < height; r++) {
          const above = pointers[r - 1];
          pointers.push(f.let(select(i32.gtS(rows, r), i32.add(above, step), above)));
        }
        return pointers;
      };

      const tile = (height: number, vectors: number): void => {
        const tileSums = Array.from({ length: height }, (_, r) => sums.slice(r * vectors, (r + 1) * vectors));
        const outs = following(out, outStep, height);
        const starts = following(rowTable, rowEntryBytes, height).map((row) =>
          f.let(i32.add(origin, i32.load(row))),
        );
        for (const sum of tileSums.flat()) f.set(sum, lanes.const(0));
        f.set(read, panel);
        f.set(entry, depthTable);
        f.doWhile(
          () => {
            f.set(offset, i32.load(entry));
            const factors = starts.map((start) => f.let(lanes.loadSplat(i32.add(start, offset))));
            for (let v = 0; v < vectors; v++) {
              f.set(column, v128.load(read, v * vectorBytes));
              tileSums.forEach((row, r) => f.set(row[v], lanes.add(row[v], lanes.mul(factors[r], column))));
            }
            f.increase(entry, rowEntryBytes);
            f.increase(read, panelBytes);
          },
          () => i32.ltU(read, end),
        );
        f.if(add, () => tileSums.forEach((row, r) => addStored(f, lanes, outs[r], row)));
        // The last row first: what a repeated row leaves behind, the row itself then overwrites.
        for (let r = height - 1; r >= 0; r--) storeRow(f, lanes, outs[r], tileSums[r], columns);
      };

      const along = (vectors: number): void => {
        const height = tileRows[vectors - 1];
        f.doWhile(
          () => {
            tile(height, vectors);
            f.increase(rowTable, height * rowEntryBytes);
            f.increase(out, i32.mul(outStep, height));
            f.set(rows, i32.sub(rows, height));
          },
          () => i32.gtS(rows, 0),
        );
      };
      const wide = (vectors: number): void => {
        if (vectors === panelVectors) along(vectors);
        else
          f.if(
            i32.leS(columns, vectors * lanes.count),
            () => along(vectors),
            () => wide(vectors + 1),
          );
      };
      wide(1);
    },
  );
}
