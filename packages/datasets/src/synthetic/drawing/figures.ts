/** Plane figures, and how they are painted. */
import type { ReadonlyMat2d } from "gl-matrix";

/** Whether a figure covers a place; figures lie within 1 of (0, 0), y pointing down. */
export type Figure = (x: number, y: number) => boolean;

export type Color = readonly [red: number, green: number, blue: number];

/** Whether (x, y) lies in a polygon: a ray from there crosses its sides an odd number of times. */
function polygon(...corners: readonly (readonly [x: number, y: number])[]): Figure {
  return (x, y) => {
    let inside = false;
    let [x0, y0] = corners.at(-1)!;
    for (const [x1, y1] of corners) {
      if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) inside = !inside;
      [x0, y0] = [x1, y1];
    }
    return inside;
  };
}

export type FigureName =
  | "circle"
  | "ring"
  | "square"
  | "bar"
  | "triangle"
  | "star"
  | "cross"
  | "crescent"
  | "heart"
  | "arrow";

/** Turned or not, none looks like another. */
export const figures: Readonly<Record<FigureName, Figure>> = {
  circle: (x, y) => x * x + y * y < 0.7,
  ring: (x, y) => x * x + y * y < 0.85 && x * x + y * y > 0.28,
  square: (x, y) => Math.abs(x) < 0.72 && Math.abs(y) < 0.72,
  bar: (x, y) => Math.abs(x) < 0.97 && Math.abs(y) < 0.3,
  triangle: polygon([0, -0.95], [0.9, 0.65], [-0.9, 0.65]),
  star: polygon(
    [0, -0.98],
    [0.247, -0.34],
    [0.932, -0.303],
    [0.399, 0.13],
    [0.576, 0.793],
    [0, 0.42],
    [-0.576, 0.793],
    [-0.399, 0.13],
    [-0.932, -0.303],
    [-0.247, -0.34],
  ),
  cross: (x, y) => (Math.abs(x) < 0.27 && Math.abs(y) < 0.9) || (Math.abs(y) < 0.27 && Math.abs(x) < 0.9),
  crescent: (x, y) => x * x + y * y < 0.85 && (x - 0.45) * (x - 0.45) + y * y > 0.45,
  heart: (x, y) => {
    const [u, v] = [1.25 * x, 0.15 - 1.25 * y];
    const r = u * u + v * v - 1;
    return r * r * r < u * u * v * v * v;
  },
  arrow: polygon([0.97, 0], [0.2, -0.7], [0.2, -0.25], [-0.9, -0.25], [-0.9, 0.25], [0.2, 0.25], [0.2, 0.7]),
};

// Along each axis a pixel is looked at in this many places.
const grain = 3;

/**
 * Paints a figure into an image [3, height, width]. `back` brings the places of pixels (pixel (i, j) is at x = j, y = i) to
 * the figure's own; a pixel takes the colour as far as it is covered.
 */
export function paint(
  image: Float32Array,
  height: number,
  width: number,
  figure: Figure,
  color: Color,
  back: ReadonlyMat2d,
): void {
  const [a, b, c, d, tx, ty] = back as readonly [number, number, number, number, number, number];
  const plane = height * width;
  // How far the corners of a pixel are from its middle, among the places of the figure.
  const [halfX, halfY] = [(Math.abs(a) + Math.abs(c)) / 2, (Math.abs(b) + Math.abs(d)) / 2];
  const covers = (j: number, i: number): number => (figure(a * j + c * i + tx, b * j + d * i + ty) ? 1 : 0);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < width; j++) {
      const [u, v] = [a * j + c * i + tx, b * j + d * i + ty];
      if (Math.abs(u) > 1 + halfX || Math.abs(v) > 1 + halfY) continue;
      const corners =
        covers(j - 0.5, i - 0.5) +
        covers(j + 0.5, i - 0.5) +
        covers(j - 0.5, i + 0.5) +
        covers(j + 0.5, i + 0.5);
      let cover = corners / 4;
      // All corners alike, the pixel is taken to be as they are: figures have no details that small.
      if (corners % 4 !== 0) {
        let hits = 0;
        for (let k = 0; k < grain * grain; k++)
          hits += covers(
            j + ((k % grain) + 0.5) / grain - 0.5,
            i + (Math.floor(k / grain) + 0.5) / grain - 0.5,
          );
        cover = hits / (grain * grain);
      }
      if (cover === 0) continue;
      for (const [channel, value] of color.entries()) {
        const at = channel * plane + i * width + j;
        image[at]! += cover * (value - image[at]!);
      }
    }
}
