/** How rows of the output are finished. */
import type { Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, v128 } from "../../wasm/lanes.js";
import { i32, type Operand, type Value } from "../../wasm/values.js";
import { transposed, vectorBytes } from "./pack.js";

/** row += what lies at `pointer`. */
export function addStored(f: Fn, lanes: Lanes, pointer: Operand, row: readonly Local<"v128">[]): void {
  row.forEach((sum, v) => f.set(sum, lanes.add(v128.load(pointer, v * vectorBytes), sum)));
}

/**
 * Stores a row at `pointer`. Where `columns` is given, the last vector may hold fewer than it could: what follows the
 * row in memory is other rows of the output.
 */
export function storeRow(
  f: Fn,
  lanes: Lanes,
  pointer: Local<"i32">,
  row: readonly Local<"v128">[],
  columns?: Value<"i32">,
): void {
  const last = row.length - 1;
  row.forEach((sum, v) => {
    const offset = v * vectorBytes;
    if (v < last || columns === undefined) f.run(v128.store(pointer, sum, offset));
    else storeColumns(f, lanes, pointer, sum, i32.sub(columns, last * lanes.count), offset);
  });
}

function storeColumns(
  f: Fn,
  lanes: Lanes,
  pointer: Local<"i32">,
  x: Local<"v128">,
  columns: Value<"i32">,
  offset: number,
): void {
  const low = (bytes: number): void => f.run(v128.storeLane(pointer, x, bytes, 0, offset));
  const oneToThree = (): void => {
    f.if(
      i32.eq(columns, 1),
      () => low(4),
      () => {
        low(8);
        f.if(i32.eq(columns, 3), () => f.run(v128.storeLane(pointer, x, 4, 2, offset + 8)));
      },
    );
  };
  f.if(
    i32.geS(columns, lanes.count),
    () => f.run(v128.store(pointer, x, offset)),
    () => (lanes.count === 2 ? low(8) : oneToThree()),
  );
}

/**
 * `storeTransposed(source, sourceStep, rows, columns, out, outStep, add)`: out = the transpose of dense rows, or
 * out += where `add` is not zero. Of the source whole squares are read, of the output only what belongs to it is touched.
 */
export function emitStoreTransposed(module: ModuleBuilder, lanes: Lanes): void {
  const parameters = {
    source: "i32",
    sourceStep: "i32",
    rows: "i32",
    columns: "i32",
    out: "i32",
    outStep: "i32",
    add: "i32",
  } as const;
  module.export(
    "storeTransposed",
    parameters,
    null,
    (f, { source, sourceStep, rows, columns, out, outStep, add }) => {
      const read = f.local("i32");
      const write = f.local("i32");
      const left = f.local("i32");
      const target = f.local("i32");
      const finish = (lines: readonly Local<"v128">[], line: number): void => {
        f.if(add, () => addStored(f, lanes, target, [lines[line]]));
        storeRow(f, lanes, target, [lines[line]], left);
        if (line + 1 === lines.length) return;
        f.if(i32.gtS(columns, line + 1), () => {
          f.increase(target, outStep);
          finish(lines, line + 1);
        });
      };
      f.doWhile(
        () => {
          f.set(read, source);
          f.set(write, out);
          f.set(left, rows);
          f.doWhile(
            () => {
              const square = Array.from({ length: lanes.count }, () => {
                const line = f.let(v128.load(read));
                f.increase(read, sourceStep);
                return line;
              });
              f.set(target, write);
              finish(transposed(f, lanes, square), 0);
              f.increase(write, vectorBytes);
              f.set(left, i32.sub(left, lanes.count));
            },
            () => i32.gtS(left, 0),
          );
          f.increase(source, vectorBytes);
          f.increase(out, i32.mul(outStep, lanes.count));
          f.set(columns, i32.sub(columns, lanes.count));
        },
        () => i32.gtS(columns, 0),
      );
    },
  );
}
