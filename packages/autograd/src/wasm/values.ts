/**
 * The vocabulary in which kernels compute: typed values, which are constants, arithmetic, comparisons, loads, and effects, which
 * are stores. A value is a tree that is emitted where it is used; `Fn.let` computes it once and keeps it in a local.
 */
import { signed, signed64, type Type, unsigned } from "./assembler.js";

/** Something that leaves one value of `type` on the stack when emitted (`null`: an effect, nothing is left). */
export interface Value<T extends Type | null = Type | null> {
  readonly type: T;
  readonly emit: (code: number[]) => void;
}

/** A value, or a number that becomes a constant of the type that is needed. */
export type Operand = Value<Type> | number;

/** The instruction `opcode` over `operands`, as a value of `type`. */
export function instruction<T extends Type | null>(
  type: T,
  opcode: readonly number[],
  operands: readonly Value<Type>[],
  immediates: (code: number[]) => void = () => {},
): Value<T> {
  return {
    type,
    emit: (code) => {
      for (const operand of operands) operand.emit(code);
      code.push(...opcode);
      immediates(code);
    },
  };
}

const bits = new DataView(new ArrayBuffer(8));

function floatBytes(type: "f32" | "f64", x: number): number[] {
  const size = type === "f32" ? 4 : 8;
  if (type === "f32") bits.setFloat32(0, x, true);
  else bits.setFloat64(0, x, true);
  return Array.from({ length: size }, (_, i) => bits.getUint8(i));
}

/** A constant of a scalar type. */
export function constant<T extends Exclude<Type, "v128">>(type: T, x: number | bigint): Value<T> {
  switch (type) {
    case "i32":
      return instruction(type, [0x41], [], (code) => signed(code, Number(x)));
    case "i64":
      return instruction(type, [0x42], [], (code) => signed64(code, BigInt(x)));
    default:
      return instruction(type, [type === "f32" ? 0x43 : 0x44, ...floatBytes(type, Number(x))], []);
  }
}

/** A constant vector of the same lane in all places. */
export function constantVector(type: "f32" | "f64" | "i32" | "i64", x: number | bigint): Value<"v128"> {
  let lane: number[];
  if (type === "f32" || type === "f64") lane = floatBytes(type, Number(x));
  else {
    bits.setBigInt64(0, BigInt.asIntN(type === "i32" ? 32 : 64, BigInt(x)), true);
    lane = Array.from({ length: type === "i32" ? 4 : 8 }, (_, i) => bits.getUint8(i));
  }
  const bytes = Array.from({ length: 16 }, (_, i) => lane[i % lane.length]);
  return instruction("v128", [0xfd, 0x0c, ...bytes], []);
}

/** `operand` as a value of `type`. */
export function typed<T extends Exclude<Type, "v128">>(type: T, operand: Operand): Value<T> {
  return typeof operand === "number" ? constant(type, operand) : (operand as Value<T>);
}

type Binary<T extends Type = Type> = (x: Operand, y: Operand) => Value<T>;
type Unary<T extends Type = Type> = (x: Operand) => Value<T>;
type Load<T extends Type = Type> = (pointer: Operand, offset?: number) => Value<T>;
type Store = (pointer: Operand, value: Operand, offset?: number) => Value<null>;

function binary<T extends Type>(type: T, from: Exclude<Type, "v128">, opcode: number): Binary<T> {
  return (x, y) => instruction(type, [opcode], [typed(from, x), typed(from, y)]);
}

function unary<T extends Type>(type: T, from: Exclude<Type, "v128">, ...opcode: number[]): Unary<T> {
  return (x) => instruction(type, opcode, [typed(from, x)]);
}

// The alignment hint is always 0 (none promised): views may start anywhere.
function load<T extends Type>(type: T, ...opcode: number[]): Load<T> {
  return (pointer, offset = 0) =>
    instruction(type, opcode, [typed("i32", pointer)], (code) => {
      code.push(0);
      unsigned(code, offset);
    });
}

function store(type: Exclude<Type, "v128">, opcode: number): Store {
  return (pointer, value, offset = 0) =>
    instruction(null, [opcode], [typed("i32", pointer), typed(type, value)], (code) => {
      code.push(0);
      unsigned(code, offset);
    });
}

interface Integer<T extends "i32" | "i64"> {
  readonly add: Binary<T>;
  readonly sub: Binary<T>;
  readonly mul: Binary<T>;
  readonly divU: Binary<T>;
  readonly remU: Binary<T>;
  readonly and: Binary<T>;
  readonly or: Binary<T>;
  readonly xor: Binary<T>;
  readonly shl: Binary<T>;
  readonly shrS: Binary<T>;
  readonly shrU: Binary<T>;
  readonly eq: Binary<"i32">;
  readonly ne: Binary<"i32">;
  readonly ltS: Binary<"i32">;
  readonly ltU: Binary<"i32">;
  readonly gtS: Binary<"i32">;
  readonly gtU: Binary<"i32">;
  readonly leS: Binary<"i32">;
  readonly leU: Binary<"i32">;
  readonly geS: Binary<"i32">;
  readonly geU: Binary<"i32">;
  readonly load: Load<T>;
  readonly store: Store;
}

