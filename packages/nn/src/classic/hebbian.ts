/** Memory by association. */
import { ArgumentError, matmul, noGrad, type Tensor, zeros } from "@wengert/autograd";
import type { InitOptions } from "../init.js";
import { Buffer, Module } from "../module.js";

export interface HebbianOptions extends Pick<InitOptions, "dtype"> {
  /** How strongly each pair is remembered, 1 by default. */
  readonly lr?: number;
}

/**
 * A linear associator: what fires together is wired together.
 *
 *   y = W x,   remembered by   W ← W + lr · y xᵀ
 *
 * x: [..., inFeatures]   W: [outFeatures, inFeatures], starting with 0   y: [..., outFeatures]
 *
 * Recall is exact for inputs that are orthonormal. Hebb 1949, "The organization of behavior"; Anderson 1972, Kohonen 1972.
 */
export class HebbianAssociator extends Module {
  readonly weight: Buffer;
  readonly lr: number;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    { lr = 1, ...options }: HebbianOptions = {},
  ) {
    super();
    this.lr = lr;
    this.weight = new Buffer(zeros([outFeatures, inFeatures], options));
  }

  forward(x: Tensor): Tensor {
    return matmul(x, this.weight.transpose());
  }

  /**
   * Remembers pairs.
   *
   * @param x [N, inFeatures]
   * @param y [N, outFeatures]
   * @throws ArgumentError if the shapes are others
   */
  associate(x: Tensor, y: Tensor): void {
    const { inFeatures, outFeatures } = this;
    const fits = x.rank === 2 && y.rank === 2 && x.shape[0] === y.shape[0];
    if (!fits || x.shape[1] !== inFeatures || y.shape[1] !== outFeatures)
      throw new ArgumentError(
        `HebbianAssociator: x is [${x.shape.join(", ")}] and y [${y.shape.join(", ")}]; they must be [N, ${inFeatures}] and [N, ${outFeatures}]`,
      );
    noGrad(() => this.weight.assign(this.weight.add(y.transpose().matmul(x).mul(this.lr))));
  }

  protected override describe(): string {
    return `${this.inFeatures}, ${this.outFeatures}, lr=${this.lr}`;
  }
}
