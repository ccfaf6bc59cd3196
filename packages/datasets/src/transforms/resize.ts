/** Images of another size. */
import { tensor } from "@wengert/autograd";
import { checkIntegers } from "../requirements.js";
import type { Size } from "./crop.js";
import { type ImageTransform, type Pixels, pixelsLike, planesOf } from "./pixels.js";

export interface ResizeOptions {
  /**
   * How numbers between pixels are made: as PyTorch's `interpolate` does with corners not aligned, `"area"` for means over
   * what comes to lie in a pixel. `"bilinear"` by default.
   */
  readonly mode?: "nearest" | "bilinear" | "bicubic" | "area";
}

/**
 * The image with another height and width.
 *
 * @throws ArgumentError if `size` is no whole number, or 0
 */
export function resize(size: Size, { mode = "bilinear" }: ResizeOptions = {}): ImageTransform {
  const [height, width] = typeof size === "number" ? [size, size] : size;
  checkIntegers("resize", { height, width }, 1);
  return (image) => {
    const planes = planesOf("resize", image);
    const batch = [1, planes.channels, planes.height, planes.width];
    const made = tensor(planes.data, { shape: batch, copy: false }).interpolate({
      size: [height, width],
      mode,
    });
    return pixelsLike(planes, made.toTypedArray() as Pixels["data"], [height, width]);
  };
}
