/** The loops of softmax where results lie together: vectors run across them, as many rows as there are terms. */
import type { Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { v128 } from "../../wasm/lanes.js";
import { i32 } from "../../wasm/values.js";
import { emitLoop } from "../reduction/arguments.js";
import { emitCounted, emitVectors, type Float, fallingShiftedExp, shiftedExp, together } from "./float.js";
import { type Across, addColumns } from "./totals.js";

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
 * to running sums, which lie a pitch apart. The terms are whole runs, or the last of a block.
 */
export function emitColumnTotal(module: ModuleBuilder, float: Float): void {
  const { lanes } = float;
  emitLoop(module, "columnTotal", (f, line, lines, lineStep, terms, termStep, columns, maxima, running) => {
    const pitch = f.let(pitchOf(columns));
    const runningPitch = f.let(i32.mul(pitch, 8));
    // What lies behind the last column is computed with, and not used.
    const padded = f.let(i32.and(i32.add(columns, lanes.count - 1), -lanes.count));
    const across: Across = (body) => {
      const at = f.local("i32");
      f.set(at, 0);
      emitVectors(f, float, padded, [at], (mask, offsets) => body(mask, at, offsets), { together });
    };
    emitCounted(
      f,
      lines,
      [
        [line, lineStep],
        [maxima, i32.mul(pitch, lanes.bytes)],
        [running, i32.mul(runningPitch, 2)],
      ],
      () =>
        addColumns(f, float, {
          across,
          row: line,
          step: termStep,
          terms,
          maxima,
          even: running,
          odd: f.let(i32.add(running, runningPitch)),
          exp: shiftedExp,
        }),
    );
  });
}

/**
 * `columnSoftmax(line, lines, lineStep, terms, termStep, columns, maxima, totals, out)`: eˣ⁻ᵐ · total, which is 1/S,
 * dense. `columnLogSoftmax(…)`: (x − m) − total, which is log S.
 */
export function emitColumnResult(module: ModuleBuilder, float: Float, logarithmic: boolean): void {
  const { lanes } = float;
  emitLoop(
    module,
    logarithmic ? "columnLogSoftmax" : "columnSoftmax",
    (f: Fn, line, lines, lineStep, terms, termStep, columns, maxima, totals, out) => {
      const pitch = f.let(i32.mul(pitchOf(columns), lanes.bytes));
      const width = f.let(i32.mul(columns, lanes.bytes));
      emitCounted(
        f,
        lines,
        [
          [line, lineStep],
          [maxima, pitch],
          [totals, pitch],
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
              const total = f.let(i32.add(totals, 0));
              const target = f.let(i32.add(out, 0));
              // Stores past the end of a row fall on the next, which is written after, or on the slack behind the last.
              emitAcross(
                f,
                float,
                columns,
                [
                  [pointer, 16],
                  [shift, 16],
                  [total, 16],
                  [target, 16],
                ],
                () => {
                  const x = f.let(v128.load(pointer));
                  const m = f.let(v128.load(shift));
                  const result = logarithmic
                    ? lanes.sub(lanes.sub(x, m), v128.load(total))
                    : lanes.mul(fallingShiftedExp(f, float, [[x, m]])[0]!, v128.load(total));
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
