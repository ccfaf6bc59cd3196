/** Functions over expressions, each computed by polynomials of our own within 2 ulp. */
export { exp, expFunction, expm1, expm1Function, sigmoid, sigmoidFunction } from "./exponential.js";
export { tanh, tanhFunction } from "./hyperbolic.js";
export { log, log10, log10Function, log1p, log1pFunction, log2, log2Function, logFunction } from "./logarithm.js";
export { cos, cosFunction, sin, sinFunction, tan, tanFunction } from "./trigonometric.js";
export { pow, powFunction } from "./power.js";
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
