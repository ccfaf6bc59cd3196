/** Pooling over all of space, and of the k largest numbers, as layers. */
import {
  type GlobalPoolOptions,
  globalAvgPool,
  globalMaxPool,
  kMaxPool1d,
  kMaxPool2d,
  type Tensor,
} from "@wengert/autograd";
import { Module } from "../module.js";
import { showOptions } from "./windowed.js";

abstract class Global extends Module {
  constructor(readonly options: GlobalPoolOptions = {}) {
    super();
  }

  protected override describe(): string {
    return showOptions(this.options);
  }
}

/** y[n, c] = mean of x[n, c, …] over all of space: [N, C, ...] becomes [N, C]. Lin, Chen & Yan 2013, section 3.2. */
export class GlobalAvgPool extends Global {
  forward(x: Tensor): Tensor {
    return globalAvgPool(x, this.options);
  }
}

/**
 * y[n, c] = max of x[n, c, …] over all of space: [N, C, ...] becomes [N, C]. Collobert et al. 2011, "Natural language
 * processing (almost) from scratch", section 3.3.
 */
export class GlobalMaxPool extends Global {
  forward(x: Tensor): Tensor {
    return globalMaxPool(x, this.options);
  }
}

abstract class KMax extends Module {
  /** @param k how many numbers are kept of each channel */
  constructor(readonly k: number) {
    super();
  }

  protected override describe(): string {
    return showOptions({ k: this.k });
  }
}

/**
 * The k largest numbers of each sequence, in the order in which they stand: [N, C, L] becomes [N, C, k].
 * Kalchbrenner, Grefenstette & Blunsom 2014, section 3.2.
 */
export class KMaxPool1d extends KMax {
  forward(x: Tensor): Tensor {
    return kMaxPool1d(x, this.k);
  }
}

/** The k largest numbers of each plane, in row-major order: [N, C, H, W] becomes [N, C, k]. See {@link KMaxPool1d}. */
export class KMaxPool2d extends KMax {
  forward(x: Tensor): Tensor {
    return kMaxPool2d(x, this.k);
  }
}
