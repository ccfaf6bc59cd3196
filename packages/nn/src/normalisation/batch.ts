/** Batch normalisation as layers. */
import { batchNorm, batchNormWithStatistics, noGrad, type Tensor } from "@wengert/autograd";
import { RunningNorm, type RunningNormOptions } from "./running.js";

export interface BatchNormLayerOptions extends RunningNormOptions {
  /**
   * What part of the running statistics each batch replaces, 0.1 by default. With null they are the means over all
   * batches so far.
   */
  readonly momentum?: number | null;
  /** Whether a weight and a bias are learned, true by default. */
  readonly affine?: boolean;
  /**
   * Whether running statistics are kept, true by default. Without, `eval()` changes nothing: those of the batch are
   * used always.
   */
  readonly trackRunningStats?: boolean;
}

/** What the batch normalisations share, over any number of axes. */
abstract class BatchNorm extends RunningNorm {
  constructor(features: number, options: BatchNormLayerOptions = {}) {
    super(features, options);
  }

  protected normalise(x: Tensor): Tensor {
    const { eps, weight, bias, runningMean, runningVar } = this;
    if (!this.training && runningMean !== undefined)
      return batchNorm(x, { eps, weight, bias, runningMean, runningVar });
    const { out, mean, variance } = batchNormWithStatistics(x, { eps, weight, bias });
    if (this.training) noGrad(() => this.learn(mean, variance));
    return out;
  }

  private learn(mean: Tensor, variance: Tensor): void {
    const count = this.numBatchesTracked;
    if (count === undefined) return;
    count.assign(count.add(1));
    // A tensor, so that a recorded step counts on when it is run again.
    this.follow(mean, variance, this.momentum ?? count.to(mean.dtype).reciprocal());
  }
}

/**
 *   y = (x − mean) / √(variance + eps) · weight + bias
 *
 * for each channel. In training with the statistics of the batch, which the running ones follow (the variance without
 * bias, as in PyTorch); after `eval()` with the running ones. Ioffe & Szegedy 2015.
 *
 * x: [N, C] or [N, C, L]; as PyTorch's, weight starts with 1 and bias with 0
 *
 * @throws in `forward` ShapeError if x has other channels, or in training one number for each
 */
export class BatchNorm1d extends BatchNorm {
  forward(x: Tensor): Tensor {
    this.check(x, 1, [2, 3], "[N, C] or [N, C, L]");
    return this.normalise(x);
  }
}

/** Batch normalisation of images [N, C, H, W], see {@link BatchNorm1d}. */
export class BatchNorm2d extends BatchNorm {
  forward(x: Tensor): Tensor {
    this.check(x, 1, [4], "[N, C, H, W]");
    return this.normalise(x);
  }
}

/** Batch normalisation of volumes [N, C, D, H, W], see {@link BatchNorm1d}. */
export class BatchNorm3d extends BatchNorm {
  forward(x: Tensor): Tensor {
    this.check(x, 1, [5], "[N, C, D, H, W]");
    return this.normalise(x);
  }
}
