/** Convolutions whose weights are not shared, as layers. */
import {
  ArgumentError,
  type LocalConvolutionOptions,
  localConv1d,
  localConv2d,
  type PerAxis,
  type Tensor,
} from "@wengert/autograd";
import { type InitOptions, inverseRoot } from "../init.js";
import { Module, Parameter } from "../module.js";
import { checkChannels, eachAxis, showLengths } from "./axes.js";

export interface LocallyConnectedOptions extends LocalConvolutionOptions, InitOptions {
  /** Whether there is a bias, true by default. */
  readonly bias?: boolean;
  /** A number of zeros: what keeps the size depends on the stride, so it has no name here. */
  readonly padding?: PerAxis;
}

/**
 * What locally connected layers share. Their inputs have a fixed size, on which the number of weights depends.
 *
 * Weight and bias start uniform within ±1/√fan, the fan being inChannels times the size of the kernel.
 */
abstract class LocallyConnected extends Module {
  readonly weight: Parameter;
  readonly bias: Parameter | undefined;
  readonly kernelSize: readonly number[];
  readonly inputSize: readonly number[];
  protected readonly options: LocalConvolutionOptions;

  constructor(
    space: number,
    readonly inChannels: number,
    readonly outChannels: number,
    inputSize: PerAxis,
    kernelSize: PerAxis,
    layer: LocallyConnectedOptions,
  ) {
    super();
    const { name } = new.target;
    checkChannels(name, inChannels, outChannels, 1);
    this.inputSize = eachAxis(name, "input size", inputSize, space, 1);
    this.kernelSize = eachAxis(name, "kernel size", kernelSize, space, 1);
    const stride = eachAxis(name, "stride", layer.stride ?? 1, space, 1);
    const padding = eachAxis(name, "padding", layer.padding ?? 0, space, 0);
    const dilation = eachAxis(name, "dilation", layer.dilation ?? 1, space, 1);
    this.options = { stride, padding, dilation };
    const places = this.inputSize.map((length, i) => {
      const taps = this.kernelSize[i]!;
      return Math.floor((length + 2 * padding[i]! - dilation[i]! * (taps - 1) - 1) / stride[i]!) + 1;
    });
    if (places.some((count) => count < 1))
      throw new ArgumentError(
        `${name}: the kernel ${showLengths(kernelSize)} does not fit the input size ${showLengths(inputSize)} with padding ${showLengths(padding)}; use a smaller kernel`,
      );
    const fan = this.kernelSize.reduce((product, taps) => product * taps, inChannels);
    const { bias = true } = layer;
    this.weight = new Parameter(
      inverseRoot([...places, outChannels, inChannels, ...this.kernelSize], fan, layer),
    );
    this.bias = bias ? new Parameter(inverseRoot([outChannels, ...places], fan, layer)) : undefined;
  }

  protected override describe(): string {
    return `${this.inChannels}, ${this.outChannels}, inputSize=${showLengths(this.inputSize)}, kernelSize=${showLengths(this.kernelSize)}`;
  }
}

/**
 * A `Conv1d` with a filter of its own at each place, as `localConv1d` computes it:
 *
 *   y[n, o, t] = b[o, t] + Σ x[n, c, stride·t + dilation·k − padding] · W[t, o, c, k]
 *
 * x: [N, inChannels, inputSize] or [inChannels, inputSize]   y: [N, outChannels, L'] or [outChannels, L']
 * W: [L', outChannels, inChannels, K]   b: [outChannels, L']   starting uniform within ±1/√(inChannels · K)
 *
 * @throws ArgumentError for sizes that do not fit; `forward` ShapeError if x has another size
 */
export class LocallyConnected1d extends LocallyConnected {
  constructor(
    inChannels: number,
    outChannels: number,
    inputSize: PerAxis,
    kernelSize: PerAxis,
    options: LocallyConnectedOptions = {},
  ) {
    super(1, inChannels, outChannels, inputSize, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return localConv1d(x, this.weight, this.bias, this.options);
  }
}

/**
 * A `Conv2d` with a filter of its own at each place, see {@link LocallyConnected1d}. LeCun 1989, "Generalization and
 * network design strategies".
 *
 * x: [N, inChannels, H, W]   W: [H', W', outChannels, inChannels, KH, KW]   b: [outChannels, H', W']
 */
export class LocallyConnected2d extends LocallyConnected {
  constructor(
    inChannels: number,
    outChannels: number,
    inputSize: PerAxis,
    kernelSize: PerAxis,
    options: LocallyConnectedOptions = {},
  ) {
    super(2, inChannels, outChannels, inputSize, kernelSize, options);
  }

  forward(x: Tensor): Tensor {
    return localConv2d(x, this.weight, this.bias, this.options);
  }
}
