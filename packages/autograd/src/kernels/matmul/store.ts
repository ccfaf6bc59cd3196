/** How rows of the output are finished. */
import { type Fn, i32, type Local, type Operand, type Value } from "../../wasm/builder.js";
import { type Lanes, v128 } from "../../wasm/lanes.js";
import { vectorBytes } from "./pack.js";

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
