/** DEFLATE (RFC 1951) with a bound: a few bytes may stand for gigabytes, so what comes out is counted on the way. */
import { Inflate } from "fflate";
import { malformed } from "./malformed.js";

/** What a compressed stream is, and what its container says of it. */
export interface Deflated {
  /** What to call the file, and where in it the stream begins, for errors. */
  readonly name: string;
  readonly offset: number;
  /** How many bytes must come out. */
  readonly size: number;
  /** Where the container says so, in the file. */
  readonly sizeOffset: number;
  readonly maxBytes: number;
}

// A match of 258 bytes takes two bits at least.
const mostPerByte = 1032;

/**
 * The `size` bytes that `bytes` stand for. Memory grows with what has really come out, not with what is promised.
 *
 * @throws as {@link inflateInto}
 */
export function inflate(bytes: Uint8Array, deflated: Deflated): Uint8Array<ArrayBuffer> {
  const { size } = deflated;
  let made = new Uint8Array(size <= 4 * bytes.length ? size : 0);
  inflateInto(bytes, deflated, (chunk, before) => {
    const length = before + chunk.length;
    if (length > made.length) {
      const longer = new Uint8Array(Math.min(size, Math.max(1 << 16, 2 * made.length, length)));
      longer.set(made.subarray(0, before));
      made = longer;
    }
    made.set(chunk, before);
  });
  return made.length === size ? made : made.slice(0, size);
}

/**
 * Hands the `size` bytes that `bytes` stand for to `take`, piece by piece, with the number of those before and where the
 * compressed piece begins.
 *
 * @throws FormatError if another number of bytes comes out, or more than `maxBytes`, or if it is no DEFLATE stream
 */
export function inflateInto(
  bytes: Uint8Array,
  { name, offset, size, sizeOffset, maxBytes }: Deflated,
  take: (chunk: Uint8Array, before: number, start: number) => void,
): void {
  if (size > maxBytes)
    throw malformed(name, sizeOffset, `${size} bytes of data are promised`, `at most ${maxBytes}: maxBytes`);
  if (size > bytes.length * mostPerByte)
    throw malformed(
      name,
      sizeOffset,
      `${size} bytes are promised of ${bytes.length} compressed ones`,
      `at most ${mostPerByte} of each, which is what DEFLATE can do`,
    );
  let length = 0;
  let taken = 0;
  const stream = new Inflate((chunk) => {
    if (length + chunk.length > size)
      throw malformed(name, offset, `more data comes out than the ${size} bytes promised`, `${size} bytes`);
    take(chunk, length, taken);
    length += chunk.length;
  });
  try {
    // In pieces: none can become more than the size promised, or 1 MiB, and where all become much, each becomes a quarter of
    // that. The decompressor holds what becomes of a piece up to three times.
    const most = Math.min(Math.floor(size / mostPerByte), Math.ceil(bytes.length / 4));
    const piece = Math.max(1 << 10, Math.min(1 << 16, most));
    for (; taken < bytes.length; taken += piece)
      stream.push(bytes.subarray(taken, taken + piece), taken + piece >= bytes.length);
  } catch (error) {
    if (error instanceof Error && error.name === "FormatError") throw error;
    throw malformed(
      name,
      offset + Math.min(taken, bytes.length),
      `or shortly after it the compressed data breaks off (${error instanceof Error ? error.message : String(error)})`,
      "a DEFLATE stream",
    );
  }
  if (length !== size)
    throw malformed(name, offset, `the compressed data holds ${length} bytes`, `the ${size} promised`);
}
