/** Convolutions of which a group has few filters: windows are read where they lie, because packing them takes longer. */
import { i32, type Local, type ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, type Vector, v128 } from "../../wasm/lanes.js";
import { panelVectors, vectorBytes } from "../matmul/pack.js";
import { addStored, storeRow } from "../matmul/store.js";
import { gathered, isDense, readStarts, rowEntryBytes } from "./pack-windows.js";

const parameters = {
  rows: "i32",
  columns: "i32",
  depth: "i32",
  x: "i32",
  xStep: "i32",
  columnTable: "i32",
  rowTable: "i32",
  origin: "i32",
  out: "i32",
  outStep: "i32",
  add: "i32",
} as const;

/**
 * `fewRowsOfWindows(rows, columns, depth, x, xStep, columnTable, rowTable, origin, out, outStep, add)`: as
 * `tilesOfWindows`, one row after the other, without a panel.
 */
export function emitFewRows(module: ModuleBuilder, lanes: Lanes): void {
  module.export(
    "fewRowsOfWindows",
    parameters,
    null,
    (f, { rows, columns, depth, x, xStep, columnTable, rowTable, origin, out, outStep, add }) => {
      const column = f.local("i32");
      const left = f.local("i32");
      const write = f.local("i32");
      const read = f.local("i32");
      const row = f.local("i32");
      const offset = f.local("i32");
      const start = f.local("i32");
      const factor = f.local("v128");
      const starts = Array.from({ length: lanes.count }, () => f.local("i32"));
      const sums = Array.from({ length: panelVectors }, () => f.local("v128"));
      const end = f.let(i32.add(rowTable, i32.mul(depth, rowEntryBytes)));

      /** The next columns: `vectors` of them, each read from row to row by `load`. */
      const block = (vectors: number, load: (v: number) => Vector, isLast: boolean): void => {
        const own = sums.slice(0, vectors);
        for (const sum of own) f.set(sum, lanes.const(0));
        f.set(read, x);
        f.set(row, rowTable);
        f.doWhile(
          () => {
            f.set(offset, i32.load(row));
            f.set(factor, lanes.loadSplat(read));
            own.forEach((sum, v) => f.set(sum, lanes.add(sum, lanes.mul(factor, load(v)))));
            f.increase(read, lanes.bytes);
            f.increase(row, rowEntryBytes);
          },
          () => i32.ltU(row, end),
        );
        f.if(add, () => addStored(f, lanes, write, own));
        storeRow(f, lanes, write, own, isLast ? left : undefined);
        f.increase(write, vectors * vectorBytes);
        f.increase(column, vectors * vectorBytes);
        f.set(left, i32.sub(left, vectors * lanes.count));
      };
      const dense = (vectors: number, isLast: boolean): void => {
        f.set(start, i32.add(origin, i32.load(column)));
        block(vectors, (v) => v128.load(i32.add(start, offset), v * vectorBytes), isLast);
      };
      const oneVector = (): void =>
        f.if(
          isDense(lanes, column, lanes.count),
          () => dense(1, true),
          () => {
            readStarts(f, lanes, column, origin, starts);
            block(1, () => gathered(lanes, starts, offset), true);
          },
        );
      const rowOfOutput = (first: Local<"i32">): void => {
        f.set(column, columnTable);
        f.set(left, columns);
        f.set(write, first);
        f.doWhile(
          () =>
            f.if(
              i32.geS(left, panelVectors * lanes.count),
              () =>
                f.if(
                  isDense(lanes, column, panelVectors * lanes.count),
                  () => dense(panelVectors, false),
                  oneVector,
                ),
              oneVector,
            ),
          () => i32.gtS(left, 0),
        );
      };
      f.doWhile(
        () => {
          rowOfOutput(out);
          f.increase(x, xStep);
          f.increase(out, outStep);
          f.set(rows, i32.sub(rows, 1));
        },
        () => rows,
      );
    },
  );
}
