/**
 * The primitives of which expressions are made: for each, the instruction that computes it and its meaning in
 * JavaScript. The two are compared bit by bit in the tests, so each is the check of the other.
 */
import {
  type FloatLanes,
  f32x4,
  f64x2,
  type IntegerLanes,
  i32x4,
  i64x2,
  type Lanes,
  type Vector,
  v128,
} from "../wasm/lanes.js";

/** The type in which an expression is computed. */
export type NumberType = "f32" | "f64" | "i32";

/** A value of the interpreter: a number, a truth value, or bits as an integer of the lane's width. */
export type Scalar = number | boolean | bigint;

/** The name of a primitive. */
export type Primitive =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "neg"
  | "abs"
  | "sqrt"
  | "floor"
  | "ceil"
  | "trunc"
  | "nearest"
  | "min"
  | "max"
  | "eq"
  | "ne"
  | "lt"
  | "gt"
  | "le"
  | "ge"
  | "select"
  | "rarely"
  | "and"
  | "or"
  | "not"
  | "toBits"
  | "fromBits"
  | "bitsTruncate"
  | "bitsConvert"
  | "bitsAdd"
  | "bitsSub"
  | "bitsAnd"
  | "bitsOr"
  | "bitsXor"
  | "bitsEq"
  | "bitsGt"
  | "bitsShl"
  | "bitsShrS"
  | "bitsShrU";

interface Definition {
  /** How it prints between two operands. */
  readonly infix?: string;
  /** Computes a vector; `count` is a shift's distance. */
  readonly emit: (lanes: Lanes, operands: readonly Vector[], count: number) => Vector;
  /** The same for one number; rounding to the type is the caller's part. */
  readonly interpret: (type: NumberType, operands: readonly never[], count: number) => Scalar;
}

function define<T extends Scalar>(
  emit: (lanes: Lanes, operands: readonly [Vector, Vector, Vector], count: number) => Vector,
  interpret: (type: NumberType, operands: readonly [T, T, T], count: number) => Scalar,
  infix?: string,
): Definition {
  const definition = { emit, interpret } as unknown as Definition;
  return infix === undefined ? definition : { ...definition, infix };
}

function float(lanes: Lanes): FloatLanes {
  if (!("div" in lanes))
    throw new TypeError(`internal: ${lanes.type} lanes have no floating-point instructions`);
  return lanes as FloatLanes;
}

/** The integers of the same width as `lanes`. */
function integer(lanes: Lanes): IntegerLanes {
  return lanes.bytes === 4 ? i32x4 : i64x2;
}

const width = (type: NumberType): number => (type === "f64" ? 64 : 32);

/** Nearest integer, ties to even. */
function nearest(x: number): number {
  const low = Math.floor(x);
  const rest = x - low;
  const rounded = rest < 0.5 ? low : rest > 0.5 ? low + 1 : low % 2 === 0 ? low : low + 1;
  return rounded === 0 && (x < 0 || Object.is(x, -0)) ? -0 : rounded;
}

const view = new DataView(new ArrayBuffer(8));

function toBits(type: NumberType, x: number): bigint {
  if (type === "f64") view.setFloat64(0, x);
  else view.setFloat32(0, x);
  return type === "f64" ? view.getBigInt64(0) : BigInt(view.getInt32(0));
}

function fromBits(type: NumberType, x: bigint): number {
  if (type === "f64") view.setBigInt64(0, x);
  else view.setInt32(0, Number(x));
  return type === "f64" ? view.getFloat64(0) : view.getFloat32(0);
}

function saturate(x: number): bigint {
  if (Number.isNaN(x)) return 0n;
  return BigInt(Math.max(-2147483648, Math.min(2147483647, Math.trunc(x))));
}

const comparison = (
  name: "eq" | "ne" | "lt" | "gt" | "le" | "ge",
  test: (x: number, y: number) => boolean,
  infix: string,
) =>
  define<number>(
    (l, [x, y]) => l[name](x, y),
    (_, [x, y]) => test(x, y),
    infix,
  );

const minMax = (name: "min" | "max", interpret: (x: number, y: number) => number): Definition =>
  define<number>(
    (l, [x, y]) => (l.type === "i32" ? i32x4[name](x, y) : float(l)[name](x, y)),
    (_, [x, y]) => interpret(x, y),
  );

// Integers are rounded already.
const rounding = (
  name: "floor" | "ceil" | "trunc" | "nearest",
  interpret: (x: number) => number,
): Definition =>
  define<number>(
    (l, [x]) => (l.type === "i32" ? x : float(l)[name](x)),
    (_, [x]) => interpret(x),
  );

const onBits = (
  emit: (l: IntegerLanes, x: Vector, y: Vector, count: number) => Vector,
  interpret: (x: bigint, y: bigint, count: number) => bigint,
) =>
  define<bigint>(
    (l, [x, y], count) => emit(integer(l), x, y, count),
    (type, [x, y], count) => BigInt.asIntN(width(type), interpret(x, y, count)),
  );

