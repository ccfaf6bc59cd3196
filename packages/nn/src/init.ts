/** Initial values of parameters, by name. To give a parameter others: `noGrad(() => p.assign(init.zeros(p.shape)))`. */
export {
  type ConstantOptions,
  constant,
  type InitOptions,
  type NormalOptions,
  normal,
  ones,
  type TruncatedNormalInitOptions,
  truncatedNormal,
  type UniformOptions,
  uniform,
  zeros,
} from "./init/basic.js";
export {
  type Fan,
  type FanOptions,
  type GainOptions,
  gainOf,
  inverseRoot,
  inverseRootNormal,
  inverseSlope,
  kaimingNormal,
  kaimingUniform,
  lecunNormal,
  lecunUniform,
  type Nonlinearity,
  xavierNormal,
  xavierUniform,
} from "./init/scaled.js";
export {
  type DiracOptions,
  dirac,
  identity,
  orthogonal,
  type SparseOptions,
  sparse,
} from "./init/structured.js";
