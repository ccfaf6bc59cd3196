/**
 * The loops of softmax over whole columns of a dense operand: vectors run across them, and a strip of columns is so
 * narrow that it stays in the cache for the three times that it is met. The bits are those of the loops in columns.ts.
 */
import type { Fn, Local, ModuleBuilder } from "../../wasm/builder.js";
import { f64x2, type Vector, v128 } from "../../wasm/lanes.js";
import { i32 } from "../../wasm/values.js";
import { emitLoop } from "../reduction/arguments.js";
import {
  emitCounted,
  emitVectors,
  type Float,
  fallingShiftedExp,
  inverse,
  loadRounded,
  logOf,
  masked,
  partialMask,
  together,
} from "./float.js";
import { addColumns } from "./totals.js";

/** Columns of a strip: a multiple of any number of lanes. */
export const stripColumns = 64;

/** Runs `body` `count` times, which may be 0, and adds to each variable its step after each. */
function emitTerms(
  f: Fn,
  count: Local<"i32">,
  steps: readonly (readonly [Local<"i32">, Local<"i32">])[],
  body: () => void,
): void {
  f.if(count, () => emitCounted(f, count, steps, body));
}

/**
 * `softmaxColumns(line, lines, terms, columns, out, maxima, running)`, `logSoftmaxColumns(…)`: dense lines of terms of
 * columns. `maxima` holds a strip of numbers, `running` two of float64.
 */
export function emitWholeColumns(module: ModuleBuilder, float: Float, kind: "softmax" | "logSoftmax"): void {
  const { lanes } = float;
  const parts = 8 / lanes.bytes;
  emitLoop(module, `${kind}Columns`, (f, line, lines, terms, columns, out, maxima, running) => {
    const step = f.let(i32.mul(columns, lanes.bytes));
    const slab = f.let(i32.mul(step, terms));
    const odd = f.let(i32.add(running, 8 * stripColumns));
    const group = f.let(i32.mul(step, together));

    /** Runs `body` for the vectors of a strip that is `width` wide, with its pointers, which begin at `starts`. */
    const across = (
      width: Local<"i32">,
      partial: Vector,
      starts: readonly Local<"i32">[],
      body: (
        mask: Vector | null,
        pointers: readonly Local<"i32">[],
        at: Local<"i32">,
        offsets: readonly number[],
      ) => void,
      atOnce = 1,
    ): void => {
      const pointers = starts.map((start) => f.let(i32.add(start, 0)));
      const at = f.local("i32");
      f.set(at, 0);
      emitVectors(f, float, width, [...pointers, at], (mask, offsets) => body(mask, pointers, at, offsets), {
        partial,
        together: atOnce,
      });
    };

    const strip = (first: Local<"i32">, target: Local<"i32">, width: Local<"i32">): void => {
      const partial = partialMask(f, float, width);
      const maximum = (rows: readonly Local<"i32">[]): void =>
        across(width, partial, rows, (_, pointers, at) => {
          const place = f.let(i32.add(maxima, at));
          const best = f.let(v128.load(place));
          for (const pointer of pointers) f.set(best, lanes.pmax(best, v128.load(pointer)));
          f.run(v128.store(place, best));
        });

      across(width, partial, [], (_, __, at) => {
        f.run(v128.store(i32.add(maxima, at), lanes.const(Number.NEGATIVE_INFINITY)));
        const places = f.let(i32.mul(at, parts));
        for (const sums of [running, odd])
          for (let k = 0; k < parts; k++) f.run(v128.store(i32.add(sums, places), f64x2.const(0), 16 * k));
      });

      const row = f.let(i32.add(first, 0));
      const groups = f.let(i32.divU(terms, together));
      emitTerms(f, groups, [[row, group]], () => {
        const rows = [row];
        for (let k = 1; k < together; k++) rows.push(f.let(i32.add(rows[k - 1], step)));
        maximum(rows);
      });
      const rest = f.let(i32.remU(terms, together));
      emitTerms(f, rest, [[row, step]], () => maximum([row]));

      addColumns(f, float, {
        across: (body) =>
          across(width, partial, [], (mask, _, at, offsets) => body(mask, at, offsets), together),
        row: first,
        step,
        terms,
        maxima,
        even: running,
        odd,
        ...(kind === "softmax" ? { out: target } : {}),
        exp: fallingShiftedExp,
      });

      // The even sums become what the results are made with.
      across(width, partial, [], (_, __, at) => {
        const place = f.let(i32.add(running, i32.mul(at, parts)));
        for (let k = 0; k < parts; k++)
          f.run(
            v128.store(
              place,
              f64x2.add(v128.load(place, 16 * k), v128.load(place, 16 * k + 8 * stripColumns)),
              16 * k,
            ),
          );
        const total = f.let(
          kind === "softmax" ? loadRounded(float, place, inverse) : loadRounded(float, place),
        );
        f.run(v128.store(place, kind === "softmax" ? total : logOf(f, float, total)));
      });

      f.set(row, first);
      const made = f.let(i32.add(target, 0));
      const count = f.let(i32.add(terms, 0));
      emitTerms(
        f,
        count,
        [
          [row, step],
          [made, step],
        ],
        () =>
          across(
            width,
            partial,
            [row, made],
            (mask, [from, to], at, offsets) => {
              const places = f.let(i32.add(running, i32.mul(at, parts)));
              for (const offset of offsets) {
                const total = v128.load(places, offset * parts);
                const result =
                  kind === "softmax"
                    ? lanes.mul(v128.load(to, offset), total)
                    : lanes.sub(
                        lanes.sub(v128.load(from, offset), v128.load(i32.add(maxima, at), offset)),
                        total,
                      );
                f.run(v128.store(to, masked(mask, result, v128.load(to, offset)), offset));
              }
            },
            together,
          ),
      );
    };

    emitCounted(
      f,
      lines,
      [
        [line, slab],
        [out, slab],
      ],
      () => {
        const first = f.let(i32.add(line, 0));
        const target = f.let(i32.add(out, 0));
        const left = f.let(i32.add(columns, 0));
        const width = f.local("i32");
        f.while(i32.gtS(left, 0), () => {
          f.set(width, left);
          f.if(i32.gtS(width, stripColumns), () => f.set(width, stripColumns));
          strip(first, target, width);
          f.increase(first, i32.mul(width, lanes.bytes));
          f.increase(target, i32.mul(width, lanes.bytes));
          f.set(left, i32.sub(left, width));
        });
      },
    );
  });
}
