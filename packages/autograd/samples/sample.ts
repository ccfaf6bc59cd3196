/**
 * What a sample is. Samples are data: which tensors, how they lie in memory, which options. Whatever walks the op table
 * (tests, fixtures, fuzzers) makes tensors of them. They are never shipped.
 *
 * The types ask every op for every category. A category that makes no sense for an op says so, with the reason.
 */
import type { DType } from "../src/dtype.js";
import type { Layout } from "../src/gradcheck/layouts.js";
import type { Tensor } from "../src/graph.js";
import type { Shape } from "../src/shape.js";

export type { Layout } from "../src/gradcheck/layouts.js";

export interface TensorInput {
  readonly shape: Shape;
  /** Left out: the float that is being walked, float32 or float64. Such inputs require gradients. */
  readonly dtype?: DType;
  readonly layout?: Layout;
  /** In row-major order. Left out: drawn from the op's domain, all numbers of a sample different. */
  readonly values?: readonly number[];
}

/** The very tensor that input `same` is. */
export interface SameInput {
  readonly same: number;
}

/** An operand: a tensor, one that occurred before, or a JavaScript number. */
export type Input = TensorInput | SameInput | number;

/** From where values are drawn: away from poles, and with `avoid` from kinks. */
export interface Domain {
  readonly low: number;
  readonly high: number;
  readonly avoid?: readonly number[];
}

/** Options may be left out where none is required. */
type Given<Options> =
  Record<never, never> extends Options ? { readonly options?: Options } : { readonly options: Options };

/** Why something is missing. */
export interface NotApplicable {
  readonly notApplicable: string;
}

export type Sample<Options> = Given<Options> & {
  readonly inputs: readonly Input[];
  /** Why finite differences say nothing here: a kink, a tie, a pole. The gradient is still compared with PyTorch's. */
  readonly kink?: string;
  /** Why PyTorch gives something else, or nothing. */
  readonly unlikePyTorch?: string;
  /** The dtype of the result, where by design it is not PyTorch's. */
  readonly resultDtype?: { readonly dtype: DType; readonly because: string };
};

type Some<Options> = readonly [Sample<Options>, ...Sample<Options>[]];
export type Category<Options> = Some<Options> | NotApplicable;

type ErrorClass = new (message: string) => Error;

export type ExpectedError<Options> = Given<Options> & {
  readonly inputs: readonly Input[];
  readonly error: ErrorClass;
  readonly message: RegExp;
  /** Why a kernel runs before it is noticed. */
  readonly late?: string;
};

/** The categories in which shapes and layouts are varied. */
export interface ShapeCategories<Options> {
  /** 0-d. */
  readonly scalar: Category<Options>;
  /** Size 0, on each axis in turn. */
  readonly empty: Category<Options>;
  /** One element under one axis and more. */
  readonly one: Category<Options>;
  /** At least 4 axes. */
  readonly highRank: Category<Options>;
  /** More elements than a loop over vectors takes at once, and some left over. */
  readonly long: Category<Options>;
  readonly transposed: Category<Options>;
  readonly negativeStep: Category<Options>;
  readonly offset: Category<Options>;
  readonly expanded: Category<Options>;
}

/** The samples of one op. `Options` is what varies besides tensors, `Inputs` what the function takes as such. */
export interface OpSamples<Inputs extends readonly unknown[], Options> extends ShapeCategories<Options> {
  /** Calls the public function. */
  call(this: void, inputs: Inputs, options: Options): Tensor | readonly Tensor[];
  /** By input; the last serves all further ones. */
  readonly domains: readonly [Domain, ...Domain[]];
  /** The second operand is repeated, and the first. */
  readonly broadcast: { readonly second: Some<Options>; readonly first: Some<Options> } | NotApplicable;
  /** One tensor in two places. */
  readonly shared: Category<Options>;
  /** Each option away from its default. */
  readonly options: { readonly [Name in keyof Options]-?: Some<Options> };
  /** Numbers beside tensors. */
  readonly numbers: Category<Options>;
  /** Kinks, ties, ±0, ±∞, NaN, subnormals. */
  readonly special: Category<Options>;
  /** Integers and bools. */
  readonly integers: Category<Options>;
  readonly errors: readonly [ExpectedError<Options>, ...ExpectedError<Options>[]] | NotApplicable;
  /** Why PyTorch is no reference for the whole op. */
  readonly withoutReference?: string;
  /** Why finite differences cannot check it. */
  readonly withoutGradcheck?: string;
  /** Why it has no second derivative, and refuses to be asked for one. */
  readonly withoutSecondOrder?: string;
}