/** What each primitive does. */
export const primitives: Readonly<Record<Primitive, Definition>> = {
  add: define<number>(
    (l, [x, y]) => l.add(x, y),
    (_, [x, y]) => x + y,
    "+",
  ),
  sub: define<number>(
    (l, [x, y]) => l.sub(x, y),
    (_, [x, y]) => x - y,
    "-",
  ),
  mul: define<number>(
    (l, [x, y]) => l.mul(x, y),
    (type, [x, y]) => (type === "i32" ? Math.imul(x, y) : x * y),
    "*",
  ),
  div: define<number>(
    (l, [x, y]) => float(l).div(x, y),
    (_, [x, y]) => x / y,
    "/",
  ),
  neg: define<number>(
    (l, [x]) => l.neg(x),
    (_, [x]) => -x,
  ),
  abs: define<number>(
    (l, [x]) => l.abs(x),
    (_, [x]) => Math.abs(x),
  ),
  sqrt: define<number>(
    (l, [x]) => float(l).sqrt(x),
    (_, [x]) => Math.sqrt(x),
  ),
  floor: rounding("floor", Math.floor),
  ceil: rounding("ceil", Math.ceil),
  trunc: rounding("trunc", Math.trunc),
  nearest: rounding("nearest", nearest),
  min: minMax("min", Math.min),
  max: minMax("max", Math.max),
  eq: comparison("eq", (x, y) => x === y, "=="),
  ne: comparison("ne", (x, y) => x !== y, "!="),
  lt: comparison("lt", (x, y) => x < y, "<"),
  gt: comparison("gt", (x, y) => x > y, ">"),
  le: comparison("le", (x, y) => x <= y, "<="),
  ge: comparison("ge", (x, y) => x >= y, ">="),
  select: define<Scalar>(
    (_, [mask, x, y]) => v128.bitselect(x, y, mask),
    (_, [mask, x, y]) => (mask ? x : y),
  ),
  rarely: define<Scalar>(
    (_, [mask, x, y]) => v128.bitselect(x, y, mask),
    (_, [mask, x, y]) => (mask ? x : y),
  ),
  and: define<boolean>(
    (_, [x, y]) => v128.and(x, y),
    (_, [x, y]) => x && y,
    "&",
  ),
  or: define<boolean>(
    (_, [x, y]) => v128.or(x, y),
    (_, [x, y]) => x || y,
    "|",
  ),
  not: define<boolean>(
    (_, [x]) => v128.not(x),
    (_, [x]) => !x,
  ),
  toBits: define<number>(
    (_, [x]) => x,
    (type, [x]) => toBits(type, x),
  ),
  fromBits: define<bigint>(
    (_, [x]) => x,
    (type, [x]) => fromBits(type, x),
  ),
  bitsTruncate: define<number>(
    (_, [x]) => v128.i32FromF32(x),
    (_, [x]) => saturate(x),
  ),
  bitsConvert: define<bigint>(
    (_, [x]) => v128.f32FromI32(x),
    (_, [x]) => Number(x),
  ),
  bitsAdd: onBits(
    (l, x, y) => l.add(x, y),
    (x, y) => x + y,
  ),
  bitsSub: onBits(
    (l, x, y) => l.sub(x, y),
    (x, y) => x - y,
  ),
  bitsAnd: onBits(
    (_, x, y) => v128.and(x, y),
    (x, y) => x & y,
  ),
  bitsOr: onBits(
    (_, x, y) => v128.or(x, y),
    (x, y) => x | y,
  ),
  bitsXor: onBits(
    (_, x, y) => v128.xor(x, y),
    (x, y) => x ^ y,
  ),
  bitsEq: define<bigint>(
    (l, [x, y]) => integer(l).eq(x, y),
    (_, [x, y]) => x === y,
  ),
  bitsGt: define<bigint>(
    (l, [x, y]) => integer(l).gt(x, y),
    (_, [x, y]) => x > y,
  ),
  bitsShl: onBits(
    (l, x, _, count) => l.shl(x, count),
    (x, _, count) => x << BigInt(count),
  ),
  bitsShrS: onBits(
    (l, x, _, count) => l.shrS(x, count),
    (x, _, count) => x >> BigInt(count),
  ),
  bitsShrU: define<bigint>(
    (l, [x], count) => integer(l).shrU(x, count),
    (type, [x], count) => BigInt.asIntN(width(type), BigInt.asUintN(width(type), x) >> BigInt(count)),
  ),
};

/** The lanes in which `type` is computed. */
export function lanesOf(type: NumberType): Lanes {
  return { f32: f32x4, f64: f64x2, i32: i32x4 }[type];
}
