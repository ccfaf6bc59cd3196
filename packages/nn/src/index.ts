/** The public surface of `@wengert/nn`. */
export { Dropout } from "./dropout.js";
export { Embedding } from "./embedding.js";
export { functionalCall } from "./functional-call.js";
export type { GainOptions, InitOptions } from "./init.js";
export * as init from "./init.js";
export { Linear, type LinearOptions } from "./linear.js";
export * from "./losses.js";
export {
  Buffer,
  type BufferOptions,
  type LoadOptions,
  type LoadReport,
  Module,
  Parameter,
  type ParameterOptions,
} from "./module.js";
export * from "./recurrent.js";
export { type Layer, Sequential } from "./sequential.js";
