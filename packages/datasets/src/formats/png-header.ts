/** What a PNG file says of its pixels, before they come: the chunks IHDR, PLTE and tRNS. */
import { malformed } from "./malformed.js";

/** A part of a PNG file. */
export interface Chunk {
  readonly type: string;
  /** Where the length stands, with which a chunk begins. */
  readonly at: number;
  readonly data: Uint8Array;
}

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

const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depthsOf: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** @throws FormatError if a size, or how samples are stored, is none that PNG has */
export function readHeader({ data, at }: Chunk, name: string): PngHeader {
  if (data.length !== 13) throw malformed(name, at, `IHDR has ${data.length} bytes`, "13");
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

/**
 * Refuses a palette and a transparency that do not fit.
 *
 * @throws FormatError if there are more colours than samples can name, or another number of bytes for transparency
 */
export function checkColours(
  { colourType, depth }: PngHeader,
  header: Chunk,
  palette: Chunk | undefined,
  transparency: Chunk | undefined,
  name: string,
): void {
  const isPalette = colourType === 3;
  const most = isPalette ? 1 << depth : 256;
  const colours = (palette?.data.length ?? 0) / 3;
  if (isPalette && palette === undefined)
    throw malformed(name, header.at, "begins an image without its palette", "a chunk PLTE");
  if (palette !== undefined && (!Number.isInteger(colours) || colours < 1 || colours > most))
    throw malformed(
      name,
      palette.at,
      `the palette has ${palette.data.length} bytes`,
      `3 for each of 1 to ${most} colours`,
    );
  if (transparency === undefined) return;
  const { length } = transparency.data;
  const needed = colourType === 0 ? 2 : colourType === 2 ? 6 : 0;
  if (isPalette ? length > colours : length !== needed || needed === 0)
    throw malformed(
      name,
      transparency.at,
      `the chunk tRNS has ${length} bytes`,
      isPalette
        ? `at most ${colours}, one a colour`
        : needed === 0
          ? "no such chunk beside alpha"
          : `${needed}`,
    );
}

/** How many bytes the image has as a tensor: int32 of 16 bits, else uint8; palettes as colours, what is transparent as alpha. */
export function imageBytes({ width, height, depth, colourType }: PngHeader, isTransparent: boolean): number {
  const channels = (colourType === 3 ? 3 : channelsOf[colourType]!) + (isTransparent ? 1 : 0);
  return width * height * channels * (depth === 16 ? 4 : 1);
}

/** How many bytes the pixels have: each line begins with the number of its filter. */
export function pixelBytes({ width, height, depth, colourType, interlaced }: PngHeader): number {
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
