/** What is asked of options that are numbers. */
import { ArgumentError } from "@wengert/autograd";

/** @throws ArgumentError naming the first of `numbers` that is no integer, or below `least` */
export function checkIntegers(name: string, numbers: Readonly<Record<string, number>>, least: number): void {
  for (const [key, number] of Object.entries(numbers))
    if (!Number.isInteger(number) || number < least)
      throw new ArgumentError(`${name}: ${key} is ${number}; it must be an integer, ${least} or more`);
}

/** @throws ArgumentError naming the first of `numbers` that is not finite, or below `least` */
export function checkNumbers(
  name: string,
  numbers: Readonly<Record<string, number>>,
  least: number = -Infinity,
): void {
  for (const [key, number] of Object.entries(numbers))
    if (!Number.isFinite(number) || number < least)
      throw new ArgumentError(
        `${name}: ${key} is ${number}; it must be ${least === -Infinity ? "finite" : `a finite number, ${least} or more`}`,
      );
}

/** @throws ArgumentError if a range is not of two finite numbers in rising order, `least` or more */
export function checkRange(
  name: string,
  key: string,
  [low, high]: readonly [number, number],
  least: number,
): void {
  if (!(Number.isFinite(high) && low >= least && low <= high))
    throw new ArgumentError(
      `${name}: ${key} is from ${low} to ${high}; give finite numbers in rising order, ${least} or more`,
    );
}
