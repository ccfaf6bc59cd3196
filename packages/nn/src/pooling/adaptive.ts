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

/** Pools sequences to a given size by means, see `adaptiveAvgPool1d`. x: [N, C, L] or [C, L] */
export class AdaptiveAvgPool1d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool1d(x, this.outputSize);
  }
}

/** Pools planes to a given size by means, see `adaptiveAvgPool2d`. x: [N, C, H, W] or [C, H, W] */
export class AdaptiveAvgPool2d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool2d(x, this.outputSize);
  }
}

/** Pools volumes to a given size by means, see `adaptiveAvgPool3d`. x: [N, C, D, H, W] or [C, D, H, W] */
export class AdaptiveAvgPool3d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveAvgPool3d(x, this.outputSize);
  }
}

/** Pools sequences to a given size by maxima, see `adaptiveMaxPool1d`. x: [N, C, L] or [C, L] */
export class AdaptiveMaxPool1d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool1d(x, this.outputSize);
  }
}

/** Pools planes to a given size by maxima, see `adaptiveMaxPool2d`. x: [N, C, H, W] or [C, H, W] */
export class AdaptiveMaxPool2d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool2d(x, this.outputSize);
  }
}

/** Pools volumes to a given size by maxima, see `adaptiveMaxPool3d`. x: [N, C, D, H, W] or [C, D, H, W] */
export class AdaptiveMaxPool3d extends Adaptive {
  forward(x: Tensor): Tensor {
    return adaptiveMaxPool3d(x, this.outputSize);
  }
}

/** `AdaptiveMaxPool1d` that also tells where the numbers were. */
export class AdaptiveMaxPool1dWithIndices extends Adaptive {
  forward(x: Tensor): MaxPooled {
    return adaptiveMaxPool1dWithIndices(x, this.outputSize);
  }
}

/** `AdaptiveMaxPool2d` that also tells where the numbers were. */
export class AdaptiveMaxPool2dWithIndices extends Adaptive {
  forward(x: Tensor): MaxPooled {
    return adaptiveMaxPool2dWithIndices(x, this.outputSize);
  }
}

/** `AdaptiveMaxPool3d` that also tells where the numbers were. */
export class AdaptiveMaxPool3dWithIndices extends Adaptive {
  forward(x: Tensor): MaxPooled {
    return adaptiveMaxPool3dWithIndices(x, this.outputSize);
  }
}
