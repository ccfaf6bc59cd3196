/** gzip (RFC 1952): one compressed file. */
import { gzipSync } from "fflate";
import { crc32 } from "./checksums.js";
import { inflate } from "./inflate.js";
import { defaultMaxBytes, type FormatOptions, hex, malformed } from "./malformed.js";

/** Whether `bytes` begin as a gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * What is in a gzip file of one member (as all but files glued together are).
 *
 * @throws FormatError if a header, the stream, its length or its checksum is wrong, or it holds more than `maxBytes`
 */
export function gunzip(bytes: Uint8Array, options: FormatOptions = {}): Uint8Array<ArrayBuffer> {
  const { name = "gzip", maxBytes = defaultMaxBytes(bytes) } = options;
  const start = headerLength(bytes, name);
  const trailer = bytes.length - 8;
  if (trailer < start)
    throw malformed(
      name,
      bytes.length,
      "the file ends",
      "compressed data, then 8 bytes of checksum and length",
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset + trailer, 8);
  const size = view.getUint32(4, true);
  const made = inflate(bytes.subarray(start, trailer), {
    name,
    offset: start,
    size,
    sizeOffset: trailer + 4,
    maxBytes,
  });
  const [crc, stored] = [crc32(made), view.getUint32(0, true)];
  if (crc !== stored) throw malformed(name, trailer, `the checksum is ${stored}`, `${crc}, that of the data`);
  return made;
}

/** How long the header is (section 2.3). */
function headerLength(bytes: Uint8Array, name: string): number {
  if (!isGzip(bytes)) throw malformed(name, 0, `stands ${hex(bytes[0])}`, "the bytes 1f 8b of a gzip file");
  if (bytes[2] !== 8) throw malformed(name, 2, `the method is ${hex(bytes[2])}`, "8, DEFLATE");
  const flags = bytes[3] ?? 0x100;
  if (flags > 0x1f)
    throw malformed(name, 3, `stands ${hex(bytes[3])}`, "flags, of which the upper three are 0");
  let at = 10;
  if (flags & 4) at += 2 + (bytes[at] ?? 0) + 256 * (bytes[at + 1] ?? 0);
  // A file name, then a comment: each ends with a 0.
  for (const flag of [8, 16])
    if (flags & flag) {
      const end = bytes.indexOf(0, at);
      if (end < 0) throw malformed(name, at, "begins a text that does not end", "a byte of 0 at its end");
      at = end + 1;
    }
  if (flags & 2) {
    if (at + 2 <= bytes.length) {
      const [crc, stored] = [crc32(bytes.subarray(0, at)) & 0xffff, bytes[at]! + 256 * bytes[at + 1]!];
      if (crc !== stored) throw malformed(name, at, `the checksum of the header is ${stored}`, String(crc));
    }
    at += 2;
  }
  if (at > bytes.length) throw malformed(name, bytes.length, "the file ends", `a header of ${at} bytes`);
  return at;
}

/** A gzip file of `bytes`: the same ones give the same file. */
export function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return gzipSync(bytes, { mtime: 0 });
}
