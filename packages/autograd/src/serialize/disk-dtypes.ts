/** Number types as a file has them: what each is read as, and how our numbers are written as one. */
import { allocate, bytesOf, type DType, type NumberArray } from "../dtype.js";
import { DTypeError, FormatError } from "../errors.js";
import { bfloat16, float16, narrow, widen } from "./narrow-floats.js";

/** A number type in a safetensors file. */
export type DiskDType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL";

/** The bytes of one number. The order is that of the reference implementation, from the last in a file to the first. */
export const diskBytes: Readonly<Record<DiskDType, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  F64: 8,
  I64: 8,
  U64: 8,
};

/** The place of a type among those of a file: the higher goes first, so that all numbers lie aligned. */
export const diskRank: Readonly<Record<DiskDType, number>> = Object.fromEntries(
  Object.keys(diskBytes).map((name, i) => [name, i]),
) as Record<DiskDType, number>;

export function isDiskDType(name: string): name is DiskDType {
  return Object.hasOwn(diskBytes, name);
}

/** The types that are ours, bit by bit. */
export const diskDtypeOf: Readonly<Record<DType, DiskDType>> = {
  float64: "F64",
  float32: "F32",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};

// The doubles nearest to the ends of the 64-bit types are beyond them.
const ranges: Readonly<Partial<Record<DiskDType, readonly [least: number, end: number]>>> = {
  BOOL: [0, 2],
  U8: [0, 256],
  I8: [-128, 128],
  I16: [-32768, 32768],
  U16: [0, 65536],
  I32: [-2147483648, 2147483648],
  U32: [0, 4294967296],
  I64: [-0x8000000000000000, 0x8000000000000000],
  U64: [0, 0x10000000000000000],
};

/** What integers are read as that int32 need not hold: I64, U64 and U32. */
export type WideIntegers = "int32" | "float64";

function readAs(disk: DiskDType, wide: WideIntegers): DType {
  switch (disk) {
    case "F64":
      return "float64";
    case "F32":
    case "F16":
    case "BF16":
      return "float32";
    case "I64":
    case "U64":
    case "U32":
      return wide;
    case "I32":
    case "I16":
    case "I8":
    case "U16":
      return "int32";
    case "U8":
      return "uint8";
    case "BOOL":
      return "bool";
  }
}

function get(view: DataView, at: number, disk: DiskDType): number {
  switch (disk) {
    case "F64":
      return view.getFloat64(at, true);
    case "F32":
      return view.getFloat32(at, true);
    case "F16":
      return widen(view.getUint16(at, true), float16);
    case "BF16":
      return widen(view.getUint16(at, true), bfloat16);
    // Rounded beyond 2⁵³, but not to less than that: whether it fits can be told.
    case "I64":
      return view.getInt32(at + 4, true) * 4294967296 + view.getUint32(at, true);
    case "U64":
      return view.getUint32(at + 4, true) * 4294967296 + view.getUint32(at, true);
    case "I32":
      return view.getInt32(at, true);
    case "U32":
      return view.getUint32(at, true);
    case "I16":
      return view.getInt16(at, true);
    case "U16":
      return view.getUint16(at, true);
    case "I8":
      return view.getInt8(at);
    case "U8":
    case "BOOL":
      return view.getUint8(at);
  }
}

function put(view: DataView, at: number, disk: DiskDType, value: number): void {
  switch (disk) {
    case "F64":
      view.setFloat64(at, value, true);
      break;
    case "F32":
      view.setFloat32(at, value, true);
      break;
    case "F16":
      view.setUint16(at, narrow(value, float16), true);
      break;
    case "BF16":
      view.setUint16(at, narrow(value, bfloat16), true);
      break;
    case "I64":
    case "U64":
      view.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true);
      break;
    case "I32":
    case "U32":
      view.setInt32(at, value, true);
      break;
    case "I16":
    case "U16":
      view.setInt16(at, value, true);
      break;
    case "I8":
    case "U8":
    case "BOOL":
      view.setInt8(at, value);
      break;
  }
}

