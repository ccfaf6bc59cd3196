/** The public surface of `@wengert/optim`. */
export { Adagrad, type AdagradOptions } from "./adagrad.js";
export { Adam, type AdamOptions } from "./adam.js";
export { type ClipGradNormOptions, clipGradNorm, clipGradValue } from "./clip.js";
export {
  type GroupInput,
  type HasParameters,
  type Numbers,
  Optimizer,
  type OptimizerInput,
  type OptimizerStateDict,
  type ParameterSource,
  type ParamGroup,
  type Rules,
  type State,
  type UpdateContext,
} from "./optimizer.js";
export { SGD, type SGDOptions } from "./sgd.js";
