/** The adjoint of packing windows: rows of columns are added to the elements that the windows look at. */
import { i32, type ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, v128 } from "../../wasm/lanes.js";
import { vectorBytes } from "../matmul/pack.js";
import { rowEntryBytes } from "./pack-windows.js";

const parameters = {
  source: "i32",
  sourceStep: "i32",
  rows: "i32",
  columns: "i32",
  rowTable: "i32",
  columnTable: "i32",
  origin: "i32",
} as const;

/**
 * `addWindows(source, sourceStep, rows, columns, rowTable, columnTable, origin)`: adds element (r, c) of the source,
 * whose dense rows lie `sourceStep` bytes apart, to what lies at the origin + rowTable[r] + columnTable[c], row after
 * row. The entries of the table of columns rise. No length is zero.
 */
export function emitAddWindows(module: ModuleBuilder, lanes: Lanes): void {
  module.export(
    "addWindows",
    parameters,
    null,
    (f, { source, sourceStep, rows, columns, rowTable, columnTable, origin }) => {
      const read = f.local("i32");
      const column = f.local("i32");
      const base = f.local("i32");
      const target = f.local("i32");
      const left = f.local("i32");
      const x = f.local("v128");
      const last = lanes.count - 1;

      /** Adds lane `lane` of x to the element of the column after `next` others. */
      const addLane = (lane: number, next: number): void => {
        f.set(target, i32.add(base, i32.load(column, next * lanes.bytes)));
        f.run(v128.storeLane(target, lanes.add(lanes.loadSplat(target), x), lanes.bytes, lane));
      };

      f.doWhile(
        () => {
          f.set(base, i32.add(origin, i32.load(rowTable)));
          f.set(read, source);
          f.set(column, columnTable);
          f.set(left, columns);
          f.while(i32.geS(left, lanes.count), () => {
            f.set(x, v128.load(read));
            // Rising entries that end as far on as there are lanes follow one another.
            f.if(
              i32.eq(i32.sub(i32.load(column, last * lanes.bytes), i32.load(column)), last * lanes.bytes),
              () => {
                f.set(target, i32.add(base, i32.load(column)));
                f.run(v128.store(target, lanes.add(v128.load(target), x)));
              },
              () => {
                for (let i = 0; i < lanes.count; i++) addLane(i, i);
              },
            );
            f.increase(read, vectorBytes);
            f.increase(column, vectorBytes);
            f.set(left, i32.sub(left, lanes.count));
          });
          f.while(left, () => {
            f.set(x, lanes.loadSplat(read));
            addLane(0, 0);
            f.increase(read, lanes.bytes);
            f.increase(column, lanes.bytes);
            f.set(left, i32.sub(left, 1));
          });
          f.increase(source, sourceStep);
          f.increase(rowTable, rowEntryBytes);
          f.set(rows, i32.sub(rows, 1));
        },
        () => rows,
      );
    },
  );
}
