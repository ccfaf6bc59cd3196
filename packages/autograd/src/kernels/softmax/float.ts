/** What the loops of softmax have in common: their numbers, the functions in them, and how they run. */
import type { FloatDType } from "../../dtype.js";
import { emit, emitTogether } from "../../expression/emit.js";
import { compare, difference, type Expression, input, select } from "../../expression/expression.js";
import { exp, fallingExp, log } from "../../expression/functions/index.js";
import type { Fn, Local } from "../../wasm/builder.js";
import { type FloatLanes, f32x4, f64x2, type Vector, v128 } from "../../wasm/lanes.js";
import { i32, i64, type Value } from "../../wasm/values.js";

/** A number type with its lanes. */
export interface Float {
  readonly type: "f32" | "f64";
  readonly lanes: FloatLanes;
}

export const floats: Readonly<Record<FloatDType, Float>> = {
  float32: { type: "f32", lanes: f32x4 },
  float64: { type: "f64", lanes: f64x2 },
};

/** Vectors of x and m. */
export type Shifted = readonly [x: Vector, m: Vector];

/** eˣ⁻ᵐ of several vectors side by side. */
export type ShiftedExp = (f: Fn, float: Float, inputs: readonly Shifted[]) => readonly Vector[];

const distance = difference(input(0), input(1));

function shiftedBy(root: Expression): ShiftedExp {
  return (f, { type }, inputs) => emitTogether(f, type, [root], inputs).map(([result]) => result!);
}

/** eˣ⁻ᵐ for any x and m. */
export const shiftedExp: ShiftedExp = shiftedBy(exp(distance));

/** The same for x <= m, in fewer steps; 0 where it is no normal number. */
export const fallingShiftedExp: ShiftedExp = shiftedBy(fallingExp(distance));

/** The same, and 1 for x > m. */
export const boundedShiftedExp: ShiftedExp = shiftedBy(
  fallingExp(select(compare("gt", distance, 0), 0, distance)),
);

export function logOf(f: Fn, { type }: Float, x: Vector): Vector {
  return emit(f, type, [log(input(0))], [x])[0]!;
}

const upper = Array.from({ length: 16 }, (_, i) => (i + 8) % 16);

/** The numbers of a vector in float64: of two lanes, or of two and two. */
export function inFloat64({ type }: Float, x: Vector): readonly Vector[] {
  return type === "f64" ? [x] : [v128.promote(x), v128.promote(v128.shuffle(x, x, upper))];
}

/** As many float64 from `pointer` on as there are lanes, rounded; before that they may be changed. */
export function loadRounded(
  { type }: Float,
  pointer: Value<"i32">,
  change: (x: Vector) => Vector = (x) => x,
): Vector {
  if (type === "f64") return change(v128.load(pointer));
  const low = v128.demote(change(v128.load(pointer)));
  const high = v128.demote(change(v128.load(pointer, 16)));
  return v128.shuffle(low, high, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
}

/** 1/x of float64. */
export function inverse(x: Vector): Vector {
  return f64x2.div(f64x2.const(1), x);
}

/** A float64, the same in both lanes, rounded to the dtype, in all lanes. */
export function roundedSplat({ type }: Float, x: Vector): Vector {
  if (type === "f64") return x;
  const rounded = v128.demote(x);
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

/** So many vectors are worked on side by side in the loops where most of the time is spent. */
export const together = 4;
export const offsetsTogether: readonly number[] = Array.from({ length: together }, (_, k) => 16 * k);

/** How a loop over vectors is made. */
interface VectorLoop {
  /** The mask of the last vector, where it was made before. */
  readonly partial?: Vector;
  /** How many vectors are given to `body` at once, while there are so many. */
  readonly together?: number;
}

/**
 * Runs `body` for all vectors of `length` numbers, `pointers` moving along: for those at the given offsets from the
 * pointers. The last may be partial: `mask` then marks the lanes that count; it is null where all do.
 */
export function emitVectors(
  f: Fn,
  float: Float,
  length: Value<"i32">,
  pointers: readonly Local<"i32">[],
  body: (mask: Vector | null, offsets: readonly number[]) => void,
  { partial, together = 1 }: VectorLoop = {},
): void {
  const { lanes } = float;
  const left = f.let(i32.add(length, 0));
  for (const count of together > 1 ? [together, 1] : [1]) {
    const offsets = Array.from({ length: count }, (_, k) => 16 * k);
    f.while(i32.geS(left, count * lanes.count), () => {
      body(null, offsets);
      for (const pointer of pointers) f.increase(pointer, 16 * count);
      f.increase(left, -count * lanes.count);
    });
  }
  f.if(left, () => body(partial ?? partialMask(f, float, length), [0]));
}

/** `x` where the mask is set, `otherwise` elsewhere; `x` where there is no mask. */
export function masked(mask: Vector | null, x: Vector, otherwise: Vector): Vector {
  return mask === null ? x : v128.bitselect(x, otherwise, mask);
}
