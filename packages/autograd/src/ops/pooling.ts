/** Pooling over windows of the last axes. */
export * from "./pooling/average.js";
export * from "./pooling/global.js";
export * from "./pooling/k-max.js";
export {
  adaptiveMaxPool1d,
  adaptiveMaxPool1dWithIndices,
  adaptiveMaxPool2d,
  adaptiveMaxPool2dWithIndices,
  adaptiveMaxPool3d,
  adaptiveMaxPool3dWithIndices,
  adaptiveMaxPoolOp,
  type MaxPooled,
  type MaxPoolOptions,
  maxPool1d,
  maxPool1dWithIndices,
  maxPool2d,
  maxPool2dWithIndices,
  maxPool3d,
  maxPool3dWithIndices,
  maxPoolOp,
} from "./pooling/max.js";
export * from "./pooling/unpool.js";
export type { Lengths, OutputSize } from "./pooling/windows.js";
