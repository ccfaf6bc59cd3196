/** The chunks of a PNG file (https://www.w3.org/TR/png): checked before anything is decoded. */
import { adler32, crc32 } from "./checksums.js";
import { inflate } from "./inflate.js";
import { hex, malformed } from "./malformed.js";

/** What the IHDR chunk says. */
export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** 0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha. */
  readonly colourType: number;
  readonly interlaced: boolean;
}

export interface PngChunks {
  readonly header: PngHeader;
  /** The sample values that mean "transparent" of grey and colour images. */
  readonly key: readonly number[] | undefined;
  /** A file of what matters alone, for the decoder: no chunk in it can hold a surprise. */
  readonly essence: Uint8Array<ArrayBuffer>;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depthsOf: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

interface Chunk {
  readonly type: string;
  /** Where the length stands, with which a chunk begins. */
  readonly at: number;
  readonly data: Uint8Array;
}

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
  const chunks = [...readChunks(bytes, name)];
  const header = readHeader(chunks[0], name);
  const [palette, transparency] = readColours(chunks, header, name);
  const data = joinData(chunks, name);
  checkPixels(data, header, chunks.find(({ type }) => type === "IDAT")!.at + 8, name, maxBytes);
  const isPalette = header.colourType === 3;
  const kept = [
    { type: "IHDR", data: chunks[0]!.data },
    ...(isPalette && palette !== undefined ? [palette] : []),
    ...(isPalette && transparency !== undefined ? [transparency] : []),
    { type: "IDAT", data },
    { type: "IEND", data: new Uint8Array() },
  ];
  const key = isPalette || transparency === undefined ? undefined : samplesOf(transparency.data);
  return { header, key, essence: writeChunks(kept) };
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

function readHeader(chunk: Chunk | undefined, name: string): PngHeader {
  if (chunk?.type !== "IHDR" || chunk.data.length !== 13)
    throw malformed(name, signature.length, "begins another chunk", "IHDR with 13 bytes");
  const { data, at } = chunk;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType, compression, filter, interlace] = data.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  for (const [i, size] of [width, height].entries())
    if (size < 1 || size > 0x7fffffff)
      throw malformed(
        name,
        at + 8 + 4 * i,
        `the ${i === 0 ? "width" : "height"} is ${size}`,
        "1 to 2^31 - 1",
      );
  const depths = depthsOf[colourType];
  if (depths === undefined)
    throw malformed(name, at + 17, `the colour type is ${colourType}`, "0, 2, 3, 4 or 6");
  if (!depths.includes(depth))
    throw malformed(
      name,
      at + 16,
      `the depth is ${depth}`,
      `${depths.join(", ")} for the colour type ${colourType}`,
    );
  if (compression !== 0) throw malformed(name, at + 18, `the compression is ${compression}`, "0, DEFLATE");
  if (filter !== 0) throw malformed(name, at + 19, `the filter method is ${filter}`, "0");
  if (interlace > 1) throw malformed(name, at + 20, `the interlace method is ${interlace}`, "0 or 1");
  if (interlace === 1 && depth < 8)
    throw malformed(
      name,
      at + 20,
      `the image is interlaced, with samples of ${depth} bits`,
      "8 or 16 bits, or no interlacing",
    );
  return { width, height, depth, colourType, interlaced: interlace === 1 };
}

/** The chunks PLTE and tRNS, where they are and mean something. */
function readColours(
  chunks: readonly Chunk[],
  { colourType, depth }: PngHeader,
  name: string,
): readonly [palette: Chunk | undefined, transparency: Chunk | undefined] {
  const data = chunks.findIndex(({ type }) => type === "IDAT");
  const find = (wanted: string): Chunk | undefined => {
    const [first, second] = chunks.filter(({ type }) => type === wanted);
    if (second !== undefined)
      throw malformed(name, second.at, `begins a second chunk ${wanted}`, "one at most");
    if (first !== undefined && data >= 0 && chunks.indexOf(first) > data)
      throw malformed(name, first.at, `begins the chunk ${wanted}`, "it before the pixels");
    return first;
  };
  const [again] = chunks.slice(1).filter(({ type }) => type === "IHDR");
  if (again !== undefined) throw malformed(name, again.at, "begins a second chunk IHDR", "one");
  const [palette, transparency] = [find("PLTE"), find("tRNS")];
  const colours = (palette?.data.length ?? 0) / 3;
  if (colourType === 3 && palette === undefined)
    throw malformed(name, chunks[0]!.at, "no palette follows", "a chunk PLTE");
  if (
    palette !== undefined &&
    (!Number.isInteger(colours) || colours < 1 || colours > 256 || (colourType === 3 && colours > 1 << depth))
  )
    throw malformed(
      name,
      palette.at,
      `the palette has ${palette.data.length} bytes`,
      `3 for each of 1 to ${colourType === 3 ? 1 << depth : 256} colours`,
    );
  if (transparency !== undefined) {
    const { length } = transparency.data;
    const needed = colourType === 0 ? 2 : colourType === 2 ? 6 : undefined;
    if (colourType === 3 ? length > colours : length !== needed)
      throw malformed(
        name,
        transparency.at,
        `the chunk tRNS has ${length} bytes`,
        colourType === 3
          ? `at most ${colours}, one a colour`
          : needed === undefined
            ? "none in an image with alpha"
            : `${needed}`,
      );
  }
  return [palette, transparency];
}

function joinData(chunks: readonly Chunk[], name: string): Uint8Array<ArrayBuffer> {
  const first = chunks.findIndex(({ type }) => type === "IDAT");
  if (first < 0) throw malformed(name, chunks.at(-1)!.at, "the image ends without pixels", "a chunk IDAT");
  const parts = chunks.filter(({ type }) => type === "IDAT");
  const stray = parts.find((part, i) => chunks.indexOf(part) !== first + i);
  if (stray !== undefined)
    throw malformed(name, stray.at, "begins a chunk IDAT apart from the others", "all of them in a row");
  const joined = new Uint8Array(parts.reduce((sum, { data }) => sum + data.length, 0));
  let at = 0;
  for (const { data } of parts) {
    joined.set(data, at);
    at += data.length;
  }
  return joined;
}

/** Decompresses the pixels once, with a bound: the decoder itself would take whatever comes. */
function checkPixels(
  data: Uint8Array,
  header: PngHeader,
  offset: number,
  name: string,
  maxBytes: number,
): void {
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
  const pixels = inflate(data.subarray(2, -4), { name, offset: offset + 2, size, sizeOffset: 16, maxBytes });
  const [sum, stored] = [adler32(pixels), new DataView(data.buffer, data.length - 4).getUint32(0)];
  if (sum !== stored)
    throw malformed(
      name,
      offset,
      `begin pixels with the checksum ${stored}`,
      `${sum}, that of what they become`,
    );
}

/** How many bytes the pixels have: each line begins with the number of its filter. */
function pixelBytes({ width, height, depth, colourType, interlaced }: PngHeader): number {
  const bits = depth * channelsOf[colourType]!;
  const lines = (columns: number, rows: number): number =>
    columns > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0;
  if (!interlaced) return lines(width, height);
  const passes = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const;
  return passes.reduce(
    (sum, [x, y, right, down]) =>
      sum + lines(Math.ceil((width - x) / right), Math.max(0, Math.ceil((height - y) / down))),
    0,
  );
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
    view.setUint32(at + 8 + data.length, crc32(made.subarray(at + 4, at + 8 + data.length)));
    at += 12 + data.length;
  }
  return made;
}
