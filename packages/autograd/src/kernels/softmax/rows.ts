/** The loops of softmax where the terms of a row lie together: vectors run along them. */
import type { Fn, ModuleBuilder } from "../../wasm/builder.js";
import { v128 } from "../../wasm/lanes.js";
import { f64, i32 } from "../../wasm/values.js";
import { emitLoop } from "../reduction/arguments.js";
import {
  emitCounted,
  emitVectors,
  type Float,
  fallingShiftedExp,
  masked,
  partialMask,
  shiftedExp,
} from "./float.js";
import { totalOf } from "./totals.js";

/** `rowMaximum(row, rows, step, terms, maxima)`: each maximum becomes that of itself and the terms; NaN is passed over. */
export function emitRowMaximum(module: ModuleBuilder, float: Float): void {
  const { lanes } = float;
  emitLoop(module, "rowMaximum", (f, row, rows, step, terms, maxima) => {
    emitCounted(
      f,
      rows,
      [
        [row, step],
        [maxima, lanes.bytes],
      ],
      () => {
        const best = f.let(lanes.loadSplat(maxima));
        const pointer = f.let(i32.add(row, 0));
        emitVectors(f, float, terms, [pointer], (mask) => {
          f.set(best, lanes.pmax(best, masked(mask, v128.load(pointer), best)));
        });
        for (let shift = 8; shift >= lanes.bytes; shift /= 2) {
          const rotated = Array.from({ length: 16 }, (_, i) => (i + shift) % 16);
          f.set(best, lanes.pmax(best, v128.shuffle(best, best, rotated)));
        }
        f.run(v128.storeLane(maxima, best, lanes.bytes, 0));
      },
    );
  });
}

/**
 * `rowTotal(row, rows, step, terms, maxima, totals)`: adds the sum of eˣ⁻ᵐ to each total, block by block.
 * `rowExponentials(…, out)` also stores them, rows dense.
 */
export function emitRowTotal(module: ModuleBuilder, float: Float, storing: boolean): void {
  const { lanes } = float;
  emitLoop(
    module,
    storing ? "rowExponentials" : "rowTotal",
    (f, row, rows, step, terms, maxima, totals, out) => {
      const width = f.let(i32.mul(terms, lanes.bytes));
      const partial = partialMask(f, float, terms);
      emitCounted(
        f,
        rows,
        [
          [row, step],
          [maxima, lanes.bytes],
          [totals, 8],
          [out, width],
        ],
        () => {
          const m = f.let(lanes.loadSplat(maxima));
          const total = f.let(f64.load(totals));
          // Stores past the end of a row fall on the next, which is written after, or on the slack behind the last.
          totalOf(
            f,
            float,
            row,
            terms,
            m,
            partial,
            storing ? { total, out, exp: fallingShiftedExp } : { total, exp: shiftedExp },
          );
          f.run(f64.store(totals, total));
        },
      );
    },
  );
}

/** `rowScale(out, rows, terms, scales)`: multiplies dense rows in place. */
export function emitRowScale(module: ModuleBuilder, float: Float): void {
  const { lanes } = float;
  emitLoop(module, "rowScale", (f, out, rows, terms, scales) => {
    emitCounted(f, rows, [[scales, lanes.bytes]], () => {
      const scale = f.let(lanes.loadSplat(scales));
      const end = f.let(i32.add(out, i32.mul(terms, lanes.bytes)));
      emitVectors(f, float, terms, [out], (mask) => {
        // Past the end of a row begins the next, which must stay.
        const e = f.let(v128.load(out));
        f.run(v128.store(out, masked(mask, lanes.mul(e, scale), e)));
      });
      f.set(out, end);
    });
  });
}

/**
 * `rowSoftmax(row, rows, step, terms, maxima, totals, out)`: eˣ⁻ᵐ · total, which is 1/S, rows dense.
 * `rowLogSoftmax(…)`: (x − m) − total, which is log S.
 */
export function emitRowResult(module: ModuleBuilder, float: Float, logarithmic: boolean): void {
  const { lanes } = float;
  emitLoop(
    module,
    logarithmic ? "rowLogSoftmax" : "rowSoftmax",
    (f: Fn, row, rows, step, terms, maxima, totals, out) => {
      emitCounted(
        f,
        rows,
        [
          [row, step],
          [maxima, lanes.bytes],
          [totals, lanes.bytes],
        ],
        () => {
          const m = f.let(lanes.loadSplat(maxima));
          const total = f.let(lanes.loadSplat(totals));
          const pointer = f.let(i32.add(row, 0));
          const end = f.let(i32.add(out, i32.mul(terms, lanes.bytes)));
          // Stores past the end of a row fall on the next, which is written after, or on the slack behind the last.
          emitVectors(f, float, terms, [pointer, out], (mask) => {
            const x = f.let(masked(mask, v128.load(pointer), m));
            const result = logarithmic
              ? lanes.sub(lanes.sub(x, m), total)
              : lanes.mul(fallingShiftedExp(f, float, [[x, m]])[0]!, total);
            f.run(v128.store(out, result));
          });
          f.set(out, end);
        },
      );
    },
  );
}
