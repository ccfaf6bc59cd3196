/** The loops of softmax where results lie together: vectors run across them, as many rows as there are terms. */
import { type Fn, i32, type Local, type ModuleBuilder } from "../../wasm/builder.js";
import { f64x2, v128 } from "../../wasm/lanes.js";
import { emitLoop } from "../reduction/arguments.js";
import { emitCounted, type Float, inFloat64, shiftedExp } from "./float.js";

/** Terms that a piece of columns must hold a multiple of, except at the end of a block: an even and an odd one. */
export const groupTerms = 2;

/** Columns between the lines of maxima, running sums, totals and divisors. */
function pitchOf(columns: Local<"i32">): ReturnType<typeof i32.and> {
  return i32.and(i32.add(columns, 3), -4);
}

/** Runs `body` for each vector of `columns` numbers. What lies behind the last is computed with, and not used. */
function emitAcross(
  f: Fn,
  { lanes }: Float,
  columns: Local<"i32">,
  pointers: readonly (readonly [Local<"i32">, number])[],
  body: () => void,
): void {
  const count = f.let(i32.divU(i32.add(columns, lanes.count - 1), lanes.count));
  emitCounted(f, count, pointers, body);
}

/** `columnMaximum(line, lines, lineStep, terms, termStep, columns, maxima)` */
export function emitColumnMaximum(module: ModuleBuilder, float: Float): void {
  const { lanes } = float;
  emitLoop(module, "columnMaximum", (f, line, lines, lineStep, terms, termStep, columns, maxima) => {
    const pitch = f.let(i32.mul(pitchOf(columns), lanes.bytes));
    emitCounted(
      f,
      lines,
      [
        [line, lineStep],
        [maxima, pitch],
      ],
      () => {
        const column = f.let(i32.add(line, 0));
        const target = f.let(i32.add(maxima, 0));
        emitAcross(
          f,
          float,
          columns,
          [
            [column, 16],
            [target, 16],
          ],
          () => {
            const best = f.let(v128.load(target));
            const pointer = f.let(i32.add(column, 0));
            const count = f.let(i32.add(terms, 0));
            emitCounted(f, count, [[pointer, termStep]], () =>
              f.set(best, lanes.pmax(best, v128.load(pointer))),
            );
            f.run(v128.store(target, best));
          },
        );
      },
    );
  });
}

/**
 * `columnTotal(line, lines, lineStep, terms, termStep, columns, maxima, running)`: adds eˣ⁻ᵐ of even and of odd terms
 * to running sums, which lie a pitch apart.
 */
export function emitColumnTotal(module: ModuleBuilder, float: Float): void {
  const { lanes } = float;
  const parts = 8 / lanes.bytes;
  emitLoop(module, "columnTotal", (f, line, lines, lineStep, terms, termStep, columns, maxima, running) => {
    const pitch = f.let(pitchOf(columns));
    const runningPitch = f.let(i32.mul(pitch, 8));
    const pairStep = f.let(i32.mul(termStep, 2));
    emitCounted(
      f,
      lines,
      [
        [line, lineStep],
        [maxima, i32.mul(pitch, lanes.bytes)],
      ],
      () => {
        const first = f.let(i32.add(line, 0));
        const left = f.let(i32.add(terms, 1));
        const parity = f.let(i32.add(columns, 0));
        f.set(parity, 2);
        emitCounted(
          f,
          parity,
          [
            [first, termStep],
            [left, -1],
            [running, runningPitch],
          ],
          () => {
            const column = f.let(i32.add(first, 0));
            const shift = f.let(i32.add(maxima, 0));
            const target = f.let(i32.add(running, 0));
            emitAcross(
              f,
              float,
              columns,
              [
                [column, 16],
                [shift, 16],
                [target, 16 * parts],
              ],
              () => {
                const m = f.let(v128.load(shift));
                const sums = Array.from({ length: parts }, (_, k) => f.let(v128.load(target, 16 * k)));
                const pointer = f.let(i32.add(column, 0));
                const count = f.let(i32.shrU(left, 1));
                f.while(i32.gtS(count, 0), () => {
                  const e = f.let(shiftedExp(f, float, f.let(v128.load(pointer)), m));
                  inFloat64(float, e).forEach((part, k) => f.set(sums[k], f64x2.add(sums[k], part)));
                  f.increase(pointer, pairStep);
                  f.increase(count, -1);
                });
                sums.forEach((sum, k) => f.run(v128.store(target, sum, 16 * k)));
              },
            );
          },
        );
      },
    );
  });
}

/**
 * `columnSoftmax(line, lines, lineStep, terms, termStep, columns, maxima, divisors, out)`: eˣ⁻ᵐ / divisor, dense.
 * `columnLogSoftmax(…)`: (x − m) − divisor.
 */
export function emitColumnResult(module: ModuleBuilder, float: Float, logarithmic: boolean): void {
  const { lanes } = float;
  emitLoop(
    module,
    logarithmic ? "columnLogSoftmax" : "columnSoftmax",
    (f: Fn, line, lines, lineStep, terms, termStep, columns, maxima, divisors, out) => {
      const pitch = f.let(i32.mul(pitchOf(columns), lanes.bytes));
      const width = f.let(i32.mul(columns, lanes.bytes));
      emitCounted(
        f,
        lines,
        [
          [line, lineStep],
          [maxima, pitch],
          [divisors, pitch],
        ],
        () => {
          const row = f.let(i32.add(line, 0));
          const count = f.let(i32.add(terms, 0));
          emitCounted(
            f,
            count,
            [
              [row, termStep],
              [out, width],
            ],
            () => {
              const pointer = f.let(i32.add(row, 0));
              const shift = f.let(i32.add(maxima, 0));
              const divisor = f.let(i32.add(divisors, 0));
              const target = f.let(i32.add(out, 0));
              // Stores past the end of a row fall on the next, which is written after, or on the slack behind the last.
              emitAcross(
                f,
                float,
                columns,
                [
                  [pointer, 16],
                  [shift, 16],
                  [divisor, 16],
                  [target, 16],
                ],
                () => {
                  const x = f.let(v128.load(pointer));
                  const m = f.let(v128.load(shift));
                  const result = logarithmic
                    ? lanes.sub(lanes.sub(x, m), v128.load(divisor))
                    : lanes.div(shiftedExp(f, float, x, m), v128.load(divisor));
                  f.run(v128.store(target, result));
                },
              );
            },
          );
        },
      );
    },
  );
}
