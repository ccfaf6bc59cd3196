/** Layers whose output is no affine map of one input. */
import { einsum, type Shape, ShapeError, type Tensor } from "@wengert/autograd";
import { constant, type InitOptions, inverseRoot, normal } from "./init.js";
import type { LinearOptions } from "./linear.js";
import { Module, Parameter } from "./module.js";

/**
 *   y_o = x₁ᵀ W_o x₂ + b_o
 *
 * x₁: [..., inFeatures1]   x₂: [..., inFeatures2]   W: [outFeatures, inFeatures1, inFeatures2]   y: [..., outFeatures]
 *
 * Weight and bias start uniform within ±1/√inFeatures1, as PyTorch's.
 *
 * @throws in `forward` ShapeError if the inputs have other features, or other axes before than one another
 */
export class Bilinear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(
    readonly inFeatures1: number,
    readonly inFeatures2: number,
    readonly outFeatures: number,
    { bias = true, ...options }: LinearOptions = {},
  ) {
    super();
    this.weight = new Parameter(inverseRoot([outFeatures, inFeatures1, inFeatures2], inFeatures1, options));
    this.bias = bias ? new Parameter(inverseRoot([outFeatures], inFeatures1, options)) : undefined;
  }

  forward(x1: Tensor, x2: Tensor): Tensor {
    const before = x1.shape.slice(0, -1);
    const fits =
      x1.shape.at(-1) === this.inFeatures1 &&
      x2.shape.at(-1) === this.inFeatures2 &&
      show(x2.shape.slice(0, -1)) === show(before);
    if (!fits)
      throw new ShapeError(
        `the inputs are ${show(x1.shape)} and ${show(x2.shape)}; they must be [..., ${this.inFeatures1}] and [..., ${this.inFeatures2}], the same before`,
      );
    const rows = [x1.reshape([-1, this.inFeatures1]), x2.reshape([-1, this.inFeatures2])] as const;
    const y = einsum("ni,oij,nj->no", [rows[0], this.weight, rows[1]]).reshape([...before, this.outFeatures]);
    return this.bias === undefined ? y : y.add(this.bias);
  }

  protected override describe(): string {
    return `${this.inFeatures1}, ${this.inFeatures2}, ${this.outFeatures}, bias=${this.bias !== undefined}`;
  }
}

export interface RadialBasisOptions extends InitOptions {
  /** What all widths start with, 1 by default. */
  readonly width?: number;
}

/**
 * Gaussians around learned centres:
 *
 *   y_c = e^(−‖x − centre_c‖² / (2 · width_c²))
 *
 * x: [..., inFeatures]   centres: [count, inFeatures], starting normal   widths: [count]   y: [..., count]
 *
 * Broomhead & Lowe 1988, "Multivariable functional interpolation and adaptive networks". A `Linear` after it makes their
 * network.
 *
 * @throws in `forward` ShapeError if x has other features
 */
export class RadialBasis extends Module {
  readonly centres: Parameter;
  readonly widths: Parameter;

  constructor(
    readonly inFeatures: number,
    readonly count: number,
    { width = 1, ...options }: RadialBasisOptions = {},
  ) {
    super();
    this.centres = new Parameter(normal([count, inFeatures], options));
    this.widths = new Parameter(constant([count], width, options));
  }

  forward(x: Tensor): Tensor {
    if (x.shape.at(-1) !== this.inFeatures)
      throw new ShapeError(`x is ${show(x.shape)}; it must be [..., ${this.inFeatures}]`);
    const distances = x.unsqueeze(-2).sub(this.centres).square().sum({ axis: -1 });
    return distances.div(this.widths.square().mul(-2)).exp();
  }

  protected override describe(): string {
    return `${this.inFeatures}, ${this.count}`;
  }
}

function show(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}
