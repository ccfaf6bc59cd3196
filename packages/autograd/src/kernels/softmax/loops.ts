/** All loops of softmax for one dtype, compiled. */
import type { FloatDType } from "../../dtype.js";
import { type Fn, type Local, ModuleBuilder } from "../../wasm/builder.js";
import { type Vector, v128 } from "../../wasm/lanes.js";
import { compileLoops, emitLoop } from "../reduction/arguments.js";
import { emitColumnMaximum, emitColumnResult, emitColumnTotal } from "./columns.js";
import { emitCounted, type Float, floats, inverse, loadRounded, logOf } from "./float.js";
import { emitRowMaximum, emitRowResult, emitRowScale, emitRowTotal } from "./rows.js";
import { emitWholeColumns } from "./whole-columns.js";
import { emitWholeRows } from "./whole-rows.js";

/**
 * `inverses(vectors, totals, out)`: 1/total, of float64, in the dtype. `logarithms(…)`: log total.
 * `logSums(vectors, totals, out, maxima)`: m + log total.
 */
function emitFinish(module: ModuleBuilder, float: Float): void {
  const { lanes } = float;
  const across = (
    name: string,
    result: (f: Fn, totals: Local<"i32">, maxima: Local<"i32">) => Vector,
  ): void => {
    emitLoop(module, name, (f, vectors, totals, out, maxima) => {
      emitCounted(
        f,
        vectors,
        [
          [totals, 8 * lanes.count],
          [out, 16],
          [maxima, 16],
        ],
        () => {
          f.run(v128.store(out, result(f, totals, maxima)));
        },
      );
    });
  };
  const logarithm = (f: Fn, totals: Local<"i32">): Vector =>
    logOf(f, float, f.let(loadRounded(float, totals)));
  across("inverses", (_, totals) => loadRounded(float, totals, inverse));
  across("logarithms", logarithm);
  across("logSums", (f, totals, maxima) => lanes.add(v128.load(maxima), logarithm(f, totals)));
}

/** The loops, by name; their arguments stand beside their definitions. */
export type SoftmaxLoops = Readonly<
  Record<
    | "rowMaximum"
    | "rowTotal"
    | "rowExponentials"
    | "rowScale"
    | "rowSoftmax"
    | "rowLogSoftmax"
    | "columnMaximum"
    | "columnTotal"
    | "columnSoftmax"
    | "columnLogSoftmax"
    | "softmaxRows"
    | "logSoftmaxRows"
    | "logSumExpRows"
    | "softmaxColumns"
    | "logSoftmaxColumns"
    | "inverses"
    | "logarithms"
    | "logSums",
    (...values: number[]) => void
  >
>;

const compiled = new Map<FloatDType, SoftmaxLoops>();

/** The loops for a dtype, compiled at the first call. */
export function softmaxLoops(dtype: FloatDType): SoftmaxLoops {
  let loops = compiled.get(dtype);
  if (loops === undefined) {
    const module = new ModuleBuilder();
    const float = floats[dtype];
    emitRowMaximum(module, float);
    emitRowTotal(module, float, false);
    emitRowScale(module, float);
    emitColumnMaximum(module, float);
    emitColumnTotal(module, float);
    emitRowTotal(module, float, true);
    for (const logarithmic of [false, true]) {
      emitRowResult(module, float, logarithmic);
      emitColumnResult(module, float, logarithmic);
    }
    emitFinish(module, float);
    for (const kind of ["softmax", "logSoftmax"] as const) {
      emitWholeRows(module, float, kind);
      emitWholeColumns(module, float, kind);
    }
    emitWholeRows(module, float, "logSumExp");
    loops = compileLoops<keyof SoftmaxLoops>(module);
    compiled.set(dtype, loops);
  }
  return loops;
}
