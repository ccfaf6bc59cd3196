/** Average and power-mean pooling as layers. */
import {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type LpPoolOptions,
  lpPool1d,
  lpPool2d,
  type PerAxis,
  type Tensor,
} from "@wengert/autograd";
import { Module } from "../module.js";
import { showOptions, Windowed } from "./windowed.js";

/**
 * The mean of each window of K steps of a sequence, see `avgPool1d`:
 *
 *   y[n, c, t] = 1/K Σ_k x[n, c, t·stride + k − padding]
 *
 * x: [N, C, L] or [C, L]   y: [N, C, L'] or [C, L']   stride: K by default
 *
 * LeCun et al. 1989, "Handwritten digit recognition with a back-propagation network".
 *
 * @throws in `forward` ShapeError if x has other axes or is shorter than a window
 */
export class AvgPool1d extends Windowed<AvgPoolOptions> {
  forward(x: Tensor): Tensor {
    return avgPool1d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window of a plane, see {@link AvgPool1d}. x: [N, C, H, W] or [C, H, W] */
export class AvgPool2d extends Windowed<AvgPoolOptions> {
  forward(x: Tensor): Tensor {
    return avgPool2d(x, this.kernelSize, this.options);
  }
}

/** The mean of each window of a volume, see {@link AvgPool1d}. x: [N, C, D, H, W] or [C, D, H, W] */
export class AvgPool3d extends Windowed<AvgPoolOptions> {
  forward(x: Tensor): Tensor {
    return avgPool3d(x, this.kernelSize, this.options);
  }
}

/** What the poolings by a power share. */
abstract class LpPool extends Module {
  /**
   * @param normType the power p; 2 for L2 pooling
   * @param kernelSize the size of a window: one number, or one for each axis of space
   */
  constructor(
    readonly normType: number,
    readonly kernelSize: PerAxis,
    readonly options: LpPoolOptions = {},
  ) {
    super();
  }

  protected override describe(): string {
    return showOptions({ normType: this.normType, kernelSize: this.kernelSize, ...this.options });
  }
}

/**
 * `(Σ xᵖ)^(1/p)` over each window of a sequence, see `lpPool1d`. x: [N, C, L] or [C, L]
 *
 * Sermanet, Chintala & LeCun 2012, "Convolutional neural networks applied to house numbers digit classification".
 */
export class LpPool1d extends LpPool {
  forward(x: Tensor): Tensor {
    return lpPool1d(x, this.normType, this.kernelSize, this.options);
  }
}

/** `(Σ xᵖ)^(1/p)` over each window of a plane, see {@link LpPool1d}. x: [N, C, H, W] or [C, H, W] */
export class LpPool2d extends LpPool {
  forward(x: Tensor): Tensor {
    return lpPool2d(x, this.normType, this.kernelSize, this.options);
  }
}
