/** PNG images, decoded and encoded by fast-png. */
import { DTypeError, ShapeError, type Tensor } from "@wengert/autograd";
import { convertIndexedToRgb, type DecodedPng, decode, encode } from "fast-png";
import { tensorOver } from "../arrays.js";
import { defaultMaxBytes, type FormatOptions, malformed } from "./malformed.js";
import { readPng } from "./png-chunks.js";
import type { PngHeader } from "./png-header.js";

/**
 * The image in a PNG file: [H, W, C] with C 1 (grey), 2 (grey, alpha), 3 (colour) or 4 (colour, alpha); uint8, or int32
 * from 0 to 65535 where samples have 16 bits. Samples of 1, 2 and 4 bits are spread to 0 … 255, palettes become colours,
 * a transparent colour becomes alpha. For layers that convolve, `.permute([2, 0, 1])` gives [C, H, W].
 *
 * Interlaced images with samples below 8 bits are refused. Colour profiles and gamma are left aside.
 *
 * @throws FormatError if it is no such file, or the pixels or the image take more than `maxBytes`
 */
export function decodePng(bytes: Uint8Array, options: FormatOptions = {}): Tensor {
  const { name = "PNG", maxBytes = defaultMaxBytes(bytes) } = options;
  const { header, key, essence } = readPng(bytes, name, maxBytes);
  const { width, height } = header;
  let samples: Uint8Array | Int32Array;
  try {
    samples = samplesOf(decode(essence), header);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw malformed(
      name,
      33,
      `or after it are pixels that cannot be decoded (${reason})`,
      "a filter from 0 to 4 for each line, and colours of the palette",
    );
  }
  const channels = samples.length / (width * height);
  const made =
    key === undefined ? samples : withAlpha(samples, channels, spread(key, header.depth), header.depth);
  const shape = [height, width, made.length / (width * height)];
  return tensorOver(made, shape, made instanceof Int32Array ? "int32" : "uint8");
}

function samplesOf(
  png: DecodedPng,
  { colourType, depth, width, height }: PngHeader,
): Uint8Array | Int32Array {
  if (colourType === 3) return convertIndexedToRgb(png);
  if (depth === 16) return new Int32Array(png.data);
  if (depth === 8)
    return new Uint8Array(png.data.buffer as ArrayBuffer, png.data.byteOffset, png.data.length);
  // Grey of less than a byte: a line begins with a new byte.
  const perByte = 8 / depth;
  const line = Math.ceil(width / perByte);
  const [scale] = spread([1], depth) as [number];
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const column = i % width;
    const byte = png.data[Math.floor(i / width) * line + Math.floor(column / perByte)]!;
    return ((byte >> (8 - depth * (1 + (column % perByte)))) & ((1 << depth) - 1)) * scale;
  });
}

/** Samples of less than 8 bits on the scale of 8. */
function spread(samples: readonly number[], depth: number): readonly number[] {
  return depth < 8 ? samples.map((sample) => (sample * 255) / ((1 << depth) - 1)) : samples;
}

/** One channel more: 0 where a pixel is `key`, else the largest sample. */
function withAlpha(
  samples: Uint8Array | Int32Array,
  channels: number,
  key: readonly number[],
  depth: number,
): Uint8Array | Int32Array {
  const count = samples.length / channels;
  const opaque = depth === 16 ? 65535 : 255;
  const made = depth === 16 ? new Int32Array(count * (channels + 1)) : new Uint8Array(count * (channels + 1));
  let at = 0;
  for (let i = 0; i < samples.length; ) {
    let isKey = true;
    for (let channel = 0; channel < channels; channel++) {
      const sample = samples[i++]!;
      made[at++] = sample;
      if (sample !== key[channel]) isKey = false;
    }
    made[at++] = isKey ? 0 : opaque;
  }
  return made;
}

/**
 * A PNG file of an image [H, W] or [H, W, C], C being 1 to 4 as in {@link decodePng}: uint8 gives samples of 8 bits,
 * int32 of 16.
 *
 * @throws ShapeError for another shape or an empty one, DTypeError for another dtype or a sample outside 0 … 65535
 */
export function encodePng(image: Tensor): Uint8Array<ArrayBuffer> {
  const { shape, dtype } = image;
  const [height = 0, width = 0, channels = 1] = shape;
  if (
    (shape.length !== 2 && shape.length !== 3) ||
    height === 0 ||
    width === 0 ||
    channels < 1 ||
    channels > 4
  )
    throw new ShapeError(
      `encodePng: the image is [${shape.join(", ")}]; it must be [H, W] or [H, W, C] with 1 to 4 channels; .permute([1, 2, 0]) makes it of [C, H, W]`,
    );
  if (dtype !== "uint8" && dtype !== "int32")
    throw new DTypeError(
      `encodePng: the image is ${dtype}; it must be uint8, or int32 for 16 bits: of floats in 0 … 1 take .mul(255).round().to("uint8")`,
    );
  const samples = image.toTypedArray();
  if (dtype === "int32") {
    const wrong = samples.findIndex((sample) => sample < 0 || sample > 65535);
    if (wrong >= 0)
      throw new DTypeError(`encodePng: sample ${wrong} is ${samples[wrong]}; 16 bits hold 0 to 65535`);
  }
  const depth = dtype === "uint8" ? 8 : 16;
  const data = dtype === "uint8" ? (samples as Uint8Array) : Uint16Array.from(samples);
  return Uint8Array.from(encode({ width, height, channels, depth, data }));
}
