/** The loops of element-wise kernels, emitted: how elements are loaded, computed and stored. */
import { bytesOf, type DType } from "../dtype.js";
import { emit, emitTogether } from "../expression/emit.js";
import type { Expression } from "../expression/expression.js";
import { lanesOf, type NumberType } from "../expression/primitives.js";
import type { Type } from "../wasm/assembler.js";
import { Fn, type Local, type ModuleBuilder } from "../wasm/builder.js";
import { f32x4, f64x2, i32x4, type Lanes, type Vector, v128 } from "../wasm/lanes.js";
import { i32, select, type Value } from "../wasm/values.js";

/** How an input is read along the innermost axis: by vectors, as one number for all, or element by element. */
export type Pattern = "vector" | "splat" | "gather";

/** What an element-wise kernel is made of. */
export interface ElementwiseProgram {
  /** The expression of each output. */
  readonly roots: readonly Expression[];
  /** The type in which all of it is computed. */
  readonly type: NumberType;
  readonly inputs: readonly DType[];
  readonly outputs: readonly DType[];
  /** Which inputs are read as truth values. */
  readonly masks: readonly boolean[];
}

const lowBytes = (laneBytes: number): readonly number[] =>
  Array.from({ length: 16 }, (_, i) => (i * laneBytes < 16 ? i * laneBytes : 0));

/** Numbers as they lie in memory, in the low lanes of `raw`, to the computing type. */
function widen(raw: Vector, from: DType, lanes: Lanes, mask: boolean): Vector {
  const integers = from === "uint8" || from === "bool" ? v128.i32FromU8(raw) : raw;
  if (mask) {
    if (from === "float64") return f64x2.ne(raw, f64x2.const(0));
    const narrow = from === "float32" ? f32x4.ne(raw, f32x4.const(0)) : i32x4.ne(integers, i32x4.const(0));
    return lanes.bytes === 8 ? v128.i64FromI32(narrow) : narrow;
  }
  if (from === "float32") return lanes.type === "f64" ? v128.promote(raw) : raw;
  if (from === "float64") return raw;
  if (lanes.type === "i32") return integers;
  return lanes.type === "f64" ? v128.f64FromI32(integers) : v128.f32FromI32(integers);
}

/** A computed vector to `to`, in the low lanes. */
function narrow(x: Vector, kind: Expression["kind"], lanes: Lanes, to: DType): Vector {
  if (kind === "mask") {
    if (to === "bool") return v128.and(v128.shuffle(x, x, lowBytes(lanes.bytes)), i32x4.const(0x01010101));
    const one = lanes.const(1);
    return narrow(v128.and(x, one), "number", lanes, to);
  }
  if (to === "bool") return narrow(lanes.ne(x, lanes.const(0)), "mask", lanes, to);
  if (to === "float64") return x;
  if (to === "float32")
    return lanes.type === "f64" ? v128.demote(x) : lanes.type === "i32" ? v128.f32FromI32(x) : x;
  const integers = lanes.type === "i32" ? x : lanes.type === "f64" ? v128.i32FromF64(x) : v128.i32FromF32(x);
  return to === "int32" ? integers : v128.shuffle(integers, integers, lowBytes(4));
}

const scalarType: Readonly<Record<DType, Exclude<Type, "v128">>> = {
  float32: "f32",
  float64: "f64",
  int32: "i32",
  uint8: "i32",
  bool: "i32",
};

const scalarLanes: Readonly<Record<DType, Lanes>> = {
  float32: f32x4,
  float64: f64x2,
  int32: i32x4,
  uint8: i32x4,
  bool: i32x4,
};

/** `scalar(x, y, …)`: the first output for one element. Lane 0 of the vector code, so the bits are the same. */
export function emitScalar(module: ModuleBuilder, program: ElementwiseProgram): void {
  const { type, inputs, outputs, roots, masks } = program;
  const lanes = lanesOf(type);
  const parameters = Object.fromEntries(inputs.map((dtype, k) => [`x${k}`, scalarType[dtype]]));
  const output = outputs[0];
  module.export("scalar", parameters, scalarType[output], (f, named) => {
    const vectors = inputs.map((dtype, k) => {
      // A byte arrives as an i32: it is widened already.
      const stored = dtype === "uint8" || dtype === "bool" ? "int32" : dtype;
      return f.let(widen(scalarLanes[dtype].splat(named[`x${k}`]), stored, lanes, masks[k]));
    });
    const [x] = emit(f, type, roots.slice(0, 1), vectors);
    const low = f.let(narrow(x!, roots[0].kind, lanes, output));
    const first = scalarLanes[output].extract(low, 0);
    f.result(bytesOf[output] === 1 ? i32.and(first, 255) : first);
  });
}

/** Loads `lanes.count` elements, `step` bytes apart; past the last of `left` elements the last one is repeated. */
function gatherLoad(
  f: Fn,
  pointer: Local<"i32">,
  step: Local<"i32">,
  left: Value<"i32">,
  bytes: number,
  count: number,
): Vector {
  const address = f.let(i32.add(pointer, 0));
  let raw = f.let(v128.loadLow(address, bytes));
  for (let lane = 1; lane < count; lane++) {
    f.increase(address, select(i32.gtS(left, lane), step, i32.and(step, 0)));
    raw = f.let(v128.loadLane(raw, address, bytes, lane));
  }
  return raw;
}

/** Where the arguments of input `k` lie; those of the outputs follow the last input's. */
export const inputArguments = (k: number): number => 8 + 12 * k;

/** Where the arguments of output `k` of a program of so many inputs lie. */
export const outputArguments = (inputs: number, k: number): number => inputArguments(inputs) + 8 * k;

