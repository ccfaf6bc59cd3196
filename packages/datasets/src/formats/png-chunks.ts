/** The chunks of a PNG file (https://www.w3.org/TR/png): checked before anything is decoded. */
import { adler32, crc32 } from "./checksums.js";
import { inflateInto } from "./inflate.js";
import { hex, malformed } from "./malformed.js";
import {
  type Chunk,
  checkColours,
  imageBytes,
  type PngHeader,
  pixelBytes,
  readHeader,
} from "./png-header.js";

export interface PngChunks {
  readonly header: PngHeader;
  /** The sample values that mean "transparent" of grey and colour images. */
  readonly key: readonly number[] | undefined;
  /**
   * A file of what matters alone, for the decoder: no chunk in it can hold a surprise. Pixels come in several chunks, as
   * the decoder holds what becomes of one up to three times. There are no checksums, which it does not read.
   */
  readonly essence: Uint8Array<ArrayBuffer>;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** @throws FormatError if a chunk, their order, a checksum or the length of the pixels is wrong */
export function readPng(bytes: Uint8Array, name: string, maxBytes: number): PngChunks {
  const wrong = signature.findIndex((byte, i) => bytes[i] !== byte);
  if (wrong >= 0)
    throw malformed(
      name,
      wrong,
      `stands ${hex(bytes[wrong])}`,
      `${hex(signature[wrong])} of the signature of a PNG file`,
    );
  const { first, palette, transparency, pixels } = collect(bytes, name);
  const header = readHeader(first, name);
  checkColours(header, first, palette, transparency, name);
  const most = Math.max(pixelBytes(header), imageBytes(header, transparency !== undefined));
  if (most > maxBytes)
    throw malformed(
      name,
      first.at + 8,
      `${most} bytes of data are promised`,
      `at most ${maxBytes}: maxBytes`,
    );
  const cuts = checkPixels(pixels.data, header, pixels.at + 8, name, maxBytes);
  const isPalette = header.colourType === 3;
  const kept = [
    first,
    ...(isPalette && palette !== undefined ? [palette] : []),
    ...(isPalette && transparency !== undefined ? [transparency] : []),
    ...cuts.map((cut, i) => ({ type: "IDAT", data: pixels.data.subarray(cut, cuts[i + 1]) })),
    { type: "IEND", data: new Uint8Array() },
  ];
  const key = isPalette || transparency === undefined ? undefined : samplesOf(transparency.data);
  return { header, key, essence: writeChunks(kept) };
}

interface Collected {
  /** IHDR. */
  readonly first: Chunk;
  readonly palette: Chunk | undefined;
  readonly transparency: Chunk | undefined;
  /** All IDAT chunks as one. */
  readonly pixels: Chunk;
}

/** The chunks that matter. The others are not kept: there may be millions. */
function collect(bytes: Uint8Array, name: string): Collected {
  const once = new Map<string, Chunk>();
  const pixels = { at: -1, end: -1, size: 0 };
  for (const chunk of readChunks(bytes, name)) {
    const { type, at, data } = chunk;
    if (once.size === 0 && type !== "IHDR")
      throw malformed(name, at, "begins another chunk", "IHDR, the first");
    if (type === "IDAT") {
      if (pixels.at < 0) pixels.at = at;
      else if (at !== pixels.end)
        throw malformed(name, at, "begins a chunk IDAT apart from the others", "all of them in a row");
      pixels.end = at + 12 + data.length;
      pixels.size += data.length;
    } else if (type === "IHDR" || type === "PLTE" || type === "tRNS") {
      if (once.has(type)) throw malformed(name, at, `begins a second chunk ${type}`, "one at most");
      if (pixels.at >= 0) throw malformed(name, at, `begins the chunk ${type}`, "it before the pixels");
      once.set(type, chunk);
    } else if (type === "IEND" && pixels.at < 0)
      throw malformed(name, at, "the image ends without pixels", "a chunk IDAT");
  }
  const alone = bytes.subarray(pixels.at + 8, pixels.end - 4);
  const data = alone.length === pixels.size ? alone : new Uint8Array(pixels.size);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let [at, done] = [pixels.at, 0]; data !== alone && at < pixels.end; ) {
    const length = view.getUint32(at);
    data.set(bytes.subarray(at + 8, at + 8 + length), done);
    done += length;
    at += 12 + length;
  }
  return {
    first: once.get("IHDR")!,
    palette: once.get("PLTE"),
    transparency: once.get("tRNS"),
    pixels: { type: "IDAT", at: pixels.at, data },
  };
}

