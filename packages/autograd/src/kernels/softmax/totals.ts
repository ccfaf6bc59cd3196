/**
 * The sums of exponentials, in the order that softmax.ts promises: along rows, and down columns with vectors across them.
 */
import type { Fn, Local } from "../../wasm/builder.js";
import { f64x2, type Vector, v128 } from "../../wasm/lanes.js";
import { constant, f64, i32, select } from "../../wasm/values.js";
import {
  emitVectors,
  type Float,
  fallingShiftedExp,
  inFloat64,
  masked,
  offsetsTogether,
  type Shifted,
  type ShiftedExp,
  together,
} from "./float.js";

/** Terms of a run: those that stand a vector apart are added up in the dtype. */
export const runTerms = 32;

/** Terms whose sums are added up apart from the others. */
export const blockTerms = 4096;

/** The lesser of `x` and a number. */
function atMost(f: Fn, x: Local<"i32">, limit: number): Local<"i32"> {
  return f.let(select(i32.ltS(x, limit), x, constant("i32", limit)));
}

interface RowTotal {
  /** What the sums of blocks are added to; 0 at first if it is not given. */
  readonly total?: Local<"f64">;
  /** Where the exponentials are stored, if they are. What is stored past the end of the row is no number of it. */
  readonly out?: Local<"i32">;
  readonly exp?: ShiftedExp;
}

/** The sum of eˣ⁻ᵐ over a row. */
export function totalOf(
  f: Fn,
  float: Float,
  row: Local<"i32">,
  terms: Local<"i32">,
  m: Vector,
  partial: Vector,
  { total = f.let(constant("f64", 0)), out, exp = fallingShiftedExp }: RowTotal = {},
): Local<"f64"> {
  const { lanes } = float;
  const pointer = f.let(i32.add(row, 0));
  const target = out && f.let(i32.add(out, 0));
  const pointers = target === undefined ? [pointer] : [pointer, target];
  const left = f.let(i32.add(terms, 0));
  const running = f.local("v128");
  const sums = f.local("v128");
  const add = (mask: Vector | null, offsets: readonly number[]): void => {
    // Lanes that do not count are given m, so that they take no rare way.
    const xs = offsets.map((offset) => f.let(masked(mask, v128.load(pointer, offset), m)));
    const shifted = xs.map((x): Shifted => [x, m]);
    exp(f, float, shifted).forEach((e, k) => {
      if (target !== undefined) f.run(v128.store(target, e, offsets[k]));
      f.set(sums, lanes.add(sums, mask === null ? e : v128.and(e, mask)));
    });
  };
  const endRun = (): void => {
    for (const part of inFloat64(float, sums)) f.set(running, f64x2.add(running, part));
    f.set(sums, lanes.const(0));
  };
  f.set(sums, lanes.const(0));
  f.doWhile(
    () => {
      const block = atMost(f, left, blockTerms);
      f.set(left, i32.sub(left, block));
      f.set(running, f64x2.const(0));
      // Engines make the constants of a loop within another once only where the inner one runs in any case.
      f.while(i32.geS(block, runTerms), () => {
        const run = f.local("i32");
        f.set(run, runTerms);
        f.doWhile(
          () => {
            add(null, offsetsTogether);
            for (const each of pointers) f.increase(each, 16 * together);
            f.increase(run, -together * lanes.count);
          },
          () => i32.gtS(run, 0),
        );
        endRun();
        f.increase(block, -runTerms);
      });
      f.if(block, () => {
        emitVectors(f, float, block, pointers, add, { partial });
        endRun();
      });
      f.set(total, f64.add(total, f64.add(f64x2.extract(running, 0), f64x2.extract(running, 1))));
    },
    () => i32.gtS(left, 0),
  );
  return total;
}

/** Runs `body` for all columns, some vectors at a time: for those at the given offsets from `at` bytes on. */
export type Across = (
  body: (mask: Vector | null, at: Local<"i32">, offsets: readonly number[]) => void,
) => void;

interface Columns {
  readonly across: Across;
  /** The first term of the first column, and the bytes from a term to the next. */
  readonly row: Local<"i32">;
  readonly step: Local<"i32">;
  /** Their number: a multiple of {@link runTerms}, or what is left of the block. */
  readonly terms: Local<"i32">;
  readonly maxima: Local<"i32">;
  /** Float64 sums of the columns: of even-placed terms, and of odd-placed ones. */
  readonly even: Local<"i32">;
  readonly odd: Local<"i32">;
  /** Where the exponentials are stored, if they are. */
  readonly out?: Local<"i32">;
  readonly exp: ShiftedExp;
}

/** Adds eˣ⁻ᵐ of columns to their running sums. */
export function addColumns(
  f: Fn,
  float: Float,
  { across, row, step, terms, maxima, even, odd, out, exp }: Columns,
): void {
  const { lanes } = float;
  const parts = 8 / lanes.bytes;
  const apart = f.let(i32.mul(step, lanes.count));
  const left = f.let(i32.add(terms, 0));
  const first = f.let(i32.add(row, 0));
  const target = f.let(i32.add(out ?? row, 0));
  f.doWhile(
    () => {
      const run = atMost(f, left, runTerms);
      const lane = f.local("i32");
      const [from, to] = [f.let(i32.add(first, 0)), f.let(i32.add(target, 0))];
      f.for(lane, 0, atMost(f, run, lanes.count), 1, () => {
        const half = f.let(select(i32.and(lane, 1), odd, even));
        const own = f.let(i32.divU(i32.add(i32.sub(run, lane), lanes.count - 1), lanes.count));
        across((mask, at, offsets) => {
          const shift = f.let(i32.add(maxima, at));
          const ms = offsets.map((offset) => f.let(v128.load(shift, offset)));
          const sums = offsets.map(() => f.let(lanes.const(0)));
          const [pointer, place] = [f.let(i32.add(from, at)), f.let(i32.add(to, at))];
          const count = f.let(i32.add(own, 0));
          f.doWhile(
            () => {
              const xs = offsets.map((offset) => f.let(v128.load(pointer, offset)));
              const shifted = xs.map((x, k): Shifted => [x, ms[k]]);
              exp(f, float, shifted).forEach((e, k) => {
                f.set(sums[k], lanes.add(sums[k], e));
                if (out !== undefined)
                  f.run(v128.store(place, masked(mask, e, v128.load(place, offsets[k])), offsets[k]));
              });
              f.increase(pointer, apart);
              f.increase(place, apart);
              f.increase(count, -1);
            },
            () => i32.gtS(count, 0),
          );
          const totals = f.let(i32.add(half, i32.mul(at, parts)));
          sums.forEach((each, k) => {
            inFloat64(float, each).forEach((part, p) => {
              const offset = parts * offsets[k] + 16 * p;
              f.run(v128.store(totals, f64x2.add(v128.load(totals, offset), part), offset));
            });
          });
        });
        f.increase(from, step);
        f.increase(to, step);
      });
      f.increase(first, i32.mul(step, runTerms));
      f.increase(target, i32.mul(step, runTerms));
      f.set(left, i32.sub(left, run));
    },
    () => i32.gtS(left, 0),
  );
}
