/** Handwritten digits that nobody wrote. */
import { type Tensor, tensor } from "@wengert/autograd";
import { type ReadonlyMat2d, vec2 } from "gl-matrix";
import type { Draws } from "../draws.js";
import { checkIntegers, checkNumbers, checkRange } from "../requirements.js";
import { RandomAffine, type RandomAffineOptions } from "../transforms/affine.js";
import { ElasticFields, type ElasticOptions } from "../transforms/elastic.js";
import type { Displacements } from "../transforms/warp.js";
import { digitOutlines } from "./drawing/digit-outlines.js";
import { flattened, ink, type Place, type Stroke } from "./drawing/strokes.js";
import { label } from "./fields.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

/** Lengths are in parts of the image's size: `translate` as everywhere, `alpha` and `sigma` as for 28 pixels. */
export interface DigitsOptions extends GeneratedOptions, RandomAffineOptions, ElasticOptions {
  /** The height and width of an image in pixels, 28 by default. */
  readonly size?: number;
  /** The diameter of the pen in parts of `size`, drawn uniformly; [0.05, 0.11] by default. */
  readonly pen?: readonly [low: number, high: number];
  /** The standard deviation by which each place of an outline is off, in parts of `size`; 0.015 by default. */
  readonly jitter?: number;
}

/**
 * Digits, a stand-in for MNIST of any size and count: pairs of an image [1, size, size] float32, ink 1 on paper 0, and the
 * digit, a 0-d int32. Sample i is of class i mod 10.
 *
 * A digit is written in one of some ways, given as strokes; its places are a little off, the whole is stretched, turned,
 * slanted, scaled and moved at random, bent by a field of random displacements (P. Simard, D. Steinkraus, J. Platt: Best
 * practices for convolutional neural networks applied to visual document analysis. ICDAR 2003), and drawn by a round pen of
 * random thickness. As hard as MNIST, about: of 20,000 a linear model learns to tell 88.6 % of others, LeNet 99.0 %
 * (`npm run bench:difficulty`).
 *
 * @throws ArgumentError if `size` is not an integer, 8 or more, or another number makes no sense
 */
export function digits({
  size = 28,
  degrees = 11,
  translate = [0.05, 0.05],
  scale = [0.82, 1.05],
  shear = 13,
  shearY = 0,
  alpha = 28,
  sigma = 4,
  pen = [0.05, 0.11],
  jitter = 0.015,
  ...options
}: DigitsOptions = {}): GeneratedDataset<[image: Tensor, digit: Tensor]> {
  checkIntegers("digits", { size }, 8);
  checkRange("digits", "pen", pen, 0);
  checkNumbers("digits", { jitter }, 0);
  const maps = new RandomAffine({ degrees, translate, scale, shear, shearY });
  const fields = new ElasticFields({ alpha, sigma });
  return new GeneratedDataset("digits", options, (draws, index) => {
    const digit = index % digitOutlines.length;
    const strokes = draws.choice(digitOutlines[digit]!).map((stroke) => shaken(draws, stroke, jitter));
    const stretch = draws.uniform(0.6, 0.85);
    const matrix = maps.draw(grid, grid, draws);
    const thickness = draws.uniform(pen[0], pen[1]) * size;
    const bend = fields.draw(grid, grid, draws.generator);
    const image = new Float32Array(size * size);
    for (const stroke of strokes) {
      const line = flattened(stroke).map((place) => moved(place, stretch, matrix, bend, size));
      ink(image, size, size, line, thickness);
    }
    return [tensor(image, { shape: [1, size, size] }), label(digit)];
  });
}

// Where digits are moved and bent before they are drawn, so that α and σ mean the same at every size.
const grid = 28;
// The height of a digit there.
const tall = 21;

function shaken(draws: Draws, stroke: Stroke, jitter: number): Stroke {
  const places = stroke.places.map(
    ([x, y]): Place => [x + jitter * draws.normal(), y + jitter * draws.normal()],
  );
  return { ...stroke, places };
}

function moved(
  [x, y]: Place,
  stretch: number,
  matrix: ReadonlyMat2d,
  bend: Displacements,
  size: number,
): Place {
  const middle = (grid - 1) / 2;
  const place: [number, number] = [middle + (x - 0.5) * tall * stretch, middle + (y - 0.5) * tall];
  vec2.transformMat2d(place, place, matrix);
  const [u, v] = place;
  const scale = size / grid;
  return [
    (u + displacementAt(bend, 0, u, v) + 0.5) * scale - 0.5,
    (v + displacementAt(bend, 1, u, v) + 0.5) * scale - 0.5,
  ];
}

/** Along x (axis 0) or y (axis 1), between the four places of the field around (u, v). */
function displacementAt({ numbers, drift }: Displacements, axis: 0 | 1, u: number, v: number): number {
  const inside = (place: number): number => Math.max(0, Math.min(grid - 1.001, place));
  const [x, y] = [inside(u), inside(v)];
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [right, below] = [x - left, y - top];
  const at = (i: number, j: number): number => numbers[(2 * i + axis) * grid + j]! - drift[i * grid + j]!;
  const upper = at(top, left) + right * (at(top, left + 1) - at(top, left));
  const lower = at(top + 1, left) + right * (at(top + 1, left + 1) - at(top + 1, left));
  return upper + below * (lower - upper);
}
