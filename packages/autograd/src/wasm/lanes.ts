/** SIMD lanes by number type: one text of a kernel serves float32, float64 and int32. */
import { constantVector, type Operand, simd, simdMemory, typed, type Value } from "./values.js";

/** A vector of 16 bytes. */
export type Vector = Value<"v128">;

/** The number types in which kernels compute. */
export type LaneType = "f32" | "f64" | "i32" | "i64";

type Unary = (x: Vector) => Vector;
type Binary = (x: Vector, y: Vector) => Vector;

/** The instructions of one lane type. Comparisons give a mask: all bits of a lane set, or none. */
export interface Lanes {
  readonly type: LaneType;
  /** Lanes in a vector. */
  readonly count: number;
  /** Bytes of a lane. */
  readonly bytes: number;
  readonly const: (x: number | bigint) => Vector;
  readonly splat: (x: Operand) => Vector;
  readonly extract: (x: Vector, lane: number) => Value<LaneType>;
  readonly replace: (x: Vector, lane: number, value: Operand) => Vector;
  /** Loads one lane into all places. */
  readonly loadSplat: (pointer: Operand, offset?: number) => Vector;
  readonly eq: Binary;
  readonly ne: Binary;
  readonly lt: Binary;
  readonly gt: Binary;
  readonly le: Binary;
  readonly ge: Binary;
  readonly abs: Unary;
  readonly neg: Unary;
  readonly add: Binary;
  readonly sub: Binary;
  readonly mul: Binary;
}

/** Lanes that hold floating-point numbers. `min` and `max` propagate NaN. */
export interface FloatLanes extends Lanes {
  readonly type: "f32" | "f64";
  readonly div: Binary;
  readonly sqrt: Unary;
  readonly min: Binary;
  readonly max: Binary;
  /** `y < x ? y : x` and `x < y ? y : x`: one instruction where `min` and `max` take many. */
  readonly pmin: Binary;
  readonly pmax: Binary;
  readonly floor: Unary;
  readonly ceil: Unary;
  readonly trunc: Unary;
  readonly nearest: Unary;
  /** The integers of the same width, for work on the bits. */
  readonly integer: IntegerLanes;
}

/** Lanes that hold integers of either width. */
export interface IntegerLanes extends Lanes {
  readonly type: "i32" | "i64";
  readonly shl: (x: Vector, count: Operand) => Vector;
  readonly shrS: (x: Vector, count: Operand) => Vector;
  readonly shrU: (x: Vector, count: Operand) => Vector;
}

const unary =
  (opcode: number): Unary =>
  (x) =>
    simd("v128", opcode, [x]);
const binary =
  (opcode: number): Binary =>
  (x, y) =>
    simd("v128", opcode, [x, y]);

function basic<T extends LaneType>(
  type: T,
  codes: { splat: number; extract: number; compare: readonly number[]; arithmetic: readonly number[] },
): Lanes & { readonly type: T } {
  const bytes = type === "f32" || type === "i32" ? 4 : 8;
  const [eq, ne, lt, gt, le, ge] = codes.compare as [number, number, number, number, number, number];
  const [abs, neg, add, sub, mul] = codes.arithmetic as [number, number, number, number, number];
  return {
    type,
    count: 16 / bytes,
    bytes,
    const: (x) => constantVector(type, x),
    splat: (x) => simd("v128", codes.splat, [typed(type, x)]),
    extract: (x, lane) => simd(type, codes.extract, [x], [lane]),
    replace: (x, lane, value) => simd("v128", codes.extract + 1, [x, typed(type, value)], [lane]),
    loadSplat: (pointer, offset = 0) =>
      simdMemory("v128", bytes === 4 ? 0x09 : 0x0a, [typed("i32", pointer)], offset),
    eq: binary(eq),
    ne: binary(ne),
    lt: binary(lt),
    gt: binary(gt),
    le: binary(le),
    ge: binary(ge),
    abs: unary(abs),
    neg: unary(neg),
    add: binary(add),
    sub: binary(sub),
    mul: binary(mul),
  };
}

function shifts(shl: number): Pick<IntegerLanes, "shl" | "shrS" | "shrU"> {
  const shift =
    (opcode: number) =>
    (x: Vector, count: Operand): Vector =>
      simd("v128", opcode, [x, typed("i32", count)]);
  return { shl: shift(shl), shrS: shift(shl + 1), shrU: shift(shl + 2) };
}

export const i32x4: IntegerLanes & { readonly min: Binary; readonly max: Binary } = {
  ...basic("i32", {
    splat: 0x11,
    extract: 0x1b,
    compare: [0x37, 0x38, 0x39, 0x3b, 0x3d, 0x3f],
    arithmetic: [0xa0, 0xa1, 0xae, 0xb1, 0xb5],
  }),
  ...shifts(0xab),
  min: binary(0xb6),
  max: binary(0xb8),
};

export const i64x2: IntegerLanes = {
  ...basic("i64", {
    splat: 0x12,
    extract: 0x1d,
    compare: [0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xdb],
    arithmetic: [0xc0, 0xc1, 0xce, 0xd1, 0xd5],
  }),
  ...shifts(0xcb),
};

// On x86 there is no instruction for these: engines make the mask anew each time, where a constant is made once.
function signs(type: "i32" | "i64", sign: bigint): Pick<FloatLanes, "abs" | "neg"> {
  const mask = constantVector(type, sign);
  return {
    abs: (x) => simd("v128", 0x4f, [x, mask]),
    neg: (x) => simd("v128", 0x51, [x, mask]),
  };
}

