/**
 * Losses: how far predictions are from targets. Predictions are floats, and shapes are never broadcast in silence.
 * `reduction` says what becomes of the losses of single elements or examples: their mean, their sum, or nothing.
 */
export * from "./losses/binary.js";
export * from "./losses/classes.js";
export type { LossOptions, Reduction } from "./losses/common.js";
export * from "./losses/distances.js";
export * from "./losses/distributions.js";
export * from "./losses/regression.js";
