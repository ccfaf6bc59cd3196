/**
 * The emitted loops over windows of two by two places that lie side by side and fill their planes: the pooling of most
 * networks. A vector of windows at a time, whose even and odd columns are drawn apart, or put together.
 */
import type { FloatDType } from "../../dtype.js";
import { type Fn, type Local, ModuleBuilder } from "../../wasm/builder.js";
import { type FloatLanes, f32x4, f64x2, type IntegerLanes, type Vector, v128 } from "../../wasm/lanes.js";
import { i32, type Operand } from "../../wasm/values.js";
import { compileLoops, emitLoop } from "../reduction/arguments.js";
import { betterOf, narrowed, widened } from "./places.js";
import type { Spans } from "./spans.js";

/** Addresses, and the lengths of the result: `rows` and `columns` are of windows, none is zero. */
export interface SquareLoops {
  readonly maximum: (
    x: number,
    planes: number,
    rows: number,
    columns: number,
    out: number,
    indices: number,
  ) => void;
  /** Writes whole planes: each number where its index says, within its window, and zeros. */
  readonly spread: (
    numbers: number,
    indices: number,
    planes: number,
    rows: number,
    columns: number,
    out: number,
  ) => void;
}

/** Whether windows are such. */
export function areSquares([layers, rows, columns]: readonly [Spans, Spans, Spans]): boolean {
  return layers.size === 1 && layers.starts.length === 1 && isHalved(rows) && isHalved(columns);
}

function isHalved({ size, starts, ends }: Spans): boolean {
  return size === 2 * starts.length && starts.every((start, i) => start === 2 * i && ends[i] === start + 2);
}

const vectorBytes = 16;

/** Lanes `first`, `first + 2` … of two vectors, as if they were one. */
function everySecond({ bytes }: FloatLanes, x: Vector, y: Vector, first: number): Vector {
  const places = Array.from({ length: vectorBytes }, (_, i) => {
    const lane = 2 * Math.floor(i / bytes) + first;
    return lane * bytes + (i % bytes);
  });
  return v128.shuffle(x, y, places);
}

/** Lanes of x and y in turn: from their first halves, or from the second ones. */
function inTurn({ bytes, count }: FloatLanes, x: Vector, y: Vector, half: 0 | 1): Vector {
  const places = Array.from({ length: vectorBytes }, (_, i) => {
    const lane = Math.floor(i / bytes);
    const own = Math.floor(lane / 2) + (half * count) / 2;
    return (lane % 2) * vectorBytes + own * bytes + (i % bytes);
  });
  return v128.shuffle(x, y, places);
}

/** 0, 2, 4 …: how far the windows of a vector lie from the first. */
function steps(integer: IntegerLanes): Vector {
  let vector = integer.const(0);
  for (let lane = 1; lane < integer.count; lane++) vector = integer.replace(vector, lane, 2 * lane);
  return vector;
}

/** `count` times `body`, once at least. */
function repeat(f: Fn, count: Operand, body: () => void): void {
  const left = f.let(i32.add(count, 0));
  f.doWhile(
    () => {
      body();
      f.increase(left, -1);
    },
    () => left,
  );
}

/** The vectors of a row of windows; `body` moves all pointers. */
function alongRow(f: Fn, { count }: FloatLanes, columns: Local<"i32">, body: () => void): void {
  const left = f.let(i32.add(columns, 0));
  f.doWhile(
    () => {
      body();
      f.increase(left, -count);
    },
    () => i32.gtS(left, 0),
  );
}

