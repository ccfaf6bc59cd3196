/** The public surface of `@wengert/nn`. */
import "./discreet.js";

export * from "./activations.js";
export * from "./attention/index.js";
export * from "./autoencoders/index.js";
export { Bilinear, RadialBasis, type RadialBasisOptions } from "./bilinear.js";
export * from "./classic/index.js";
export * from "./composed-activations.js";
export * from "./constraints/index.js";
export * from "./convolution/index.js";
export * from "./decoding/index.js";
export { AlphaDropout, Dropout, Dropout1d, Dropout2d, Dropout3d } from "./dropout.js";
export { Embedding, type EmbeddingOptions } from "./embedding.js";
export { functionalCall } from "./functional-call.js";
export type { FanOptions, GainOptions, InitOptions } from "./init.js";
export * as init from "./init.js";
export { Linear, type LinearOptions } from "./linear.js";
export * from "./loss-modules.js";
export * from "./losses.js";
export * from "./metrics/index.js";
export { LogisticRegression, Maxout, MLP, type MLPOptions } from "./mlp.js";
export * from "./models/index.js";
export {
  Buffer,
  type BufferOptions,
  type ForwardHook,
  type ForwardPreHook,
  type LoadOptions,
  type LoadReport,
  Module,
  Parameter,
  type ParameterOptions,
  shapesOnly,
} from "./module.js";
export { ModuleDict, ModuleList } from "./module-list.js";
export * from "./normalisation/index.js";
export { Flatten, Identity, Lambda, Residual } from "./plumbing.js";
export * from "./pooling/index.js";
export { type GradientFlowOptions, gradientFlow } from "./probes/gradient-flow.js";
export type { Correlation } from "./probes/numbers.js";
export type {
  GradientFlow,
  LayerFlow,
  ParameterFlow,
  SignalFlow,
  StepFlow,
  WeightFlow,
} from "./probes/report.js";
export * from "./recurrent.js";
export { type Layer, Sequential } from "./sequential.js";
export { shareParameter, TransposedLinear } from "./sharing.js";
export { Upsample } from "./upsample.js";
