/** npy: an array of NumPy's in a file. */
import { ArgumentError, type Tensor } from "@wengert/autograd";
import {
  bytesOfElement,
  decodeElements,
  type ElementType,
  elementOf,
  encodeElements,
  isElementType,
  type WideIntegerOptions,
} from "./elements.js";
import { type FormatOptions, malformed } from "./malformed.js";
import { readNpyHeader, writeNpyHeader } from "./npy-header.js";

export interface DecodeNpyOptions extends FormatOptions, WideIntegerOptions {}

/**
 * The tensor in an npy file, of either byte order and either order of axes: f8, f4, i4, u1 and b1 as they are, f2 as
 * float32, i1, i2 and u2 as int32, u4, i8 and u8 as `wideIntegers` says. Complex numbers, texts, objects (which would
 * run code) and records are refused.
 *
 * @throws FormatError if it is no such file, a byte too short or too long, or a number does not fit
 */
export function decodeNpy(bytes: Uint8Array, options: DecodeNpyOptions = {}): Tensor {
  const { name = "npy" } = options;
  const { type, little, fortranOrder, shape, end } = readNpyHeader(bytes, name);
  const needed = shape.reduce((product, length) => product * length, bytesOfElement(type));
  if (needed !== bytes.length - end)
    throw malformed(
      name,
      end,
      `${bytes.length - end} bytes of data follow`,
      `${needed} bytes, for ${type} [${shape.join(", ")}]`,
    );
  return decodeElements(
    bytes.subarray(end),
    type,
    shape,
    { name, offset: end, little, fortranOrder: fortranOrder && shape.length > 1 },
    options,
  );
}

export interface EncodeNpyOptions {
  /** By default the tensor's own. */
  readonly diskDtype?: ElementType;
}

/**
 * An npy file of `x`, little-endian, its last axis running fastest.
 *
 * @throws ArgumentError for a `diskDtype` that npy does not have or more than 64 axes, DTypeError if a number does not fit
 */
export function encodeNpy(
  x: Tensor,
  { diskDtype = elementOf[x.dtype] }: EncodeNpyOptions = {},
): Uint8Array<ArrayBuffer> {
  if (!isElementType(diskDtype))
    throw new ArgumentError(
      `encodeNpy: there is no ${String(diskDtype)} in npy files; use F32, F64, I32, I64, U8, BOOL or their kin`,
    );
  const data = encodeElements(x, diskDtype, true, "encodeNpy");
  const header = writeNpyHeader(diskDtype, x.shape);
  const made = new Uint8Array(header.length + data.length);
  made.set(header);
  made.set(data, header.length);
  return made;
}
