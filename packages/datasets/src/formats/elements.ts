/** Numbers as files have them, and as tensors have them. */
import { type DiskDType, type DType, DTypeError, type Shape, type Tensor } from "@wengert/autograd";
import { arrayOf, tensorOver } from "../arrays.js";
import { halfOf, numberOfHalf } from "./half.js";
import { malformed } from "./malformed.js";

/** The number types of IDX and npy files, named as in safetensors files. */
export type ElementType = Exclude<DiskDType, "BF16">;

export interface WideIntegerOptions {
  /**
   * What I64, U64 and U32 are read as, `"int32"` by default. It is an error if a number does not fit.
   * The others: F64, F32, I32, U8 and BOOL are what they are; F16 becomes float32; I16, I8 and U16 int32.
   */
  readonly wideIntegers?: "int32" | "float64";
}

interface Element {
  readonly bytes: number;
  /** What it is read as; wide integers as they are asked for. */
  readonly dtype: DType | "wide";
  /** Of integers: the least, and the first that is too large. */
  readonly range?: readonly [least: number, end: number];
  readonly get: (view: DataView, at: number, little: boolean) => number;
  readonly set: (view: DataView, at: number, value: number, little: boolean) => void;
}

/** The high and the low half of 64 bits as one number: rounded beyond 2⁵³, but not to less than that. */
const joined = (view: DataView, at: number, little: boolean, high: (at: number) => number): number =>
  high(little ? at + 4 : at) * 4294967296 + view.getUint32(little ? at : at + 4, little);

const elements: Readonly<Record<ElementType, Element>> = {
  BOOL: {
    bytes: 1,
    dtype: "bool",
    range: [0, 2],
    get: (view, at) => view.getUint8(at),
    set: (view, at, value) => view.setUint8(at, value),
  },
  U8: {
    bytes: 1,
    dtype: "uint8",
    range: [0, 256],
    get: (view, at) => view.getUint8(at),
    set: (view, at, value) => view.setUint8(at, value),
  },
  I8: {
    bytes: 1,
    dtype: "int32",
    range: [-128, 128],
    get: (view, at) => view.getInt8(at),
    set: (view, at, value) => view.setInt8(at, value),
  },
  U16: {
    bytes: 2,
    dtype: "int32",
    range: [0, 65536],
    get: (view, at, little) => view.getUint16(at, little),
    set: (view, at, value, little) => view.setUint16(at, value, little),
  },
  I16: {
    bytes: 2,
    dtype: "int32",
    range: [-32768, 32768],
    get: (view, at, little) => view.getInt16(at, little),
    set: (view, at, value, little) => view.setInt16(at, value, little),
  },
  U32: {
    bytes: 4,
    dtype: "wide",
    range: [0, 4294967296],
    get: (view, at, little) => view.getUint32(at, little),
    set: (view, at, value, little) => view.setUint32(at, value, little),
  },
  I32: {
    bytes: 4,
    dtype: "int32",
    range: [-2147483648, 2147483648],
    get: (view, at, little) => view.getInt32(at, little),
    set: (view, at, value, little) => view.setInt32(at, value, little),
  },
  U64: {
    bytes: 8,
    dtype: "wide",
    range: [0, 0x10000000000000000],
    get: (view, at, little) => joined(view, at, little, (high) => view.getUint32(high, little)),
    set: (view, at, value, little) => view.setBigUint64(at, BigInt(value), little),
  },
  I64: {
    bytes: 8,
    dtype: "wide",
    range: [-0x8000000000000000, 0x8000000000000000],
    get: (view, at, little) => joined(view, at, little, (high) => view.getInt32(high, little)),
    set: (view, at, value, little) => view.setBigInt64(at, BigInt(value), little),
  },
  F16: {
    bytes: 2,
    dtype: "float32",
    get: (view, at, little) => numberOfHalf(view.getUint16(at, little)),
    set: (view, at, value, little) => view.setUint16(at, halfOf(value), little),
  },
  F32: {
    bytes: 4,
    dtype: "float32",
    get: (view, at, little) => view.getFloat32(at, little),
    set: (view, at, value, little) => view.setFloat32(at, value, little),
  },
  F64: {
    bytes: 8,
    dtype: "float64",
    get: (view, at, little) => view.getFloat64(at, little),
    set: (view, at, value, little) => view.setFloat64(at, value, little),
  },
};

/** The type that is a dtype, bit by bit. */
export const elementOf: Readonly<Record<DType, ElementType>> = {
  float64: "F64",
  float32: "F32",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};

