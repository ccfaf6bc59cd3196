/** Convolutions of which a group has few filters: windows are read where they lie, because packing them takes longer. */
import type { Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, type Vector, v128 } from "../../wasm/lanes.js";
import { i32, select, type Value } from "../../wasm/values.js";
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
  bias: "i32",
} as const;

/** How many sums stay in registers. */
const sumCount = 8;

/** How the next columns are read: so many vectors, each `offset` behind where it begins. */
interface Columns {
  readonly vectors: number;
  readonly load: (v: number, offset: Local<"i32">) => Vector;
  /** Whether there may be fewer columns than the last vector holds. */
  readonly partial?: boolean;
}

/**
 * `fewRowsOfWindows(rows, columns, depth, x, xStep, columnTable, rowTable, origin, out, outStep, add, bias)`:
 * as `tilesOfWindows`, without a panel. Where `bias` is not zero, there is a number for each row, added last.
 */
export function emitFewRows(module: ModuleBuilder, lanes: Lanes): void {
  module.export(
    "fewRowsOfWindows",
    parameters,
    null,
    (f, { rows, columns, depth, x, xStep, columnTable, rowTable, origin, out, outStep, add, bias }) => {
      const left = f.local("i32");
      const xTile = f.local("i32");
      const outTile = f.local("i32");
      const biasTile = f.local("i32");
      const row = f.local("i32");
      const offset = f.local("i32");
      const read = f.local("v128");
      const starts = Array.from({ length: lanes.count }, () => f.local("i32"));
      const firsts = Array.from({ length: panelVectors }, () => f.local("i32"));
      const sums = Array.from({ length: sumCount }, () => f.local("v128"));
      const end = f.let(i32.add(rowTable, i32.mul(depth, rowEntryBytes)));

      const tile = (height: number, { vectors, load, partial = false }: Columns): void => {
        const tileSums = Array.from({ length: height }, (_, r) => sums.slice(r * vectors, (r + 1) * vectors));
        const outs = repeated(f, outTile, outStep, left, height);
        const xs = repeated(f, xTile, xStep, left, height);
        for (const sum of tileSums.flat()) f.set(sum, lanes.const(0));
        f.set(row, rowTable);
        f.doWhile(
          () => {
            f.set(offset, i32.load(row));
            const factors = xs.map((pointer) => f.let(lanes.loadSplat(pointer)));
            for (let v = 0; v < vectors; v++) {
              f.set(read, load(v, offset));
              tileSums.forEach((each, r) => f.set(each[v], lanes.add(each[v], lanes.mul(factors[r], read))));
            }
            for (const pointer of xs) f.increase(pointer, lanes.bytes);
            f.increase(row, rowEntryBytes);
          },
          () => i32.ltU(row, end),
        );
        f.if(add, () => tileSums.forEach((each, r) => addStored(f, lanes, outs[r], each)));
        f.if(bias, () =>
          repeated(f, biasTile, lanes.bytes, left, height).forEach((number, r) => {
            const each = f.let(lanes.loadSplat(number));
            for (const sum of tileSums[r]) f.set(sum, lanes.add(sum, each));
          }),
        );
        // The last row first: what a repeated row leaves behind, the row itself then overwrites.
        for (let r = height - 1; r >= 0; r--)
          storeRow(f, lanes, outs[r], tileSums[r], partial ? columns : undefined);
      };

      /** All rows of the next columns. */
      const along = (height: number, read: Columns): void => {
        f.set(left, rows);
        f.set(xTile, x);
        f.set(outTile, out);
        f.set(biasTile, bias);
        f.doWhile(
          () => {
            tile(height, read);
            f.increase(xTile, i32.mul(xStep, height));
            f.increase(outTile, i32.mul(outStep, height));
            f.increase(biasTile, height * lanes.bytes);
            f.set(left, i32.sub(left, height));
          },
          () => i32.gtS(left, 0),
        );
        f.increase(columnTable, read.vectors * vectorBytes);
        f.increase(out, read.vectors * vectorBytes);
        f.set(columns, i32.sub(columns, read.vectors * lanes.count));
      };

      /** As many rows at a time as make `several` sums, or the one that there is. */
      const alongVector = (read: Columns): void =>
        f.if(
          i32.eq(rows, 1),
          () => along(1, read),
          () => along(panelVectors, read),
        );

      /** Where `vectors` vectors begin, each of which lies dense. */
      const begin = (vectors: number): void =>
        firsts
          .slice(0, vectors)
          .forEach((first, v) => f.set(first, i32.add(origin, i32.load(columnTable, v * vectorBytes))));
      const fromFirsts = (v: number, at: Local<"i32">): Vector => v128.load(i32.add(firsts[v], at));

      const oneVector = (): void =>
        f.if(
          isDense(lanes, columnTable, lanes.count),
          () => {
            begin(1);
            alongVector({ vectors: 1, load: fromFirsts, partial: true });
          },
          () => {
            readStarts(f, lanes, columnTable, origin, starts);
            alongVector({ vectors: 1, load: (_, at) => gathered(lanes, starts, at), partial: true });
          },
        );
      const wholePanel = (load: Columns["load"]): void => {
        const read = { vectors: panelVectors, load };
        f.if(
          i32.eq(rows, 1),
          () => along(1, read),
          () => along(sumCount / panelVectors, read),
        );
      };
      const panel = (): void =>
        f.if(
          isDense(lanes, columnTable, panelVectors * lanes.count),
          () => {
            begin(1);
            wholePanel((v, at) => v128.load(i32.add(firsts[0], at), v * vectorBytes));
          },
          () =>
            f.if(
              areDense(lanes, columnTable, panelVectors),
              () => {
                begin(panelVectors);
                wholePanel(fromFirsts);
              },
              oneVector,
            ),
        );
      f.doWhile(
        () => f.if(i32.geS(columns, panelVectors * lanes.count), panel, oneVector),
        () => i32.gtS(columns, 0),
      );
    },
  );
}

/** `first` and what follows it, `step` bytes apart, for a tile of `height` rows. Past the last row it is repeated. */
function repeated(
  f: Fn,
  first: Local<"i32">,
  step: Local<"i32"> | number,
  left: Local<"i32">,
  height: number,
): Local<"i32">[] {
  const pointers = [f.let(i32.add(first, 0))];
  for (let r = 1; r < height; r++) {
    const above = pointers[r - 1];
    pointers.push(f.let(select(i32.gtS(left, r), i32.add(above, step), above)));
  }
  return pointers;
}

/** Whether each of so many vectors lies dense, for itself. */
function areDense(lanes: Lanes, column: Local<"i32">, vectors: number): Value<"i32"> {
  return Array.from({ length: vectors }, (_, v) =>
    isDense(lanes, i32.add(column, v * vectorBytes), lanes.count),
  ).reduce((all, each) => i32.and(all, each));
}
