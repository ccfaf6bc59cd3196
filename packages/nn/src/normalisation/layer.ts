/** Normalisation within an example as layers: over its last axes, or over groups of its channels. */
import {
  ArgumentError,
  groupNorm,
  layerNorm,
  ones,
  type Shape,
  ShapeError,
  type Tensor,
  zeros,
} from "@wengert/autograd";
import type { InitOptions } from "../init.js";
import { Module, Parameter } from "../module.js";

export interface LayerNormLayerOptions extends Pick<InitOptions, "dtype"> {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
  /** Whether a weight and a bias for each element are learned, true by default. */
  readonly elementwiseAffine?: boolean;
}

/**
 *   y = (x − mean) / √(variance + eps) · weight + bias
 *
 * with the mean and variance of the last axes. Ba, Kiros & Hinton 2016.
 *
 * x: [..., *normalizedShape]   weight, bias: normalizedShape, starting with 1 and 0
 *
 * @throws in `forward` ShapeError if the last axes of x are others
 */
export class LayerNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly normalizedShape: Shape;
  readonly eps: number;

  constructor(
    normalizedShape: number | Shape,
    { eps = 1e-5, elementwiseAffine = true, ...made }: LayerNormLayerOptions = {},
  ) {
    super();
    this.normalizedShape = typeof normalizedShape === "number" ? [normalizedShape] : [...normalizedShape];
    this.eps = eps;
    this.weight = elementwiseAffine ? new Parameter(ones(this.normalizedShape, made)) : undefined;
    this.bias = elementwiseAffine ? new Parameter(zeros(this.normalizedShape, made)) : undefined;
  }

  forward(x: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return layerNorm(x, this.normalizedShape, { weight, bias, eps });
  }

  protected override describe(): string {
    return `[${this.normalizedShape.join(", ")}], eps=${this.eps}, elementwiseAffine=${this.weight !== undefined}`;
  }
}

export interface GroupNormLayerOptions extends Pick<InitOptions, "dtype"> {
  /** Added to the variance; 1e-5 by default. */
  readonly eps?: number;
  /** Whether a weight and a bias for each channel are learned, true by default. */
  readonly affine?: boolean;
}

/**
 *   y = (x − mean) / √(variance + eps) · weight + bias
 *
 * with the mean and variance of groups of neighbouring channels of each example. Wu & He 2018.
 *
 * x: [N, C, ...]   weight, bias: [C], starting with 1 and 0
 *
 * @throws ArgumentError if the groups do not divide the channels; in `forward` ShapeError if x has other channels
 */
export class GroupNorm extends Module {
  readonly weight: Parameter | undefined;
  readonly bias: Parameter | undefined;
  readonly eps: number;

  constructor(
    readonly groups: number,
    readonly channels: number,
    { eps = 1e-5, affine = true, ...made }: GroupNormLayerOptions = {},
  ) {
    super();
    if (!Number.isInteger(groups) || groups < 1 || !(channels > 0 && channels % groups === 0))
      throw new ArgumentError(
        `GroupNorm: there are ${groups} groups of ${channels} channels; the groups must divide them`,
      );
    this.eps = eps;
    this.weight = affine ? new Parameter(ones([channels], made)) : undefined;
    this.bias = affine ? new Parameter(zeros([channels], made)) : undefined;
  }

  forward(x: Tensor): Tensor {
    const { weight, bias, eps, channels } = this;
    // Without weights nothing else would notice.
    if (x.shape[1] !== channels)
      throw new ShapeError(`x is [${x.shape.join(", ")}]; it must be [N, C, ...] with C ${channels}`);
    return groupNorm(x, this.groups, { weight, bias, eps });
  }

  protected override describe(): string {
    return `${this.groups}, ${this.channels}, eps=${this.eps}, affine=${this.weight !== undefined}`;
  }
}
