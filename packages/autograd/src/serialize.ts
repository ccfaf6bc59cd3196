/**
 * Tensors by name as the bytes of a safetensors file, and back. Loading never executes anything, and returns exactly
 * what the file says or throws a FormatError.
 */
import type { NumberArray } from "./dtype.js";
import { ArgumentError } from "./errors.js";
import { Tensor } from "./graph.js";
import { readDense } from "./kernels/copy.js";
import {
  type DiskDType,
  decodeNumbers,
  diskBytes,
  diskDtypeOf,
  encodeNumbers,
  isDiskDType,
  type WideIntegers,
} from "./serialize/disk-dtypes.js";
import {
  type HeaderEntry,
  lengthBytes,
  longestHeader,
  objectionToName,
  objectionToShape,
  readHeader,
  readLength,
  writeHeader,
} from "./serialize/header.js";
import { sizeOf } from "./shape.js";
import { denseView, Storage } from "./storage.js";
import { traceListener } from "./tape.js";

export type { DiskDType, WideIntegers } from "./serialize/disk-dtypes.js";

/** A tensor to be written as another number type than its own. */
export interface DiskTensor {
  readonly tensor: Tensor;
  /**
   * Integers are written exactly or not at all. Floats are rounded to the nearest, of two equally near ones to the
   * even; where that would make a finite number infinite, it is an error.
   */
  readonly diskDtype: DiskDType;
}

/** A Map, or pairs of a name and a tensor. A tensor with a property `diskDtype`, as buffers of modules have, is heard. */
export type NamedTensors = Iterable<readonly [name: string, tensor: Tensor | DiskTensor]>;

export interface EncodeOptions {
  /** Texts to keep beside the tensors. */
  readonly metadata?: Readonly<Record<string, string>> | ReadonlyMap<string, string>;
}

export interface DecodeOptions {
  /**
   * What I64, U64 and U32 are read as, `"int32"` by default. It is an error if a number does not fit.
   * The others: F64, F32, I32, U8 and BOOL are what they are; F16 and BF16 become float32; I16, I8 and U16 int32.
   */
  readonly wideIntegers?: WideIntegers;
  /** How many tensors a file may have, 100,000 by default. */
  readonly maxEntries?: number;
}

/** What a file holds. */
export interface DecodedTensors {
  /** In the order of the header. */
  readonly tensors: Map<string, Tensor>;
  readonly metadata: Map<string, string>;
}

/**
 * The bytes of a safetensors file. The same tensors give the same bytes, in whatever order they come.
 *
 * @throws ArgumentError if a name is used twice, reserved or unprintable; DTypeError if a number does not fit its
 *   `diskDtype`
 */
export function encodeSafetensors(
  tensors: NamedTensors,
  options: EncodeOptions = {},
): Uint8Array<ArrayBuffer> {
  if (typeof (tensors as Partial<NamedTensors> | undefined)?.[Symbol.iterator] !== "function")
    throw new ArgumentError(
      "encodeSafetensors: the tensors are neither a Map nor a list of pairs [name, tensor]; of an object give Object.entries(…), of a module stateDict()",
    );
  const names = new Set<string>();
  const described = Array.from(tensors, ([name, given]) => {
    checkName(name, names);
    const tensor = given instanceof Tensor ? given : given.tensor;
    const { diskDtype: disk = diskDtypeOf[tensor.dtype] } = given as { readonly diskDtype?: DiskDType };
    if (!isDiskDType(disk))
      throw new ArgumentError(
        `encodeSafetensors: ${JSON.stringify(name)} has the diskDtype ${String(disk)}; use one of ${Object.keys(diskBytes).join(", ")}`,
      );
    const { shape } = tensor;
    const bytes = sizeOf(shape) * diskBytes[disk];
    const objection = objectionToShape(shape, disk, bytes);
    if (objection !== undefined)
      throw new ArgumentError(`encodeSafetensors: ${JSON.stringify(name)} ${objection}`);
    return { name, disk, shape, bytes, tensor };
  });
  const header = writeHeader(described, metadataOf(options.metadata));
  if (header.bytes.length - lengthBytes > longestHeader)
    throw new ArgumentError(
      `encodeSafetensors: the header would have ${header.bytes.length - lengthBytes} bytes; readers accept ${longestHeader}: shorten names or metadata`,
    );
  const file = new Uint8Array(header.bytes.length + header.dataLength);
  file.set(header.bytes);
  for (const { name, disk, begin, bytes, tensor } of header.placed) {
    const start = header.bytes.length + begin;
    const where = (): string => `encodeSafetensors: ${JSON.stringify(name)}`;
    encodeNumbers(leaving(tensor), tensor.dtype, disk, file.subarray(start, start + bytes), where);
  }
  return file;
}

/** The numbers of `x` in row-major order: only to be read, for they may be its own. */
function leaving({ view }: Tensor): NumberArray {
  traceListener()?.barrier("encodeSafetensors", view);
  return readDense(view);
}

function checkName(name: string, taken: Set<string>): void {
  const objection =
    objectionToName(name) ??
    (name === "__metadata__" ? "is what the format calls its metadata; use another" : undefined) ??
    (taken.has(name) ? "is the name of two tensors; give each its own" : undefined);
  if (objection !== undefined)
    throw new ArgumentError(`encodeSafetensors: the name ${JSON.stringify(name.slice(0, 80))} ${objection}`);
  taken.add(name);
}

function metadataOf(given: EncodeOptions["metadata"] = {}): Map<string, string> {
  const metadata = new Map<string, string>(given instanceof Map ? given : Object.entries(given));
  for (const [key, value] of metadata)
    if (typeof value !== "string" || /\p{Surrogate}/u.test(key + value))
      throw new ArgumentError(
        `encodeSafetensors: metadata ${JSON.stringify(key)} must be text without halves of surrogate pairs; turn other values into strings`,
      );
  return metadata;
}

/**
 * The tensors in the bytes of a safetensors file. They share nothing with `bytes`, require no gradient, and may hold NaN and
 * infinities, which are data like any other.
 *
 * @throws FormatError if `bytes` are not such a file, or a number does not fit the dtype it is read as
 */
export function decodeSafetensors(bytes: Uint8Array, options: DecodeOptions = {}): DecodedTensors {
  const length = readLength(bytes.subarray(0, lengthBytes), bytes.length);
  const dataStart = lengthBytes + length;
  const { entries, metadata } = readHeader(
    bytes.subarray(lengthBytes, dataStart),
    bytes.length - dataStart,
    options.maxEntries,
  );
  const tensors = new Map<string, Tensor>();
  for (const entry of entries) {
    // Copied, also because a number may lie where no typed array can begin.
    const own = new Uint8Array(entry.end - entry.begin);
    own.set(bytes.subarray(dataStart + entry.begin, dataStart + entry.end));
    tensors.set(entry.name, decodeTensor(entry, own, dataStart, options));
  }
  return { tensors, metadata };
}

/**
 * One tensor of a file.
 *
 * @param bytes its data, in a buffer that becomes the tensor's
 */
export function decodeTensor(
  { name, disk, shape, begin }: HeaderEntry,
  bytes: Uint8Array,
  dataStart: number,
  { wideIntegers = "int32" }: DecodeOptions,
): Tensor {
  const where = (): string =>
    `safetensors: the data of ${JSON.stringify(name)} at offset ${dataStart + begin}`;
  const { dtype, numbers } = decodeNumbers(bytes, disk, wideIntegers, where);
  return new Tensor(denseView(new Storage(dtype, numbers), shape));
}
