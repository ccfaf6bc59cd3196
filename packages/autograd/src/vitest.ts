/**
 * Matchers for vitest. Importing this registers them:
 *
 *     expect((x, w) => x.matmul(w).tanh().sum()).toPassGradcheck([randn([3, 4]), randn([4, 2])]);
 */
import { type Assertion, expect } from "vitest";
import { type GradcheckOptions, gradcheck, gradgradcheck } from "./gradcheck.js";
import type { Tensor } from "./graph.js";
import { opcheck } from "./opcheck.js";

/** A function that can be checked. */
export type TensorFunction = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/** The inputs of the function that is expected to pass; of what is none, there are none. */
export type InputsOf<F> = F extends (...inputs: infer Inputs extends Tensor[]) => Tensor | readonly Tensor[]
  ? Readonly<Inputs>
  : // One with options behind its tensors.
    F extends (input: Tensor, ...rest: never[]) => Tensor | readonly Tensor[]
    ? readonly Tensor[]
    : never;

declare module "vitest" {
  interface Matchers<T> {
    /** Passes if the gradients of the function agree with finite differences: see `gradcheck`. */
    readonly toPassGradcheck: (inputs: InputsOf<T>, options?: GradcheckOptions) => void;
    /** Passes if the second derivatives of the function agree with finite differences: see `gradgradcheck`. */
    readonly toPassGradgradcheck: (inputs: InputsOf<T>, options?: GradcheckOptions) => void;
    /** Passes if the function does all that an op must: see `opcheck`. */
    readonly toPassOpcheck: (inputs: InputsOf<T>, options?: GradcheckOptions) => void;
  }

  interface ExpectStatic {
    // Tells the parameters of an arrow function that they are tensors.
    // biome-ignore lint/style/useShorthandFunctionType: it adds to an interface of vitest
    <F extends TensorFunction>(actual: F, message?: string): Assertion<F>;
  }
}

type Check = (
  f: TensorFunction,
  inputs: readonly Tensor[],
  options?: GradcheckOptions,
) => { readonly ok: boolean; readonly message: string };

function matcher(name: string, check: Check) {
  return (
    f: unknown,
    inputs: readonly Tensor[],
    options?: GradcheckOptions,
  ): { pass: boolean; message: () => string } => {
    if (typeof f !== "function")
      throw new TypeError(`${name}: expects a function of tensors, not a ${typeof f}`);
    const { ok, message } = check(f as TensorFunction, inputs, options);
    return { pass: ok, message: () => message };
  };
}

expect.extend({
  toPassGradcheck: matcher("toPassGradcheck", gradcheck),
  toPassGradgradcheck: matcher("toPassGradgradcheck", gradgradcheck),
  toPassOpcheck: matcher("toPassOpcheck", opcheck),
});
