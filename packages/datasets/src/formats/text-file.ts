/** Text in files: UTF-8, and places in it. */
import { type FormatOptions, malformed } from "./malformed.js";

/**
 * A text file as a string, for a vocabulary; a byte order mark is left out.
 *
 * @throws FormatError that says where the bytes are not UTF-8
 */
export function decodeText(bytes: Uint8Array, { name = "text" }: FormatOptions = {}): string {
  return textOf(bytes, name);
}

/**
 * A text, or bytes as one; a byte order mark is left out.
 *
 * @throws FormatError if bytes are not UTF-8
 */
export function textOf(source: Uint8Array | string, name: string): string {
  if (typeof source === "string") return source;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(source);
  } catch {
    throw malformed(name, firstBad(source), "stand bytes that are not UTF-8", "UTF-8");
  }
}

/** Where the first character begins that is none. */
function firstBad(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at]!;
    const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    try {
      if (length > 1) decoder.decode(bytes.subarray(at, at + length));
    } catch {
      return at;
    }
    at += length;
  }
  return bytes.length;
}

/** The offset in bytes of a place in `text`, which is counted in UTF-16 units. */
export function byteOffset(text: string, place: number): number {
  return new TextEncoder().encode(text.slice(0, place)).length;
}

/** The line, from 1, in which a place is. */
export function lineOf(text: string, place: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at >= 0 && at < place; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
