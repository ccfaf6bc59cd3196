/** The checksums that containers carry. */

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
  return crc;
});

/** CRC-32 as in gzip, zip and PNG (RFC 1952, section 8); `crc` is that of the bytes before. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  let c = ~crc;
  for (let i = 0; i < bytes.length; i++) c = crcTable[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

/** Adler-32 as in zlib streams (RFC 1950, section 8); `adler` is that of the bytes before. */
export function adler32(bytes: Uint8Array, adler = 1): number {
  let a = adler % 65536;
  let b = (adler - a) / 65536;
  for (let i = 0; i < bytes.length; ) {
    // As many as `b` can take without passing 2^32.
    for (const end = Math.min(i + 5552, bytes.length); i < end; i++) {
      a += bytes[i]!;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
}
