/** The sizes that layers over one, two or three axes of space are told. */
import { ArgumentError, type PerAxis } from "@wengert/autograd";

/**
 * One number for each of `space` axes.
 *
 * @throws ArgumentError if there are more or fewer, or one is no integer from `least` on
 */
export function eachAxis(
  name: string,
  what: string,
  given: PerAxis,
  space: number,
  least: number,
): readonly number[] {
  const lengths = typeof given === "number" ? new Array<number>(space).fill(given) : [...given];
  if (lengths.length !== space || !lengths.every((length) => Number.isInteger(length) && length >= least))
    throw new ArgumentError(
      `${name}: the ${what} is ${showLengths(given)}; it must be an integer from ${least} on, or ${space} of them`,
    );
  return lengths;
}

/** @throws ArgumentError if a number of channels is no positive integer, or `groups` do not divide it */
export function checkChannels(name: string, inChannels: number, outChannels: number, groups: number): void {
  for (const [what, count] of Object.entries({ inChannels, outChannels, groups }))
    if (!Number.isInteger(count) || count < 1)
      throw new ArgumentError(`${name}: ${what} is ${count}; it must be a positive integer`);
  if (inChannels % groups !== 0 || outChannels % groups !== 0)
    throw new ArgumentError(
      `${name}: ${groups} groups do not divide ${inChannels} channels into ${outChannels}; groups must divide both`,
    );
}

/** `3`, `[3, 3]` or `same`, for `toString`. */
export function showLengths(given: PerAxis | string): string {
  return typeof given === "object" ? `[${given.join(", ")}]` : `${given}`;
}