/** The samples of a public function that is made of ops. */
export interface HelperSamples<Inputs extends readonly unknown[], Options> {
  call(this: void, inputs: Inputs, options: Options): Tensor | readonly Tensor[];
  readonly domains: readonly [Domain, ...Domain[]];
  readonly samples: Some<Options>;
  readonly options: { readonly [Name in keyof Options]-?: Some<Options> };
  readonly errors: readonly [ExpectedError<Options>, ...ExpectedError<Options>[]] | NotApplicable;
  readonly withoutReference?: string;
  readonly withoutGradcheck?: string;
  /** Why it has no second derivative, and refuses to be asked for one. */
  readonly withoutSecondOrder?: string;
  /** Why a trace of it cannot be run again. */
  readonly withoutReplay?: string;
}

// To whoever walks the samples, inputs and options are what they are.
// biome-ignore lint/suspicious/noExplicitAny: the walk gives each function the inputs of its own samples
export type AnySample = Sample<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyOpSamples = OpSamples<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyHelperSamples = HelperSamples<any, any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type AnyExpectedError = ExpectedError<any>;

/** Options of an op that has none. */
export type NoOptions = Record<never, never>;

export function samplesOf<Inputs extends readonly unknown[], Options = NoOptions>(
  samples: OpSamples<Inputs, Options>,
): AnyOpSamples {
  return samples;
}

export function helperSamplesOf<Inputs extends readonly unknown[], Options = NoOptions>(
  samples: HelperSamples<Inputs, Options>,
): AnyHelperSamples {
  return samples;
}

/** The ops that a family exports: `add` for `addOp`, `toInt32` for `toOps.int32`. */
type OpNames<Family> = {
  [Name in keyof Family & string]: Name extends `${infer Stem}Ops`
    ? `${Stem}${Capitalize<keyof Family[Name] & string>}`
    : Name extends `${infer Stem}Op`
      ? Stem
      : never;
}[keyof Family & string];

/** The functions that a family exports and that are no op by themselves. */
type HelperNames<Family> = {
  [Name in keyof Family & string]: Family[Name] extends (...parameters: never) => unknown
    ? Extract<keyof Family, `${Name}Op` | `${Name}Ops`> extends never
      ? Name
      : never
    : never;
}[keyof Family & string];

/** Samples for each op of a family: one that is missing is a compile error. */
export type SamplesOfFamily<Family> = { readonly [Name in OpNames<Family>]: AnyOpSamples };

/** Samples for each other function of a family. */
export type HelpersOfFamily<Family> = { readonly [Name in HelperNames<Family>]: AnyHelperSamples };

/** A domain for what has neither kinks nor poles. */
export const everywhere: Domain = { low: -2, high: 2 };
export const domains: readonly [Domain] = [everywhere];

export const infinite: number = Number.POSITIVE_INFINITY;
export const nan: number = Number.NaN;

export const tensorsOnly: NotApplicable = { notApplicable: "it takes tensors alone" };

/** A tensor of the float that is being walked. */
export function float(shape: Shape, layout: Layout = "dense"): TensorInput {
  return { shape, layout };
}

export function floats(...values: number[]): TensorInput {
  return { shape: [values.length], values };
}

export function ints(...values: number[]): TensorInput {
  return { shape: [values.length], values, dtype: "int32" };
}

/** Samples that differ in one tensor only. */
export function each<Options>(
  sample: (x: TensorInput) => Sample<Options>,
  first: TensorInput,
  ...others: TensorInput[]
): Some<Options> {
  return [sample(first), ...others.map((x) => sample(x))];
}

/** All categories of shape and layout for functions that take any one tensor. */
export function shapesOf<Options>(sample: (x: TensorInput) => Sample<Options>): ShapeCategories<Options> {
  return {
    scalar: each(sample, float([])),
    empty: each(sample, float([0]), float([0, 3]), float([3, 0]), float([2, 0, 3])),
    one: each(sample, float([1]), float([1, 1])),
    highRank: each(sample, float([2, 1, 3, 2]), float([1, 2, 2, 1, 2])),
    long: each(sample, float([67])),
    transposed: each(sample, float([3, 4], "transposed"), float([2, 3, 2], "transposed")),
    negativeStep: each(sample, float([5], "negative step"), float([2, 3], "negative step")),
    offset: each(sample, float([4], "offset"), float([2, 3], "offset")),
    expanded: each(sample, float([3, 2], "expanded")),
  };
}
