/** Dropout as layers. */
import {
  ArgumentError,
  alphaDropout,
  type DropoutOptions,
  defaultGenerator,
  dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  type Generator,
  type Tensor,
} from "@wengert/autograd";
import type { InitOptions } from "./init.js";
import { Module } from "./module.js";

/** What the kinds of dropout share. */
abstract class Dropping extends Module {
  private readonly generator: Generator;

  constructor(
    readonly probability = 0.5,
    { generator = defaultGenerator }: Pick<InitOptions, "generator"> = {},
  ) {
    super();
    checkProbability(new.target.name, probability);
    this.generator = generator;
  }

  protected options(): DropoutOptions {
    return { training: this.training, generator: this.generator };
  }

  protected override describe(): string {
    return `p=${this.probability}`;
  }
}

/**
 * In training zeroes each element with probability p and scales the others by 1 / (1 − p); else the identity.
 * Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".
 */
export class Dropout extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout(x, this.probability, this.options());
  }
}

/** Dropout of whole channels of sequences [N, C, T] or [C, T]. Tompson et al. 2015, section 3.2. */
export class Dropout1d extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout1d(x, this.probability, this.options());
  }
}

/** Dropout of whole channels of images [N, C, H, W] or [C, H, W]. */
export class Dropout2d extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout2d(x, this.probability, this.options());
  }
}

/** Dropout of whole channels of volumes [N, C, D, H, W] or [C, D, H, W]. */
export class Dropout3d extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout3d(x, this.probability, this.options());
  }
}

/** Dropout that keeps mean 0 and variance 1, for nets of `selu`. Klambauer et al. 2017. */
export class AlphaDropout extends Dropping {
  forward(x: Tensor): Tensor {
    return alphaDropout(x, this.probability, this.options());
  }
}

/** @throws ArgumentError if it is not from 0 to 1 */
export function checkProbability(name: string, probability: number): void {
  if (!(probability >= 0 && probability <= 1))
    throw new ArgumentError(`${name}: the dropout probability is ${probability}; it must be from 0 to 1`);
}
