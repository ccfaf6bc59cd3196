/** The emitted loop that spreads each number over its window; tables.ts tells where windows lie. */
import { bytesOf, type FloatDType } from "../../dtype.js";
import { type Fn, type Local, ModuleBuilder } from "../../wasm/builder.js";
import { f32, f64, i32, type Value } from "../../wasm/values.js";
import { instantiate } from "../memory.js";
import { entryBytes } from "./tables.js";

/**
 * Divides each number by the divisor of its window and adds it at all places of the window. Tables are of lines, along
 * all three axes; steps are bytes from place to place along an axis.
 */
export type SpreadLoop = (
  numbers: number,
  planes: number,
  out: number,
  planeBytes: number,
  layers: number,
  layerCount: number,
  layerStep: number,
  rows: number,
  rowCount: number,
  rowStep: number,
  columns: number,
  columnCount: number,
) => void;

const parameters = {
  numbers: "i32",
  planes: "i32",
  out: "i32",
  planeBytes: "i32",
  layers: "i32",
  layerCount: "i32",
  layerStep: "i32",
  rows: "i32",
  rowCount: "i32",
  rowStep: "i32",
  columns: "i32",
  columnCount: "i32",
} as const;

/** `body` for each of `count` entries from `first` on, none is zero. */
function eachEntry(
  f: Fn,
  first: Local<"i32">,
  count: Local<"i32">,
  body: (entry: Local<"i32">) => void,
): void {
  const entry = f.let(i32.add(first, 0));
  const end = f.let(i32.add(first, i32.mul(count, entryBytes)));
  f.doWhile(
    () => {
      body(entry);
      f.increase(entry, entryBytes);
    },
    () => i32.ltU(entry, end),
  );
}

/** `body` for as many places as the entry says, from `from` on, `step` apart. */
function eachPlace(
  f: Fn,
  entry: Local<"i32">,
  from: Local<"i32">,
  step: Local<"i32"> | number,
  body: (place: Local<"i32">) => void,
): void {
  const place = f.let(i32.add(from, 0));
  const left = f.let(i32.load(entry, 4));
  f.while(i32.gtS(left, 0), () => {
    body(place);
    f.increase(place, step);
    f.increase(left, -1);
  });
}

/** A number of the dtype, made of one in float64, that is added at places. */
interface Share {
  readonly load: (pointer: Local<"i32">) => Value<"f64">;
  readonly set: (value: Value<"f64">) => void;
  readonly add: (place: Local<"i32">) => void;
}

function shareOf(f: Fn, dtype: FloatDType): Share {
  if (dtype === "float32") {
    const share = f.local("f32");
    return {
      load: (pointer) => f64.promote(f32.load(pointer)),
      set: (value) => f.set(share, f32.demote(value)),
      add: (place) => f.run(f32.store(place, f32.add(f32.load(place), share))),
    };
  }
  const share = f.local("f64");
  return {
    load: (pointer) => f64.load(pointer),
    set: (value) => f.set(share, value),
    add: (place) => f.run(f64.store(place, f64.add(f64.load(place), share))),
  };
}

const compiled = new Map<FloatDType, SpreadLoop>();

function compile(dtype: FloatDType): SpreadLoop {
  const bytes = bytesOf[dtype];
  const module = new ModuleBuilder();
  module.export("spread", parameters, null, (f, p) => {
    const share = shareOf(f, dtype);
    f.while(p.planes, () => {
      eachEntry(f, p.layers, p.layerCount, (layer) =>
        eachEntry(f, p.rows, p.rowCount, (row) => {
          const divisor = f.let(f64.mul(f64.load(layer, 8), f64.load(row, 8)));
          const corner = f.let(i32.add(i32.add(p.out, i32.load(layer)), i32.load(row)));
          eachEntry(f, p.columns, p.columnCount, (column) => {
            const own = f.let(f64.mul(divisor, f64.load(column, 8)));
            share.set(f64.div(share.load(p.numbers), own));
            f.increase(p.numbers, bytes);
            const first = f.let(i32.add(corner, i32.load(column)));
            eachPlace(f, layer, first, p.layerStep, (z) =>
              eachPlace(f, row, z, p.rowStep, (y) => eachPlace(f, column, y, bytes, share.add)),
            );
          });
        }),
      );
      f.increase(p.out, p.planeBytes);
      f.increase(p.planes, -1);
    });
  });
  return instantiate<{ readonly spread: SpreadLoop }>(module).spread;
}

/** The loop for a dtype, compiled at the first call. */
export function spreadLoop(dtype: FloatDType): SpreadLoop {
  let loop = compiled.get(dtype);
  if (loop === undefined) {
    loop = compile(dtype);
    compiled.set(dtype, loop);
  }
  return loop;
}
