/** The public surface of `@wengert/optim`. */
export { GradientAccumulation } from "./accumulation.js";
export { Adadelta, type AdadeltaOptions } from "./adadelta.js";
export { Adagrad, type AdagradOptions } from "./adagrad.js";
export { AdagradTrace, type AdagradTraceOptions } from "./adagrad-trace.js";
export { Adam, type AdamOptions } from "./adam.js";
export { Adamax, type AdamaxOptions } from "./adamax.js";
export { AdamW, type AdamWOptions } from "./adamw.js";
export {
  type AveragingOptions,
  ExponentialMovingAverage,
  type ExponentialMovingAverageOptions,
  type HasState,
  ParameterAverage,
} from "./averaging.js";
export { type ClipGradNormOptions, clipGradNorm, clipGradValue } from "./clip.js";
export { EarlyStopping, type EarlyStoppingOptions, type EarlyStoppingState } from "./early-stopping.js";
export { type EnsembleOptions, ensemble, type Member } from "./ensemble.js";
export type { Objective } from "./hessian-free/objective.js";
export { HessianFree, type HessianFreeOptions, type HessianFreeReport } from "./hessian-free.js";
export { LBFGS, type LBFGSOptions } from "./lbfgs.js";
export { NAdam, type NAdamOptions } from "./nadam.js";
export { NAG, type NAGOptions } from "./nag.js";
export { NonlinearCG, type NonlinearCGOptions } from "./nonlinear-cg.js";
export {
  type Chosen,
  type Descent,
  type DescentOptions,
  defineRule,
  type GroupInput,
  type HasParameters,
  Optimizer,
  type OptimizerInput,
  type OptimizerRule,
  type OptimizerStateDict,
  type ParameterSource,
  type ParamGroup,
  type Readings,
  type Rules,
  type Start,
  type State,
  type StepOptions,
  type UpdateRule,
} from "./optimizer.js";
export { l1Penalty, l2Penalty, type PenaltyOptions } from "./penalties.js";
export { RMSprop, type RMSpropOptions } from "./rmsprop.js";
export * from "./schedules.js";
export {
  type Distribution,
  gridSearch,
  integerBetween,
  logUniformBetween,
  oneOf,
  type RandomSearchOptions,
  randomSearch,
  type SearchOptions,
  type SearchResult,
  type Trial,
  uniformBetween,
} from "./search.js";
export { SGD, type SGDOptions } from "./sgd.js";
export type { Closure } from "./vector/flat-parameters.js";
