/**
 * The loops of softmax over whole rows, whose terms lie together: each row is met three times while it is in the
 * first-level cache, and what becomes of it is written where it belongs. The bits are those of the loops in rows.ts.
 */
import { type Fn, f64, i32, type Local, type ModuleBuilder } from "../../wasm/builder.js";
import { f64x2, type Vector, v128 } from "../../wasm/lanes.js";
import { emitLoop } from "../reduction/arguments.js";
import {
  boundedShiftedExp,
  emitCounted,
  emitVectors,
  type Float,
  fallingShiftedExp,
  inFloat64,
  logOf,
  masked,
  partialMask,
  roundedSplat,
} from "./float.js";
import { blockTerms } from "./rows.js";

/** So many maxima run beside one another, because each waits for the one before. */
const maxima = 4;

/** The maximum of a row, in all lanes; NaN is passed over. */
export function maximumOf(
  f: Fn,
  float: Float,
  row: Local<"i32">,
  terms: Local<"i32">,
  partial: Vector,
): Local<"v128"> {
  const { lanes } = float;
  const pointer = f.let(i32.add(row, 0));
  const best = Array.from({ length: maxima }, () => f.let(lanes.const(Number.NEGATIVE_INFINITY)));
  const groups = f.let(i32.divU(terms, maxima * lanes.count));
  f.while(i32.gtS(groups, 0), () => {
    best.forEach((each, k) => f.set(each, lanes.pmax(each, v128.load(pointer, 16 * k))));
    f.increase(pointer, 16 * maxima);
    f.increase(groups, -1);
  });
  const [first] = best;
  const rest = f.let(i32.remU(terms, maxima * lanes.count));
  emitVectors(
    f,
    float,
    rest,
    [pointer],
    (mask) => f.set(first, lanes.pmax(first, masked(mask, v128.load(pointer), first))),
    partial,
  );
  for (const other of best.slice(1)) f.set(first, lanes.pmax(first, other));
  for (let shift = 8; shift >= lanes.bytes; shift /= 2) {
    const rotated = Array.from({ length: 16 }, (_, i) => (i + shift) % 16);
    f.set(first, lanes.pmax(first, v128.shuffle(first, first, rotated)));
  }
  return first;
}

/**
 * The sum of the exponentials of a row, which are also stored at `out` if that is given. What is stored past the end of
 * the row is no number of it.
 */
export function totalOf(
  f: Fn,
  float: Float,
  row: Local<"i32">,
  terms: Local<"i32">,
  m: Vector,
  partial: Vector,
  {
    out,
    exp = fallingShiftedExp,
  }: { readonly out?: Local<"i32">; readonly exp?: typeof fallingShiftedExp } = {},
): Local<"f64"> {
  const total = f.local("f64");
  f.set(total, 0);
  const pointer = f.let(i32.add(row, 0));
  const target = out && f.let(i32.add(out, 0));
  const left = f.let(i32.add(terms, 0));
  f.doWhile(
    () => {
      const count = f.let(i32.add(left, 0));
      f.if(i32.gtS(count, blockTerms), () => f.set(count, blockTerms));
      const running = f.let(f64x2.const(0));
      emitVectors(
        f,
        float,
        count,
        target === undefined ? [pointer] : [pointer, target],
        (mask) => {
          // Lanes that do not count are given m, so that they take no rare way.
          const e = f.let(exp(f, float, f.let(masked(mask, v128.load(pointer), m)), m));
          if (target !== undefined) f.run(v128.store(target, e));
          const counted = mask === null ? e : f.let(v128.and(e, mask));
          for (const part of inFloat64(float, counted)) f.set(running, f64x2.add(running, part));
        },
        partial,
      );
      f.set(total, f64.add(total, f64.add(f64x2.extract(running, 0), f64x2.extract(running, 1))));
      f.set(left, i32.sub(left, count));
    },
    () => i32.gtS(left, 0),
  );
  return total;
}

/**
 * `softmaxRows(row, rows, terms, out)`, `logSoftmaxRows(…)`: dense rows; and `logSumExpRows(…)`, one number for each.
 */
export function emitWholeRows(
  module: ModuleBuilder,
  float: Float,
  kind: "softmax" | "logSoftmax" | "logSumExp",
): void {
  const { lanes } = float;
  emitLoop(module, `${kind}Rows`, (f, row, rows, terms, out) => {
    const width = f.let(i32.mul(terms, lanes.bytes));
    const partial = partialMask(f, float, terms);
    const outWidth = kind === "logSumExp" ? lanes.bytes : width;
    emitCounted(
      f,
      rows,
      [
        [row, width],
        [out, outWidth],
      ],
      () => {
        const m = maximumOf(f, float, row, terms, partial);
        if (kind === "logSumExp") {
          // An infinite maximum shifts nothing. If it is ∞ the sum is at least 1, and no matter which.
          const infinite = lanes.eq(lanes.abs(m), lanes.const(Number.POSITIVE_INFINITY));
          const shift = f.let(v128.andNot(m, infinite));
          const total = totalOf(f, float, row, terms, shift, partial, { exp: boundedShiftedExp });
          const result = lanes.add(m, logOf(f, float, f.let(roundedSplat(float, total))));
          f.run(v128.storeLane(out, result, lanes.bytes, 0));
          return;
        }
        const source = kind === "softmax" ? out : row;
        const total = totalOf(f, float, row, terms, m, partial, kind === "softmax" ? { out } : {});
        const divisor = f.let(roundedSplat(float, total));
        if (kind === "logSoftmax") f.set(divisor, logOf(f, float, divisor));
        const pointer = f.let(i32.add(source, 0));
        const target = f.let(i32.add(out, 0));
        // Stores past the end of a row fall on the next, which is written after, or on the slack behind the last.
        emitVectors(
          f,
          float,
          terms,
          [pointer, target],
          () => {
            const x = v128.load(pointer);
            const result = kind === "softmax" ? lanes.div(x, divisor) : lanes.sub(lanes.sub(x, m), divisor);
            f.run(v128.store(target, result));
          },
          partial,
        );
      },
    );
  });
}
