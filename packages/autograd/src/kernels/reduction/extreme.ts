/**
 * The loops of max and min with the index where they are found: the first of equals; NaN beats every number, and the
 * first NaN every other.
 */
import { bytesOf, type DType } from "../../dtype.js";
import { type Fn, type Local, ModuleBuilder } from "../../wasm/builder.js";
import {
  f32x4,
  f64x2,
  type IntegerLanes,
  i32x4,
  i64x2,
  type Lanes,
  type Vector,
  v128,
} from "../../wasm/lanes.js";
import { constant, i32, i64, instruction, simd, type Value } from "../../wasm/values.js";
import { compileLoops, emitLoop } from "./arguments.js";

/** Which end of the order is sought. */
export type Extreme = "max" | "min";

interface Setting {
  /** The dtype in which best values are kept. */
  readonly dtype: "float32" | "float64" | "int32";
  readonly lanes: Lanes;
  /** Of the indices: as wide as the values. */
  readonly indexLanes: IntegerLanes;
  readonly float: boolean;
  readonly load: (pointer: Value<"i32">, offset?: number) => Vector;
  readonly loadSplat: (pointer: Value<"i32">) => Vector;
  readonly beyond: (x: Vector, y: Vector) => Vector;
  /** The one that is further, or `best` where neither is. A NaN `x` is passed over. */
  readonly pick: (best: Vector, x: Vector) => Vector;
  /** Where `x` takes the place of `best`, which was found before it. */
  readonly beats: (x: Vector, best: Vector) => Vector;
}

function settingOf(from: DType, kind: Extreme): Setting {
  const float = from === "float32" || from === "float64";
  const floatLanes = from === "float64" ? f64x2 : f32x4;
  const lanes: Lanes = float ? floatLanes : i32x4;
  const byte = bytesOf[from] === 1;
  const beyond = kind === "max" ? lanes.gt : lanes.lt;
  const pick = kind === "max" ? (float ? floatLanes.pmax : i32x4.max) : float ? floatLanes.pmin : i32x4.min;
  return {
    dtype: float ? from : "int32",
    lanes,
    indexLanes: from === "float64" ? i64x2 : i32x4,
    float,
    load: (pointer, offset = 0) =>
      byte ? v128.i32FromU8(v128.loadLow(pointer, 4, offset)) : v128.load(pointer, offset),
    loadSplat: (pointer) => (byte ? i32x4.splat(i32.load8U(pointer)) : lanes.loadSplat(pointer)),
    beyond,
    pick,
    beats: (x, best) => {
      const further = beyond(x, best);
      return float ? v128.or(further, v128.and(lanes.ne(x, x), lanes.eq(best, best))) : further;
    },
  };
}

function splatIndex(s: Setting, index: Value<"i32">): Vector {
  return s.indexLanes.splat(s.indexLanes.type === "i64" ? i64.extendU(index) : index);
}

/** A bit for each lane of a mask. */
function bitmask({ indexLanes }: Setting, mask: Vector): Value<"i32"> {
  return simd("i32", indexLanes.type === "i64" ? 0xc4 : 0xa4, [mask]);
}

function trailingZeros(x: Value<"i32">): Value<"i32"> {
  return instruction("i32", [0x68], [x]);
}

/**
 * Sets `found` to the place of the first of `terms` numbers from `row` on for which `test` sets a lane, if there is
 * one. `test` is given vectors of several numbers, and of the same number in all lanes.
 */
function emitFind(
  f: Fn,
  s: Setting,
  bytes: number,
  row: Local<"i32">,
  end: Local<"i32">,
  found: Local<"i32">,
  test: (x: Vector) => Vector,
): void {
  const { count } = s.lanes;
  const pointer = f.let(i32.add(row, 0));
  const mask = f.local("v128");
  const hit = f.let(i32.and(pointer, 0));
  const vectorEnd = f.let(i32.sub(end, bytes * (count - 1)));
  const search = (step: number, bound: Value<"i32">, load: () => Vector): void => {
    f.while(i32.and(i32.eqz(hit), i32.ltU(pointer, bound)), () => {
      f.set(mask, test(f.let(load())));
      f.set(hit, v128.anyTrue(mask));
      f.increase(pointer, step);
    });
    f.if(hit, () => f.increase(pointer, -step));
  };
  search(bytes * count, vectorEnd, () => s.load(pointer));
  // All lanes of a single number agree, so that the first lane's bit adds nothing to its place.
  f.if(i32.eqz(hit), () => search(bytes, end, () => s.loadSplat(pointer)));
  f.if(hit, () =>
    f.set(found, i32.add(i32.divU(i32.sub(pointer, row), bytes), trailingZeros(bitmask(s, mask)))),
  );
}

