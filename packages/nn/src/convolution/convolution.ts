/** Convolutions as layers. */
import {
  type ConvolutionOptions,
  conv1d,
  conv2d,
  conv3d,
  type PadOptions,
  type PerAxis,
  pad,
  type Tensor,
} from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import { type InitOptions, inverseRoot } from "../init.js";
import { Module, Parameter } from "../module.js";
import { checkChannels, eachAxis, showLengths } from "./axes.js";

export interface ConvolutionLayerOptions extends ConvolutionOptions, InitOptions {
  /** Whether there is a bias, true by default. */
  readonly bias?: boolean;
  /** What lies outside of x: `zeros`, the default, or what `pad` of that name makes. */
  readonly paddingMode?: "zeros" | Exclude<PadOptions["mode"], "constant" | undefined>;
}

type Op = (x: Tensor, weight: Tensor, bias?: Tensor, options?: ConvolutionOptions) => Tensor;

/**
 * What the convolutions share, over any number of axes.
 *
 * Weight [outChannels, inChannels/groups, ...kernelSize] and bias [outChannels] start uniform within ±1/√fan, the fan
 * being the number of inputs of an output, as PyTorch's.
 */
export abstract class Convolution extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly kernelSize: readonly number[];
  private readonly options: ConvolutionOptions;
  private readonly paddingMode: NonNullable<ConvolutionLayerOptions["paddingMode"]>;

  constructor(
    space: number,
    readonly inChannels: number,
    readonly outChannels: number,
    kernelSize: PerAxis,
    layer: ConvolutionLayerOptions,
  ) {
    super();
    const { name } = new.target;
    const { stride = 1, padding = 0, dilation = 1, groups = 1, bias = true, paddingMode = "zeros" } = layer;
    checkChannels(name, inChannels, outChannels, groups);
    checkChoice(name, "the padding mode", paddingMode, ["zeros", "reflect", "replicate", "circular"]);
    this.kernelSize = eachAxis(name, "kernel size", kernelSize, space, 1);
    this.options = {
      stride: eachAxis(name, "stride", stride, space, 1),
      padding: typeof padding === "string" ? padding : eachAxis(name, "padding", padding, space, 0),
      dilation: eachAxis(name, "dilation", dilation, space, 1),
      groups,
    };
    this.paddingMode = paddingMode;
    const shape = [outChannels, inChannels / groups, ...this.kernelSize];
    const fan = shape.slice(1).reduce((product, length) => product * length, 1);
    this.weight = new Parameter(inverseRoot(shape, fan, layer));
    this.bias = bias ? new Parameter(inverseRoot([outChannels], fan, layer)) : undefined;
  }

  protected convolve(op: Op, x: Tensor): Tensor {
    const { weight, bias, options, paddingMode: mode } = this;
    if (mode === "zeros") return op(x, weight, bias, options);
    return op(pad(x, this.borders(), { mode }), weight, bias, { ...options, padding: 0 });
  }

  /** How much is added before and after each axis, the last one first, as `pad` wants it. */
  private borders(): number[] {
    const { padding } = this.options;
    const dilation = this.options.dilation as readonly number[];
    if (padding === "valid") return [];
    return this.kernelSize
      .map((taps, axis) => {
        if (padding !== "same")
          return [(padding as readonly number[])[axis]!, (padding as readonly number[])[axis]!];
        const whole = dilation[axis]! * (taps - 1);
        return [Math.floor(whole / 2), Math.ceil(whole / 2)];
      })
      .reverse()
      .flat();
  }

  protected override describe(): string {
    const { stride, padding, dilation, groups } = this.options;
    const told = (what: string, value: PerAxis | string, usual: number): string =>
      showLengths(value) === showLengths(this.kernelSize.map(() => usual))
        ? ""
        : `, ${what}=${showLengths(value)}`;
    return [
      `${this.inChannels}, ${this.outChannels}, kernelSize=${showLengths(this.kernelSize)}`,
      told("stride", stride!, 1),
      told("padding", padding!, 0),
      told("dilation", dilation!, 1),
      groups === 1 ? "" : `, groups=${groups}`,
      this.bias === undefined ? ", bias=false" : "",
      this.paddingMode === "zeros" ? "" : `, paddingMode=${this.paddingMode}`,
    ].join("");
  }
}

/**
 * The cross-correlation of sequences with learned filters, as `conv1d` computes it:
 *
 *   y[n, o, r] = b[o] + Σ x[n, c, r·stride + k·dilation − padding] · W[o, c, k]
 *
 * x: [N, inChannels, L] or [inChannels, L]   y: [N, outChannels, L'] or [outChannels, L']
 * W: [outChannels, inChannels/groups, K]   b: [outChannels]
 *
 * Weight and bias start uniform within ±1/√(inChannels/groups · K), as PyTorch's. Waibel et al. 1989, "Phoneme recognition
 * using time-delay neural networks".
 *
 * @throws ArgumentError for sizes that are no such integers; `forward` ShapeError if x has other channels or is too short
 */
export class Conv1d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: ConvolutionLayerOptions = {},
  ) {
    super(1, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return this.convolve(conv1d, x);
  }
}

/**
 * The cross-correlation of images with learned filters, see {@link Conv1d}. LeCun et al. 1989.
 *
 * x: [N, inChannels, H, W] or [inChannels, H, W]   W: [outChannels, inChannels/groups, KH, KW]
 */
export class Conv2d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: ConvolutionLayerOptions = {},
  ) {
    super(2, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return this.convolve(conv2d, x);
  }
}

/**
 * The cross-correlation of volumes, or of films, with learned filters, see {@link Conv1d}. Ji et al. 2013, "3D
 * convolutional neural networks for human action recognition".
 *
 * x: [N, inChannels, D, H, W] or [inChannels, D, H, W]   W: [outChannels, inChannels/groups, KD, KH, KW]
 */
export class Conv3d extends Convolution {
  constructor(
    inChannels: number,
    outChannels: number,
    kernelSize: PerAxis,
    options: ConvolutionLayerOptions = {},
  ) {
    super(3, inChannels, outChannels, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return this.convolve(conv3d, x);
  }
}
