/** The affine layer. */
import { linear, type Tensor } from "@wengert/autograd";
import { type InitOptions, inverseRoot } from "./init.js";
import { Module, Parameter } from "./module.js";

export interface LinearOptions extends InitOptions {
  /** Whether there is a bias, true by default. */
  readonly bias?: boolean;
}

/**
 *   y = x Wᵀ + b
 *
 * x: [..., inFeatures]   W: [outFeatures, inFeatures]   b: [outFeatures]   y: [..., outFeatures]
 *
 * Weight and bias start uniform within ±1/√inFeatures, as PyTorch's.
 */
export class Linear extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;

  constructor(
    readonly inFeatures: number,
    readonly outFeatures: number,
    { bias = true, ...options }: LinearOptions = {},
  ) {
    super();
    this.weight = new Parameter(inverseRoot([outFeatures, inFeatures], inFeatures, options));
    this.bias = bias ? new Parameter(inverseRoot([outFeatures], inFeatures, options)) : undefined;
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }

  protected override describe(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== undefined}`;
  }
}
