/** Instance normalisation as layers. */
import { instanceNorm, mean, noGrad, squeeze, type Tensor, unsqueeze, variance } from "@wengert/autograd";
import { RunningNorm, type RunningNormOptions } from "./running.js";

export interface InstanceNormLayerOptions extends RunningNormOptions {
  /** What part of the running statistics each batch replaces, 0.1 by default. */
  readonly momentum?: number;
  /** Whether a weight and a bias are learned, false by default. */
  readonly affine?: boolean;
  /** Whether running statistics are kept, and used after `eval()`; false by default. */
  readonly trackRunningStats?: boolean;
}

/** What the instance normalisations share, over any number of axes. */
abstract class InstanceNorm extends RunningNorm {
  declare readonly momentum: number;

  constructor(
    features: number,
    { affine = false, trackRunningStats = false, ...options }: InstanceNormLayerOptions = {},
  ) {
    super(features, { affine, trackRunningStats, ...options });
  }

  protected normalise(x: Tensor, space: number, forms: string): Tensor {
    const channelAxis = x.rank === space + 1 ? 0 : 1;
    this.check(x, channelAxis, [space + 1, space + 2], forms);
    if (channelAxis === 0) return squeeze(this.normaliseBatch(unsqueeze(x, 0)), 0);
    return this.normaliseBatch(x);
  }

  private normaliseBatch(x: Tensor): Tensor {
    const { eps, weight, bias, runningMean, runningVar } = this;
    const useInputStats = this.training || runningMean === undefined;
    const out = instanceNorm(x, { eps, weight, bias, runningMean, runningVar, useInputStats });
    if (this.training && runningMean !== undefined) noGrad(() => this.learn(x));
    return out;
  }

  /** The statistics of the examples, averaged over them. */
  private learn(x: Tensor): void {
    const axis = x.shape.map((_, i) => i).slice(2);
    this.follow(
      mean(mean(x, { axis }), { axis: 0 }),
      mean(variance(x, { axis }), { axis: 0 }),
      this.momentum,
    );
  }
}

/**
 *   y = (x − mean) / √(variance + eps) · weight + bias
 *
 * with the mean and variance of each channel of each example. Ulyanov, Vedaldi & Lempitsky 2016.
 *
 * x: [N, C, L] or [C, L]
 *
 * @throws in `forward` ShapeError if x has other channels, or one place
 */
export class InstanceNorm1d extends InstanceNorm {
  forward(x: Tensor): Tensor {
    return this.normalise(x, 1, "[N, C, L] or [C, L]");
  }
}

/** Instance normalisation of images [N, C, H, W] or [C, H, W], see {@link InstanceNorm1d}. */
export class InstanceNorm2d extends InstanceNorm {
  forward(x: Tensor): Tensor {
    return this.normalise(x, 2, "[N, C, H, W] or [C, H, W]");
  }
}

/** Instance normalisation of volumes [N, C, D, H, W] or [C, D, H, W], see {@link InstanceNorm1d}. */
export class InstanceNorm3d extends InstanceNorm {
  forward(x: Tensor): Tensor {
    return this.normalise(x, 3, "[N, C, D, H, W] or [C, D, H, W]");
  }
}
