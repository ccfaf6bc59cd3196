/** Whitening by principal components. */
import { ArgumentError, type NdarrayLike, type Tensor, tensor } from "@wengert/autograd";
import { checkIntegers, checkNumbers } from "../requirements.js";
import { denseFloats, type Pixels } from "./pixels.js";
import { denseNdarray, type Transform } from "./transform.js";

export interface WhiteningOptions {
  /** How many of the components to keep, those of the largest variance; all by default. */
  readonly components?: number;
  /** ε, added to the variances, so that directions of noise alone do not explode; 1e-5 by default. */
  readonly epsilon?: number;
  /**
   * Whether to turn back to the axes of the samples (A. Bell, T. Sejnowski: The "independent components" of natural scenes are
   * edge filters. Vision Research 37, 1997), so that an image remains one, of its shape; `false` by default.
   */
  readonly zca?: boolean;
}

/**
 * Numbers without correlation, of variance 1: `(x − μ) U diag(1 / √(λ + ε))`, and `Uᵀ` after it with `zca`, where λ and the
 * columns of U are eigenvalues and eigenvectors of the covariance of the training set (÷ N), the largest first. The
 * entry of largest magnitude of each eigenvector is positive.
 *
 * ```ts
 * const white = Whitening.fit(ndarraysOf(train), { components: 100 });
 * const set = new MappedDataset(test, onImage(white.transform));
 * ```
 */
export class Whitening {
  /** λ, the variances along the components, float64, the largest first. */
  readonly variances: readonly number[];
  /** Of samples before the transform. */
  readonly shape: readonly number[];
  private readonly mean: Tensor;
  private readonly matrix: Tensor;
  private readonly back: Tensor;
  private readonly zca: boolean;

  private constructor(shape: readonly number[], mean: Tensor, covariance: Tensor, options: WhiteningOptions) {
    const size = mean.size;
    const { components = size, epsilon = 1e-5, zca = false } = options;
    checkIntegers("Whitening", { components }, 1);
    checkNumbers("Whitening", { epsilon }, 0);
    if (components > size)
      throw new ArgumentError(
        `Whitening: components is ${components}; samples have ${size} numbers, hence as many components`,
      );
    const { values: eigenvalues, vectors: eigenvectors } = covariance.eigh();
    const kept = (x: Tensor): Tensor => x.flip({ axis: -1 }).narrow(-1, 0, components);
    // Rounding may leave them just below 0.
    const variances = kept(eigenvalues).clamp({ min: 0 });
    const roots = variances.add(epsilon).sqrt();
    const directions = kept(eigenvectors);
    this.shape = shape;
    this.variances = [...variances.toTypedArray()];
    this.mean = mean;
    this.matrix = directions.div(roots);
    this.back = directions.mul(roots).transpose();
    if (zca) {
      this.matrix = this.matrix.matmul(directions.transpose());
      this.back = directions.matmul(this.back);
    }
    this.zca = zca;
  }

  /**
   * From the mean and the covariance of `samples`, in float64: D² numbers for samples of D.
   *
   * @throws ArgumentError without samples, if they differ in shape, or for more components than numbers in a sample
   */
  static fit(samples: Iterable<NdarrayLike>, options: WhiteningOptions = {}): Whitening {
    const rows: Float64Array[] = [];
    let shape: readonly number[] = [];
    for (const sample of samples) {
      if (rows.length === 0) shape = [...sample.shape];
      checkShape(sample, shape);
      rows.push(Float64Array.from(denseFloats(sample)));
    }
    const [{ length } = { length: 0 }] = rows;
    if (length === 0)
      throw new ArgumentError("Whitening: there are no samples, or they are empty; give some to fit to");
    const all = new Float64Array(rows.length * length);
    for (const [i, row] of rows.entries()) all.set(row, i * length);
    const x = tensor(all, { shape: [rows.length, length], copy: false });
    const mean = x.mean({ axis: 0 });
    const off = x.sub(mean);
    return new Whitening(shape, mean, off.transpose().matmul(off).div(rows.length), options);
  }

  /** From a sample to its components, [components], or with `zca` in the shape of samples; float32 (float64 of float64). */
  readonly transform: Transform<NdarrayLike, Pixels> = (sample) => {
    checkShape(sample, this.shape);
    const made = this.multiplied(sample, (x) => x.sub(this.mean).matmul(this.matrix));
    return denseNdarray(made, this.zca ? this.shape : [made.length]);
  };

  /** Back to a sample; what lay along components that were not kept is lost. */
  readonly inverse: Transform<NdarrayLike, Pixels> = (components) => {
    checkShape(components, this.zca ? this.shape : [this.variances.length]);
    return denseNdarray(
      this.multiplied(components, (x) => x.matmul(this.back).add(this.mean)),
      this.shape,
    );
  };

  private multiplied(sample: NdarrayLike, change: (x: Tensor) => Tensor): Pixels["data"] {
    const numbers = denseFloats(sample);
    const made = change(tensor(Float64Array.from(numbers))).toTypedArray() as Pixels["data"];
    return numbers instanceof Float64Array ? made : Float32Array.from(made);
  }
}

function checkShape(sample: NdarrayLike, shape: readonly number[]): void {
  if (sample.shape.join() !== shape.join())
    throw new ArgumentError(
      `Whitening: a sample is [${sample.shape.join(", ")}]; it must be [${shape.join(", ")}]`,
    );
}
