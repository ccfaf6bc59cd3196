/**
 * The emitted loops over windows: for each plane, layer and row, the windows of a vector at a time, each of its lanes in
 * the order of the places of one window. tables.ts tells where windows lie.
 */
import type { FloatDType } from "../../dtype.js";
import { type Fn, type Local, ModuleBuilder } from "../../wasm/builder.js";
import { type FloatLanes, f32x4, f64x2, i32x4, type Vector, v128 } from "../../wasm/lanes.js";
import { f64, i32, type Value } from "../../wasm/values.js";
import { compileLoops, emitLoop } from "../reduction/arguments.js";
import { betterOf, narrowed, widened } from "./places.js";
import { Columns, entryBytes } from "./tables.js";

/** Addresses, and steps in bytes. */
export type PoolLoop = (
  planes: number,
  count: number,
  planeBytes: number,
  layers: number,
  layerCount: number,
  layerStep: number,
  rows: number,
  rowCount: number,
  rowStep: number,
  columns: number,
  columnCount: number,
  columnStep: number,
  out: number,
  indices: number,
) => void;

interface Setting {
  readonly lanes: FloatLanes;
  /** Bytes of a lane are `1 << shift`. */
  readonly shift: number;
}

/** What is done with the windows of a vector. */
interface Body {
  /** Before the first place, of which `first` are the numbers and `corner` the bytes from each window's first column. */
  readonly begin: (first: () => Vector, corner: Local<"i32">) => void;
  readonly place: (numbers: Vector, place: Local<"i32">) => void;
}

/** `count` times `body`, perhaps none; `moving` grows by `step` after each. */
function times(
  f: Fn,
  count: Value<"i32">,
  moving: Local<"i32">,
  step: Value<"i32"> | number,
  body: () => void,
): void {
  const left = f.let(i32.add(count, 0));
  f.while(i32.gtS(left, 0), () => {
    body();
    f.increase(moving, step);
    f.increase(left, -1);
  });
}

/** How the numbers at byte `place` of all windows of a vector are loaded. */
type Load = (place: Value<"i32">) => Vector;

/** Runs `body` with the way of loading that the entry at `group` asks for. */
function withLoads(
  f: Fn,
  { lanes, shift }: Setting,
  plane: Local<"i32">,
  group: Local<"i32">,
  body: (load: Load) => void,
): void {
  const firsts = Array.from({ length: lanes.count }, (_, lane) =>
    f.let(i32.add(plane, i32.shl(i32.load(group, 16 + 4 * lane), shift))),
  );
  const [first] = firsts;
  const kind = f.let(i32.load(group));
  const even = Array.from({ length: 16 }, (_, i) => {
    const lane = Math.floor(i / lanes.bytes);
    return 2 * lane * lanes.bytes + (i % lanes.bytes);
  });
  f.if(
    i32.eq(kind, Columns.adjacent),
    () => body((place) => v128.load(i32.add(first, place))),
    () =>
      f.if(
        i32.eq(kind, Columns.everySecond),
        () =>
          body((place) => {
            const at = f.let(i32.add(first, place));
            return v128.shuffle(v128.load(at), v128.load(at, 16), even);
          }),
        () =>
          body((place) =>
            firsts.reduce<Vector>(
              (numbers, pointer, lane) => v128.loadLane(numbers, i32.add(pointer, place), lanes.bytes, lane),
              lanes.const(0),
            ),
          ),
      ),
  );
}