function emitMaximum(module: ModuleBuilder, lanes: FloatLanes): void {
  const { integer } = lanes;
  emitLoop(module, "maximum", (f, x, planes, rows, columns, out, indices) => {
    const width = f.let(i32.shl(columns, 1));
    const rowBytes = f.let(i32.mul(width, lanes.bytes));
    const below = f.let(widened(integer, width));
    const first = f.local("i32");
    const [top, write, places] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const [place, best, found] = [f.local("v128"), f.local("v128"), f.local("v128")];
    repeat(f, planes, () => {
      f.set(first, 0);
      repeat(f, rows, () => {
        f.set(place, integer.add(widened(integer, first), steps(integer)));
        f.set(top, x);
        f.set(write, out);
        f.set(places, indices);
        alongRow(f, lanes, columns, () => {
          const bottom = f.let(i32.add(top, rowBytes));
          const [above, under] = [top, bottom].map((row) => {
            const pair = [f.let(v128.load(row)), f.let(v128.load(row, vectorBytes))] as const;
            return [0, 1].map((i) => f.let(everySecond(lanes, ...pair, i)));
          }) as [Local<"v128">[], Local<"v128">[]];
          f.set(best, above[0]!);
          f.set(found, place);
          const next = f.let(integer.add(place, integer.const(1)));
          const others = [
            [above[1]!, next],
            [under[0]!, integer.add(place, below)],
            [under[1]!, integer.add(next, below)],
          ] as const;
          for (const [numbers, at] of others) {
            const better = f.let(betterOf(lanes, numbers, best));
            f.set(best, v128.bitselect(numbers, best, better));
            f.set(found, v128.bitselect(at, found, better));
          }
          // What is stored past the end of a row is overwritten by the next, or falls on the slack.
          f.run(v128.store(write, best));
          f.run(v128.store(places, narrowed(integer, found)));
          f.set(place, integer.add(place, integer.const(2 * lanes.count)));
          f.increase(top, 2 * vectorBytes);
          f.increase(write, vectorBytes);
          f.increase(places, 4 * lanes.count);
        });
        f.increase(x, i32.shl(rowBytes, 1));
        f.increase(out, i32.mul(columns, lanes.bytes));
        f.increase(indices, i32.shl(columns, 2));
        f.increase(first, i32.shl(width, 1));
      });
    });
  });
}

function emitSpread(module: ModuleBuilder, lanes: FloatLanes): void {
  const { integer } = lanes;
  emitLoop(module, "spread", (f, numbers, indices, planes, rows, columns, out) => {
    const width = f.let(i32.shl(columns, 1));
    const rowBytes = f.let(i32.mul(width, lanes.bytes));
    const first = f.local("i32");
    const [read, places, write] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const place = f.local("v128");
    repeat(f, planes, () => {
      f.set(first, 0);
      repeat(f, rows, () => {
        // The upper row of the windows, then the lower: what one leaves past its end the next overwrites.
        repeat(f, 2, () => {
          f.set(place, integer.add(widened(integer, first), steps(integer)));
          f.set(read, numbers);
          f.set(places, indices);
          f.set(write, out);
          alongRow(f, lanes, columns, () => {
            // Added to zero, as everywhere.
            const value = f.let(lanes.add(lanes.const(0), v128.load(read)));
            const wanted = f.let(
              integer.type === "i32" ? v128.load(places) : v128.i64FromI32(v128.loadLow(places, 8)),
            );
            const even = f.let(v128.and(value, integer.eq(wanted, place)));
            const odd = f.let(v128.and(value, integer.eq(wanted, integer.add(place, integer.const(1)))));
            f.run(v128.store(write, inTurn(lanes, even, odd, 0)));
            f.run(v128.store(write, inTurn(lanes, even, odd, 1), vectorBytes));
            f.set(place, integer.add(place, integer.const(2 * lanes.count)));
            f.increase(read, vectorBytes);
            f.increase(places, 4 * lanes.count);
            f.increase(write, 2 * vectorBytes);
          });
          f.increase(out, rowBytes);
          f.increase(first, width);
        });
        f.increase(numbers, i32.mul(columns, lanes.bytes));
        f.increase(indices, i32.shl(columns, 2));
      });
    });
  });
}

const compiled = new Map<FloatDType, SquareLoops>();

/** The loops for a dtype, compiled at the first call. */
export function squareLoops(dtype: FloatDType): SquareLoops {
  let loops = compiled.get(dtype);
  if (loops === undefined) {
    const module = new ModuleBuilder();
    const lanes = dtype === "float32" ? f32x4 : f64x2;
    emitMaximum(module, lanes);
    emitSpread(module, lanes);
    loops = compileLoops<keyof SquareLoops>(module) as unknown as SquareLoops;
    compiled.set(dtype, loops);
  }
  return loops;
}
