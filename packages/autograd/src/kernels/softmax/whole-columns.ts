/**
 * The loops of softmax over whole columns of a dense operand: vectors run across them, and a strip of columns is so
 * narrow that it stays in the cache for the three times that it is met. The bits are those of the loops in columns.ts.
 */
import { type Fn, i32, type Local, type ModuleBuilder } from "../../wasm/builder.js";
import { f64x2, type Vector, v128 } from "../../wasm/lanes.js";
import { emitLoop } from "../reduction/arguments.js";
import {
  emitCounted,
  emitVectors,
  type Float,
  fallingShiftedExp,
  inFloat64,
  loadRounded,
  logOf,
  masked,
  partialMask,
} from "./float.js";

/** Columns of a strip: a multiple of any number of lanes. */
export const stripColumns = 64;

/** Terms of a strip, where their exponentials go, and to which sums they belong. */
interface Row {
  readonly from: Local<"i32">;
  readonly to: Local<"i32">;
  readonly sums: Local<"i32">;
}

/** So many terms are met at once in the search for maxima. */
const together = 4;

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
    const [pair, group] = [f.let(i32.mul(step, 2)), f.let(i32.mul(step, together))];

    /** Runs `body` for each vector of a strip that is `width` wide, with its pointers, which begin at `starts`. */
    const across = (
      width: Local<"i32">,
      partial: Vector,
      starts: readonly Local<"i32">[],
      body: (mask: Vector | null, pointers: readonly Local<"i32">[], at: Local<"i32">) => void,
    ): void => {
      const pointers = starts.map((start) => f.let(i32.add(start, 0)));
      const at = f.local("i32");
      f.set(at, 0);
      emitVectors(f, float, width, [...pointers, at], (mask) => body(mask, pointers, at), partial);
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
      const keep = (pointer: Local<"i32">, x: Vector, mask: Vector | null): void =>
        f.run(v128.store(pointer, masked(mask, x, v128.load(pointer))));

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

      f.set(row, first);
      const made = f.let(i32.add(target, 0));
      const totals = (rows: readonly Row[]): void => {
        const starts = rows.flatMap(({ from, to }) => [from, to]);
        across(width, partial, starts, (mask, pointers, at) => {
          const m = f.let(v128.load(i32.add(maxima, at)));
          const places = f.let(i32.mul(at, parts));
          rows.forEach(({ sums }, k) => {
            const e = f.let(fallingShiftedExp(f, float, f.let(v128.load(pointers[2 * k])), m));
            if (kind === "softmax") keep(pointers[2 * k + 1], e, mask);
            const place = f.let(i32.add(sums, places));
            inFloat64(float, e).forEach((part, p) =>
              f.run(v128.store(place, f64x2.add(v128.load(place, 16 * p), part), 16 * p)),
            );
          });
        });
      };
      const pairs = f.let(i32.shrU(terms, 1));
      emitTerms(
        f,
        pairs,
        [
          [row, pair],
          [made, pair],
        ],
        () => {
          const [nextRow, nextMade] = [f.let(i32.add(row, step)), f.let(i32.add(made, step))];
          totals([
            { from: row, to: made, sums: running },
            { from: nextRow, to: nextMade, sums: odd },
          ]);
        },
      );
      f.if(i32.and(terms, 1), () => totals([{ from: row, to: made, sums: running }]));

      // The even sums become the divisors.
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
        const total = f.let(loadRounded(float, place));
        f.run(v128.store(place, kind === "softmax" ? total : logOf(f, float, total)));
      });

      f.set(row, first);
      f.set(made, target);
      const count = f.let(i32.add(terms, 0));
      emitTerms(
        f,
        count,
        [
          [row, step],
          [made, step],
        ],
        () =>
          across(width, partial, [row, made], (mask, [from, to], at) => {
            const divisor = v128.load(i32.add(running, i32.mul(at, parts)));
            const result =
              kind === "softmax"
                ? lanes.div(v128.load(to), divisor)
                : lanes.sub(lanes.sub(v128.load(from), v128.load(i32.add(maxima, at))), divisor);
            keep(to, result, mask);
          }),
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