/** Whether there is such a type: from plain JavaScript anything may come. */
export function isElementType(type: string): type is ElementType {
  return Object.hasOwn(elements, type);
}

export function bytesOfElement(type: ElementType): number {
  return elements[type].bytes;
}

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Whether a file has the numbers of `dtype` as memory has them. */
function isSameBits(type: ElementType, dtype: DType, little: boolean): boolean {
  return (
    elementOf[dtype] === type && type !== "BOOL" && (little === littleEndian || elements[type].bytes === 1)
  );
}

/** Where elements stand in a file, and in which order their bytes are. */
export interface Placed {
  readonly name: string;
  readonly offset: number;
  readonly little: boolean;
  /** Whether the first axis runs fastest, not the last. */
  readonly fortranOrder?: boolean;
}

/**
 * A tensor of the elements in `bytes`, which it does not share.
 *
 * @throws FormatError if a number is not among those of the dtype it is read as
 */
export function decodeElements(
  bytes: Uint8Array,
  type: ElementType,
  shape: Shape,
  { name, offset, little, fortranOrder = false }: Placed,
  { wideIntegers = "int32" }: WideIntegerOptions = {},
): Tensor {
  const { bytes: width, dtype: read, range, get } = elements[type];
  const dtype = read === "wide" ? wideIntegers : read;
  const count = bytes.length / width;
  if (isSameBits(type, dtype, little) && !fortranOrder) {
    const own = new Uint8Array(bytes.length);
    own.set(bytes);
    return tensorOver(arrayOf(dtype, count, own.buffer), shape, dtype);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const numbers = arrayOf(dtype, count);
  const nextIndex = fortranOrder ? indicesOfFortran(shape) : undefined;
  for (let i = 0; i < count; i++) {
    const value = get(view, i * width, little);
    const index = nextIndex === undefined ? i : nextIndex();
    numbers[index] = value;
    // What rounds beyond 2^53 does so to 2^53 or more, which is refused.
    if (
      range !== undefined &&
      (numbers[index] !== value ||
        Math.abs(value) > Number.MAX_SAFE_INTEGER ||
        (type === "BOOL" && value > 1))
    )
      throw malformed(
        name,
        offset + i * width,
        `element ${i} is ${type} ${value}`,
        type === "BOOL"
          ? "a byte of 0 or 1"
          : dtype === "int32"
            ? 'what an int32 can hold; wideIntegers: "float64" reads up to 2^53'
            : "at most 2^53 - 1 in magnitude, which float64 holds exactly",
      );
  }
  return tensorOver(numbers, shape, dtype);
}

/** Says at each call at which index of a tensor, whose last axis runs fastest, the next element of a file is whose first does. */
function indicesOfFortran(shape: Shape): () => number {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, each) => product * each, 1));
  const place = shape.map(() => 0);
  let next = 0;
  return () => {
    const index = next;
    for (let axis = 0; axis < shape.length; axis++) {
      next += strides[axis]!;
      place[axis]!++;
      if (place[axis]! < shape[axis]!) break;
      next -= strides[axis]! * shape[axis]!;
      place[axis] = 0;
    }
    return index;
  };
}

/**
 * The elements of `x` in row-major order as `type`. Integers are written exactly or not at all; floats are rounded to
 * the nearest, of two equally near ones to the even.
 *
 * @throws DTypeError if a number is outside the type
 */
export function encodeElements(
  x: Tensor,
  type: ElementType,
  little: boolean,
  where: string,
): Uint8Array<ArrayBuffer> {
  const numbers = x.toTypedArray();
  const { bytes: width, range, get, set } = elements[type];
  const made = new Uint8Array(numbers.length * width);
  if (isSameBits(type, x.dtype, little)) {
    made.set(new Uint8Array(numbers.buffer, numbers.byteOffset, made.length));
    return made;
  }
  const view = new DataView(made.buffer);
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i]!;
    if (range !== undefined && !(Number.isInteger(value) && value >= range[0] && value < range[1]))
      throw new DTypeError(
        `${where}: element ${i} is ${value}, which is no ${type}: it holds integers from ${BigInt(range[0])} to ${BigInt(range[1]) - 1n}`,
      );
    set(view, i * width, value, little);
    if (range === undefined && Number.isFinite(value) && !Number.isFinite(get(view, i * width, little)))
      throw new DTypeError(
        `${where}: element ${i} is ${value}, which is beyond ${type}; write it as F64, or scale it`,
      );
  }
  return made;
}
