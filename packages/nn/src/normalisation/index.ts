/** Normalisation of all kinds. */
export {
  BatchNorm1d,
  BatchNorm2d,
  BatchNorm3d,
  type BatchNormLayerOptions,
} from "./batch.js";
export {
  InstanceNorm1d,
  InstanceNorm2d,
  InstanceNorm3d,
  type InstanceNormLayerOptions,
} from "./instance.js";
export { GroupNorm, type GroupNormLayerOptions, LayerNorm, type LayerNormLayerOptions } from "./layer.js";
export { LocalContrastNorm, LocalResponseNorm } from "./local.js";
export type { RunningNormOptions } from "./running.js";