function* readChunks(bytes: Uint8Array, name: string): Generator<Chunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = signature.length; ; ) {
    if (at + 12 > bytes.length)
      throw malformed(name, bytes.length, "the file ends", "a chunk, or IEND as the last one");
    const length = view.getUint32(at);
    if (at + 12 + length > bytes.length)
      throw malformed(
        name,
        at,
        `begins a chunk of ${length} bytes`,
        `at most ${bytes.length - at - 12}, which follow`,
      );
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const [crc, stored] = [crc32(bytes.subarray(at + 4, at + 8 + length)), view.getUint32(at + 8 + length)];
    if (crc !== stored)
      throw malformed(name, at + 8 + length, `the checksum is ${stored}`, `${crc}, that of the chunk`);
    // A capital says that the file cannot be understood without the chunk.
    if (/^[A-Z]/.test(type) && !["IHDR", "PLTE", "IDAT", "IEND"].includes(type))
      throw malformed(
        name,
        at + 4,
        `begins the chunk ${JSON.stringify(type)}`,
        "one of IHDR, PLTE, IDAT and IEND, or one that may be left out",
      );
    yield { type, at, data: bytes.subarray(at + 8, at + 8 + length) };
    at += 12 + length;
    if (type !== "IEND") continue;
    if (length > 0) throw malformed(name, at - length - 12, `IEND has ${length} bytes`, "none");
    if (at < bytes.length)
      throw malformed(name, at, `${bytes.length - at} more bytes follow`, "the end of the file after IEND");
    return;
  }
}

/**
 * Decompresses the pixels once, with a bound: the decoder itself would take whatever comes. Says where to part them so that
 * each part becomes 256 KiB, or what becomes of a piece that is decompressed at once.
 */
function checkPixels(
  data: Uint8Array,
  header: PngHeader,
  offset: number,
  name: string,
  maxBytes: number,
): readonly number[] {
  const [method = 0, flags = 0] = data;
  if (
    data.length < 6 ||
    (method & 15) !== 8 ||
    method >> 4 > 7 ||
    (method * 256 + flags) % 31 !== 0 ||
    flags & 32
  )
    throw malformed(
      name,
      offset,
      "the pixels do not begin as a zlib stream",
      "a stream of DEFLATE, without a dictionary",
    );
  const size = pixelBytes(header);
  const cuts = [0];
  let sum = 1;
  let sinceCut = 0;
  const deflated = { name, offset: offset + 2, size, sizeOffset: 16, maxBytes };
  inflateInto(data.subarray(2, -4), deflated, (chunk, _, start) => {
    sum = adler32(chunk, sum);
    if (sinceCut > 0 && sinceCut + chunk.length > 1 << 18) {
      cuts.push(2 + start);
      sinceCut = 0;
    }
    sinceCut += chunk.length;
  });
  const stored = new DataView(data.buffer, data.byteOffset + data.length - 4).getUint32(0);
  if (sum !== stored)
    throw malformed(
      name,
      offset,
      `begin pixels with the checksum ${stored}`,
      `${sum}, that of what they become`,
    );
  return cuts;
}

function samplesOf(data: Uint8Array): readonly number[] {
  return Array.from({ length: data.length / 2 }, (_, i) => data[2 * i]! * 256 + data[2 * i + 1]!);
}

function writeChunks(
  chunks: readonly { readonly type: string; readonly data: Uint8Array }[],
): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(signature.length + chunks.reduce((sum, { data }) => sum + 12 + data.length, 0));
  const view = new DataView(made.buffer);
  made.set(signature);
  let at = signature.length;
  for (const { type, data } of chunks) {
    view.setUint32(at, data.length);
    made.set(new TextEncoder().encode(type), at + 4);
    made.set(data, at + 8);
    at += 12 + data.length;
  }
  return made;
}
