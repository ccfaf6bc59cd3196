/** Fluent methods of tensors, derived from the functions: `x.mul(y)` is `mul(x, y)`. */
import { backward, registerHook, retainGrad } from "./backward.js";
import { Tensor } from "./graph.js";
import { format } from "./inspect.js";
import * as activations from "./ops/activations.js";
import * as arrangement from "./ops/arrangement.js";
import * as attention from "./ops/attention.js";
import * as contraction from "./ops/contraction.js";
import * as convolution from "./ops/convolution.js";
import * as decompositions from "./ops/decompositions.js";
import * as elementwise from "./ops/elementwise.js";
import * as fourier from "./ops/fourier.js";
import * as identity from "./ops/identity.js";
import * as indexing from "./ops/indexing.js";
import * as interpolation from "./ops/interpolation.js";
import * as layout from "./ops/layout.js";
import * as linearAlgebra from "./ops/linear-algebra.js";
import * as localConvolution from "./ops/local-convolution.js";
import * as losses from "./ops/losses.js";
import * as normalisation from "./ops/normalisation.js";
import * as pooling from "./ops/pooling.js";
import * as products from "./ops/products.js";
import * as randomness from "./ops/random.js";
import * as reductions from "./ops/reductions.js";
import * as rounding from "./ops/rounding.js";
import * as sampling from "./ops/sampling.js";
import * as scans from "./ops/scans.js";
import * as selection from "./ops/selection.js";
import * as counting from "./ops/sorting/counting.js";
import * as sorting from "./ops/sorting.js";
import * as statistics from "./ops/statistics.js";
import * as transcendental from "./ops/transcendental.js";
import * as windows from "./ops/windows.js";
import * as read from "./read.js";
import type { Ndarray } from "./storage.js";

// The functions that become methods, by family. Types and prototype both follow from these lists.
const identityNames = ["detach"] as const;
const elementwiseNames = [
  "add",
  "sub",
  "mul",
  "div",
  "neg",
  "square",
  "sqrt",
  "rsqrt",
  "reciprocal",
  "pow",
  "hypot",
  "abs",
  "sign",
  "maximum",
  "minimum",
  "clamp",
  "lerp",
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "logicalAnd",
  "logicalOr",
  "logicalXor",
  "logicalNot",
  "nanToNum",
  "isFinite",
  "isNaN",
  "clone",
  "to",
  "assign",
] as const;
const activationNames = [
  "sigmoid",
  "logSigmoid",
  "softplus",
  "softsign",
  "gelu",
  "silu",
  "mish",
  "gaussian",
  "relu",
  "leakyRelu",
  "prelu",
  "elu",
  "selu",
  "step",
  "hardTanh",
  "hardSigmoid",
  "hardSwish",
] as const;
const transcendentalNames = [
  "exp",
  "expm1",
  "log",
  "log1p",
  "log2",
  "log10",
  "sin",
  "cos",
  "tan",
  "asin",
  "acos",
  "atan",
  "atan2",
  "sinh",
  "cosh",
  "tanh",
  "asinh",
  "acosh",
  "atanh",
  "erf",
  "erfc",
] as const;
const roundingNames = ["floor", "ceil", "round", "trunc", "floorDivide", "remainder"] as const;
const layoutNames = [
  "contiguous",
  "reshape",
  "flatten",
  "squeeze",
  "unsqueeze",
  "permute",
  "transpose",
  "expand",
  "slice",
  "narrow",
  "select",
  "split",
  "chunk",
  "unbind",
] as const;
const reductionNames = [
  "amax",
  "amin",
  "sum",
  "mean",
  "max",
  "min",
  "argmax",
  "argmin",
  "logSumExp",
  "softmax",
  "logSoftmax",
] as const;
const indexingNames = ["gather", "scatterAdd", "indexSelect", "indexAdd"] as const;
const contractionNames = ["matmul"] as const;
const arrangementNames = [
  "moveAxis",
  "unflatten",
  "pad",
  "flip",
  "roll",
  "repeat",
  "tile",
  "repeatInterleave",
  "diag",
  "diagonal",
  "diagEmbed",
  "tril",
  "triu",
] as const;
const selectionNames = [
  "take",
  "scatter",
  "scatterReduce",
  "maskedFill",
  "maskedSelect",
  "maskedScatter",
  "nonzero",
  "getAt",
  "setAt",
  "addAt",
] as const;
const statisticsNames = ["prod", "variance", "std", "norm", "countNonzero", "any", "all"] as const;
const scansNames = ["cumsum", "cumprod", "cummax", "cummin", "logCumSumExp", "diff"] as const;
const sortingNames = ["sort", "argsort", "topk", "kthValue", "median", "searchSorted", "bucketize"] as const;
const countingNames = ["unique", "bincount"] as const;
const productsNames = ["dot", "outer", "matrixTrace", "kron", "tensordot"] as const;
const linearAlgebraNames = [
  "solve",
  "triangularSolve",
  "inverse",
  "cholesky",
  "det",
  "slogdet",
  "logDet",
  "matrixPower",
] as const;
const decompositionsNames = [
  "qr",
  "eigh",
  "svd",
  "singularValues",
  "matrixNorm",
  "pinverse",
  "lstsq",
] as const;
const windowsNames = ["unfoldAxis"] as const;
const convolutionNames = [] as const;
const localConvolutionNames = [] as const;
const fourierNames = ["fft", "ifft", "rfft", "irfft", "fftn", "ifftn", "rfftn", "irfftn"] as const;
const poolingNames = [
  "maxPool1d",
  "maxPool2d",
  "maxPool3d",
  "maxPool1dWithIndices",
  "maxPool2dWithIndices",
  "maxPool3dWithIndices",
  "maxUnpool1d",
  "maxUnpool2d",
  "maxUnpool3d",
  "avgPool1d",
  "avgPool2d",
  "avgPool3d",
  "lpPool1d",
  "lpPool2d",
  "adaptiveAvgPool1d",
  "adaptiveAvgPool2d",
  "adaptiveAvgPool3d",
  "adaptiveMaxPool1d",
  "adaptiveMaxPool2d",
  "adaptiveMaxPool3d",
  "adaptiveMaxPool1dWithIndices",
  "adaptiveMaxPool2dWithIndices",
  "adaptiveMaxPool3dWithIndices",
  "kMaxPool1d",
  "kMaxPool2d",
  "globalAvgPool",
  "globalMaxPool",
] as const;
const interpolationNames = ["interpolate", "gridSample"] as const;
const normalisationNames = [] as const;
const attentionNames = [] as const;
const lossesNames = [] as const;
const samplingNames = ["dropout", "multinomial"] as const;
const randomNames = [] as const;
const readNames = ["item", "toArray", "toTypedArray"] as const;

