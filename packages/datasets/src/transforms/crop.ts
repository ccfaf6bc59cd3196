/** Parts of images, and parts left out. */
import { ArgumentError } from "@wengert/autograd";
import { Draws } from "../draws.js";
import { checkIntegers } from "../requirements.js";
import { blank, type ImageTransform, type Pixels, type Planes, pixelsLike, planesOf } from "./pixels.js";

/** A height and a width; one number for both. */
export type Size = number | readonly [height: number, width: number];

export interface RandomCropOptions {
  /** How many pixels of `fill` to put around the image before it is cut; 0 by default. */
  readonly padding?: number;
  /** 0 by default. */
  readonly fill?: number;
}

/**
 * A rectangle of the image, each with equal probability.
 *
 * @throws ArgumentError if `size` or `padding` is no whole number; for an image that is smaller, padding included
 */
export function randomCrop(size: Size, { padding = 0, fill = 0 }: RandomCropOptions = {}): ImageTransform {
  const [height, width] = sizeOf("randomCrop", size);
  checkIntegers("randomCrop", { padding }, 0);
  return (image, generator) => {
    const planes = planesOf("randomCrop", image);
    const spare = [planes.height + 2 * padding - height, planes.width + 2 * padding - width] as const;
    checkFits("randomCrop", planes, [height, width], spare);
    const draws = new Draws(generator);
    const top = draws.integer(0, spare[0] + 1) - padding;
    const left = draws.integer(0, spare[1] + 1) - padding;
    return cut(planes, [height, width], top, left, fill);
  };
}

/**
 * The rectangle in the middle of the image; where it cannot be exactly there, half a pixel above or left of it.
 *
 * @throws ArgumentError if `size` is no whole number; for an image that is smaller
 */
export function centerCrop(size: Size): ImageTransform {
  const [height, width] = sizeOf("centerCrop", size);
  return (image) => {
    const planes = planesOf("centerCrop", image);
    const spare = [planes.height - height, planes.width - width] as const;
    checkFits("centerCrop", planes, [height, width], spare);
    return cut(planes, [height, width], Math.floor(spare[0] / 2), Math.floor(spare[1] / 2), 0);
  };
}

export interface RandomFlipOptions {
  /** The probability that left and right change places, ½ by default. */
  readonly horizontal?: number;
  /** The probability that top and bottom do, 0 by default. */
  readonly vertical?: number;
}

/** Mirror images. @throws ArgumentError if a probability is not from 0 to 1 */
export function randomFlip({ horizontal = 0.5, vertical = 0 }: RandomFlipOptions = {}): ImageTransform {
  for (const [name, probability] of Object.entries({ horizontal, vertical }))
    if (!(probability >= 0 && probability <= 1))
      throw new ArgumentError(`randomFlip: ${name} is ${probability}; it must be a probability, from 0 to 1`);
  return (image, generator) => {
    const planes = planesOf("randomFlip", image);
    const draws = new Draws(generator);
    const [sideways, overhead] = [draws.chance(horizontal), draws.chance(vertical)];
    const { data, channels, height, width } = planes;
    const made = blank(planes);
    for (let row = 0; row < channels * height; row++) {
      const i = row % height;
      const from = (row - i + (overhead ? height - 1 - i : i)) * width;
      for (let j = 0; j < width; j++) made[row * width + j] = data[from + (sideways ? width - 1 - j : j)]!;
    }
    return pixelsLike(planes, made);
  };
}

export interface CutOutOptions {
  /** What is put in the place of what was there, 0 by default: the mean of standardised images. */
  readonly fill?: number;
}

/**
 * Cutout (T. DeVries, G. Taylor: Improved regularization of convolutional neural networks with cutout. 2017): a square of
 * `size` pixels is blanked, in all channels. Its centre is any pixel of the image, so that a part of it may lie outside.
 *
 * @throws ArgumentError if `size` is no whole number, or 0
 */
export function cutOut(size: Size, { fill = 0 }: CutOutOptions = {}): ImageTransform {
  const [high, wide] = sizeOf("cutOut", size);
  return (image, generator) => {
    const planes = planesOf("cutOut", image);
    const { data, channels, height, width } = planes;
    const made = blank(planes);
    made.set(data);
    const draws = new Draws(generator);
    const top = draws.integer(0, height) - Math.floor(high / 2);
    const left = draws.integer(0, width) - Math.floor(wide / 2);
    const [first, end] = [Math.max(left, 0), Math.min(left + wide, width)];
    for (let channel = 0; channel < channels; channel++)
      for (let i = Math.max(top, 0); i < Math.min(top + high, height); i++) {
        const row = (channel * height + i) * width;
        made.fill(fill, row + first, row + end);
      }
    return pixelsLike(planes, made);
  };
}

function sizeOf(name: string, size: Size): [height: number, width: number] {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  checkIntegers(name, { height, width }, 1);
  return [height, width];
}

function checkFits(
  name: string,
  { height, width }: Planes,
  size: readonly [number, number],
  spare: readonly [number, number],
): void {
  if (spare[0] < 0 || spare[1] < 0)
    throw new ArgumentError(
      `${name}: an image of ${height} by ${width} has no part of ${size[0]} by ${size[1]}; cut less, or pad more`,
    );
}

function cut(
  planes: Planes,
  [high, wide]: [number, number],
  top: number,
  left: number,
  fill: number,
): Pixels {
  const { data, channels, height, width } = planes;
  const made = blank(planes, [high, wide]);
  if (fill !== 0) made.fill(fill);
  const [first, end] = [Math.max(0, -left), Math.min(wide, width - left)];
  for (let channel = 0; channel < channels; channel++)
    for (let i = Math.max(0, -top); i < Math.min(high, height - top); i++) {
      const from = (channel * height + top + i) * width + left;
      made.set(data.subarray(from + first, from + end), (channel * high + i) * wide + first);
    }
  return pixelsLike(planes, made, [high, wide]);
}