// Code of which the processor sees enough at a time by itself gains nothing but length.
const longestTogether = 768;

/** How many vectors the loop of a program takes at once: it waits less, and turns less often. */
function vectorsAtOnce({ type, roots, inputs }: ElementwiseProgram): number {
  const sample = new Fn([]);
  emit(
    sample,
    type,
    roots,
    inputs.map(() => sample.local("v128")),
  );
  return sample.code.length <= longestTogether ? 4 : 1;
}

/**
 * `rows()`: rows × columns elements. Its arguments lie at address 0: rows, columns; for each input its address, the
 * bytes from row to row and from element to element; for each output its address and the bytes from row to row.
 *
 * @param exact whether nothing may be written past the last column, where otherwise a whole vector is stored
 */
export function emitRows(
  module: ModuleBuilder,
  program: ElementwiseProgram,
  patterns: readonly Pattern[],
  exact: boolean,
): void {
  const { type, inputs, outputs, roots, masks } = program;
  const lanes = lanesOf(type);
  module.export("rows", {}, null, (f) => {
    const argument = (address: number): Local<"i32"> => f.let(i32.load(0, address));
    const rows = argument(0);
    const columns = argument(4);
    const sources = inputs.map((_, k) => argument(inputArguments(k)));
    const rowSteps = inputs.map((_, k) => argument(inputArguments(k) + 4));
    const steps = inputs.map((_, k) =>
      patterns[k] === "gather" ? argument(inputArguments(k) + 8) : rowSteps[k],
    );
    const targets = outputs.map((_, k) => argument(outputArguments(inputs.length, k)));
    const targetSteps = outputs.map((_, k) => argument(outputArguments(inputs.length, k) + 4));
    const pointers = sources.map(() => f.local("i32"));
    const splats = sources.map(() => f.local("v128"));
    const writes = targets.map(() => f.local("i32"));
    const column = f.local("i32");

    const load = (k: number, vector: number): Vector => {
      const bytes = bytesOf[inputs[k]];
      if (patterns[k] === "splat") return splats[k];
      const offset = vector * bytes * lanes.count;
      const raw =
        patterns[k] === "gather"
          ? gatherLoad(f, pointers[k], steps[k], i32.sub(columns, column), bytes, lanes.count)
          : bytes * lanes.count === 16
            ? v128.load(pointers[k], offset)
            : v128.loadLow(pointers[k], bytes * lanes.count, offset);
      return f.let(widen(raw, inputs[k], lanes, masks[k]));
    };
    const storeVector = (k: number, low: Vector, vector: number): void => {
      const bytes = bytesOf[outputs[k]] * lanes.count;
      const offset = vector * bytes;
      f.run(
        bytes === 16 ? v128.store(writes[k], low, offset) : v128.storeLane(writes[k], low, bytes, 0, offset),
      );
    };
    const storeLast = (k: number, low: Vector): void => {
      const bytes = bytesOf[outputs[k]];
      const whole = f.let(low);
      const left = f.let(i32.sub(columns, column));
      f.if(
        i32.geS(left, lanes.count),
        () => storeVector(k, whole, 0),
        () => {
          for (let lane = 0; lane < lanes.count - 1; lane++)
            f.if(i32.gtS(left, lane), () =>
              f.run(v128.storeLane(writes[k], whole, bytes, lane, lane * bytes)),
            );
        },
      );
    };
    /** Computes the next so many vectors. */
    const step = (vectors: number, bounded: boolean): void => {
      const places = Array.from({ length: vectors }, (_, vector) => vector);
      const loaded = places.map((vector) => inputs.map((_, k) => load(k, vector)));
      // All outputs are computed before one is stored: an output may lie where an input does.
      const results = emitTogether(f, type, roots, loaded);
      outputs.forEach((dtype, k) => {
        for (const vector of places) {
          const low = narrow(results[vector][k], roots[k].kind, lanes, dtype);
          if (bounded) storeLast(k, low);
          else storeVector(k, low, vector);
        }
        f.increase(writes[k], vectors * bytesOf[dtype] * lanes.count);
      });
      inputs.forEach((dtype, k) => {
        if (patterns[k] === "vector") f.increase(pointers[k], vectors * bytesOf[dtype] * lanes.count);
        if (patterns[k] === "gather") f.increase(pointers[k], i32.mul(steps[k], lanes.count));
      });
      f.increase(column, vectors * lanes.count);
    };
    const atOnce = patterns.includes("gather") ? 1 : vectorsAtOnce(program);

    f.doWhile(
      () => {
        inputs.forEach((dtype, k) => {
          if (patterns[k] === "splat") {
            const raw = v128.loadSplat(sources[k], bytesOf[dtype]);
            f.set(splats[k], widen(raw, dtype, lanes, masks[k]));
          } else f.set(pointers[k], sources[k]);
        });
        targets.forEach((target, k) => f.set(writes[k], target));
        f.set(column, 0);
        if (atOnce > 1) {
          const whole = f.let(i32.sub(columns, atOnce * lanes.count));
          f.while(i32.leS(column, whole), () => step(atOnce, false));
        }
        f.while(i32.ltS(column, columns), () => step(1, exact));
        sources.forEach((source, k) => f.increase(source, rowSteps[k]));
        // Of dense rows, stores past the end fall on the next one, which is written after, or on the slack behind.
        targets.forEach((target, k) => f.increase(target, targetSteps[k]));
        f.set(rows, i32.sub(rows, 1));
      },
      () => i32.gtS(rows, 0),
    );
  });
}