export const f32x4: FloatLanes = {
  ...basic("f32", {
    splat: 0x13,
    extract: 0x1f,
    compare: [0x41, 0x42, 0x43, 0x44, 0x45, 0x46],
    arithmetic: [0xe0, 0xe1, 0xe4, 0xe5, 0xe6],
  }),
  ...signs("i32", 0x80000000n),
  sqrt: unary(0xe3),
  div: binary(0xe7),
  min: binary(0xe8),
  max: binary(0xe9),
  pmin: binary(0xea),
  pmax: binary(0xeb),
  ceil: unary(0x67),
  floor: unary(0x68),
  trunc: unary(0x69),
  nearest: unary(0x6a),
  integer: i32x4,
};

export const f64x2: FloatLanes = {
  ...basic("f64", {
    splat: 0x14,
    extract: 0x21,
    compare: [0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c],
    arithmetic: [0xec, 0xed, 0xf0, 0xf1, 0xf2],
  }),
  ...signs("i64", 0x8000000000000000n),
  sqrt: unary(0xef),
  div: binary(0xf3),
  min: binary(0xf4),
  max: binary(0xf5),
  pmin: binary(0xf6),
  pmax: binary(0xf7),
  ceil: unary(0x74),
  floor: unary(0x75),
  trunc: unary(0x7a),
  nearest: unary(0x94),
  integer: i64x2,
};

/** Operations on all 128 bits, and conversions between lane types. */
export const v128: {
  readonly load: (pointer: Operand, offset?: number) => Vector;
  readonly store: (pointer: Operand, value: Vector, offset?: number) => Value<null>;
  /** Loads 1, 2, 4 or 8 bytes into the lowest place; the rest is zero. */
  readonly loadLow: (pointer: Operand, bytes: number, offset?: number) => Vector;
  /** Loads 1, 2, 4 or 8 bytes into every place of that size. */
  readonly loadSplat: (pointer: Operand, bytes: number, offset?: number) => Vector;
  /** `x` with 1, 2, 4 or 8 bytes loaded into place `lane`. */
  readonly loadLane: (x: Vector, pointer: Operand, bytes: number, lane: number) => Vector;
  /** Stores 1, 2, 4 or 8 bytes of place `lane`. */
  readonly storeLane: (
    pointer: Operand,
    x: Vector,
    bytes: number,
    lane: number,
    offset?: number,
  ) => Value<null>;
  readonly and: Binary;
  /** `x & ~y`. */
  readonly andNot: Binary;
  readonly or: Binary;
  readonly xor: Binary;
  readonly not: Unary;
  /** Bits of `x` where `mask` is set, of `y` elsewhere. */
  readonly bitselect: (x: Vector, y: Vector, mask: Vector) => Vector;
  /** 1 if any bit is set, as `i32`. */
  readonly anyTrue: (x: Vector) => Value<"i32">;
  /** Bytes chosen from `x` (0–15) and `y` (16–31). */
  readonly shuffle: (x: Vector, y: Vector, places: readonly number[]) => Vector;
  readonly f32FromI32: Unary;
  readonly i32FromF32: Unary;
  /** The two low `i32` to `f64`. */
  readonly f64FromI32: Unary;
  /** Two `f64` to the two low `i32`, saturating, the rest zero. */
  readonly i32FromF64: Unary;
  /** The two low `f32` to `f64`. */
  readonly promote: Unary;
  /** Two `f64` to the two low `f32`, the rest zero. */
  readonly demote: Unary;
  /** The four low bytes, unsigned, to `i32`. */
  readonly i32FromU8: Unary;
  /** The two low `i32`, signed, to `i64`. */
  readonly i64FromI32: Unary;
} = {
  load: (pointer, offset = 0) => simdMemory("v128", 0x00, [typed("i32", pointer)], offset),
  store: (pointer, value, offset = 0) => simdMemory(null, 0x0b, [typed("i32", pointer), value], offset),
  loadLow: (pointer, bytes, offset = 0) =>
    bytes >= 4
      ? simdMemory("v128", bytes === 4 ? 0x5c : 0x5d, [typed("i32", pointer)], offset)
      : simdMemory("v128", 0x53 + bytes, [typed("i32", pointer), constantVector("i32", 0)], offset, [0]),
  loadSplat: (pointer, bytes, offset = 0) =>
    simdMemory("v128", 0x07 + log2(bytes), [typed("i32", pointer)], offset),
  loadLane: (x, pointer, bytes, lane) =>
    simdMemory("v128", 0x54 + log2(bytes), [typed("i32", pointer), x], 0, [lane]),
  storeLane: (pointer, x, bytes, lane, offset = 0) =>
    simdMemory(null, 0x58 + log2(bytes), [typed("i32", pointer), x], offset, [lane]),
  not: unary(0x4d),
  and: binary(0x4e),
  andNot: binary(0x4f),
  or: binary(0x50),
  xor: binary(0x51),
  bitselect: (x, y, mask) => simd("v128", 0x52, [x, y, mask]),
  anyTrue: (x) => simd("i32", 0x53, [x]),
  shuffle: (x, y, places) => simd("v128", 0x0d, [x, y], places),
  f32FromI32: unary(0xfa),
  i32FromF32: unary(0xf8),
  f64FromI32: unary(0xfe),
  i32FromF64: unary(0xfc),
  promote: unary(0x5f),
  demote: unary(0x5e),
  i32FromU8: (x) => simd("v128", 0xa9, [simd("v128", 0x89, [x])]),
  i64FromI32: unary(0xc7),
};

function log2(bytes: number): number {
  return 31 - Math.clz32(bytes);
}
