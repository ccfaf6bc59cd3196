/** Coloured shapes before a background: small photographs of a simple world. */
import { type Tensor, tensor } from "@wengert/autograd";
import { mat2d } from "gl-matrix";
import type { Draws } from "../draws.js";
import { checkIntegers, checkNumbers } from "../requirements.js";
import { inverted, RandomAffine } from "../transforms/affine.js";
import { type Color, type FigureName, figures, paint } from "./drawing/figures.js";
import { label } from "./fields.js";
import { GeneratedDataset, type GeneratedOptions } from "./generated.js";

/** The classes of {@link shapes} by their number. */
export const shapeNames: readonly FigureName[] = Object.keys(figures) as FigureName[];

export interface ShapesOptions extends GeneratedOptions {
  /** The height and width of an image in pixels, 32 by default. */
  readonly size?: number;
  /** The standard deviation of the noise of each number, 0.05 by default. */
  readonly noise?: number;
}

/**
 * Coloured shapes, a stand-in for CIFAR-10 of any size and count: pairs of an image [3, size, size] float32, red, green and
 * blue from 0 to 1, and the class, a 0-d int32, by {@link shapeNames}. Sample i is of class i mod 10.
 *
 * The shape is turned by up to 25°, slanted by up to 15°, of a radius from a quarter to nearly half of the image, and off
 * the centre. Its colour is drawn alike for all classes, and stands out from the background: two colours that run into
 * one another, with two to four bars of others in front of it and behind the shape. Noise is added at the end, and all is
 * clipped to [0, 1]. Of 10,000 a linear model learns to tell 18 % of others in five epochs, the network of PyTorch's tutorial
 * for CIFAR-10 85 % (`npm run bench:difficulty`).
 *
 * @throws ArgumentError if `size` is not an integer, 8 or more, or the noise is negative
 */
export function shapes({
  size = 32,
  noise = 0.05,
  ...options
}: ShapesOptions = {}): GeneratedDataset<[image: Tensor, shape: Tensor]> {
  checkIntegers("shapes", { size }, 8);
  checkNumbers("shapes", { noise }, 0);
  const maps = new RandomAffine({ degrees: 25, shear: 15, translate: [0.1, 0.1], scale: [0.25, 0.42] });
  return new GeneratedDataset("shapes", options, (draws, index) => {
    const shape = index % shapeNames.length;
    const image = new Float32Array(3 * size * size);
    const colors = background(draws, image, size);
    // From the unit circle around (0, 0) to a disc in the middle of the image, which is then moved.
    const matrix = maps.draw(size, size, draws);
    const middle = (size - 1) / 2;
    mat2d.multiply(matrix, matrix, [size, 0, 0, size, middle, middle]);
    const color = standingOut(draws, colors);
    paint(image, size, size, figures[shapeNames[shape]!], color, inverted(matrix));
    return [photograph(draws, image, size, noise), label(shape)];
  });
}

/** A tensor of the image, with noise, clipped to [0, 1]. */
export function photograph(draws: Draws, image: Float32Array, size: number, noise: number): Tensor {
  const grains = draws.generator.randn([image.length], { dtype: "float32" }).toTypedArray({ copy: false });
  for (let i = 0; i < image.length; i++) image[i] = Math.max(0, Math.min(1, image[i]! + noise * grains[i]!));
  return tensor(image, { shape: [3, size, size] });
}

/** Fills the image; returns the colours that cover most of it. */
function background(draws: Draws, image: Float32Array, size: number): readonly Color[] {
  const from = randomColor(draws);
  const to = from.map((each) =>
    Math.max(0, Math.min(1, each + draws.uniform(-0.3, 0.3))),
  ) as unknown as Color;
  const [slopeX, slopeY] = [draws.uniform(-1, 1), draws.uniform(-1, 1)];
  for (const [channel, first] of from.entries())
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const part = 0.5 + slopeX * (j / size - 0.5) + slopeY * (i / size - 0.5);
        image[(channel * size + i) * size + j] = first + part * (to[channel]! - first);
      }
  const maps = new RandomAffine({ degrees: 180, translate: [0.45, 0.45], scale: [0.15, 0.6] });
  const middle = (size - 1) / 2;
  for (let k = draws.integer(2, 5); k > 0; k--) {
    const matrix = maps.draw(size, size, draws);
    mat2d.multiply(matrix, matrix, [size, 0, 0, size * draws.uniform(0.15, 0.6), middle, middle]);
    const near = from.map((each) =>
      Math.max(0, Math.min(1, each + draws.uniform(-0.2, 0.2))),
    ) as unknown as Color;
    paint(image, size, size, figures.bar, near, inverted(matrix));
  }
  return [from, to];
}

function randomColor(draws: Draws): Color {
  return [draws.uniform(), draws.uniform(), draws.uniform()];
}

// Half as far from one another as black and red are.
const leastDistance = 0.5;

function standingOut(draws: Draws, others: readonly Color[]): Color {
  for (;;) {
    const color = randomColor(draws);
    const far = others.every((other) => {
      const squared = color.reduce((sum, each, i) => sum + (each - other[i]!) * (each - other[i]!), 0);
      return squared > leastDistance * leastDistance;
    });
    if (far) return color;
  }
}
