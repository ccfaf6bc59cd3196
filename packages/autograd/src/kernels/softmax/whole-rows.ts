/**
 * The loops of softmax over whole rows, whose terms lie together: each row is met three times while it is in the
 * first-level cache, and what becomes of it is written where it belongs. The bits are those of the loops in rows.ts.
 */
import type { Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { f64x2, type Vector, v128 } from "../../wasm/lanes.js";
import { i32 } from "../../wasm/values.js";
import { emitLoop } from "../reduction/arguments.js";
import {
  boundedShiftedExp,
  emitCounted,
  emitVectors,
  type Float,
  inverse,
  logOf,
  masked,
  partialMask,
  roundedSplat,
  together,
} from "./float.js";
import { totalOf } from "./totals.js";

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
  // So many run beside one another, because each waits for the one before.
  const best = Array.from({ length: together }, () => f.let(lanes.const(Number.NEGATIVE_INFINITY)));
  const [first] = best;
  emitVectors(
    f,
    float,
    terms,
    [pointer],
    (mask, offsets) =>
      offsets.forEach((offset, k) =>
        f.set(best[k], lanes.pmax(best[k], masked(mask, v128.load(pointer, offset), best[k]))),
      ),
    { partial, together },
  );
  for (const other of best.slice(1)) f.set(first, lanes.pmax(first, other));
  for (let shift = 8; shift >= lanes.bytes; shift /= 2) {
    const rotated = Array.from({ length: 16 }, (_, i) => (i + shift) % 16);
    f.set(first, lanes.pmax(first, v128.shuffle(first, first, rotated)));
  }
  return first;
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
          const result = lanes.add(m, logOf(f, float, f.let(roundedSplat(float, f64x2.splat(total)))));
          f.run(v128.storeLane(out, result, lanes.bytes, 0));
          return;
        }
        const source = kind === "softmax" ? out : row;
        const sum = f64x2.splat(totalOf(f, float, row, terms, m, partial, kind === "softmax" ? { out } : {}));
        const total = f.let(roundedSplat(float, kind === "softmax" ? inverse(sum) : sum));
        if (kind === "logSoftmax") f.set(total, logOf(f, float, total));
        const pointer = f.let(i32.add(source, 0));
        const target = f.let(i32.add(out, 0));
        // Stores past the end of a row fall on the next, which is written after, or on the slack behind the last.
        emitVectors(
          f,
          float,
          terms,
          [pointer, target],
          (_, offsets) => {
            for (const offset of offsets) {
              const x = v128.load(pointer, offset);
              const result = kind === "softmax" ? lanes.mul(x, total) : lanes.sub(lanes.sub(x, m), total);
              f.run(v128.store(target, result, offset));
            }
          },
          { partial, together },
        );
      },
    );
  });
}
