/** Numbers on another scale, and labels as vectors. */
import { ArgumentError, type Tensor, tensor } from "@wengert/autograd";
import { checkIntegers } from "../requirements.js";
import { blank, type ImageTransform, pixelsLike, planesOf } from "./pixels.js";
import type { Transform } from "./transform.js";

export interface NormalizeOptions {
  /** Of each channel, or of all; 0 by default. */
  readonly mean?: number | readonly number[];
  /** Of each channel, or of all; 1 by default. `{ std: 255 }` brings bytes to [0, 1]. */
  readonly std?: number | readonly number[];
}

/**
 * (x − mean) / std, channel by channel.
 *
 * @throws ArgumentError if a standard deviation is 0 or a number is not finite; for an image of another number of channels
 */
export function normalize({ mean = 0, std = 1 }: NormalizeOptions): ImageTransform {
  const [means, deviations] = [mean, std].map((each) => (typeof each === "number" ? [each] : each)) as [
    readonly number[],
    readonly number[],
  ];
  if ([...means, ...deviations].some((each) => !Number.isFinite(each)) || deviations.includes(0))
    throw new ArgumentError(
      `normalize: the mean is ${JSON.stringify(mean)}, the standard deviation ${JSON.stringify(std)}; give finite numbers, and no deviation of 0`,
    );
  return (image) => {
    const planes = planesOf("normalize", image);
    const { data, channels, height, width } = planes;
    for (const [name, each] of Object.entries({ mean: means, std: deviations }))
      if (each.length !== 1 && each.length !== channels)
        throw new ArgumentError(
          `normalize: ${name} has ${each.length} numbers and the image ${channels} channels; give one for each, or one for all`,
        );
    const made = blank(planes);
    const plane = height * width;
    for (let channel = 0; channel < channels; channel++) {
      const shift = means[means.length === 1 ? 0 : channel]!;
      const scale = deviations[deviations.length === 1 ? 0 : channel]!;
      for (let at = channel * plane; at < (channel + 1) * plane; at++) made[at] = (data[at]! - shift) / scale;
    }
    return pixelsLike(planes, made);
  };
}

/**
 * A row of zeros with a 1 at the class, float32 [classes].
 *
 * @throws ArgumentError if `classes` is no whole number, or 0; for a label that is no class
 */
export function toOneHot(classes: number): Transform<number | Tensor, Tensor> {
  checkIntegers("toOneHot", { classes }, 1);
  return (label) => {
    const index = typeof label === "number" ? label : label.item();
    if (!Number.isInteger(index) || index < 0 || index >= classes)
      throw new ArgumentError(`toOneHot: there is no class ${index}; they go from 0 to ${classes - 1}`);
    const made = new Float32Array(classes);
    made[index] = 1;
    return tensor(made);
  };
}