/** The walk that all loops share; `windows` makes the body for the windows of an entry and what follows it. */
function emitWalk(
  module: ModuleBuilder,
  name: string,
  setting: Setting,
  windows: (
    f: Fn,
    entries: { readonly layer: Local<"i32">; readonly row: Local<"i32">; readonly group: Local<"i32"> },
    targets: { readonly out: Local<"i32">; readonly indices: Local<"i32"> },
  ) => { readonly body: Body; readonly end: () => void },
): void {
  emitLoop(
    module,
    name,
    (
      f,
      plane,
      count,
      planeBytes,
      layers,
      layerCount,
      layerStep,
      rows,
      rowCount,
      rowStep,
      columns,
      columnCount,
      columnStep,
      out,
      indices,
    ) => {
      const [layer, row, group] = [f.local("i32"), f.local("i32"), f.local("i32")];
      times(f, count, plane, planeBytes, () => {
        f.set(layer, layers);
        times(f, layerCount, layer, entryBytes, () => {
          f.set(row, rows);
          times(f, rowCount, row, entryBytes, () => {
            f.set(group, columns);
            times(f, columnCount, group, entryBytes, () => {
              const corner = f.let(i32.add(i32.load(layer), i32.load(row)));
              const { body, end } = windows(f, { layer, row, group }, { out, indices });
              withLoads(f, setting, plane, group, (load) => {
                body.begin(() => load(corner), corner);
                const z = f.let(i32.add(corner, 0));
                times(f, i32.load(layer, 4), z, layerStep, () => {
                  const y = f.let(i32.add(z, 0));
                  times(f, i32.load(row, 4), y, rowStep, () => {
                    const x = f.let(i32.add(y, 0));
                    times(f, i32.load(group, 4), x, columnStep, () => body.place(load(x), x));
                  });
                });
              });
              end();
              // What was stored for lanes without a window is overwritten, or falls on the slack behind the last.
              const made = f.let(i32.load(group, 8));
              f.increase(out, i32.shl(made, setting.shift));
              f.increase(indices, i32.shl(made, 2));
            });
          });
        });
      });
    },
  );
}

function emitMaximum(module: ModuleBuilder, setting: Setting): void {
  const { lanes, shift } = setting;
  const { integer } = lanes;
  emitWalk(module, "maximum", setting, (f, { group }, { out, indices }) => {
    const [best, found] = [f.local("v128"), f.local("v128")];
    return {
      body: {
        begin: (first, corner) => {
          f.set(best, first());
          f.set(found, widened(integer, corner));
        },
        place: (numbers, place) => {
          const other = f.let(numbers);
          const better = f.let(betterOf(lanes, other, best));
          f.set(best, v128.bitselect(other, best, better));
          f.set(found, v128.bitselect(widened(integer, place), found, better));
        },
      },
      end: () => {
        f.run(v128.store(out, best));
        const places = f.let(narrowed(integer, f.let(integer.shrU(found, shift))));
        f.run(v128.store(indices, i32x4.add(places, v128.load(group, 16))));
      },
    };
  });
}

/** Of a vector of two lanes the upper one below. */
const upper = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];

function emitMean(module: ModuleBuilder, setting: Setting): void {
  const narrow = setting.lanes.type === "f32";
  emitWalk(module, "mean", setting, (f, { layer, row, group }, { out }) => {
    const sums = Array.from({ length: narrow ? 2 : 1 }, () => f.local("v128"));
    return {
      body: {
        begin: () => {
          for (const sum of sums) f.set(sum, f64x2.const(0));
        },
        place: (numbers) => {
          const terms = f.let(numbers);
          const wide = narrow
            ? [v128.promote(terms), v128.promote(v128.shuffle(terms, terms, upper))]
            : [terms];
          for (const [i, sum] of sums.entries()) f.set(sum, f64x2.add(sum, wide[i]));
        },
      },
      end: () => {
        const divisor = f.let(f64x2.splat(f64.mul(f64.load(layer, 8), f64.load(row, 8))));
        const means = sums.map((sum, i) =>
          f.let(f64x2.div(sum, f64x2.mul(divisor, v128.load(group, 32 + 16 * i)))),
        );
        f.run(
          v128.store(
            out,
            narrow
              ? v128.shuffle(
                  v128.demote(means[0]),
                  v128.demote(means[1]),
                  Array.from({ length: 16 }, (_, i) => (i < 8 ? i : i + 8)),
                )
              : means[0],
          ),
        );
      },
    };
  });
}

const compiled = new Map<FloatDType, Readonly<Record<"maximum" | "mean", PoolLoop>>>();

/** The loops for a dtype, compiled at the first call. */
export function poolLoops(dtype: FloatDType): Readonly<Record<"maximum" | "mean", PoolLoop>> {
  let loops = compiled.get(dtype);
  if (loops === undefined) {
    const module = new ModuleBuilder();
    const setting = dtype === "float32" ? { lanes: f32x4, shift: 2 } : { lanes: f64x2, shift: 3 };
    emitMaximum(module, setting);
    emitMean(module, setting);
    loops = compileLoops<"maximum" | "mean">(module);
    compiled.set(dtype, loops);
  }
  return loops;
}
