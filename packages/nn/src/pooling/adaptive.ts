/** Pooling to given sizes as layers. */
import {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveAvgPool3d,
  adaptiveMaxPool1d,
  adaptiveMaxPool1dWithIndices,
  adaptiveMaxPool2d,
  adaptiveMaxPool2dWithIndices,
  adaptiveMaxPool3d,
  adaptiveMaxPool3dWithIndices,
  type MaxPooled,
  type OutputSize,
  type Tensor,
} from "@wengert/autograd";
import { Module } from "../module.js";
import { showOptions } from "./windowed.js";

/** A layer whose result has a size that does not depend on its input. */
abstract class Adaptive extends Module {
  /** @param outputSize the lengths of the axes of space: one for all, or one for each, where null keeps that of x */
  constructor(readonly outputSize: OutputSize) {
    super();
  }

  protected override describe(): string {
    return showOptions({ outputSize: this.outputSize });
  }
}

/**
 * Pools sequences to a given size L' by means, see `adaptiveAvgPool1d`: y[n, c, t] is the mean of the x[n, c, i] with i from
 * ⌊t L / L'⌋ to before ⌈(t + 1) L / L'⌉.
 *
 * x: [N, C, L] or [C, L]   y: [N, C, L'] or [C, L']
 *
 * As in spatial pyramids: He et al. 2014, "Spatial pyramid pooling in deep convolutional networks for visual recognition".
 */
export class AdaptiveAvgPool1d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }
}

/** Pools planes to a given size by means, see {@link AdaptiveAvgPool1d}. x: [N, C, H, W] or [C, H, W] */
export class AdaptiveAvgPool2d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** Pools volumes to a given size by means, see {@link AdaptiveAvgPool1d}. x: [N, C, D, H, W] or [C, D, H, W] */
export class AdaptiveAvgPool3d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize);
  }
}

/** Pools sequences to a given size by maxima, of the windows of {@link AdaptiveAvgPool1d}. x: [N, C, L] or [C, L] */
export class AdaptiveMaxPool1d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool1d(x, this.outputSize);
  }
}

/** Pools planes to a given size by maxima, see {@link AdaptiveMaxPool1d}. x: [N, C, H, W] or [C, H, W] */
export class AdaptiveMaxPool2d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}

/** Pools volumes to a given size by maxima, see {@link AdaptiveMaxPool1d}. x: [N, C, D, H, W] or [C, D, H, W] */
export class AdaptiveMaxPool3d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool3d(x, this.outputSize);
  }
}

/** {@link AdaptiveMaxPool1d} that also tells where the numbers were. */
export class AdaptiveMaxPool1dWithIndices extends Adaptive {
  forward(x: Tensor): MaxPooled {
    return adaptiveMaxPool1dWithIndices(x, this.outputSize);
  }
}

/** {@link AdaptiveMaxPool2d} that also tells where the numbers were. */
export class AdaptiveMaxPool2dWithIndices extends Adaptive {
  forward(x: Tensor): MaxPooled {
    return adaptiveMaxPool2dWithIndices(x, this.outputSize);
  }
}

/** {@link AdaptiveMaxPool3d} that also tells where the numbers were. */
export class AdaptiveMaxPool3dWithIndices extends Adaptive {
  forward(x: Tensor): MaxPooled {
    return adaptiveMaxPool3dWithIndices(x, this.outputSize);
  }
}
