/** The loops of softmax where the terms of a row lie together: vectors run along them. */
import { type Fn, f64, i32, type ModuleBuilder } from "../../wasm/builder.js";
import { f64x2, v128 } from "../../wasm/lanes.js";
import { emitLoop } from "../reduction/arguments.js";
import { emitCounted, emitVectors, type Float, inFloat64, masked, shiftedExp } from "./float.js";

/** Terms whose exponentials are summed apart from the others. */
export const blockTerms = 4096;

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
          const pointer = f.let(i32.add(row, 0));
          const target = f.let(i32.add(out, 0));
          const left = f.let(i32.add(terms, 0));
          f.doWhile(
            () => {
              const count = f.let(i32.add(left, 0));
              f.if(i32.gtS(count, blockTerms), () => f.set(count, blockTerms));
              const running = f.let(f64x2.const(0));
              emitVectors(f, float, count, storing ? [pointer, target] : [pointer], (mask) => {
                // Lanes that do not count are given m, so that they take no rare way.
                const e = f.let(shiftedExp(f, float, f.let(masked(mask, v128.load(pointer), m)), m));
                // Stores past the end of a row fall on the next, which is written after, or on the slack behind the last.
                if (storing) f.run(v128.store(target, e));
                const counted = mask === null ? e : f.let(v128.and(e, mask));
                for (const part of inFloat64(float, counted)) f.set(running, f64x2.add(running, part));
              });
              f.set(total, f64.add(total, f64.add(f64x2.extract(running, 0), f64x2.extract(running, 1))));
              f.set(left, i32.sub(left, count));
            },
            () => i32.gtS(left, 0),
          );
          f.run(f64.store(totals, total));
        },
      );
    },
  );
}

/** `rowDivide(out, rows, terms, divisors)`: divides dense rows in place. */
export function emitRowDivide(module: ModuleBuilder, float: Float): void {
  const { lanes } = float;
  emitLoop(module, "rowDivide", (f, out, rows, terms, divisors) => {
    emitCounted(f, rows, [[divisors, lanes.bytes]], () => {
      const divisor = f.let(lanes.loadSplat(divisors));
      const end = f.let(i32.add(out, i32.mul(terms, lanes.bytes)));
      emitVectors(f, float, terms, [out], (mask) => {
        // Past the end of a row begins the next, which must stay.
        const e = f.let(v128.load(out));
        f.run(v128.store(out, masked(mask, lanes.div(e, divisor), e)));
      });
      f.set(out, end);
    });
  });
}

/**
 * `rowSoftmax(row, rows, step, terms, maxima, divisors, out)`: eˣ⁻ᵐ / divisor, rows dense.
 * `rowLogSoftmax(…)`: (x − m) − divisor.
 */
export function emitRowResult(module: ModuleBuilder, float: Float, logarithmic: boolean): void {
  const { lanes } = float;
  emitLoop(
    module,
    logarithmic ? "rowLogSoftmax" : "rowSoftmax",
    (f: Fn, row, rows, step, terms, maxima, divisors, out) => {
      emitCounted(
        f,
        rows,
        [
          [row, step],
          [maxima, lanes.bytes],
          [divisors, lanes.bytes],
        ],
        () => {
          const m = f.let(lanes.loadSplat(maxima));
          const divisor = f.let(lanes.loadSplat(divisors));
          const pointer = f.let(i32.add(row, 0));
          const end = f.let(i32.add(out, i32.mul(terms, lanes.bytes)));
          // Stores past the end of a row fall on the next, which is written after, or on the slack behind the last.
          emitVectors(f, float, terms, [pointer, out], (mask) => {
            const x = f.let(masked(mask, v128.load(pointer), m));
            const result = logarithmic
              ? lanes.sub(lanes.sub(x, m), divisor)
              : lanes.div(shiftedExp(f, float, x, m), divisor);
            f.run(v128.store(out, result));
          });
          f.set(out, end);
        },
      );
    },
  );
}
