/** Turning, shearing, scaling and moving of images. */
import { ArgumentError } from "@wengert/autograd";
import { mat2d, type ReadonlyMat2d } from "gl-matrix";
import { Draws } from "../draws.js";
import { radians, sinCosOfAll } from "../trigonometry.js";
import { type ImageTransform, planesOf } from "./pixels.js";
import { warped } from "./warp.js";

export interface FillOptions {
  /** What lies outside of the image, 0 by default. */
  readonly fill?: number;
}

/**
 * Moves what is in an image by a matrix of gl-matrix: `[a, b, c, d, tx, ty]` brings (x, y) to (a x + c y + tx,
 * b x + d y + ty), x to the right and y downwards in pixels from the centre of the first one. Bilinear.
 *
 * @throws ArgumentError if the matrix has no inverse
 */
export function affine(matrix: ReadonlyMat2d, { fill = 0 }: FillOptions = {}): ImageTransform {
  const back = inverted(matrix);
  return (image) => warped(planesOf("affine", image), fill, back);
}

/** The interval that a number is drawn from, both ends included; a single number r stands for −r to r. */
export type Spread = number | readonly [low: number, high: number];

/** How far it goes each time is drawn uniformly, each number by itself. The words are torchvision's. */
export interface RandomAffineOptions {
  /** Of the turn, in degrees, clockwise; 0 by default. */
  readonly degrees?: Spread;
  /** Of the move to the right and downwards, in parts of the width and the height; [0, 0] by default. */
  readonly translate?: readonly [x: number, y: number];
  /** Of the factor, [1, 1] by default. */
  readonly scale?: readonly [low: number, high: number];
  /** Of the angle by which upright lines slant, in degrees; 0 by default. */
  readonly shear?: Spread;
  /** Of the angle by which level lines slant, in degrees; 0 by default. */
  readonly shearY?: Spread;
}

/**
 * A random affine map about the centre of the image: {@link affine} with a matrix of {@link RandomAffine}.
 *
 * @throws ArgumentError if a range is not of finite numbers in rising order, or a factor is not above 0
 */
export function randomAffine({ fill = 0, ...options }: RandomAffineOptions & FillOptions): ImageTransform {
  const maps = new RandomAffine(options);
  return (image, generator) => {
    const planes = planesOf("randomAffine", image);
    return warped(planes, fill, inverted(maps.draw(planes.width, planes.height, new Draws(generator))));
  };
}

/** Random matrices: move · turn · slant along y · slant along x · scale, about the centre. */
export class RandomAffine {
  private readonly degrees: readonly [number, number];
  private readonly translate: readonly [number, number];
  private readonly scale: readonly [number, number];
  private readonly shearX: readonly [number, number];
  private readonly shearY: readonly [number, number];

  /** @throws ArgumentError if a range is not of finite numbers in rising order, or a factor is not above 0 */
  constructor({
    degrees = 0,
    translate = [0, 0],
    scale = [1, 1],
    shear = 0,
    shearY = 0,
  }: RandomAffineOptions) {
    this.degrees = rangeOf("degrees", degrees);
    this.translate = [rangeOf("translate", translate[0])[1], rangeOf("translate", translate[1])[1]];
    this.scale = rangeOf("scale", scale);
    if (!(this.scale[0] > 0))
      throw new ArgumentError(`randomAffine: scale is from ${this.scale[0]}; it must be above 0`);
    this.shearX = rangeOf("shear", shear);
    this.shearY = rangeOf("shearY", shearY);
  }

  /** For images of a width and a height; the centre is at half of these, less half a pixel. */
  draw(width: number, height: number, draws: Draws): mat2d {
    const between = ([low, high]: readonly [number, number]): number => draws.uniform(low, high);
    const turn = between(this.degrees);
    const [moveX, moveY] = this.translate;
    const right = draws.uniform(-moveX, moveX) * width;
    const down = draws.uniform(-moveY, moveY) * height;
    const factor = between(this.scale);
    const angles = [turn, between(this.shearX), between(this.shearY)].map(radians);
    const [[sine, cosine], ...slants] = sinCosOfAll(angles) as [[number, number], ...[number, number][]];
    const [slantX, slantY] = slants.map(([rise, run]) => rise / run) as [number, number];
    const [x, y] = [(width - 1) / 2, (height - 1) / 2];
    const made: mat2d = [cosine, sine, -sine, cosine, x + right, y + down];
    mat2d.multiply(made, made, [1, slantY, 0, 1, 0, 0]);
    mat2d.multiply(made, made, [1, 0, slantX, 1, 0, 0]);
    mat2d.scale(made, made, [factor, factor]);
    return mat2d.translate(made, made, [-x, -y]);
  }
}

function rangeOf(name: string, spread: Spread): readonly [number, number] {
  const [low, high] = typeof spread === "number" ? [-spread, spread] : spread;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high))
    throw new ArgumentError(
      `randomAffine: ${name} is ${JSON.stringify(spread)}; give a finite number that is not negative, or two in rising order`,
    );
  return [low, high];
}

/** @throws ArgumentError if there is no inverse */
export function inverted(matrix: ReadonlyMat2d): mat2d {
  const made = mat2d.invert([0, 0, 0, 0, 0, 0], matrix);
  if (made === null || !Array.from(made).every((each) => Number.isFinite(each)))
    throw new ArgumentError(
      `affine: the matrix [${Array.from(matrix).join(", ")}] has no inverse; it must not flatten the image`,
    );
  return made;
}
