/** Where windows lie on an array: pure arithmetic, one axis at a time. */

/**
 * Windows along one axis: tap k of window r looks at element `r·stride + k·dilation − padding` of the input, and sees a
 * zero where there is none.
 */
export interface WindowAxis {
  /** Elements of the input. */
  readonly input: number;
  /** Taps of a window. */
  readonly kernel: number;
  /** Windows. */
  readonly output: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before the first element; a negative number leaves elements out. */
  readonly padding: number;
}

/** The elements, padding included, from the first that a window looks at to the last. */
export function reachOf({ kernel, output, stride, dilation }: WindowAxis): number {
  return (output - 1) * stride + (kernel - 1) * dilation + 1;
}

/** Whether no window looks at padding. */
export function isInside(axis: WindowAxis): boolean {
  return axis.padding <= 0 && reachOf(axis) - axis.padding <= axis.input;
}

/** Some of the windows, or of the elements, with all that belongs to them: ranges of both, and how they lie. */
export interface AxisPart {
  readonly input: readonly [start: number, end: number];
  readonly output: readonly [start: number, end: number];
  readonly axis: WindowAxis;
}

function partOf(
  axis: WindowAxis,
  input: readonly [number, number],
  output: readonly [number, number],
): AxisPart {
  return {
    input,
    output,
    axis: {
      ...axis,
      input: input[1] - input[0],
      output: output[1] - output[0],
      padding: axis.padding + input[0] - output[0] * axis.stride,
    },
  };
}

const within = (x: number, length: number): number => Math.min(length, Math.max(0, x));

/** The windows from `start` to `end`, and the elements that they look at. */
export function partOfOutput(axis: WindowAxis, start: number, end: number): AxisPart {
  const { input, kernel, stride, dilation, padding } = axis;
  const first = within(start * stride - padding, input);
  const last = within((end - 1) * stride - padding + (kernel - 1) * dilation + 1, input);
  return partOf(axis, [first, Math.max(first, last)], [start, end]);
}

/** The elements from `start` to `end`, and the windows that look at them. */
export function partOfInput(axis: WindowAxis, start: number, end: number): AxisPart {
  const { output, kernel, stride, dilation, padding } = axis;
  const first = within(Math.ceil((start + padding - (kernel - 1) * dilation) / stride), output);
  const last = within(Math.floor((end - 1 + padding) / stride) + 1, output);
  return partOf(axis, [start, end], [first, Math.max(first, last)]);
}
