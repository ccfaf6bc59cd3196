/** IDX, the format of MNIST: http://yann.lecun.com/exdb/mnist (at its end). */
import { ArgumentError, type Tensor } from "@wengert/autograd";
import { bytesOfElement, decodeElements, type ElementType, elementOf, encodeElements } from "./elements.js";
import { gunzip, isGzip } from "./gzip.js";
import { type FormatOptions, hex, malformed } from "./malformed.js";

const codes: Readonly<Record<number, ElementType>> = {
  8: "U8",
  9: "I8",
  11: "I16",
  12: "I32",
  13: "F32",
  14: "F64",
};
const allCodes = "a type: 0x08 uint8, 0x09 int8, 0x0b int16, 0x0c int32, 0x0d float32 or 0x0e float64";

/**
 * The tensor in an IDX file, plain or compressed by gzip: uint8, int32, float32 and float64 as they are, int8 and int16
 * as int32. Offsets in errors count from the start of the uncompressed file.
 *
 * @throws FormatError if it is no such file, or a byte too short or too long
 */
export function decodeIdx(bytes: Uint8Array, options: FormatOptions = {}): Tensor {
  const { name = "IDX" } = options;
  const file = isGzip(bytes) ? gunzip(bytes, { ...options, name }) : bytes;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (file[0] !== 0 || file[1] !== 0)
    throw malformed(name, 0, `stand ${hex(file[0])} and ${hex(file[1])}`, "two bytes of 0");
  const type = codes[file[2] ?? -1];
  if (type === undefined) throw malformed(name, 2, `stands ${hex(file[2])}`, allCodes);
  const rank = file[3];
  const start = 4 + 4 * (rank ?? 0);
  if (rank === undefined || start > file.length)
    throw malformed(name, file.length, "the file ends", `${rank ?? "some"} lengths of axes of 4 bytes each`);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  const axis = shape.findIndex((length) => length > 0x7fffffff);
  if (axis >= 0)
    throw malformed(name, 4 + 4 * axis, `axis ${axis} has the length ${shape[axis]}`, "less than 2^31");
  const needed = shape.reduce((product, length) => product * length, bytesOfElement(type));
  if (needed !== file.length - start)
    throw malformed(
      name,
      start,
      `${file.length - start} bytes of data follow`,
      `${needed} bytes, for ${type} [${shape.join(", ")}]`,
    );
  return decodeElements(file.subarray(start), type, shape, { name, offset: start, little: false });
}

export interface EncodeIdxOptions {
  /** U8, I8, I16, I32, F32 or F64; by default the tensor's own, and U8 for bools. */
  readonly diskDtype?: "U8" | "I8" | "I16" | "I32" | "F32" | "F64";
}

/**
 * An IDX file of `x`, uncompressed: for a `.gz` put {@link gzip} around it.
 *
 * @throws ArgumentError for a `diskDtype` that IDX does not have, DTypeError if a number does not fit it
 */
export function encodeIdx(x: Tensor, options: EncodeIdxOptions = {}): Uint8Array<ArrayBuffer> {
  const { diskDtype = x.dtype === "bool" ? "U8" : elementOf[x.dtype] } = options;
  const code = Object.keys(codes).find((key) => codes[Number(key)] === diskDtype);
  if (code === undefined)
    throw new ArgumentError(
      `encodeIdx: there is no ${String(diskDtype)} in IDX files; use one of ${Object.values(codes).join(", ")}`,
    );
  if (x.rank > 255)
    throw new ArgumentError(`encodeIdx: the tensor has ${x.rank} axes; IDX files have at most 255`);
  const data = encodeElements(x, diskDtype, false, "encodeIdx");
  const made = new Uint8Array(4 + 4 * x.rank + data.length);
  made.set([0, 0, Number(code), x.rank]);
  x.shape.forEach((length, axis) => new DataView(made.buffer).setUint32(4 + 4 * axis, length));
  made.set(data, 4 + 4 * x.rank);
  return made;
}
