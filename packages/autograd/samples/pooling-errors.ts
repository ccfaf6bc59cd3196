/** What functions over windows refuse. */
import { ArgumentError, ShapeError } from "../src/errors.js";
import { type ExpectedError, float } from "./sample.js";

interface Windows {
  readonly kernelSize: readonly number[];
  readonly stride?: number | readonly number[];
  readonly padding?: number | readonly number[];
}

/** @param name of the function for a number of spatial axes */
export function slidingErrors(
  name: (axes: number) => string,
): readonly [ExpectedError<Windows>, ...ExpectedError<Windows>[]] {
  return [
    {
      inputs: [float([5])],
      options: { kernelSize: [2] },
      error: ShapeError,
      message: new RegExp(`^${name(1)}: x is \\[5\\], with 1 axes; it must be \\[N, C, L\\] or \\[C, L\\]$`),
    },
    {
      inputs: [float([1, 1, 1, 2, 2])],
      options: { kernelSize: [2, 2] },
      error: ShapeError,
      message: new RegExp(`^${name(2)}: .* 5 axes; it must be \\[N, C, H, W\\] or \\[C, H, W\\]$`),
    },
    {
      inputs: [float([2, 3, 0])],
      options: { kernelSize: [2], padding: 1 },
      error: ShapeError,
      message: new RegExp(
        `^${name(1)}: axis 2 of x, which is \\[2, 3, 0\\], has size 0; only the axes before the last 1 may be empty$`,
      ),
    },
    {
      inputs: [float([2, 0, 3])],
      options: { kernelSize: [1, 1] },
      error: ShapeError,
      message: new RegExp(`^${name(2)}: axis 1 of x, which is \\[2, 0, 3\\], has size 0`),
    },
    {
      inputs: [float([1, 4, 2])],
      options: { kernelSize: [2, 5], padding: [0, 1] },
      error: ShapeError,
      message: new RegExp(
        `^${name(2)}: a window is longer than x, which is \\[1, 4, 2\\]: axis -1 has 2 and 2 of padding, the window spans 5; choose a smaller kernelSize or more padding$`,
      ),
    },
    {
      inputs: [float([1, 4, 4])],
      options: { kernelSize: [2, 2], stride: [1, 2, 3] },
      error: ArgumentError,
      message: new RegExp(
        `^${name(2)}: the stride \\[1, 2, 3\\] has 3 entries for 2 spatial axes; give one number, or one for each axis$`,
      ),
    },
    {
      inputs: [float([1, 4])],
      options: { kernelSize: [2], stride: 0 },
      error: ArgumentError,
      message: new RegExp(`^${name(1)}: the stride is 0; it must be an integer, 1 or more$`),
    },
    {
      inputs: [float([1, 4])],
      options: { kernelSize: [1.5] },
      error: ArgumentError,
      message: new RegExp(`^${name(1)}: the kernelSize is 1.5; it must be an integer, 1 or more$`),
    },
    {
      inputs: [float([1, 6])],
      options: { kernelSize: [3], padding: 2 },
      error: ArgumentError,
      message: new RegExp(
        `^${name(1)}: the padding is 2 and the kernelSize 3; at most half of a window, 1, may be padding$`,
      ),
    },
    {
      inputs: [float([1, 6])],
      options: { kernelSize: [3], padding: -1 },
      error: ArgumentError,
      message: new RegExp(`^${name(1)}: the padding is -1; it must be an integer, 0 or more$`),
    },
  ];
}

interface Adaptive {
  readonly outputSize: readonly (number | null)[];
}

/** @param name of the function for a number of spatial axes */
export function adaptiveErrors(
  name: (axes: number) => string,
): readonly [ExpectedError<Adaptive>, ...ExpectedError<Adaptive>[]] {
  return [
    {
      inputs: [float([1, 2, 3, 4])],
      options: { outputSize: [2] },
      error: ShapeError,
      message: new RegExp(`^${name(1)}: x is \\[1, 2, 3, 4\\], with 4 axes; it must be \\[N, C, L\\]`),
    },
    {
      inputs: [float([2, 0])],
      options: { outputSize: [2] },
      error: ShapeError,
      message: new RegExp(`^${name(1)}: axis 1 of x, which is \\[2, 0\\], has size 0`),
    },
    {
      inputs: [float([2, 0, 3])],
      options: { outputSize: [2, 2] },
      error: ShapeError,
      message: new RegExp(`^${name(2)}: axis 1 of x, which is \\[2, 0, 3\\], has size 0`),
    },
    {
      inputs: [float([2, 3, 3])],
      options: { outputSize: [2, -1] },
      error: ArgumentError,
      message: new RegExp(`^${name(2)}: the outputSize is -1; it must be an integer, 0 or more$`),
    },
  ];
}
