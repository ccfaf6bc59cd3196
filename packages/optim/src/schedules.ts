/** Schedules of the learning rate, under PyTorch's names. */
export type { BestOptions } from "./schedules/best.js";
export { ChainedScheduler, SequentialLR } from "./schedules/composite.js";
export {
  CosineAnnealingLR,
  type CosineAnnealingLROptions,
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from "./schedules/cosine.js";
export { CyclicLR, type CyclicLROptions } from "./schedules/cyclic.js";
export {
  ConstantLR,
  type ConstantLROptions,
  ExponentialLR,
  type GammaOptions,
  LinearLR,
  type LinearLROptions,
  MultiStepLR,
  PolynomialLR,
  type PolynomialLROptions,
  StepLR,
} from "./schedules/decay.js";
export { type EpochFactor, LambdaLR, MultiplicativeLR } from "./schedules/function.js";
export { OneCycleLR, type OneCycleLROptions } from "./schedules/one-cycle.js";
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "./schedules/plateau.js";
export { type LRRangeTestOptions, type LRRangeTestResult, lrRangeTest } from "./schedules/range-test.js";
export {
  type HasLearningRates,
  LRScheduler,
  type Schedule,
  type ScheduleState,
} from "./schedules/schedule.js";
