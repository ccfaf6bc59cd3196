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
 *   y = m x / (1 − p),   m = 0 with probability p for each element, else 1
 *
 * in training, else y = x. For x of any shape.
 *
 * Srivastava et al. 2014, "Dropout: a simple way to prevent neural networks from overfitting".
 */
export class Dropout extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout(x, this.probability, this.options());
  }
}

/**
 * {@link Dropout} of whole channels of sequences [N, C, T] or [C, T]. Tompson et al. 2015, "Efficient object localization
 * using convolutional networks", section 3.2.
 *
 * @throws in `forward` ShapeError for other shapes
 */
export class Dropout1d extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout1d(x, this.probability, this.options());
  }
}

/** Dropout of whole channels of images [N, C, H, W] or [C, H, W], see {@link Dropout1d}. */
export class Dropout2d extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout2d(x, this.probability, this.options());
  }
}

/** Dropout of whole channels of volumes [N, C, D, H, W] or [C, D, H, W], see {@link Dropout1d}. */
export class Dropout3d extends Dropping {
  forward(x: Tensor): Tensor {
    return dropout3d(x, this.probability, this.options());
  }
}

/**
 *   y = a (m x + (1 − m) α') + b,   m = 0 with probability p for each element, else 1
 *
 * in training, else y = x; a and b keep mean 0 and variance 1, and α' = −1.758… is what `selu` tends to. For x of any shape,
 * in nets of `selu`.
 *
 * Klambauer et al. 2017, "Self-normalizing neural networks", section 2.
 */
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
