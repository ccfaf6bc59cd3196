/** Layers that learn nothing and bring others together. */
import { flatten, ShapeError, type Tensor } from "@wengert/autograd";
import { Module } from "./module.js";

/** y = x, for x of any shape. In the place of a layer that is left out. */
export class Identity extends Module {
  forward(x: Tensor): Tensor {
    return x;
  }
}

/**
 * The axes from `start` to `end`, both included, as one: by default all but the first, [N, ...] becomes [N, D].
 *
 * A 0-d tensor, taken as one of one axis, becomes [1] where both are that axis, 0 or -1.
 *
 * @throws in `forward` ShapeError if x has no such axes
 */
export class Flatten extends Module {
  constructor(
    readonly start = 1,
    readonly end: number = -1,
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    const missing = [this.start, this.end].find((axis) => axis !== 0 && axis !== -1);
    // The op makes [1] of a number, whatever the axes.
    if (x.rank === 0 && missing !== undefined)
      throw new ShapeError(
        `x is [], a 0-d tensor, and has no axis ${missing}; it must have one or more axes`,
      );
    return flatten(x, this.start, this.end);
  }

  protected override describe(): string {
    return `start=${this.start}, end=${this.end}`;
  }
}

/** A function as a layer: y = f(x), for x of any shape that f takes. */
export class Lambda extends Module {
  constructor(private readonly compute: (x: Tensor) => Tensor) {
    super();
  }

  forward(x: Tensor): Tensor {
    return this.compute(x);
  }

  protected override describe(): string {
    return this.compute.name;
  }
}

/**
 * y = x + F(x), or shortcut(x) + F(x) where F changes the shape. He et al. 2015, "Deep residual learning for image
 * recognition", equations 1 and 2. The two must have one shape.
 */
export class Residual extends Module {
  constructor(
    readonly inner: Module & { forward: (x: Tensor) => Tensor },
    readonly shortcut?: Module & { forward: (x: Tensor) => Tensor },
  ) {
    super();
  }

  forward(x: Tensor): Tensor {
    const inner = this.inner.forward(x);
    const beside = this.shortcut === undefined ? x : this.shortcut.forward(x);
    // They would broadcast unnoticed.
    if (String(inner.shape) !== String(beside.shape))
      throw new ShapeError(
        `the inner module gives [${inner.shape.join(", ")}], and ${this.shortcut === undefined ? "x" : "the shortcut"} is [${beside.shape.join(", ")}]; they must be the same`,
      );
    return inner.add(beside);
  }
}