// Vectors between two turns of a loop over a row.
const unrolled = 4;

function emitRows(module: ModuleBuilder, from: DType, s: Setting): void {
  const { lanes, indexLanes, pick } = s;
  const bytes = bytesOf[from];
  const vectorBytes = bytes * lanes.count;
  emitLoop(module, "rows", (f, line, lines, lineStep, first, terms, values, indices) => {
    const length = f.let(i32.mul(terms, bytes));
    f.doWhile(
      () => {
        const end = f.let(i32.add(line, length));
        const unrolledEnd = f.let(i32.add(line, i32.sub(length, i32.remU(length, unrolled * vectorBytes))));
        const pointer = f.let(i32.add(line, 0));
        const bests = Array.from({ length: unrolled }, () => f.let(s.loadSplat(line)));
        // A sum is NaN if a term is; that ∞ − ∞ is too costs a search in vain.
        const sums = s.float ? bests.map(() => f.let(lanes.const(0))) : [];
        f.while(i32.ltU(pointer, unrolledEnd), () => {
          const loaded = bests.map((_, k) => f.let(s.load(pointer, k * vectorBytes)));
          loaded.forEach((x, k) => f.set(bests[k], pick(bests[k], x)));
          sums.forEach((sum, k) => f.set(sum, lanes.add(sum, loaded[k])));
          f.increase(pointer, unrolled * vectorBytes);
        });
        f.while(i32.ltU(pointer, end), () => {
          const x = f.let(s.loadSplat(pointer));
          f.set(bests[0], pick(bests[0], x));
          if (s.float) f.set(sums[0], lanes.add(sums[0], x));
          f.increase(pointer, bytes);
        });
        const best = bests[0];
        for (const other of bests.slice(1)) f.set(best, pick(best, other));
        for (let shift = 8; shift >= lanes.bytes; shift /= 2) f.set(best, pick(best, rotated(best, shift)));
        const found = f.let(constant("i32", -1));
        if (s.float) {
          const sum = f.let(pairwise(sums, lanes.add));
          f.if(v128.anyTrue(lanes.ne(sum, sum)), () => {
            emitFind(f, s, bytes, line, end, found, (x) => lanes.ne(x, x));
          });
        }
        f.if(i32.ltS(found, 0), () => emitFind(f, s, bytes, line, end, found, (x) => lanes.eq(x, best)));
        f.set(pointer, i32.add(line, i32.mul(found, bytes)));
        const value = f.let(s.loadSplat(pointer));
        const place = f.let(splatIndex(s, i32.add(found, first)));
        f.if(first, () => {
          const held = f.let(lanes.loadSplat(values));
          const better = f.let(s.beats(value, held));
          f.set(value, v128.bitselect(value, held, better));
          f.set(place, v128.bitselect(place, indexLanes.loadSplat(indices), better));
        });
        f.run(v128.storeLane(values, value, lanes.bytes, 0));
        f.run(v128.storeLane(indices, place, lanes.bytes, 0));
        f.increase(values, lanes.bytes);
        f.increase(indices, lanes.bytes);
        f.increase(line, lineStep);
        f.increase(lines, -1);
      },
      () => i32.gtS(lines, 0),
    );
  });
}

function rotated(x: Vector, shift: number): Vector {
  return v128.shuffle(
    x,
    x,
    Array.from({ length: 16 }, (_, i) => (i + shift) % 16),
  );
}

// Rows that are compared with the best together: the best changes seldom.
const group = 8;

