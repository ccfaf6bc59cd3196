/** Elastic distortion. */
import { type Generator, type Tensor, tensor } from "@wengert/autograd";
import { Draws } from "../draws.js";
import { checkNumbers } from "../requirements.js";
import { type FillOptions, inverted, RandomAffine, type RandomAffineOptions } from "./affine.js";
import { type ImageTransform, planesOf } from "./pixels.js";
import { type Displacements, warped } from "./warp.js";

export interface ElasticOptions {
  /** The strength α, 34 by default. The displacements have a standard deviation of about 0.16·α/σ pixels. */
  readonly alpha?: number;
  /** The elasticity σ, in pixels: how far from one another pixels move alike. 4 by default. */
  readonly sigma?: number;
}

/**
 * Elastic distortion (P. Simard, D. Steinkraus, J. Platt: Best practices for convolutional neural networks applied to visual
 * document analysis. ICDAR 2003): each pixel is read at a place moved by a field of random displacements. For each axis
 * the field is uniform noise on [−1, 1) convolved with a normal density of standard deviation σ, times α. Bilinear; the
 * defaults are what the paper found best for digits.
 *
 * The density is cut at 4σ and sums to 1, there is no noise outside of the image, and the field is not normalised in
 * any other way (a normalised one would be far too weak with the paper's α).
 *
 * @throws ArgumentError if α is negative, σ is not above 0, or one is not finite
 */
export function elastic({ fill = 0, ...options }: ElasticOptions & FillOptions = {}): ImageTransform {
  const fields = new ElasticFields(options);
  return (image, generator) => {
    const planes = planesOf("elastic", image);
    return warped(planes, fill, undefined, fields.draw(planes.height, planes.width, generator));
  };
}

/**
 * {@link randomAffine} and {@link elastic} with one interpolation instead of two, which blurs less and takes half the time:
 * the image is bent after it was turned.
 *
 * @throws ArgumentError for what these refuse
 */
export function distort({
  fill = 0,
  alpha = 34,
  sigma = 4,
  ...options
}: RandomAffineOptions & ElasticOptions & FillOptions = {}): ImageTransform {
  const fields = new ElasticFields({ alpha, sigma });
  const maps = new RandomAffine(options);
  return (image, generator) => {
    const planes = planesOf("distort", image);
    const { height, width } = planes;
    const displacements = fields.draw(height, width, generator);
    const matrix = maps.draw(width, height, new Draws(generator));
    return warped(planes, fill, inverted(matrix), displacements);
  };
}

/** Fields of random displacements, for images of any size. */
export class ElasticFields {
  private readonly alpha: number;
  private readonly sigma: number;
  private readonly filters = new Map<string, Filter>();

  /** @throws ArgumentError if α is negative, σ is not above 0, or one is not finite */
  constructor({ alpha = 34, sigma = 4 }: ElasticOptions = {}) {
    checkNumbers("elastic", { alpha }, 0);
    checkNumbers("elastic", { sigma }, 1e-3);
    this.alpha = alpha;
    this.sigma = sigma;
  }

  /** A field for an image of `height` and `width`. */
  draw(height: number, width: number, generator: Generator): Displacements {
    const key = `${height} ${width}`;
    let filter = this.filters.get(key);
    if (filter === undefined) {
      filter = filterOf(height, width, this.alpha, this.sigma);
      this.filters.set(key, filter);
    }
    const { down, along, drift } = filter;
    const noise = generator.rand([height, 2 * width], { dtype: "float32" });
    const field = down
      .matmul(noise)
      .reshape([2 * height, width])
      .matmul(along);
    return { numbers: field.toTypedArray({ copy: false }) as Float32Array, drift };
  }
}

/** A convolution along both axes, as products with a matrix from either side. */
interface Filter {
  readonly down: Tensor;
  readonly along: Tensor;
  readonly drift: Float32Array;
}

/**
 * With u uniform on [0, 1) the field is 2α·S u Sᵀ − α·S 1 Sᵀ, S being the band matrix of the density: the second part, the
 * drift, is the same each time.
 */
function filterOf(height: number, width: number, alpha: number, sigma: number): Filter {
  const radius = Math.floor(4 * sigma + 0.5);
  const offsets = Float64Array.from({ length: 2 * radius + 1 }, (_, k) => k - radius);
  const density = tensor(offsets.map((k) => (-k * k) / (2 * sigma * sigma))).exp();
  const weights = density.div(density.sum()).toTypedArray();
  const band = (size: number, factor: number): Float64Array => {
    const made = new Float64Array(size * size);
    for (let i = 0; i < size; i++)
      for (let j = Math.max(0, i - radius); j < Math.min(size, i + radius + 1); j++)
        made[i * size + j] = factor * weights[i - j + radius]!;
    return made;
  };
  const [down, along] = [band(height, 2 * alpha), band(width, 1)];
  const sums = (matrix: Float64Array, size: number): number[] =>
    Array.from({ length: size }, (_, i) =>
      matrix.subarray(i * size, (i + 1) * size).reduce((a, b) => a + b, 0),
    );
  const [ofRows, ofColumns] = [sums(down, height), sums(along, width)];
  return {
    down: tensor(Float32Array.from(down), { shape: [height, height] }),
    along: tensor(Float32Array.from(along), { shape: [width, width] }),
    drift: Float32Array.from({ length: height * width }, (_, at) => {
      return (ofRows[Math.floor(at / width)]! * ofColumns[at % width]!) / 2;
    }),
  };
}
