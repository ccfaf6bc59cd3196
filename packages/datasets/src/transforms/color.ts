/** Colours and noise. */
import { ArgumentError } from "@wengert/autograd";
import { Draws } from "../draws.js";
import { checkNumbers } from "../requirements.js";
import { blank, type ImageTransform, type Pixels, pixelsLike, planesOf } from "./pixels.js";

/** How much may change, torchvision's words: a number r stands for factors from max(0, 1 − r) to 1 + r. */
export interface ColorJitterOptions {
  /** Times a factor. 0 by default, as all. */
  readonly brightness?: number;
  /** Away from, or towards, the mean of the image in grey. */
  readonly contrast?: number;
  /** Away from, or towards, grey. */
  readonly saturation?: number;
  /** The hue turns by −r to r of the colour circle, r at most ½. */
  readonly hue?: number;
}

/**
 * Random changes of brightness, contrast, saturation and hue, in random order, each clipped to [0, 1]; as torchvision's
 * ColorJitter, whose grey is 0.2989 R + 0.587 G + 0.114 B. Images are [3, H, W] with values from 0 to 1.
 *
 * @throws ArgumentError if a number is negative or not finite, or `hue` is above ½; for an image without three channels
 */
export function colorJitter({
  brightness = 0,
  contrast = 0,
  saturation = 0,
  hue = 0,
}: ColorJitterOptions): ImageTransform {
  checkNumbers("colorJitter", { brightness, contrast, saturation, hue }, 0);
  if (hue > 0.5) throw new ArgumentError(`colorJitter: hue is ${hue}; half a circle is the most, 0.5`);
  return (image, generator) => {
    const planes = planesOf("colorJitter", image);
    if (planes.channels !== 3 || planes.shape.length !== 3)
      throw new ArgumentError(
        `colorJitter: the image is [${planes.shape.join(", ")}]; it must be [3, height, width], red, green and blue`,
      );
    const draws = new Draws(generator);
    const factor = (r: number): number => draws.uniform(Math.max(0, 1 - r), 1 + r);
    const made = blank(planes);
    made.set(planes.data);
    const changes = [
      { by: brightness, change: (k: number) => blend(made, k, () => 0) },
      { by: contrast, change: (k: number) => blend(made, k, constantly(meanGrey(made))) },
      { by: saturation, change: (k: number) => blend(made, k, (i) => greyOf(made, i)) },
      { by: hue, change: (k: number) => turnHue(made, k - 1) },
    ];
    const amounts = changes.map(({ by }, i) => (i === 3 ? 1 + draws.uniform(-by, by) : factor(by)));
    for (const i of draws.shuffled([0, 1, 2, 3])) {
      const { by, change } = changes[i]!;
      if (by > 0) change(amounts[i]!);
    }
    return pixelsLike(planes, made);
  };
}

function constantly(value: number): () => number {
  return () => value;
}

function greyOf(data: Pixels["data"], i: number): number {
  const plane = data.length / 3;
  return 0.2989 * data[i]! + 0.587 * data[i + plane]! + 0.114 * data[i + 2 * plane]!;
}

function meanGrey(data: Pixels["data"]): number {
  const plane = data.length / 3;
  let sum = 0;
  for (let i = 0; i < plane; i++) sum += greyOf(data, i);
  return sum / plane;
}

/** Each pixel becomes `k` of itself and 1 − k of what `other` gives for it. */
function blend(data: Pixels["data"], k: number, other: (i: number) => number): void {
  const plane = data.length / 3;
  for (let i = 0; i < plane; i++) {
    const rest = (1 - k) * other(i);
    for (let at = i; at < data.length; at += plane) data[at] = clipped(k * data[at]! + rest);
  }
}

function clipped(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}

/** Turns the hue of HSV by `turn` of a circle. */
function turnHue(data: Pixels["data"], turn: number): void {
  const plane = data.length / 3;
  for (let i = 0; i < plane; i++) {
    const [r, g, b] = [data[i]!, data[i + plane]!, data[i + 2 * plane]!];
    const value = Math.max(r, g, b);
    const chroma = value - Math.min(r, g, b);
    if (chroma === 0) continue;
    const sextant =
      value === r ? (g - b) / chroma : value === g ? 2 + (b - r) / chroma : 4 + (r - g) / chroma;
    const turned = sextant / 6 + turn;
    const hue = 6 * (turned - Math.floor(turned));
    // How far each of red, green, blue is below the value, by the distance of the hue from its own.
    for (const [channel, offset] of [5, 3, 1].entries()) {
      const k = (offset + hue) % 6;
      data[i + channel * plane] = clipped(value - chroma * Math.max(0, Math.min(k, 4 - k, 1)));
    }
  }
}

export interface NoiseOptions {
  /** The standard deviation. */
  readonly std: number;
}

/**
 * Adds normal noise of mean 0 to every number.
 *
 * @throws ArgumentError if `std` is negative or not finite
 */
export function gaussianNoise({ std }: NoiseOptions): ImageTransform {
  checkNumbers("gaussianNoise", { std }, 0);
  return (image, generator) => {
    const planes = planesOf("gaussianNoise", image);
    const made = blank(planes);
    const dtype = made instanceof Float64Array ? "float64" : "float32";
    const drawn = generator.randn([made.length], { dtype }).toTypedArray({ copy: false });
    for (let i = 0; i < made.length; i++) made[i] = planes.data[i]! + std * drawn[i]!;
    return pixelsLike(planes, made);
  };
}
