/** How the loops of normalisations go through rows, and get their arguments. */
import type { Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { i32, type Value } from "../../wasm/values.js";

/** What the loops over one row get: operands and what is by column move, what is by row stays. */
interface Row {
  readonly moving: readonly Local<"i32">[];
  readonly byColumn: readonly Local<"i32">[];
  readonly byRow: readonly Local<"i32">[];
}

/** How many rows there are. */
interface Turns {
  readonly turns: Local<"i32">;
  readonly rows: Local<"i32">;
}

/**
 * Runs `body` for each row of each turn. It moves along the operands, which lie row behind row, and what is by column,
 * which is the same in all rows; what is by row, of so many bytes each, is one further in the next.
 */
export function emitRows(
  f: Fn,
  { turns, rows }: Turns,
  dense: readonly (readonly [Local<"i32">, Value<"i32">])[],
  columns: readonly Local<"i32">[],
  ofRows: readonly (readonly [Local<"i32">, number])[],
  body: (row: Row) => void,
): void {
  const moving = dense.map(() => f.local("i32"));
  const byColumn = columns.map(() => f.local("i32"));
  const byRow = ofRows.map(() => f.local("i32"));
  const left = f.local("i32");
  f.doWhile(
    () => {
      byRow.forEach((each, k) => f.set(each, ofRows[k][0]));
      f.set(left, rows);
      f.doWhile(
        () => {
          moving.forEach((each, k) => f.set(each, dense[k][0]));
          byColumn.forEach((each, k) => f.set(each, columns[k]));
          body({ moving, byColumn, byRow });
          for (const [pointer, size] of dense) f.increase(pointer, size);
          byRow.forEach((each, k) => f.increase(each, ofRows[k][1]));
          f.increase(left, -1);
        },
        () => i32.gtS(left, 0),
      );
      f.increase(turns, -1);
    },
    () => i32.gtS(turns, 0),
  );
}

/** Adds the loop `name`, which gets `count` addresses after the numbers of turns and rows and their length. */
export function emitLoop(
  module: ModuleBuilder,
  name: string,
  count: number,
  define: (f: Fn, turns: Turns, length: Local<"i32">, addresses: readonly Local<"i32">[]) => void,
): void {
  module.export(name, {}, null, (f) => {
    const [turns, rows, length, ...addresses] = Array.from({ length: count + 3 }, (_, k) =>
      f.let(i32.load(0, 4 * k)),
    );
    define(f, { turns, rows }, length, addresses);
  });
}
