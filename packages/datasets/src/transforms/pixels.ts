/** Images as transforms see them: any ndarray on the way in, dense floats on the way out. */
import { ArgumentError, type NdarrayLike } from "@wengert/autograd";
import { denseNdarray, denseNumbers, type Transform } from "./transform.js";

/** A transform's result: an image row by row, [H, W] or [C, H, W] as what it was made of, float32 (float64 of float64). */
export interface Pixels extends NdarrayLike {
  readonly data: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;
}

/** A transform of images. It takes an ndarray, or anything of its form, of any dtype and stride, and changes none. */
export type ImageTransform = Transform<NdarrayLike, Pixels>;

/** An image's numbers, channel by channel, row by row. */
export interface Planes {
  /** To be read only: it may be the ndarray's own. */
  readonly data: Pixels["data"];
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** As given: two axes, or three. */
  readonly shape: readonly number[];
}

/** @throws ArgumentError if the image has neither two axes nor three */
export function planesOf(name: string, image: NdarrayLike): Planes {
  const { shape } = image;
  if (shape.length !== 2 && shape.length !== 3)
    throw new ArgumentError(
      `${name}: the image is [${shape.join(", ")}]; it must be [height, width] or [channels, height, width]`,
    );
  const [channels, height, width] = (shape.length === 2 ? [1, ...shape] : shape) as [number, number, number];
  return { data: denseFloats(image), channels, height, width, shape };
}

/** The numbers of an ndarray row by row, float32, or float64 if they were; its own array where that is what it holds. */
export function denseFloats(array: NdarrayLike): Pixels["data"] {
  const numbers = denseNumbers(array);
  const isFloat = numbers instanceof Float32Array || numbers instanceof Float64Array;
  return (isFloat ? numbers : new Float32Array(numbers)) as Pixels["data"];
}

/** Zeros of the dtype of `like`, of its channels and another size, or its own. */
export function blank(
  { data, channels, height, width }: Planes,
  size: [number, number] = [height, width],
): Pixels["data"] {
  const length = channels * size[0] * size[1];
  return data instanceof Float64Array ? new Float64Array(length) : new Float32Array(length);
}

/** An image of the given numbers, with as many axes as `like`. */
export function pixelsLike(
  { shape, height, width }: Planes,
  data: Pixels["data"],
  size: [number, number] = [height, width],
): Pixels {
  return denseNdarray(data, [...shape.slice(0, -2), ...size]);
}
