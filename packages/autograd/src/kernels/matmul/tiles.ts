/** The product of matrices: tiles of the output, whose sums stay in registers, along panels of y. */
import type { Local, ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, v128 } from "../../wasm/lanes.js";
import { i32, select, type Value } from "../../wasm/values.js";
import { panelBytes, panelVectors, vectorBytes } from "./pack.js";
import { addStored, storeRow } from "./store.js";

/**
 * How a panel of y is read: "as it lies", in dense rows; or so by the first tile, which leaves a copy of the "packed" panel
 * for the next; or from "panels" that were left by others; or after `pack(y, yStep, depth, columns, panel)` made one, from y
 * where `advance` moves on by a panel.
 */
export type Reading =
  | "as it lies"
  | "packed"
  | "panels"
  | {
      readonly pack: (...operands: Value<"i32">[]) => Value<null>;
      readonly advance: (y: Local<"i32">, yStep: Local<"i32">) => Value<"i32">;
    };

/**
 * Rows of a tile that is 1, 2, 3 or 4 vectors wide: V8 keeps eight sums in registers beside the operands, and fewer than
 * four would wait for each of their additions.
 */
const tileRows = [4, 4, 2, 2] as const;

const parameters = {
  rows: "i32",
  columns: "i32",
  depth: "i32",
  x: "i32",
  xStep: "i32",
  y: "i32",
  yStep: "i32",
  out: "i32",
  outStep: "i32",
  panel: "i32",
  panelStep: "i32",
  add: "i32",
} as const;

/**
 * `name(rows, columns, depth, x, xStep, y, yStep, out, outStep, panel, panelStep, add)`: out = x · y, or out += x · y where
 * `add` is not zero. The rows of x lie dense, or in `pairs` (see `emitPairRows`). A step is the bytes from row to row, or from
 * pair to pair; that of y is what its reading makes of it. No length is zero. At `panel` is room for the depth, rounded up to
 * 4, times `panelBytes`; or for as much at every `panelStep` bytes, where the panels are to stay or are found.
 */
export function emitTiles(
  module: ModuleBuilder,
  name: string,
  lanes: Lanes,
  reading: Reading,
  { pairs = false }: { readonly pairs?: boolean } = {},
): void {
  module.export(
    name,
    parameters,
    null,
    (f, { rows, columns, depth, x, xStep, y, yStep, out, outStep, panel, panelStep, add }) => {
      const panelColumns = panelVectors * lanes.count;
      const depthBytes = f.let(i32.mul(depth, lanes.bytes));
      const left = f.local("i32");
      const xTile = f.local("i32");
      const outTile = f.local("i32");
      const read = f.local("i32");
      const write = f.local("i32");
      const column = f.local("v128");
      const sums = Array.from({ length: 8 }, () => f.local("v128"));

      /** Where the rows of a tile begin. Past the last row of the matrix it repeats that row. */
      const rowsOf = (first: Local<"i32">, step: Local<"i32">, height: number): Local<"i32">[] => {
        const pointers = [f.let(i32.add(first, 0))];
        for (let r = 1; r < height; r++) {
          const above = pointers[r - 1];
          pointers.push(f.let(select(i32.gtS(left, r), i32.add(above, step), above)));
        }
        return pointers;
      };

      /** Where the pairs of rows of a tile begin, of four rows at most. The second repeats the first if it is the last. */
      const pairsOf = (height: number): Local<"i32">[] => {
        const first = f.let(i32.add(xTile, 0));
        if (height === 2) return [first];
        return [first, f.let(select(i32.gtS(left, 2), i32.add(first, xStep), first))];
      };

      /** A tile whose part of y is read where it lies, and copied to the panel on the way, or is read from the panel. */
      const tile = (height: number, vectors: number, partial: boolean, from: "y" | "panel"): void => {
        const tileSums = Array.from({ length: height }, (_, r) => sums.slice(r * vectors, (r + 1) * vectors));
        const outs = rowsOf(outTile, outStep, height);
        const xs = pairs ? pairsOf(height) : rowsOf(xTile, xStep, height);
        const together = height / xs.length;
        const copying = from === "y" && reading === "packed";
        for (const sum of tileSums.flat()) f.set(sum, lanes.const(0));
        // Pointers move before they are read from: V8 would copy one that comes around the loop before it is an address.
        for (const pointer of xs) f.increase(pointer, -together * lanes.bytes);
        f.set(read, from === "y" ? i32.sub(y, yStep) : i32.sub(panel, panelBytes));
        if (copying) f.set(write, i32.sub(panel, panelBytes));
        const end = f.let(i32.add(xs[0], i32.mul(depthBytes, together)));
        f.doWhile(
          () => {
            for (const pointer of xs) f.increase(pointer, together * lanes.bytes);
            f.increase(read, from === "y" ? yStep : panelBytes);
            if (copying) f.increase(write, panelBytes);
            const factors = tileSums.map((_, r) =>
              f.let(lanes.loadSplat(xs[Math.floor(r / together)], (r % together) * lanes.bytes)),
            );
            for (let v = 0; v < vectors; v++) {
              f.set(column, v128.load(read, v * vectorBytes));
              if (copying) f.run(v128.store(write, column, v * vectorBytes));
              tileSums.forEach((row, r) => f.set(row[v], lanes.add(row[v], lanes.mul(factors[r], column))));
            }
          },
          () => i32.ltU(xs[0], end),
        );
        f.if(add, () => tileSums.forEach((row, r) => addStored(f, lanes, outs[r], row)));
        // The last row first: what a repeated row leaves behind, the row itself then overwrites.
        for (let r = height - 1; r >= 0; r--)
          storeRow(f, lanes, outs[r], tileSums[r], partial ? columns : undefined);
      };

      /** All tiles along one panel. */
      const along = (vectors: number, partial: boolean): void => {
        const height = tileRows[vectors - 1];
        const next = (from: "y" | "panel"): void => {
          tile(height, vectors, partial, from);
          f.increase(xTile, i32.mul(xStep, pairs ? height / 2 : height));
          f.increase(outTile, i32.mul(outStep, height));
          f.set(left, i32.sub(left, height));
        };
        f.set(left, rows);
        f.set(xTile, x);
        f.set(outTile, out);
        if (reading === "packed") next("y");
        f.while(i32.gtS(left, 0), () => next(reading === "as it lies" ? "y" : "panel"));
      };

      /** The last columns, fewer than a panel holds, in as many vectors as they need: `vectors`, or more. */
      const last = (vectors: number): void => {
        if (vectors === panelVectors) {
          along(vectors, true);
          return;
        }
        f.if(
          i32.leS(columns, vectors * lanes.count),
          () => along(vectors, true),
          () => last(vectors + 1),
        );
      };

      f.doWhile(
        () => {
          if (typeof reading === "object") f.run(reading.pack(y, yStep, depth, columns, panel));
          f.if(
            i32.geS(columns, panelColumns),
            () => along(panelVectors, false),
            () => last(1),
          );
          if (typeof reading === "object") f.set(y, reading.advance(y, yStep));
          else if (reading !== "panels") f.increase(y, panelBytes);
          if (reading !== "as it lies") f.increase(panel, panelStep);
          f.increase(out, panelBytes);
          f.set(columns, i32.sub(columns, panelColumns));
        },
        () => i32.gtS(columns, 0),
      );
    },
  );
}
