/** Normalisation among neighbours as layers. There is nothing to learn. */
import {
  type LocalContrastOptions,
  type LocalResponseOptions,
  localContrastNorm,
  localResponseNorm,
  type Tensor,
} from "@wengert/autograd";
import { Module } from "../module.js";

/**
 *   y = x / (k + alpha · s)^beta
 *
 * where s is the mean of x² over `size` neighbouring channels. Krizhevsky, Sutskever & Hinton 2012, section 3.3, whose
 * alpha is `alpha / size` here, as in PyTorch.
 *
 * x: [N, C, ...]
 */
export class LocalResponseNorm extends Module {
  constructor(
    readonly size: number,
    readonly options: LocalResponseOptions = {},
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return localResponseNorm(x, this.size, this.options);
  }

  protected override describe(): string {
    const { alpha = 1e-4, beta = 0.75, k = 1 } = this.options;
    return `${this.size}, alpha=${alpha}, beta=${beta}, k=${k}`;
  }
}

/**
 * Subtracts from each place the mean of its surroundings and divides by their deviation, where that is more than usual in
 * the picture: see `localContrastNorm`. Jarrett, Kavukcuoglu, Ranzato & LeCun 2009, section 2.
 *
 * x: [N, C, H, W] or [C, H, W]
 */
export class LocalContrastNorm extends Module {
  constructor(readonly options: LocalContrastOptions = {}) {
    super();
  }

  forward(x: Tensor): Tensor {
    return localContrastNorm(x, this.options);
  }

  protected override describe(): string {
    const { size = 9, sigma = size / 4, eps = 1e-4 } = this.options;
    return `size=${size}, sigma=${sigma}, eps=${eps}`;
  }
}
