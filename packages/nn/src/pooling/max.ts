/** Max pooling as layers, and what undoes it. */
import {
  type MaxPooled,
  type MaxPoolOptions,
  type MaxUnpoolOptions,
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
  maxUnpool1d,
  maxUnpool2d,
  maxUnpool3d,
  type Tensor,
} from "@wengert/autograd";
import { Windowed } from "./windowed.js";

/**
 * The largest number of each window of K steps of a sequence, see `maxPool1d`:
 *
 *   y[n, c, t] = max_k x[n, c, t·stride + k·dilation − padding]
 *
 * x: [N, C, L] or [C, L]   y: [N, C, L'] or [C, L']   stride: K by default
 *
 * Ranzato et al. 2007, "Unsupervised learning of invariant feature hierarchies".
 *
 * @throws in `forward` ShapeError if x has other axes or is shorter than a window
 */
export class MaxPool1d extends Windowed<MaxPoolOptions> {
  forward(x: Tensor): Tensor {
    return maxPool1d(x, this.kernelSize, this.options);
  }
}

/** The largest number of each window of a plane, see {@link MaxPool1d}. x: [N, C, H, W] or [C, H, W] */
export class MaxPool2d extends Windowed<MaxPoolOptions> {
  forward(x: Tensor): Tensor {
    return maxPool2d(x, this.kernelSize, this.options);
  }
}

/** The largest number of each window of a volume, see {@link MaxPool1d}. x: [N, C, D, H, W] or [C, D, H, W] */
export class MaxPool3d extends Windowed<MaxPoolOptions> {
  forward(x: Tensor): Tensor {
    return maxPool3d(x, this.kernelSize, this.options);
  }
}

/** {@link MaxPool1d} that also tells where the numbers were: the switches that {@link MaxUnpool1d} needs. */
export class MaxPool1dWithIndices extends Windowed<MaxPoolOptions> {
  forward(x: Tensor): MaxPooled {
    return maxPool1dWithIndices(x, this.kernelSize, this.options);
  }
}

/** {@link MaxPool2d} that also tells where the numbers were: the switches that {@link MaxUnpool2d} needs. */
export class MaxPool2dWithIndices extends Windowed<MaxPoolOptions> {
  forward(x: Tensor): MaxPooled {
    return maxPool2dWithIndices(x, this.kernelSize, this.options);
  }
}

/** {@link MaxPool3d} that also tells where the numbers were: the switches that {@link MaxUnpool3d} needs. */
export class MaxPool3dWithIndices extends Windowed<MaxPoolOptions> {
  forward(x: Tensor): MaxPooled {
    return maxPool3dWithIndices(x, this.kernelSize, this.options);
  }
}

/**
 * Puts numbers back where a max pooling found them, and 0 elsewhere: Zeiler & Fergus 2014, section 2.1, see `maxUnpool1d`.
 *
 *   y[n, c, indices[n, c, t]] = x[n, c, t]
 *
 * x, indices: [N, C, L'] or [C, L']   y: [N, C, L] or [C, L]
 *
 * Several sizes are pooled to the same one: `outputSize`, the lengths of the axes of space, chooses among them.
 */
export class MaxUnpool1d extends Windowed<Omit<MaxUnpoolOptions, "outputSize">> {
  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return maxUnpool1d(x, indices, this.kernelSize, { ...this.options, ...(outputSize && { outputSize }) });
  }
}

/** {@link MaxUnpool1d} of planes: [N, C, H, W] or [C, H, W]. */
export class MaxUnpool2d extends Windowed<Omit<MaxUnpoolOptions, "outputSize">> {
  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return maxUnpool2d(x, indices, this.kernelSize, { ...this.options, ...(outputSize && { outputSize }) });
  }
}

/** {@link MaxUnpool1d} of volumes: [N, C, D, H, W] or [C, D, H, W]. */
export class MaxUnpool3d extends Windowed<Omit<MaxUnpoolOptions, "outputSize">> {
  forward(x: Tensor, indices: Tensor, outputSize?: readonly number[]): Tensor {
    return maxUnpool3d(x, indices, this.kernelSize, { ...this.options, ...(outputSize && { outputSize }) });
  }
}
