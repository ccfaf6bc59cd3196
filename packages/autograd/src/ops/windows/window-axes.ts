/** The options of windows, made whole: how convolutions, unfolding and pooling are told where their windows lie. */
import { ArgumentError, ShapeError } from "../../errors.js";
import type { WindowAxis } from "../../kernels/convolution/geometry.js";
import { type Shape, show } from "../../shape.js";

/** One number for all axes of space, or one for each. */
export type PerAxis = number | readonly number[];

/**
 * One number for each of `rank` axes.
 *
 * @throws ArgumentError if there are more or fewer
 */
export function eachAxis(name: string, what: string, given: PerAxis, rank: number): number[] {
  const list = typeof given === "number" ? new Array<number>(rank).fill(given) : [...given];
  if (list.length !== rank)
    throw new ArgumentError(
      `${name}: the ${what} ${show(list)} has ${list.length} numbers; give one number, or one for each of the ${rank} axes`,
    );
  return list;
}

/**
 * One integer for each of `rank` axes.
 *
 * @throws ArgumentError if there are more or fewer, or one is no integer or below `least`
 */
export function perAxis(name: string, what: string, given: PerAxis, rank: number, least: number): number[] {
  const list = eachAxis(name, what, given, rank);
  const wrong = list.find((each) => !Number.isInteger(each) || each < least);
  if (wrong !== undefined)
    throw new ArgumentError(`${name}: the ${what} is ${wrong}; it must be an integer, ${least} or more`);
  return list;
}

/** How windows lie. */
export interface WindowOptions {
  /** From window to window, 1 by default. */
  readonly stride?: PerAxis;
  /** Zeros at both ends of each axis, none by default. */
  readonly padding?: PerAxis;
  /** From tap to tap, 1 by default. */
  readonly dilation?: PerAxis;
}

/** A kernel with holes: the elements from its first tap to its last. */
const spanOf = (kernel: number, dilation: number): number => (kernel - 1) * dilation + 1;

/**
 * The windows of `kernel` taps on an input of these lengths.
 *
 * @param padding by which an axis is longer at its end, where that is another number than at its start
 * @throws ShapeError if a window does not fit the padded input
 */
export function windowAxes(
  name: string,
  input: Shape,
  kernel: Shape,
  { stride, padding, dilation }: Readonly<Record<"stride" | "padding" | "dilation", readonly number[]>>,
  after: readonly number[] = padding,
): WindowAxis[] {
  return input.map((length, i) => {
    const span = spanOf(kernel[i], dilation[i]);
    const padded = padding[i] + length + after[i];
    if (span > padded)
      throw new ShapeError(
        `${name}: the kernel does not fit: along axis ${i - input.length} it spans ${span} (${kernel[i]} taps, dilation ${dilation[i]}), and the padded input has ${padded} (${padding[i]} + ${length} + ${after[i]}); the input is ${show(input)}, the kernel ${show(kernel)}: use a smaller kernel or more padding`,
      );
    return {
      input: length,
      kernel: kernel[i],
      output: Math.floor((padded - span) / stride[i]) + 1,
      stride: stride[i],
      dilation: dilation[i],
      padding: padding[i],
    };
  });
}

/**
 * The padding with which there are as many windows as elements, for windows one element apart: `dilation·(taps − 1)`
 * zeros in all, the odd one at the end.
 *
 * @throws ArgumentError if they are further apart
 */
export function samePadding(
  name: string,
  kernel: Shape,
  stride: readonly number[],
  dilation: readonly number[],
): { readonly before: number[]; readonly after: number[] } {
  if (stride.some((step) => step !== 1))
    throw new ArgumentError(
      `${name}: the padding is "same" and the stride ${show(stride)}; with strides the output cannot be as large as the input, use a stride of 1 or numbers for the padding`,
    );
  const before = kernel.map((taps, i) => Math.floor((dilation[i] * (taps - 1)) / 2));
  return { before, after: kernel.map((taps, i) => dilation[i] * (taps - 1) - before[i]) };
}
