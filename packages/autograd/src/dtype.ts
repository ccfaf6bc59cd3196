/** Number types and their promotion. */
import { ArgumentError, DTypeError } from "./errors.js";

/** The type of a tensor's elements. */
export type DType = "float32" | "float64" | "int32" | "uint8" | "bool";

/** A dtype through which gradients flow. */
export type FloatDType = "float32" | "float64";

export type NumberArray =
  | Float32Array<ArrayBufferLike>
  | Float64Array<ArrayBufferLike>
  | Int32Array<ArrayBufferLike>
  | Uint8Array<ArrayBufferLike>;

const rank: Readonly<Record<DType, number>> = { bool: 0, uint8: 1, int32: 2, float32: 3, float64: 4 };

/** Bytes of one element. */
export const bytesOf: Readonly<Record<DType, number>> = {
  bool: 1,
  uint8: 1,
  int32: 4,
  float32: 4,
  float64: 8,
};

/** From 1 to the next number: 2⁻²³ and 2⁻⁵². */
export const epsilonOf: Readonly<Record<FloatDType, number>> = {
  float32: 1.1920928955078125e-7,
  float64: 2.220446049250313e-16,
};

export function isFloat(dtype: DType): dtype is FloatDType {
  return dtype === "float32" || dtype === "float64";
}

/** Whether `value` is the name of a dtype. */
export function isDType(value: unknown): value is DType {
  return typeof value === "string" && Object.hasOwn(rank, value);
}

/** The wider of two dtypes: bool < uint8 < int32 < float32 < float64. */
export function promote(x: DType, y: DType): DType {
  return x === y || rank[x] >= rank[y] ? x : y;
}

/** A zeroed array for `size` elements. Bools are bytes 0 and 1. */
export function allocate(dtype: DType, size: number): NumberArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(size);
    case "float64":
      return new Float64Array(size);
    case "int32":
      return new Int32Array(size);
    default:
      return new Uint8Array(size);
  }
}

/**
 * The dtype of a typed array. A `Uint8Array` is uint8: bools are asked for by name.
 *
 * @throws DTypeError for an array of another type
 */
export function dtypeOfArray(array: ArrayBufferView): DType {
  if (array instanceof Float32Array) return "float32";
  if (array instanceof Float64Array) return "float64";
  if (array instanceof Int32Array) return "int32";
  if (array instanceof Uint8Array) return "uint8";
  throw new DTypeError(
    `tensor: there is no dtype for a ${array.constructor.name}; use a Float32Array, Float64Array, Int32Array or Uint8Array`,
  );
}

/** `value` as an element of `dtype`: rounded to float32, truncated to an integer (int32 saturates, uint8 keeps the low bits), 0 or 1. */
export function cast(value: number, dtype: DType): number {
  switch (dtype) {
    case "float32":
      return Math.fround(value);
    case "float64":
      return value;
    case "int32":
      return value > 0 ? Math.min(value, 0x7fffffff) | 0 : Math.max(value, -0x80000000) | 0;
    case "uint8":
      return value & 255;
    case "bool":
      return value === 0 ? 0 : 1;
  }
}

/** Whether `value` is a number of `dtype`. To floats all are: they are rounded. */
export function holds(dtype: DType, value: number): boolean {
  return isFloat(dtype) || cast(value, dtype) === value;
}

/** An integer or an infinity as a bound for numbers of `dtype`: for an integer dtype the nearest number that it has. */
export function boundOf(dtype: DType, value: number): number {
  const fraction = Number.isFinite(value) && !Number.isInteger(value);
  if (isFloat(dtype) || fraction || Number.isNaN(value)) return value;
  const [low, high] = dtype === "uint8" ? [0, 255] : [-0x80000000, 0x7fffffff];
  return Math.max(low, Math.min(high, value));
}

let defaultFloat: FloatDType = "float32";

/** The dtype of new tensors of numbers, and of what integers become in a true division or an exponential. */
export function defaultDtype(): FloatDType {
  return defaultFloat;
}

/**
 * Sets {@link defaultDtype}, `float32` at first.
 *
 * @throws ArgumentError if it is not a floating-point dtype
 */
export function setDefaultDtype(dtype: FloatDType): void {
  if (!isFloat(dtype))
    throw new ArgumentError(`setDefaultDtype: ${String(dtype)} is not a float; use "float32" or "float64"`);
  defaultFloat = dtype;
}
