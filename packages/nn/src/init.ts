/** Initial values of parameters, by name. To give a parameter others: `noGrad(() => p.assign(init.zeros(p.shape)))`. */
import {
  ArgumentError,
  type FloatDType,
  full,
  type Generator,
  rand,
  randn,
  type Shape,
  type Tensor,
} from "@wengert/autograd";

/** What everything that starts from random numbers takes. */
export interface InitOptions {
  /** By default the generator that `manualSeed` seeds. */
  readonly generator?: Generator;
  /** By default float32, see `setDefaultDtype`. */
  readonly dtype?: FloatDType;
}

/** Uniform numbers from `low` (included) to `high` (excluded). */
export function uniform(
  shape: Shape,
  { low = 0, high = 1, ...options }: InitOptions & { readonly low?: number; readonly high?: number } = {},
): Tensor {
  return rand(shape, options)
    .mul(high - low)
    .add(low);
}

/** Normal numbers of mean `mean` and standard deviation `std`. */
export function normal(
  shape: Shape,
  { mean = 0, std = 1, ...options }: InitOptions & { readonly mean?: number; readonly std?: number } = {},
): Tensor {
  return randn(shape, options).mul(std).add(mean);
}

export function constant(shape: Shape, value: number, { dtype }: Pick<InitOptions, "dtype"> = {}): Tensor {
  return full(shape, value, dtype === undefined ? {} : { dtype });
}

export function zeros(shape: Shape, options: Pick<InitOptions, "dtype"> = {}): Tensor {
  return constant(shape, 0, options);
}

export interface GainOptions extends InitOptions {
  /** What the activation that follows leaves of the standard deviation is made good for by this factor. */
  readonly gain?: number;
}

/**
 * Uniform within ±`gain · √(6 / (fanIn + fanOut))`, `gain` being 1 by default.
 * Glorot & Bengio 2010, "Understanding the difficulty of training deep feedforward neural networks", equation 16.
 *
 * @param shape [out, in, ...]
 */
export function xavierUniform(shape: Shape, { gain = 1, ...options }: GainOptions = {}): Tensor {
  const { fanIn, fanOut } = fansOf("xavierUniform", shape);
  return symmetric(shape, gain * Math.sqrt(6 / (fanIn + fanOut)), options);
}

/**
 * Uniform within ±`gain · √(3 / fanIn)`, `gain` being √2 by default: right before a ReLU.
 * He et al. 2015, "Delving deep into rectifiers", equation 10.
 *
 * @param shape [out, in, ...]
 */
export function kaimingUniform(shape: Shape, { gain = Math.sqrt(2), ...options }: GainOptions = {}): Tensor {
  const { fanIn } = fansOf("kaimingUniform", shape);
  return symmetric(shape, gain * Math.sqrt(3 / fanIn), options);
}

/**
 * Uniform within ±`1 / √fan`. LeCun et al. 1998, "Efficient BackProp", section 4.6, times 1/√3: what PyTorch's layers
 * start from.
 */
export function inverseRoot(shape: Shape, fan: number, options: InitOptions = {}): Tensor {
  return symmetric(shape, fan === 0 ? 0 : 1 / Math.sqrt(fan), options);
}

function symmetric(shape: Shape, bound: number, options: InitOptions): Tensor {
  return uniform(shape, { low: -bound, high: bound, ...options });
}

/** The numbers of inputs of an output, and of outputs of an input. */
function fansOf(name: string, shape: Shape): { readonly fanIn: number; readonly fanOut: number } {
  const [out, inputs, ...window] = shape;
  if (out === undefined || inputs === undefined)
    throw new ArgumentError(
      `${name}: the shape is [${shape.join(", ")}]; it must have two axes or more, [out, in, ...]`,
    );
  const size = window.reduce((product, length) => product * length, 1);
  return { fanIn: inputs * size, fanOut: out * size };
}
