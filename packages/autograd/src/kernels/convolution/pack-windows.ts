/** Panels of a matrix that is described by where its rows and its columns lie: windows, without being unfolded. */
import type { Callable, Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, type Vector, v128 } from "../../wasm/lanes.js";
import { i32, type Operand, type Value } from "../../wasm/values.js";
import { panelBytes, panelVectors, transposed, vectorBytes } from "../matmul/pack.js";

/** Bytes before a panel, in whose first word stands the address that tables count from. */
export const originBytes = 16;

/** Bytes of an entry of a table of rows. Those of a table of columns are as wide as an element: so panels walk it. */
export const rowEntryBytes = 4;

/**
 * Whether the elements of so many columns, from the one at `column` of their table on, lie one after another: where
 * entries rise, the first and the last of them tell.
 */
export function isDense(lanes: Lanes, column: Operand, columns: number): Value<"i32"> {
  const last = (columns - 1) * lanes.bytes;
  return i32.eq(i32.sub(i32.load(column, last), i32.load(column)), last);
}

/** Where the columns of a vector begin. */
export function readStarts(
  f: Fn,
  lanes: Lanes,
  column: Local<"i32">,
  origin: Local<"i32">,
  starts: readonly Local<"i32">[],
): void {
  starts.forEach((start, i) => f.set(start, i32.add(origin, i32.load(column, i * lanes.bytes))));
}

/** A vector of elements, `offset` behind where their columns begin. */
export function gathered(lanes: Lanes, starts: readonly Local<"i32">[], offset: Local<"i32">): Vector {
  return starts
    .slice(1)
    .reduce<Vector>(
      (vector, start, i) => v128.loadLane(vector, i32.add(start, offset), lanes.bytes, i + 1),
      v128.loadLow(i32.add(starts[0], offset), lanes.bytes),
    );
}

/**
 * `packWindows(columnTable, rowTable, depth, columns, panel)`: the first columns, a panel of them, of the matrix whose
 * element (r, c) lies at the origin + rowTable[r] + columnTable[c]. Whole vectors of the table of columns are read.
 * Columns are windows, whose entries rise, and rows taps; in a panel `ofTaps` columns are taps, and rows windows.
 */
export function emitPackWindows(
  module: ModuleBuilder,
  lanes: Lanes,
  { ofTaps = false }: { readonly ofTaps?: boolean } = {},
): Callable<null> {
  const parameters = {
    columnTable: "i32",
    rowTable: "i32",
    depth: "i32",
    columns: "i32",
    panel: "i32",
  } as const;
  return module.helper(
    ofTaps ? "packTaps" : "packWindows",
    parameters,
    null,
    (f, { columnTable, rowTable, depth, columns, panel }) => {
      const origin = f.let(i32.load(i32.sub(panel, originBytes)));
      const end = f.let(i32.add(rowTable, i32.mul(depth, rowEntryBytes)));
      const row = f.local("i32");
      const offset = f.local("i32");
      const write = f.local("i32");
      const column = f.local("i32");
      const starts = Array.from({ length: lanes.count }, () => f.local("i32"));
      const firsts = Array.from({ length: panelVectors }, () => f.local("i32"));
      const next = (rows: number): void => {
        f.increase(row, rows * rowEntryBytes);
        f.increase(write, rows * panelBytes);
      };
      const eachRow = (body: () => void): void => {
        f.set(row, rowTable);
        f.doWhile(
          () => {
            f.set(offset, i32.load(row));
            body();
            next(1);
          },
          () => i32.ltU(row, end),
        );
      };

      /** Vectors whose elements lie one after another, each from the start that belongs to it. */
      const copyDense = (begin: readonly Local<"i32">[]): void =>
        eachRow(() =>
          begin.forEach((start, v) =>
            f.run(v128.store(write, v128.load(i32.add(start, offset)), v * vectorBytes)),
          ),
        );

      /** One vector of any elements: where rows lie one after another, as many of them at once as it has lanes. */
      const gather = (): void => {
        readStarts(f, lanes, column, origin, starts);
        const lastSquare = f.let(i32.sub(end, lanes.count * rowEntryBytes));
        // Where entries rise, the first and the last of them tell.
        const told = ofTaps ? [lanes.count - 1] : Array.from({ length: lanes.count - 1 }, (_, i) => i + 1);
        const isLine = (): Value<"i32"> =>
          told
            .map((i) => i32.eq(i32.load(row, i * rowEntryBytes), i32.add(offset, i * lanes.bytes)))
            .reduce((all, each) => i32.and(all, each));
        const single = (): void => {
          f.run(v128.store(write, gathered(lanes, starts, offset)));
          next(1);
        };
        f.set(row, rowTable);
        f.doWhile(
          () => {
            f.set(offset, i32.load(row));
            f.if(
              i32.leU(row, lastSquare),
              () =>
                f.if(
                  isLine(),
                  () => {
                    const square = starts.map((start) => f.let(v128.load(i32.add(start, offset))));
                    transposed(f, lanes, square).forEach((line, i) =>
                      f.run(v128.store(write, line, i * panelBytes)),
                    );
                    next(lanes.count);
                  },
                  single,
                ),
              single,
            );
          },
          () => i32.ltU(row, end),
        );
      };

      const vector = (v: number): void => {
        f.set(column, i32.add(columnTable, v * vectorBytes));
        f.set(write, i32.add(panel, v * vectorBytes));
        if (ofTaps) gather();
        else
          f.if(
            isDense(lanes, column, lanes.count),
            () => {
              f.set(starts[0], i32.add(origin, i32.load(column)));
              copyDense(starts.slice(0, 1));
            },
            gather,
          );
      };
      const vectorsFrom = (v: number): void => {
        if (v === panelVectors) return;
        f.if(i32.gtS(columns, v * lanes.count), () => {
          vector(v);
          vectorsFrom(v + 1);
        });
      };
      const whole = (): void => {
        const dense = firsts.map((_, v) =>
          isDense(lanes, i32.add(columnTable, v * vectorBytes), lanes.count),
        );
        f.if(
          dense.reduce((all, each) => i32.and(all, each)),
          () => {
            firsts.forEach((first, v) =>
              f.set(first, i32.add(origin, i32.load(columnTable, v * vectorBytes))),
            );
            f.set(write, panel);
            copyDense(firsts);
          },
          () => vectorsFrom(0),
        );
      };
      if (ofTaps) vectorsFrom(0);
      else f.if(i32.geS(columns, panelVectors * lanes.count), whole, () => vectorsFrom(0));
    },
  );
}
