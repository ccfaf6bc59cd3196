/** One weight in two places. */
import { ArgumentError, linear, ShapeError, type Tensor } from "@wengert/autograd";
import { inverseRoot } from "./init.js";
import type { Linear, LinearOptions } from "./linear.js";
import { Module, Parameter } from "./module.js";

/**
 * Puts `parameter` in the place of that at `path` in `module`: from then on both places are one weight, which gets the
 * gradients of all its uses and is listed, counted and updated once. It is PyTorch's `head.weight = embed.weight`:
 *
 * ```ts
 * shareParameter(embed.weight, head, "weight");
 * ```
 *
 * As there, `stateDict()` has it under each of its names, and of values that are loaded under several the last one stays.
 * Sharing outlasts `to(dtype)` of a model that has both places. Make optimizers afterwards.
 *
 * @param path as `namedParameters()` has it, such as `weight` or `layers.0.weight`
 * @throws ArgumentError if there is no parameter at the path; ShapeError if it is of another shape or dtype
 */
export function shareParameter(parameter: Parameter, module: Module, path: string): void {
  const keys = path.split(".");
  const last = keys.pop()!;
  const holder = keys.reduce<unknown>((part, key) => fieldOf(part, key), module);
  const replaced = fieldOf(holder, last);
  if (!isParameter(replaced))
    throw new ArgumentError(
      `shareParameter: there is no parameter ${path}; there are ${Array.from(module.namedParameters(), ([name]) => name).join(", ")}`,
    );
  if (replaced.shape.join() !== parameter.shape.join() || replaced.dtype !== parameter.dtype)
    throw new ShapeError(
      `shareParameter: ${path} is ${show(replaced)}, and the parameter to share ${show(parameter)}; they must be the same`,
    );
  Object.assign(holder as object, { [last]: parameter });
}

function fieldOf(holder: unknown, key: string): unknown {
  const isHolder = typeof holder === "object" && holder !== null && Object.hasOwn(holder, key);
  return isHolder ? (holder as Readonly<Record<string, unknown>>)[key] : undefined;
}

function isParameter(x: unknown): x is Parameter {
  return typeof x === "object" && x !== null && (x as Partial<Parameter>)["~part"] === "parameter";
}

function show({ dtype, shape }: Tensor): string {
  return `${dtype} [${shape.join(", ")}]`;
}

/**
 * The way back through another layer, with its weight transposed: W' = Wᵀ.
 *
 *   y = x W + b
 *
 * x: [..., source.outFeatures]   W: [source.outFeatures, source.inFeatures], the source's   b: [source.inFeatures]
 * y: [..., source.inFeatures]
 *
 * The weight stays the source's alone: here `stateDict()` has the bias only, as a PyTorch module that computes
 * `F.linear(x, encoder.weight.t(), self.bias)`. The bias starts uniform within ±1/√source.outFeatures, as that of a
 * `Linear` of these sizes.
 */
export class TransposedLinear extends Module {
  readonly bias: Parameter | undefined;
  // Not a field that is looked through: the source is no part of this layer.
  readonly #source: Linear;

  /** Dtype: the source's, unless the options say otherwise. */
  constructor(source: Linear, { bias = true, ...options }: LinearOptions = {}) {
    super();
    const { inFeatures, outFeatures, weight } = source;
    const dtype = weight.dtype === "float64" ? "float64" : "float32";
    this.#source = source;
    this.bias = bias
      ? new Parameter(inverseRoot([inFeatures], outFeatures, { dtype, ...options }))
      : undefined;
  }

  get inFeatures(): number {
    return this.#source.outFeatures;
  }

  get outFeatures(): number {
    return this.#source.inFeatures;
  }

  forward(x: Tensor): Tensor {
    return linear(x, this.#source.weight.transpose(), this.bias);
  }

  protected override describe(): string {
    return `inFeatures=${this.inFeatures}, outFeatures=${this.outFeatures}, bias=${this.bias !== undefined}`;
  }
}
