/** Random numbers whose spread keeps signals and gradients of one size from layer to layer. */
import { ArgumentError, type Shape, type Tensor } from "@wengert/autograd";
import { checkChoice } from "../choice.js";
import { type InitOptions, normal, uniform } from "./basic.js";

export interface GainOptions extends InitOptions {
  /** What the activation that follows leaves of the standard deviation is made good for by this factor. */
  readonly gain?: number;
}

/** The number of inputs of an output, that of outputs of an input, or the mean of both. */
export type Fan = "in" | "out" | "average";

export interface FanOptions extends GainOptions {
  /** What keeps its variance: signals on their way forward with `in`, the default, gradients on theirs back with `out`. */
  readonly fan?: Fan;
}

/**
 * Uniform within ±`gain · √(6 / (fanIn + fanOut))`, `gain` being 1 by default.
 * Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", equation 16.
 *
 * @param shape [out, in, ...]
 */
export function xavierUniform(shape: Shape, { gain = 1, ...options }: GainOptions = {}): Tensor {
  return symmetric(shape, gain * Math.sqrt(3 / fanOf("xavierUniform", shape, "average")), options);
}

/** Normal of standard deviation `gain · √(2 / (fanIn + fanOut))`, see {@link xavierUniform}. */
export function xavierNormal(shape: Shape, { gain = 1, ...options }: GainOptions = {}): Tensor {
  return normal(shape, { std: gain / Math.sqrt(fanOf("xavierNormal", shape, "average")), ...options });
}

/**
 * Uniform within ±`gain · √(3 / fan)`, `gain` being √2 by default: right before a ReLU.
 * He et al. 2015, "Delving deep into rectifiers", equations 10 and 14.
 *
 * @param shape [out, in, ...]
 */
export function kaimingUniform(
  shape: Shape,
  { gain = Math.SQRT2, fan = "in", ...options }: FanOptions = {},
): Tensor {
  return symmetric(shape, gain * Math.sqrt(3 / fanOf("kaimingUniform", shape, fan)), options);
}

/** Normal of standard deviation `gain / √fan`, `gain` being √2 by default, see {@link kaimingUniform}. */
export function kaimingNormal(
  shape: Shape,
  { gain = Math.SQRT2, fan = "in", ...options }: FanOptions = {},
): Tensor {
  return normal(shape, { std: gain / Math.sqrt(fanOf("kaimingNormal", shape, fan)), ...options });
}

/**
 * Uniform within ±`√(3 / fanIn)`: of variance 1 / fanIn. LeCun et al. 1998, "Efficient BackProp", section 4.6.
 *
 * @param shape [out, in, ...]
 */
export function lecunUniform(shape: Shape, options: InitOptions = {}): Tensor {
  return symmetric(shape, Math.sqrt(3 / fanOf("lecunUniform", shape, "in")), options);
}

/** Normal of standard deviation `1 / √fanIn`, see {@link lecunUniform}: what `selu` wants. */
export function lecunNormal(shape: Shape, options: InitOptions = {}): Tensor {
  return normal(shape, { std: 1 / Math.sqrt(fanOf("lecunNormal", shape, "in")), ...options });
}

/**
 * Uniform within ±`1 / √fan`. LeCun et al. 1998, "Efficient BackProp", section 4.6, times 1/√3: what PyTorch's layers
 * start from.
 */
export function inverseRoot(shape: Shape, fan: number, options: InitOptions = {}): Tensor {
  return symmetric(shape, fan === 0 ? 0 : 1 / Math.sqrt(fan), options);
}

/** Normal of standard deviation `1 / √fan`: a sum of `fan` inputs of variance 1 has variance 1. */
export function inverseRootNormal(shape: Shape, fan: number, options: InitOptions = {}): Tensor {
  return normal(shape, { std: fan === 0 ? 0 : 1 / Math.sqrt(fan), ...options });
}

/** What may follow a layer. */
export type Nonlinearity = "linear" | "sigmoid" | "tanh" | "relu" | "leakyRelu" | "selu";

/**
 * The gain that PyTorch recommends before an activation: 1 for `linear` and `sigmoid`, 5/3 for `tanh`, √2 for `relu`,
 * √(2 / (1 + slope²)) for `leakyRelu`, 3/4 for `selu`.
 */
export function gainOf(
  nonlinearity: Nonlinearity,
  { negativeSlope = 0.01 }: { readonly negativeSlope?: number } = {},
): number {
  checkChoice("gainOf", "the nonlinearity", nonlinearity, [
    "linear",
    "sigmoid",
    "tanh",
    "relu",
    "leakyRelu",
    "selu",
  ]);
  switch (nonlinearity) {
    case "linear":
    case "sigmoid":
      return 1;
    case "tanh":
      return 5 / 3;
    case "relu":
      return Math.SQRT2;
    case "leakyRelu":
      return Math.sqrt(2 / (1 + negativeSlope * negativeSlope));
    case "selu":
      return 3 / 4;
  }
}

/**
 * One by the slope of an activation at 0, the gain that courses teach with Glorot's bounds: 1 for `linear` and `tanh`, but 4
 * for `sigmoid`, whose slope is a quarter there (where PyTorch says 1, see {@link gainOf}).
 */
export function inverseSlope(nonlinearity: "linear" | "tanh" | "sigmoid"): number {
  checkChoice("inverseSlope", "the nonlinearity", nonlinearity, ["linear", "tanh", "sigmoid"]);
  return nonlinearity === "sigmoid" ? 4 : 1;
}

function symmetric(shape: Shape, bound: number, options: InitOptions): Tensor {
  return uniform(shape, { low: -bound, high: bound, ...options });
}

/** A fan of a weight of that shape. */
function fanOf(name: string, shape: Shape, fan: Fan): number {
  checkChoice(name, "the fan", fan, ["in", "out", "average"]);
  const [out, inputs, ...window] = shape;
  if (out === undefined || inputs === undefined)
    throw new ArgumentError(
      `${name}: the shape is [${shape.join(", ")}]; it must have two axes or more, [out, in, ...]`,
    );
  const size = window.reduce((product, length) => product * length, 1);
  return { in: inputs, out, average: (inputs + out) / 2 }[fan] * size;
}
