/** The loops of the cross entropy of rows and their labels, which are numbers of terms, or −1 for rows that do not count. */
import type { FloatDType } from "../../dtype.js";
import { ModuleBuilder } from "../../wasm/builder.js";
import { f64x2, v128 } from "../../wasm/lanes.js";
import { f32, f64, i32 } from "../../wasm/values.js";
import { compileLoops, emitLoop } from "../reduction/arguments.js";
import {
  emitCounted,
  emitVectors,
  type Float,
  floats,
  inverse,
  logOf,
  partialMask,
  roundedSplat,
  together,
} from "./float.js";
import { totalOf } from "./totals.js";
import { maximumOf } from "./whole-rows.js";

/** `losses(row, rows, terms, labels, out)`: log S − (x[label] − m) for dense rows, 0 for one that does not count. */
function emitLosses(module: ModuleBuilder, float: Float): void {
  const { lanes } = float;
  const scalar = float.type === "f32" ? f32 : f64;
  emitLoop(module, "losses", (f, row, rows, terms, labels, out) => {
    const width = f.let(i32.mul(terms, lanes.bytes));
    const partial = partialMask(f, float, terms);
    emitCounted(
      f,
      rows,
      [
        [row, width],
        [labels, 4],
        [out, lanes.bytes],
      ],
      () => {
        f.run(scalar.store(out, 0));
        const label = f.let(i32.load(labels));
        f.if(i32.geS(label, 0), () => {
          const m = maximumOf(f, float, row, terms, partial);
          const sum = f64x2.splat(totalOf(f, float, row, terms, m, partial));
          const total = f.let(roundedSplat(float, sum));
          const own = lanes.loadSplat(i32.add(row, i32.mul(label, lanes.bytes)));
          const loss = lanes.sub(logOf(f, float, total), lanes.sub(own, m));
          f.run(v128.storeLane(out, loss, lanes.bytes, 0));
        });
      },
    );
  });
}

/**
 * `gradients(row, rows, terms, labels, scales, out)`: scale · (eˣ⁻ᵐ/S − 1 for the label, eˣ⁻ᵐ/S for others) for dense
 * rows, 0 for one that does not count.
 */
function emitGradients(module: ModuleBuilder, float: Float): void {
  const { lanes } = float;
  const scalar = float.type === "f32" ? f32 : f64;
  emitLoop(module, "gradients", (f, row, rows, terms, labels, scales, out) => {
    const width = f.let(i32.mul(terms, lanes.bytes));
    const partial = partialMask(f, float, terms);
    const target = f.local("i32");
    // Stores past the end of a row fall on the next, which is written after, or on the slack behind the last.
    emitCounted(
      f,
      rows,
      [
        [row, width],
        [labels, 4],
        [scales, lanes.bytes],
        [out, width],
      ],
      () => {
        const label = f.let(i32.load(labels));
        f.set(target, out);
        f.if(
          i32.geS(label, 0),
          () => {
            const m = maximumOf(f, float, row, terms, partial);
            const total = totalOf(f, float, row, terms, m, partial, { out });
            const share = f.let(roundedSplat(float, inverse(f64x2.splat(total))));
            const scale = f.let(lanes.loadSplat(scales));
            emitVectors(
              f,
              float,
              terms,
              [target],
              (_, offsets) => {
                for (const offset of offsets) {
                  const e = v128.load(target, offset);
                  f.run(v128.store(target, lanes.mul(lanes.mul(e, share), scale), offset));
                }
              },
              { partial, together },
            );
            const own = f.let(i32.add(out, i32.mul(label, lanes.bytes)));
            f.run(scalar.store(own, scalar.sub(scalar.load(own), scalar.load(scales))));
          },
          () =>
            emitVectors(f, float, terms, [target], () => f.run(v128.store(target, lanes.const(0))), {
              partial,
            }),
        );
      },
    );
  });
}

type LabelledLoops = Readonly<Record<"losses" | "gradients", (...values: number[]) => void>>;

const compiled = new Map<FloatDType, LabelledLoops>();

/** The loops for a dtype, compiled at the first call. */
export function labelledLoops(dtype: FloatDType): LabelledLoops {
  let loops = compiled.get(dtype);
  if (loops === undefined) {
    const module = new ModuleBuilder();
    emitLosses(module, floats[dtype]);
    emitGradients(module, floats[dtype]);
    loops = compileLoops<keyof LabelledLoops>(module);
    compiled.set(dtype, loops);
  }
  return loops;
}
