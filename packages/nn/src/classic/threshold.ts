/** Units that decide, and the first rules by which machines learned. */
import { ArgumentError, matmul, noGrad, step, type Tensor, tensor, zeros } from "@wengert/autograd";
import type { InitOptions } from "../init.js";
import { Module, Parameter } from "../module.js";

/**
 * A threshold logic unit: 1 where the weighted sum of the inputs reaches the threshold, else 0.
 *
 *   y = 1 if w·x ≥ θ, else 0
 *
 * x: [..., features]   y: [...]
 *
 * McCulloch & Pitts 1943, "A logical calculus of the ideas immanent in nervous activity". Nothing is learned: weights and
 * threshold are chosen, `new ThresholdUnit([1, 1], 2)` is AND.
 */
export class ThresholdUnit extends Module {
  readonly weight: Parameter;

  constructor(
    weight: readonly number[],
    readonly threshold: number,
    options: Pick<InitOptions, "dtype"> = {},
  ) {
    super();
    this.weight = new Parameter(tensor([...weight], options), { requiresGrad: false });
  }

  forward(x: Tensor): Tensor {
    return step(matmul(x, this.weight).sub(this.threshold));
  }
}

export interface OnlineOptions extends Pick<InitOptions, "dtype"> {
  /** How far each example moves the weights. */
  readonly lr?: number;
}

/** A unit that learns from one example after another, and how often it goes through them. */
abstract class OnlineUnit extends Module {
  readonly weight: Parameter; // [features]
  readonly bias: Parameter; // []
  readonly lr: number;

  constructor(
    readonly features: number,
    { lr = 1, ...options }: OnlineOptions,
  ) {
    super();
    if (!(lr > 0)) throw new ArgumentError(`${new.target.name}: lr is ${lr}; it must be above 0`);
    this.lr = lr;
    // Without gradients: a rule of its own trains it.
    this.weight = new Parameter(zeros([features], options), { requiresGrad: false });
    this.bias = new Parameter(zeros([], options), { requiresGrad: false });
  }

  /** `w·x + b` */
  score(x: Tensor): Tensor {
    return matmul(x, this.weight).add(this.bias);
  }

  /** What the rule wants added to the score of an example. */
  protected abstract error(x: Tensor, y: Tensor): Tensor;

  /**
   * Goes through the examples once, in their order.
   *
   * @param x [N, features]
   * @param y [N], targets as the class says
   * @returns how often the rule changed something
   */
  fit(x: Tensor, y: Tensor): number {
    const [count, ...rest] = x.shape;
    if (rest.length !== 1 || rest[0] !== this.features || y.rank !== 1 || y.shape[0] !== count)
      throw new ArgumentError(
        `${this.constructor.name}: x is [${x.shape.join(", ")}] and y [${y.shape.join(", ")}]; they must be [N, ${this.features}] and [N]`,
      );
    return noGrad(() => {
      let changes = 0;
      for (const [i, example] of x.unbind().entries()) {
        const change = this.error(example, y.select(i)).mul(this.lr);
        if (change.item() === 0) continue;
        changes += 1;
        this.weight.assign(this.weight.add(example.mul(change)));
        this.bias.assign(this.bias.add(change));
      }
      return changes;
    });
  }

  protected override describe(): string {
    return `${this.features}, lr=${this.lr}`;
  }
}

/**
 *   y = 1 if w·x + b ≥ 0, else 0
 *
 * and the perceptron rule: for each example `w ← w + lr · (target − y) · x`, the same for b. It ends, `fit` returning 0,
 * if a plane separates the classes. Rosenblatt 1958, "The perceptron". Targets are 0 and 1.
 *
 * x: [..., features]   y: [...]
 */
export class Perceptron extends OnlineUnit {
  constructor(features: number, options: OnlineOptions = {}) {
    super(features, options);
  }

  forward(x: Tensor): Tensor {
    return step(this.score(x));
  }

  protected override error(x: Tensor, y: Tensor): Tensor {
    return y.to(x.dtype).sub(this.forward(x));
  }
}

/**
 *   y = w·x + b
 *
 * and the rule of Widrow and Hoff: for each example `w ← w + lr · (target − y) · x`, the same for b: half of the gradient of
 * the squared error. The sign of y, or another threshold, makes the decision. Widrow & Hoff 1960, "Adaptive switching
 * circuits". Targets are any numbers; lr is 0.01 by default.
 *
 * x: [..., features]   y: [...]
 */
export class Adaline extends OnlineUnit {
  constructor(features: number, { lr = 0.01, ...options }: OnlineOptions = {}) {
    super(features, { lr, ...options });
  }

  forward(x: Tensor): Tensor {
    return this.score(x);
  }

  protected override error(x: Tensor, y: Tensor): Tensor {
    return y.to(x.dtype).sub(this.forward(x));
  }
}
