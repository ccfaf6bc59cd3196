/** The public surface of `@wengert/autograd`. */
import "./draws.js";
import "./methods.js";

export { type BackwardOptions, backward, gradients, registerHook, retainGrad } from "./backward.js";
export { confine, reveal } from "./confine.js";
export {
  arange,
  type CreateOptions,
  eye,
  fromNdarray,
  full,
  fullLike,
  linspace,
  type NdarrayLike,
  type Nested,
  ones,
  onesLike,
  type TensorOptions,
  tensor,
  zeros,
  zerosLike,
} from "./create.js";
export { defineOp, type OpDefinition } from "./definition.js";
export {
  type DType,
  defaultDtype,
  type FloatDType,
  isFloat,
  type NumberArray,
  setDefaultDtype,
} from "./dtype.js";
export {
  AnomalyError,
  ArgumentError,
  DTypeError,
  FormatError,
  GradientError,
  LinearAlgebraError,
  ShapeError,
} from "./errors.js";
// What element-wise ops are made of, for ops of one's own.
export * as expression from "./expression/expression.js";
export * as functions from "./expression/functions/index.js";
export {
  type GradcheckOptions,
  type GradcheckReport,
  gradcheck,
  gradgradcheck,
} from "./gradcheck.js";
export {
  borrowGradient,
  enterScope,
  type Hook,
  leaveScope,
  type Op,
  type ScopeNaming,
  type Spec,
  Tensor,
} from "./graph.js";
export { applyInto } from "./in-place.js";
export {
  type AnomalyOptions,
  detectAnomaly,
  type FoldOptions,
  format,
  Tape,
  type TapeOptions,
  type TapeRow,
  type TapeScope,
} from "./inspect.js";
export { type OpcheckReport, type OpcheckResult, opcheck } from "./opcheck.js";
export {
  applyElementwise,
  type ElementwiseOp,
  type ElementwiseOptions,
  type ElementwiseOutputs,
  elementwise,
  type TensorLike,
} from "./ops/elementwise/elementwise-op.js";
export type { Chunked } from "./ops/elementwise/tensors.js";
// For `applyInto`. All other ops stay behind their functions.
export { addOp, clampOp, divOp, mulOp, subOp } from "./ops/elementwise.js";
export * from "./ops/functions.js";
export { defaultGenerator, Generator, type GeneratorState, manualSeed } from "./random.js";
export { item, ndarrayOf, type ReadOptions, toArray, toTypedArray } from "./read.js";
export {
  type DecodedTensors,
  type DecodeOptions,
  type DiskDType,
  decodeSafetensors,
  type EncodeOptions,
  encodeSafetensors,
  type NamedTensors,
} from "./serialize.js";
export type { Shape, SliceBounds } from "./shape.js";
export type { Ndarray } from "./storage.js";
export { apply, applyMany, enableGrad, isRecording, noGrad } from "./tape.js";
export { Trace, type TraceStep, type TraceValue, trace } from "./trace.js";
export { checkpoint } from "./transforms/checkpoint.js";
export {
  ggnvp,
  hessian,
  hvp,
  type Jacobian,
  type JacobianOptions,
  jacobian,
} from "./transforms/curvature.js";
export { type CustomContext, type CustomGradOptions, customGrad } from "./transforms/custom.js";
export { jvp, type Pushed } from "./transforms/forward.js";
export {
  type GradOptions,
  grad,
  type Pulled,
  type ValueAndGradient,
  valueAndGrad,
  vjp,
} from "./transforms/reverse.js";
export { withSubstitutes } from "./transforms/substitute.js";
export type { Like, Tree } from "./transforms/tree.js";
