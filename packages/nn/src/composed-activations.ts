/** Activation functions that are composed of others, as layers of any shape. */
import {
  ArgumentError,
  abs,
  chunk,
  defaultGenerator,
  elu,
  type Generator,
  greater,
  mul,
  neg,
  rand,
  relu,
  ShapeError,
  sigmoid,
  softmax,
  sub,
  type Tensor,
  tanh,
  where,
} from "@wengert/autograd";
import type { SoftmaxOptions } from "./activations.js";
import type { InitOptions } from "./init.js";
import { Module } from "./module.js";

export interface CELUOptions {
  /** Above 0, 1 by default. */
  readonly alpha?: number;
}

/**
 * y = x above 0, else alpha · (e^(x / alpha) − 1), for x of any shape: an ELU whose slope has no jump. Barron 2017,
 * "Continuously differentiable exponential linear units".
 *
 * @throws ArgumentError if alpha is not above 0
 */
export class CELU extends Module {
  readonly alpha: number;

  constructor({ alpha = 1 }: CELUOptions = {}) {
    super();
    if (!(alpha > 0)) throw new ArgumentError(`CELU: alpha is ${alpha}; it must be above 0`);
    this.alpha = alpha;
  }

  forward(x: Tensor): Tensor {
    const { alpha } = this;
    return alpha === 1 ? elu(x) : mul(elu(mul(x, 1 / alpha)), alpha);
  }

  protected override describe(): string {
    return `alpha=${this.alpha}`;
  }
}

export interface ShrinkOptions {
  /** λ, 0 or above; 0.5 by default. */
  readonly lambda?: number;
}

/** What the two have in common that take small numbers for noise. */
abstract class Shrinking extends Module {
  readonly lambda: number;

  constructor({ lambda = 0.5 }: ShrinkOptions = {}) {
    super();
    if (!(lambda >= 0))
      throw new ArgumentError(`${new.target.name}: lambda is ${lambda}; it must be 0 or above`);
    this.lambda = lambda;
  }

  protected override describe(): string {
    return `lambda=${this.lambda}`;
  }
}

/**
 * y = x where |x| > λ, else 0, for x of any shape. Donoho & Johnstone 1994, "Ideal spatial adaptation by wavelet shrinkage".
 *
 * @throws ArgumentError if λ is negative
 */
export class HardShrink extends Shrinking {
  forward(x: Tensor): Tensor {
    return where(greater(abs(x), this.lambda), x, 0);
  }
}

/**
 * y = x − λ above λ, x + λ below −λ, else 0, for x of any shape: what the penalty λ |y| makes of ½ (y − x)². Donoho 1995,
 * "De-noising by soft-thresholding".
 *
 * @throws ArgumentError if λ is negative
 */
export class SoftShrink extends Shrinking {
  forward(x: Tensor): Tensor {
    return sub(relu(sub(x, this.lambda)), relu(sub(neg(x), this.lambda)));
  }
}

/** y = x − tanh x, for x of any shape. */
export class TanhShrink extends Module {
  forward(x: Tensor): Tensor {
    return sub(x, tanh(x));
  }
}

/** y = x above the threshold, else the value, for x of any shape; the gradient is 0 there. */
export class Threshold extends Module {
  constructor(
    readonly threshold: number,
    readonly value: number,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    return where(greater(x, this.threshold), x, this.value);
  }

  protected override describe(): string {
    return `threshold=${this.threshold}, value=${this.value}`;
  }
}

/** y = e⁻ˣ / Σ e⁻ˣ along an axis of x, which has any shape. */
export class Softmin extends Module {
  readonly axis: number;

  constructor({ axis = -1 }: SoftmaxOptions = {}) {
    super();
    this.axis = axis;
  }

  forward(x: Tensor): Tensor {
    return softmax(neg(x), { axis: this.axis });
  }

  protected override describe(): string {
    return `axis=${this.axis}`;
  }
}

/**
 *   y = a · σ(b),   a and b being the halves of x along an axis
 *
 * x: any shape, an even length along the axis   y: the same with half of it
 *
 * Dauphin et al. 2017, "Language modeling with gated convolutional networks", section 2.
 *
 * @throws in `forward` ShapeError if the axis is not there, or of odd length
 */
export class GLU extends Module {
  readonly axis: number;

  constructor({ axis = -1 }: SoftmaxOptions = {}) {
    super();
    this.axis = axis;
  }

  forward(x: Tensor): Tensor {
    const length = x.shape.at(this.axis);
    if (this.axis >= x.rank || this.axis < -x.rank || length === undefined || length % 2 !== 0)
      throw new ShapeError(
        `x is [${x.shape.join(", ")}]; it must have an even length along axis ${this.axis}, to be halved`,
      );
    const [a, b] = chunk(x, 2, { axis: this.axis }) as [Tensor, Tensor];
    return mul(a, sigmoid(b));
  }

  protected override describe(): string {
    return `axis=${this.axis}`;
  }
}

export interface RReLUOptions extends Pick<InitOptions, "generator"> {
  /** The least slope, 1/8 by default. */
  readonly lower?: number;
  /** The largest slope, 1/3 by default. */
  readonly upper?: number;
}

/**
 * y = x from 0 on, else a · x, for x of any shape: with an a for each element, in training uniform between `lower` and
 * `upper`, else their mean. Xu et al. 2015, "Empirical evaluation of rectified activations in convolutional network".
 *
 * @throws ArgumentError if `lower` is above `upper`
 */
export class RReLU extends Module {
  readonly lower: number;
  readonly upper: number;
  private readonly generator: Generator;

  constructor({ lower = 1 / 8, upper = 1 / 3, generator = defaultGenerator }: RReLUOptions = {}) {
    super();
    if (!(lower <= upper))
      throw new ArgumentError(`RReLU: lower is ${lower} and upper ${upper}; lower must not be above upper`);
    this.lower = lower;
    this.upper = upper;
    this.generator = generator;
  }

  forward(x: Tensor): Tensor {
    const { lower, upper } = this;
    return sub(relu(x), mul(relu(neg(x)), this.training ? this.slopes(x) : (lower + upper) / 2));
  }

  private slopes({ shape, dtype }: Tensor): Tensor {
    const { lower, upper, generator } = this;
    const drawn = rand(shape, { dtype: dtype === "float64" ? dtype : "float32", generator });
    return drawn.mul(upper - lower).add(lower);
  }

  protected override describe(): string {
    return `lower=${this.lower}, upper=${this.upper}`;
  }
}
