/** The table of learned vectors. */
import { embedding, type Tensor } from "@wengert/autograd";
import { type InitOptions, normal } from "./init.js";
import { Module, Parameter } from "./module.js";

/**
 * A learned vector for each of `count` symbols: y = W[x].
 *
 * x: integers, any shape   W: [count, size]   y: [..., size]
 *
 * The vectors start normal, of mean 0 and variance 1, as PyTorch's.
 */
export class Embedding extends Module {
  readonly weight: Parameter;

  constructor(
    readonly count: number,
    readonly dimension: number,
    options: InitOptions = {},
  ) {
    super();
    this.weight = new Parameter(normal([count, dimension], options));
  }

  forward(x: Tensor): Tensor {
    return embedding(x, this.weight);
  }

  protected override describe(): string {
    return `${this.count}, ${this.dimension}`;
  }
}
