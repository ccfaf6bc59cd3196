/** Convolutions of all kinds. */
export { Conv1d, Conv2d, Conv3d, type ConvolutionLayerOptions } from "./convolution.js";
export { LocallyConnected1d, LocallyConnected2d, type LocallyConnectedOptions } from "./local.js";
export {
  DepthwiseConv1d,
  DepthwiseConv2d,
  type DepthwiseOptions,
  SeparableConv1d,
  SeparableConv2d,
} from "./separable.js";
export {
  ConvTranspose1d,
  ConvTranspose2d,
  ConvTranspose3d,
  type TransposedConvolutionLayerOptions,
} from "./transposed.js";
