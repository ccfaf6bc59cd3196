/** Transposed convolutions as layers. */
import {
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  type PerAxis,
  ShapeError,
  type Tensor,
  type TransposedConvolutionOptions,
} from "@wengert/autograd";
import { type InitOptions, inverseRoot } from "../init.js";
import { Module, Parameter } from "../module.js";
import { checkChannels, eachAxis, showLengths } from "./axes.js";

export interface TransposedConvolutionLayerOptions extends TransposedConvolutionOptions, InitOptions {
  /** Whether there is a bias, true by default. */
  readonly bias?: boolean;
}

type Op = (x: Tensor, weight: Tensor, bias?: Tensor, options?: TransposedConvolutionOptions) => Tensor;

/** The same options, each with a number for every axis of space. */
interface Geometry {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly outputPadding: readonly number[];
  readonly dilation: readonly number[];
}

/**
 * What the transposed convolutions share, over any number of axes.
 *
 * Weight [inChannels, outChannels/groups, ...kernelSize] and bias [outChannels] start uniform within ±1/√fan, the fan
 * being outChannels/groups times the size of the kernel, as PyTorch's.
 */
export abstract class TransposedConvolution extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly kernelSize: readonly number[];
  private readonly geometry: Geometry;
  private readonly groups: number;

  constructor(
    space: number,
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: PerAxis,
    layer: TransposedConvolutionLayerOptions,
  ) {
    super();
    const { name } = new.target;
    const { stride = 1, padding = 0, outputPadding = 0, dilation = 1, groups = 1, bias = true } = layer;
    checkChannels(name, inChannels, outChannels, groups);
    this.kernelSize = eachAxis(name, "kernel size", kernelSize, space, 1);
    this.geometry = {
      stride: eachAxis(name, "stride", stride, space, 1),
      padding: eachAxis(name, "padding", padding, space, 0),
      outputPadding: eachAxis(name, "output padding", outputPadding, space, 0),
      dilation: eachAxis(name, "dilation", dilation, space, 1),
    };
    this.groups = groups;
    const shape = [inChannels, outChannels / groups, ...this.kernelSize];
    const fan = shape.slice(1).reduce((product, length) => product * length, 1);
    this.weight = new Parameter(inverseRoot(shape, fan, layer));
    this.bias = bias ? new Parameter(inverseRoot([outChannels], fan, layer)) : undefined;
  }

  protected convolve(op: Op, x: Tensor, outputSize: readonly number[] | undefined): Tensor {
    const { weight, bias, geometry, groups } = this;
    const outputPadding = outputSize === undefined ? geometry.outputPadding : this.paddingFor(x, outputSize);
    return op(x, weight, bias, { ...geometry, outputPadding, groups });
  }

  /** The output padding that makes the axes of space as long as is asked for. */
  private paddingFor({ shape }: Tensor, outputSize: readonly number[]): number[] {
    const { stride, padding, dilation } = this.geometry;
    const lengths = shape.slice(-this.kernelSize.length);
    const least = this.kernelSize.map(
      (taps, i) => (lengths[i]! - 1) * stride[i]! - 2 * padding[i]! + dilation[i]! * (taps - 1) + 1,
    );
    const most = least.map((length, i) => length + stride[i]! - 1);
    if (
      outputSize.length !== least.length ||
      outputSize.some((length, i) => !(length >= least[i]! && length <= most[i]!))
    )
      throw new ShapeError(
        `the output size is ${showLengths(outputSize)}; for x ${showLengths(shape)} it must be from ${showLengths(least)} to ${showLengths(most)}`,
      );
    return outputSize.map((length, i) => length - least[i]!);
  }

  protected override describe(): string {
    const { stride, padding } = this.geometry;
    return `${this.inChannels}, ${this.outChannels}, kernelSize=${showLengths(this.kernelSize)}, stride=${showLengths(stride)}, padding=${showLengths(padding)}`;
  }
}

/**
 * The adjoint of `Conv1d`, which spreads each number over a window of the output, as `convTranspose1d` computes it:
 *
 *   y[n, o, r·stride + k·dilation − padding] += x[n, c, r] · W[c, o, k]   and b[o] is added
 *
 * x: [N, inChannels, L] or [inChannels, L]   y: [N, outChannels, L'] or [outChannels, L']
 *
 * Several lengths of the output lead to the same x: `outputSize`, the lengths of the axes of space, chooses one, in
 * the place of the option `outputPadding`.
 *
 * @throws ArgumentError for sizes that are no such integers; `forward` ShapeError for other channels or sizes
 */
export class ConvTranspose1d extends TransposedConvolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: TransposedConvolutionLayerOptions = {},
  ) {
    super(1, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor, outputSize?: readonly number[]): Tensor {
    return this.convolve(convTranspose1d, x, outputSize);
  }
}

/**
 * The adjoint of `Conv2d`, see {@link ConvTranspose1d}. Zeiler et al. 2010.
 *
 * x: [N, inChannels, H, W] or [inChannels, H, W]   W: [inChannels, outChannels/groups, KH, KW]
 */
export class ConvTranspose2d extends TransposedConvolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: TransposedConvolutionLayerOptions = {},
  ) {
    super(2, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor, outputSize?: readonly number[]): Tensor {
    return this.convolve(convTranspose2d, x, outputSize);
  }
}

/**
 * The adjoint of `Conv3d`, see {@link ConvTranspose1d}.
 *
 * x: [N, inChannels, D, H, W] or [inChannels, D, H, W]   W: [inChannels, outChannels/groups, KD, KH, KW]
 */
export class ConvTranspose3d extends TransposedConvolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: TransposedConvolutionLayerOptions = {},
  ) {
    super(3, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor, outputSize?: readonly number[]): Tensor {
    return this.convolve(convTranspose3d, x, outputSize);
  }
}
