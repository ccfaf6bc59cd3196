/** Fluent methods of tensors, derived from the functions: `x.mul(y)` is `mul(x, y)`. */
import { backward, registerHook, retainGrad } from "./backward.js";
import { Tensor } from "./graph.js";
import { format } from "./inspect.js";
import * as activations from "./ops/activations.js";
import * as contraction from "./ops/contraction.js";
import * as elementwise from "./ops/elementwise.js";
import * as indexing from "./ops/indexing.js";
import * as layout from "./ops/layout.js";
import * as randomness from "./ops/random.js";
import * as reductions from "./ops/reductions.js";
import * as transcendental from "./ops/transcendental.js";
import * as read from "./read.js";
import type { Ndarray } from "./storage.js";

// The functions that become methods, by family. Types and prototype both follow from these lists.
const elementwiseNames = [
  "add",
  "sub",
  "mul",
  "div",
  "neg",
  "square",
  "sqrt",
  "reciprocal",
  "pow",
  "abs",
  "sign",
  "maximum",
  "minimum",
  "clamp",
  "lerp",
  "exp",
  "log",
  "sin",
  "cos",
  "tanh",
  "sigmoid",
  "relu",
  "equal",
  "notEqual",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "logicalAnd",
  "logicalOr",
  "logicalNot",
  "clone",
  "to",
  "assign",
] as const;
const activationNames = [
  "logSigmoid",
  "softplus",
  "softsign",
  "gelu",
  "silu",
  "mish",
  "gaussian",
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
  "expm1",
  "log1p",
  "log2",
  "log10",
  "tan",
  "asin",
  "acos",
  "atan",
  "atan2",
  "sinh",
  "cosh",
  "asinh",
  "acosh",
  "atanh",
  "erf",
  "erfc",
] as const;
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
const randomNames = ["dropout"] as const;
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
  extends Methods<typeof elementwise, typeof elementwiseNames>,
    Methods<typeof activations, typeof activationNames>,
    Methods<typeof transcendental, typeof transcendentalNames>,
    Methods<typeof layout, typeof layoutNames>,
    Methods<typeof reductions, typeof reductionNames>,
    Methods<typeof indexing, typeof indexingNames>,
    Methods<typeof contraction, typeof contractionNames>,
    Methods<typeof randomness, typeof randomNames>,
    Methods<typeof read, typeof readNames>,
    Methods<GradientFunctions, readonly (keyof GradientFunctions)[]> {}

declare module "./graph.js" {
  interface Tensor extends FluentMethods {
    /** The same values, not connected to what they were computed from. Shares the numbers. */
    detach(): Tensor;
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

install(elementwise, elementwiseNames);
install(activations, activationNames);
install(transcendental, transcendentalNames);
install(layout, layoutNames);
install(reductions, reductionNames);
install(indexing, indexingNames);
install(contraction, contractionNames);
install(randomness, randomNames);
install(read, readNames);
install({ backward, registerHook, retainGrad } satisfies GradientFunctions, [
  "backward",
  "registerHook",
  "retainGrad",
]);

define("detach", {
  value(this: Tensor) {
    return new Tensor(this.view);
  },
});
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