function emitColumns(module: ModuleBuilder, from: DType, s: Setting): void {
  const { lanes, indexLanes, pick } = s;
  const vectorBytes = bytesOf[from] * lanes.count;
  emitLoop(
    module,
    "columns",
    (f, line, lines, lineStep, first, terms, values, indices, columns, termStep) => {
      const width = f.let(i32.mul(columns, lanes.bytes));
      const pitch = f.let(i32.mul(i32.and(i32.add(columns, 3), -4), lanes.bytes));
      const groups = f.let(i32.divU(terms, group));
      const rest = f.let(i32.remU(terms, group));
      const [best, place] = [f.local("v128"), f.local("v128")];
      const [pointer, index, left] = [f.local("i32"), f.local("i32"), f.local("i32")];
      const offer = (count: Value<"i32"> | number): void => {
        f.set(left, count);
        f.while(i32.gtS(left, 0), () => {
          const x = f.let(s.load(pointer));
          const better = f.let(s.beats(x, best));
          f.set(best, v128.bitselect(x, best, better));
          f.set(place, v128.bitselect(splatIndex(s, index), place, better));
          f.increase(pointer, termStep);
          f.increase(index, 1);
          f.increase(left, -1);
        });
      };
      f.doWhile(
        () => {
          const column = f.let(i32.add(line, 0));
          const at = f.local("i32");
          f.set(at, 0);
          f.doWhile(
            () => {
              const valueAt = f.let(i32.add(values, at));
              const indexAt = f.let(i32.add(indices, at));
              f.set(pointer, column);
              f.set(index, first);
              f.if(
                first,
                () => {
                  f.set(best, v128.load(valueAt));
                  f.set(place, v128.load(indexAt));
                },
                () => {
                  f.set(best, s.load(column));
                  f.set(place, indexLanes.const(0));
                },
              );
              const count = f.let(i32.add(groups, 0));
              f.while(i32.gtS(count, 0), () => {
                const ahead = f.let(i32.add(pointer, 0));
                const rows = Array.from({ length: group }, (_, k) => {
                  if (k > 0) f.increase(ahead, termStep);
                  return f.let(s.load(ahead));
                });
                const top = f.let(pairwise(rows, pick));
                let changes = s.beyond(top, best);
                if (s.float) {
                  const sum = f.let(pairwise(rows, lanes.add));
                  changes = v128.or(changes, v128.and(lanes.ne(sum, sum), lanes.eq(best, best)));
                }
                f.if(
                  v128.anyTrue(changes),
                  () => offer(group),
                  () => {
                    f.set(pointer, i32.add(ahead, termStep));
                    f.increase(index, group);
                  },
                );
                f.increase(count, -1);
              });
              offer(rest);
              f.run(v128.store(valueAt, best));
              f.run(v128.store(indexAt, place));
              f.increase(column, vectorBytes);
              f.increase(at, 16);
            },
            () => i32.ltS(at, width),
          );
          f.increase(values, pitch);
          f.increase(indices, pitch);
          f.increase(line, lineStep);
          f.increase(lines, -1);
        },
        () => i32.gtS(lines, 0),
      );
    },
  );
}

function pairwise(items: readonly Vector[], combine: (x: Vector, y: Vector) => Vector): Vector {
  if (items.length === 1) return items[0];
  const half = items.length / 2;
  return combine(pairwise(items.slice(0, half), combine), pairwise(items.slice(half), combine));
}

/** The emitted loops for one dtype and kind. Addresses and steps in bytes. */
export interface ExtremeKernel {
  /** Of the best values. */
  readonly dtype: "float32" | "float64" | "int32";
  /** Bytes of a best value and of its index. */
  readonly bytes: number;
  /** Offers contiguous terms, of which the first has place `first`, to the best of each line. */
  readonly rows: (
    address: number,
    lines: number,
    lineStep: number,
    first: number,
    terms: number,
    values: number,
    indices: number,
  ) => void;
  /** The same for `columns` contiguous results at a time; lines of results lie a pitch apart. */
  readonly columns: (
    address: number,
    lines: number,
    lineStep: number,
    first: number,
    terms: number,
    values: number,
    indices: number,
    columns: number,
    termStep: number,
  ) => void;
}

const compiled = new Map<string, ExtremeKernel>();

/** The loops for operands of dtype `from`, compiled at the first call. */
export function extremeKernel(from: DType, kind: Extreme): ExtremeKernel {
  const key = `${from} ${kind}`;
  let kernel = compiled.get(key);
  if (kernel === undefined) {
    const setting = settingOf(from, kind);
    const module = new ModuleBuilder();
    emitRows(module, from, setting);
    emitColumns(module, from, setting);
    kernel = {
      dtype: setting.dtype,
      bytes: setting.lanes.bytes,
      ...compileLoops<"rows" | "columns">(module),
    };
    compiled.set(key, kernel);
  }
  return kernel;
}