/** Whether the integer `value` is among the numbers of `dtype`. */
function fits(value: number, dtype: DType): boolean {
  switch (dtype) {
    case "float64":
      return Number.isSafeInteger(value);
    case "int32":
      return value === (value | 0);
    case "bool":
      return value === 0 || value === 1;
    default:
      return true;
  }
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Whether a file has numbers of `dtype` as memory has them. */
function isSameBits(dtype: DType, disk: DiskDType): boolean {
  return littleEndian && diskDtypeOf[dtype] === disk;
}

/**
 * The numbers in `bytes`.
 *
 * @param bytes at the start of a buffer that nothing else uses
 * @param where what the bytes are, for the error
 * @throws FormatError if a number is not among those of the dtype it is read as
 */
export function decodeNumbers(
  bytes: Uint8Array,
  disk: DiskDType,
  wide: WideIntegers,
  where: () => string,
): { readonly dtype: DType; readonly numbers: NumberArray } {
  const dtype = readAs(disk, wide);
  const count = bytes.length / diskBytes[disk];
  if (isSameBits(dtype, disk) && disk !== "BOOL")
    return { dtype, numbers: arrayOver(dtype, bytes.buffer, count) };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = allocate(dtype, count);
  const checked = ranges[disk] !== undefined;
  for (let i = 0; i < count; i++) {
    const value = get(view, i * diskBytes[disk], disk);
    if (checked && !fits(value, dtype)) throw misfit(view, i, disk, dtype, where);
    numbers[i] = value;
  }
  return { dtype, numbers };
}

function arrayOver(dtype: DType, buffer: ArrayBufferLike, count: number): NumberArray {
  switch (dtype) {
    case "float64":
      return new Float64Array(buffer, 0, count);
    case "float32":
      return new Float32Array(buffer, 0, count);
    case "int32":
      return new Int32Array(buffer, 0, count);
    default:
      return new Uint8Array(buffer, 0, count);
  }
}

function misfit(view: DataView, i: number, disk: DiskDType, dtype: DType, where: () => string): FormatError {
  const at = i * diskBytes[disk];
  const value =
    disk === "I64"
      ? view.getBigInt64(at, true)
      : disk === "U64"
        ? view.getBigUint64(at, true)
        : get(view, at, disk);
  const advice =
    dtype === "bool"
      ? "a bool is a byte of 0 or 1"
      : dtype === "int32"
        ? 'int32 holds -2147483648 to 2147483647; wideIntegers: "float64" reads up to 2^53'
        : "float64 holds integers exactly below 2^53";
  return new FormatError(
    `${where()}: element ${i} is the ${disk} ${value}, which ${dtype} cannot hold: ${advice}`,
  );
}

/**
 * Writes `numbers` as `disk` into `target`: floats are rounded to the nearest, of two equally near ones to the even;
 * integers must be exact.
 *
 * @param where what the numbers are, for the error
 * @throws DTypeError if a number is outside the type
 */
export function encodeNumbers(
  numbers: NumberArray,
  dtype: DType,
  disk: DiskDType,
  target: Uint8Array,
  where: () => string,
): void {
  if (isSameBits(dtype, disk)) {
    target.set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.length * bytesOf[dtype]));
    return;
  }
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  const range = ranges[disk];
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i];
    const at = i * diskBytes[disk];
    if (range !== undefined && !(Number.isInteger(value) && value >= range[0] && value < range[1]))
      throw new DTypeError(
        `${where()}: element ${i} is ${value}, which is no ${disk}: it holds integers from ${BigInt(range[0])} to ${BigInt(range[1]) - 1n}`,
      );
    put(view, at, disk, value);
    if (range === undefined && Number.isFinite(value) && !Number.isFinite(get(view, at, disk)))
      throw new DTypeError(
        `${where()}: element ${i} is ${value}, which is beyond ${disk}; write it as F32, or scale it`,
      );
  }
}
