/** Images moved and bent: each pixel is read at another place of the image that was. */
import type { ReadonlyMat2d } from "gl-matrix";
import { blank, type Pixels, type Planes, pixelsLike } from "./pixels.js";

/** By how far the places move that pixels are read at: `numbers` [H, 2, W], x and y of each row, less `drift` [H, W]. */
export interface Displacements {
  readonly numbers: Float32Array;
  readonly drift: Float32Array;
}

const still: ReadonlyMat2d = [1, 0, 0, 1, 0, 0];
const none = new Float32Array(0);

/**
 * The image whose pixel at p is what `planes` has at `back`·(p + the displacement of p), pixel (i, j) being at x = j, y = i:
 * the mean of the four pixels around that place, weighted by nearness. What lies outside of the image is `fill`.
 */
export function warped(
  planes: Planes,
  fill: number,
  back: ReadonlyMat2d = still,
  displacements?: Displacements,
): Pixels {
  const { height, width } = planes;
  const made = blank(planes);
  const framed = frame(planes, fill);
  const [a, b, c, d, tx, ty] = back as readonly [number, number, number, number, number, number];
  const stride = width + 3;
  const plane = height * width;
  const framedPlane = (height + 3) * stride;
  const size = made.length;
  // Further out there is nothing but the frame.
  const [lastX, lastY] = [width + 1, height + 1];
  const { numbers, drift } = displacements ?? { numbers: none, drift: none };
  const isBent = displacements !== undefined;
  for (let i = 0, at = 0; i < height; i++) {
    // The frame moves everything by one.
    const startX = c * i + tx + 1;
    const startY = d * i + ty + 1;
    for (let j = 0, k = 2 * i * width; j < width; j++, k++, at++) {
      let x = j;
      let down = 0;
      if (isBent) {
        const less = drift[at]!;
        x += numbers[k]! - less;
        down = numbers[k + width]! - less;
      }
      let u = a * x + c * down + startX;
      let v = b * x + d * down + startY;
      // Comparisons cost half of what Math.min and Math.max do.
      if (u < 0) u = 0;
      else if (u > lastX) u = lastX;
      if (v < 0) v = 0;
      else if (v > lastY) v = lastY;
      const left = u | 0;
      const top = v | 0;
      const right = u - left;
      const below = v - top;
      let from = top * stride + left;
      for (let to = at; to < size; to += plane, from += framedPlane) {
        const first = framed[from]!;
        const second = framed[from + stride]!;
        const upper = first + right * (framed[from + 1]! - first);
        const lower = second + right * (framed[from + stride + 1]! - second);
        made[to] = upper + below * (lower - upper);
      }
    }
  }
  return pixelsLike(planes, made);
}

// Used again and again: to make one for each image costs as much as to fill it.
let scratch: Pixels["data"] = new Float32Array(0);

/** The image with one pixel of `fill` before, and two behind, along both axes; good until the next call. */
function frame(planes: Planes, fill: number): Pixels["data"] {
  const { data, channels, height, width } = planes;
  const length = channels * (height + 3) * (width + 3);
  const isWide = data instanceof Float64Array;
  if (scratch.length !== length || scratch instanceof Float64Array !== isWide)
    scratch = blank(planes, [height + 3, width + 3]);
  const made = scratch;
  made.fill(fill);
  for (let row = 0; row < channels * height; row++) {
    const channel = Math.floor(row / height);
    let from = row * width;
    let to = (row + 3 * channel + 1) * (width + 3) + 1;
    for (const end = from + width; from < end; ) made[to++] = data[from++]!;
  }
  return made;
}
