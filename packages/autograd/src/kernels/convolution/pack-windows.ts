/** Panels of a matrix that is described by where its rows and its columns lie: windows, without being unfolded. */
import {
  type Callable,
  type Fn,
  i32,
  type Local,
  type ModuleBuilder,
  type Value,
} from "../../wasm/builder.js";
import { type Lanes, type Vector, v128 } from "../../wasm/lanes.js";
import { panelBytes, panelVectors, vectorBytes } from "../matmul/pack.js";

/** Bytes before a panel, in whose first word stands the address that tables count from. */
export const originBytes = 16;

/** Bytes of an entry of a table of rows. Those of a table of columns are as wide as an element: so panels walk it. */
export const rowEntryBytes = 4;

/**
 * `packWindows(columnTable, rowTable, depth, columns, panel)`: the first columns, a panel of them, of the matrix whose
 * element (r, c) lies at the origin + rowTable[r] + columnTable[c]. Reads whole vectors of the table of columns.
 */
export function emitPackWindows(module: ModuleBuilder, lanes: Lanes): Callable<null> {
  const parameters = {
    columnTable: "i32",
    rowTable: "i32",
    depth: "i32",
    columns: "i32",
    panel: "i32",
  } as const;
  return module.helper(
    "packWindows",
    parameters,
    null,
    (f, { columnTable, rowTable, depth, columns, panel }) => {
      const origin = f.let(i32.load(i32.sub(panel, originBytes)));
      const end = f.let(i32.add(rowTable, i32.mul(depth, rowEntryBytes)));
      const row = f.local("i32");
      const offset = f.local("i32");
      const write = f.local("i32");
      const starts = Array.from({ length: panelVectors * lanes.count }, () => f.local("i32"));
      const startsOf = (v: number): Local<"i32">[] => starts.slice(v * lanes.count, (v + 1) * lanes.count);

      const eachRow = (first: number, body: () => void): void => {
        f.set(row, rowTable);
        f.set(write, i32.add(panel, first));
        f.doWhile(
          () => {
            f.set(offset, i32.load(row));
            body();
            f.increase(row, rowEntryBytes);
            f.increase(write, panelBytes);
          },
          () => i32.ltU(row, end),
        );
      };
      const copyDense = ([first]: readonly Local<"i32">[], at: number): void =>
        f.run(v128.store(write, v128.load(i32.add(first, offset)), at));
      const gather = (lanesStarts: readonly Local<"i32">[]): void =>
        f.run(v128.store(write, gathered(lanes, lanesStarts, offset)));

      const vector = (v: number): void => {
        const own = startsOf(v);
        f.if(
          isDense(lanes, own),
          () => eachRow(v * vectorBytes, () => copyDense(own, 0)),
          () => eachRow(v * vectorBytes, () => gather(own)),
        );
      };
      const vectorsFrom = (v: number): void => {
        if (v === panelVectors) return;
        f.if(i32.gtS(columns, v * lanes.count), () => {
          readStarts(f, lanes, columnTable, origin, startsOf(v), v);
          vector(v);
          vectorsFrom(v + 1);
        });
      };
      const whole = (): void => {
        for (let v = 0; v < panelVectors; v++) readStarts(f, lanes, columnTable, origin, startsOf(v), v);
        const dense = Array.from({ length: panelVectors }, (_, v) => isDense(lanes, startsOf(v)));
        f.if(
          dense.reduce((all, each) => i32.and(all, each)),
          () =>
            eachRow(0, () => {
              for (let v = 0; v < panelVectors; v++) copyDense(startsOf(v), v * vectorBytes);
            }),
          () => {
            for (let v = 0; v < panelVectors; v++) vector(v);
          },
        );
      };
      f.if(i32.geS(columns, panelVectors * lanes.count), whole, () => vectorsFrom(0));
    },
  );
}

function readStarts(
  f: Fn,
  lanes: Lanes,
  columnTable: Local<"i32">,
  origin: Local<"i32">,
  starts: readonly Local<"i32">[],
  v: number,
): void {
  starts.forEach((start, i) =>
    f.set(start, i32.add(origin, i32.load(columnTable, v * vectorBytes + i * lanes.bytes))),
  );
}

/** Whether the elements that begin at `starts` lie one after another. */
function isDense(lanes: Lanes, starts: readonly Local<"i32">[]): Value<"i32"> {
  return starts
    .slice(1)
    .map((start, i) => i32.eq(i32.sub(start, starts[i]), lanes.bytes))
    .reduce((all, each) => i32.and(all, each));
}

function gathered(lanes: Lanes, starts: readonly Local<"i32">[], offset: Local<"i32">): Vector {
  return starts
    .slice(1)
    .reduce<Vector>(
      (vector, start, i) => v128.loadLane(vector, i32.add(start, offset), lanes.bytes, i + 1),
      v128.loadLow(i32.add(starts[0], offset), lanes.bytes),
    );
}
