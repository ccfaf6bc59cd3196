/** Convolutions in which channels do not meet, or meet in a step of its own. */
import type { PerAxis, Tensor } from "@wengert/autograd";
import { Module } from "../module.js";
import { Conv1d, Conv2d, type ConvolutionLayerOptions } from "./convolution.js";

export interface DepthwiseOptions extends Omit<ConvolutionLayerOptions, "groups"> {
  /** How many filters each channel has, 1 by default. */
  readonly multiplier?: number;
}

/**
 * A {@link Conv1d} in which each channel has m filters of its own, the `multiplier`, and sees no other:
 *
 *   y[n, o, t] = b[o] + Σ_k x[n, ⌊o / m⌋, t·stride + k·dilation − padding] · W[o, 0, k]
 *
 * x: [N, channels, L]   W: [channels · m, 1, K]   y: [N, channels · m, L']   weight and bias start as those of `Conv1d`
 *
 * Sifre 2014, "Rigid-motion scattering for image classification".
 */
export class DepthwiseConv1d extends Conv1d {
  constructor(channels: number, kernelSize: PerAxis, { multiplier = 1, ...options }: DepthwiseOptions = {}) {
    super(channels, channels * multiplier, kernelSize, { ...options, groups: channels });
  }
}

/** A `Conv2d` in which each channel has filters of its own, see {@link DepthwiseConv1d}. */
export class DepthwiseConv2d extends Conv2d {
  constructor(channels: number, kernelSize: PerAxis, { multiplier = 1, ...options }: DepthwiseOptions = {}) {
    super(channels, channels * multiplier, kernelSize, { ...options, groups: channels });
  }
}

/**
 * A convolution in two steps: each channel by itself along the sequence, then all channels at each place.
 *
 *   y = pointwise(depthwise(x))
 *
 * x: [N, inChannels, L]   y: [N, outChannels, L']   see {@link DepthwiseConv1d} and {@link Conv1d}, a kernel of 1 the second
 *
 * Sifre 2014; Chollet 2017, "Xception". Where `Conv1d` has O·C·K weights, this has C·K + O·C.
 */
export class SeparableConv1d extends Module {
  readonly depthwise: DepthwiseConv1d;
  readonly pointwise: Conv1d;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    { multiplier = 1, bias = true, generator, dtype, ...options }: DepthwiseOptions = {},
  ) {
    super();
    const shared = { bias, ...(generator && { generator }), ...(dtype && { dtype }) };
    this.depthwise = new DepthwiseConv1d(inChannels, kernelSize, { ...options, ...shared, multiplier });
    this.pointwise = new Conv1d(inChannels * multiplier, outChannels, 1, shared);
  }

  forward(x: Tensor): Tensor {
    return this.pointwise.forward(this.depthwise.forward(x));
  }
}

/** A convolution in two steps over images [N, inChannels, H, W], see {@link SeparableConv1d}. */
export class SeparableConv2d extends Module {
  readonly depthwise: DepthwiseConv2d;
  readonly pointwise: Conv2d;

  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    { multiplier = 1, bias = true, generator, dtype, ...options }: DepthwiseOptions = {},
  ) {
    super();
    const shared = { bias, ...(generator && { generator }), ...(dtype && { dtype }) };
    this.depthwise = new DepthwiseConv2d(inChannels, kernelSize, { ...options, ...shared, multiplier });
    this.pointwise = new Conv2d(inChannels * multiplier, outChannels, 1, shared);
  }

  forward(x: Tensor): Tensor {
    return this.pointwise.forward(this.depthwise.forward(x));
  }
}
