/** Functions over expressions, each computed by polynomials of our own within 2 ulp. */

export { erf, erfc, erfcFunction, erfFunction } from "./error-function.js";
export {
  exp,
  expFunction,
  expm1,
  expm1Function,
  fallingExp,
  sigmoid,
  sigmoidFunction,
} from "./exponential.js";
export { cosh, coshFunction, sinh, sinhFunction, tanh, tanhFunction } from "./hyperbolic.js";
export { acosh, acoshFunction, asinh, asinhFunction, atanh, atanhFunction } from "./inverse-hyperbolic.js";
export {
  acos,
  acosFunction,
  asin,
  asinFunction,
  atan,
  atan2,
  atan2Function,
  atanFunction,
} from "./inverse-trigonometric.js";
export {
  log,
  log1p,
  log1pFunction,
  log2,
  log2Function,
  log10,
  log10Function,
  logFunction,
} from "./logarithm.js";
export { pow, powFunction } from "./power.js";
export { softplus, softplusFunction } from "./softplus.js";
export { cos, cosFunction, sin, sinFunction, tan, tanFunction } from "./trigonometric.js";
