/** Text in files: UTF-8, and places in it. */
import { type FormatOptions, malformed } from "./malformed.js";

/**
 * A text file as a string, for a vocabulary; a byte order mark is left out.
 *
 * @throws FormatError that says where the bytes are not UTF-8
 */
export function decodeText(bytes: Uint8Array, { name = "text" }: FormatOptions = {}): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    checkUtf8(bytes, name);
    throw error;
  }
}

/**
 * The bytes of a text, which are UTF-8: those given are not copied.
 *
 * @throws FormatError if bytes are not UTF-8, or a string has half a surrogate pair, which UTF-8 cannot hold
 */
export function bytesOfText(source: Uint8Array | string, name: string): Uint8Array {
  if (typeof source !== "string") {
    checkUtf8(source, name);
    return source;
  }
  const half = source.search(/\p{Surrogate}/u);
  if (half >= 0)
    throw malformed(
      name,
      new TextEncoder().encode(source.slice(0, half)).length,
      "stands half a surrogate pair",
      "a text that UTF-8 can hold",
    );
  return new TextEncoder().encode(source);
}

/** Where a text begins: behind a byte order mark, if there is one. */
export function startOfText(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** The text of bytes that are known to be UTF-8; each character counts, wherever it stands. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** The character that begins at `at`. */
export function characterAt(bytes: Uint8Array, at: number): string {
  return textOf(bytes.subarray(at, at + lengthOfCharacter(bytes[at]!)));
}

/** The line, from 1, in which a place is. */
export function lineOf(bytes: Uint8Array, place: number): number {
  let line = 1;
  for (let at = bytes.indexOf(0x0a); at >= 0 && at < place; at = bytes.indexOf(0x0a, at + 1)) line++;
  return line;
}

// What is decoded to be checked is garbage at once: small pieces keep that small.
const piece = 0x8000;

function checkUtf8(bytes: Uint8Array, name: string): void {
  const strict = new TextDecoder("utf-8", { fatal: true });
  for (let at = 0; at < bytes.length; ) {
    let end = Math.min(at + piece, bytes.length);
    // Not within a character, of which three bytes at most follow the first.
    for (let back = 0; back < 3 && end < bytes.length && (bytes[end]! & 0xc0) === 0x80; back++) end--;
    const part = bytes.subarray(at, end);
    try {
      strict.decode(part);
    } catch {
      throw malformed(name, at + firstBad(part), "stand bytes that are not UTF-8", "UTF-8");
    }
    at = end;
  }
}

/** Where the first character begins that is none. */
function firstBad(bytes: Uint8Array): number {
  const strict = new TextDecoder("utf-8", { fatal: true });
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOfCharacter(bytes[at]!);
    try {
      if (length > 1) strict.decode(bytes.subarray(at, at + length));
    } catch {
      return at;
    }
    at += length;
  }
  return bytes.length;
}

/** How many bytes the character has that begins with `lead`. */
function lengthOfCharacter(lead: number): number {
  return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}
