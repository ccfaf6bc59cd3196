/** What the loops of softmax have in common: their numbers, the functions in them, and how they run. */
import type { FloatDType } from "../../dtype.js";
import { emit } from "../../expression/emit.js";
import { compare, difference, input, select } from "../../expression/expression.js";
import { exp, fallingExp, log } from "../../expression/functions/index.js";
import { type Fn, i32, i64, type Local, type Value } from "../../wasm/builder.js";
import { type FloatLanes, f32x4, f64x2, type Vector, v128 } from "../../wasm/lanes.js";

/** A number type with its lanes. */
export interface Float {
  readonly type: "f32" | "f64";
  readonly lanes: FloatLanes;
}

export const floats: Readonly<Record<FloatDType, Float>> = {
  float32: { type: "f32", lanes: f32x4 },
  float64: { type: "f64", lanes: f64x2 },
};

const shifted = exp(difference(input(0), input(1)));

/** eˣ⁻ᵐ for vectors of x and m. */
export function shiftedExp(f: Fn, { type }: Float, x: Vector, m: Vector): Vector {
  return emit(f, type, [shifted], [x, m])[0]!;
}

const distance = difference(input(0), input(1));
const falling = fallingExp(distance);
const bounded = fallingExp(select(compare("gt", distance, 0), 0, distance));

/** The same for x <= m, in fewer steps. */
export function fallingShiftedExp(f: Fn, { type }: Float, x: Vector, m: Vector): Vector {
  return emit(f, type, [falling], [x, m])[0]!;
}

/** The same, and 1 for x > m. */
export function boundedShiftedExp(f: Fn, { type }: Float, x: Vector, m: Vector): Vector {
  return emit(f, type, [bounded], [x, m])[0]!;
}

export function logOf(f: Fn, { type }: Float, x: Vector): Vector {
  return emit(f, type, [log(input(0))], [x])[0]!;
}

const upper = Array.from({ length: 16 }, (_, i) => (i + 8) % 16);

/** The numbers of a vector in float64: of two lanes, or of two and two. */
export function inFloat64({ type }: Float, x: Vector): readonly Vector[] {
  return type === "f64" ? [x] : [v128.promote(x), v128.promote(v128.shuffle(x, x, upper))];
}

/** As many float64 from `pointer` on as there are lanes, rounded. */
export function loadRounded({ type }: Float, pointer: Value<"i32">): Vector {
  if (type === "f64") return v128.load(pointer);
  const low = v128.demote(v128.load(pointer));
  const high = v128.demote(v128.load(pointer, 16));
  return v128.shuffle(low, high, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
}

/** A float64 rounded to the dtype, in all lanes. */
export function roundedSplat({ type, lanes }: Float, x: Local<"f64">): Vector {
  if (type === "f64") return lanes.splat(x);
  const rounded = v128.demote(f64x2.splat(x));
  return v128.shuffle(rounded, rounded, [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]);
}

/** Runs `define` `count` times, which is not 0, and adds to each variable its step after each. */
export function emitCounted(
  f: Fn,
  count: Local<"i32">,
  steps: readonly (readonly [Local<"i32">, Value<"i32"> | number])[],
  define: () => void,
): void {
  f.doWhile(
    () => {
      define();
      for (const [variable, step] of steps) f.increase(variable, step);
      f.increase(count, -1);
    },
    () => i32.gtS(count, 0),
  );
}

/** Marks the lanes of the last vector of `length` numbers that count, if it is partial. */
export function partialMask(f: Fn, { lanes }: Float, length: Value<"i32">): Vector {
  const rest = i32.remU(length, lanes.count);
  const { integer } = lanes;
  const left = integer.splat(integer.type === "i64" ? i64.extendU(rest) : rest);
  const places = Array.from({ length: lanes.count - 1 }, (_, k) => k + 1);
  const ramp = places.reduce((v, lane) => integer.replace(v, lane, lane), integer.const(0));
  return f.let(integer.lt(ramp, left));
}

/**
 * Runs `body` for each vector of `length` numbers, `pointers` moving along. The last may be partial: `mask` then marks
 * the lanes that count; it is null where all do.
 *
 * @param partial the mask of the last one, where it was made before
 */
export function emitVectors(
  f: Fn,
  float: Float,
  length: Value<"i32">,
  pointers: readonly Local<"i32">[],
  body: (mask: Vector | null) => void,
  partial?: Vector,
): void {
  const { lanes } = float;
  const whole = f.let(i32.divU(length, lanes.count));
  const rest = f.let(i32.remU(length, lanes.count));
  f.while(i32.gtS(whole, 0), () => {
    body(null);
    for (const pointer of pointers) f.increase(pointer, 16);
    f.increase(whole, -1);
  });
  f.if(rest, () => body(partial ?? partialMask(f, float, length)));
}

/** `x` where the mask is set, `otherwise` elsewhere; `x` where there is no mask. */
export function masked(mask: Vector | null, x: Vector, otherwise: Vector): Vector {
  return mask === null ? x : v128.bitselect(x, otherwise, mask);
}