interface GradientFunctions {
  readonly backward: typeof backward;
  readonly registerHook: typeof registerHook;
  readonly retainGrad: typeof retainGrad;
}

/** The functions of a family without their first parameter, the tensor. Mapped so that hover shows their docs. */
type Methods<Family, Names extends readonly (keyof Family)[]> = {
  [Name in keyof Pick<Family, Names[number]>]: Family[Name] extends (
    x: Tensor,
    ...rest: infer Rest
  ) => infer Result
    ? (...rest: Rest) => Result
    : never;
};

interface FluentMethods
  extends Methods<typeof identity, typeof identityNames>,
    Methods<typeof elementwise, typeof elementwiseNames>,
    Methods<typeof activations, typeof activationNames>,
    Methods<typeof transcendental, typeof transcendentalNames>,
    Methods<typeof rounding, typeof roundingNames>,
    Methods<typeof layout, typeof layoutNames>,
    Methods<typeof reductions, typeof reductionNames>,
    Methods<typeof indexing, typeof indexingNames>,
    Methods<typeof contraction, typeof contractionNames>,
    Methods<typeof arrangement, typeof arrangementNames>,
    Methods<typeof selection, typeof selectionNames>,
    Methods<typeof statistics, typeof statisticsNames>,
    Methods<typeof scans, typeof scansNames>,
    Methods<typeof sorting, typeof sortingNames>,
    Methods<typeof counting, typeof countingNames>,
    Methods<typeof products, typeof productsNames>,
    Methods<typeof linearAlgebra, typeof linearAlgebraNames>,
    Methods<typeof decompositions, typeof decompositionsNames>,
    Methods<typeof windows, typeof windowsNames>,
    Methods<typeof convolution, typeof convolutionNames>,
    Methods<typeof localConvolution, typeof localConvolutionNames>,
    Methods<typeof fourier, typeof fourierNames>,
    Methods<typeof pooling, typeof poolingNames>,
    Methods<typeof interpolation, typeof interpolationNames>,
    Methods<typeof normalisation, typeof normalisationNames>,
    Methods<typeof attention, typeof attentionNames>,
    Methods<typeof losses, typeof lossesNames>,
    Methods<typeof sampling, typeof samplingNames>,
    Methods<typeof randomness, typeof randomNames>,
    Methods<typeof read, typeof readNames>,
    Methods<GradientFunctions, readonly (keyof GradientFunctions)[]> {}

declare module "./graph.js" {
  interface Tensor extends FluentMethods {
    /** The values as an ndarray of their own. */
    readonly ndarray: Ndarray;
    /** As `console.log` shows it. */
    toString(): string;
  }
}

function define(name: string | symbol, descriptor: PropertyDescriptor): void {
  Object.defineProperty(Tensor.prototype, name, { configurable: true, ...descriptor });
}

function install(family: object, names: readonly string[]): void {
  for (const name of names) {
    const call = (family as Record<string, (x: Tensor, ...rest: unknown[]) => unknown>)[name];
    define(name, {
      writable: true,
      value(this: Tensor, ...rest: unknown[]) {
        return call(this, ...rest);
      },
    });
  }
}

install(identity, identityNames);
install(elementwise, elementwiseNames);
install(activations, activationNames);
install(transcendental, transcendentalNames);
install(rounding, roundingNames);
install(layout, layoutNames);
install(reductions, reductionNames);
install(indexing, indexingNames);
install(contraction, contractionNames);
install(arrangement, arrangementNames);
install(selection, selectionNames);
install(statistics, statisticsNames);
install(scans, scansNames);
install(sorting, sortingNames);
install(counting, countingNames);
install(products, productsNames);
install(linearAlgebra, linearAlgebraNames);
install(decompositions, decompositionsNames);
install(windows, windowsNames);
install(convolution, convolutionNames);
install(localConvolution, localConvolutionNames);
install(fourier, fourierNames);
install(pooling, poolingNames);
install(interpolation, interpolationNames);
install(normalisation, normalisationNames);
install(attention, attentionNames);
install(losses, lossesNames);
install(sampling, samplingNames);
install(randomness, randomNames);
install(read, readNames);
install({ backward, registerHook, retainGrad } satisfies GradientFunctions, [
  "backward",
  "registerHook",
  "retainGrad",
]);

define("ndarray", {
  get(this: Tensor) {
    return read.ndarrayOf(this);
  },
});
define("toString", {
  value(this: Tensor) {
    return format(this);
  },
});
// Node's console.log looks for this symbol; elsewhere it is never read.
define(Symbol.for("nodejs.util.inspect.custom"), {
  value(this: Tensor) {
    return format(this);
  },
});
