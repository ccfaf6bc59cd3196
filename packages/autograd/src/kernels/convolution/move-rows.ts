/** Rows from one place of the memory to another: into padding and out of it, and between orders of axes. */
import { i32, type ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, v128 } from "../../wasm/lanes.js";
import { vectorBytes } from "../matmul/pack.js";
import { storeRow } from "../matmul/store.js";

/** Bytes of an entry of the table: from where, and to where. */
export const moveEntryBytes = 8;

const parameters = {
  table: "i32",
  rows: "i32",
  length: "i32",
  step: "i32",
  source: "i32",
  target: "i32",
} as const;

/**
 * `moveRows(table, rows, length, step, source, target)`: for each entry of the table copies `length` elements, `step`
 * bytes apart, from `source` + its first word to dense ones at `target` + its second. No length is zero.
 */
export function emitMoveRows(module: ModuleBuilder, lanes: Lanes): void {
  module.export("moveRows", parameters, null, (f, { table, rows, length, step, source, target }) => {
    const read = f.local("i32");
    const write = f.local("i32");
    const left = f.local("i32");
    const x = f.local("v128");
    const eachRow = (body: () => void): void =>
      f.doWhile(
        () => {
          f.set(read, i32.add(source, i32.load(table)));
          f.set(write, i32.add(target, i32.load(table, moveEntryBytes / 2)));
          f.set(left, length);
          body();
          f.increase(table, moveEntryBytes);
          f.set(rows, i32.sub(rows, 1));
        },
        () => rows,
      );
    const moveDense = (): void => {
      f.while(i32.geS(left, lanes.count), () => {
        f.run(v128.store(write, v128.load(read)));
        f.increase(read, vectorBytes);
        f.increase(write, vectorBytes);
        f.set(left, i32.sub(left, lanes.count));
      });
      f.if(left, () => {
        f.set(x, v128.load(read));
        storeRow(f, lanes, write, [x], left);
      });
    };
    const moveEach = (): void =>
      f.doWhile(
        () => {
          f.run(v128.storeLane(write, v128.loadLow(read, lanes.bytes), lanes.bytes, 0));
          f.increase(read, step);
          f.increase(write, lanes.bytes);
          f.set(left, i32.sub(left, 1));
        },
        () => left,
      );
    f.if(
      i32.eq(step, lanes.bytes),
      () => eachRow(moveDense),
      () => eachRow(moveEach),
    );
  });
}
