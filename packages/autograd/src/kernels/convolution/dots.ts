/** The gradient of the weight where a group has few filters: vectors of windows meet where they lie. */
import type { Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { type Lanes, type Vector, v128 } from "../../wasm/lanes.js";
import { i32 } from "../../wasm/values.js";
import { transposed, vectorBytes } from "../matmul/pack.js";
import { addStored, storeRow } from "../matmul/store.js";
import { rowEntryBytes } from "./pack-windows.js";

/** Bytes of an entry of the table of vectors: where it lies on an image and in the gradient, and where its mask. */
export const vectorEntryBytes = 12;

/** Bytes of the masks: of a whole vector, and of the last of a row. */
export const maskBytes: number = 2 * vectorBytes;

const parameters = {
  rows: "i32",
  taps: "i32",
  vectors: "i32",
  tapTable: "i32",
  vectorTable: "i32",
  origin: "i32",
  gradient: "i32",
  gradientStep: "i32",
  masks: "i32",
  out: "i32",
  outStep: "i32",
  add: "i32",
} as const;

/** Taps that are summed side by side. */
const tileTaps = 4;

/**
 * `dots(rows, taps, vectors, tapTable, vectorTable, origin, gradient, gradientStep, masks, out, outStep, add)`:
 * out[r, t] = the sum over the vectors of gradient[r] · x[t], or more by that where `add` is not zero. A vector lies at
 * the origin + tapTable[t] + its first word, and at the gradient + r · gradientStep + its second word. Where `masks` is
 * not zero, only those of its lanes count that the mask there at its third word has. Each lane is summed for itself;
 * then neighbours, then pairs of them are added. No length is zero.
 */
export function emitDots(module: ModuleBuilder, lanes: Lanes): void {
  module.export(
    "dots",
    parameters,
    null,
    (
      f,
      {
        rows,
        taps,
        vectors,
        tapTable,
        vectorTable,
        origin,
        gradient,
        gradientStep,
        masks,
        out,
        outStep,
        add,
      },
    ) => {
      const end = f.let(i32.add(vectorTable, i32.mul(vectors, vectorEntryBytes)));
      const entry = f.local("i32");
      const place = f.local("i32");
      const tap = f.local("i32");
      const left = f.local("i32");
      const write = f.local("i32");
      const x = f.local("v128");
      const mask = f.local("v128");
      const sums = Array.from({ length: 8 }, () => f.local("v128"));

      const tile = (height: number, masked: boolean): void => {
        const tileSums = Array.from({ length: height }, (_, r) =>
          sums.slice(r * tileTaps, (r + 1) * tileTaps),
        );
        const gs = Array.from({ length: height }, (_, r) =>
          f.let(i32.add(gradient, r === 0 ? 0 : gradientStep)),
        );
        // Past the last tap it is repeated, and not stored.
        const starts = Array.from({ length: tileTaps }, (_, t) => {
          const own = f.let(i32.add(tap, i32.mul(i32.gtS(left, t), t * rowEntryBytes)));
          return f.let(i32.add(origin, i32.load(own)));
        });
        for (const sum of tileSums.flat()) f.set(sum, lanes.const(0));
        f.set(entry, vectorTable);
        f.doWhile(
          () => {
            if (masked) f.set(mask, v128.load(i32.add(masks, i32.load(entry, 8))));
            f.set(place, i32.load(entry, 4));
            const shown = (vector: Vector): Vector => (masked ? v128.and(vector, mask) : vector);
            const factors = gs.map((g) => f.let(shown(v128.load(i32.add(g, place)))));
            f.set(place, i32.load(entry));
            for (let t = 0; t < tileTaps; t++) {
              f.set(x, shown(v128.load(i32.add(starts[t], place))));
              tileSums.forEach((row, r) => f.set(row[t], lanes.add(row[t], lanes.mul(factors[r], x))));
            }
            f.increase(entry, vectorEntryBytes);
          },
          () => i32.ltU(entry, end),
        );
        tileSums.forEach((row, r) => {
          const target = f.let(i32.add(write, r === 0 ? 0 : outStep));
          const results = acrossLanes(f, lanes, row);
          results.forEach((result, v) => {
            const isFirst = v === 0;
            const finish = (): void => {
              const at = f.let(i32.add(target, v * vectorBytes));
              f.if(add, () => addStored(f, lanes, at, [result]));
              storeRow(f, lanes, at, [result], f.let(i32.sub(left, v * lanes.count)));
            };
            if (isFirst) finish();
            else f.if(i32.gtS(left, v * lanes.count), finish);
          });
        });
        f.increase(tap, tileTaps * rowEntryBytes);
        f.increase(write, tileTaps * lanes.bytes);
        f.set(left, i32.sub(left, tileTaps));
      };

      const along = (height: number, masked: boolean): void => {
        f.set(tap, tapTable);
        f.set(write, out);
        f.set(left, taps);
        f.doWhile(
          () => tile(height, masked),
          () => i32.gtS(left, 0),
        );
        f.increase(gradient, i32.mul(gradientStep, height));
        f.increase(out, i32.mul(outStep, height));
        f.set(rows, i32.sub(rows, height));
      };
      const all = (masked: boolean): void => {
        f.while(i32.gtS(rows, 1), () => along(2, masked));
        f.if(rows, () => along(1, masked));
      };
      f.if(
        masks,
        () => all(true),
        () => all(false),
      );
    },
  );
}

/** The sums of the lanes of each vector, as vectors. */
function acrossLanes(f: Fn, lanes: Lanes, vectors: readonly Local<"v128">[]): Local<"v128">[] {
  const results: Local<"v128">[] = [];
  for (let v = 0; v < vectors.length; v += lanes.count) {
    const columns = transposed(f, lanes, vectors.slice(v, v + lanes.count));
    const pairs = columns.flatMap((column, i) =>
      i % 2 === 0 ? [f.let(lanes.add(column, columns[i + 1]))] : [],
    );
    results.push(pairs.length === 1 ? pairs[0] : f.let(lanes.add(pairs[0], pairs[1])));
  }
  return results;
}