interface Float<T extends "f32" | "f64"> {
  readonly add: Binary<T>;
  readonly sub: Binary<T>;
  readonly mul: Binary<T>;
  readonly div: Binary<T>;
  readonly min: Binary<T>;
  readonly max: Binary<T>;
  readonly abs: Unary<T>;
  readonly neg: Unary<T>;
  readonly sqrt: Unary<T>;
  readonly eq: Binary<"i32">;
  readonly ne: Binary<"i32">;
  readonly lt: Binary<"i32">;
  readonly gt: Binary<"i32">;
  readonly le: Binary<"i32">;
  readonly ge: Binary<"i32">;
  readonly load: Load<T>;
  readonly store: Store;
}

function integer<T extends "i32" | "i64">(type: T, arithmetic: number, compare: number): Integer<T> {
  const op = (k: number): Binary<T> => binary(type, type, arithmetic + k);
  const test = (k: number): Binary<"i32"> => binary("i32", type, compare + k);
  return {
    add: op(0),
    sub: op(1),
    mul: op(2),
    divU: op(4),
    remU: op(6),
    and: op(7),
    or: op(8),
    xor: op(9),
    shl: op(10),
    shrS: op(11),
    shrU: op(12),
    eq: test(0),
    ne: test(1),
    ltS: test(2),
    ltU: test(3),
    gtS: test(4),
    gtU: test(5),
    leS: test(6),
    leU: test(7),
    geS: test(8),
    geU: test(9),
    load: load(type, type === "i32" ? 0x28 : 0x29),
    store: store(type, type === "i32" ? 0x36 : 0x37),
  };
}

function float<T extends "f32" | "f64">(type: T, arithmetic: number, compare: number): Float<T> {
  const op = (k: number): Binary<T> => binary(type, type, arithmetic + k);
  const test = (k: number): Binary<"i32"> => binary("i32", type, compare + k);
  return {
    abs: unary(type, type, arithmetic),
    neg: unary(type, type, arithmetic + 1),
    sqrt: unary(type, type, arithmetic + 6),
    add: op(7),
    sub: op(8),
    mul: op(9),
    div: op(10),
    min: op(11),
    max: op(12),
    eq: test(0),
    ne: test(1),
    lt: test(2),
    gt: test(3),
    le: test(4),
    ge: test(5),
    load: load(type, type === "f32" ? 0x2a : 0x2b),
    store: store(type, type === "f32" ? 0x38 : 0x39),
  };
}

/** 32-bit integers and addresses. `U` and `S` mark unsigned and signed readings of the bits. */
export const i32: Integer<"i32"> & {
  readonly eqz: Unary<"i32">;
  readonly load8U: Load<"i32">;
  readonly store8: Store;
  readonly wrap: Unary<"i32">;
} = {
  ...integer("i32", 0x6a, 0x46),
  eqz: unary("i32", "i32", 0x45),
  load8U: load("i32", 0x2d),
  store8: store("i32", 0x3a),
  wrap: unary("i32", "i64", 0xa7),
};

/** 64-bit integers. */
export const i64: Integer<"i64"> & { readonly extendU: Unary<"i64"> } = {
  ...integer("i64", 0x7c, 0x51),
  extendU: unary("i64", "i32", 0xad),
};

export const f32: Float<"f32"> & { readonly demote: Unary<"f32">; readonly fromI32: Unary<"f32"> } = {
  ...float("f32", 0x8b, 0x5b),
  demote: unary("f32", "f64", 0xb6),
  fromI32: unary("f32", "i32", 0xb2),
};

export const f64: Float<"f64"> & { readonly promote: Unary<"f64">; readonly fromI32: Unary<"f64"> } = {
  ...float("f64", 0x99, 0x61),
  promote: unary("f64", "f32", 0xbb),
  fromI32: unary("f64", "i32", 0xb7),
};

/** `condition ? x : y` without a branch; both are computed. */
export function select<T extends Type>(condition: Value<"i32">, x: Value<T>, y: Value<T>): Value<T> {
  return instruction(x.type, [0x1b], [x, y, condition]);
}

/** A SIMD instruction by its number in the instruction table. */
export function simd<T extends Type | null>(
  type: T,
  opcode: number,
  operands: readonly Value<Type>[],
  immediates: readonly number[] = [],
): Value<T> {
  const head = [0xfd];
  unsigned(head, opcode);
  return instruction(type, [...head, ...immediates], operands);
}

/** A SIMD load or store: `immediates` follow the address part (the lane, where there is one). */
export function simdMemory<T extends Type | null>(
  type: T,
  opcode: number,
  operands: readonly Value<Type>[],
  offset: number,
  immediates: readonly number[] = [],
): Value<T> {
  const tail = [0];
  unsigned(tail, offset);
  return simd(type, opcode, operands, [...tail, ...immediates]);
}
